// The numbers of what is drawn, as a table: comma-separated values with all their digits.
import { number, pointsOf } from "./layers.js";
import { fill } from "./summary.js";

const COLUMNS = ["panel", "what", "index", "x", "y", "to_x", "to_y", "value"];
const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export function table(description, values) {
  const lines = [COLUMNS];
  for (const name of Object.keys(description.state)) lines.push(["state", name, "", "", "", "", "", Number(values[name])]);
  for (const panel of description.panels.flat()) {
    for (const layer of panel.layers) {
      for (const row of rows(layer, panel, values)) lines.push([panel.label, ...row]);
    }
  }
  return lines.map((line) => line.map((cell) => quoted(String(cell))).join(",")).join("\n") + "\n";
}

// Rows of what, index, x, y, to_x, to_y, value.
function* rows(layer, panel, values) {
  const { layer: kind, name, runs } = layer, what = name ?? runs?.map((part) => part.name).join(" / ") ?? kind;
  if (kind === "heat" || kind === "shade") {
    const { data, shape: [ny, nx] } = values[layer.grid];
    const [xmin, xmax, ymin, ymax] = [panel.x.low, panel.x.high, panel.y.low, panel.y.high].map((end) => number(end, values));
    for (let k = 0; k < data.length; k++) {
      const klass = layer.classes[kind === "heat" ? data[k] : -1 - data[k]];
      yield [what, k, xmin + ((xmax - xmin) * ((k % nx) + 0.5)) / nx,
        ymin + ((ymax - ymin) * (Math.floor(k / nx) + 0.5)) / ny, "", "", klass?.label ?? data[k]];
    }
  } else if (kind === "segments") {
    const { data } = values[layer.values];
    for (let k = 0; k < number(layer.count, values); k++) yield [what, k, ...data.subarray(4 * k, 4 * k + 4), ""];
  } else if (kind === "level") {
    yield [what, "", ...(layer.on === "x" ? [number(layer.value, values), ""] : ["", number(layer.value, values)]), "", "", ""];
  } else if (kind === "band") {
    const ends = [number(layer.low, values), number(layer.high, values)];
    yield [what, "", ...(layer.on === "x" ? [ends[0], "", ends[1], ""] : ["", ends[0], "", ends[1]]), ""];
  } else {
    const said = kind === "text" ? fill(layer.template, values) : "";
    for (const [k, [x, y]] of pointsOf(layer, values).entries()) yield [what, k, x, y, "", "", said];
  }
}
