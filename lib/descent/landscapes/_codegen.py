"""From a SymPy expression to kernels: value, gradient and Hessian, exact derivatives, straight-line code.

What is compiled is text printed from a tree of whitelisted nodes, never text that somebody typed.
"""

import math

import sympy
from sympy.printing.pycode import PythonCodePrinter

from ..kernels import kernel

ALLOWED = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Rational, sympy.Float, sympy.exp, sympy.log, sympy.sin,
           sympy.cos, sympy.tan, sympy.Abs, sympy.sign, sympy.NumberSymbol)
LONGEST_PRODUCT = 8                             # x**8 is written x*x*x*x*x*x*x*x; beyond, pow


class _Printer(PythonCodePrinter):
    """Python code with powers as products and square roots as square roots: + - * / sqrt are exact everywhere."""

    def _print_Pow(self, expr, rational=False, sqrt="math.sqrt"):
        base, exponent = expr.as_base_exp()
        if exponent.is_Integer and 1 < abs(exponent) <= LONGEST_PRODUCT:
            text = self.parenthesize(base, 1000)
            product = "(" + "*".join([text] * abs(int(exponent))) + ")"
            return product if exponent > 0 else f"(1/{product})"
        return super()._print_Pow(expr, rational=rational, sqrt=sqrt)

    def _print_Rational(self, expr):
        return f"({int(expr.p)}.0/{int(expr.q)}.0)"

    def _print_Integer(self, expr):
        return f"{int(expr)}.0"

    def _print_NumberSymbol(self, expr):
        return repr(float(expr))

    def _print_sign(self, expr):
        return f"math.copysign(1.0, {self._print(expr.args[0])})"


def function(name, variables, expressions):
    """The kernel name(p) of a point, a tuple of floats; it returns a float, or a tuple when `expressions` is a list."""
    several = isinstance(expressions, list)
    targets = expressions if several else [expressions]
    for target in targets:
        for node in sympy.preorder_traversal(target):
            if not isinstance(node, ALLOWED):
                raise ValueError(f"{node} in {target} is not one of the functions that a landscape is made of")
    arguments = [sympy.Symbol(f"x{i}") for i in range(len(variables))]
    renamed = [target.subs(dict(zip(variables, arguments)), simultaneous=True) for target in targets]
    shared, results = sympy.cse(renamed, symbols=sympy.numbered_symbols("t"), optimizations=None)
    printer = _Printer({"fully_qualified_modules": True, "allow_unknown_functions": False})
    lines = [f"    {symbol} = {printer.doprint(value)}" for symbol, value in shared]
    values = [f"float({printer.doprint(value)})" if value.is_number else printer.doprint(value) for value in results]
    result = f"({', '.join(values)},)" if several else values[0]
    unpack = f"    {', '.join(map(str, arguments))}, = p"
    source = "\n".join([f"def {name}(p):", unpack, *lines, f"    return {result}"])
    scope = {"math": math}
    exec(compile(source, f"<{name} of a landscape>", "exec"), scope)
    made = scope[name]
    made.__doc__ = source
    return kernel()(made)


def derivatives(expression, variables):
    """Kernels value(p), gradient(p) -> d numbers, hessian(p) -> the upper triangle by rows; p a tuple of d floats."""
    gradient = [sympy.diff(expression, v) for v in variables]
    hessian = [sympy.diff(g, v) for i, g in enumerate(gradient) for v in variables[i:]]
    return (function("value", variables, expression), function("gradient", variables, gradient),
            function("hessian", variables, hessian))
