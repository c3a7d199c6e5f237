// Scales and axes.

export function scale(low, high, log, from, to) {
  const at = log ? Math.log10 : (v) => v;
  const a = at(low), b = at(high);
  const map = (v) => from + ((at(v) - a) / (b - a)) * (to - from);
  map.invert = (pixel) => {
    const v = a + ((pixel - from) / (to - from)) * (b - a);
    return log ? 10 ** v : v;
  };
  return Object.assign(map, { low, high, log });
}

export function ticks({ low, high, log }, most) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first + 1) / most));
    return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => 10 ** (first + i * every));
  }
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

export function tickText(value, log) {
  if (log && (value >= 1e4 || value < 1e-2)) {
    return "10" + String(Math.round(Math.log10(value))).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
  }
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

export function drawAxes(ctx, frame, x, y, labels, colours) {
  ctx.strokeStyle = colours.faint;
  ctx.fillStyle = colours.text;
  ctx.lineWidth = 1;
  ctx.strokeRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  ctx.font = "12px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  for (const t of ticks(x, Math.max(2, (frame.right - frame.left) / 60))) {
    if (x.whole && t % 1) continue;
    tick(ctx, x(t), frame.bottom, x(t), frame.bottom + 4);
    const words = tickText(t, x.log), most = ctx.canvas.clientWidth - ctx.measureText(words).width / 2;
    ctx.fillText(words, Math.min(x(t), most), frame.bottom + 6);
  }
  ctx.fillText(labels.x, (frame.left + frame.right) / 2, frame.bottom + 20);
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const t of ticks(y, Math.max(2, (frame.bottom - frame.top) / 40))) {
    tick(ctx, frame.left - 4, y(t), frame.left, y(t));
    ctx.fillText(tickText(t, y.log), frame.left - 6, y(t));
  }
  ctx.save();
  ctx.translate(11, (frame.top + frame.bottom) / 2);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "center";
  ctx.fillText(labels.y, 0, 0);
  ctx.restore();
}

function tick(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}
