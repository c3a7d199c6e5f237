"""From a kernel's LLVM code to a WebAssembly module, with the WebAssembly backend inside llvmlite."""

import re
import weakref

import llvmlite.binding as llvm
import numba
from numba.core import config, errors, sigutils, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from numba.np.arrayobj import get_cfarray_intrinsic

from .. import _tree
from .._tree import OPTIONS
from . import _cache, _module

TRIPLE = "wasm32-unknown-unknown"
LAYOUT = "e-m:e-p:32:32-p10:8:8-p20:8:8-i64:64-i128:128-n32:64-S128-ni:1:10:20"
SCALARS = {types.float64: "f8", types.int32: "i4"}
ELEMENTS = {types.float64: "f8", types.int32: "i4", types.int8: "i1"}
# What a host can supply: a page binds these names to Math's functions.
HOST_FUNCTIONS = {"sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1",
                  "log", "log1p", "log2", "log10", "pow", "cbrt", "hypot"}
# How numba says that a kernel makes a list, or finds one outside, alone or in a tuple. NRT is its runtime for memory.
OWN_MEMORY = re.compile(r"NRT required|reflected list|\bList\(")
_copies = weakref.WeakKeyDictionary()           # unoptimised, of kernels: what several modules share is made once


def compile(kernels, simd=False):
    """The WebAssembly module of a few kernels.

    Parameters
    ----------
    kernels : dict of str to kernel
        Export name and numba function. Each has one signature: given to `descent.kernels.kernel`, or compiled
        already. Scalars are float64 or int32, arrays C-contiguous float64, int32 or int8; a result is one scalar.
    simd : use WebAssembly's vector instructions. The numbers are the same; browsers of before 2023 may not know them.

    Returns
    -------
    bytes
        A module that imports ``env.__linear_memory`` and, for what is not + - * / sqrt, functions of ``env`` such as
        ``sin``. The same kernels give the same bytes. `descent.wasm.describe` tells how to call it.

    Raises
    ------
    ValueError
        In words, for what cannot be compiled: no kernel, a signature of other types, Python objects, allocation.
    """
    if not isinstance(kernels, dict) or not kernels:
        raise ValueError(f"kernels={kernels!r} must be a non-empty dict of export names and numba functions")
    signatures = {}
    for name, kernel in kernels.items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError(f"export name {name!r} must be an identifier: letters, digits and _")
        if not isinstance(kernel, Dispatcher):
            raise ValueError(f"{name}={kernel!r} is not a numba function: decorate it with descent.kernels.kernel")
        signatures[name] = _signature(name, kernel)
    key = [(name, str(signatures[name]), _fingerprint(name, kernel)) for name, kernel in kernels.items()]
    return _cache.get([*key, bool(simd)], lambda: _compile(kernels, signatures, "+simd128" if simd else ""))


def exact(kernel):
    """True when the WebAssembly of a kernel uses + - * / sqrt only, so that it equals numba bit for bit.

    Otherwise it calls the host's exp, log, pow, sin …, which may differ from numba's by some ulp. A float that is
    converted to an integer must be within the integer's range: beyond, processors and WebAssembly differ.

    Parameters
    ----------
    kernel : a numba function, as in `compile`
    """
    return not _module.describe(compile({"kernel": kernel}))["imports"]


def _fingerprint(name, kernel):
    try:
        return _tree.fingerprint(kernel)
    except ValueError as error:
        raise ValueError(f"kernel {name} cannot be compiled without Python: {error}") from None


def _signature(name, kernel):
    """The one (arguments, result) of a kernel; ValueError in words when there is none or it cannot be a page's."""
    text = getattr(kernel, "kernel_signature", None)
    if text is not None:
        args, result = sigutils.normalize_signature(text)
    elif len(kernel.nopython_signatures) == 1:
        args, result = kernel.nopython_signatures[0].args, kernel.nopython_signatures[0].return_type
    else:
        raise ValueError(f"kernel {name} has {len(kernel.nopython_signatures)} compiled signatures; it needs one, "
                         "given to descent.kernels.kernel")
    for position, kind in enumerate(args):
        array = isinstance(kind, types.Array) and kind.layout == "C" and kind.dtype in ELEMENTS and kind.ndim > 0
        if not (array or kind in SCALARS):
            raise ValueError(f"kernel {name}: argument {position} is {kind}; allowed are float64, int32 and "
                             "C-contiguous arrays of float64, int32 or int8")
    if result is not None and result not in SCALARS and result != types.none:
        raise ValueError(f"kernel {name} returns {result}; allowed are float64, int32 or nothing")
    return args, result


def _entry(kernel, args):
    """A function of pointers, lengths and scalars that calls the kernel; and its numba signature."""
    names, passed, kinds, setup = [], [], [], []
    for i, kind in enumerate(args):
        if isinstance(kind, types.Array):
            lengths = [f"n{i}_{axis}" for axis in range(kind.ndim)]
            names += [f"p{i}", *lengths]
            kinds += [types.CPointer(kind.dtype), *[types.int32] * kind.ndim]
            setup.append(f"    a{i} = carray(p{i}, ({', '.join(lengths)},))")
        else:
            names.append(f"a{i}")
            kinds.append(kind)
        passed.append(f"a{i}")
    source = "\n".join([f"def entry({', '.join(names)}):", *setup, f"    return kernel({', '.join(passed)})"])
    # numba.carray itself returns an array from a helper, which needs the reference counting that a kernel does without
    scope = {"carray": get_cfarray_intrinsic("C", None), "kernel": kernel}
    exec(source, scope)
    return scope["entry"], tuple(kinds)


class _Text(JITCodeLibrary):
    """Code of which only LLVM's text is wanted: machine code, never run, would take a third of the time."""

    @property
    def codegen(self):                          # numba asks it for `set_env`, which writes beside the machine code
        return self

    def set_env(self, name, env):
        pass

    def _finalize_final_module(self):           # numba's own hands the text to its processor's compiler
        self._finalized = True


class _ToText(Compiler):
    """Numba's compiler, as far as LLVM's text."""

    def __init__(self, typing, target, library, *rest):
        super().__init__(typing, target, _Text(target.codegen(), "kernel"), *rest)


def _unoptimised(name, kernel, signature):
    """LLVM code of one kernel before any optimisation for this machine; its entry's symbol and result type."""
    def jit(function):
        return numba.njit(**OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=_ToText)(function)

    before = config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE
    config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE = type(config.OPT)(0), 0, 0
    try:
        entry, kinds = _entry(_tree.copy(kernel, jit, _copies), signature[0])
        compiled = jit(entry)
        compiled.compile(kinds if signature[1] is None else signature[1](*kinds))
        overload = compiled.overloads[kinds]
    except errors.NumbaError as error:
        raise ValueError(f"kernel {name} cannot be compiled without Python: {_in_words(error)}") from error
    finally:
        config.OPT, config.LOOP_VECTORIZE, config.SLP_VECTORIZE = before
    return overload.library.get_llvm_str(), overload.fndesc.llvm_func_name, overload.signature.return_type


def _in_words(error):
    """What numba says, without its talk of pipelines; of what needs memory of its own, what to do."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    if OWN_MEMORY.search(said):
        return "it makes or takes a list, a dict or a set: put a tuple, or an array from the caller, in its place"
    lines = [line.strip() for line in said.splitlines()]
    return " ".join([line for line in lines if line and not line.startswith("Failed in nopython mode")][:2])


@global_compiler_lock
def _compile(kernels, signatures, features):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
        features=features, opt=3, reloc="static", codemodel="default")
    whole, exports, manifest = None, {}, {}
    for name, kernel in kernels.items():
        code, symbol, result = _unoptimised(name, kernel, signatures[name])
        if result != types.none and result not in SCALARS:
            raise ValueError(f"kernel {name} returns {result}; allowed are float64, int32 or nothing")
        code = re.sub(r'^target (triple|datalayout) = .*$', "", code, flags=re.M)
        module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\ntarget datalayout = "{LAYOUT}"\n{code}')
        if whole is None:
            whole = module
        else:
            whole.link_in(module)
        exports[symbol] = name
        manifest[name] = {"args": [_argument(kind) for kind in signatures[name][0]],
                          "returns": SCALARS.get(result)}
    for item in [*whole.functions, *whole.global_variables]:
        if not item.is_declaration:
            item.linkage = "external" if item.name in exports else "internal"
            item.visibility = "default"
    passes = llvm.create_pass_builder(machine, llvm.PipelineTuningOptions(speed_level=3))
    passes.getModulePassManager().run(whole, passes)
    linked = _module.link(machine.emit_object(whole), exports, manifest)
    unknown = set(_module.describe(linked)["imports"]) - HOST_FUNCTIONS
    if unknown:
        raise ValueError(f"kernels {', '.join(kernels)} need {', '.join(sorted(unknown))}, which no host supplies: "
                         "a kernel cannot allocate, print or call other libraries")
    return linked


def _argument(kind):
    if isinstance(kind, types.Array):
        return {"type": ELEMENTS[kind.dtype], "dimensions": kind.ndim}
    return {"type": SCALARS[kind], "dimensions": 0}
