"""Landscapes of the reader's own formula."""

import functools
import math
import re

import sympy
from sympy.polys.rings import PolyRing

from ._build import Builder
from ._grammar import CONSTANTS, FUNCTIONS, parse
from ._landscape import Landscape

MOST_VARIABLES = 20
MOST_TERMS = 200                                # of a polynomial that is expanded to look for a square
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,29}")


def from_formula(text, variables="x y"):
    """The landscape of a formula.

    Allowed are numbers, the variables, pi and e, ``+ - * / ** ^``, parentheses and the functions exp, log, sin, cos,
    tan, sqrt, abs; also − · × and raised digits. Decimals are exact, 0.1 is 1/10. The exponent of a power is a number:
    a fraction from -20 to 20. Where the formula has no real value, ``log(x)`` at x < 0, the landscape's value is nan.
    A constant is a formula too: every point of it is stationary.

    Parameters
    ----------
    text : str
        One line of at most 1000 characters and 200 numbers, names and operations.
    variables : str or sequence of str
        The names of the variables in their order, ``"x y"`` or ``("x", "y")``, at most 20. Not all need occur.

    Returns
    -------
    Landscape
        ``minima`` and ``flat_minima`` are None, unknown. ``residual`` is h when the formula is c |h|^k with c, k > 0,
        written so or as an expanded polynomial; ``pieces`` are the h_s of a sum of |h_s|.

    Raises
    ------
    FormulaError
        A ValueError for what is not allowed or too long to differentiate; ``column`` is where, counted from 0.
    ValueError
        For a text that is none; for variables that are no names, or those of functions or constants.
    """
    if not isinstance(text, str):
        raise ValueError(f"text={text!r} must be text, such as '(1 - x*y)**2'")
    return _made(str(text), _names(variables))


def _names(variables):
    """The names of the variables, checked."""
    try:
        names = tuple(variables.replace(",", " ").split() if isinstance(variables, str) else variables)
    except TypeError:
        names = ()
    if not 1 <= len(names) <= MOST_VARIABLES:
        raise ValueError(f"variables={variables!r} must be 1 to {MOST_VARIABLES} names, such as 'x y'")
    for i, name in enumerate(names):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(f"variables: {name!r} is no name; a name has at most 30 letters a to z, A to Z, digits "
                             "and _, and does not begin with a digit")
        if name in FUNCTIONS + CONSTANTS:
            raise ValueError(f"variables: {name!r} is the name of a function or constant of formulas")
        if name in names[:i]:
            raise ValueError(f"variables: {name!r} occurs twice")
    return names


@functools.lru_cache(256)
def _made(text, names):
    expression = Builder(text).build(parse(text, names)).expression
    pieces = _pieces(expression)
    residual = pieces if pieces and len(pieces) > 1 else _residual(expression)
    return Landscape(name="formula", parameters={"text": text, "variables": " ".join(names)}, expression=expression,
                     variables=names, minima=None, flat_minima=None, residual=residual, pieces=pieces,
                     constant_where=sympy.Integer(-1) if expression.is_number else None, reference="own formula",
                     remake=(from_formula, (text, names)))


def _pieces(expression):
    """The h_s with f = sum_s |h_s|, or None."""
    terms = [_powers(term) for term in sympy.Add.make_args(expression)]
    if any(not factors or any(k != 1 for _, k in factors) for _, factors in terms):
        return None
    return tuple(c * sympy.Mul(*(h for h, _ in factors)) for c, factors in terms)


def _residual(expression):
    """h with f = c |h|^k, c > 0, k > 0 and as large as can be, or None."""
    factors = _powers(expression)[1] or _powers_of_polynomial(expression)
    if not factors:
        return None
    common = functools.reduce(lambda a, b: a.gcd(b), (abs(k) for _, k in factors))
    return sympy.Mul(*(h ** (k / common) for h, k in factors))


def _powers(expression):
    """(c, [(h, k), …]) with f = c |h|^k …, c > 0, as it is written; no factors when it is not written so."""
    coefficient, factors = sympy.S.One, []
    for factor in sympy.Mul.make_args(expression):
        base, exponent = factor.as_base_exp()
        if factor.is_number:
            coefficient *= factor
        elif isinstance(base, sympy.Abs) and exponent.is_Rational:
            factors.append((base.args[0], exponent))
        elif exponent.is_Integer and exponent % 2 == 0:
            factors.append((base, exponent))
        else:
            return coefficient, []
    return coefficient, factors if float(coefficient) > 0 else []


def _powers_of_polynomial(expression):
    """[(h, k)], k = 2, 4, 8 …, with f = c h^k and c > 0, for a polynomial over the rationals; else no factors."""
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols or not expression.is_polynomial(*symbols) or _terms(expression) > MOST_TERMS:
        return []
    polynomial = sympy.Poly(expression, *symbols)
    if not (polynomial.domain.is_ZZ or polynomial.domain.is_QQ) or polynomial.LC() < 0:
        return []
    ring = PolyRing(symbols, sympy.QQ)
    h, k = ring.from_dict(polynomial.as_dict(native=True)).monic(), 1
    while root := _square_root(h):
        h, k = root, 2 * k
    return [(h.primitive()[1].as_expr(), sympy.Integer(k))] if k > 1 else []


def _square_root(square):
    """The monic h with h^2 = a monic polynomial, found term by term from the leading one; None when there is none."""
    if any(n % 2 for n in square.LM):
        return None
    half = tuple(n // 2 for n in square.LM)
    h = square.ring.term_new(half, square.ring.domain.one)
    rest = square - h**2
    while rest and len(h) <= MOST_TERMS:
        monomial = tuple(n - m for n, m in zip(rest.LM, half))
        if min(monomial) < 0:
            return None
        term = square.ring.term_new(monomial, rest.LC / 2)
        rest -= (2 * h + term) * term
        h += term
    return None if rest else h


def _terms(expression):
    """An upper bound of the number of terms of an expanded polynomial."""
    if isinstance(expression, sympy.Add):
        return sum(map(_terms, expression.args))
    if isinstance(expression, sympy.Mul):
        return math.prod(map(_terms, expression.args))
    if isinstance(expression, sympy.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return math.comb(_terms(expression.base) + int(expression.exp) - 1, int(expression.exp))
    return 1
