"""From a SymPy expression to a kernel: straight-line code, exact where + - * / sqrt suffice.

What is compiled is text printed from a tree of whitelisted nodes, never text that somebody typed.
"""

import math

import sympy
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import And, BooleanAtom, Or
from sympy.printing.pycode import PythonCodePrinter

from .._generated import define

LONGEST_PRODUCT = 22                            # x**3 is written x*x*x; beyond x**22, pow
LONGEST_BASE = 3                                # terms of a sum that is repeated in a product
MOST_INLINE = 20                                # results that are written in the return statement
LARGEST_EXACT = 2**53
SAFE_SQUARES = (1e-270, 1e300)                  # |w|^2 here is as good as exact
SCALE = 2.0**600                                # takes every other w there and, a power of 2, changes no bit of w / |w|


class Sgn(sympy.Function):
    """The sign with sgn(0) = +1, of -0.0 as well. Its derivative is 0: that of the piece on either side."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sympy.S.Zero


class Modulus(sympy.Function):
    """|h| with derivative sgn(h). SymPy's own Abs turns |y - x| into |x - y|, which moves sgn(0) to the other side."""

    nargs = 1

    def fdiff(self, argindex=1):
        return Sgn(self.args[0])


ALLOWED = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Rational, sympy.Float, sympy.exp, sympy.log, sympy.sin,
           sympy.cos, sympy.tan, Modulus, Sgn, sympy.NumberSymbol, sympy.Piecewise, ExprCondPair, Relational, And, Or,
           BooleanAtom)


class _Printer(PythonCodePrinter):
    """Python code with powers as products and square roots as square roots: + - * / sqrt are exact everywhere."""

    def _print_Pow(self, expr, rational=False, sqrt="math.sqrt"):
        base, exponent = expr.as_base_exp()
        if not (exponent.is_Rational and exponent.q <= 2 and abs(exponent) <= LONGEST_PRODUCT):
            return super()._print_Pow(expr, rational=rational)
        text = self.parenthesize(base, 1000)
        factors = [text] * int(abs(exponent)) + [f"math.sqrt({text})"] * (exponent.q - 1)
        product = f"({'*'.join(factors)})"
        return product if exponent > 0 else f"(1/{product})"

    def _print_Rational(self, expr):
        if max(abs(expr.p), expr.q) > LARGEST_EXACT:
            return f"({int(expr.p) / int(expr.q)!r})"
        return f"({int(expr.p)}.0/{int(expr.q)}.0)"

    def _print_Integer(self, expr):
        return f"{int(expr)}.0"

    def _print_NumberSymbol(self, expr):
        return repr(float(expr))

    def _print_Sgn(self, expr):
        return f"(1.0 if {self._print(expr.args[0])} >= 0.0 else -1.0)"

    def _print_Modulus(self, expr):
        return f"abs({self._print(expr.args[0])})"


def coordinates(dimension):
    """The symbols x0, x1, … of a kernel's point: real, so that sqrt(x^2) is |x|."""
    return [sympy.Symbol(f"x{i}", real=True) for i in range(dimension)]


def prepare(expression, variables):
    """An expression in plain symbols as one in `coordinates` that differentiates and prints; idempotent.

    Max and Min become cases, whose derivative has no step functions.
    """
    expression = sympy.sympify(expression).subs(dict(zip(variables, coordinates(len(variables)))), simultaneous=True)
    expression = expression.replace(sympy.Abs, Modulus).replace(sympy.sign, Sgn)
    expression = expression.replace(sympy.Max, lambda *args: _extreme(args, sympy.Ge))
    return expression.replace(sympy.Min, lambda *args: _extreme(args, sympy.Le))


def _extreme(args, wins):
    *first, last = sorted(args, key=lambda arg: not arg.is_number)      # numbers first: a NaN loses, and comes out
    cases = [(arg, sympy.And(*[wins(arg, other) for other in args if other != arg])) for arg in first]
    return sympy.Piecewise(*cases, (last, True), evaluate=False)


def kinks(expression):
    """The expressions on whose zeros a prepared expression may fail to be twice differentiable."""
    found = [node.args[0] for node in sympy.preorder_traversal(expression) if isinstance(node, (Modulus, Sgn))]
    found += [node.lhs - node.rhs for node in expression.atoms(Relational)]
    return tuple(dict.fromkeys(found))


def function(name, variables, expressions):
    """The kernel name(p) of a point, a tuple of floats; it returns a float, or a tuple when `expressions` is a list."""
    if isinstance(expressions, (list, tuple)):
        return prepared_function(name, len(variables), [prepare(target, variables) for target in expressions])
    return prepared_function(name, len(variables), prepare(expressions, variables))


def prepared_function(name, dimension, expressions, definitions=()):
    """The same for expressions in `coordinates`, as `prepare` makes them.

    ``definitions`` are pairs (symbol, expression) that the expressions use, each also those before it.
    """
    symbols = sympy.numbered_symbols("t")
    lines = []
    for group in _by_level(definitions):
        defined, shared = _printed([value for _, value in group], symbols)
        lines += [*shared, *[f"    {symbol} = {text}" for (symbol, _), text in zip(group, defined)]]
    several = isinstance(expressions, list)
    values, shared = _printed(expressions if several else [expressions], symbols)
    lines += shared
    if len(values) > MOST_INLINE:               # numba cannot build a long tuple of cases in one expression
        lines += [f"    r{i} = {value}" for i, value in enumerate(values)]
        values = [f"r{i}" for i in range(len(values))]
    result = f"({', '.join(values)},)" if several else values[0]
    return _compiled(name, [f"    {', '.join(map(str, coordinates(dimension)))}, = p", *lines,
                            f"    return {result}"])


def _by_level(definitions):
    """The definitions in groups, none of which uses a symbol of its own group."""
    groups, known = [], set()
    for symbol, value in definitions:
        if not groups or value.free_symbols & known:
            groups.append([])
            known = set()
        groups[-1].append((symbol, value))
        known.add(symbol)
    return groups


def _printed(targets, symbols):
    """The texts of expressions, and the lines that compute what they share."""
    bases = set()
    for target in targets:
        for node in sympy.preorder_traversal(target):
            if not isinstance(node, ALLOWED):
                raise ValueError(f"{node} in {target} is not one of the functions that a landscape is made of")
            if node.is_Pow and node.base.is_Add and len(node.base.args) > LONGEST_BASE:
                bases.add(node.base)
    # a base that counts as a result of its own is used twice, and so is given a name
    shared, results = sympy.cse([*targets, *sorted(bases, key=sympy.default_sort_key)], optimizations=None,
                                symbols=symbols)
    results = results[:len(targets)]
    printer = _Printer({"fully_qualified_modules": True, "allow_unknown_functions": False})
    lines = [f"    {symbol} = {printer.doprint(value)}" for symbol, value in shared]
    return [f"float({printer.doprint(value)})" if value.is_number else printer.doprint(value)
            for value in results], lines


def unit(vector, rest, level=None, signed=False):
    """The kernel direction(p) -> w / |w| of a kernel w = vector(p); neither under- nor overflow of |w|^2 harms it.

    Where w = 0 it is `rest`, a tuple of floats; where the kernel level(p) <= 0, the function is constant, it is 0.
    With `signed`, vector(p) is (s, w), s = 1 or -1, and the direction s w / |w|: |w| need not wait for s.
    """
    d = len(rest)
    each = [f"w{i}" for i in range(d)]
    square = " + ".join(f"{w} * {w}" for w in each)
    first, times = ("s, ", "s * ") if signed else ("", "")
    lines = [f"    {first}{', '.join(each)}, = vector(p)",
             f"    square = {square}",
             f"    if not {SAFE_SQUARES[0]!r} < square < {SAFE_SQUARES[1]!r}:",
             f"        if {' + '.join(f'abs({w})' for w in each)} == 0.0:",
             f"            return {rest!r}",
             f"        scale = {1 / SCALE!r} if square > 1.0 else {SCALE!r}",
             *[f"        {w} *= scale" for w in each],
             f"        square = {square}",
             "    length = math.sqrt(square)",
             f"    return ({', '.join(f'{times}{w} / length' for w in each)},)"]
    if level is not None:
        lines[:0] = ["    if level(p) <= 0.0:", f"        return ({'0.0, ' * d})"]
    return _compiled("direction", lines, vector=vector, level=level)


def _compiled(name, lines, **scope):
    return define("\n".join([f"def {name}(p):", *lines]), math=math, **scope)[name]
