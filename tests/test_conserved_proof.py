"""Proofs that a function is conserved, and refutations: every answer is exact, whatever functions occur."""

import numpy as np
import pytest
import sympy
from descent import conserved, landscapes
from descent.conserved import _zero
from hypothesis import given, settings
from hypothesis import strategies as st

named, formula = landscapes.named, landscapes.from_formula
x, y = sympy.symbols("x y")
few = settings(deadline=None, max_examples=25)
PARABOLA, HYPERBOLA, CONIC = named("parabola"), named("hyperbola"), named("conic")
IRRATIONAL = formula("(sqrt(2)*x^2 + y^2 - 1)^2")


@pytest.mark.parametrize("f, c", [
    (HYPERBOLA, "x^2 - y^2"), (HYPERBOLA, "abs(x^2 - y^2)"), (HYPERBOLA, "(x^2 - y^2)^2"),          # 1.1
    (HYPERBOLA, "log(abs(x + y)) + log(abs(x - y))"), (HYPERBOLA, "sqrt(x^2 - y^2)"),
    (PARABOLA, "x*exp(2*y)"), (PARABOLA, "abs(x)*exp(2*y)"), (PARABOLA, "x^2*exp(4*y)"),            # 4.2
    (PARABOLA, "log(abs(x)) + 2*y"), (PARABOLA, "sqrt(x)*exp(y)"), (PARABOLA, "abs(x)^(1/3)*exp(2*y/3)"),
    (PARABOLA, "exp(2*y + log(x))"), (PARABOLA, "sin(x*exp(2*y))"), (PARABOLA, "log(abs(x*exp(2*y) - 1))"),
    (PARABOLA, "abs(x*exp(2*y) - 1)"), (PARABOLA, "sqrt(1 + sqrt(x)*exp(y))"), (PARABOLA, "tan(x*exp(2*y))"),
    (PARABOLA, "sin(x*exp(2*y))^2 + cos(x*exp(2*y))^2 + y - y"), (PARABOLA, sympy.E**sympy.pi), (PARABOLA, 0),
    (PARABOLA, "abs(sin(x*exp(2*y)))"),
    (named("cubic"), "1/x - 1/y"), (named("cubic"), "log(abs(x - y)) - log(abs(x*y))"),             # 4.3
    (named("cubic"), "x*y/abs(x - y)"),
    (CONIC, "abs(y)*abs(x)^(-2)"), (named("conic", a=0.3, b=0.7), "abs(y)*abs(x)^(-7/3)"),          # 4.4
    (IRRATIONAL, sympy.Abs(y) * sympy.Abs(x) ** (-sympy.sqrt(2) / 2)),
    (IRRATIONAL, sympy.log(sympy.Abs(y)) - sympy.sqrt(2) / 2 * sympy.log(sympy.Abs(x))),
    (formula("(pi*x^2 + e*y^2 - 1)^2"), sympy.Abs(y) ** sympy.pi * sympy.Abs(x) ** -sympy.E),
    (named("l1-product"), "x1^2 + x2^2 - x3^2"), (named("rank-one-l1"), "x1^2 + x2^2 - x3^2 - x4^2"),
    (formula("(exp(x)*y - 1)^2"), "y^2 - 2*x"), (formula("sin(x*y)"), "x^2 - y^2"),      # searches do not handle these
    (formula("(sqrt(x)*y - 1)^2"), "2*x^2 - y^2"), (formula("log(1 + x^2*y^2) + cos(x*y)"), "x^2 - y^2"),
    (formula("abs(x^2) + abs(y^2)"), "x/y"),
    (formula("abs(x^3)"), "y"), (formula("3"), "x*y"), (formula("x^2"), "exp(y)"),
], ids=lambda value: getattr(value, "name", None) or str(value))
def test_conserved(f, c):
    assert conserved.is_conserved(f, c) is True


@pytest.mark.parametrize("f, c", [
    (HYPERBOLA, "x^2 - 2*y^2"), (HYPERBOLA, "x"), (HYPERBOLA, "x^2 - 1.0000000000000002*y^2"),
    (PARABOLA, "x*exp(y)"), (PARABOLA, "x*exp(2.0000000000000001*y)"), (PARABOLA, "sqrt(x)*exp(2*y)"),
    (PARABOLA, "x*exp(2*y) + 1e-60*y"), (PARABOLA, "sin(x)"), (PARABOLA, "x^2"),
    (named("lazy-valley"), "x^2"),                                  # a Lyapunov function only
    (CONIC, "abs(y)/abs(x)^1.99"), (IRRATIONAL, "log(abs(y)) - 0.70710678118654752440*log(abs(x))"),
    (named("l1-product"), "x1^2 - x2^2 - x3^2"), (named("rank-one-l1"), "x1^2 + x2^2 - x3^2 + x4^2"),
    (formula("abs(x*y - 1) + abs(x*z - 1)", "x y z"), "x^2 + y^2 - z^2"),       # the rival of 4.7
    (formula("abs(x) + abs(y)"), "x - y"),                          # conserved where x y > 0 only
    (formula("abs(x) + abs(y)"), "abs(x) - abs(y) + x"),
    (formula("abs(x - 1)"), "abs(x)"), (HYPERBOLA, "log(1 - x^2 - y^2)"),
], ids=lambda value: getattr(value, "name", None) or str(value))
def test_not_conserved(f, c):
    assert conserved.is_conserved(f, c) is False


def test_absolute_values_are_conserved_on_either_side():
    """|x| - |y| along |x| + |y|: the signs of the two enter both gradients, and cancel."""
    f = formula("abs(x) + abs(y)")
    assert conserved.is_conserved(f, "abs(x) - abs(y)")
    assert not conserved.is_conserved(f, "x - y") and not conserved.is_conserved(f, "abs(x) + y")


def test_floats_are_decimals():
    half = sympy.Float("0.5")
    assert conserved.is_conserved(formula("(2*x^2 + y^2 - 1)^2"),
                                  sympy.log(sympy.Abs(y)) - half * sympy.log(sympy.Abs(x)))


@pytest.mark.parametrize("c, words", [
    (sympy.floor(x), "floor"), (x**y, r"exp\(y\*log\(x\)\)"), (sympy.Symbol("q"), "symbol q"), ("x +", "c: at column"),
    (None, "c=None"), (sympy.I * x, "I"), (sympy.Piecewise((x, x > 0), (0, True)), "Piecewise"),
    ("log(abs((x^2 - y^2)^20*(x^2 - y^2 + 2)^20 + 3))", "terms"), (sympy.nan, "nan"), (sympy.oo, "oo"),
])
def test_what_cannot_be_read_is_refused(c, words):
    with pytest.raises(ValueError, match=words):
        conserved.is_conserved(HYPERBOLA, c)


def test_landscapes_that_cannot_be_read_are_named():
    with pytest.raises(ValueError, match="f=plateau.*Max"):
        conserved.is_conserved(named("plateau"), "x")
    with pytest.raises(ValueError, match="f=3"):
        conserved.is_conserved(3, "x")


def test_luck_proves_nothing():
    """x (|x^2 + 1| - x^2 - 1) is 0, but the proofs here do not know that x^2 + 1 > 0."""
    with pytest.raises(ValueError, match="neither a proof nor a counterexample"):
        conserved.is_conserved(HYPERBOLA, "x*(abs(x^2 + 1) - x^2 - 1)")


def test_a_function_that_is_defined_nowhere_is_refused():
    with pytest.raises(ValueError, match="divides by 0"):
        conserved.is_conserved(HYPERBOLA, "x/(abs(x) - sqrt(x^2))")


@few
@given(st.data())
def test_functions_of_conserved_quantities_are_conserved_and_disturbed_ones_not(data):
    c = "(x*exp(2*y))"
    for _ in range(data.draw(st.integers(1, 3))):
        outer = data.draw(st.sampled_from(["exp({})", "log(abs({}) + 1)", "sqrt(abs({}))", "sin({})", "{}^3 - 2*{}",
                                           "abs({} - 1/2)", "1/(2 + {}^2)", "({} + pi)^2", "cos({}/3)"]))
        c = "(" + outer.replace("{}", c) + ")"
    assert conserved.is_conserved(PARABOLA, c)
    disturbance = data.draw(st.sampled_from(["x", "y", "exp(y)", "abs(x)", "sin(x*y)"]))
    assert not conserved.is_conserved(PARABOLA, f"{c} + 1e-30*{disturbance}")


@few
@given(text=st.recursive(st.sampled_from(["x", "y", "2", "0.3", "pi", "e"]), lambda part: st.one_of(
    st.tuples(part, st.sampled_from(["+", "-", "*", "/"]), part).map("({0[0]}{0[1]}{0[2]})".format),
    st.tuples(st.sampled_from(["exp", "log", "sin", "cos", "tan", "sqrt", "abs"]), part).map("{0[0]}({0[1]})".format)),
    max_leaves=6), at=st.tuples(st.fractions(-2, 2, max_denominator=9), st.fractions(-2, 2, max_denominator=9)))
def test_balls_contain_the_values(text, at):
    try:
        c = formula(text).expression
    except landscapes.FormulaError:
        return
    values = dict(zip((x, y), map(sympy.Rational, at)))
    ball = _zero.ball(c.replace(sympy.Abs, _zero.Size), values)
    with np.errstate(all="ignore"):
        try:
            number = sympy.lambdify((x, y), c, "math")(*map(float, at))
        except (ValueError, ZeroDivisionError, OverflowError):
            return
    if ball.is_finite():
        assert abs(float(ball.mid()) - number) <= float(ball.rad()) + 1e-9 * (1 + abs(number) + abs(number) ** 3)


@pytest.mark.parametrize("text", [
    "sqrt(x^2) - abs(x)", "abs(x)^2 - x^2", "abs(x*y) - abs(x)*abs(y)", "sqrt(8*x) - 2*sqrt(2)*sqrt(x)",
    "exp(x + y) - exp(x)*exp(y)", "exp(x/2)^2 - exp(x)", "log(abs(6*x)) - log(2) - log(3) - log(abs(x))",
    "sin(2*x) - 2*sin(x)*cos(x)", "cos(x)^2 + sin(x)^2 - 1", "tan(x)*cos(x) - sin(x)",
    "(x*y)^(1/3)*(x*y)^(2/3) - x*y", "sqrt(2)*sqrt(3) - sqrt(6)", "sqrt(x^2 + 2*x + 1) - abs(x + 1)",
    "log(x^2 - y^2) - log(abs(x - y)) - log(abs(x + y))", "abs(log(abs(x)))^2 - log(abs(x))^2",
    "sqrt(1 + sqrt(x))^4 - 1 - 2*sqrt(x) - x", "sin(x + y) - sin(x)*cos(y) - cos(x)*sin(y)",
    "abs(sin(x))^2 - sin(x)^2", "sqrt(3 + 2*sqrt(2))^2 - 3 - 2*sqrt(2)", "abs(1 - sqrt(2)) + 1 - sqrt(2)",
])
def test_identities_are_proved(text):
    c = formula(text).expression.replace(sympy.Abs, _zero.Size)
    assert _zero.vanishes(c, [x, y]) is True
    assert _zero.vanishes(c + sympy.Rational(1, 10**40), [x, y]) is False


@pytest.mark.parametrize("text", [
    "sqrt(x^2) - x", "abs(log(abs(x))) - log(abs(x))", "abs(sin(x)) - sin(x)", "sqrt(sin(x)^2) - sin(x)",
    "abs(x^2 - y) - x^2 + y", "log(x^2) - log(abs(x))", "abs(exp(x) - 1) - exp(x) + 1", "abs(x + y) - abs(x) - abs(y)",
])
def test_what_holds_on_one_side_alone_is_refuted(text):
    assert _zero.vanishes(formula(text).expression.replace(sympy.Abs, _zero.Size), [x, y]) is False
