"""SymPy expressions as functions of float64 arrays and of arb balls.

g(x_+) - g(x) is of order alpha^p: float64 has no digit of it left near alpha = 1e-8 for p = 2, 1e-4 for p = 4. Balls of
python-flint carry a rigorous error bound, so they say when their digits suffice; they are also twenty times as fast as
mpmath's numbers.
"""

import operator

import flint
import numpy as np
import sympy
from sympy.printing.pycode import PythonCodePrinter

from ..landscapes._codegen import ALLOWED, LARGEST_EXACT, Sgn, coordinates, prepare

LADDER = (128, 256, 1024)                       # bits; what is 0 with the last of them is taken for 0
_RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
              "!=": operator.ne}
SIDE = sympy.Symbol("side")                     # the value of sgn(0): either is a limit from one side of h = 0


class Sided(sympy.Function):
    """The sign of the first argument, the second where that is 0."""


class Undecided(Exception):
    """A comparison needs more bits."""


def prepared(name, expression, variables):
    """The expression in `coordinates`; ValueError for what no landscape is made of."""
    made = prepare(expression, variables)
    for node in sympy.preorder_traversal(made):
        if not isinstance(node, ALLOWED) or isinstance(node, sympy.Piecewise) and node.args[-1][1] != sympy.true:
            raise ValueError(f"{name}={expression} contains {node}; allowed are + - * / and powers of real numbers, "
                             "abs, sign, exp, log, sin, cos, tan, Max, Min, and cases that end with (…, True)")
    return made


def sided(expressions):
    """Expressions whose signs take the value SIDE at 0, and the functions whose sign they take."""
    signs = set().union(*(expression.atoms(Sgn) for expression in expressions))
    return [expression.replace(Sgn, lambda h: Sided(h, SIDE)) for expression in expressions], [s.args[0] for s in signs]


def on_arrays(dimension, expressions):
    """The function (points (n, d), side (n,) or number) -> array (n, k); nan and inf where it is not defined."""
    rounded = [e.xreplace({c: sympy.Float(c, 17) for c in e.atoms(sympy.Integer) if abs(c) > LARGEST_EXACT})
               for e in expressions]
    names = {"Sided": lambda h, side: np.where(h == 0, side, np.sign(h)), "Sgn": lambda h: np.where(h >= 0, 1.0, -1.0),
             "Modulus": np.abs}
    compiled = sympy.lambdify([*coordinates(dimension), SIDE], rounded, modules=[names, "numpy"], cse=True)

    def function(points, side=1.0):
        with np.errstate(all="ignore"):
            columns = compiled(*points.T, side)
        return np.stack([np.broadcast_to(np.asarray(column, dtype=float), len(points)) for column in columns], axis=-1)

    return function


def on_balls(dimension, expressions):
    """The function (list of d balls, side) -> list of k balls, at the precision of flint's context."""
    names = {name: _elementary(name) for name in ("exp", "log", "sin", "cos", "tan")}
    names |= {"fmpq": flint.fmpq, "power": _power, "whole_power": _whole_power, "pi": flint.arb.pi, "Sided": _sided,
              "compare": _compare, "Sgn": lambda h: _sided(h, 1), "Modulus": lambda h: abs(flint.arb(h))}
    compiled = sympy.lambdify([*coordinates(dimension), SIDE], expressions, modules=[names], printer=_Printer, cse=True)

    def function(point, side=1):
        return [flint.arb(value) for value in compiled(*point, side)]

    return function


def settle(compute, good):
    """compute() with as many bits as it takes to make it good, at most the last of LADDER; None when undecided."""
    value = None
    for bits in LADDER:
        with flint.ctx.workprec(bits):
            try:
                value = compute()
            except Undecided:
                continue
            if good(value):
                break
    return value


class _Printer(PythonCodePrinter):
    """Python code of exact rationals and balls."""

    def __init__(self, settings=None):
        # lambdify's own settings name modules that are not used here
        super().__init__({"fully_qualified_modules": False, "allow_unknown_functions": True})

    def _print_Rational(self, expr):
        return f"fmpq({int(expr.p)}, {int(expr.q)})"

    def _print_Float(self, expr):
        return self._print_Rational(sympy.Rational(expr))

    _print_Integer = _print_Zero = _print_One = _print_NegativeOne = _print_Half = _print_Rational

    def _print_NumberSymbol(self, expr):
        if expr == sympy.pi:
            return "pi()"
        if expr == sympy.E:
            return "exp(1)"
        return self._print_Rational(sympy.Rational(str(expr.evalf(int(LADDER[-1] * 0.302)))))

    _print_Pi = _print_Exp1 = _print_NumberSymbol

    def _print_Pow(self, expr, rational=False):
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer:
            return f"whole_power({self._print(base)}, {int(exponent)})"
        return f"power({self._print(base)}, {self._print(exponent)})"

    def _print_Function(self, expr):
        return f"{type(expr).__name__}({', '.join(map(self._print, expr.args))})"

    _print_exp = _print_log = _print_sin = _print_cos = _print_tan = _print_Function

    def _print_Relational(self, expr):
        return f"compare({self._print(expr.lhs)} - ({self._print(expr.rhs)}), {expr.rel_op!r})"


def _elementary(name):
    return lambda ball: getattr(flint.arb(ball), name)()


def _whole_power(base, exponent):
    """base^exponent by products: flint's own is nan for a ball around 0."""
    if exponent < 0:
        return 1 / flint.arb(_whole_power(base, -exponent))
    half = _whole_power(base, exponent // 2) if exponent > 1 else 1
    return half * half * base if exponent % 2 else half * half


def _power(base, exponent):
    """base^exponent, base >= 0 where the exponent is no whole number."""
    exponent = flint.arb(exponent)
    return flint.arb(0) if sign(base) == 0 and sign(exponent) > 0 else flint.arb(base) ** exponent


def sign(ball):
    """-1, 0 or 1; Undecided while more bits may tell."""
    ball = flint.arb(ball)
    if not ball.is_finite() or (ball.contains(0) and not ball.is_zero() and flint.ctx.prec < LADDER[-1]):
        raise Undecided
    return 0 if ball.contains(0) else 1 if ball > 0 else -1


def _sided(ball, side):
    return sign(ball) or side


def _compare(ball, relation):
    return _RELATIONS[relation](sign(ball), 0)
