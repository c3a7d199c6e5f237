"""How f is made of residuals: phi(|h|), a sum of |h_s|, a sum of squares, or a square times a positive function.

What is known of f decides the directions of normalized gradient descent near a minimum, and so what has to be proved.
"""

import dataclasses
import fractions

import sympy

from .. import _symbolic
from ..landscapes import FormulaError
from ._rational import NotRational, Reader, written

MODULUS, MODULI, SQUARES, MULTIPLE = "modulus", "moduli", "squares", "multiple"


@dataclasses.dataclass(frozen=True)
class Form:
    """``kind``, the ``pieces`` h_s as text, and the ``weights`` c_s of squares.

    "modulus": f = phi(|h|), phi increasing. "moduli": f = sum_s |h_s|. "squares": f = sum_s c_s h_s^2, c_s > 0.
    "multiple": f = q h^2, q > 0 at the point. None: none of these is known.
    """

    kind: str | None
    pieces: tuple
    weights: tuple = ()


def form(f, h, at):
    """The `Form` of a landscape near a point; h, where it is not None, is what the caller says it is made of."""
    if h is not None:
        return _given(f, h)
    if f.pieces is not None and len(f.pieces) > 1:
        return Form(MODULI, tuple(map(written, f.pieces)))
    if f.residual is not None:
        return Form(MODULUS, (written(f.residual[0] if isinstance(f.residual, tuple) else f.residual),))
    squares = [_square(term) for term in sympy.Add.make_args(f.expression)]
    if None not in squares and _independent([h for _, h in squares], f, at):
        return Form(SQUARES, tuple(written(h) for _, h in squares), tuple(c for c, _ in squares))
    root = _root_at(f, at)
    return Form(None, ()) if root is None else Form(MULTIPLE, (written(root),))


def _given(f, h):
    """The form with the caller's h, checked."""
    pieces = tuple(_symbolic.expression("h", piece, f) for piece in (h if isinstance(h, (tuple, list)) else [h]))
    texts = tuple(map(written, pieces))
    if len(pieces) == 1:
        if not (_same_modulus(pieces[0], f.residual) or _even_powers(f, texts[0])):
            raise ValueError(f"h={texts[0]}: f={f.expression} is not seen to be an increasing function of |h|; it must "
                             "be c |h|^k, or a polynomial in h^2 whose coefficients are not negative")
        return Form(MODULUS, texts)
    if sympy.expand(f.expression - sum(piece**2 for piece in pieces)) == 0:
        return Form(SQUARES, texts, (fractions.Fraction(1),) * len(texts))
    if f.pieces is not None and len(pieces) == len(f.pieces) and all(
            any(sympy.expand(p - q) == 0 or sympy.expand(p + q) == 0 for q in f.pieces) for p in pieces):
        return Form(MODULI, texts)
    raise ValueError(f"h={texts!r}: f={f.expression} is neither the sum of the squares nor of the absolute values")


def _same_modulus(h, residual):
    if not isinstance(residual, sympy.Expr) or residual == 0:
        return False
    factor = sympy.cancel(h / residual)
    return factor.is_Rational and factor != 0


def _even_powers(f, h):
    """Whether f = sum_k c_k h^(2k) with all c_k >= 0, as polynomials; then it increases with |h|."""
    try:
        (F, G), (P, Q) = (Reader("f", f.variables).read(text) for text in (written(f.expression), h))
    except (NotRational, FormulaError):
        return False
    if not (G.is_one() and Q.is_one()) or P.is_constant():
        return False
    power = 0
    while F:                                    # the remainder by h is c_0, and the quotient has the other powers
        F, c = divmod(F, P)
        if not c.is_constant() or (c and (power % 2 or c.leading_coefficient() < 0)):
            return False
        power += 1
    return power > 1


def _square(term):
    """(c, h) with c h^2 = a term of a sum, c > 0 rational; None where it is not written as a square."""
    coefficient, rest = term.as_coeff_Mul()
    powers = [factor.as_base_exp() for factor in sympy.Mul.make_args(rest)]
    if not coefficient.is_Rational or coefficient < 0 or any(not k.is_Integer or k % 2 for _, k in powers):
        return None
    c = fractions.Fraction(int(coefficient.p), int(coefficient.q))
    return c, sympy.Mul(*(base ** (k / 2) for base, k in powers))


def _independent(expressions, f, at):
    """Whether the gradients of polynomials are linearly independent at a point."""
    point = _substitution(f, at)
    slopes = [[sympy.diff(h, x).xreplace(point) for x in f.symbols] for h in expressions]
    return all(c.is_Rational for row in slopes for c in row) and sympy.Matrix(slopes).rank() == len(slopes)


def _root_at(f, at):
    """h with f = q h^2, q > 0 and h = 0 at the point, from the factors of a polynomial f; else None."""
    if not f.expression.is_polynomial(*f.symbols):
        return None
    point = _substitution(f, at)
    _, factors = sympy.factor_list(f.expression, *f.symbols)
    roots = [(p, k) for p, k in factors if p.xreplace(point) == 0]
    h = sympy.Mul(*(p ** (k // 2) for p, k in roots))
    if not roots or any(k % 2 for _, k in roots) or not sympy.cancel(f.expression / h**2).xreplace(point) > 0:
        return None
    return h


def _substitution(f, at):
    return {x: sympy.Rational(c.numerator, c.denominator) for x, c in zip(f.symbols, at)}
