"""The functions that a kernel is made of: walk them, fingerprint them, copy them.

A kernel calls helpers, found in its globals and closure. To see its LLVM code before numba's optimiser has shaped it
for this machine's processor, the whole tree is copied and compiled apart; the native kernels stay as they are.
"""

import hashlib
import types

from numba.core.dispatcher import Dispatcher


def references(function):
    """Names and values of the globals and closure cells that a Python function uses, in the code's order."""
    names = [(name, function.__globals__[name]) for name in function.__code__.co_names
             if name in function.__globals__]
    cells = function.__closure__ or ()
    return names + [(name, cell.cell_contents) for name, cell in zip(function.__code__.co_freevars, cells)]


def fingerprint(dispatcher):
    """A hash of everything that decides the code of a kernel: bytecode, constants, and the same of its helpers."""
    digest = hashlib.sha256()
    seen = {}

    def add(value):
        if isinstance(value, Dispatcher):
            if value in seen:
                digest.update(f"again {seen[value]}".encode())
                return
            seen[value] = len(seen)
            code = value.py_func.__code__
            digest.update(code.co_code)
            digest.update(repr(code.co_names + code.co_varnames).encode())
            for constant in code.co_consts:
                if not isinstance(constant, types.CodeType):
                    digest.update(repr(constant).encode())
            for name, reference in references(value.py_func):
                digest.update(name.encode())
                add(reference)
        elif isinstance(value, types.ModuleType):
            digest.update(value.__name__.encode())
        elif isinstance(value, (types.BuiltinFunctionType, type)):
            digest.update(value.__qualname__.encode())
        elif hasattr(value, "tobytes"):
            digest.update(str((value.dtype, value.shape)).encode() + value.tobytes())
        else:
            digest.update(repr(value).encode())

    add(dispatcher)
    return digest.hexdigest()


def copy(dispatcher, jit, copies):
    """A copy of a kernel and of every helper it reaches, each decorated by `jit` and remembered in `copies`."""
    def twin(value):
        if not isinstance(value, Dispatcher):
            return value
        if value not in copies:
            function = value.py_func
            used = dict(references(function))
            scope = dict(function.__globals__)
            cells = tuple(types.CellType() for _ in function.__code__.co_freevars)
            clone = types.FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
            clone.__kwdefaults__ = function.__kwdefaults__
            copies[value] = jit(clone)
            for name, reference in used.items():
                if name in function.__code__.co_freevars:
                    cells[function.__code__.co_freevars.index(name)].cell_contents = twin(reference)
                else:
                    scope[name] = twin(reference)
        return copies[value]

    return twin(dispatcher)


