// The program of a figure: kernel calls over named values. The first call that names a buffer fills it, later ones read
// it. A call runs again only when something that it reads has changed.
import { Module } from "./module.js";
import { pool } from "./pool.js";

const ARRAYS = { f8: Float64Array, i4: Int32Array, i1: Int8Array };
let figures = 0;

// The modules that Python packed: a gzip file of their number, their lengths, their bytes.
export async function unpacked(file) {
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream("gzip"));
  const all = await new Response(stream).arrayBuffer(), number = (i) => new DataView(all).getUint32(4 * i, true);
  let at = 4 * (number(0) + 1);
  return Array.from({ length: number(0) }, (_, i) => new Uint8Array(all.slice(at, at += number(i + 1))));
}

export class Program {
  // `modules`: a promise of what `Figure.modules` gives.
  constructor(description, modules) {
    Object.assign(this, { description, modules, id: figures++, cancels: new Map() });
    this.loaded = new Map();
    this.variant = null;
  }

  load(index) {
    if (!this.loaded.has(index)) this.loaded.set(index, this.modules.then((all) => Module.load(all[index])));
    return this.loaded.get(index);
  }

  // Make the variant's constants and buffers; the shared module is the first, the variants' follow.
  async choose(choice) {
    const { variants, buffers } = this.description, values = {}, all = await this.modules;
    const near = await Promise.all([this.load(0), this.load(choice + 1)]);
    // a module with vector instructions is valid where the browser knows them
    const [plain, fast] = [1, 2].map((k) => k * variants.length + 1 + choice);
    const heavy = WebAssembly.validate(all[fast]) ? fast : plain;
    for (const [name, value] of Object.entries(variants[choice].constants)) values[name] = constant(value);
    for (const [name, { type, shape }] of Object.entries(buffers)) {
      values[name] = buffer(type, shape.map((n) => values[n] ?? n));
    }
    this.stop();
    Object.assign(this, { variant: choice, near, heavy: { key: `${this.id} ${choice}`, bytes: all[heavy] }, values,
      versions: {}, done: [] });
  }

  stop() {
    this.cancels.forEach((cancel) => cancel());
    this.cancels.clear();
  }

  // True while a grid is being filled.
  get busy() {
    return this.cancels.size > 0;
  }

  // Run what has changed. Grids come later: painted() is called when a coarse and when a fine grid is there.
  run(state, painted, failed) {
    Object.assign(this.values, state);
    const filled = new Set();
    this.description.program.forEach((call, at) => {
      const written = call.args.filter((arg) => arg in this.description.buffers && !filled.has(arg));
      written.forEach((name) => filled.add(name));
      const reads = [...(call.box ?? []), ...call.args].filter((arg) => !written.includes(arg));
      const key = JSON.stringify(reads.map((arg) => (typeof arg !== "string" ? arg
        : this.values[arg]?.data ? `${arg} ${this.versions[arg] ?? 0}` : String(this.values[arg]))));
      if (this.done[at] === key) return;
      this.done[at] = key;
      const args = call.args.map((arg) => (typeof arg === "string" ? this.values[arg] : arg));
      if (call.grid) return this.grid(call, args, painted, failed);
      for (const name of written) this.values[name].data.fill(0);       // what a kernel leaves out is 0, as in Python
      const result = this.near.find((module) => module.has(call.kernel)).call(call.kernel, args);
      if (call.result) this.values[call.result] = result;
      for (const name of written) {
        this.versions[name] = (this.versions[name] ?? 0) + 1;
        this.description.buffers[name].names?.forEach((entry, i) => { this.values[entry] = this.values[name].data[i]; });
      }
    });
  }

  grid(call, args, painted, failed) {
    const { type, shape } = this.description.buffers[call.grid];
    const request = { ...this.heavy, kernel: call.kernel, args, type, box: call.box.map((name) => this.values[name] ?? name) };
    const fill = (size, next) => {
      const made = buffer(type, size);
      this.cancels.set(call.grid, pool().grid({ ...request, ...made }, () => {
        const counts = new Array(call.shares?.length ?? 0).fill(0);
        if (call.shares) for (const kind of made.data) counts[kind] += 1;
        call.shares?.forEach((name, i) => { this.values[name] = counts[i] / made.data.length; });
        this.values[call.grid] = made;
        this.cancels.delete(call.grid);
        next?.();
        painted();
      }, failed));
    };
    this.cancels.get(call.grid)?.();
    fill(call.coarse, () => fill(shape.map((n) => this.values[n] ?? n)));
  }
}

function buffer(type, shape) {
  return { data: new ARRAYS[type](shape.reduce((a, b) => a * b, 1)), shape };
}

function constant(value) {
  if (!Array.isArray(value)) return value;
  const shape = Array.isArray(value[0]) ? [value.length, value[0].length] : [value.length];
  return { data: Float64Array.from(value.flat()), shape };
}
