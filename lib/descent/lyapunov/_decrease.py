"""One step of normalized gradient descent, and how it changes g: g(x - A w) - g(x) = A^2 N(x, A) / D(x, A), exactly.

w is a gradient of f up to a positive factor: +-grad h of f = phi(|h|), or a sum of +-grad h_s of f = sum_s |h_s|. The
step is alpha = |A| |w|. That the coefficients of A^0 and A^1 vanish identically says that <grad g, w> = 0: g is
conserved along the gradient flow. Source: C. Josz, Implicit regularization of normalized gradient descent,
Propositions 2.6 and 3.33.
"""

import dataclasses
import math

from ..landscapes import FormulaError
from ._bernstein import MOST_COEFFICIENTS
from ._rational import Reader, with_step, written


class NotConserved(ValueError):
    """<grad g, w> is not zero."""


class TooLong(ValueError):
    """The change of g in a step has too many coefficients."""


@dataclasses.dataclass(frozen=True)
class Step:
    """The change of g by one step x - A w.

    Polynomials in the variables and A: g(x - A w) - g(x) = A^2 N / D where no ``kept`` vanishes. ``kept`` are what must
    not vanish, at x - A w. ``common`` is the text of a factor that N and D had in common.
    """

    w: tuple
    N: object
    D: object
    common: str
    kept: tuple

    @property
    def squared(self):
        """|w|^2."""
        return sum((slope**2 for slope in self.w), start=self.N * 0)


def decrease(h, g, variables):
    """The polynomials N, D with g(x - A grad h) - g(x) = A^2 N(x, A) / D(x, A), without common factors.

    Parameters
    ----------
    h, g : SymPy expression, or text: rational functions over the rationals
    variables : tuple of str

    Returns
    -------
    N, D : fmpq_mpoly in the variables and A, in this order

    Raises
    ------
    NotConserved
        When <grad g, grad h> is not zero.
    NotRational
        For other functions, absolute values too.
    TooLong
    """
    h, g = (value if isinstance(value, str) else written(value) for value in (h, g))
    result = step(Reader("g", variables), g, direction(pieces([h], variables), (1,)))
    return result.N, result.D


def pieces(texts, variables):
    """The quotients (P, Q) of the pieces h_s."""
    reader = Reader("h", variables)
    return [reader.read(text) for text in texts]


def direction(quotients, signs):
    """w = sum_s sign_s grad h_s, times the squares of the denominators of the h_s = P_s / Q_s."""
    ring = quotients[0][0].context()
    w = []
    for i in range(len(ring.gens()) - 1):
        total = ring.constant(0)
        for s, (P, Q) in enumerate(quotients):
            slope = signs[s] * (P.derivative(i) * Q - P * Q.derivative(i))
            for t, (_, other) in enumerate(quotients):
                slope *= other**2 if t != s else 1
            total += slope
        w.append(total)
    return tuple(w)


def step(reader, text, w):
    """The `Step` of g, a text that the reader reads, in the direction w.

    Raises `NotConserved` when <grad g, w> is not zero, and `TooLong`.
    """
    P, Q = reader.read(text)
    *x, A = P.context().gens()
    moved = [xi - A * wi for xi, wi in zip(x, w)]
    if _size(P, Q, moved) > MOST_COEFFICIENTS:
        raise TooLong(f"a step changes g={text} by a polynomial with more than {MOST_COEFFICIENTS} coefficients")
    P_ahead, Q_ahead, *kept = (p.compose(*moved, A) for p in (P, Q, *reader.divisors, *reader.arguments))
    change, D = P_ahead * Q - P * Q_ahead, Q * Q_ahead
    by_degree = change.to_dict()
    slope = {(*n, 0): c for (*n, k), c in by_degree.items() if k == 1}
    if slope:
        slope = P.context().from_dict(slope)
        raise NotConserved(f"<grad g, grad h> is a multiple of {slope}, not 0: g is not conserved by the gradient flow")
    N = P.context().from_dict({(*n, k - 2): c for (*n, k), c in by_degree.items()})
    common = _factored(N.gcd(D) if N else D)
    try:
        cancelled = Reader("common", with_step(reader.variables)).read(common)[0].project_to_context(P.context())
    except FormulaError:                        # longer than a certificate may hold
        common, cancelled = "1", P.context().constant(1)
    return Step(tuple(w), N / cancelled, D / cancelled, common, tuple(kept))


def _size(P, Q, moved):
    """A bound of the number of Bernstein coefficients of P(moved) Q - P Q(moved)."""
    degrees = [p.degrees() for p in moved]
    ahead = [[max(sum(m * n[i] for m, n in zip(monomial, degrees)) for monomial in p.monoms() or [()])
              for i in range(len(moved) + 1)] for p in (P, Q)]
    return math.prod(1 + max(m + n for m, n in zip(pair, (q, p)))
                     for *pair, p, q in zip(*ahead, P.degrees(), Q.degrees()))


def _factored(p):
    """A polynomial as text, in factors, up to a constant."""
    return " * ".join(f"({factor})**{k}" for factor, k in p.factor()[1]) or "1"
