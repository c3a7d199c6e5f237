"""What a caller passes for exact work: expressions in a landscape's variables, and exact numbers."""

import fractions
import numbers

import sympy

from .landscapes._build import Builder
from .landscapes._grammar import parse
from .landscapes._tokens import FormulaError


def expression(name, value, f):
    """`value` as a SymPy expression in the plain symbols of the landscape's variables.

    Parameters
    ----------
    name : str, what errors call the argument
    value : SymPy expression, number, or text of the grammar of `descent.landscapes.from_formula`
    f : Landscape

    Raises
    ------
    FormulaError
        For text that is no formula.
    ValueError
        For what is no expression, or has other symbols.
    """
    if isinstance(value, str):
        try:
            return Builder(value).build(parse(value, f.variables)).expression
        except FormulaError as error:           # it speaks of a text; the caller knows the argument by its name
            named = FormulaError(str(error).replace("text:", f"{name}:", 1))
            named.column = error.column
            raise named from None
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return rational(name, value)
    if not isinstance(value, sympy.Expr):
        raise ValueError(f"{name}={value!r} must be a SymPy expression, or text such as 'x**2 - y**2'")
    strange = sorted(str(symbol) for symbol in value.free_symbols if str(symbol) not in f.variables)
    if strange:
        raise ValueError(f"{name}={value} has the symbol {strange[0]}; the variables here are {', '.join(f.variables)}")
    return value.xreplace({symbol: sympy.Symbol(symbol.name) for symbol in value.free_symbols})


def rational(name, value):
    """`value` as a SymPy rational: exact numbers as they are, a float as its shortest decimal, 0.1 as 1/10."""
    if isinstance(value, sympy.Rational):
        return value
    if isinstance(value, (numbers.Rational, fractions.Fraction)) and not isinstance(value, bool):
        return sympy.Rational(int(value.numerator), int(value.denominator))
    if isinstance(value, (numbers.Real, sympy.Float)) and not isinstance(value, bool):
        number = float(value)
        if number - number == 0:                # neither infinite nor nan
            return sympy.Rational(repr(number))
    raise ValueError(f"{name}={value!r} must be a finite rational number: an int, a float, a Fraction or a SymPy "
                     "rational")


def rational_point(name, value, dimension):
    """`value` as a list of `dimension` SymPy rationals."""
    try:
        entries = list(value)
    except TypeError:
        entries = None
    if entries is None or isinstance(value, str) or len(entries) != dimension:
        raise ValueError(f"{name}={value!r} must be {dimension} numbers, one for each variable")
    return [rational(f"{name}[{i}]", entry) for i, entry in enumerate(entries)]


def residuals(f):
    """The h_s with f = phi(|h|) or f = sum_s |h_s|; f itself when no such form is known. A normalized step of f is one
    of such a piece, or of a limit of them."""
    if f.pieces is not None:
        return tuple(f.pieces)
    return (f.expression if f.residual is None else f.residual,)
