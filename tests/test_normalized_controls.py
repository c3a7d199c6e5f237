"""Normalized gradient descent, what the rows of specs/2 leave out: starts of the table, rates, pitfalls, controls."""

import math

import numpy as np
import pytest
import sympy
from descent import landscapes, orbits, steps

H = {                                           # Josz (2026), specs/2, section 2
    "1.1": ("hyperbola", {}), "4.1": ("lazy-valley", {}), "4.2": ("parabola", {}), "4.3": ("cubic", {}),
    "4.4e": ("conic", {"a": 1, "b": 2}), "4.4h": ("conic", {"a": 1, "b": -2}),
    "4.5": ("bilinear", {"A": ((2, 0), (0, 1))}), "4.6 n=3": ("product", {"n": 3}), "4.6 n=4": ("product", {"n": 4}),
    "4.7": ("l1-product", {}), "4.8": ("rank-one-l1", {"u": (1, 3), "v": (1, 2)}),
}
QUANTITY = {
    "1.1": lambda x: abs(x[0] ** 2 - x[1] ** 2),
    "4.1": lambda x: abs(x[0]),
    "4.2": lambda x: abs(x[0]) * math.exp(2 * x[1]),
    "4.3": lambda x: abs(1 / x[0] - 1 / x[1]),
    "4.4e": lambda x: abs(x[1]) * abs(x[0]) ** -2.0,
    "4.4h": lambda x: abs(x[1]) * x[0] ** 2,
    "4.5": lambda x: abs(x[0] ** 2 - x[2] ** 2),
    "4.6 n=3": lambda x: 0.5 * sum((x[i] ** 2 - x[j] ** 2) ** 2 for i in range(3) for j in range(i)),
    "4.6 n=4": lambda x: 0.5 * sum((x[i] ** 2 - x[j] ** 2) ** 2 for i in range(4) for j in range(i)),
    "4.7": lambda x: abs(x[0] ** 2 + x[1] ** 2 - x[2] ** 2 - 2**-0.5),
    "4.8": lambda x: x[0] ** 2 + x[1] ** 2 - x[2] ** 2 - x[3] ** 2,
}


def example(row):
    name, parameters = H[row]
    return landscapes.named(name, **parameters)


def end(row, x0, alpha, beta, n):
    return orbits.normalized_descent_end(example(row), x0, steps.Power(alpha, beta), int(n))


# (a) what is exact in one step ----------------------------------------------------------------------------------------

a = sympy.Symbol("a")                           # alpha / |w| of either sign


def change(f, c, w):
    """c(x - a w) - c(x), exactly."""
    moved = {x: x - a * slope for x, slope in zip(f.symbols, w)}
    return sympy.simplify(c.subs(moved, simultaneous=True) - c)


def gradient(f, h):
    return [sympy.diff(h, x) for x in f.symbols]


@pytest.mark.parametrize("row, invariants", [
    ("1.1", ["x**2 - y**2"]), ("4.5", ["x1**2 - x3**2", "x2**2 - x4**2"]),
    ("4.6 n=3", ["x1**2 - x2**2", "x2**2 - x3**2"]), ("4.6 n=4", ["x1**2 - x4**2"])])
def test_quadratic_invariants_grow_by_their_value_at_the_direction(row, invariants):
    """Proposition 3.36: c(x - a w) = c(x) + a^2 c(w) for c(x) = x^T S x, S a symmetric element of the Lie algebra."""
    f = example(row)
    w = gradient(f, f.residual)
    for text in invariants:
        c = sympy.sympify(text, locals={str(x): x for x in f.symbols})
        assert sympy.simplify(change(f, c, w) - a**2 * c.subs(dict(zip(f.symbols, w)), simultaneous=True)) == 0
    # the control: |x|^2 is no invariant, a term linear in a stays
    c = sum(x**2 for x in f.symbols)
    assert sympy.simplify(sympy.diff(change(f, c, w), a).subs(a, 0)) != 0


@pytest.mark.parametrize("row, right, wrong", [
    ("4.2", "x*exp(2*y)", "x*exp(y)"), ("4.3", "1/x - 1/y", "1/x + 1/y"), ("4.4e", "y*x**-2", "y*x**-1"),
    ("4.4h", "y*x**2", "y*x"), ("4.6 n=3", "x1**2 - x2**2", "x1**2 - 2*x2**2")])
def test_only_the_right_quantity_has_no_change_of_first_order(row, right, wrong):
    """The identities of section 2 are of second order in the step; a wrong exponent or factor shows at first order."""
    f = example(row)
    for text, conserved in ((right, True), (wrong, False)):
        c = sympy.sympify(text, locals={str(x): x for x in f.symbols})
        slope = sum(sympy.diff(c, x) * g for x, g in zip(f.symbols, gradient(f, f.residual)))
        assert (sympy.simplify(slope) == 0) == conserved


def test_x_squared_falls_along_the_lazy_valley_but_is_not_conserved():
    """Example 4.1: <grad x^2, grad f> = 4 x^2 y^4, and in two steps of alpha across x^2 falls by x^2 alpha^4 / 2."""
    f = example("4.1")
    x, y = f.symbols
    slope = sum(sympy.diff(x**2, v) * g for v, g in zip(f.symbols, gradient(f, f.expression)))
    assert sympy.expand(slope - 4 * x**2 * y**4) == 0
    # q_4 = -2 x^2 (nu^3 + (1 - nu)^3) for a start at y = nu alpha; at most -x^2 / 2 (specs/2, section 6)
    alpha = 1e-2
    for nu in (0.1, 0.5, 0.8):
        o = orbits.normalized_descent(f, (1.0, nu * alpha), alpha, 2).points
        assert (o[2, 0] ** 2 - 1) / alpha**4 == pytest.approx(-2 * (nu**3 + (1 - nu) ** 3), rel=1e-3)
    # the control: one step from the valley itself changes nothing, so one step proves nothing
    assert orbits.normalized_descent(f, (1.0, 0.0), alpha, 1).points[1, 0] == 1


# (c) the first column, and what rounding does -------------------------------------------------------------------------

ROWS = [                                        # x0, alpha, beta, K, C_0
    ("T-11a", "1.1", (3, 0.2), 1, 0.5, 1e5, 8.96), ("T-11c", "1.1", (3, 0.2), 1, 0.75, 1e6, 8.96),
    ("T-41a", "4.1", (1, 0.5), 1, 0.25, 1e6, 1), ("T-41b", "4.1", (1, 0.5), 1, 0.5, 1e6, 1),
    ("T-42a", "4.2", (1.5, 1), 1, 0.5, 1e5, 11.0836), ("T-42b", "4.2", (1.5, 1), 1, 0.75, 1e6, 11.0836),
    ("T-43b", "4.3", (1.5, -0.8), 0.5, 0.25, 1e6, 1.91667), ("T-44a", "4.4e", (0.3, 1.2), 1, 0.5, 1e5, 13.3333),
    ("T-44c", "4.4h", (2, 1.5), 1, 0.5, 1e5, 6), ("T-46a", "4.6 n=3", (2, 0.5, 1.5), 1, 0.4, 1e5, 10.5625),
    ("T-46b", "4.6 n=4", (2, 0.5, 1.5, 1), 1, 0.4, 1e5, 16.125),
    ("T-47a", "4.7", (0.5, 0.4, 1.7), 1, 0.5, 1e5, 3.18711),
    ("T-47b", "4.7", (1.5, 0.2, 0.1), 1, 0.5, 1e5, 1.57289), ("T-48a", "4.8", (3, 8, 0.2, 0.5), 1, 0.5, 1e6, 72.71),
]


@pytest.mark.parametrize("name, row, x0, alpha, beta, n, c0", [
    pytest.param(*entry, id=entry[0], marks=[pytest.mark.long] * (entry[0] not in ("T-11a", "T-41b", "T-42a", "T-47a")))
    for entry in ROWS])
def test_runs_start_from_c_0_and_do_not_amplify_a_perturbation(name, row, x0, alpha, beta, n, c0):
    """A relative change of x_0 by 1e-9 changes C_K by at most 1e-6: these runs are not chaotic."""
    c = QUANTITY[row]
    assert c(np.array(x0, dtype=float)) == pytest.approx(c0, rel=5e-6)
    rng = np.random.default_rng(9)
    plain = c(end(row, x0, alpha, beta, n).last)
    moved = c(end(row, np.array(x0) * (1 + 1e-9 * rng.uniform(-1, 1, len(x0))), alpha, beta, n).last)
    assert moved == pytest.approx(plain, rel=1e-6)


def test_roots_and_powers_differ_by_an_ulp_and_end_at_the_same_place():
    """Pitfall 12; the control is a step size that differs by more: it is seen."""
    runs = [orbits.normalized_descent_end(example("1.1"), (3, 0.2), rule, 100_000).last
            for rule in (steps.Power(1, 0.5), lambda k: 1 / math.sqrt(k + 1), lambda k: 1.001 / math.sqrt(k + 1))]
    by_power, by_root, by_more = map(QUANTITY["1.1"], runs)
    assert by_root == pytest.approx(by_power, rel=1e-6) and abs(by_more / by_power - 1) > 1e-3


def test_t_41c_constant_steps_keep_their_distance_from_the_valley():
    o = orbits.normalized_descent(example("4.1"), (1, 0.5), 1.0, 1000)
    assert np.abs(o.points[-200:, 1]) == pytest.approx(np.full(200, 0.5), abs=5e-3)
    assert o.points[-1, 0] == pytest.approx(1.37453e-58, rel=1e-4)      # x is gone, the loss is not
    assert o.losses[-1] == pytest.approx(0.25, abs=5e-3)


@pytest.mark.parametrize("row, x0", [("4.4e", (0.3, 1.2)), ("4.4h", (2, 1.5))])
def test_t_44_ends(row, x0):
    e = end(row, x0, 1, 0.5, 1e5)
    assert min(np.linalg.norm(p - (1, 0)) for p in (e.previous, e.last)) < 1e-3


# rates at the flat set ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row, x0, alpha, slope", [
    ("1.1", (3, 0.2), 1, -0.5), ("1.1", (3, 0.2), 1.4, -0.98), ("4.4e", (0.3, 1.2), 1, -1), ("4.4h", (2, 1.5), 1, -3)])
def test_slopes_of_whole_runs(row, x0, alpha, slope):
    """With alpha_k = alpha / sqrt(k + 1) the regulariser falls like K^(-kappa alpha^2)."""
    short, long = (QUANTITY[row](end(row, x0, alpha, 0.5, n).last) for n in (1e5, 1e6))
    assert math.log10(long / short) == pytest.approx(slope, rel=5e-3)


@pytest.mark.parametrize("row, near, kappa, c", [
    ("1.1", (1.05, 1 / 1.05), 1 / 2, QUANTITY["1.1"]),
    ("4.2", (0.05, 0.0025), 2, QUANTITY["4.2"]),
    ("4.3", (0.82, math.cbrt(1 - 0.82**3)), 2 ** (-1 / 3), QUANTITY["4.3"]),
    ("4.4e", (math.cos(0.05), math.sin(0.05) / math.sqrt(2)), 1, QUANTITY["4.4e"]),
    ("4.4h", (math.cosh(0.05), math.sinh(0.05) / math.sqrt(2)), 3, QUANTITY["4.4h"]),
    ("4.5", (0.05, 1, 0.03, 0.997), 1 / 2, lambda x: abs(x[0] + x[2])),
    ("4.6 n=3", (1.05, 1 / 1.05, 1), 1 / 3, QUANTITY["1.1"]),
    ("4.6 n=4", (1.05, 1 / 1.05, 1, 1), 1 / 4, QUANTITY["1.1"]),
    ("4.7", (0, 1 / 0.845, 0.845), math.sqrt(2) / 3, QUANTITY["4.7"])])
@pytest.mark.parametrize("alpha", [1, 0.7])
def test_the_rate_at_the_flat_set(row, near, kappa, c, alpha):
    """Section 2, "Relative rate": from a minimum near the flat set, with steps k = 1e4 to 1e5 of the rule."""
    e = orbits.normalized_descent_end(example(row), near, lambda k: alpha / math.sqrt(k + 10_001), 90_000)
    assert math.log10(c(np.array(near)) / c(e.last)) == pytest.approx(kappa * alpha**2, rel=0.01)


@pytest.mark.parametrize("alpha, slope", [(0.8, -0.2048), (1, -0.5), (1.2, -1.0368)])
def test_the_rate_of_the_lazy_valley(alpha, slope):
    """x_K falls like K^(-alpha^4 / 2) with beta = 1/4: the slip makes it four times as fast as the middle of the step
    would."""
    short, long = (abs(end("4.1", (1, 0.5), alpha, 0.25, n).last[0]) for n in (1e5, 1e6))
    assert math.log10(long / short) == pytest.approx(slope, rel=0.01)
    assert slope == pytest.approx(-(alpha**4) / 2)


# one row of each long table, in every run -----------------------------------------------------------------------------

def distances(row, number, alpha, beta, n):
    f = example(row)
    starts = np.random.default_rng(20260208 + number).uniform(-2, 2, (20, f.dimension))
    return [f.flat_minima.distance(end(row, x0, alpha, beta, n).last) for x0 in starts]


@pytest.mark.parametrize("row, number, alpha, beta, n, median, most", [
    ("1.1", 11, 1, 0.5, 1e3, 3.2e-2, 4.4e-2), ("1.1", 11, 1, 0.5, 1e5, 3.2e-3, 4.4e-3),
    ("4.1", 41, 2, 0.5, 1e3, 0.077, 0.25), ("4.1", 41, 2, 0.5, 1e5, 0.056, 0.25)])
def test_random_starts_settle_or_stop(row, number, alpha, beta, n, median, most):
    """Section 3, "Random starts": 1.1 goes on, 4.1 with beta = 1/2 > 1/p stops (two digits)."""
    found = distances(row, number, alpha, beta, n)
    assert (np.median(found), max(found)) == pytest.approx((median, most), rel=0.05)


@pytest.mark.parametrize("beta, most", [(0, 0.998), (0.25, 0.0316), (0.75, 0.398)])
def test_the_role_of_beta_for_the_hyperbola(beta, most):
    """Section 3, "Role of beta", 1e6 steps: constant steps never settle, 1/4 does, 3/4 stops early."""
    assert max(distances("1.1", 11, 1, beta, 1e6)) == pytest.approx(most, rel=5e-3)


def test_quadrants_of_the_cubic_lead_to_different_ends():
    """Section 3, "4.3 limit by quadrant", for starts that are not near an axis."""
    rng = np.random.default_rng(10)
    for signs, ends in (((1, 1), (1, 1)), ((-1, -1), (1, 1)), ((1, -1), (1, -1)), ((-1, 1), (-1, 1))):
        for x0 in rng.uniform(0.5, 2, (5, 2)) * signs:
            e = end("4.3", x0, 0.05, 0.25, 1e5)
            assert np.sign(e.previous + e.last).tolist() == list(ends)


# plain gradient descent -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("row, x0, before, after", [
    ("1.1", (3, 0.2), 8.96, 8.95826), ("4.2", (1.5, 1), 11.0836, 11.0381)])
def test_plain_gradient_descent_keeps_what_the_flow_conserves(row, x0, before, after):
    """Section 3, "Plain GD", step .01. The control: normalized steps as long lose most of it."""
    points = orbits.gradient_descent(example(row), x0, 0.01, 20_000).points[[0, -1]]
    assert [QUANTITY[row](p) for p in points] == pytest.approx([before, after], rel=1e-4)
    assert QUANTITY[row](end(row, x0, 1, 0.5, 20_000).last) < before / 10


def test_an_open_set_of_starts_goes_to_the_degenerate_saddle_of_the_cubic_by_plain_descent():
    """Section 3, bonus: gradient descent stops at (0, 0), where f = 1; normalized steps go through."""
    for x0 in np.random.default_rng(11).uniform(-1.2, -0.3, (6, 2)):
        o = orbits.gradient_descent(example("4.3"), x0, 0.005, 50_000)
        assert np.linalg.norm(o.points[-1]) < 2e-2 and o.losses[-1] == pytest.approx(1, abs=1e-4)
        e = end("4.3", x0, 0.5, 0.25, 1e5)
        assert min(map(example("4.3").flat_minima.distance, (e.previous, e.last))) < 1e-2


# pitfalls, section 5 --------------------------------------------------------------------------------------------------

def by_sign(x0, alpha, sign):
    """One step for |h|, h = 1 - x y, along sign(h) grad h / |grad h|, written out."""
    x, y = x0
    return np.array(x0) - alpha * sign(1 - x * y) * np.array([-y, -x]) / math.hypot(x, y)


def test_on_the_minimum_the_sign_is_not_zero():
    """Pitfalls 1 and 10: NumPy's sign, like any direction of 0 in the convex hull of ±u, freezes a run at the first
    minimum it meets; the limits ±u go on and lower |x^2 - y^2|."""
    x0 = (2.0, 0.5)                             # not flat, h = 0
    assert by_sign(x0, 0.1, np.sign).tolist() == [2, 0.5]
    o = orbits.normalized_descent(example("1.1"), x0, 0.1, 1)
    assert np.linalg.norm(o.points[1] - x0) == pytest.approx(0.1)
    assert QUANTITY["1.1"](o.points[1]) == pytest.approx(QUANTITY["1.1"](x0) * (1 - 0.01 / 4.25), rel=1e-12)
    assert not o.points[1] == pytest.approx(by_sign(x0, 0.1, np.sign), abs=0.05)


def test_the_direction_is_not_lost_where_the_gradient_of_the_square_is():
    """Pitfall 2: |grad f|^2 underflows at y = 1e-170, and its root is 0."""
    f = example("4.1")
    g = f.gradient((1.0, 1e-170))
    assert g @ g == 0 and not g[0] and g[1] > 0
    assert f.direction((1.0, 1e-170)).tolist() == [0, 1] and f.direction((1.0, -1e-170)).tolist() == [0, -1]
    assert orbits.gradient_descent(f, (1.0, 1e-170), 0.25, 600).losses[-1] == 0


def test_the_decrease_is_lost_to_cancellation_near_alpha_1e_8():
    """Pitfall 4, p = 2: by subtraction g(x_+) - g(x) has 4 digits at alpha = 1e-5 and none at 1e-8."""
    x0 = np.array([1.9, 0.6])
    for alpha, digits in ((1e-5, True), (1e-8, False)):
        x = x0 - alpha * example("1.1").direction(x0)
        found = QUANTITY["1.1"](x) - QUANTITY["1.1"](x0)
        exact = -QUANTITY["1.1"](x0) * alpha**2 / (x0 @ x0)
        assert (abs(found / exact - 1) < 1e-3) == digits and (abs(found / exact - 1) > 0.5) != digits


def test_a_small_step_or_decrease_does_not_tell_arrival():
    """Pitfall 5: at a far minimum with premature steps, both are as small as at the flat one."""
    premature, settled = end("1.1", (3, 0.2), 1, 1, 1e5), end("1.1", (3, 0.2), 1, 0.5, 1e6)
    f = example("1.1")
    assert np.linalg.norm(premature.last - premature.previous) < np.linalg.norm(settled.last - settled.previous)
    assert f.value(premature.last) < 1e-9 and f.flat_minima.distance(premature.last) > 1
    assert min(map(f.flat_minima.distance, (settled.previous, settled.last))) < 0.1


def test_an_antisymmetric_start_of_the_product_goes_to_the_saddles():
    """Section 1, caution, and pitfall 8: (.5, -.5, 3) keeps x_1 = -x_2 and goes to (0, 0, x_3), where f = 1.

    x_1^2 - x_3^2 changes by alpha_k^2 / 2 in a step there, so x_3^2 goes on falling by log(K'/K) / 2; specs/2 has
    2.171, one value on the way. Exactly at a saddle every direction is allowed, and the run may leave.
    """
    f, x0 = example("4.6 n=3"), np.array([0.5, -0.5, 3])
    points = orbits.normalized_descent(f, x0, steps.Power(1, 0.5), 100_000).points
    hits = np.flatnonzero((points[:, :2] == 0).all(axis=1))
    kept = points[:hits[0]] if len(hits) else points
    assert len(kept) > 3200 and (kept[:, 0] == -kept[:, 1]).all()
    assert f.value(kept[-1]) == pytest.approx(1, abs=1e-3)
    assert kept[800, 2] ** 2 - kept[3200, 2] ** 2 == pytest.approx(math.log(4) / 2, rel=0.01)
    # the control: beside it, it goes on to the minima
    assert f.value(end("4.6 n=3", x0 + [1e-9, 0, 0], 1, 0.5, 1e5).last) < 1e-2
