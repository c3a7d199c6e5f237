// The buttons of a figure: back to the beginning, play, its numbers, its address.
import { element } from "./panel.js";
import { table } from "./table.js";

const SAID = 2500;                              // ms for which a button says what it has done

export function buttons({ description, program, get, set, place }) {
  const { play, key, name } = description;
  const row = element("div", { className: "buttons" }, { role: "group", "aria-label": `Buttons of the figure: ${name}` });
  const add = (label, act) => {
    const button = element("button", { type: "button", textContent: label });
    button.addEventListener("click", () => act(button));
    row.append(button);
    return button;
  };
  let timer = 0;
  const stop = (button) => {
    clearInterval(timer);
    timer = 0;
    if (button) button.textContent = still.matches ? "Step" : "Play";
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  add("Reset", () => {
    stop(player);
    set(description.state);
  });
  const player = play && add(still.matches ? "Step" : "Play", (button) => {
    const next = () => {
      const value = get(play.entry) + play.step;
      if (value > play.last + play.step / 2 && timer) return stop(button);
      set({ [play.entry]: value > play.last + play.step / 2 ? play.first : Math.min(value, play.last) });
    };
    if (timer) return stop(button);
    if (still.matches || get(play.entry) >= play.last) next();
    if (still.matches) return;
    timer = setInterval(next, play.ms);
    button.textContent = "Pause";
  });
  add("Numbers (CSV)", () => {
    const url = URL.createObjectURL(new Blob([table(description, program.values)], { type: "text/csv" }));
    element("a", { href: url, download: `${key}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 0);
  });
  if (place) {                                  // a notebook has no address that others could open
    add("Link to this state", async (button) => {
      const names = Object.keys(description.state);
      location.replace(`#${new URLSearchParams([["live", place], ...names.map((entry) => [entry, Number(get(entry))])])}`);
      const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
      button.textContent = copied ? "Copied" : "It is in the address bar";
      setTimeout(() => { button.textContent = "Link to this state"; }, SAID);
    });
  }
  return { row, stop: () => stop() };
}

// The state that the page's address gives to the figure of that name: entries that it has, within their limits.
export function linked(place, description, limits) {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (!place || asked.get("live") !== place) return null;
  const found = {};
  for (const [name, own] of Object.entries(description.state)) {
    const value = asked.has(name) ? Number(asked.get(name)) : NaN, [low, high] = limits[name] ?? [-Infinity, Infinity];
    if (!Number.isFinite(value)) continue;
    const within = Math.min(high, Math.max(low, value));
    found[name] = typeof own === "boolean" ? within !== 0 : description.whole.includes(name) ? Math.round(within) : within;
  }
  return found;
}
