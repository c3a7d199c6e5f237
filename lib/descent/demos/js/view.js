// The view of a live figure: an anywidget front end. Its model holds the description, the modules and the state.
import { buttons, linked } from "./buttons.js";
import { Legend } from "./legend.js";
import { Panel, element } from "./panel.js";
import { Program, unpacked } from "./program.js";
import { fill, longest } from "./summary.js";
import { colours, onThemeChange } from "./theme.js";

const REST = 400;                               // ms without a change until a screen reader is told

// Build the figure's elements; the result starts it, and that gives what ends it. A page builds all figures at once, so
// that nothing moves when one comes near and starts.
function prepare({ model, el }) {
  if (typeof WebAssembly === "undefined" || typeof DecompressionStream === "undefined") {
    throw new Error("This browser has no WebAssembly, or none of today's: the figure stays a picture.");
  }
  if (!document.getElementById("descent-style")) {
    document.head.append(element("style", { id: "descent-style", textContent: STYLE }));
  }
  const description = JSON.parse(model.get("description"));
  const program = new Program(description, unpacked(model.get("modules")));
  const names = Object.keys(description.state), { choice } = description, place = placeOf(el, description.key);
  const variant = () => (choice ? model.get(choice) : 0);
  const state = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const set = (changes) => {                    // the variant first: choosing one sets its start
    if (choice in changes) model.set(choice, changes[choice]);
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const shares = Object.fromEntries(description.program.filter((call) => call.shares).map((call) => [call.grid, call.shares]));
  const tools = buttons({ description, program, get: (name) => model.get(name), set, place });
  const about = element("p", { className: "spoken", id: `about-${crypto.getRandomValues(new Uint32Array(1))}`,
    textContent: description.about });
  const summary = element("p", { className: "summary" }), text = element("span");
  // unseen, as long as the summary can be: it keeps the room, so that what is below stays where it is
  summary.append(text, element("span", { className: "room", textContent: description.summary.map(longest).join(" ") },
    { "aria-hidden": "true" }));
  const spoken = element("p", { className: "spoken" }, { "aria-live": "polite" });
  const root = element("div", { className: "descent-figure" }, { role: "group", "aria-label": description.name,
    "aria-describedby": about.id });
  const grid = element("div", { className: "columns" });
  const panels = [], legends = [], named = new Set();
  for (const column of description.panels) {
    const wide = column.some((panel) => panel.panel === "plane");
    const part = element("div", { className: wide ? "column wide" : "column" });
    for (const entry of column) {
      const panel = new Panel(entry, set), legend = new Legend(entry, shares, named), cell = element("div", { className: "cell" });
      panels.push(panel);
      legends.push(legend);
      cell.append(element("p", { className: "title", textContent: entry.label }), panel.element, legend.element);
      part.append(cell);
    }
    grid.append(part);
  }
  root.append(grid, summary, tools.row, about, spoken);
  el.append(root);

  let frame = 0, resting = 0, closed = false, ready = false, said = [];
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
    tools.stop();
    text.textContent = `This figure has stopped: ${error.message}`;
    console.error(error);
  };
  const publish = () => {
    for (const name of description.publish) {
      if (model.get(name) !== program.values[name]) model.set(name, program.values[name]);
    }
    model.save_changes();
  };
  const painted = () => {
    ready = true;
    draw();
    root.dataset.grid = program.busy ? "coarse" : "fine";
    el.dispatchEvent(new CustomEvent("descent-painted", { bubbles: true, detail: { fine: !program.busy } }));
  };
  const update = async () => {
    if (program.variant !== variant()) ready = false;  // the map of another function is waited for
    // the reader may choose again while modules are loading
    while (program.variant !== variant()) await program.choose(variant());
    program.run(state(), painted, fail);
    if (description.publish.length) publish();
    if (!program.busy) painted();
    else if (ready) draw();
  };
  const schedule = () => {
    root.dataset.grid = "pending";
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (!closed) update().catch(fail);
    });
  };
  const chosen = () => set(description.variants[variant()].start);
  const redraw = () => ready && draw();

  return async () => {
    const asked = linked(place, description, model.get("limits"));
    if (choice) model.on(`change:${choice}`, chosen);
    if (asked) set(asked);
    names.forEach((name) => model.on(`change:${name}`, schedule));
    const sizes = new ResizeObserver(redraw);
    sizes.observe(root);
    const stopTheme = onThemeChange(redraw);
    await update();
    if (asked) {
      set(asked);                               // again: by now the ranges of the controls are those of the variant
      root.scrollIntoView({ block: "center" });
    }
    return () => {
      closed = true;
      names.forEach((name) => model.off(`change:${name}`, schedule));
      if (choice) model.off(`change:${choice}`, chosen);
      sizes.disconnect();
      stopTheme();
      tools.stop();
      clearTimeout(resting);
      program.stop();
    };
  };
}

// What the figure is called in addresses: its key, with a number when the page has more of that key; null in a notebook.
function placeOf(el, key) {
  const here = el.closest(".live-figure");
  if (!here) return null;
  here.dataset.key = key;
  const before = [...document.querySelectorAll(`.live-figure[data-key="${key}"]`)].indexOf(here);
  return before > 0 ? `${key}-${before + 1}` : key;
}

async function render({ model, el }) {
  let end = await prepare({ model, el })();
  const remake = async () => {                  // another function has been set: all is made anew
    end();
    el.replaceChildren();
    end = await prepare({ model, el })();
  };
  model.on("change:description", remake);
  return () => {
    model.off("change:description", remake);
    end();
  };
}

export default { render, prepare };
