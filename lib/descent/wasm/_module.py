"""The last step of a linker: from one self-contained WebAssembly object file to a module.

LLVM emits a relocatable object: a module already, but for its exports. The kernels are the only functions that anybody
calls, everything else is internal, and addresses start at 0; so it is enough to keep the standard sections, name the
exports, and say in a custom section how to call them. No linker program is needed.
"""

import json

MAGIC = b"\0asm\x01\0\0\0"
CUSTOM, IMPORT, EXPORT, DATA = 0, 2, 7, 11
AFTER_EXPORT = (8, 9, 12, 10, 11)               # start, element, data count, code, data
STACK = 65536                                   # bytes, for modules that spill
SECTION = "descent"


def link(obj, exports, manifest):
    """The module of an object file.

    `exports` maps linker symbols to export names; `manifest` maps export names to their arguments and result.
    """
    sections = list(_sections(obj))
    linking = next(body for kind, body in sections if kind == CUSTOM and _name(body)[0] == "linking")
    indices = _function_symbols(linking)
    missing = set(exports) - set(indices)
    if missing:
        raise ValueError(f"symbols {sorted(missing)} are not defined in the object")
    imports, functions = _imports(next((body for kind, body in sections if kind == IMPORT), b"\0"))
    data = _data_end(next((body for kind, body in sections if kind == DATA), b"\0"))
    heap = -(-data // 16) * 16 + (STACK if "__stack_pointer" in imports else 0)
    about = {"exports": manifest, "imports": sorted(functions), "stack": "__stack_pointer" in imports, "heap": heap}
    entries = b"".join(_string(name) + b"\0" + _leb(indices[symbol]) for symbol, name in exports.items())
    export = _section(EXPORT, _leb(len(exports)) + entries)
    out, placed = MAGIC, False
    for kind, body in sections:
        if kind == CUSTOM:
            continue
        if kind in AFTER_EXPORT and not placed:
            out, placed = out + export, True
        out += _section(kind, body)
    return out + _section(CUSTOM, _string(SECTION) + json.dumps(about, separators=(",", ":")).encode())


def describe(module):
    """How to call a module that `compile` made.

    Parameters
    ----------
    module : bytes

    Returns
    -------
    dict
        ``exports``: for each kernel ``args`` (``type`` f8, i4 or i1, ``dimensions`` 0 for a scalar) and ``returns``.
        A kernel is called as ``(result address, 0, …)``, an array passes its address and its lengths; it returns 0.
        ``imports``: the functions of ``env`` it needs beside ``__linear_memory``; ``stack``: whether it imports
        ``env.__stack_pointer``, a mutable global to be set to ``heap``; ``heap``: the first free address.
    """
    try:
        for kind, body in _sections(bytes(memoryview(module))):
            if kind == CUSTOM:
                name, end = _name(body)
                if name == SECTION:
                    return json.loads(body[end:])
    except (TypeError, IndexError, ValueError):
        pass                                    # no bytes, or cut short
    raise ValueError("module was not made by descent.wasm.compile, or is not whole")


def _read(data, at):
    """One unsigned LEB128 number and the place behind it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _leb(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def _string(text):
    return _leb(len(text.encode())) + text.encode()


def _section(kind, body):
    return bytes([kind]) + _leb(len(body)) + body


def _sections(module):
    if module[:8] != MAGIC:
        raise ValueError("not a WebAssembly module of version 1")
    at = 8
    while at < len(module):
        size, body = _read(module, at + 1)
        yield module[at], module[body:body + size]
        at = body + size


def _name(body, at=0):
    size, at = _read(body, at)
    return body[at:at + size].decode(), at + size


def _imports(body):
    """All imported names, and those of functions, after checking that a host can supply each."""
    count, at = _read(body, 0)
    names, functions = set(), set()
    for _ in range(count):
        _, at = _name(body, at)
        name, at = _name(body, at)
        kind, at = body[at], at + 1
        if kind == 0:                           # function: its type
            _, at = _read(body, at)
            functions.add(name)
        elif kind == 2:                         # memory: limits
            limits, at = _read(body, at)
            _, at = _read(body, at)
            at = _read(body, at)[1] if limits & 1 else at
        elif kind == 3 and name == "__stack_pointer":
            at += 2
        else:
            raise ValueError(f"kernel needs {name}, which no host supplies")
        names.add(name)
    return names, functions


def _function_symbols(linking):
    """Function index of each defined function symbol of the linking section."""
    _, at = _name(linking)
    _, at = _read(linking, at)                  # version
    found = {}
    while at < len(linking):
        kind, at = linking[at], at + 1
        size, at = _read(linking, at)
        end = at + size
        if kind == 8:                           # symbol table
            count, at = _read(linking, at)
            for _ in range(count):
                symbol, at = linking[at], at + 1
                flags, at = _read(linking, at)
                defined = not flags & 0x10
                if symbol == 0:
                    index, at = _read(linking, at)
                    if defined or flags & 0x40:
                        name, at = _name(linking, at)
                        if defined:
                            found[name] = index
                elif symbol == 1:               # data: name, then segment, offset, size
                    _, at = _name(linking, at)
                    if defined:
                        for _ in range(3):
                            _, at = _read(linking, at)
                elif symbol == 3:               # section
                    _, at = _read(linking, at)
                else:                           # global, tag, table
                    _, at = _read(linking, at)
                    if defined or flags & 0x40:
                        _, at = _name(linking, at)
        at = end
    return found


def _data_end(body):
    """The address behind the last active data segment."""
    count, at = _read(body, 0)
    end = 0
    for _ in range(count):
        _, at = _read(body, at)                 # flags: active, memory 0
        address, at = _read(body, at + 1)       # i32.const; addresses of small constants are positive
        size, at = _read(body, at + 1)          # end of the expression
        end, at = max(end, address + size), at + size
    return end
