// What can be drawn. Each layer takes the context, its entry of the description, the values, the scales and the colours.
import { fill } from "./summary.js";

// A number of the description: itself, or the name of a value.
export const number = (name, values) => (typeof name === "string" ? Number(values[name]) : name);

// The points of a layer, [x, y] in the units of the axes.
export function pointsOf(layer, values) {
  const n = layer.count === undefined ? 0 : number(layer.count, values);
  const rows = (name, length) => Array.from({ length }, (_, k) => [values[name].data[2 * k], values[name].data[2 * k + 1]]);
  switch (layer.layer) {
    case "path": case "dots": return rows(layer.points, n);
    case "marks": return rows(layer.points, values[layer.points].shape[0]);
    case "curve": return Array.from({ length: n }, (_, k) => [layer.x ? values[layer.x].data[k] : k, values[layer.values].data[k]]);
    case "bars": return Array.from({ length: n }, (_, k) => [k + 1, values[layer.values].data[k]]);
    case "handle": case "text": return [[number(layer.x, values), number(layer.y, values)]];
    default: return [];
  }
}

export const layers = {
  heat(ctx, layer, values, scales, { dark }) {
    paint(ctx, layer, values[layer.grid], scales, dark, () => {
      const inks = layer.classes.map((c) => tile(c, dark));
      return (cell, i, j) => inks[cell][(i & 7) * 8 + (j & 7)];
    });
  },

  shade(ctx, layer, values, scales, { dark }) {
    const { grid, low, high, log, colours, classes } = layer;
    paint(ctx, layer, values[grid], scales, dark, () => {
      const inks = classes.map((c) => tile(c, dark)), at = log ? Math.log : (v) => v;
      const bottom = at(number(low, values)), range = at(number(high, values)) - bottom;
      const steps = Array.from({ length: 256 }, (_, k) => between(colours, k / 255));
      return (cell, i, j) => (cell < 0 && inks[-1 - cell]?.[(i & 7) * 8 + (j & 7)])
        || steps[Math.round(255 * Math.min(1, Math.max(0, (at(cell) - bottom) / range)))] || steps[0];    // as if low
    });
  },

  segments(ctx, { values: name, count, style, arrows }, values, { x, y }, { dark }) {
    const { data } = values[name];
    ctx.strokeStyle = style.colour[dark ? 1 : 0];
    ctx.lineWidth = style.width;
    ctx.setLineDash(style.dash);
    ctx.beginPath();
    for (let i = 0; i < 4 * number(count, values); i += 4) {
      const [u0, v0, u, v] = [x(data[i]), y(data[i + 1]), x(data[i + 2]), y(data[i + 3])];
      ctx.moveTo(u0, v0);
      ctx.lineTo(u, v);
      const length = Math.hypot(u - u0, v - v0);
      if (!arrows || length < 1) continue;
      const [a, b] = [(u - u0) / length, (v - v0) / length];
      for (const side of [-1, 1]) {
        ctx.moveTo(u, v);
        ctx.lineTo(u - 7 * a + side * 4 * b, v - 7 * b - side * 4 * a);
      }
    }
    ctx.stroke();
    ctx.setLineDash([]);
  },

  path(ctx, layer, values, { x, y }, colours) {
    polyline(ctx, pointsOf(layer, values).map(([a, b]) => [x(a), y(b)]), layer.runs, values, colours);
  },

  curve(ctx, layer, values, scales, colours) {
    layers.path(ctx, layer, values, scales, colours);
  },

  dots(ctx, layer, values, { x, y }, { dark }) {
    const { colour, width } = layer.style;
    ctx.fillStyle = colour[dark ? 1 : 0];
    for (const [a, b] of pointsOf(layer, values)) ctx.fillRect(x(a) - width / 2, y(b) - width / 2, width, width);
  },

  bars(ctx, layer, values, { x, y }, { dark }) {
    ctx.fillStyle = layer.style.colour[dark ? 1 : 0];
    const floor = y(y.log ? y.low : Math.min(y.high, Math.max(y.low, 0)));
    for (const [k, height] of pointsOf(layer, values)) {
      ctx.fillRect(x(k - 0.3), floor, x(k + 0.3) - x(k - 0.3), y(y.log ? Math.max(height, y.low) : height) - floor);
    }
  },

  level(ctx, { value, name, on }, values, { x, y }, colours) {
    const at = number(value, values), upright = on === "x";
    ctx.strokeStyle = ctx.fillStyle = colours.text;
    ctx.lineWidth = 1;
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(upright ? x(at) : x(x.low), upright ? y(y.low) : y(at));
    ctx.lineTo(upright ? x(at) : x(x.high), upright ? y(y.high) : y(at));
    ctx.stroke();
    ctx.setLineDash([]);
    const left = upright && x(at) < (x(x.low) + x(x.high)) / 2;
    ctx.textAlign = left ? "left" : "right";
    const below = !upright && y(at) - y(y.high) < 16;                    // no room above the line
    ctx.textBaseline = upright || below ? "top" : "bottom";
    haloed(ctx, name, upright ? x(at) + (left ? 4 : -4) : x(x.high) - 4, upright ? y(y.high) + 3 : y(at) + (below ? 3 : -2),
      colours);
  },

  band(ctx, { low, high, on }, values, { x, y }) {
    const along = on === "x" ? x : y, clip = (v) => Math.min(along.high, Math.max(along.low, number(v, values)));
    const a = along(clip(low)), b = along(clip(high));
    ctx.fillStyle = "#8080802e";
    if (on === "x") ctx.fillRect(a, y(y.high), b - a, y(y.low) - y(y.high));
    else ctx.fillRect(x(x.low), b, x(x.high) - x(x.low), a - b);
  },

  marks(ctx, layer, values, { x, y }, colours) {
    for (const [width, colour] of [[6, colours.page], [2.6, colours.text]]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.beginPath();
      for (const [a, b] of pointsOf(layer, values)) {
        const u = x(a), v = y(b);
        ctx.moveTo(u - 5, v - 5);
        ctx.lineTo(u + 5, v + 5);
        ctx.moveTo(u - 5, v + 5);
        ctx.lineTo(u + 5, v - 5);
      }
      ctx.stroke();
    }
  },

  text(ctx, layer, values, { x, y }, colours) {
    const [[a, b]] = pointsOf(layer, values);
    const right = x(a) > (x(x.low) + x(x.high)) / 2;
    ctx.textAlign = right ? "right" : "left";
    ctx.textBaseline = "bottom";
    haloed(ctx, fill(layer.template, values), x(a) + (right ? -8 : 8), y(b) - 8, colours);
  },

  handle() {},                                  // an element of the page, see panel.js
};

const paintings = new WeakMap();                // of each layer the last: most often only a path has moved

// The cells of a grid, each of the colour that ink() has for it at that pixel; the picture has at least 400 columns.
function paint(ctx, layer, cells, { x, y }, dark, ink) {
  let last = paintings.get(layer);
  if (last?.cells !== cells || last.dark !== dark) {
    last = { cells, dark, canvas: painting(cells, ink()) };
    paintings.set(layer, last);
  }
  const across = x(x.high) - x(x.low);
  ctx.imageSmoothingEnabled = across * devicePixelRatio < last.canvas.width;    // else each cell keeps its edges
  ctx.drawImage(last.canvas, x(x.low), y(y.high), across, y(y.low) - y(y.high));
}

function painting({ data, shape: [ny, nx] }, ink) {
  const zoom = Math.max(1, Math.round(400 / nx)), width = nx * zoom, height = ny * zoom;
  const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < height; i++) {
    const row = Math.floor(i / zoom) * nx, out = (height - 1 - i) * width;
    for (let j = 0; j < width; j++) pixels[out + j] = ink(data[row + Math.floor(j / zoom)], i, j);
  }
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function haloed(ctx, words, u, v, colours) {
  ctx.font = "12px system-ui, sans-serif";
  ctx.lineWidth = 3;
  ctx.strokeStyle = colours.page;               // where a curve crosses the words
  ctx.strokeText(words, u, v);
  ctx.fillStyle = colours.text;
  ctx.fillText(words, u, v);
}

// A line through points, each run of it in its own style.
function polyline(ctx, at, runs, values, colours) {
  let first = 0;
  const parts = runs.map(({ style, last }) => {
    const from = first, end = last === null ? at.length : number(last, values), to = Math.min(end, at.length - 1);
    first = Math.max(first, Math.min(end, at.length));      // beyond the last row no run follows
    return { style, from, to, final: end > to, colour: style.colour[colours.dark ? 1 : 0] };
  });
  for (const { style, from, to, colour } of parts) {
    if (to <= from) continue;
    for (const [width, stroke, dash] of [[style.width + 2.4, colours.page, []], [style.width, colour, style.dash]]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = stroke;
      ctx.setLineDash(dash);
      ctx.beginPath();
      for (let k = from; k <= to; k++) ctx[k === from ? "moveTo" : "lineTo"](...at[k]);
      ctx.stroke();
    }
    ctx.setLineDash([]);
  }
  parts.forEach(({ style, from, to, final, colour }, i) => {
    let last = null;                            // where points crowd, the line alone is drawn
    if (!style.dots) return;
    for (let k = from; k <= (final || i === parts.length - 1 ? to : to - 1); k++) {
      const [u, v] = at[k];
      if (last && Math.hypot(u - last[0], v - last[1]) < 7) continue;
      last = at[k];
      ctx.beginPath();
      ctx.arc(u, v, 2.8, 0, 2 * Math.PI);
      ctx.lineWidth = 1.4;
      ctx.strokeStyle = colour;
      ctx.fillStyle = style.dots === "open" ? colours.page : colour;
      ctx.fill();
      ctx.stroke();
    }
  });
}

const parts = (colour) => colour.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16));
const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;       // RGBA, little-endian

// The colour at a fraction of a scale of colours.
function between(colours, t) {
  const at = t * (colours.length - 1), i = Math.min(colours.length - 2, Math.floor(at));
  const [a, b] = [parts(colours[i]), parts(colours[i + 1])];
  return packed(a.map((v, k) => Math.round(v + (at - i) * (b[k] - v))));
}

// The 8 x 8 pixels of a class.
function tile({ fill: fills, ink, hatch }, dark) {
  const [ground, mark] = [fills, ink].map((c) => packed(parts(c[dark ? 1 : 0])));
  return Array.from({ length: 64 }, (_, k) => ((hatch[k >> 3] >> (7 - (k & 7))) & 1 ? mark : ground));
}

export function swatch(entry, dark) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 16 });
  const image = new ImageData(24, 16), pixels = new Uint32Array(image.data.buffer), ink = tile(entry, dark);
  pixels.forEach((_, k) => { pixels[k] = ink[(Math.floor(k / 24) & 7) * 8 + ((k % 24) & 7)]; });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
