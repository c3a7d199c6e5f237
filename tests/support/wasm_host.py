"""A host for modules of descent.wasm: wasmtime in the place of a browser, wired as demos/js/module.js wires a page."""

import ctypes
import dataclasses
import functools
import math

import numpy as np
import wasmtime
from descent import wasm

DTYPES = {"f8": np.float64, "i4": np.int32, "i1": np.int8}
RESULTS = {"f8": ctypes.c_double, "i4": ctypes.c_int32}
PAGE = 65536


def hosted(figure, program=None, simd=True):
    """The hosts of a figure's modules, None for an empty one; and the figure with its kernels run by them.

    ``program``: a figure of the same kernels to take the rest from, one with smaller grids; ``simd``: whether grids are
    filled with vector instructions.
    """
    hosts = [Host(module) if module else None for module in figure.modules()]
    shared, n = hosts[0], len(figure.variants)
    grids = hosts[1 + n:][n:] if simd else hosts[1 + n:][:n]
    kernels = []
    for names, *among in zip(figure.kernels, hosts[1:], grids):
        kernels.append({name: _found(name, [shared, *among]) for name in (*figure.shared, *names)})
    return hosts, dataclasses.replace(program or figure, shared={}, kernels=kernels)


def _found(name, hosts):
    """The kernel of that name, in the last of the hosts that has it."""
    host = [host for host in hosts if host and name in host.about["exports"]][-1]
    return functools.partial(host.call, name)


class Host:
    """A module, instantiated; ``host.call(name, *args)`` calls a kernel with numbers and C-contiguous arrays.

    Arrays are copied into memory above the heap, and back after the call: the kernel fills them in place.
    """

    def __init__(self, module):
        self.about = wasm.describe(module)
        self.store = wasmtime.Store()
        compiled = wasmtime.Module(self.store.engine, module)
        self.imports = [(entry.module, entry.name) for entry in compiled.imports]
        limits = wasmtime.Limits(2 + self.about["heap"] // PAGE, None)
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(limits))
        supplied = [self._supply(entry) for entry in compiled.imports]
        self.exports = wasmtime.Instance(self.store, compiled, supplied).exports(self.store)

    def _supply(self, entry):
        if entry.name == "__linear_memory":
            return self.memory
        if entry.name == "__stack_pointer":
            return wasmtime.Global(self.store, wasmtime.GlobalType(wasmtime.ValType.i32(), True),
                                   wasmtime.Val.i32(self.about["heap"]))
        return wasmtime.Func(self.store, entry.type, getattr(math, entry.name))

    def call(self, name, *args):
        """What the kernel returns; RuntimeError when its status is not 0."""
        about = self.about["exports"][name]
        assert len(args) == len(about["args"]), f"{name} takes {len(about['args'])} arguments"
        top = self.about["heap"] + 16           # the result has the first 16 bytes
        flat, placed = [self.about["heap"], 0], []
        for kind, arg in zip(about["args"], args):
            if kind["dimensions"] == 0:
                flat.append(float(arg) if kind["type"] == "f8" else int(arg))
                continue
            assert arg.dtype == DTYPES[kind["type"]] and arg.ndim == kind["dimensions"] and arg.flags.c_contiguous
            flat += [top, *arg.shape]
            placed.append((top, arg))
            top = -(-(top + arg.nbytes) // 16) * 16
        missing = top - self.memory.data_len(self.store)
        if missing > 0:
            self.memory.grow(self.store, -(-missing // PAGE))
        for address, array in placed:
            self.memory.write(self.store, array.tobytes(), address)
        status = self.exports[name](self.store, *flat)
        if status != 0:
            raise RuntimeError(f"kernel {name} failed with status {status}")
        for address, array in placed:
            array[...] = np.frombuffer(self._read(address, array.nbytes), array.dtype).reshape(array.shape)
        if about["returns"] is not None:
            result = RESULTS[about["returns"]]
            return result.from_buffer_copy(self._read(self.about["heap"], ctypes.sizeof(result))).value

    def _read(self, address, size):
        return self.memory.read(self.store, address, address + size)
