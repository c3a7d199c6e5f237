"""From the tree of a formula to a SymPy expression, node by node, with SymPy's own operators and nothing else.

Every node is checked before the next is built on it: constants are real and of moderate size, exponents are small
fractions, and all second derivatives together stay short enough to differentiate and compile.
"""

import dataclasses
import math
import operator

import sympy

from ._grammar import LARGEST_NUMBER, refuse

LARGEST_EXPONENT = 20                           # of one power
LARGEST_DENOMINATOR = 100                       # of an exponent
LARGEST_DEGREE = 400                            # of powers of powers, ((x + 1)**20)**20
LARGEST_ORDER = 64                              # product of the orders of all roots of constants
LONGEST_HESSIAN = 60000                         # nodes of all second derivatives, common parts counted each time
NOT_REAL = "the formula has no real value: it divides by 0, or takes the root or logarithm of what has none"

_NODES = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Rational, sympy.NumberSymbol, sympy.Abs, sympy.exp,
          sympy.log, sympy.sin, sympy.cos, sympy.tan)
_STEPS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_SYMPY = {name: getattr(sympy, name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt")}
_FLOAT = {name: getattr(math, name) for name in _SYMPY} | {"abs": abs}
_ORDERS = {"sqrt": 2, "sin": 4, "cos": 4, "tan": 4}         # sines of fractions of pi become roots


@dataclasses.dataclass(frozen=True)
class Built:
    """An expression, its value where it is a constant, the number of its variables, and how long its derivatives are.

    ``sizes``: about how many nodes the expression, all its first and all its second derivatives have.
    """

    expression: object
    value: float | None
    variables: frozenset
    sizes: tuple


class Builder:
    """Builds the expression of one text; errors point into it."""

    def __init__(self, text):
        self.text, self.order = text, 1

    def build(self, node):
        """The `Built` of a node; FormulaError for what is not allowed."""
        parts = [self.build(child) for child in node.children]
        sizes = _SIZES[node.kind](node, parts)
        if max(sizes) > LONGEST_HESSIAN:
            self.refuse(node, f"the formula gets too long to differentiate twice: {max(sizes)} nodes, at most "
                              f"{LONGEST_HESSIAN}; multiply or nest less, or use fewer variables")
        expression, value = getattr(self, node.kind)(node, *parts)
        variables = frozenset().union(*(part.variables for part in parts))
        if node.kind == "variable":
            variables = frozenset([node.value])
        return Built(expression, value, variables, sizes)

    def number(self, node):
        return sympy.Rational(node.value.numerator, node.value.denominator), float(node.value)

    def variable(self, node):
        return sympy.Symbol(node.value), None

    def constant(self, node):
        expression = {"pi": sympy.pi, "e": sympy.E}[node.value]
        return expression, float(expression)

    def negative(self, node, operand):
        return self.checked(node, operator.neg, operator.neg, (operand.expression, operand.value))

    def sum(self, node, first, *parts):
        result = first.expression, first.value
        for joint, part, child in zip(node.value, parts, node.children[1:]):
            result = self.checked(child, _STEPS[joint], _STEPS[joint], result, (part.expression, part.value))
        return result

    product = sum

    def call(self, node, operand):
        name = node.value
        if operand.value is not None:
            self.count_roots(node, _ORDERS.get(name, 1))
        return self.checked(node, _SYMPY.get(name, _absolute), _FLOAT[name], (operand.expression, operand.value))

    def power(self, node, base, exponent):
        at, power = node.children[1], exponent.expression
        if exponent.variables:
            self.refuse(at, "there is a variable in an exponent; exponents are numbers: write exp(x) for e**x and "
                            "exp(y*log(x)) for x**y")
        if not power.is_Rational:
            self.refuse(at, f"the exponent is {power}; exponents are fractions")
        if abs(power) > LARGEST_EXPONENT or power.q > LARGEST_DENOMINATOR:
            self.refuse(at, f"the exponent is {power}; exponents are fractions from -{LARGEST_EXPONENT} to "
                            f"{LARGEST_EXPONENT} with denominators up to {LARGEST_DENOMINATOR}")
        if base.value is not None:
            self.count_roots(node, power.q)
        return self.checked(node, lambda b: b**power, lambda b: b ** float(power), (base.expression, base.value))

    def count_roots(self, node, order):
        self.order *= order
        if self.order > LARGEST_ORDER:
            self.refuse(node, "there are too many roots, sines, cosines and tangents of numbers: their orders multiply "
                              f"to {self.order}, at most to {LARGEST_ORDER}")

    def checked(self, node, symbolic, numeric, *operands):
        """Expression and value (None unless it is a number) of an operation on (expression, value) pairs."""
        expression = symbolic(*(expression for expression, _ in operands))
        for part in sympy.preorder_traversal(expression):
            if not isinstance(part, _NODES):
                self.refuse(node, NOT_REAL)
            if part.is_Rational and max(abs(part.p), part.q) > LARGEST_NUMBER:
                self.refuse(node, "a number of the formula gets more than 100 digits")
            if part.is_Pow and part.exp.is_Rational and abs(part.exp) > LARGEST_DEGREE:
                self.refuse(node, f"powers of powers multiply to the exponent {part.exp}, at most to {LARGEST_DEGREE}")
        values = [value for _, value in operands]
        if expression.is_Rational:
            return expression, float(expression)
        if None not in values:
            return expression, self.real(node, numeric, *values)
        if expression.is_number:                                # the variables have cancelled
            return expression, self.real(node, lambda: float(expression.evalf(15)))
        return expression, None

    def real(self, node, function, *values):
        """function(*values), a real number of moderate size."""
        try:
            value = function(*values)
        except (ValueError, TypeError, ZeroDivisionError):
            value = math.nan
        except OverflowError:
            value = math.inf
        if isinstance(value, complex) or math.isnan(value):
            self.refuse(node, NOT_REAL)
        if value and not 1 / LARGEST_NUMBER <= abs(value) <= LARGEST_NUMBER:
            self.refuse(node, f"a number becomes {value:.3g}; numbers are 0 or between 1e-100 and 1e100")
        return value

    def refuse(self, node, why):
        refuse(self.text, node.column, why)


def _absolute(expression):
    """|expression|: SymPy's, but factors exp(u) and |u|^k are taken out first: its symbols are not known to be real."""
    positive, rest = [], []
    for factor in sympy.Mul.make_args(expression):
        base, _ = factor.as_base_exp()
        (positive if isinstance(factor, sympy.exp) or isinstance(base, sympy.Abs) else rest).append(factor)
    return sympy.Mul(*positive, sympy.Abs(sympy.Mul(*rest)))


# Sizes of (expression, gradient, Hessian), by the rules of sums, products and chains; k variables have k^2 second
# derivatives, and each of them names the whole product or the whole argument again.

def _leaf(node, parts):
    return (1, 1, 0) if node.kind == "variable" else (1, 0, 0)


def _sum(node, parts):
    return tuple(1 + sum(part.sizes[i] for part in parts) for i in range(3))


def _product(node, parts):
    factors = [part.sizes if joint in "1*" else _outer(node, [part])
               for joint, part in zip("1" + node.value, parts)]
    counts = [len(part.variables) for part in parts]
    n = 1 + sum(n0 for n0, _, _ in factors)
    first, second, k = sum(n1 for _, n1, _ in factors), sum(n2 for _, _, n2 in factors), sum(counts)
    return n, first + k * n, second + 2 * k * first + k * k * n


def _outer(node, parts):
    (n0, n1, n2), k = parts[0].sizes, len(parts[0].variables)
    n = n0 + 4
    return n0 + 2, n1 + k * n, n2 + 2 * k * n1 + 3 * k * k * n


_SIZES = {"number": _leaf, "variable": _leaf, "constant": _leaf, "negative": _sum, "sum": _sum, "product": _product,
          "call": _outer, "power": _outer}
