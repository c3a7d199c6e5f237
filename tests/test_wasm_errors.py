"""What cannot be a module is refused in words."""

import math
import re

import numba
import numpy as np
import pytest
from descent import wasm
from descent.kernels import kernel
from support.programs import program
from support.wasm_host import Host


@pytest.mark.parametrize("kernels", [None, {}, [], "k", 3])
def test_kernels_must_be_a_dict_with_something_in_it(kernels):
    with pytest.raises(ValueError, match="kernels="):
        wasm.compile(kernels)


@pytest.mark.parametrize("name", ["", "a b", "1a", "a-b", "é", None, 3, "a\n"])
def test_export_names_are_identifiers(name):
    with pytest.raises(ValueError, match="export name"):
        wasm.compile({name: program("def k(x): return x")})


@pytest.mark.parametrize("thing", [None, 3, math.sin, lambda x: x, "k"])
def test_a_plain_function_is_no_kernel(thing):
    with pytest.raises(ValueError, match="not a numba function"):
        wasm.compile({"k": thing})


@pytest.mark.parametrize("argument", [
    "complex128", "unicode_type", "int64", "float32", "boolean", "float64[:, :]", "float64[::1, :]", "int64[::1]",
    "uint8[::1]", "complex128[::1]", "UniTuple(float64, 2)",
])
def test_arguments_that_a_page_cannot_pass_are_named(argument):
    with pytest.raises(ValueError, match="argument 1 is"):
        wasm.compile({"k": program("def k(x, y): return x", f"float64(float64, {argument})")})


@pytest.mark.parametrize("result", ["int64", "complex128", "boolean", "UniTuple(float64, 2)", "float64[::1]"])
def test_results_that_a_page_cannot_take_are_named(result):
    with pytest.raises(ValueError, match="kernel k returns"):
        wasm.compile({"k": program("def k(x): return x", f"{result}(float64)")})


def test_a_kernel_needs_one_signature():
    k = program("def k(x): return x", None)
    with pytest.raises(ValueError, match="0 compiled signatures"):
        wasm.compile({"k": k})
    k(1.0)
    assert Host(wasm.compile({"k": k})).call("k", 2.0) == 2.0
    k(1)
    with pytest.raises(ValueError, match="2 compiled signatures"):
        wasm.compile({"k": k})


@pytest.mark.parametrize("body", [
    "np.empty(3)[0]", "np.sort(np.ones(3))[0]", "[x, x][0]", "[x for _ in range(3)][0]", "{1: x}[1]",
    "np.random.random()", "x if print(x) is None else x", "undefined(x)", "OBJECT.attribute", "math.erf(x)",
    "math.fmod(x, 2.0)", "np.ones(3) @ np.ones(3)",
])
def test_what_needs_python_memory_or_a_library_is_refused_in_words(body):
    k = program(f"def k(x): return {body}", np=np, math=math, OBJECT=object())
    with pytest.raises(ValueError, match=r"kernels? k .*(without Python|no host supplies)"):
        wasm.compile({"k": k})


@pytest.mark.parametrize("body, scope", [
    ("c[0] * x", {"c": [1.0, 2.0]}), ("c[0][1] * x", {"c": ([1.0, 2.0],)}), ("h(x)[0]", {"h": lambda x: [x]}),
    ("[x, x][0]", {}), ("{1: x}[1]", {}), ("{x, 1.0}.pop()", {}), ("sorted((x, 1.0))[0]", {})])
def test_lists_are_refused_with_what_to_put_in_their_place(body, scope):
    if "h" in scope:
        scope = {"h": kernel()(scope["h"])}
    with pytest.raises(ValueError, match="kernel k .* list.* put a tuple") as error:
        wasm.compile({"k": program(f"def k(x): return {body}", **scope)})
    assert not re.search("NRT|nopython|reflected", str(error.value))
    table = (1.0, 2.0)                          # the control
    assert Host(wasm.compile({"k": program("def k(x): return c[1] * x", c=table)})).call("k", 3.0) == 6.0


def test_a_list_that_a_closure_holds_is_refused():
    table = [1.0, 2.0]

    @kernel("float64(float64)")
    def k(x):
        return table[1] * x

    with pytest.raises(ValueError, match="kernel k .* list.* put a tuple"):
        wasm.compile({"k": k})


@pytest.mark.parametrize("array", [np.arange(12.0)[::2], np.zeros(200_000)], ids=["every second", "1.6 MB"])
def test_an_array_whose_address_numba_would_write_down_is_refused(array):
    for k in (program("def k(x): return c[3]", c=array), program("def k(x): return c[0][3]", c=(array, array))):
        with pytest.raises(ValueError, match="array"):
            wasm.compile({"k": k})


@pytest.mark.parametrize("options", [{}, {"error_model": "numpy", "fastmath": True}], ids=["python errors", "fastmath"])
def test_a_function_with_other_arithmetic_is_refused(options):
    inverse = numba.njit("float64(float64)", **options)(eval("lambda x: 1 / x"))
    for k in (inverse, program("def k(x): return h(x)", h=inverse)):
        with pytest.raises(ValueError, match="descent.kernels.kernel"):
            wasm.compile({"k": k})


def test_only_whole_modules_of_compile_are_described():
    module = wasm.compile({"k": program("def k(x): return x")})
    about = {"exports": {"k": {"args": [{"type": "f8", "dimensions": 0}], "returns": "f8"}}, "imports": [],
             "stack": False, "heap": 0}
    assert wasm.describe(module) == wasm.describe(bytearray(module)) == wasm.describe(memoryview(module)) == about
    empty = b"\0asm\x01\0\0\0"
    foreign = [b"", b"\x89PNG\r\n\x1a\n" + b"x" * 50, empty, empty + b"\0\x05\x04name", "text", None, 3]
    for thing in [*foreign, *(module[:n] for n in range(len(module)))]:
        with pytest.raises(ValueError, match="module"):
            wasm.describe(thing)
