"""WebAssembly: a module computes what numba computes. The cache and the errors have files of their own."""

import dataclasses
import math
import types

import numba
import numpy as np
import pytest
from descent import _tree, basins, figures, landscapes, wasm
from descent.basins._rows import kind_rows, rows
from descent.demos._basin_map import CHEN
from descent.kernels import kernel
from descent.wasm import _compile
from support.programs import program
from support.wasm_host import Host, hosted

NAMES = ["hyperbola", "chen-f1", "chen-f2", "chen-f3", "chen-f4", "two-wells", "parabola", "conic"]
FRACTIONS = (0.05, 0.38, 0.99, 1.0, 1.05)       # of the largest step: corners and middle of the slider
HUGE = [0.0, -0.0, 5e-324, 1e-160, -1.0, 1e80, -1e103, 1e154, -1e200, 1.7e308, np.inf, np.nan]


def assert_same_bits(got, expected):
    """Equal bit for bit; any NaN equals any NaN, since WebAssembly leaves their sign and payload open."""
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    assert np.array_equal(np.isnan(got), np.isnan(expected))
    assert np.array_equal(got[~np.isnan(got)].view(np.int64), expected[~np.isnan(expected)].view(np.int64))


def quantities(f):
    """The kernel that fills rows value, gradient, Hessian, sharpness, residual for rows of points."""
    value, gradient, hessian, sharpness = f.kernels.value, f.kernels.gradient, f.kernels.hessian, f.kernels.sharpness
    residual = f.kernels.residual or value

    @kernel("void(float64[:, ::1], float64[:, ::1])")
    def quantities(points, out):
        for i in range(points.shape[0]):
            p = points[i, 0], points[i, 1]
            out[i, 0], out[i, 6], out[i, 7] = value(p), sharpness(p), residual(p)
            out[i, 1], out[i, 2] = gradient(p)
            out[i, 3], out[i, 4], out[i, 5] = hessian(p)

    return quantities


@pytest.mark.parametrize("name", NAMES)
def test_the_functions_of_a_landscape_equal_numba_bit_for_bit(name):
    made = quantities(landscapes.named(name))
    host = Host(wasm.compile({"quantities": made}))
    assert host.about["imports"] == []
    axis = np.concatenate([np.linspace(-5, 5, 41), HUGE, np.negative(HUGE)])
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    native, through_wasm = np.zeros((len(points), 8)), np.ones((len(points), 8))
    made(points, native)
    host.call("quantities", points, through_wasm)
    assert_same_bits(through_wasm, native)
    assert np.isfinite(native).any(axis=0).all()


@pytest.mark.parametrize("name", NAMES)
def test_classification_equals_numba_bit_for_bit(name):
    """The kinds alone of the four functions of Chen et al. stand in the figure's test below."""
    f = landscapes.named(name)
    box = CHEN[name][1] if name in CHEN else (-4, 4, -4, 4)
    kernels = {"rows": rows(f, False)} | ({} if name in CHEN else {"kind_rows": kind_rows(f)})
    host = Host(wasm.compile(kernels, simd=True))
    assert host.about["imports"] == []
    for fraction in FRACTIONS:
        eta, cells = fraction * f.largest_step(f.flat_minima.points[0]), (30, 32)
        b = basins.classify(f, eta, box, cells, max_steps=300)
        if "kind_rows" in kernels:
            kind = np.full(cells, 9, np.int8)
            host.call("kind_rows", *box, cells[0], 0, eta, np.zeros((0, 4)), 300, kind)
            assert np.array_equal(kind, b.kind)
        # the lower half of the grid alone
        kind, limit = np.full((15, 32), 9, np.int8), np.full((15, 32), 9, np.int8)
        steps, rises = np.full((15, 32), 9, np.int32), np.full((15, 32), 9, np.int32)
        period = np.zeros((15, 32), np.int32)
        host.call("rows", *box, cells[0], 15, eta, np.zeros((0, 4)), 300, kind, steps, rises, limit, period)
        for got, expected in ((kind, b.kind), (steps, b.steps), (rises, b.rises), (limit, b.limit), (period, b.period)):
            assert np.array_equal(got, expected[15:])


@pytest.fixture(scope="module")
def chen():
    """The figure of the chapter "In between" on a grid of 40 x 40, the same run by wasmtime, and the hosts."""
    labels, boxes, starts = zip(*CHEN.values())
    figure = figures.basin_map([landscapes.named(name) for name in CHEN], boxes, labels, starts)
    figure = dataclasses.replace(figure, buffers={**figure.buffers, "kinds": {"type": "i1", "shape": [40, 40]}})
    (hosts, plain), (_, fast) = (hosted(figure, simd=simd) for simd in (False, True))
    return figure, (plain, fast), hosts


@pytest.mark.parametrize("choice", range(4), ids=CHEN)
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_every_number_of_the_figure_equals_numba_bit_for_bit(chen, choice, fraction):
    figure, hosts, _ = chen
    xmin, xmax, ymin, ymax = list(CHEN.values())[choice][1]
    start = figure.variants[choice]["start"]
    corners = [{"x0": x, "y0": y} for x in (xmin, xmax) for y in (ymin, ymax)]
    for point in [start, *corners] if fraction in (0.05, 1.05) else [start, corners[0]]:
        state = {"choice": choice, "fraction": fraction, **point}
        native = figure.values(state)
        for through_wasm in (by.values(state) for by in hosts):     # without and with vector instructions
            assert native.keys() == through_wasm.keys()
            for name, value in native.items():
                assert_same_bits(through_wasm[name], value)


def test_every_kernel_of_the_figure_is_exact_and_modules_need_a_memory_only(chen):
    for host in chen[2]:
        assert host.about["imports"] == []
        assert host.imports[0] == ("env", "__linear_memory")
        assert host.imports[1:] == ([("env", "__stack_pointer")] if host.about["stack"] else [])


@pytest.mark.parametrize("function, arguments", [
    ("sin", [0.5, -2.0, 1e5]), ("exp", [-3.0, 0.1, 50.0]), ("log", [1e-300, 0.5, 7.0]), ("tanh", [-0.5, 1e-9, 3.0]),
    ("pow", [0.3, 2.5, 1e10]), ("atan2", [0.3, 2.5, -1e10]),
])
def test_functions_of_the_host_are_not_exact_and_agree_to_a_few_ulp(function, arguments):
    call = {"pow": "x ** 1.7", "atan2": "math.atan2(x, 0.7)"}.get(function, f"math.{function}(x)")
    k = program(f"def k(x): return {call}", math=math)
    host = Host(wasm.compile({"k": k}))
    assert host.about["imports"] == [function] and not wasm.exact(k)
    for x in arguments:                         # 4 ulp: two libraries, each within 2 of the true value
        assert abs(host.call("k", x) - k(x)) <= 4 * math.ulp(k(x))


def test_the_names_of_host_functions_are_known_to_python_too():
    assert not _compile.HOST_FUNCTIONS - set(dir(math))


@pytest.mark.parametrize("call", ["math.sqrt(x)", "abs(x)", "x ** 3", "np.floor(x)", "1 / x", "min(x, 2.0)", "x > 2"])
def test_arithmetic_roots_and_comparisons_are_exact(call):
    k = program(f"def k(x): return {call}", math=math, np=np)
    assert wasm.exact(k)
    host = Host(wasm.compile({"k": k}))
    assert_same_bits([host.call("k", x) for x in HUGE], [k(x) for x in HUGE])


def test_arrays_of_all_kinds_are_read_and_filled():
    table = np.linspace(0, 1, 1000)             # becomes data of the module, which buffers must not overwrite

    @kernel("int32(float64[:, ::1], int32[::1], int8[:, :, ::1], int32, float64[::1])")
    def mixed(a, b, c, n, nothing):
        for i in range(c.shape[0]):
            for j in range(c.shape[1]):
                for k in range(c.shape[2]):
                    c[i, j, k] = i - j + k + n
        for i in range(b.size):
            b[i] -= n
            a[0, 0] += a[i % a.shape[0], i % a.shape[1]] * b[i] + table[i]
        return n - nothing.size

    def arguments():
        return [np.arange(6.0).reshape(2, 3), np.arange(1000, dtype=np.int32), np.zeros((2, 40, 1500), np.int8), -3,
                np.zeros(0)]

    host = Host(wasm.compile({"mixed": mixed}))
    assert host.about["heap"] >= table.nbytes
    for _ in range(2):                          # a second call finds the module as the first did
        native, through_wasm = arguments(), arguments()
        assert host.call("mixed", *through_wasm) == mixed(*native) == -3
        for got, expected in zip(through_wasm, native):
            assert np.array_equal(got, expected)
    assert_same_bits(through_wasm[0], native[0])


def test_several_kernels_share_a_module_and_their_helpers():
    @kernel()
    def half(x):
        return x / 2

    @kernel("float64(float64)")
    def up(x):
        return half(x) + 1

    @kernel("float64(float64)")
    def down(x):
        return half(x) - 1

    host = Host(wasm.compile({"up": up, "down": down}))
    assert (host.call("up", 5.0), host.call("down", 5.0)) == (3.5, 1.5)


def test_no_machine_code_is_made_of_what_only_a_page_runs():
    k = numba.njit(**_tree.OPTIONS)(lambda x: x + 1)
    assert k(1.0) == 2.0
    [native] = k.overloads.values()
    code, symbol, _ = _compile._unoptimised("k", k, _compile._signature("k", k))
    engine = native.library.codegen._engine
    assert f'@{symbol}(' in code
    assert engine.is_symbol_defined(native.fndesc.llvm_func_name) and not engine.is_symbol_defined(symbol)


def test_kernels_run_natively_after_they_were_compiled_for_a_page():
    helpers = types.ModuleType("helpers")
    helpers.h = program("def k(x): return x / 3", None)
    k = program("def k(x): return helpers.h(x) + 1", helpers=helpers)
    assert Host(wasm.compile({"k": k})).call("k", 1.0) == 1 / 3 + 1
    assert k(1.0) == 1 / 3 + 1 and helpers.h(1.0) == 1 / 3


def test_a_kernel_that_raises_fails_with_a_status():
    k = program("def k(x):\n if x < 0: raise ValueError('below 0')\n return x")
    host = Host(wasm.compile({"k": k}))
    assert host.call("k", 2.0) == 2.0
    with pytest.raises(RuntimeError, match="status"):
        host.call("k", -2.0)
