"""The proof, over a box and for one sign pattern, that g falls by omega0 A^2 in every step x - A w with |A| <= reach.

What has to be negative on {|x - at| <= radius, |A| <= reach}, all together:
    s (N + omega0 D) and -s D, where g(x - A w) - g(x) = A^2 N / D and s is the sign of D;
    -sign q(x - A w) for every divisor q of g and every argument q of an absolute value in g;
    |w|^2 - longest and shortest^2 - |w|^2.
With u = ±w / |w|, then g(x - alpha u) - g(x) <= -(omega0 / longest) alpha^2 for alpha = |A| |w| <= reach shortest.
"""

from fractions import Fraction

from ._bernstein import INCONCLUSIVE, PROVED, REFUTED, enclose
from ._certificate import Proof
from ._decrease import TooLong, step
from ._rational import Reader, at_rest, evaluated, exact, fraction
from ._rounding import below, root_below
from ._search import NoDecrease, Undecided

HALVINGS = 12                                   # of reach, for one omega0
SMALLEST = 40                                   # omega0 is at least 2^-40 times the decrease at the centre
SHARE = 8                                       # one attempt takes at most this part of all boxes


def prove(g, variables, at, box, signs, w, largest_step, search):
    """The `Proof` for one pattern.

    Raises
    ------
    NoDecrease
        With the point, when the decrease fails for small steps from there.
    NotConserved
        When <grad g, w> is not zero.
    Undecided
    """
    def sign(P, Q):
        value = evaluated(P, at) * evaluated(Q, at)
        if value == 0:
            raise Undecided(f"g is not smooth at the point: {P} = 0 is the argument of an absolute value")
        return 1 if value > 0 else -1

    reader = Reader("g", variables, sign)
    try:
        change = step(reader, g, w)
    except TooLong as error:
        raise Undecided(str(error)) from None
    N, D, squared, floor = change.N, change.D, change.squared, [*box, (0, 0)]
    if evaluated(D, at) < 0:
        N, D = -N, -D
    shortest, longest = _lengths(squared, at, floor, search)
    kept = [-p if evaluated(p, at) > 0 else p for p in (D, *change.kept) if not p.is_constant()]
    for p in kept:
        _keeps_sign(at_rest(p), floor, search)
    verdict, point = search.negative([at_rest(N)], floor)
    if verdict == INCONCLUSIVE and point is not None:
        verdict, point = _zero_near(at_rest(N), floor, point)
    if verdict == REFUTED:
        raise NoDecrease(point[:-1])
    if verdict != PROVED:
        raise Undecided(f"{search.ended}; it is open whether g falls for small steps from everywhere in the box")
    kept += [squared - exact(longest), exact(shortest**2) - squared]
    largest = below(largest_step / root_below(evaluated(squared, at)))
    for k in range(1, SMALLEST):
        omega0 = below(-evaluated(N, at) / evaluated(D, at) / 2**k)
        falls = N + exact(omega0) * D
        if search.negative([at_rest(falls)], floor, SHARE)[0] != PROVED:
            continue
        for j in range(HALVINGS):
            reach = largest / 2**j
            verdict, tree = search.negative([falls, *kept], [*box, (-reach, reach)], SHARE)
            if verdict == PROVED:
                return Proof(tuple(signs), omega0, reach, shortest, longest, change.common, tree)
        if search.boxes >= search.most:
            break
    raise Undecided(f"{search.ended}; g falls for small steps from everywhere in the box, but how fast was not found")


def _zero_near(p, box, point):
    """Refuted, with a zero of p in the box on a line through the point along an axis; else inconclusive.

    Where p <= 0 touches 0, no corner of a bisection need meet the zeros; on such a line some are rational.
    """
    x = p.context().gens()
    for i, (low, high) in enumerate(box):
        line = p.compose(*(x[j] if j == i else p.context().constant(exact(c)) for j, c in enumerate(point)))
        for factor, _ in line.factor()[1] if line else ():
            if factor.total_degree() == 1:
                rest = x[i] - factor / factor.leading_coefficient()
                zero = fraction(rest.leading_coefficient()) if rest else Fraction(0)
                if low <= zero <= high:
                    return REFUTED, (*point[:i], zero, *point[i + 1:])
    return INCONCLUSIVE, None


def _lengths(squared, at, floor, search):
    """Rationals with shortest^2 < |w|^2 < longest on the box."""
    low, high = enclose(squared, floor)
    if low <= 0:                                # the enclosure is too wide, or w vanishes
        middle = evaluated(squared, at)
        for k in range(1, SMALLEST):
            if middle > 0 and search.negative([exact(middle / 4**k) - squared], floor, SHARE)[0] == PROVED:
                low = middle / 4**k
                break
        else:
            raise Undecided("grad h vanishes in the box, or is too small there to be told from 0")
    return root_below(low), -below(-high)


def _keeps_sign(p, floor, search):
    verdict, point = search.negative([p], floor)
    if verdict == REFUTED:
        raise Undecided(f"{p}, a divisor or the argument of an absolute value in g, changes sign in the box, at "
                        f"({', '.join(map(str, point[:-1]))})")
    if verdict != PROVED:
        raise Undecided(f"{search.ended}; whether {p} keeps its sign in the box is open")

