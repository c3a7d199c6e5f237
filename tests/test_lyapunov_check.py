"""Sampled decreases along normalized gradient descent: the table of specs/2, section 3(b), and what must not pass."""

import functools
import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from descent import landscapes, lyapunov, networks, orbits
from descent.lyapunov._increments import Increments
from descent.lyapunov._sampling import Sampling
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

few = settings(deadline=None, max_examples=8)
SMALL = {"step_sizes": (1e-4, 3e-4), "samples": 500}
x, y = sympy.symbols("x y")
GAP, PARABOLA, RECIPROCALS, TRAP = "abs(x**2 - y**2)", "abs(x)*exp(2*y)", "abs(1/x - 1/y)", "-x*y/abs(x - y)"
CONE = "abs(x1**2 + x2**2 - x3**2 - 1/sqrt(2))"
BALANCE = "abs(x1**2 + x2**2 - x3**2 - x4**2)"


def conserved(a, b):
    """|y| |x|^(-b/a) of Example 4.4."""
    return abs(y) * abs(x) ** sympy.Rational(-b, a)


def gaps(n):
    """1/2 sum (x_i^2 - x_j^2)^2 of Example 4.6."""
    v = sympy.symbols(landscapes.named("product", n=n).variables)
    return sum((v[i] ** 2 - v[j] ** 2) ** 2 for i in range(n) for j in range(i)) / 2


def rotated():
    """sum over i not in I of |xi_i| (sum over I of xi_j^2)^(-lambda_i / (2 lambda_1)) of 4.5, A = diag(2, 1)."""
    x1, x2, y1, y2 = sympy.symbols("x1:5")
    lambdas = {1: (x1 + y1), -1: (x1 - y1), sympy.Rational(-1, 2): (x2 - y2)}
    flattest = (x2 + y2) ** 2 / 2               # lambda_1 = 1/2
    return sum(abs(xi) / sympy.sqrt(2) * flattest**-eigenvalue for eigenvalue, xi in lambdas.items())


def omega_product(p):
    """Example 4.6: sum c_ij^2 / (x_i^2 x_j^2 S^2), S^2 = sum x_i^-2."""
    pairs = itertools.combinations(p, 2)
    return sum((a * a - b * b) ** 2 / (a * a * b * b) for a, b in pairs) / sum(1 / (a * a) for a in p)


def omega_conic(a, b, p):
    """Example 4.4: g b (b - a) / (2 (a^2 x^2 + b^2 y^2))."""
    g = abs(p[1]) * abs(p[0]) ** (-b / a)
    return g * b * (b - a) / (2 * (a * a * p[0] ** 2 + b * b * p[1] ** 2))


def omega_parabola(t):
    """Example 4.2 at (t, t^2): 2 |c| / (4 x^2 + 1)."""
    return 2 * abs(t) * math.exp(2 * t * t) / (4 * t * t + 1)


def omega_cubic(p):
    """Example 4.3: the two regimes of its regularizer."""
    a, b = p
    return abs(b - a) / (a**4 + b**4) if a * b > 0 else (a * b) ** 2 / (abs(a - b) * (a**4 + b**4))


def omega_rank_one(t, u=(1, 3), v=(1, 2)):
    """Example 4.8 at (t u, v / t): the least |A t^-2 - B t^2| / (A t^-2 + B t^2) over the sign patterns attained."""
    drifts = []
    for signs in itertools.product((1, -1), repeat=4):
        pattern = np.array(signs).reshape(2, 2)
        if signs in ((1, -1, -1, 1), (-1, 1, 1, -1)):       # no tangent of the rank-one matrices has these signs
            continue
        a, b = np.sum((pattern @ v) ** 2) / t**2, np.sum((pattern.T @ u) ** 2) * t**2
        drifts.append(abs(a - b) / (a + b))
    return min(drifts)


SECOND_ORDER = {                                # specs/2, section 3(b): f, g, at, exponent, omega
    "1.1": ("hyperbola", {}, GAP, (2, Fraction(1, 2)), 1.999, 3.75 / 4.25),
    "4.2": ("parabola", {}, PARABOLA, (1, 1), 1.996, omega_parabola(1)),
    "4.3": ("cubic", {}, RECIPROCALS, (0.5, 0.9565), 1.993, omega_cubic((0.5, 0.9565))),
    "4.3 xy<0": ("cubic", {}, TRAP, (1.25, -0.984), 1.998, omega_cubic((1.25, -0.984))),
    "4.4e": ("conic", {"a": 1, "b": 2}, conserved(1, 2), (0.5**0.5, 0.5), 1.992, omega_conic(1, 2, (0.5**0.5, 0.5))),
    "4.4h": ("conic", {"a": 1, "b": -2}, conserved(1, -2), (1.5**0.5, 0.5), 1.998,
             omega_conic(1, -2, (1.5**0.5, 0.5))),
    "4.5": ("bilinear", {"A": ((2, 0), (0, 1))}, rotated(), (0.7, 0.8, 0.3, 0.725), 1.997, 0.47394),
    "4.6": ("product", {"n": 3}, gaps(3), (2, 0.5, 1), 1.997, omega_product((2, 0.5, 1))),
    "4.7 t=1.5": ("l1-product", {}, CONE, (0, Fraction(2, 3), Fraction(3, 2)), 1.998, 0.82022),
    "4.7 t=.5": ("l1-product", {}, CONE, (0, 2, 0.5), 1.998, 0.77778),
    "4.8 t=2": ("rank-one-l1", {}, BALANCE, (2, 6, 0.5, 1), 2.000, omega_rank_one(2)),
    "4.8 t=.3": ("rank-one-l1", {}, BALANCE, (0.3, 0.9, Fraction(10, 3), Fraction(20, 3)), 2.000, omega_rank_one(0.3)),
}


@pytest.mark.parametrize("row", SECOND_ORDER)
def test_the_exponents_and_constants_of_the_table(row):
    name, parameters, g, at, exponent, omega = SECOND_ORDER[row]
    c = lyapunov.check(landscapes.named(name, **parameters), g, at)
    assert c.holds and c.counterexample is None and c.step_bound == 0.1
    assert c.exponent == pytest.approx(exponent, abs=1e-3)      # the table's p, of three decimals
    assert c.constant == pytest.approx(omega, rel=0.01)
    assert c.step_sizes == (0.001, 0.003, 0.01, 0.03, 0.1) and c.decreases[0] == pytest.approx(c.constant * 1e-6)


def test_two_steps_of_the_lazy_valley_decrease_by_the_fourth_power():
    c = lyapunov.check(landscapes.named("lazy-valley"), "x**2", (1, 0), p=4, m=2, step_sizes=(.3, .1, .03, .01))
    assert c.holds and c.exponent == pytest.approx(3.968, abs=1e-3) and c.constant == pytest.approx(0.5, rel=0.03)


def test_the_decreases_are_those_of_the_formula():
    """1.1: |c| falls by |c| alpha^2 / (x^2 + y^2), so the worst point of a ball is known to within the draws."""
    c = lyapunov.check(landscapes.named("hyperbola"), GAP, (2, 0.5), samples=20000)
    for alpha, decrease in zip(c.step_sizes, c.decreases):
        angle = np.linspace(0, 2 * np.pi, 20001)
        a, b = 2 + alpha * np.cos(angle), 0.5 + alpha * np.sin(angle)
        least = (abs(a**2 - b**2) / (a**2 + b**2)).min() * alpha**2
        assert least <= decrease <= least * (1 + 0.02 * alpha / 0.1)


# --- what must not pass

@pytest.mark.parametrize("p", [2, 4])
def test_one_step_of_the_lazy_valley_does_not_decrease(p):
    """specs/2, section 3(b): the worst increment is 0, and <= 0 is not enough."""
    c = lyapunov.check(landscapes.named("lazy-valley"), "x**2", (1, 0), p=p, m=1)
    assert not c.holds and c.step_bound is None
    assert c.counterexample.increment == 0 and c.counterexample.x[1] == 0 and "does not change" in c.reason


def test_one_step_of_the_lazy_valley_in_a_form_without_residual():
    """The point (1, 0) itself has no direction then; its neighbours tell."""
    c = lyapunov.check(landscapes.from_formula("y**2 + x**2*y**4"), "x**2", (1, 0), p=4)
    assert not c.holds and c.counterexample.sign is None
    assert -1e-6 * c.counterexample.alpha**4 < c.counterexample.increment <= 0


def test_the_wrong_regularizer_of_the_cubic_increases():
    """specs/2, section 3(b): +6.6e-7 at alpha = 1e-3."""
    c = lyapunov.check(landscapes.named("cubic"), RECIPROCALS, (1.25, -0.984))
    assert not c.holds and c.exponent is None
    assert c.counterexample.alpha == 0.001 and c.counterexample.increment == pytest.approx(6.6e-7, rel=0.01)
    assert "increases" in str(c)


@pytest.mark.parametrize("t", [1, 1.2, (9 / 4) ** 0.25, 0.5])
def test_inside_the_band_of_rank_one_nothing_decreases(t):
    """Zero drift for some pattern at t^4 = 9/4 and 1/16 (specs/2, section 2), the ends of the band."""
    c = lyapunov.check(landscapes.named("rank-one-l1"), BALANCE, (t, 3 * t, 1 / t, 2 / t))
    assert not c.holds and len(c.counterexample.sign) == 4


FLAT = {"1.1": ("hyperbola", GAP, (1, 1)), "1.1 c^2": ("hyperbola", "(x**2 - y**2)**2", (-1, -1)),
        "4.2": ("parabola", PARABOLA, (0, 0)), "4.3": ("cubic", RECIPROCALS, (0.5 ** (1 / 3),) * 2),
        "4.6": ("product", "(x**2 - y**2)**2", (1, 1)), "4.7": ("l1-product", CONE, (0, 2**0.25, 2**-0.25))}


@pytest.mark.parametrize("row", FLAT)
def test_a_flat_point_is_refuted(row):
    name, g, at = FLAT[row]
    f = landscapes.named(name, n=2) if name == "product" else landscapes.named(name)
    c = lyapunov.check(f, g, at)
    assert not c.holds and c.counterexample.increment > -1e-4 * c.counterexample.alpha**2


def test_two_steps_do_not_save_a_power_that_is_too_low():
    c = lyapunov.check(landscapes.named("lazy-valley"), "x**2", (1, 0), p=3, m=2)
    assert not c.holds and c.exponent > 3.9 and "higher power" in c.reason
    assert c.counterexample.increment < 0


@pytest.mark.parametrize("sign, holds", [(-1, True), (1, False)])
def test_the_point_need_not_be_a_minimum(sign, holds):
    """Along the gradient of |x|^2 at (1, 1), |x|^2 falls by the first power of alpha, its negative rises."""
    g = -sign * (x**2 + y**2)
    c = lyapunov.check(landscapes.from_formula("x**2 + y**2"), g, (1, 1))
    assert c.holds == holds and (c.exponent is None or c.exponent == pytest.approx(1, abs=0.01))


def test_a_saddle_and_a_single_minimum_have_directions_all_around():
    assert not lyapunov.check(landscapes.named("hyperbola"), GAP, (0, 0)).holds
    assert not lyapunov.check(landscapes.from_formula("abs(x) + 2*abs(y)"), "x**2 + y**2", (0, 0)).holds


@pytest.mark.parametrize("f, at", [(landscapes.from_formula("1"), (2, 0.5)), (landscapes.named("plateau"), (0,)),
                                   (landscapes.from_formula("abs(x) + x"), (-1, 0)),
                                   (landscapes.from_formula("abs(x) + x"), (0, 0))])
def test_where_f_is_locally_constant_nothing_decreases(f, at):
    c = lyapunov.check(f, "x**2", at)
    assert not c.holds and not c.counterexample.direction.any() and "constant" in c.reason
    assert (c.counterexample.iterates == c.counterexample.x).all()


def test_a_gradient_below_the_smallest_float_is_no_constant():
    f = landscapes.from_formula("(y**20)**15")              # 300 y^299 at y = 1e-3
    c = lyapunov.check(f, "y", (1, Fraction(1, 100)), p=1, step_sizes=(1e-3, 3e-3))
    assert c.holds and c.constant == pytest.approx(1) and c.exponent == pytest.approx(1)


def test_where_g_is_not_defined_on_one_side():
    f = landscapes.named("hyperbola")
    border = sympy.Piecewise((x**2 - y**2, x > sympy.Rational("1.9995")), (sympy.sqrt(-1 - x**2), True))
    c = lyapunov.check(f, border, (2, 0.5))
    assert not c.holds and c.counterexample.increment == math.inf and c.counterexample.iterates is None
    assert "not defined" in c.reason and c.decreases[0] == -math.inf
    assert lyapunov.check(f, border, (2, 0.5), step_sizes=(1e-4, 3e-5, 1e-5)).holds


# --- how far it holds

def test_a_wrong_sign_far_away_shows_in_the_step_bound():
    g = abs(x**2 - y**2) * sympy.Piecewise((1, x > sympy.Rational(39, 20)), (-1, True))
    c = lyapunov.check(landscapes.named("hyperbola"), g, (2, 0.5))
    assert c.holds and c.step_bound == 0.03


def test_next_to_a_flat_point_it_holds_for_small_steps_only():
    f, at = landscapes.named("hyperbola"), (Fraction(101, 100), Fraction(100, 101))
    c = lyapunov.check(f, GAP, at)              # the flat points x = y are .0141 away
    assert c.holds and c.step_bound == 0.01
    near = lyapunov.check(f, GAP, (Fraction(501, 500), Fraction(500, 501)))
    assert not near.holds and "smaller step sizes may tell more" in near.reason
    assert lyapunov.check(f, GAP, (Fraction(501, 500), Fraction(500, 501)), step_sizes=(1e-3, 3e-4, 1e-4)).holds


@pytest.mark.parametrize("sign, holds", [("+", True), ("-", False)])
def test_a_first_order_term_that_vanishes_on_the_valley(sign, holds):
    """-|h|^3 grows by 3 alpha h^2 |grad h|: at |h| <= alpha that is less than the fall of |x^2 - y^2|, beyond more.

    There the two terms of order alpha^3 change D / alpha^2 by less than a tenth at alpha = .003.
    """
    c = lyapunov.check(landscapes.named("hyperbola"), f"{GAP} {sign} abs(x*y - 1)**3", (2, 0.5))
    assert c.exponent == pytest.approx(2, abs=0.1) and c.constant == pytest.approx(3.75 / 4.25, rel=0.05)
    assert c.holds == holds
    if not holds:
        h = c.counterexample.x.prod() - 1
        assert c.counterexample.increment > 0 and abs(h) > 10 * c.counterexample.alpha


def test_a_quantity_that_grows_is_refuted():
    """x^2 falls along the lazy valley; along that of y^2 - x^2 y^4 it grows by as much."""
    c = lyapunov.check(landscapes.from_formula("y**2 - x**2*y**4"), "x**2", (1, 0), p=4, m=2)
    assert not c.holds and c.counterexample.increment > 0


# --- digits

@pytest.mark.parametrize("p, m, name, g, at, omega, step_sizes", [
    (2, 1, "hyperbola", GAP, (2, 0.5), 3.75 / 4.25, (1e-7, 1e-8, 1e-9)),
    (4, 2, "lazy-valley", "x**2", (1, 0), 0.5, (1e-4, 1e-5, 1e-6)),
])
def test_steps_so_small_that_float64_has_no_digit(p, m, name, g, at, omega, step_sizes):
    c = lyapunov.check(landscapes.named(name), g, at, p=p, m=m, step_sizes=step_sizes)
    assert c.holds and c.exponent == pytest.approx(p, abs=1e-3) and c.constant == pytest.approx(omega, rel=1e-4)
    assert c.decreases[0] < 2.0**-52            # float64 would see multiples of its rounding


def mp_increment(f, g, start, alphas):
    """g(x_m) - g(x_0) with 60 digits of mpmath, along sgn(h) grad h or the sum of those of the pieces."""
    v = f.symbols
    pieces = f.pieces if f.pieces is not None else (f.residual,)
    with mpmath.workdps(60):
        point = [mpmath.mpf(entry) for entry in start]
        h = [sympy.lambdify(v, piece, "mpmath") for piece in pieces]
        slopes = [[sympy.lambdify(v, sympy.diff(piece, u), "mpmath") for u in v] for piece in pieces]
        value = sympy.lambdify(v, g, "mpmath")
        first = value(*point)
        for alpha in alphas:
            w = [sum((1 if h[s](*point) >= 0 else -1) * slopes[s][i](*point) for s in range(len(pieces)))
                 for i in range(len(v))]
            length = mpmath.sqrt(sum(entry**2 for entry in w))
            point = [entry - mpmath.mpf(alpha) * slope / length for entry, slope in zip(point, w)]
        return float(value(*point) - first)


@pytest.mark.parametrize("row", ["1.1", "4.2", "4.3 xy<0", "4.5", "4.7 t=.5", "4.8 t=2"])
@pytest.mark.parametrize("alpha", [1e-1, 1e-9])
def test_increments_agree_with_mpmath(row, alpha):
    name, parameters, g, at, *_ = SECOND_ORDER[row]
    f = landscapes.named(name, **parameters)
    g = sympy.sympify(g)
    rng = np.random.default_rng(1)
    increments = Increments(f, g)
    for _ in range(10):
        start = np.array(at, dtype=float) + alpha * rng.uniform(-1, 1, f.dimension)
        steps = alpha * rng.uniform(0.5, 1, 2)
        got, path, u = increments.exact(start, steps, 1)
        assert got == pytest.approx(mp_increment(f, g, start, steps), rel=1e-12)
        assert path[0] == pytest.approx(start, abs=0) and np.linalg.norm(u) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("name, g, at, m", [("cubic", RECIPROCALS, (1.25, -0.984), 1),
                                            ("rank-one-l1", BALANCE, (1, 3, 1, 2), 2),
                                            ("lazy-valley", "x**2 - 1/100", (1, 0), 3)])
def test_a_counterexample_can_be_run_again(name, g, at, m):
    f = landscapes.named(name)
    c = lyapunov.check(f, g, at, m=m)
    found = c.counterexample
    again = orbits.normalized_descent(f, found.x, lambda k: found.step_sizes[k], m)
    assert again.points == pytest.approx(found.iterates, abs=1e-14)
    assert found.direction == pytest.approx((found.x - found.iterates[1]) / found.step_sizes[0], abs=1e-12)
    assert found.alpha == min(found.step_sizes) and len(found.step_sizes) == m
    value = sympy.lambdify(f.symbols, sympy.sympify(g))
    assert found.increment == pytest.approx(value(*again.points[-1]) - value(*again.points[0]), abs=1e-13)


# --- where it is measured

@pytest.mark.parametrize("g", ["(x**2 - y**2)**2 + x", "abs(x**2 - y**2)**(3/2) + x", "1/(1 + (x - y)**4) + x"])
@pytest.mark.parametrize("at", [(1, 1), (0.7, 0.7)])
def test_terms_that_vanish_have_increments_too(g, at):
    """On the diagonal all of them but x stay 0 along the gradient of x + y: x falls by alpha / sqrt(2)."""
    f = landscapes.from_formula("x + y")
    increment, *_ = Increments(f, sympy.sympify(g, {"abs": abs})).exact(np.array(at), np.array([0.1]), 1)
    assert increment == pytest.approx(-0.1 / 2**0.5, rel=1e-15)


def starts(name, at, alpha, reach, m=1, samples=4000, **parameters):
    f = landscapes.named(name, **parameters)
    at = np.array(at, dtype=float)
    increments = Increments(f, sympy.Integer(0))
    return f, Sampling(f, increments.residuals, at, m, samples, np.random.default_rng(0)).within(alpha, reach)


def test_both_signs_are_sampled_next_to_the_valley_and_on_it():
    f, s = starts("parabola", (1, 1), 1e-3, 1e-2)
    h = s.points[:, 0] ** 2 - s.points[:, 1]
    for sign in (1, -1):
        assert np.any((sign * h > 0) & (abs(h) < 1e-7)) and np.any(sign * h > 1e-3)
        assert np.any((s.points == (1, 1)).all(axis=1) & (s.side == sign))
    assert np.linalg.norm(s.points - 1, axis=1).max() <= 1e-2


def test_on_the_valley_both_signs_are_directions():
    increments = Increments(landscapes.named("parabola"), x)
    one, other = (increments.exact(np.array([1.0, 1.0]), np.array([0.1]), side)[2] for side in (1, -1))
    assert one == pytest.approx(-other) and one == pytest.approx(np.array([2, -1]) / 5**0.5)


def test_the_sign_patterns_of_rank_one_are_those_attained():
    """specs/2, section 2: 14 of the 16 patterns, all but ±[[1, -1], [-1, 1]]."""
    f, s = starts("rank-one-l1", (2, 6, 0.5, 1), 1e-3, 1e-3)
    pieces = sympy.lambdify(f.symbols, f.pieces)(*s.points.T)
    patterns = {tuple(column) for column in np.sign(pieces).T if column.all()}
    assert patterns == set(itertools.product((1, -1), repeat=4)) - {(1, -1, -1, 1), (-1, 1, 1, -1)}


def test_a_start_on_a_kink_of_several_pieces_is_passed_over():
    f = landscapes.named("rank-one-l1")
    assert Increments(f, sympy.Integer(0)).exact(np.array([1.0, 3, 1, 2]), np.array([0.1]), 1) is None


def test_steps_of_unequal_lengths():
    _, s = starts("lazy-valley", (1, 0), 1e-3, 1e-1, m=3)
    assert s.steps.min(axis=1) == pytest.approx(1e-3) and s.steps.max() <= 0.1
    assert (s.steps.max(axis=1) > 1e-2).any() and (s.steps.argmin(axis=1) == 2).any()


# --- other parameters, other functions

@few
@given(st.integers(2, 5), st.data())
def test_products(n, data):                     # equal entries: balls around 0 in g
    p = np.array(data.draw(st.lists(st.floats(0.5, 2), min_size=n - 1, max_size=n - 1)))
    p = np.append(p, 1 / p.prod())
    omega = omega_product(p)
    assume(omega > 0.2 and p.max() < 8)
    c = lyapunov.check(landscapes.named("product", n=n), gaps(n), p, **SMALL)
    assert c.holds and c.constant == pytest.approx(omega, rel=0.02)


@few
@given(st.integers(1, 4), st.integers(-4, 8), st.floats(0.3, 1.2))
@example(3, -4, 0.7)
def test_conics(a, b, angle):
    assume(b < 0 or b > a)
    p = (math.cos(angle) / a**0.5, math.sin(angle) / b**0.5) if b > 0 else (
        math.cosh(angle) / a**0.5, math.sinh(angle) / (-b) ** 0.5)
    c = lyapunov.check(landscapes.named("conic", a=a, b=b), conserved(a, b), p, **SMALL)
    assert c.holds and c.constant == pytest.approx(omega_conic(a, b, p), rel=0.02)


@few
@given(st.floats(0.2, 5), st.booleans())
def test_hyperbola_and_parabola(t, negative):
    assume(abs(t - 1) > 0.1)
    s = -t if negative else t
    c = lyapunov.check(landscapes.named("hyperbola"), GAP, (s, 1 / s), **SMALL)
    assert c.holds and c.constant == pytest.approx(abs(s**2 - s**-2) / (s**2 + s**-2), rel=0.02)
    if t < 2:
        c = lyapunov.check(landscapes.named("parabola"), PARABOLA, (s, s * s), **SMALL)
        assert c.holds and c.constant == pytest.approx(omega_parabola(s), rel=0.02)


@few
@given(st.floats(0.15, 3))
def test_rank_one(t):
    omega = omega_rank_one(t)
    assume(omega > 0.05 and not 1 / 16 <= t**4 <= 9 / 4)
    c = lyapunov.check(landscapes.named("rank-one-l1"), BALANCE, (t, 3 * t, 1 / t, 2 / t), step_sizes=(1e-4, 3e-4))
    assert c.holds and c.constant == pytest.approx(omega, rel=0.02)


@pytest.mark.parametrize("t, holds", [(Fraction(3, 2), True), (Fraction(1, 2), False)])
def test_a_smooth_objective_of_codimension_two(t, holds):
    """specs/2, section 6: the squares of the pieces of 4.7 keep the property at t = 3/2 and lose it at t = 1/2."""
    f = landscapes.from_formula("(x*z)**2 + (y*z - 1)**2", "x y z")
    c = lyapunov.check(f, "(x**2 + y**2 - z**2 - 0.70710678)**2", (0, 1 / t, t))
    assert c.holds == holds and (holds or c.counterexample.increment > 0)


def test_the_rival_of_the_l1_product_fails():
    """specs/2, section 2: |xy-1| + |xz-1| at (t, 1/t, 1/t), t^4 < 2: two patterns drift in opposite directions."""
    f = landscapes.from_formula("abs(x*y - 1) + abs(x*z - 1)", "x y z")
    g = "abs(x**2 - y**2 - z**2 - {})"
    for shift in (-10, 10):
        assert not lyapunov.check(f, g.format(shift), (1, 1, 1)).holds


def test_twenty_variables():
    p = np.exp(0.3 * np.cos(np.arange(20)))
    p /= np.prod(p) ** (1 / 20)
    c = lyapunov.check(landscapes.named("product", n=20), gaps(20), p, step_sizes=(1e-4, 3e-4), samples=100)
    assert c.holds and c.constant == pytest.approx(omega_product(p), rel=0.02)


# --- invariance

@functools.cache
def formula(text, variables="x y"):
    return landscapes.from_formula(text, variables)


POINTS = [(Fraction(2), True), (Fraction(1, 3), True), (Fraction(-3, 2), True), (Fraction(1), False)]


@few
@given(st.fractions(Fraction(1, 9), 9, max_denominator=9), st.sampled_from(POINTS), st.sampled_from((1, 2, 4)))
def test_f_may_be_scaled_and_reshaped(scale, point, power):
    t, holds = point
    f = formula(f"({scale})*abs(x*y - 1)**{power}")
    c = lyapunov.check(f, GAP, (t, 1 / t), **SMALL)
    plain = lyapunov.check(landscapes.named("hyperbola"), GAP, (t, 1 / t), **SMALL)
    assert c.holds == plain.holds == holds
    assert c.constant == pytest.approx(plain.constant, rel=1e-6)


@few
@given(st.permutations((0, 1, 2)), st.booleans())
def test_variables_may_be_permuted(order, flat):
    at = np.array([1, 1, 1] if flat else [0.5, 2, 1.0])
    names = [("x1", "x2", "x3")[i] for i in order]
    f = formula("(a*b**2*c - 1)**2", "a b c")   # not symmetric, so that the order matters
    other = formula("(a*b**2*c - 1)**2".replace("a", names[0]).replace("b", names[1]).replace("c", names[2]),
                    "x1 x2 x3")
    g = "(a**2 - c**2)**2"
    there = np.empty(3)
    there[list(order)] = at * (1, 0.5**0.5, 1)
    c = lyapunov.check(f, g, at * (1, 0.5**0.5, 1), **SMALL)
    d = lyapunov.check(other, g.replace("a", names[0]).replace("c", names[2]), there, **SMALL)
    assert c.holds == d.holds == (not flat)
    if c.holds:
        assert c.constant == pytest.approx(d.constant, rel=0.01)


@few
@given(st.sampled_from([(3, 4, 5), (5, -12, 13), (-8, 15, 17), (0, 1, 1)]), st.sampled_from(POINTS))
def test_the_plane_may_be_rotated(triple, point):
    a, b, r = triple
    t, holds = point
    a, b = Fraction(a, r), Fraction(b, r)
    s, u = f"(({a})*x - ({b})*y)", f"(({b})*x + ({a})*y)"   # the old coordinates
    at = a * t + b / t, -b * t + a / t
    c = lyapunov.check(formula(f"({s}*{u} - 1)**2"), f"abs({s}**2 - {u}**2)", at, **SMALL)
    assert c.holds == holds
    if holds:
        assert c.constant == pytest.approx(float(abs(t**2 - t**-2) / (t**2 + t**-2)), rel=0.02)


def test_the_same_seed_gives_the_same_numbers_and_another_nearly():
    f = landscapes.named("hyperbola")
    one, same, other = (lyapunov.check(f, GAP, (2, 0.5), seed=seed) for seed in (0, 0, 1))
    assert one.decreases == same.decreases and one.decreases != other.decreases
    assert one.constant == pytest.approx(other.constant, rel=1e-3)


def test_g_as_text_as_an_expression_and_as_a_number():
    f = landscapes.named("hyperbola")
    text = lyapunov.check(f, GAP, (2, 0.5), samples=100)
    assert lyapunov.check(f, abs(x**2 - y**2), (2, 0.5), samples=100).decreases == text.decreases
    assert lyapunov.check(f, sympy.Max(x**2 - y**2, y**2 - x**2), (2, 0.5), samples=100).constant == pytest.approx(
        text.constant)
    assert lyapunov.check(f, 3, (2, 0.5), samples=100).reason.startswith("g does not change")


# --- bad input

@pytest.mark.parametrize("change, message", [
    ({"f": 3}, "f=3 must be a landscape"), ({"g": None}, "g=None must be"), ({"g": "z"}, "z"),
    ({"g": "1/(x - 2)"}, "no finite value"), ({"g": sympy.atan2(x, y)}, "atan2"), ({"g": sympy.I * x}, "contains I"),
    ({"g": sympy.Piecewise((x, x > 0))}, "Piecewise"), ({"at": (1, 2, 3)}, "at="), ({"at": (1, math.nan)}, "at"),
    ({"at": (10**400, 1)}, "^at=.*float64"),
    ({"at": (1, "2")}, "at"), ({"p": 0}, "p=0 must be above 0"), ({"p": 21}, "at most 20"), ({"p": "2"}, "p='2'"),
    ({"m": 0}, "m=0 must be a whole number from 1 to 20"), ({"m": 1.5}, "m=1.5"), ({"m": 21}, "m=21"),
    ({"step_sizes": (0.1,)}, "step_sizes=.* 2 to 50"), ({"step_sizes": 0.1}, "step_sizes=0.1"),
    ({"step_sizes": (0.1, 0.1)}, "different"), ({"step_sizes": (0.1, -0.1)}, "step_sizes=-0.1 must be above 0"),
    ({"step_sizes": (0.1, math.inf)}, "finite"), ({"step_sizes": (0.1, 1e-13)}, "between 1e-10"),
    ({"at": (0, 0), "step_sizes": (0.1, 1e-200)}, "between 1e-10"), ({"step_sizes": (0.1, 1e200)}, "and 1e"),
    ({"samples": 9}, "samples=9"), ({"samples": 10**7}, "samples"), ({"seed": -1}, "seed=-1"), ({"seed": None}, "seed"),
])
def test_bad_input_is_refused(change, message):
    given = {"f": landscapes.named("hyperbola"), "g": GAP, "at": (2, 0.5)} | change
    with pytest.raises(ValueError, match=message):
        lyapunov.check(**given)


def test_functions_without_formula_or_gradient_are_refused():
    network = networks.LinearNetwork(widths=(1, 1, 1), X=[[1.0]], Y=[[1.0]])
    with pytest.raises(ValueError, match="must have a formula"):
        lyapunov.check(network, "x**2", (1, 1))
    with pytest.raises(ValueError, match="no finite gradient"):
        lyapunov.check(landscapes.from_formula("log(x) + log(y)**2"), "x**2", (-1, -1))
