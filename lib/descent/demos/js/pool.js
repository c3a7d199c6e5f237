// One pool of workers for the page. A grid is computed band by band, so that a newer request waits for one band at most.
import { Module } from "./module.js";

const BAND_CELLS = 8000;

function workerMain() {
  const modules = new Map();
  self.onmessage = async ({ data: task }) => {
    try {
      if (task.bytes) modules.set(task.key, Module.load(task.bytes));
      const module = await modules.get(task.key);
      const shape = [task.last - task.first, task.nx], Row = { f8: Float64Array, i4: Int32Array, i1: Int8Array }[task.type];
      const rows = { data: new Row(shape[0] * shape[1]), shape };
      module.call(task.kernel, [...task.box, task.ny, task.first, ...task.args, rows]);
      self.postMessage({ data: rows.data }, [rows.data.buffer]);
    } catch (error) {
      self.postMessage({ error: String(error) });
    }
  };
}

class Pool {
  constructor(size) {
    const source = `${Module.toString()}\n(${workerMain.toString()})()`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.queue = [];
    this.idle = Array.from({ length: size }, () => ({ worker: new Worker(url), known: new Set() }));
  }

  // Fill a grid. done(data) is called when all bands are there; the result cancels what is left.
  grid({ key, bytes, kernel, box, args, data, shape: [ny, nx], type }, done, failed) {
    const height = Math.max(1, Math.floor(BAND_CELLS / nx));
    const job = { left: 0, cancelled: false };
    for (let first = 0; first < ny; first += height) {
      job.left += 1;
      const task = { key, kernel, box, args, type, ny, nx, first, last: Math.min(ny, first + height) };
      this.queue.push({ job, bytes, task, take: (message) => {
        if (job.cancelled) return;
        if (message.error) return failed(new Error(message.error));
        data.set(message.data, first * nx);
        job.left -= 1;
        if (job.left === 0) done(data);
      } });
    }
    this.dispatch();
    return () => {
      job.cancelled = true;
      this.queue = this.queue.filter((entry) => entry.job !== job);
    };
  }

  dispatch() {
    while (this.idle.length && this.queue.length) {
      const slot = this.idle.pop(), { bytes, task, take } = this.queue.shift();
      slot.worker.onmessage = ({ data }) => {
        this.idle.push(slot);
        take(data);
        this.dispatch();
      };
      slot.worker.postMessage(slot.known.has(task.key) ? task : { ...task, bytes });
      slot.known.add(task.key);
    }
  }
}

export function pool() {
  globalThis.descentPool ??= new Pool(Math.max(1, Math.min(4, navigator.hardwareConcurrency || 2)));
  return globalThis.descentPool;
}
