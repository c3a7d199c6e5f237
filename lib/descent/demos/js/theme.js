// Colours that follow the page: the book's theme, JupyterLab's, or the system's.

export function colours() {
  const { theme } = document.documentElement.dataset, lab = document.body.dataset.jpThemeLight;
  const dark = theme ? theme === "dark" : lab ? lab === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? { dark, text: "#e8e8e8", faint: "#8a8f96", page: "#16181c" }
    : { dark, text: "#1a1a1a", faint: "#777777", page: "#ffffff" };
}

export function onThemeChange(redraw) {
  const observer = new MutationObserver(redraw), query = matchMedia("(prefers-color-scheme: dark)");
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  query.addEventListener("change", redraw);
  return () => {
    observer.disconnect();
    query.removeEventListener("change", redraw);
  };
}
