// The legend of a panel, as a list of the page: classes with their shares, lines, marks.
import { element } from "./panel.js";
import { swatch } from "./layers.js";

const LINES = {
  before: ["rise", "5 3"], after: ["fall", ""], segments: ["contour", ""],
};

export class Legend {
  constructor(description, shares) {
    this.element = element("ul", { className: "legend" });
    this.entries = [];
    for (const layer of description.layers) {
      if (layer.layer === "heat") layer.classes.forEach((c, i) => this.add(c.label, { klass: c, name: shares[i] }));
      if (layer.layer === "segments") this.add(layer.name, { line: "segments" });
      if (layer.layer === "path") {
        this.add(layer.before, { line: "before" });
        this.add(layer.after, { line: "after" });
      }
      if (layer.layer === "marks") this.add(layer.name, { text: "✕" });
    }
  }

  add(label, what) {
    const item = element("li"), sign = element("span", { className: "sign" }, { "aria-hidden": "true" });
    const share = element("span", { className: "share" });
    item.append(sign, label, share);
    this.element.append(item);
    this.entries.push({ sign, share, ...what });
  }

  draw(values, colours) {
    for (const { sign, share, klass, line, text, name } of this.entries) {
      if (name) share.textContent = values[name] === undefined ? "" : ` ${(100 * values[name]).toFixed(1)}%`;
      if (this.dark === colours.dark) continue;
      if (klass) sign.replaceChildren(swatch(klass, colours.dark));
      if (text) sign.textContent = text;
      if (line) {
        const [colour, dash] = LINES[line];
        sign.innerHTML = `<svg width="24" height="16"><path d="M0 8H24" stroke="${colours[colour]}" stroke-width="2" `
          + `stroke-dasharray="${dash}"/></svg>`;
      }
    }
    this.dark = colours.dark;
  }
}
