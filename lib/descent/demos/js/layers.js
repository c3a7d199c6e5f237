// What can be drawn. Each layer takes the context, its entry of the description, the values, the scales and the colours.

export const layers = {
  heat(ctx, { grid, classes }, values, { x, y }, { dark }) {
    const { data, shape: [ny, nx] } = values[grid];
    const inks = classes.map((c) => tile(c, dark)), zoom = Math.max(1, Math.round(400 / nx));
    const width = nx * zoom, height = ny * zoom;
    const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < height; i++) {
      const row = Math.floor(i / zoom) * nx, out = (height - 1 - i) * width;
      for (let j = 0; j < width; j++) pixels[out + j] = inks[data[row + Math.floor(j / zoom)]][(i & 7) * 8 + (j & 7)];
    }
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").putImageData(image, 0, 0);
    const across = x(x.high) - x(x.low);
    ctx.imageSmoothingEnabled = across * devicePixelRatio < width;     // else each cell keeps its edges
    ctx.drawImage(canvas, x(x.low), y(y.high), across, y(y.low) - y(y.high));
  },

  segments(ctx, { values: name, count }, values, { x, y }, colours) {
    const { data } = values[name];
    ctx.strokeStyle = colours.contour;
    ctx.lineWidth = 0.7;
    ctx.beginPath();
    for (let i = 0; i < 4 * values[count]; i += 4) {
      ctx.moveTo(x(data[i]), y(data[i + 1]));
      ctx.lineTo(x(data[i + 2]), y(data[i + 3]));
    }
    ctx.stroke();
  },

  path(ctx, { points, count, split }, values, { x, y }, colours) {
    const { data } = values[points];
    const at = Array.from({ length: values[count] }, (_, k) => [x(data[2 * k]), y(data[2 * k + 1])]);
    polyline(ctx, at, values[split], colours);
  },

  curve(ctx, { values: name, count, split }, values, { x, y }, colours) {
    const { data } = values[name];
    const at = Array.from({ length: values[count] }, (_, k) => (y.log && data[k] <= 0 ? [NaN, NaN] : [x(k), y(data[k])]));
    polyline(ctx, at, values[split], colours);
  },

  level(ctx, { value, name }, values, { x, y }, colours) {
    const at = y(values[value]);
    ctx.strokeStyle = ctx.fillStyle = colours.text;
    ctx.lineWidth = 1;
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(x(x.low), at);
    ctx.lineTo(x(x.high), at);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.lineWidth = 3;
    ctx.strokeStyle = colours.page;             // a halo, where a curve crosses the name
    ctx.strokeText(name, x(x.high) - 4, at - 2);
    ctx.fillText(name, x(x.high) - 4, at - 2);
  },

  marks(ctx, { points }, values, { x, y }, colours) {
    const { data } = values[points];
    for (const [width, colour] of [[6, colours.page], [2.6, colours.text]]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.beginPath();
      for (let i = 0; i < data.length; i += 2) {
        const u = x(data[i]), v = y(data[i + 1]);
        ctx.moveTo(u - 5, v - 5);
        ctx.lineTo(u + 5, v + 5);
        ctx.moveTo(u - 5, v + 5);
        ctx.lineTo(u + 5, v - 5);
      }
      ctx.stroke();
    }
  },

  handle() {},                                  // an element of the page, see plane.js
};

// Up to the split: dashed, open dots. From it: solid, filled dots.
function polyline(ctx, at, split, colours) {
  const runs = [{ from: 0, to: Math.min(split, at.length - 1), colour: colours.rise, dash: [5, 3] },
    { from: split, to: at.length - 1, colour: colours.fall, dash: [] }];
  for (const { from, to, colour, dash } of runs) {
    if (to <= from) continue;
    for (const [width, stroke] of [[4, colours.page], [1.6, colour]]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = stroke;
      ctx.setLineDash(width === 4 ? [] : dash);
      ctx.beginPath();
      for (let k = from; k <= to; k++) ctx[k === from ? "moveTo" : "lineTo"](...at[k]);
      ctx.stroke();
    }
    ctx.setLineDash([]);
  }
  let last = null;                              // where points crowd, the line alone is drawn
  at.forEach(([u, v], k) => {
    if (k > split && Math.hypot(u - last[0], v - last[1]) < 7) return;
    last = [u, v];
    ctx.beginPath();
    ctx.arc(u, v, 2.8, 0, 2 * Math.PI);
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = k < split ? colours.rise : colours.fall;
    ctx.fillStyle = k < split ? colours.page : colours.fall;
    ctx.fill();
    ctx.stroke();
  });
}

// The 8 x 8 pixels of a class, little-endian RGBA.
function tile({ fill, ink, hatch }, dark) {
  const [ground, mark] = [fill, ink].map((c) => {
    const [r, g, b] = c[dark ? 1 : 0].match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16));
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  return Array.from({ length: 64 }, (_, k) => ((hatch[k >> 3] >> (7 - (k & 7))) & 1 ? mark : ground));
}

export function swatch(entry, dark) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 16 });
  const image = new ImageData(24, 16), pixels = new Uint32Array(image.data.buffer), ink = tile(entry, dark);
  pixels.forEach((_, k) => { pixels[k] = ink[(Math.floor(k / 24) & 7) * 8 + ((k % 24) & 7)]; });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
