"""The landscapes of the papers: derivatives, directions, sets of minima, exact facts; sections are the specs'."""

import itertools
import math
import pickle

import mpmath
import numpy as np
import pytest
import sympy
from descent import landscapes, wasm
from descent.kernels import kernel
from descent.landscapes._landscape import Landscape
from descent.landscapes._product import ProductMinima
from descent.landscapes._quadric import QuadricMinima
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

FAMILIES = [
    ("hyperbola", {}), ("two-wells", {}), ("two-wells-1d", {}), ("curved-saddle", {}), ("plateau", {}),
    ("oscillating", {}), ("line", {}), ("cap", {}), ("cube", {}), ("quadratic", {"lambdas": [3, 0, -1.5]}),
    ("product", {"n": 3}), ("product", {"n": 6}), ("lazy-valley", {}), ("parabola", {}), ("cubic", {}), ("conic", {}),
    ("conic", {"a": 1, "b": -2}), ("circle", {}), ("bilinear", {"A": [[2, 0.5, -1], [0, 1, 3]]}),
    ("bilinear", {"A": [[1, 2, 3], [0, 1, 0.1], [2, -1, 0]]}), ("l1-product", {}),
    ("rank-one-l1", {"u": [1, -3, 0.5], "v": [2, -1]}),
]
IDS = [name + "".join(f"-{value}" for value in parameters.values()).replace(" ", "") for name, parameters in FAMILIES]
family = pytest.mark.parametrize("name, parameters", FAMILIES, ids=IDS)
coordinate = st.floats(-2, 2).map(lambda t: round(t, 6))     # differences of 1e-18 tell every kink from its neighbours


def points(dimension):
    return st.lists(coordinate, min_size=dimension, max_size=dimension)


# Derivatives --------------------------------------------------------------------------------------------------------

@family
def test_gradient_and_hessian_are_differences_of_the_expression(name, parameters):
    f = landscapes.named(name, **parameters)
    exact = sympy.lambdify([sympy.Symbol(v) for v in f.variables], f.expression, "mpmath")
    step = mpmath.mpf(10) ** -18
    axes = range(f.dimension)

    def at(x, *moves):
        with mpmath.workdps(80):
            x = [mpmath.mpf(t) for t in x]
            for axis, sign in moves:
                x[axis] += sign * step
            return exact(*x)

    @settings(max_examples=12, deadline=None)
    @given(points(f.dimension))
    def check(x):
        assume(not f.on_kink(x))
        assume(name != "oscillating" or abs(x[0]) > 1e-4)   # there 1/x turns too fast for the differences
        with mpmath.workdps(80):
            value = at(x)
            slopes = [(at(x, (i, 1)) - at(x, (i, -1))) / (2 * step) for i in axes]
            bends = [[(at(x, (i, 1), (j, 1)) - at(x, (i, 1), (j, -1)) - at(x, (i, -1), (j, 1))
                       + at(x, (i, -1), (j, -1))) / (4 * step**2) for j in axes] for i in axes]
        # double arithmetic on sums whose terms reach `size`
        size = 1 + max(map(abs, x)) ** f.dimension + 1e3 * (name == "two-wells-1d")
        np.testing.assert_allclose(f.value(x), float(value), rtol=1e-12, atol=1e-13 * size)
        np.testing.assert_allclose(f.gradient(x), np.array(slopes, float), rtol=1e-10, atol=1e-12 * size**2)
        np.testing.assert_allclose(f.hessian(x), np.array(bends, float), rtol=1e-10, atol=1e-11 * size**2)

    check()


@pytest.mark.parametrize("name, x", [("l1-product", [0, 0.3, 1.0]), ("l1-product", [1.0, 0.5, 2.0]),
                                     ("rank-one-l1", [1, 3, 1, 2]), ("plateau", [1.0]), ("plateau", [-1.0])])
def test_there_is_no_hessian_on_a_kink(name, x):
    f = landscapes.named(name)
    with pytest.raises(ValueError, match="kink"):
        f.hessian(x)
    with pytest.raises(ValueError, match="kink"):
        f.sharpness([x, x])
    assert f.on_kink(x) and np.isfinite(f.gradient(x)).all()
    beside = np.add(x, 0.01 * np.arange(1, f.dimension + 1))
    assert not f.on_kink(beside) and np.isfinite(f.hessian(beside)).all()


def test_the_hessian_of_absolute_values_is_that_of_the_active_piece():
    # x, y, z > 0 and y z > 1: f = x z + y z - 1
    np.testing.assert_array_equal(landscapes.named("l1-product").hessian([0.5, 2.0, 1.5]),
                                  [[0, 0, 1], [0, 0, 1], [1, 1, 0]])


def test_oscillating_is_zero_at_zero_and_its_second_derivative_jumps_next_to_it():
    f = landscapes.named("oscillating")
    assert f.value([0]) == 0 and f.gradient([-0.0])[0] == 0 and f.hessian([0])[0, 0] == 0
    assert abs(f.hessian([2 / (1001 * math.pi)])[0, 0]) > 0.9   # -sin(1/x) does not tend to 0: not twice continuous


@pytest.mark.parametrize("text", ["Abs(x)**3 + Abs(y - x**2)", "sqrt(x**2 + 1)**3 * y", "Max(x, y**2) + Max(y, 0)",
                                  "Min(x*y, 1, x)", "(x**2 + y**2 + x*y + 1)**Rational(-3, 2)", "x**9 - y/3",
                                  "exp(-x**2) * cos(y)", "log(1 + x**2) + tan(y/4)", "sign(x) * x**2 * y + pi"])
def test_every_kind_of_node_differentiates_and_prints(text):
    f = Landscape(name="own", parameters={}, expression=sympy.sympify(text), variables=("x", "y"), minima=None,
                  flat_minima=None, reference="")
    exact = sympy.lambdify(f.symbols, f.expression, "numpy")

    @settings(max_examples=25, deadline=None)
    @given(points(2))
    def check(x):
        assume(f.kernels.kinks is None or min(map(abs, f.kernels.kinks(tuple(x)))) > 1e-3)
        step = 1e-5                                          # differences are good to step^2 and 1e-16 / step
        ahead = [exact(*np.add(x, step * e)) for e in np.eye(2)]
        back = [exact(*np.subtract(x, step * e)) for e in np.eye(2)]
        assert f.value(x) == pytest.approx(float(exact(*map(float, x))), rel=1e-12, abs=1e-12)
        slopes = np.subtract(ahead, back).astype(float) / (2 * step)
        np.testing.assert_allclose(f.gradient(x), slopes, rtol=1e-6, atol=1e-6)
        bends = np.array([f.gradient(np.add(x, step * e)) - f.gradient(np.subtract(x, step * e)) for e in np.eye(2)])
        np.testing.assert_allclose(f.hessian(x), bends / (2 * step), rtol=1e-5, atol=1e-5)

    check()


def test_a_function_that_is_not_whitelisted_is_refused():
    f = Landscape(name="own", parameters={}, expression=sympy.erf(sympy.Symbol("x")), variables=("x",), minima=None,
                  flat_minima=None, reference="")
    with pytest.raises(ValueError, match="erf"):
        f.value([1.0])


# Directions ---------------------------------------------------------------------------------------------------------

@family
def test_the_direction_is_the_gradient_normalised_where_that_is_not_lost(name, parameters):
    f = landscapes.named(name, **parameters)

    @settings(max_examples=25, deadline=None)
    @given(points(f.dimension))
    def check(x):
        gradient, u = f.gradient(x), f.direction(x)
        if np.linalg.norm(gradient) > 1e-6:
            np.testing.assert_allclose(u, gradient / np.linalg.norm(gradient), atol=1e-9)
        assert np.linalg.norm(u) == (0 if name == "plateau" and abs(x[0]) <= 1 else pytest.approx(1, abs=4e-16))

    check()


RESIDUALS = ["1 - x*y", "x**2 - y", "x**3 + y**3 - 1", "x**2 + 2*y**2 - 1", "y - sin(x)"]


@pytest.mark.parametrize("text", RESIDUALS)
def test_the_modulus_and_the_square_of_a_residual_have_the_same_direction(text):
    """Lemma 3.14: an increasing function of f has the normalized subdifferential of f."""
    h = sympy.sympify(text)
    def of(expression, **facts):
        return Landscape(name=text, parameters={}, expression=expression, variables=("x", "y"), minima=None,
                         flat_minima=None, reference="", **facts)
    modulus, square = of(abs(h), pieces=(h,)), of(h**2, residual=h)
    slow = of(h**2)                                          # no residual: the gradient of h^2 itself

    @settings(max_examples=40, deadline=None)
    @given(points(2))
    def check(x):
        np.testing.assert_array_equal(modulus.direction(x), square.direction(x))

    check()
    tiny = [1e-90, 1e-200]                                   # |h| = 1e-200 or 1 there; h^2 underflows
    np.testing.assert_array_equal(modulus.direction(tiny), square.direction(tiny))
    if text == "x**2 - y":
        assert square.direction([1e-170, 0.0])[1] == -1      # h = 0: sgn(0) = +1, grad h = (2e-170, -1)
        assert slow.direction([1e-170, 0.0])[1] == 0         # and the gradient of h^2 knows nothing of it


@pytest.mark.parametrize("name, parameters, x, w", [
    ("hyperbola", {}, [1, 1], (-1, -1)), ("hyperbola", {}, [2, 0.5], (-0.5, -2)),
    ("hyperbola", {}, [0, 0], (1, -1)),                      # a saddle: grad h = 0, the fixed unit vector
    ("parabola", {}, [1, 1], (2, -1)), ("parabola", {}, [1, 2], (-2, 1)),
    ("lazy-valley", {}, [3, 0.0], (0, 1)), ("lazy-valley", {}, [3, -0.0], (0, 1)),
    ("lazy-valley", {}, [1, -1e-200], (0, -1)), ("lazy-valley", {}, [1, -1], (1, -3)),
    ("cubic", {}, [0, 0], (-1, 0)),                          # h < 0: minus a limit of unit gradients of h
    ("conic", {}, [1, 0], (2, 0)), ("conic", {"b": -2}, [0, 0], (0, 1)),
    ("product", {"n": 3}, [1e-100] * 3, (-1, -1, -1)),       # the squares of grad h underflow
    ("product", {"n": 2}, [-1e200, 1e200], (-1, 1)),         # and overflow: h = -inf
    ("bilinear", {"A": [[0, 0], [0, 1]]}, [1, 0, 1, 0], (0, 1, 0, 0)),
    ("l1-product", {}, [0.0, 0.5, 2], (2, 2, 0.5)), ("l1-product", {}, [-0.0, 0.5, 2], (2, 2, 0.5)),
    ("cube", {}, [0], (1,)), ("cube", {}, [-2], (1,)), ("line", {}, [5], (1,)), ("cap", {}, [2], (-1,)),
    ("quadratic", {"lambdas": [0, 2]}, [7, 0], (0, 1)),
    ("plateau", {}, [0.3], (0,)), ("plateau", {}, [1], (0,)), ("plateau", {}, [-1], (0,)), ("plateau", {}, [-2], (-1,)),
])
def test_directions_by_hand(name, parameters, x, w):
    length = math.hypot(*w) or 1
    np.testing.assert_allclose(landscapes.named(name, **parameters).direction(x), np.array(w) / length, atol=1e-15)


def test_a_direction_of_nan_is_nan():
    for name in ("hyperbola", "l1-product", "plateau"):
        f = landscapes.named(name)
        assert np.isnan(f.direction([math.nan] * f.dimension)).all()


@pytest.mark.parametrize("u, v", [((1, -1), (1, -1)), ((1, 0, -3), (2, -1)), ((1, 3), (1, 2))])
def test_on_the_minima_of_rank_one_l1_the_direction_is_a_limit_of_directions(u, v):
    """Definition 3.1: with every piece signed as u_i v_j, some points beside a minimum have all of them positive."""
    f = landscapes.named("rank-one-l1", u=u, v=v)
    rng = np.random.default_rng(4)
    minimum = f.minima.at(1.3)[0]
    limits = f.direction(minimum + 1e-9 * rng.uniform(-1, 1, (4000, f.dimension)))
    gap = np.linalg.norm(limits - f.direction(minimum), axis=1).min()
    assert gap < 1e-6
    if (u, v) == ((1, -1), (1, -1)):
        x, y = minimum[:2], minimum[2:]                      # control: the signs +1 of x_i y_j - u_i v_j fit no point
        naive = np.concatenate([np.full(2, y.sum()), np.full(2, x.sum())])
        assert np.linalg.norm(naive) < 1e-15                 # they add up to no direction at all


@pytest.mark.parametrize("name, expected", [("two-wells", True), ("l1-product", True), ("lazy-valley", True),
                                            ("plateau", True), ("product", True), ("oscillating", False)])
def test_kernels_of_plain_arithmetic_are_exact_in_webassembly(name, expected):
    f = landscapes.named(name)
    gradient, direction = f.kernels.gradient, f.kernels.direction
    arguments = {1: "float64", 2: "float64, float64", 3: "float64, float64, float64"}[f.dimension]
    if f.dimension == 1:
        @kernel(f"float64({arguments})")
        def both(x):
            return gradient((x,))[0] + direction((x,))[0]
    elif f.dimension == 2:
        @kernel(f"float64({arguments})")
        def both(x, y):
            return gradient((x, y))[0] + direction((x, y))[1]
    else:
        @kernel(f"float64({arguments})")
        def both(x, y, z):
            return gradient((x, y, z))[0] + direction((x, y, z))[2]
    assert wasm.exact(both) is expected


# Sets of minima -----------------------------------------------------------------------------------------------------

@family
def test_minima_have_the_least_value_and_distance_zero(name, parameters):
    f = landscapes.named(name, **parameters)
    rng = np.random.default_rng(11)
    for minima in (f.minima, f.flat_minima):
        if minima.distance(np.ones(f.dimension)) == math.inf:
            with pytest.raises(ValueError, match="no minimum"):
                minima.sample(rng, 3)
            assert name in ("curved-saddle", "line", "cap", "cube", "quadratic")
            continue
        drawn = minima.sample(rng, 40)
        assert drawn.shape == (40, f.dimension)
        scale = 1 + np.abs(drawn).max() ** (f.dimension if name == "product" else 3)
        assert max(map(minima.distance, drawn)) < 1e-12 * scale
        assert max(map(f.minima.distance, drawn)) < 1e-12 * scale
        if not name.startswith("two-wells"):                 # their minima have values of their own
            np.testing.assert_allclose(f.value(drawn), 0, atol=1e-13 * scale)
        if f.pieces is None:
            np.testing.assert_allclose(f.gradient(drawn), 0, atol=1e-12 * scale)
        if minima.points is not None:
            assert minima.points.shape[1] == f.dimension
            assert minima.distance(minima.points[0]) < 1e-14


CURVES = [("hyperbola", {}), ("parabola", {}), ("cubic", {}), ("conic", {}), ("conic", {"a": 0.5, "b": -3}),
          ("circle", {}), ("product", {"n": 2}), ("product", {"n": 4}), ("bilinear", {"A": [[2, 0, 0], [0, 1, 0]]}),
          ("bilinear", {"A": [[1, 2], [3, 4]]}), ("l1-product", {}), ("rank-one-l1", {"u": [1, 3], "v": [1, 2]})]


@pytest.mark.parametrize("name, parameters", CURVES)
def test_distances_are_those_of_a_constrained_minimisation(name, parameters):
    f = landscapes.named(name, **parameters)
    pieces = f.pieces or (f.residual,)
    h = sympy.lambdify([f.symbols], pieces[0])
    slope = sympy.lambdify([f.symbols], [sympy.diff(pieces[0], v) for v in f.symbols])
    curve = f.minima if f.pieces else None                   # more equations than codimension: minimise along the curve
    rng = np.random.default_rng(5)
    for x in np.concatenate([rng.uniform(-3, 3, (3, f.dimension)), [np.full(f.dimension, 2.5)]]):
        found = []
        for start in f.minima.sample(rng, 12):
            if curve is not None:
                for sign in (1, -1):
                    end = minimize(lambda s: np.sum((curve.at(sign * math.exp(s[0]))[0] - x) ** 2),
                                   [rng.uniform(-2, 2)])
                    found.append(math.sqrt(end.fun))
            else:
                end = minimize(lambda y: np.sum((y - x) ** 2), start, jac=lambda y: 2 * (y - x), method="SLSQP",
                               constraints={"type": "eq", "fun": h, "jac": slope}, options={"ftol": 1e-13})
                if abs(h(end.x)) < 1e-8:
                    found.append(math.sqrt(end.fun))
        assert f.minima.distance(x) == pytest.approx(min(found), abs=2e-6, rel=2e-6)     # 1e-6: what SLSQP leaves


@pytest.mark.parametrize("name, parameters", [*CURVES, ("conic", {"a": 1e-6, "b": -1e6}), ("product", {"n": 9})])
def test_distances_change_no_faster_than_the_point_moves(name, parameters):
    """A missed branch would show as a jump; and no sampled minimum is nearer."""
    f = landscapes.named(name, **parameters)
    drawn = f.minima.sample(np.random.default_rng(8), 200)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.floats(-4, 4), min_size=f.dimension, max_size=f.dimension), st.floats(1e-6, 1), st.randoms())
    def check(x, size, random):
        x = np.array(x)
        y = x + size * np.array([random.uniform(-1, 1) for _ in x])
        here, there = f.minima.distance(x), f.minima.distance(y)
        assert abs(here - there) <= np.linalg.norm(x - y) + 1e-7     # double roots are good to sqrt(1e-16)
        assert here <= np.linalg.norm(drawn - x, axis=1).min() + 1e-7

    check()


@settings(max_examples=150, deadline=None)
@given(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)))
def test_three_ways_to_the_hyperbola(x):
    """x y = 1 as a curve, as a product and as a quadric with eigenvalues ±1/2."""
    quadric = QuadricMinima(np.array([0.5, -0.5]), np.array([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2))
    distance = landscapes.HyperbolaMinima().distance(x)
    tolerance = 1e-7 + 1e-9 * math.hypot(*x)                 # a double root of the quartic is good to sqrt(1e-16)
    assert ProductMinima(2).distance(x) == pytest.approx(distance, abs=tolerance)
    assert quadric.distance(x) == pytest.approx(distance, abs=tolerance)


def test_distances_by_hand():
    def distance(name, x, **parameters):
        return landscapes.named(name, **parameters).minima.distance(x)
    assert distance("circle", [3, 4]) == pytest.approx(4) and distance("circle", [0, 0]) == pytest.approx(1)
    assert distance("conic", [0, 0]) == pytest.approx(math.sqrt(0.5))       # the short half-axis: no component decides
    assert distance("conic", [0.1, 0]) == pytest.approx(math.hypot(0.1 - 0.2, math.sqrt(0.48)))
    assert distance("conic", [5, 0]) == pytest.approx(4)
    assert distance("conic", [0, 5], b=-1) == pytest.approx(math.sqrt(13.5))    # at (sqrt(7.25), 2.5)
    assert distance("parabola", [0, 5]) == pytest.approx(math.sqrt(5 - 0.25))
    assert distance("cubic", [0, 0]) == pytest.approx(1)                    # (1, 0), nearer than the diagonal
    assert distance("cubic", [1e6, -1e6]) < 1e-12                           # next to the asymptote x + y = 0
    assert distance("product", [0, 0, 0]) == pytest.approx(math.sqrt(3))
    y = np.linspace(1, 2, 10**6)                             # from (-1, 1, 1) to (1/y^2, y, y)
    assert distance("product", [-1, 1, 1]) == pytest.approx(np.sqrt((1 / y**2 + 1) ** 2 + 2 * (y - 1) ** 2).min())
    assert distance("product", [100.0] * 6, n=6) == pytest.approx(100, rel=1e-9)
    assert distance("plateau", [-3]) == 2 and distance("lazy-valley", [9, -2]) == 2
    assert distance("quadratic", [3, 4, 9], lambdas=[1, 2, 0]) == 5
    assert landscapes.named("product", n=20).flat_minima.distance([-1.0] + [1] * 19) == 2
    with pytest.raises(ValueError, match="shape"):
        distance("circle", [1, 2, 3])
    with pytest.raises(ValueError, match="too far"):
        distance("cubic", [1e100, 0])


@pytest.mark.parametrize("name, parameters", [("hyperbola", {}), ("parabola", {}), ("cubic", {}), ("conic", {}),
                                              ("conic", {"a": 1, "b": -2}), ("product", {"n": 4}),
                                              ("bilinear", {"A": [[2, 0], [0, 1]]}),
                                              ("bilinear", {"A": [[1, 1], [2, -1], [0, 0.3]]}), ("circle", {})])
def test_flat_minima_have_the_least_slope_of_the_residual(name, parameters):
    """Section 1, Definition 3.31: for f = phi(|h|) a strict local minimum of |grad h| on h = 0 is flat."""
    f = landscapes.named(name, **parameters)
    slope = sympy.lambdify([f.symbols], [sympy.diff(f.residual, v) for v in f.symbols])
    rng = np.random.default_rng(3)
    flat = np.array([np.linalg.norm(slope(y)) for y in f.flat_minima.sample(rng, 20)])
    others = np.array([np.linalg.norm(slope(y)) for y in f.minima.sample(rng, 500)])
    assert np.ptp(flat) < 1e-12 and (others >= flat[0] - 1e-12).all()
    assert name == "circle" or others.max() > 1.1 * flat[0]  # the circle alone is flat all around


def test_the_flat_minima_of_rank_one_l1_against_every_sign_pattern():
    """Section 2, 4.8, u = (1, 3), v = (1, 2): 14 patterns, drift 0 at t^4 in [1/16, 9/4]; flat 18/32, c = 5/6."""
    u, v = np.array([1.0, 3]), np.array([1.0, 2])
    patterns = [np.array(s).reshape(2, 2) for s in itertools.product([1, -1], repeat=4)]
    admissible = [s for s in patterns if s.tolist() not in ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])]
    assert len(admissible) == 14
    A = np.array([np.sum((s @ v) ** 2) for s in admissible])
    B = np.array([np.sum((s.T @ u) ** 2) for s in admissible])
    assert (min(A / B), max(A / B)) == (1 / 16, 9 / 4)
    t = np.linspace(0.5, 1.5, 200001)
    best = t[np.max(A[:, None] / t**2 + B[:, None] * t**2, axis=0).argmin()]
    flat = landscapes.named("rank-one-l1", u=u, v=v).flat_minima.points
    assert flat[0, 0] == pytest.approx((18 / 32) ** 0.25) == pytest.approx(best, abs=1e-5)
    assert np.sum(flat[:, :2] ** 2, axis=1) - np.sum(flat[:, 2:] ** 2, axis=1) == pytest.approx([5 / 6, 5 / 6])


def test_the_flat_minima_of_a_multiple_of_the_identity_are_a_sphere():
    f = landscapes.named("bilinear", A=np.eye(2))            # T-45b: x = y, |x| = 1, the limit depends on the start
    assert f.flat_minima.points is None
    assert f.flat_minima.distance([0.6, 0.8, 0.6, 0.8]) < 1e-15
    assert f.flat_minima.distance([2, 0, 0.5, 0]) > 0.5
    simple = landscapes.named("bilinear", A=[[2, 0], [0, 1]]).flat_minima.points
    assert sorted(map(tuple, simple.round(12) + 0.0)) == [(0, -1, 0, -1), (0, 1, 0, 1)]


# Exact facts --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("point, eigenvalues, value", [
    ((0.99474326, 0.49379728), (16.1218, 39.8401), -1.09608790),
    ((-1.13783309, 0.000220493), (2.04117, 4.07090), -0.94200952),
    ((0.39804540, 0.15885047), (-1.30784708, 0.60407565), -0.37722476),
], ids=["sharp", "flat", "saddle"])
def test_the_critical_points_of_two_wells(point, eigenvalues, value):
    """Specification 1, section 0; digits as printed there."""
    f = landscapes.named("two-wells")
    exact = min([*f.minima.points, *f.stationary], key=lambda p: np.linalg.norm(p - point))
    np.testing.assert_allclose(exact, point, atol=6e-9)
    assert np.linalg.norm(f.gradient(exact)) < 1e-14
    np.testing.assert_allclose(np.linalg.eigvalsh(f.hessian(exact)), eigenvalues, atol=6e-5)
    assert f.value(exact) == pytest.approx(value, abs=6e-9)
    others = [np.linalg.norm(p - exact) for p in [*f.minima.points, *f.stationary]]
    assert sorted(others)[1] >= f.isolation


def test_the_wells_on_the_line():
    """Specification 1, section 0: 2/f'' is .0625272 at the sharp minimum and .9905588 at the flat one."""
    f = landscapes.named("two-wells-1d")
    flat, sharp = f.minima.points
    assert (flat[0], sharp[0]) == (pytest.approx(-1.9596769304, abs=6e-11), pytest.approx(1.9966359208, abs=6e-11))
    assert f.sharpness(flat) == pytest.approx(2.0190623, abs=6e-8)
    assert f.sharpness(sharp) == pytest.approx(31.9860588, abs=6e-8)
    assert f.largest_step(sharp) == pytest.approx(0.0625272, abs=6e-8)
    assert f.largest_step(flat) == pytest.approx(0.9905588, abs=6e-8)
    assert f.flat_minima.points.tolist() == [flat.tolist()]
    assert f.lipschitz == pytest.approx(32.0208671, abs=6e-8)
    top = f.stationary[0]
    assert abs(f.gradient(top)[0]) < 1e-14 and f.sharpness(top) < 0
    assert min(abs(sharp - top), abs(top - flat)) >= f.isolation


@pytest.mark.parametrize("cells, largest", [(600, 39.877), (1200, 39.962)])
def test_the_largest_curvature_of_two_wells_on_a_grid(cells, largest):
    """Specification 1, section 0: maxima over grids on [-4, 4]^2, below the Lipschitz constant 40.12 in use."""
    f = landscapes.named("two-wells")
    hessian = sympy.lambdify(f.symbols, [sympy.diff(f.expression, a, b) for a, b in ("xx", "xy", "yy")])
    t = np.linspace(-4, 4, cells)
    a, b, c = hessian(*np.meshgrid(t, t))
    norm = (abs(a + c) + np.sqrt((a - c) ** 2 + 4 * b * b)) / 2
    assert norm.max() == pytest.approx(largest, abs=6e-4)
    assert norm.max() < f.lipschitz < 0.1 + 4 + 40


@pytest.mark.parametrize("name", ["two-wells", "two-wells-1d", "plateau", "cap", "line", "quadratic"])
def test_lipschitz_constants(name):
    f = landscapes.named(name)

    @settings(max_examples=100, deadline=None)
    @given(points(f.dimension), points(f.dimension))
    def check(x, y):
        change = np.linalg.norm(f.gradient(x) - f.gradient(y))
        assert change <= f.lipschitz * np.linalg.norm(np.subtract(x, y)) * (1 + 1e-9) + 1e-14

    check()


def test_the_saddle_and_the_controls_are_what_they_are_for():
    """Specification 1, sections 0 and 1."""
    saddle = landscapes.named("curved-saddle")
    np.testing.assert_array_equal(saddle.hessian([0, 0]), [[1, 0], [0, -1]])
    x, y, alpha = sympy.symbols("x y alpha")
    curve = x**2 / (2 * (3 - alpha))                         # W^s of the GD step, to second order
    after = [v - alpha * sympy.diff(saddle.expression, v) for v in (x, y)]
    gap = sympy.series((after[1] - curve.subs(x, after[0])).subs(y, curve), x, 0, 4).removeO()
    assert sympy.simplify(gap) == 0
    wrong = sympy.series((after[1] - x**2 / 6 - (after[0] ** 2 - x**2) / 6).subs(y, x**2 / 6), x, 0, 4).removeO()
    assert sympy.simplify(wrong) != 0                        # that of the flow is another
    assert landscapes.named("plateau").value([[0.5], [-1], [3]]).tolist() == [0, 0, 4]
    assert landscapes.named("cap").sharpness([0]) == -2 and landscapes.named("cube").gradient([0])[0] == 0
    oscillating = landscapes.named("oscillating")
    t = np.geomspace(1e-3, 0.1, 20000)[:, None]
    assert np.sum(np.diff(np.sign(oscillating.gradient(t)[:, 0])) != 0) > 100    # critical points accumulate at 0


# One step of normalized descent, exactly (specification 2, section 2) -------------------------------------------------
# a is alpha / |w|, of either sign, so that x - a w covers both unit vectors ±w / |w|

a = sympy.Symbol("a")


def stepped(f, w):
    return dict(zip(f.symbols, [v - a * slope for v, slope in zip(f.symbols, w)]))


def slopes(f, h):
    return [sympy.diff(h, v) for v in f.symbols]


def vanishes(expression):
    return sympy.simplify(expression) == 0


def residual_step(name, c, **parameters):
    f = landscapes.named(name, **parameters)
    return c.subs(stepped(f, slopes(f, f.residual)), simultaneous=True)


def test_one_step_on_the_hyperbola():
    x, y = sympy.symbols("x y")
    c = x**2 - y**2
    assert vanishes(residual_step("product", c, n=2) - c * (1 - a**2))          # a^2 = alpha^2 / (x^2 + y^2)
    assert not vanishes(residual_step("product", x**2 + y**2, n=2) - (x**2 + y**2) * (1 - a**2))


def test_one_step_on_the_parabola():
    x, y = sympy.symbols("x y")
    c = x * sympy.exp(2 * y)
    assert vanishes(residual_step("parabola", c) - c * (1 - 2 * a) * sympy.exp(2 * a))


def test_one_step_on_the_cubic():
    x, y = sympy.symbols("x y")
    c, b = 1 / x - 1 / y, 3 * a
    assert vanishes(residual_step("cubic", c) - c * (1 - b**2 * x * y / ((1 - b * x) * (1 - b * y))))


@pytest.mark.parametrize("b", [2, 3, -2])
def test_one_step_on_a_conic(b):
    x, y = sympy.symbols("x y")
    c = y * x**-b                                            # a = 1; eta = 2 a / |grad h| has the sign of h
    assert vanishes(residual_step("conic", c, a=1, b=b) - c * (1 - 2 * a * b) * (1 - 2 * a) ** -b)


def test_one_step_of_a_bilinear_form():
    f = landscapes.named("bilinear", A=[[2, 0], [0, 1]])
    x1, x2, y1, y2 = f.symbols
    for (x, y), sigma in (((x1, y1), 2), ((x2, y2), 1)):
        for sign in (1, -1):                                 # xi = x ± y is scaled by 1 - 2 a lambda, lambda = ±sigma/2
            xi = x + sign * y
            assert vanishes(residual_step("bilinear", xi, A=[[2, 0], [0, 1]]) - xi * (1 - a * sign * sigma))


@pytest.mark.parametrize("n", [3, 4])
def test_one_step_of_a_product(n):
    f = landscapes.named("product", n=n)
    x, y = f.symbols[:2]
    product, c = sympy.prod(f.symbols), x**2 - y**2          # a^2 product^2 = alpha^2 / S^2
    assert vanishes(residual_step("product", c, n=n) - c * (1 - a**2 * product**2 / (x**2 * y**2)))


def test_one_step_of_absolute_values():
    f = landscapes.named("l1-product")
    x, y, z = f.symbols
    p, q = sympy.symbols("lambda1 lambda2")
    w = [p * s + q * t for s, t in zip(*[slopes(f, h) for h in f.pieces])]
    c = x**2 + y**2 - z**2
    change = c.subs(stepped(f, w), simultaneous=True) - c
    drift = a**2 * ((p**2 + q**2) * z**2 - (p * x + q * y) ** 2)
    assert vanishes(sympy.expand(change - drift))
    x0 = {x: 0, y: 2 / z / 2}                                # at the minimum (0, 1/t, t) every sign drifts alike
    assert vanishes(drift.subs(x0).subs({p**2: 1, q**2: 1}) - a**2 * (2 * z**2 - 1 / z**2))


def test_one_step_of_rank_one_l1():
    f = landscapes.named("rank-one-l1", u=[1, 3], v=[1, 2, -1])
    x, y = sympy.Matrix(f.symbols[:2]), sympy.Matrix(f.symbols[2:])
    signs = sympy.Matrix(2, 3, sympy.symbols("s:6"))
    relative = [1, 1, -1] * 2                                # a piece has the sign of u_i v_j
    w = [sum(s * r * slope for s, r, slope in zip(signs, relative, column))
         for column in zip(*[slopes(f, h) for h in f.pieces])]
    c = x.dot(x) - y.dot(y)
    change = c.subs(stepped(f, w), simultaneous=True) - c
    drift = a**2 * ((signs * y).dot(signs * y) - (signs.T * x).dot(signs.T * x))
    assert vanishes(sympy.expand(change - drift))
    assert not vanishes(sympy.expand(change + drift))


@settings(max_examples=60, deadline=None)
@given(points(2), st.floats(1e-3, 0.3))
def test_the_direction_kernel_takes_that_step(x, alpha):
    f = landscapes.named("product", n=2)
    assume(math.hypot(*x) > 0.05)
    x = np.array(x)
    after = x - alpha * f.direction(x)
    c = x[0] ** 2 - x[1] ** 2
    assert after[0] ** 2 - after[1] ** 2 == pytest.approx(c * (1 - alpha**2 / (x @ x)), abs=1e-14)


def test_lazy_valley_is_the_square_of_what_its_direction_normalises():
    x, y = sympy.symbols("x y", positive=True)
    f = landscapes.named("lazy-valley")
    h = y * sympy.sqrt(1 + x**2 * y**2)
    plain = dict(zip(f.symbols, (x, y)))
    assert vanishes(f.expression.subs(plain) - h**2)
    w = [slope.subs(plain) for slope in f.normal]
    assert vanishes(sympy.diff(h, x) * w[1] - sympy.diff(h, y) * w[0])
    np.testing.assert_array_equal(f.hessian([7.0, 0.0]), [[0, 0], [0, 2]])      # blind along the valley


# Names and parameters -----------------------------------------------------------------------------------------------

def test_every_landscape_has_its_facts():
    for name in landscapes.names():
        f = landscapes.named(name)
        assert f.name == name and f.formula and f.reference
        beyond = tuple(f"x{i + 1}" for i in range(f.dimension))
        assert f.variables == {1: ("x",), 2: ("x", "y")}.get(f.dimension, beyond)
        assert f.expression.free_symbols <= set(sympy.symbols(" ".join(f.variables) + " unused"))
        assert pickle.loads(pickle.dumps(f)) is f
        if f.stationary is not None and len(f.stationary):
            np.testing.assert_allclose(f.gradient(f.stationary), 0, atol=1e-14)
        if f.pieces is not None:
            assert f.residual == f.pieces and vanishes(f.expression - sum(map(abs, f.pieces)))
        elif f.residual is not None:
            assert (f.expression / f.residual**2).simplify().is_number


def test_parameters_may_be_lists_or_arrays():
    made = landscapes.named("bilinear", A=[[2, 0], [0, 1]])
    assert landscapes.named("bilinear") is made
    assert landscapes.named("bilinear", A=np.array([[2.0, 0], [0, 1]])) is made
    assert pickle.loads(pickle.dumps(made)) is made
    assert landscapes.named("rank-one-l1", v=np.array([1, 2]), u=(1, 3)) is landscapes.named("rank-one-l1")
    assert landscapes.named("product", n=np.int64(4)) is landscapes.named("product", n=4.0)
    a = landscapes.named("bilinear", A=[[0.1, 1 / 3]])
    x = [0.7, 1.1, -0.4]
    assert a.value(x) == pytest.approx((0.7 * (0.1 * 1.1 - 0.4 / 3) - 1) ** 2, abs=1e-15)


@pytest.mark.parametrize("name, parameters, message", [
    ("product", {"n": 1}, "n=1"), ("product", {"n": 2.5}, "n=2.5"), ("product", {"n": 21}, "n=21"),
    ("product", {"n": True}, "n=True"), ("product", {"n": "3"}, "n='3'"), ("product", {"n": None}, "n=None"),
    ("product", {"n": math.inf}, "n=inf"), ("product", {"n": math.nan}, "n=nan"), ("product", {"m": 3}, "m"),
    ("product", {"n": [3]}, "n="), ("conic", {"a": 1, "b": 1}, "circle"), ("conic", {"a": 2, "b": 1}, "0 < a < b"),
    ("conic", {"a": -1, "b": -2}, "b < 0 < a"), ("conic", {"b": 0}, "b=0"), ("conic", {"a": math.nan}, "a=nan"),
    ("conic", {"a": "1"}, "a='1'"), ("bilinear", {"A": [[0, 0]]}, "other than 0"),
    ("bilinear", {"A": [[1, math.nan]]}, "nan"), ("bilinear", {"A": [[1, 2], [3]]}, "different lengths"),
    ("bilinear", {"A": [1, 2]}, "A"), ("bilinear", {"A": []}, "rows"), ("bilinear", {"A": np.ones((11, 1))}, "10"),
    ("bilinear", {"A": np.ones((1, 1, 1))}, "A"), ("bilinear", {"A": "ab"}, "A='ab'"), ("bilinear", {"A": 3}, "A=3"),
    ("rank-one-l1", {"u": [0, 0]}, "other than 0"), ("rank-one-l1", {"v": []}, "v="),
    ("rank-one-l1", {"u": [1, None]}, "None"), ("rank-one-l1", {"u": [math.inf]}, "inf"),
    ("quadratic", {"lambdas": [0.0]}, "other than 0"), ("quadratic", {"lambdas": 2}, "list"),
    ("quadratic", {"lambdas": {"a": 1}}, "list"), ("hyperbola", {"scale": [1]}, "scale"), ("nowhere", {}, "nowhere"),
    (3, {}, "name=3"), (None, {}, "name=None"), (["product"], {}, "name="),
])
def test_bad_parameters_are_named(name, parameters, message):
    with pytest.raises(ValueError, match=None) as error:
        landscapes.named(name, **parameters)
    assert message in str(error.value)


@pytest.mark.parametrize("x", [None, "ab", [None, 1.0], ["1", "2"], [1.0], 3.0, [[1.0, 2.0], [3.0]], [1j, 0],
                               [True, False]])
def test_bad_points_are_refused(x):
    with pytest.raises(ValueError, match="x="):
        landscapes.named("circle").value(x)


@pytest.mark.parametrize("name, parameters", [("product", {"n": 20}), ("bilinear", {"A": np.eye(6) + 0.1}),
                                              ("rank-one-l1", {"u": [1, 3, -2, 0.5], "v": [1, 2, 0, 4]})])
def test_large_members_of_a_family_compile(name, parameters):
    f = landscapes.named(name, **parameters)
    x = np.linspace(0.6, 1.4, f.dimension)
    base, step = f.gradient(x), 1e-6
    for i in (0, f.dimension // 2, f.dimension - 1):         # central differences: 1e-6^2 and 1e-16/1e-6
        moved = x.copy()
        moved[i] += step
        back = x.copy()
        back[i] -= step
        assert base[i] == pytest.approx((f.value(moved) - f.value(back)) / (2 * step), rel=1e-6, abs=1e-7)
    assert np.linalg.norm(f.direction(x)) == pytest.approx(1)
