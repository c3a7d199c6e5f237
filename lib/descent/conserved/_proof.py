"""Whether a function is conserved, and whether a vector field leaves f as it is: the same question, <grad f, v> = 0."""

import sympy

from .. import _checks
from .._symbolic import expression, rational, residuals
from . import _zero

_READABLE = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Rational, sympy.exp, sympy.log, sympy.sin,
             sympy.cos, sympy.tan, sympy.Abs)


def is_conserved(f, c):
    """Whether c is conserved: <grad c, grad f> = 0 wherever both are differentiable.

    Then c is constant along the flow x' = -grad f(x), and along x' in -conv of the normalized subdifferential while x
    passes no saddle (Proposition 3.35 of Josz, 2026). A constant is conserved.

    Parameters
    ----------
    f : Landscape
    c : SymPy expression, or text, in the variables of f: sums, products, constant powers, exp, log, sin, cos, tan, abs
        such as ``"x**2 - y**2"``, ``"abs(x)*exp(2*y)"``

    Returns
    -------
    bool
        Both answers are proved. True: <grad c, grad h> reduces to the zero polynomial for the residual h of f (every
        piece of an L1 objective), with each exponential, logarithm, root and absolute value a variable subject to its
        algebraic relation. False: it is a polynomial other than 0, or ball arithmetic excludes 0 at a rational point.

    Raises
    ------
    ValueError
        For what is no such expression; when neither can be proved, or the proof needs more than 10^5 terms.
    """
    c = readable("c", expression("c", c, landscape(f)))
    answer = invariant(f, [c.diff(symbol) for symbol in f.symbols])
    if answer is None:
        raise ValueError(f"c={c}: neither a proof nor a counterexample was found that it is conserved for {f.name}; "
                         "write it with fewer different exponentials, roots and logarithms")
    return answer


def landscape(f):
    """f, if it is a landscape with an expression."""
    if not hasattr(_checks.landscape("f", f), "expression"):
        raise ValueError(f"f={f!r} has no formula; descent.landscapes.named and from_formula make one that has")
    return f


def readable(name, e):
    """The expression with exact numbers, and absolute values that can be differentiated; ValueError for what else."""
    e = e.xreplace({number: rational(name, number) for number in e.atoms(sympy.Float)})
    for part in sympy.preorder_traversal(e):
        if not (isinstance(part, _READABLE) or part in (sympy.pi, sympy.E)):
            raise ValueError(f"{name}={e} has {part}; sums, products, powers, exp, log, sin, cos, tan and abs of the "
                             "variables can be decided")
        if part.is_Pow and part.exp.free_symbols:
            raise ValueError(f"{name}={e} has {part}; exponents here are constants: write exp(y*log(x)) for x**y")
    return e.replace(sympy.Abs, _zero.Size)


def invariant(f, v):
    """Whether <grad f, v> = 0 for d SymPy expressions v: True, False, or None when undecided."""
    def along(h):
        return sympy.Add(*(part * readable(f"f={f.name}", h).diff(x) for part, x in zip(v, f.symbols)))

    answers = [_zero.vanishes(along(h), f.symbols) for h in residuals(f)]
    if all(answers):
        return True
    # <grad h_s, v> may differ from 0 and cancel in the sum of |h_s|, when some h_s never change sign
    return answers[0] if f.pieces is None else _zero.vanishes(along(f.expression), f.symbols)
