// A WebAssembly module made by descent.wasm. It says itself how its kernels are called.

export class Module {
  static async load(bytes) {
    if (!bytes.length) return new Module({}, { exports: {} });  // a figure without shared kernels
    const compiled = await WebAssembly.compile(bytes);
    const about = JSON.parse(new TextDecoder().decode(WebAssembly.Module.customSections(compiled, "descent")[0]));
    const memory = new WebAssembly.Memory({ initial: 2 + (about.heap >> 16) });
    const env = { __linear_memory: memory };
    if (about.stack) env.__stack_pointer = new WebAssembly.Global({ value: "i32", mutable: true }, about.heap);
    for (const name of about.imports) {
      if (typeof Math[name] !== "function") throw new Error(`a kernel needs ${name}, which this page cannot supply`);
      env[name] = Math[name];
    }
    const { exports } = await WebAssembly.instantiate(compiled, { env });
    return new Module(exports, about, memory);
  }

  constructor(exports, about, memory) {
    Object.assign(this, { exports, about, memory });
  }

  has(name) {
    return name in this.about.exports;
  }

  // Call a kernel. Numbers pass as they are; arrays are { data, shape }: copied in before the call, out after it.
  call(name, args) {
    const { args: kinds, returns } = this.about.exports[name];
    const flat = [this.about.heap, 0], placed = [];
    let top = this.about.heap + 16;
    kinds.forEach((kind, i) => {
      if (kind.dimensions === 0) return flat.push(Number(args[i]));
      placed.push({ address: top, data: args[i].data });
      flat.push(top, ...args[i].shape);
      top = (top + args[i].data.byteLength + 15) & ~15;
    });
    const missing = top - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow((missing + 65535) >> 16);
    for (const { address, data } of placed) new data.constructor(this.memory.buffer, address, data.length).set(data);
    if (this.exports[name](...flat) !== 0) throw new Error(`kernel ${name} failed`);
    for (const { address, data } of placed) data.set(new data.constructor(this.memory.buffer, address, data.length));
    const Result = { f8: Float64Array, i4: Int32Array }[returns];
    return Result ? new Result(this.memory.buffer, this.about.heap, 1)[0] : undefined;
  }
}
