// A panel: a canvas with axes and layers; on a plane, points that the reader drags.
import { drawAxes, scale } from "./axes.js";
import { layers, number, pointsOf } from "./layers.js";

const FRAME = { left: 60, top: 8, right: 10, bottom: 38 };

export class Panel {
  constructor(description, set) {
    this.description = description;
    this.element = element("div", { className: `panel ${description.panel}` });
    this.canvas = element("canvas", {}, { role: "img", "aria-label": description.label });
    this.element.append(this.canvas);
    this.handles = description.layers.filter((layer) => layer.layer === "handle")
      .map((layer) => new Handle(layer, this, set));
    if (this.handles.length) {
      const [first] = this.handles;
      this.canvas.addEventListener("pointerdown", (event) => event.pointerType !== "touch" && first.grab(event));
      this.canvas.addEventListener("click", (event) => first.follow(event));  // a tap; a swipe scrolls the page
      this.canvas.style.cursor = "crosshair";
    }
  }

  draw(values, colours) {
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight, dpr = globalThis.devicePixelRatio || 1;
    if (!width || !height) return;
    if (this.canvas.width !== Math.round(width * dpr) || this.canvas.height !== Math.round(height * dpr)) {
      Object.assign(this.canvas, { width: Math.round(width * dpr), height: Math.round(height * dpr) });
    }
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const frame = { left: FRAME.left, top: FRAME.top, right: width - FRAME.right, bottom: height - FRAME.bottom };
    const { x: xAxis, y: yAxis } = this.description;
    const [xlow, xhigh] = this.range(xAxis, values, "x"), [ylow, yhigh] = this.range(yAxis, values, "y");
    this.scales = { x: scale(xlow, xhigh, xAxis.log, frame.left, frame.right),
      y: scale(ylow, yhigh, yAxis.log, frame.bottom, frame.top) };
    this.scales.x.whole = this.description.layers.some((layer) => layer.layer === "bars");
    ctx.save();
    ctx.beginPath();
    const over = this.description.panel === "chart" ? 4 : 0;            // room for a dot at the end of an axis
    ctx.rect(frame.left - over, frame.top - over, frame.right - frame.left + 2 * over, frame.bottom - frame.top + 2 * over);
    ctx.clip();
    for (const layer of this.description.layers) layers[layer.layer](ctx, layer, values, this.scales, colours);
    ctx.restore();
    drawAxes(ctx, frame, this.scales.x, this.scales.y, { x: xAxis.label, y: yAxis.label }, colours);
    this.handles.forEach((handle) => handle.place(values));
  }

  // Bounds of an axis: fixed, or what the layers span, within what is given.
  range({ low, high, log, fit }, values, which) {
    const [least, most] = [low, high].map((bound) => (bound === null ? null : number(bound, values)));
    if (!fit) return [least, most];
    const { layers: drawn } = this.description, i = which === "x" ? 0 : 1;
    const seen = drawn.flatMap((layer) => pointsOf(layer, values).map((point) => point[i]));
    for (const { layer, on, value } of drawn) if (layer === "level" && on === which) seen.push(number(value, values));
    const counted = drawn.some((layer) => layer.layer === "curve" && !layer.x);
    const bars = drawn.find((layer) => layer.layer === "bars");
    if (bars && which === "x") return [0.5, number(bars.count, values) + 0.5];
    if (bars && !log) seen.push(0);
    const shown = seen.filter((v) => Number.isFinite(v) && (!log || v > 0))
      .map((v) => Math.min(most ?? Infinity, Math.max(least ?? -Infinity, v)));
    if (!shown.length) return log ? [0.1, 10] : [0, 1];
    const bottom = shown.reduce((a, b) => Math.min(a, b)), top = shown.reduce((a, b) => Math.max(a, b));
    if (which === "x") return [bottom, Math.max(top, log ? 10 * bottom : bottom + 5e-9, counted ? 5 : top)];
    if (log) return [10 ** Math.floor(Math.log10(bottom)), 10 ** Math.ceil(Math.log10(top) + 0.01)];
    const room = 0.06 * (top - bottom) || 1;
    return [bottom - (bars && bottom >= 0 ? 0 : room), top + room];
  }
}

class Handle {
  constructor(layer, panel, set) {
    Object.assign(this, { layer, panel, set });
    this.button = element("button", { className: "handle", type: "button" }, { "aria-roledescription": "movable point" });
    this.button.addEventListener("pointerdown", (event) => this.grab(event));
    this.button.addEventListener("keydown", (event) => this.key(event));
    panel.element.append(this.button);
  }

  place(values) {
    const { x, y } = this.panel.scales, at = [values[this.layer.x], values[this.layer.y]];
    this.at = at;
    if (at[0] < x.low || at[0] > x.high || at[1] < y.low || at[1] > y.high) this.move(...at);   // an address may ask for it
    this.button.style.left = `${Math.min(x(x.high), Math.max(x(x.low), x(at[0])))}px`;
    this.button.style.top = `${Math.min(y(y.low), Math.max(y(y.high), y(at[1])))}px`;
    this.button.setAttribute("aria-label",
      `${this.layer.name}, x ${at[0].toFixed(2)}, y ${at[1].toFixed(2)}. Arrow keys move it.`);
  }

  move(u, v) {
    const { x, y } = this.panel.scales;
    const clamp = (value, { low, high }) => Math.min(high, Math.max(low, Number(value.toPrecision(6))));
    this.at = [clamp(u, x), clamp(v, y)];       // not only when drawn: keys may come faster than frames
    this.set({ [this.layer.x]: this.at[0], [this.layer.y]: this.at[1] });
  }

  follow({ clientX, clientY }) {
    const { left, top } = this.panel.canvas.getBoundingClientRect(), { x, y } = this.panel.scales;
    this.move(x.invert(clientX - left), y.invert(clientY - top));
  }

  grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.button.focus({ preventScroll: true });
    this.button.setPointerCapture(event.pointerId);
    const follow = (moved) => this.follow(moved);
    const release = () => {
      this.button.removeEventListener("pointermove", follow);
      this.button.removeEventListener("pointerup", release);
      this.button.removeEventListener("pointercancel", release);
    };
    this.button.addEventListener("pointermove", follow);
    this.button.addEventListener("pointerup", release);
    this.button.addEventListener("pointercancel", release);
    follow(event);
  }

  key(event) {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!direction) return;
    event.preventDefault();
    event.stopPropagation();                    // JupyterLab moves between cells on arrow keys
    const { x, y } = this.panel.scales, steps = event.shiftKey ? 10 : 1;
    this.move(this.at[0] + (direction[0] * steps * (x.high - x.low)) / 100,
      this.at[1] + (direction[1] * steps * (y.high - y.low)) / 100);
  }
}

export function element(tag, properties = {}, attributes = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
