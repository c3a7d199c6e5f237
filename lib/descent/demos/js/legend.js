// The legend of a panel, as a list of the page: classes with their shares, lines, marks, the scale of colours.
import { element } from "./panel.js";
import { number, swatch } from "./layers.js";
import { tickText } from "./axes.js";

const BAND = ["#80808066", "#80808066"];        // stronger than drawn
const HANDLE = `<svg width="24" height="16"><circle cx="12" cy="8" r="6" fill="#ffd54d" stroke="#000" stroke-width="2"/></svg>`;

export class Legend {
  // `named`: labels that a legend before this one has; `shares`: for each grid the names of the fractions of its classes.
  constructor(description, shares, named) {
    this.element = element("ul", { className: "legend" });
    this.entries = [];
    for (const layer of description.layers) {
      const { classes = [], runs = [], grid, name, style } = layer;
      if (layer.layer === "shade") this.add(`${name},`, { scale: layer }, named);
      classes.forEach((c, i) => this.add(c.label, { klass: c, cell: layer.layer === "heat" ? null : -1 - i, grid,
        share: shares[grid]?.[i] }, named));
      for (const part of runs) this.add(part.name, { line: part.style }, named);
      if (style) this.add(name, { line: style, block: ["dots", "bars"].includes(layer.layer) }, named);
      if (layer.layer === "marks") this.add(name, { text: "✕" }, named);
      if (layer.layer === "handle") this.add(name, { handle: true }, named);
      if (layer.layer === "band") this.add(name, { line: { colour: BAND }, block: true }, named);
    }
    this.element.hidden = !this.entries.length;
  }

  add(label, what, named) {
    if (named.has(label)) return;
    named.add(label);
    const item = element("li", { className: what.scale ? "scale" : "" });
    const sign = element("span", { className: "sign" }, { "aria-hidden": "true" });
    const share = element("span", { className: "share", textContent: what.klass ? "00.0%" : what.scale ? spoken(what.scale, {}) : "" });
    const words = element("span");
    words.append(label, " ", share);
    item.append(sign, words);
    this.element.append(item);
    this.entries.push({ sign, part: share, ...what });
  }

  draw(values, { dark }) {
    for (const entry of this.entries) {
      const { sign, part, klass, cell, grid, share, line, block, text, handle, scale } = entry;
      if (klass && entry.counted !== values[grid]) {    // a grid that is filled anew is another object
        entry.counted = values[grid];
        const fraction = cell === null ? values[share] : shareOf(values[grid].data, cell);
        part.textContent = fraction === undefined ? "" : `${(100 * fraction).toFixed(1)}%`;
      }
      if (scale) part.textContent = spoken(scale, values);
      if (this.dark === dark) continue;
      if (klass) sign.replaceChildren(swatch(klass, dark));
      if (text) sign.textContent = text;
      if (handle) sign.innerHTML = HANDLE;
      if (scale) sign.style.background = `linear-gradient(90deg, ${scale.colours.join(", ")})`;
      if (line) {
        const colour = line.colour[dark ? 1 : 0];
        sign.innerHTML = `<svg width="24" height="16">${block ? `<rect x="7" y="3" width="10" height="10" fill="${colour}"/>`
          : `<path d="M0 8H24" stroke="${colour}" stroke-width="${line.width}" stroke-dasharray="${line.dash}"/>`}</svg>`;
      }
    }
    this.dark = dark;
  }
}

// The ends of a scale of colours in words.
function spoken({ low, high, log }, values) {
  const [from, to] = [low, high].map((end) => tickText(number(end, values), log));
  return `from ${from} (left) to ${to} (right)${log ? ", logarithmic" : ""}`;
}

function shareOf(data, cell) {
  let count = 0;
  for (const value of data) count += value === cell;
  return count / data.length;
}
