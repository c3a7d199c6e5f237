"""The functions that a kernel is made of: walk them, fingerprint them, copy them.

A kernel calls helpers, found in its globals and closure. The fingerprint of the whole tree is the key under which
compiled code is kept. To see a kernel's LLVM code before numba's optimiser has shaped it for this machine's processor,
the tree is copied and compiled apart; the native kernels stay as they are.
"""

import hashlib
import types

import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.core.extending import _Intrinsic

# IEEE arithmetic throughout: x / 0 is inf or nan, no reassociation, no fused multiply-add.
# Kernels own no memory: without numba's runtime nothing counts references to their arrays.
OPTIONS = {"error_model": "numpy", "fastmath": False, "nogil": True, "_nrt": False}
LARGEST_CONSTANT = 10**6                        # bytes; numba passes a larger array by its address in this process


def references(function):
    """Names and values of the globals and closure cells that a Python function uses, in the code's order."""
    names = [(name, function.__globals__[name]) for name in _names(function.__code__) if name in function.__globals__]
    cells = function.__closure__ or ()
    return names + [(name, cell.cell_contents) for name, cell in zip(function.__code__.co_freevars, cells)]


def _names(code):
    """The names that a code object and the functions inside it use."""
    inner = [name for constant in code.co_consts if isinstance(constant, types.CodeType) for name in _names(constant)]
    return dict.fromkeys([*code.co_names, *inner])


def fingerprint(dispatcher):
    """A hash of everything that decides the code of a kernel: bytecode, constants, and the same of its helpers.

    Raises ValueError in words for what cannot be compiled into a module of its own.
    """
    digest = hashlib.sha256()
    seen = {}

    def write(*parts):
        for part in parts:                      # with its length: no two lists of parts look alike
            data = part if isinstance(part, bytes) else str(part).encode()
            digest.update(len(data).to_bytes(8, "little") + data)

    def add_code(code):
        write("code", code.co_code, code.co_names, code.co_varnames, code.co_freevars, len(code.co_consts))
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                add_code(constant)
            else:
                write(type(constant).__name__, repr(constant))

    def add_function(function):
        add_code(function.__code__)
        write("defaults", repr(function.__defaults__), repr(function.__kwdefaults__))
        for name, reference in references(function):
            write("name", name)
            add(reference, _names(function.__code__))

    def add(value, used=()):
        if isinstance(value, (Dispatcher, types.FunctionType)) and not _published(value):
            if value in seen:
                return write("again", seen[value])
            seen[value] = len(seen)
            if isinstance(value, Dispatcher):
                _check_options(value)
            add_function(getattr(value, "py_func", value))
        elif isinstance(value, _Intrinsic) and not _published(value):
            write("intrinsic")
            add_function(value._defn)
        elif isinstance(value, types.ModuleType):
            write("module", value.__name__)
            for name in () if _published(value) else used:      # the attributes that the code may take from it
                if hasattr(value, name):
                    write("attribute", name)
                    add(getattr(value, name), used)
        elif isinstance(value, np.ndarray):
            if not value.flags.c_contiguous or value.nbytes > LARGEST_CONSTANT or value.dtype.kind not in "biuf":
                raise ValueError(f"a constant array of shape {value.shape} must hold numbers, be C-contiguous and have "
                                 f"at most {LARGEST_CONSTANT} bytes: pass it as an argument")
            write("array", value.dtype.str, value.shape, value.tobytes())
        elif isinstance(value, (tuple, list)):
            write(type(value).__name__, len(value), getattr(value, "_fields", ""))
            for item in value:
                add(item)
        elif isinstance(value, (int, float, complex, str, bytes, np.generic, type(None))):
            write(type(value).__name__, repr(value))
        elif _published(value) or isinstance(value, types.BuiltinFunctionType):
            write("published", value.__module__, getattr(value, "__qualname__", repr(value)))
        else:
            raise ValueError(f"{value!r} comes from outside, where a kernel takes numbers, tuples, arrays and kernels")

    add(dispatcher)
    return digest.hexdigest()


def _published(value):
    """Whether a module or function is of a library, which its version tells."""
    module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    return isinstance(module, str) and module.split(".")[0] in ("builtins", "math", "numba", "numpy")


def _check_options(dispatcher):
    """Refuse a function whose arithmetic is not that of kernels: its copy would compute something else."""
    options = dispatcher.targetoptions
    if any(options.get(name, False) != OPTIONS[name] for name in ("error_model", "fastmath")):
        raise ValueError(f"{dispatcher.py_func.__name__} is compiled with other arithmetic than kernels: decorate it "
                         "with descent.kernels.kernel")


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
