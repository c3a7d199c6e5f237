"""How g begins along a ray x - A w, A -> 0+: g(x - A w) - g(x) = c A^k + higher powers, exactly.

If a direction w / |w| of normalized gradient descent at x has c > 0, or k > 2, or no change at all, then no omega > 0
has g(x - alpha w / |w|) - g(x) <= -omega alpha^2 for all small alpha: g is not 2-d-Lyapunov on any set that contains x.
"""

import dataclasses
import fractions

from ._rational import Reader, exact, fraction


class NoValue(ValueError):
    """g divides by 0 at the point."""


@dataclasses.dataclass(frozen=True)
class Increment:
    """c A^k, the first term of g(x - A w) - g(x); ``order`` is None, ``coefficient`` 0 when it is 0 for small A."""

    order: int | None
    coefficient: fractions.Fraction

    @property
    def decreases(self):
        """Whether the change is at most -omega A^2 for some omega > 0 and all small A >= 0."""
        return self.coefficient < 0 and self.order <= 2


def increment(text, variables, point, w):
    """The `Increment` of g, a text, at a rational point along -w, rationals. `NoValue` where g divides by 0."""
    def along(P):
        """P(x - A w), a list of pairs (power of A, coefficient), the lowest power first."""
        ring = P.context()
        *_, A = ring.gens()
        ray = [exact(x) - A * exact(slope) for x, slope in zip(point, w)]
        return sorted((exponents[-1], c) for exponents, c in P.compose(*ray, A).to_dict().items())

    def sign(P, Q):
        P, Q = along(P), along(Q)
        return 0 if not P or not Q else 1 if (P[0][1] > 0) == (Q[0][1] > 0) else -1

    reader = Reader("g", variables, sign)
    P, Q = reader.read(text)
    for divisor in [*reader.divisors, Q]:
        terms = along(divisor)
        if not terms or terms[0][0]:
            raise NoValue(f"g={text} divides by 0 at ({', '.join(map(str, point))})")
    P, Q = dict(along(P)), dict(along(Q))
    first, last = P.get(0, 0), Q[0]             # the change is (P last - first Q) / (last Q)
    for k in sorted({*P, *Q}):
        c = (P.get(k, 0) * last - first * Q.get(k, 0)) / last**2
        if c != 0:
            return Increment(int(k), fraction(c))
    return Increment(None, fractions.Fraction(0))


