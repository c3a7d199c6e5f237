"""lyapunov.certify: the verdicts of spec 2, section 6, properties of the proofs, refusals."""

import fractions
import itertools
import math

import flint
import numpy as np
import pytest
import sympy
from descent import landscapes, lyapunov
from descent.lyapunov import _bernstein, _decrease, _signs
from hypothesis import assume, given, settings
from hypothesis import strategies as st

F = fractions.Fraction
HYPERBOLA, CUBIC = landscapes.named("hyperbola"), landscapes.named("cubic")
SQUARE = "(x**2 - y**2)**2"                     # of the conserved quantity of the hyperbola
RECIPROCAL = "(1/x - 1/y)**2"                   # of that of the cubic
PRODUCT = "(x1**2 - x2**2)**2 + (x1**2 - x3**2)**2 + (x2**2 - x3**2)**2"
L1, L1_SQUARE = landscapes.named("l1-product"), "(x1**2 + x2**2 - x3**2 - .70710678)**2"
RANK_ONE, RANK_ONE_SQUARE = landscapes.named("rank-one-l1"), "(x1**2 + x2**2 - x3**2 - x4**2)**2"


def verdict(z):
    """The one answer that a certificate gives; there are never two."""
    given_answers = [z.proved, z.refutation is not None, z.reason != ""]
    assert given_answers.count(True) == 1
    assert (z.constant is not None) == z.proved and (z.step_bound is not None) == bool(z.proved and z.radius)
    return ("proved", "refuted", "inconclusive")[given_answers.index(True)]


def certify(*arguments, **options):
    """A certificate; the verifier confirms whatever it claims."""
    z = lyapunov.certify(*arguments, **options)
    assert bool(lyapunov.verify(z)) == (verdict(z) != "inconclusive"), lyapunov.verify(z)
    return z


def values(text, variables):
    """g of arrays (n, d), in float64."""
    symbols = sympy.symbols(variables)
    g = sympy.lambdify(symbols, sympy.sympify(text, dict(zip(variables, symbols)) | {"abs": sympy.Abs}))
    return lambda x: g(*x.T)


@pytest.mark.parametrize("f, g, at, radius, constant", [
    (HYPERBOLA, SQUARE, (2, .5), .05, 3.12),
    (CUBIC, RECIPROCAL, (.5, .956), .025, .434),
    (CUBIC, "-x*y/(x - y)", (1.25, -.984), .025, .092),
    (landscapes.named("conic", a=1, b=-2), "y**2*x**4", (1.2247, .5), .025, .633),
    (landscapes.named("conic", a=1, b=2), "y**2/x**4", (.7071, .5), .025, .610),
    (landscapes.named("product", n=3), PRODUCT, (2, .5, 1), .02, 3.30),
    (L1, L1_SQUARE, (0, F(2, 3), F(3, 2)), .02, 1.99)],
    ids=["1.1", "4.3", "4.3 xy<0", "4.4h", "4.4e", "4.6", "4.7"])
def test_proofs_of_spec_2_section_6(f, g, at, radius, constant):
    z = certify(f, g, at, radius, max_boxes=50)
    assert verdict(z) == "proved"
    assert float(z.constant) == pytest.approx(constant, rel=2e-3)       # the digits of the spec
    assert 0.9 * radius < z.step_bound < radius


@pytest.mark.parametrize("f, g, at, radius", [
    (HYPERBOLA, SQUARE, (1, 1), .05), (CUBIC, RECIPROCAL, (1.25, -.984), .025),
    (CUBIC, "-x*y/(x - y)", (1, 0), .025), (landscapes.named("product", n=3), PRODUCT, (1, 1, 1), .02)],
    ids=["1.1", "4.3 xy<0", "4.3 (1, 0)", "4.6"])
def test_refutations_of_spec_2_section_6(f, g, at, radius):
    z = certify(f, g, at, radius, max_boxes=50)
    assert verdict(z) == "refuted"
    assert z.refutation.point == tuple(F(str(c)) for c in at)


@pytest.mark.parametrize("f, g, at, second_order", [
    (HYPERBOLA, SQUARE, (2, .5), F(-225, 4)),
    (landscapes.named("conic", a=1, b=2), "y**2/x**4", (F(1, 3), F(2, 3)), -1024),
    (landscapes.named("product", n=3), PRODUCT, (2, .5, 1), F(-297, 4))], ids=["1.1", "4.4e", "4.6"])
def test_second_derivatives_of_spec_2_section_6(f, g, at, second_order):
    z = certify(f, g, at, 0)
    assert verdict(z) == "proved" and z.second_order == ((second_order,),)


@pytest.mark.parametrize("f, g, at", [(HYPERBOLA, SQUARE, (1, 1)), (landscapes.named("lazy-valley"), "x**2", (1, 0))],
                         ids=["1.1 flat", "4.1"])
def test_the_test_at_a_point_is_inconclusive_where_the_second_derivative_vanishes(f, g, at):
    """Spec 2, section 6: 4.1 and 1.1 at (1, 1) inconclusive as they must be."""
    z = certify(f, g, at, 0)
    assert verdict(z) == "inconclusive" and z.second_order == ((0,),)


@pytest.mark.parametrize("h", [None, ("x*z", "y*z - 1")])
def test_squares_of_the_residuals_of_an_l1_objective(h):
    """Spec 2, section 6: certified at t = 3/2, but not at t = 1/2: eigenvalues 3.04 and -45.6."""
    f = landscapes.from_formula("(x*z)**2 + (y*z - 1)**2", "x y z")
    g = "(x**2 + y**2 - z**2 - .70710678)**2"
    assert verdict(certify(f, g, (0, F(2, 3), F(3, 2)), 0, h)) == "proved"
    z = certify(f, g, (0, 2, F(1, 2)), 0, h)
    assert verdict(z) == "refuted" and z.refutation.coefficient > 0
    assert np.linalg.eigvalsh(np.array(z.second_order, float)) == pytest.approx([-45.6, 3.04], abs=.05)
    assert verdict(certify(L1, L1_SQUARE, (0, 2, F(1, 2)), 0)) == "proved"      # with absolute values it is one


@pytest.mark.parametrize("t, answer", [(2, "proved"), (F(3, 10), "proved"), (1, "refuted")])
def test_rank_one_outside_and_inside_the_band(t, answer):
    """Example 4.8 with u = (1, 3), v = (1, 2): the drifts of all patterns agree in sign for t^4 outside [1/16, 9/4]."""
    at = (t, 3 * t, 1 / F(t), 2 / F(t))
    for radius in (0, F(1, 100)):
        assert verdict(certify(RANK_ONE, RANK_ONE_SQUARE, at, radius, max_boxes=200)) == answer


@pytest.mark.parametrize("a, b, at", [(1, 3, (F(1, 2), F(1, 2))), (2, 4, (F(1, 2), F(1, 2) / F(2) ** 1)),
                                      (1, -3, (2, 1)), (1, -2, (3, 2))])
def test_constants_of_conics(a, b, at):
    """Example 4.4: omega = g b (b - a) / (2 (a^2 x^2 + b^2 y^2)) for g = |y| |x|^(-b/a); a point's test comes close."""
    x, y = map(F, at)
    z = certify(landscapes.named("conic", a=a, b=b), f"abs(y)*abs(x)**({-b // a})", at, 0)
    omega = y * x ** (-b // a) * b * (b - a) / (2 * (a**2 * x**2 + b**2 * y**2))
    assert z.proved and 0 < omega - z.constant < 1e-5 * omega


@pytest.mark.parametrize("t", [F(3, 2), F(1, 2), F(7, 5), F(-2)])
def test_constants_of_the_l1_product(t):
    """Example 4.7: omega = |2 t^2 - t^-2| / (2 t^2 + t^-2) for g = |c - 1/sqrt 2|; on a box the constant is below."""
    omega = abs(2 * t**2 - t**-2) / (2 * t**2 + t**-2)
    g, at = "abs(x1**2 + x2**2 - x3**2 - .70710678)", (0, 1 / t, t)
    z = certify(L1, g, at, 0)
    assert z.proved and 0 < omega - z.constant < 1e-5 * omega
    z = certify(L1, g, at, .01, max_boxes=100)
    assert z.proved and .4 * omega < z.constant < omega


@pytest.mark.parametrize("n, at", [(2, (3, F(1, 3))), (4, (2, F(1, 2), 1, 1)), (5, (2, F(1, 2), 3, F(1, 3), 1))])
def test_constants_of_products(n, at):
    """Example 4.6: omega = sum_{i<j} c_ij^2 / (x_i^2 x_j^2 S^2), S^2 = sum x_i^-2, for g = 1/2 sum c_ij^2."""
    f, x = landscapes.named("product", n=n), list(map(F, at))
    pairs = list(itertools.combinations(range(n), 2))
    g = " + ".join(f"({f.variables[i]}**2 - {f.variables[j]}**2)**2/2" for i, j in pairs)
    S2 = sum(c**-2 for c in x)
    omega = sum((x[i]**2 - x[j]**2) ** 2 / (x[i]**2 * x[j]**2 * S2) for i, j in pairs)
    z = certify(f, g, at, 0)
    assert z.proved and 0 < omega - z.constant < 1e-5 * omega
    z = certify(f, g, at, .01, max_boxes=50)
    assert z.proved and .4 * omega < z.constant < omega


def test_a_denominator_may_be_negative():
    """Example 4.3 with the variables exchanged, and the fraction expanded by -1."""
    z = certify(CUBIC, "x*y/(y - x)", (1.25, -.984), .025)
    assert z.constant == certify(CUBIC, "-x*y/(y - x)", (-.984, 1.25), .025).constant > F(92, 1000)


def test_the_change_of_the_conserved_quantity_of_the_hyperbola():
    """c(x_+) = c(x) (1 - A^2), so R = c^2 (A^2 - 2): by hand from spec 2, section 2, 1.1."""
    N, D = _decrease.decrease("x*y - 1", SQUARE, ("x", "y"))
    x, y, A = N.context().gens()
    assert D.is_constant() and N / D.leading_coefficient() == (x**2 - y**2) ** 2 * (A**2 - 2)


rationals = st.fractions(min_value=-3, max_value=3, max_denominator=20)


@given(x=rationals, y=rationals, A=rationals, case=st.sampled_from([
    ("x*y - 1", SQUARE), ("x**3 + y**3 - 1", RECIPROCAL), ("x**3 + y**3 - 1", "x*y/(x - y)"),
    ("x**2 + 2*y**2 - 1", "y/x**2"), ("x/y - 2", "x**2 + y**2 - 1/(x**2 + y**2)"), ("(x*y - 1)/(x*y + 2)", SQUARE)]))
@settings(deadline=None, max_examples=40)
def test_the_change_in_a_step_is_what_decrease_says(x, y, A, case):
    h, g = map(sympy.sympify, case)
    X, Y = sympy.symbols("x y")
    P, Q = sympy.fraction(sympy.together(h))
    w = [sympy.expand(Q * P.diff(v) - P * Q.diff(v)) for v in (X, Y)]      # grad h times the positive Q^2

    def at(expression, point):
        value = expression.subs(dict(zip((X, Y), point)), simultaneous=True)
        assume(value.is_finite)
        return value

    here = [sympy.Rational(c.numerator, c.denominator) for c in (x, y)]
    step = sympy.Rational(A.numerator, A.denominator)
    ahead = [c - step * at(slope, here) for c, slope in zip(here, w)]
    change = at(g, ahead) - at(g, here)
    N, D = _decrease.decrease(str(h), str(g), ("x", "y"))
    point = [flint.fmpq(int(c.p), int(c.q)) for c in (*here, step)]
    assume(D(*point) != 0)
    assert str(N(*point) / D(*point) * point[-1] ** 2) == str(change)


def samples_of(z, n, rng):
    """n points of the box, and steps up to the bound, a quarter of them as long as it."""
    at, radius = np.array(z.at, float), float(z.radius)
    x = at + radius * rng.uniform(-1, 1, (n, len(at)))
    alpha = float(z.step_bound) * rng.uniform(0, 1, n) ** .3
    alpha[: n // 4] = float(z.step_bound)
    return x, alpha


def contradiction(f, z, n=10**5, seed=0):
    """The largest excess of g(x - alpha u) over its bound, over the size of g; u as the landscape's own kernel has it,
    and its opposite for f = phi(|h|)."""
    x, alpha = samples_of(z, n, np.random.default_rng(seed))
    g, u = values(z.g, z.variables), f.direction(x)
    worst = -math.inf
    for sign in (1, -1) if z.kind == "modulus" else (1,):
        excess = g(x - sign * alpha[:, None] * u) - g(x) + float(z.constant) * alpha**2
        worst = max(worst, float((excess / np.abs(g(x)).max()).max()))
    return worst


@given(t=st.fractions(min_value=F(1, 4), max_value=4, max_denominator=30), radius=st.sampled_from([F(1, 50), F(1, 5)]),
       g=st.sampled_from([SQUARE, "abs(x**2 - y**2)", "(x**2 - y**2)**2 + 3*(x**2 - y**2)"]))
@settings(deadline=None, max_examples=3)
def test_samples_never_contradict_a_proof(t, radius, g):
    z = certify(HYPERBOLA, g, (t, 1 / t), radius, max_boxes=500)
    assume(z.proved)
    assert contradiction(HYPERBOLA, z) < 1e-13


@pytest.mark.parametrize("f, g, at, radius", [
    (CUBIC, RECIPROCAL, (.5, .956), .1), (CUBIC, "-x*y/abs(x - y)", (1.25, -.984), .3),
    (L1, L1_SQUARE, (0, F(2, 3), F(3, 2)), .1), (RANK_ONE, RANK_ONE_SQUARE, (2, 6, .5, 1), .02),
    (landscapes.from_formula("3*abs(x**2 + 3*y**2 - 1)"), "abs(y)/abs(x)**3", (.5, .5), .1)])
def test_samples_never_contradict_these_proofs(f, g, at, radius):
    z = certify(f, g, at, radius, max_boxes=1000)
    assert z.proved and contradiction(f, z) < 1e-13


def rotated(text, variables="x y"):
    """f(Q x) as text, for the rotation Q by the angle of (3, 4, 5)."""
    x, y = sympy.symbols("x y")
    turned = {"x": (3 * x - 4 * y) / 5, "y": (4 * x + 3 * y) / 5, "abs": sympy.Abs}
    return str(sympy.sympify(text, turned)).replace("Abs", "abs")


@given(t=st.one_of(st.just(F(1)), st.fractions(min_value=F(4, 3), max_value=4, max_denominator=20)),
       scale=st.fractions(min_value=F(1, 100), max_value=100), radius=st.sampled_from([0, F(1, 100)]),
       g=st.sampled_from([SQUARE, "-(x**2 - y**2)**2", "x**2 - y**2", "x*y"]))
@settings(deadline=None, max_examples=25)
def test_scaling_permuting_and_rotating_leave_the_verdict(t, scale, radius, g):
    """The points are the flat one, where c^2 is refuted, or so far from it that a rotated box decides alike."""
    h, at = "(1 - x*y)", (t, 1 / t)
    answer = verdict(certify(HYPERBOLA, g, at, radius, max_boxes=1000))
    scaled = landscapes.from_formula(f"{scale.numerator}*{h}**2/{scale.denominator}")
    assert verdict(certify(scaled, g, at, radius, max_boxes=1000)) == answer
    assert verdict(certify(landscapes.from_formula(f"abs{h}"), g, at, radius, max_boxes=1000)) == answer
    assert verdict(certify(landscapes.from_formula(f"{h}**2", "y x"), g, at[::-1], radius, max_boxes=1000)) == answer
    there = (3 * at[0] + 4 * at[1]) / 5, (3 * at[1] - 4 * at[0]) / 5
    turned = landscapes.from_formula(f"({rotated(h)})**2")
    assert verdict(certify(turned, rotated(g), there, radius, max_boxes=1000)) == answer


@given(t=st.fractions(min_value=F(5, 4), max_value=4, max_denominator=20))
@settings(deadline=None, max_examples=20)
def test_a_rotation_leaves_the_test_at_a_point(t):
    at = (t, 1 / t)
    there = (3 * at[0] + 4 * at[1]) / 5, (3 * at[1] - 4 * at[0]) / 5
    turned = landscapes.from_formula(f"({rotated('1 - x*y')})**2")
    here, z = certify(HYPERBOLA, SQUARE, at, 0), certify(turned, rotated(SQUARE), there, 0)
    assert float(z.constant) == pytest.approx(float(here.constant), rel=1e-4)


@pytest.mark.parametrize("radius, answer", [(F(1, 2), "proved"), (F(7, 10), "proved"), (F(749, 1000), "proved"),
                                            (F(3, 4), "refuted"), (F(19, 25), "refuted"), (1, "refuted")])
def test_the_box_around_a_minimum_may_grow_until_it_meets_the_diagonal(radius, answer):
    """c = 0 on x = y, and nowhere else with x > 0; the box around (2, 1/2) meets it when the radius is 3/4."""
    z = certify(HYPERBOLA, SQUARE, (2, F(1, 2)), radius, max_boxes=200)
    assert verdict(z) == answer
    if answer == "refuted":
        x, y = z.refutation.point
        assert x == y and z.refutation.order is None


@pytest.mark.parametrize("g, order", [("x**2", 1), ("y**3 - x", 1), ("-(x**2 - y**2)**2", 2), ("7", None),
                                      ("x**2 - y**2 + (x*y - 1)**2", 2),
                                      ("(x**2 - y**2)**2 - x**2*(x*y - 1)**2/10", 1), ("-(x*y - 1)**4", 4)])
def test_a_refutation_is_confirmed_by_a_small_step(g, order):
    """g(x - A w) - g(x) over A^2 is at least nearly 0 at A = 10^-9, in rational arithmetic."""
    z = certify(HYPERBOLA, g, (2, F(1, 2)), F(1, 20))
    assert verdict(z) == "refuted" and z.refutation.order == order
    A, symbols = F(1, 10**9), sympy.symbols("x y")
    expression = sympy.sympify(g)

    def value(point):
        return expression.subs(dict(zip(symbols, (sympy.Rational(c.numerator, c.denominator) for c in point))))

    ahead = [x - A * w for x, w in zip(z.refutation.point, z.refutation.direction)]
    assert (value(ahead) - value(z.refutation.point)) / sympy.Rational(1, 10**18) > -1e-6


@pytest.mark.parametrize("g, longest", [(SQUARE, math.sqrt(2)), ("abs(x**2 - y**2)", 1)])
def test_steps_may_be_longer_than_the_radius(g, longest):
    """c(x_+) = c(x) (1 - A^2): c^2 falls while A^2 < 2, and beyond A = 1 the argument of |c| has changed sign."""
    z = certify(HYPERBOLA, g, (2, .5), .01, largest_step=10, max_boxes=200)
    assert verdict(z) == "proved" and 1 < z.step_bound < longest * math.hypot(1.99, .49)


def test_both_signs_of_a_step_are_proved():
    """The change of (1/x - 1/y)^2 is not even in A: steps against grad h may be longer than steps along it."""
    z = certify(CUBIC, RECIPROCAL, (.5, .956), .025, largest_step=.5)
    assert z.proved and .2 < z.step_bound < .3


@pytest.mark.parametrize("at", [(2, 1), (2, F(1, 4)), (2, F(1, 2))])
@pytest.mark.parametrize("radius", [0, .01])
def test_a_witness_beside_the_minima_has_the_sign_of_h(at, radius):
    """At x y != 1 there is one direction, sgn(x y - 1) grad (x y); on x y = 1 both are limits."""
    z = certify(HYPERBOLA, "-" + SQUARE, at, radius)
    assert verdict(z) == "refuted"
    assert (at[0] * at[1] - 1) * z.refutation.direction[0] >= 0


def test_signs_that_do_not_occur():
    """Spec 2, section 2, 4.8: of the 16 patterns for u = (1, 3), v = (1, 2) near a minimum, all but two occur."""
    quotients = _decrease.pieces(["x*z - 1", "x*w - 2", "y*z - 3", "y*w - 6"], ("x", "y", "z", "w"))
    point = (F(1), F(3), F(1), F(2))
    ways = {signs: _signs.approach(signs, quotients, point) for signs in itertools.product((1, -1), repeat=4)}
    assert {signs for signs, way in ways.items() if way is None} == {(1, -1, -1, 1), (-1, 1, 1, -1)}
    for signs, way in ways.items():
        if way is not None:
            x, y, z, w = (c + F(1, 10**9) * v for c, v in zip(point, way))
            assert all(s * h > 0 for s, h in zip(signs, (x * z - 1, x * w - 2, y * z - 3, y * w - 6)))


@pytest.mark.parametrize("f, g, at, radius, reason", [
    (HYPERBOLA, "(x**2 - y**2)**2 + x**2*(1 - x*y)**2/10", (2, .5), .1, "not conserved"),      # it falls all the same
    (HYPERBOLA, SQUARE, (.1, .3), .4, "vanishes"),
    (HYPERBOLA, SQUARE, (0, 0), 0, "dependent"),
    (HYPERBOLA, "abs(x**2 - y**2)", (2, .5), 1, "changes sign"),
    (CUBIC, RECIPROCAL, (.5, .956), .5, "changes sign"),
    (CUBIC, "abs(1/x - 1/y)", (1, 1), 0, "not smooth"),
    (landscapes.named("lazy-valley"), "x**2", (1, 0), .1, "neither"),
    (landscapes.named("lazy-valley"), "x", (-1, 0), 0, "even powers"),          # <grad g, grad f> = 2 x y^4
    (landscapes.from_formula("exp(x*y) + x**2"), "x", (1, 0), .1, "pass h")])
def test_a_third_answer_says_why(f, g, at, radius, reason):
    z = certify(f, g, at, radius)
    assert verdict(z) == "inconclusive" and reason in z.reason
    assert str(z).startswith("Inconclusive")


def test_the_search_stays_within_its_limit_and_says_so():
    reports = []
    z = certify(CUBIC, RECIPROCAL, (.5, .956), .2, max_boxes=5, progress=lambda *done: reports.append(done))
    assert verdict(z) == "inconclusive" and z.work == 5 and "gave up after 5 boxes" in z.reason
    assert reports[-1] == (5, 5) and [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert verdict(certify(CUBIC, RECIPROCAL, (.5, .956), .2, max_boxes=100)) == "proved"


@pytest.mark.parametrize("radius", [0, .01])
def test_too_many_patterns_are_a_third_answer(radius):
    f = landscapes.named("rank-one-l1", u=(1, 2, 4), v=(1, 2, 4))
    g = "(x1**2 + x2**2 + x3**2 - x4**2 - x5**2 - x6**2)**2"
    z = certify(f, g, (3, 6, 12, F(1, 3), F(2, 3), F(4, 3)), radius)
    assert verdict(z) == "inconclusive" and "9 pieces" in z.reason


def test_too_many_variables_are_a_third_answer():
    z = certify(landscapes.named("product", n=12), "x1**2 - x2**2", [2, F(1, 2)] + [1] * 10, .01)
    assert verdict(z) == "inconclusive" and "coefficients" in z.reason


def test_a_user_may_say_what_f_is_made_of():
    f = landscapes.from_formula("(x*y - 1)**2 + 2*(x*y - 1)**4")
    assert f.residual is None
    assert verdict(certify(f, SQUARE, (2, .5), .05)) == "inconclusive"
    z = certify(f, SQUARE, (2, .5), .05, "x*y - 1")
    assert z.proved and z.constant == certify(HYPERBOLA, SQUARE, (2, .5), .05).constant
    for made in (f, HYPERBOLA):
        for wrong in ("x*y", "x*y - 2", "x", "0", "1", ("x", "y"), ()):
            with pytest.raises(ValueError, match="h="):
                lyapunov.certify(made, SQUARE, (2, .5), .05, wrong)


@pytest.mark.parametrize("change, message", [
    ({"g": "exp(x)"}, "exp"), ({"g": "sqrt(x)"}, "sqrt"), ({"g": "pi*x"}, "pi"), ({"g": "x +"}, "column"),
    ({"g": "z"}, "z"), ({"g": [1]}, "g="), ({"g": "1/(2*x - 4)"}, "divides by 0"),
    ({"g": "abs(1/(x - 2))"}, "divides by 0"), ({"g": "x/0"}, "column"), ({"g": None}, "g="),
    ({"g": "((x + y)**20)**20"}, "power"), ({"g": sympy.nan}, "^g=nan"), ({"g": sympy.oo}, "^g=oo"),
    ({"g": 10**60}, "^g=1000.*cannot be written"), ({"at": (2,)}, "at="),
    ({"at": (2, math.nan)}, r"at\[1\]"), ({"at": "ab"}, "at="), ({"radius": -1}, "radius"),
    ({"radius": math.inf}, "radius"), ({"radius": "big"}, "radius"), ({"largest_step": 0}, "largest_step"),
    ({"max_boxes": 0}, "max_boxes"), ({"max_boxes": 1.5}, "max_boxes"), ({"progress": 3}, "progress"),
    ({"f": 3}, "f=3")])
def test_bad_input(change, message):
    arguments = {"f": HYPERBOLA, "g": SQUARE, "at": (2, .5), "radius": .05} | change
    with pytest.raises(ValueError, match=message):
        lyapunov.certify(**arguments)


@pytest.mark.parametrize("text, variables", [
    ("e*abs(x*y - 1)**(1/2)", "x y"), ("pi*(x*y - 1)**2", "x y"), ("sqrt(2)*abs(2*x*y - 2)/3", "x y"),
    ("x**2*y**2 - 2*x*y + 1", "x y"), ("0.1*abs(1 - E*y)", "E y"), ("abs(x*y-1)**3", "x y"),
    ("exp(2)*(x*y - 1)**4", "x y")])
def test_an_increasing_function_of_the_modulus_has_the_same_verdict(text, variables):
    """Lemma 3.14: psi(|h|) has the normalized subgradients of |h|."""
    f = landscapes.from_formula(text, variables)
    g = SQUARE.replace("x", f.variables[0])
    assert certify(f, g, (2, .5), .05).constant == pytest.approx(3.12, rel=2e-3)


def test_a_rational_residual():
    """y (x - 1/y) is x y - 1 with a denominator: the same directions, and a constant that may be less sharp."""
    z = certify(landscapes.from_formula("(x - 1/y)**2*y**2"), SQUARE, (2, .5), .05)
    assert z.pieces == ("y*(x - 1/y)",) and z.proved and 1 < z.constant < 3.13


def test_a_residual_that_is_no_rational_function():
    with pytest.raises(ValueError, match="h=.*exp"):
        lyapunov.certify(landscapes.from_formula("(exp(x) - y)**2"), "x", (0, 1), .1)


def test_names_of_variables_do_not_clash_with_the_step():
    f = landscapes.from_formula("(A*A_ - 1)**2", "A A_")
    assert certify(f, "(A**2 - A_**2)**2/(A*A_ + 1)**0", (2, .5), .05).proved
    assert certify(f, "(A**2 - A_**2)**2", (2, .5), .05).constant == certify(HYPERBOLA, SQUARE, (2, .5), .05).constant


polynomials = st.dictionaries(st.tuples(*[st.integers(0, 3)] * 2), st.fractions(-3, 3, max_denominator=9), min_size=1,
                              max_size=6)
intervals = st.tuples(rationals, st.fractions(min_value=F(1, 9), max_value=2, max_denominator=9)).map(
    lambda pair: (pair[0], pair[0] + pair[1]))


def polynomial_value(p, point):
    return sum(c * math.prod(x**k for x, k in zip(point, n)) for n, c in p.items())


@given(p=polynomials, box=st.tuples(intervals, intervals), shift=st.fractions(-9, 9, max_denominator=9),
       where=st.lists(st.tuples(*[st.fractions(0, 1, max_denominator=50)] * 2), min_size=6, max_size=6))
@settings(deadline=None, max_examples=60)
def test_bernstein_verdicts(p, box, shift, where):
    p = p | {(0, 0): shift}
    verdict, proof, boxes = _bernstein.prove_negative(p, list(box), 8, 60)
    low, high = _bernstein.enclose(p, list(box))
    points = [[low + t * (high - low) for t, (low, high) in zip(ts, box)] for ts in where]
    assert all(low <= polynomial_value(p, x) <= high for x in points)
    if verdict == "proved":
        assert len(proof) == boxes and proof.count("0") == proof.count("1") + 1
        assert all(polynomial_value(p, x) < 0 for x in points)
    elif verdict == "refuted":
        assert all(low <= c <= high for c, (low, high) in zip(proof, box))
        assert polynomial_value(p, proof) >= 0


@given(p=polynomials, box=st.tuples(intervals, intervals), axis=st.integers(0, 1))
@settings(deadline=None, max_examples=30)
def test_halving_is_the_same_as_starting_from_the_half(p, box, axis):
    low, high = _bernstein.halves(_bernstein.tensor(p, box), axis)
    middle = sum(box[axis]) / 2
    for half, side in ((low, (box[axis][0], middle)), (high, (middle, box[axis][1]))):
        direct = _bernstein.tensor(p, [side if i == axis else box[i] for i in range(2)])
        scale = [F(int(a), int(b)) for a, b in zip(half.flat, direct.flat) if b]
        assert set(scale) <= {scale[0]} and scale[0] > 0 if scale else not half.any()


def test_boxes_are_split_in_turn_lower_half_first():
    """By hand, on the unit square: x (1 - x) has the coefficients 0, 1/2, 0, and 0, 1/4, 1/4 on the lower half."""
    p = {(1, 1): F(1), (0, 0): F(-1, 2)}
    assert _bernstein.prove_negative(p, [(0, 1), (0, 1)], 10, 100) == ("refuted", (1, 1), 1)
    q = {(1, 0): F(1), (2, 0): F(-1), (0, 1): F(1), (0, 2): F(-1), (0, 0): F(-6, 10)}
    assert _bernstein.prove_negative(q, [(0, 1), (0, 1)], 10, 100) == ("proved", "1100100", 7)
    assert _bernstein.prove_negative(q, [(0, 1), (0, 1)], 1, 100)[::2] == ("inconclusive", 2)
    assert _bernstein.prove_negative(q, [(0, 1), (0, 1)], 10, 6)[::2] == ("inconclusive", 6)
    r = {(4,): F(-1), (3,): F(2), (2,): F(-11, 8), (1,): F(3, 8), (0,): F(-9, 256)}        # -(x - 1/4)^2 (x - 3/4)^2
    assert _bernstein.prove_negative(r, [(0, 1)], 10, 100)[:2] == ("refuted", (F(1, 4),))
    assert _bernstein.prove_negative([p, q], [(0, F(1, 2))] * 2, 10, 100) == ("proved", "0", 1)
