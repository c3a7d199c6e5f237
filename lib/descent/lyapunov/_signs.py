"""The sign patterns of f = sum_s |h_s|: near x a step goes along w = sum_s sign_s grad h_s, sign_s = sgn h_s.

f = phi(|h|) is the case of one piece: its two patterns are the directions +-grad h.
"""

import fractions
import itertools

import numpy as np
import scipy.optimize

from ._rational import evaluated
from ._search import Undecided

MOST_SIGNS = 8                                  # pieces of both signs: 2^8 patterns
ROUNDED = 10**6                                 # largest denominator of the entries of a way towards a pattern


def patterns(fixed):
    """The patterns on a box where piece s has the sign fixed[s], 0 for both; one of each pair that differs by -1.

    A step backwards along w is one forwards along -w, so a proof for |A| <= reach serves both. `Undecided` when there
    are too many.
    """
    if fixed.count(0) > MOST_SIGNS:
        raise Undecided(f"{fixed.count(0)} pieces can have both signs, more than {MOST_SIGNS}: too many patterns")
    free = [(sign,) if sign else (1, -1) for sign in fixed]
    if not any(fixed):
        free[0] = (1,)
    return list(itertools.product(*free))


def approach(signs, quotients, point):
    """A rational vector v such that h_s(x + t v) has the signs for all small t > 0; None when none is found.

    The pattern is attained as close to x as we like, so w / |w| is a normalized subgradient at x. Where no h_s(x)
    vanishes, v = 0.
    """
    d = len(point)
    values = [evaluated(P, point) * evaluated(Q, point) for P, Q in quotients]     # of the sign of h_s(x)
    if any(sign * value < 0 for sign, value in zip(signs, values)):
        return None
    slopes = [[sign * evaluated(P.derivative(i), point) * evaluated(Q, point) for i in range(d)]
              for sign, value, (P, Q) in zip(signs, values, quotients) if value == 0]
    if not slopes:
        return (fractions.Fraction(0),) * d
    # the v in the cube with the largest least slope: every row.v >= t, t as large as can be
    rows = np.array([[float(c) for c in row] for row in slopes])
    rows /= np.abs(rows).max(axis=1, keepdims=True) + (rows == 0).all(axis=1, keepdims=True)
    best = scipy.optimize.linprog([*[0.0] * d, -1.0], A_ub=np.column_stack([-rows, np.ones(len(rows))]),
                                  b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * d + [(None, 1)])
    if best.x is None:
        return None
    v = tuple(fractions.Fraction(float(c)).limit_denominator(ROUNDED) for c in best.x[:d])
    return v if all(sum(a * b for a, b in zip(row, v)) > 0 for row in slopes) else None

