"""Landscapes: derivatives against many-digit differences of formulas typed here, and the exact facts of the specs."""

import pickle

import mpmath
import numpy as np
import pytest
import sympy
from descent import landscapes
from descent.landscapes._landscape import MANY
from hypothesis import given, settings
from hypothesis import strategies as st

# Chen et al. (2024), equations (43) to (46); Craciun & Ghoshdastidar, Figure 1: typed from the papers, with the degree
FORMULAS = {
    "chen-f1": (lambda x, y: x**2 + y**2 + x**2 * y + x**3 + y**3, 3),
    "chen-f2": (lambda x, y: x**2 + y**2 + x**2 * y + x**4 + y**4, 4),
    "chen-f3": (lambda x, y: x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1, 6),
    "chen-f4": (lambda x, y: (1 - x * y) ** 2 + (x**2 + y**2) / 20, 4),
    "hyperbola": (lambda x, y: (1 - x * y) ** 2, 4),
}
NAMES = sorted(FORMULAS)
M = np.sqrt(19 / 20)                            # the minimum of chen-f4
near, far = st.floats(-4, 4, width=32), st.floats(-1e6, 1e6, width=32)
coordinate = near | far
common = settings(max_examples=40, deadline=None)   # a first call compiles


def partial(name, x, y, order):
    """A partial derivative by differences with 60 digits; for order (0, 0) the value."""
    with mpmath.workdps(60):
        return float(mpmath.diff(FORMULAS[name][0], (mpmath.mpf(x), mpmath.mpf(y)), order))


def rounding(name, x, y):
    """Fifty roundings of the largest term that a kernel may meet: a coefficient up to 30 times a power of the point."""
    return 50 * 2.0**-53 * 30 * max(1.0, abs(x), abs(y)) ** FORMULAS[name][1]


def test_names_are_those_of_the_formulas():
    assert set(NAMES) <= set(landscapes.names())


@pytest.mark.parametrize("name", NAMES)
@common
@given(x=coordinate, y=coordinate)
def test_value_gradient_and_hessian_are_the_derivatives_of_the_printed_formula(name, x, y):
    f, within = landscapes.named(name), rounding(name, x, y)
    assert abs(f.value([x, y]) - partial(name, x, y, (0, 0))) <= within
    assert np.abs(f.gradient([x, y]) - [partial(name, x, y, o) for o in ((1, 0), (0, 1))]).max() <= within
    second = [[partial(name, x, y, o) for o in row] for row in (((2, 0), (1, 1)), ((1, 1), (0, 2)))]
    assert np.abs(f.hessian([x, y]) - second).max() <= within


@pytest.mark.parametrize("name", NAMES)
@common
@given(x=near, y=near)
def test_sharpness_is_the_largest_hessian_eigenvalue_in_both_forms(name, x, y):
    f = landscapes.named(name)
    hessian = f.hessian([x, y])
    trace, determinant = np.trace(hessian), np.linalg.det(hessian)
    root = f.sharpness([x, y])
    scale = 1 + np.abs(hessian).max() ** 2
    assert abs(root * root - trace * root + determinant) <= 1e-12 * scale
    assert root >= trace / 2 - 1e-12 * scale    # the larger of the two roots of the characteristic polynomial
    assert f.kernels.sharpness((x, y)) == pytest.approx(root, rel=1e-12, abs=1e-12 * scale)


@pytest.mark.parametrize("name, minimum, value, eigenvalues, largest_step", [
    ("chen-f1", (0, 0), 0, (2, 2), 1),
    ("chen-f2", (0, 0), 0, (2, 2), 1),
    *[("chen-f3", (a, b), 0, (4, 12), 1 / 6) for a in (1, -1) for b in (1, -1)],
    ("chen-f4", (M, M), 0.0975, (0.2, 3.8), 10 / 19),
    ("chen-f4", (-M, -M), 0.0975, (0.2, 3.8), 10 / 19),
])
def test_exact_facts_of_the_minima(name, minimum, value, eigenvalues, largest_step):
    """specs/4, section 1."""
    f = landscapes.named(name)
    assert f.minima.distance(minimum) < 1e-15
    assert f.value(minimum) == pytest.approx(value, abs=1e-15)
    assert np.abs(f.gradient(minimum)).max() < 1e-15
    assert np.linalg.eigvalsh(f.hessian(minimum)) == pytest.approx(eigenvalues, rel=1e-14)
    assert f.largest_step(minimum) == pytest.approx(largest_step, rel=1e-14)


@pytest.mark.parametrize("name, count", [("chen-f1", 1), ("chen-f2", 1), ("chen-f3", 4), ("chen-f4", 2)])
def test_minima_are_listed_once_each(name, count):
    assert len(np.unique(landscapes.named(name).minima.points, axis=0)) == count


@pytest.mark.parametrize("name, point, value, eigenvalues", [
    ("chen-f1", (0, -2 / 3), 4 / 27, (-2, 2 / 3)),
    ("chen-f1", (-0.53135922, -0.20296116), None, (-2, 1.188)),
    ("chen-f1", (-0.24283432, -0.63574851), None, (-2, -0.543)),
    ("chen-f4", (0, 0), 1, (-1.9, 2.1)),
    *[("chen-f3", point, 1, sorted((0, 2 * a * a * (a * a - 3)))) for a in (0.5, 1.7, 1.8, -2.5)
      for point in ((a, 0), (0, a))],
])
def test_other_stationary_points(name, point, value, eigenvalues):
    """specs/4, section 1, last column: coordinates with 8 digits, eigenvalues with 3 decimals."""
    f = landscapes.named(name)
    assert np.abs(f.gradient(point)).max() < 1e-7
    assert np.linalg.eigvalsh(f.hessian(point)) == pytest.approx(eigenvalues, abs=6e-4)
    assert value is None or f.value(point) == pytest.approx(value, abs=1e-15)


def stationary_points(formula):
    """All real zeros of the gradient, by resultants: they must be isolated."""
    x, y = sympy.symbols("x y")
    gradient = [sympy.diff(formula(x, y), v) for v in (x, y)]

    def candidates(kept, eliminated):
        resultant = sympy.Poly(sympy.resultant(*gradient, eliminated), kept).sqf_part()
        return [sympy.re(root) for root in resultant.nroots(n=40) if abs(sympy.im(root)) < 1e-30]

    pairs = [(a, b) for a in candidates(x, y) for b in candidates(y, x)]
    return [pair for pair in pairs if all(abs(g.evalf(40, subs=dict(zip((x, y), pair)))) < 1e-25 for g in gradient)]


@pytest.mark.parametrize("name, others", [("chen-f1", 3), ("chen-f2", 0), ("chen-f4", 1)])
def test_isolation_is_just_below_the_distance_to_the_other_stationary_points(name, others):
    f = landscapes.named(name)
    points = np.array(stationary_points(FORMULAS[name][0]), dtype=float)
    away = [point for point in points if f.minima.distance(point) > 1e-12]
    assert len(away) == others and len(points) == others + len(f.minima.points)
    nearest = min((np.linalg.norm(f.minima.points - point, axis=1).min() for point in away), default=np.inf)
    assert f.isolation == np.inf if others == 0 else nearest * (1 - 1e-4) < f.isolation < nearest


def test_isolation_of_f3_is_the_distance_to_the_axes():
    x, y = sympy.symbols("x y")
    formula = FORMULAS["chen-f3"][0](x, y)
    off_axes = [sympy.cancel(sympy.diff(formula, x) / (x * y**2)), sympy.cancel(sympy.diff(formula, y) / (x**2 * y))]
    f = landscapes.named("chen-f3")
    assert {tuple(map(int, s)) for s in sympy.solve_poly_system(off_axes, x, y)} == {tuple(p) for p in f.minima.points}
    assert f.isolation == np.abs(f.minima.points).min() == 1


@pytest.mark.parametrize("scale", [0.5, 1, 3, 0.1, 1 / 3, np.float64(2.5), 1e-300])
def test_the_scale_multiplies_the_hyperbola(scale):
    """Hessian: specs/3, section 0."""
    x, y = 1.25, -0.75
    f = landscapes.named("hyperbola", scale=scale)
    assert f.value([x, y]) == pytest.approx(scale * (1 - x * y) ** 2, rel=1e-14, abs=0)
    expected = scale * np.array([[2 * y * y, 4 * x * y - 2], [4 * x * y - 2, 2 * x * x]])
    assert f.hessian([x, y]) == pytest.approx(expected, rel=1e-14, abs=0)
    assert f.sharpness([2, 0.5]) == pytest.approx(2 * scale * 4.25, rel=1e-14, abs=0)
    assert f.sharpness(f.flat_minima.points) == pytest.approx(4 * scale, rel=1e-14, abs=0)


@common
@given(x=st.floats(-5, 5), y=st.floats(-5, 5))
def test_distance_to_the_hyperbola_against_brute_force(x, y):
    t = np.geomspace(0.02, 50, 20001)           # beyond 1/50 and 50 the curve is farther than (1, 1) or (-1, -1) is
    t = np.concatenate([t, -t])
    brute = np.hypot(t - x, 1 / t - y).min()
    found = landscapes.named("hyperbola").minima.distance([x, y])
    assert found <= brute + 1e-12
    # two neighbours of the scan are 4e-4 |(t, 1/t)| apart, and the nearest point of the curve lies between two
    assert brute - found <= 2e-4 * 51


@pytest.mark.parametrize("point, distance", [
    ((0, 0), np.sqrt(2)), ((2, 2), np.sqrt(2)), ((1, 1), 0), ((4, 0.25), 0), ((-0.5, -2), 0), ((1, -1), np.sqrt(3)),
])
def test_distance_to_the_hyperbola_by_hand(point, distance):
    # (2, 2) is the centre of curvature at (1, 1): a triple root, good to the cube root of rounding, squared
    assert landscapes.named("hyperbola").minima.distance(point) == pytest.approx(distance, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_samples_of_the_minima_are_minima(name):
    f = landscapes.named(name)
    for minima in (f.minima, f.flat_minima):
        drawn = minima.sample(np.random.default_rng(1), 50)
        assert drawn.shape == (50, 2)
        assert max(minima.distance(point) for point in drawn) < 1e-12
        assert np.abs(f.gradient(drawn)).max() < 1e-13
        assert np.array_equal(drawn, minima.sample(np.random.default_rng(1), 50))
    assert len({tuple(point) for point in f.minima.sample(np.random.default_rng(1), 50)}) > (name in NAMES[2:])


@pytest.mark.parametrize("name, parameters", [(name, {}) for name in NAMES] + [("hyperbola", {"scale": 0.3})])
def test_a_landscape_pickles_by_name_and_parameters(name, parameters):
    f = landscapes.named(name, **parameters)
    text = pickle.dumps(f)
    assert len(text) < 500                      # no compiled code travels
    assert pickle.loads(text) is f is landscapes.named(name, **f.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_points_gives_what_each_point_gives(name):
    f = landscapes.named(name)
    points = np.random.default_rng(0).normal(size=(3, 4, 2))
    for method, width in (("value", ()), ("gradient", (2,)), ("hessian", (2, 2)), ("sharpness", ())):
        batch = getattr(f, method)(points)
        one_by_one = [[getattr(f, method)(point) for point in row] for row in points]
        assert batch.shape == (3, 4, *width) and np.array_equal(batch, one_by_one)


MANY_POINTS = [*((name, {}) for name in NAMES), ("two-wells-1d", {}), ("product", {"n": 3}), ("l1-product", {}),
               ("oscillating", {}), ("cube", {})]


@pytest.mark.parametrize("name, parameters", MANY_POINTS, ids=lambda v: v if isinstance(v, str) else None)
def test_many_points_give_what_a_few_give(name, parameters):
    """Many go through a compiled loop; to the last bit the same, kinks and what is not finite included."""
    f = landscapes.named(name, **parameters)
    points = np.random.default_rng(3).uniform(-2, 2, (MANY, f.dimension))
    points[::7] = np.round(points[::7])                         # zeros and ties: kinks where there are any
    points[5], points[6] = np.inf, np.nan
    for which in ("value", "gradient", "direction", "on_kink"):
        whole, halves = getattr(f, which)(points), [getattr(f, which)(half) for half in np.split(points, 2)]
        assert np.array_equal(whole, np.concatenate(halves), equal_nan=which != "on_kink"), which
    smooth = points[~f.on_kink(points)]
    smooth = np.concatenate([smooth, smooth])[:MANY]
    whole, halves = f.hessian(smooth), [f.hessian(half) for half in np.split(smooth, 2)]
    assert np.array_equal(whole, np.concatenate(halves), equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_expression_has_plain_symbols_and_the_formula_is_its_latex(name):
    f = landscapes.named(name)
    x, y = sympy.symbols("x y")
    assert sympy.expand(f.expression - sympy.nsimplify(FORMULAS[name][0](x, y))) == 0
    assert f.formula == sympy.latex(f.expression)


def test_the_residual_of_the_hyperbola_gives_it_by_squaring():
    f = landscapes.named("hyperbola", scale=0.5)
    assert sympy.expand(f.expression - f.residual**2 / 2) == 0


@pytest.mark.parametrize("call, word", [
    (lambda: landscapes.named("chen-f5"), "name"), (lambda: landscapes.named(None), "name"),
    (lambda: landscapes.named(["chen-f1"]), "name"), (lambda: landscapes.named("chen-f1", scale=2), "scale"),
    (lambda: landscapes.named("hyperbola", size=2), "size"),
    *[(lambda scale=scale: landscapes.named("hyperbola", scale=scale), "scale")
      for scale in (0, -1, np.nan, np.inf, "2", None, [1], True, 10**400, 1j)],
    *[(lambda x=x: landscapes.named("chen-f4").value(x), "x")
      for x in (1, [1], [1, 2, 3], [], None, "ab", [1j, 2], np.array([1j, 2]), ["1", "2"], [10**400, 1], {1: 2})],
    *[(lambda x=x, name=name: landscapes.named(name).minima.distance(x), "x") for name in ("chen-f4", "hyperbola")
      for x in (1, [1], None, [[1, 1], [2, 2]], [np.nan, 1], "ab", [10**400, 1])],
    # the origin of f3 is flat, the third point a maximum of f1: neither limits the step
    (lambda: landscapes.named("chen-f3").largest_step([0, 0]), "minimum"),
    (lambda: landscapes.named("chen-f1").largest_step([-0.24283432, -0.63574851]), "minimum"),
    (lambda: landscapes.named("chen-f1").largest_step(None), "minimum"),
])
@pytest.mark.filterwarnings("error")
def test_bad_input_is_refused_by_name(call, word):
    with pytest.raises(ValueError, match=rf"\b{word}\b"):
        call()
