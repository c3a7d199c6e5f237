// The view of a live figure: an anywidget front end. Its model holds the description, the modules and the state.
import { Legend } from "./legend.js";
import { Panel, element } from "./panel.js";
import { Program } from "./program.js";
import { fill } from "./summary.js";
import { colours, onThemeChange } from "./theme.js";

const REST = 400;                               // ms without a change until a screen reader is told

async function render({ model, el }) {
  if (typeof WebAssembly === "undefined") {
    throw new Error("This browser has no WebAssembly: the figure stays a picture.");
  }
  if (!document.getElementById("descent-style")) {
    document.head.append(element("style", { id: "descent-style", textContent: STYLE }));
  }
  const description = JSON.parse(model.get("description"));
  const program = new Program(description, model.get("modules").map((m) => new Uint8Array(m.buffer, m.byteOffset, m.byteLength)));
  const names = Object.keys(description.state);
  const state = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const shares = description.program.find((call) => call.grid)?.shares ?? [];
  const panels = description.panels.map((panel) => new Panel(panel, set));
  const legends = description.panels.map((panel) => new Legend(panel, shares));
  const about = element("p", { className: "spoken", id: `about-${crypto.getRandomValues(new Uint32Array(1))}`,
    textContent: description.about });
  const text = element("p", { className: "summary" });
  const spoken = element("p", { className: "spoken" }, { "aria-live": "polite" });
  const root = element("div", { className: "descent-figure" }, { role: "group", "aria-label": description.name,
    "aria-describedby": about.id });
  const charts = element("div", { className: "charts" });
  panels.forEach((panel, i) => {
    if (description.panels[i].panel === "chart") return charts.append(panel.element);
    const cell = element("div", { className: "cell" });
    cell.append(panel.element, legends[i].element);
    root.append(cell);
  });
  root.append(charts, text, about, spoken);

  let frame = 0, resting = 0, closed = false, said = [];
  const draw = () => {
    const look = colours();
    root.classList.toggle("dark", look.dark);
    panels.forEach((panel) => panel.draw(program.values, look));
    legends.forEach((legend) => legend.draw(program.values, look));
    const sentences = description.summary.map((part) => fill(part, program.values));
    text.textContent = sentences.join(" ");
    clearTimeout(resting);
    resting = setTimeout(() => {                // only what has changed is said
      spoken.textContent = sentences.filter((sentence, i) => sentence !== said[i]).join(" ") || spoken.textContent;
      said = sentences;
    }, REST);
  };
  const fail = (error) => {
    if (closed) return;
    text.textContent = `This figure has stopped: ${error.message}`;
    console.error(error);
  };
  const update = async () => {
    // the reader may choose again while modules are loading
    while (program.variant !== model.get(description.choice)) await program.choose(model.get(description.choice));
    program.run(state(), (fine) => {
      draw();
      root.dataset.grid = fine ? "fine" : "coarse";
      el.dispatchEvent(new CustomEvent("descent-painted", { bubbles: true, detail: { fine } }));
    }, fail);
    draw();
    if (!program.cancel) root.dataset.grid = "fine";   // the map is the same
  };
  const schedule = () => {
    root.dataset.grid = "pending";
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!closed) update().catch(fail);
    });
  };
  const chosen = () => set(description.variants[model.get(description.choice)].start);

  names.forEach((name) => model.on(`change:${name}`, schedule));
  model.on(`change:${description.choice}`, chosen);
  el.append(root);
  const sizes = new ResizeObserver(() => program.variant !== null && draw());
  sizes.observe(root);
  const stopTheme = onThemeChange(() => program.variant !== null && draw());
  await update();
  return () => {
    closed = true;
    names.forEach((name) => model.off(`change:${name}`, schedule));
    model.off(`change:${description.choice}`, chosen);
    sizes.disconnect();
    stopTheme();
    clearTimeout(resting);
    program.stop();
  };
}

export default { render };
