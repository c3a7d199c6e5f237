"""A proof by float64 intervals that runs in a page: R + omega < 0 on a box, or a point where this fails.

For f = phi(|h|) and w = grad h, g((x, y) - A w) - g(x, y) = A^2 R(x, y, A) with R = N / D rational: the steps of
normalized gradient descent are alpha = |A| |w|, both signs (C. Josz, Implicit regularization of normalized gradient
descent, Proposition 2.6). To be proved is R + omega < 0 for |x - x0| <= radius, |y - y0| <= radius, |A| <= step: two
polynomials are negative there, s N + omega s D and -s D, where s is the sign of D at a corner. They are when all their
Bernstein coefficients are; a box where this is open is bisected.

The rule of bisection is that of the exact engine: the side that is widest in units of the root's, the first of equals,
without variables that do not occur; depth first, lower half first. The intervals hold the exact coefficients. So what
is proved here is proved there, at the same depth and in no more boxes; but here the margin must exceed the rounding.
"""

import numpy as np

from ..kernels import kernel
from ._interval import above, below
from ._interval_bernstein import add_multiple, at_corner, halve, negative, to_bernstein

# Proved: R + omega < 0 on the whole box, exactly. Refuted: R + omega >= 0 at the witness, a point of the box, exactly.
# It refutes the inequality on this box with this omega; not with another one, and not the Lyapunov property: at A = 0,
# R is a limit of steps, and elsewhere a step may be against the direction of f. Inconclusive: neither, within the depth
# and the boxes allowed, or because D vanishes in the box, or because rounding exceeds the margin.
PROVED, REFUTED, INCONCLUSIVE = range(3)

FACTS = ["boxes", "deepest", "vanishing", "leaf_count", "witness_x", "witness_y", "witness_A",
         "xmin", "xmax", "ymin", "ymax"]
PLACE = 7                                       # depth of a box; lower corner (3) and widths (3), the root's being 1
LEAF = 5                                        # xmin, ymin, xmax, ymax, verdict


@kernel()
def _shapes(N, D):
    """The shapes of the tensors of N + D and D, and their sizes."""
    both = max(N.shape[1], D.shape[1]), max(N.shape[2], D.shape[2]), max(N.shape[3], D.shape[3])
    alone = D.shape[1], D.shape[2], D.shape[3]
    return both, alone, both[0] * both[1] * both[2], alone[0] * alone[1] * alone[2]


@kernel()
def _coefficients(N, D, s, omega, box, c):
    """Fill c with the Bernstein coefficients of s N + s omega D, then of -s D."""
    both, alone, n, m = _shapes(N, D)
    c[:, :n + m] = 0.0
    for factor, tensor, start, lengths in ((s, N, 0, both), (s * omega, D, 0, both), (-s, D, n, alone)):
        add_multiple(factor, tensor, c, start, lengths)
    for start, lengths in ((0, both), (n, alone)):
        to_bernstein(c, start, lengths, box)


@kernel()
def _between(low, high, t):
    """low + (high - low) t, rounded, within [low, high]."""
    return min(max(low + (high - low) * t, low), high)


@kernel()
def _point(box, place, corner):
    """A corner of a part of the box: floats in the box, at the corner or next to it."""
    u = place[1] + place[4] * (corner & 1)
    v = place[2] + place[5] * (corner >> 1 & 1)
    w = place[3] + place[6] * (corner >> 2)
    return _between(box[0], box[1], u), _between(box[2], box[3], v), _between(box[4], box[5], w)


@kernel()
def _bisect(stack, places, top, N, D):
    """The box at the top becomes its upper half; its lower half is put above it."""
    both, alone, n, _ = _shapes(N, D)
    place, half, axis = places[top], places[top + 1], -1
    for i in range(3):
        if both[i] > 1 and (axis < 0 or place[4 + i] > place[4 + axis]):
            axis = i
    for start, lengths in ((0, both), (n, alone)):
        halve(stack[top], stack[top + 1], start, lengths, axis)
    place[0] += 1
    place[4 + axis] *= 0.5
    for i in range(PLACE):
        half[i] = place[i]
    place[1 + axis] += place[4 + axis]


@kernel()
def _vanishes(c, n, alone):
    """Whether -s D >= 0 at a corner of the box, where at another it is below 0."""
    for corner in range(8):
        if c[0, n + at_corner(alone, corner)] >= 0:
            return True
    return False


@kernel()
def _refutes(N, D, s, omega, box, place, c, scratch, facts):
    """Whether R + omega >= 0 at the corner of a box where it seems largest: that is then the witness."""
    both, _, n, _ = _shapes(N, D)
    best, largest = -1, 0.0
    for corner in range(8):
        value = c[0, at_corner(both, corner)]
        if value >= largest:
            best, largest = corner, value
    if best < 0:
        return False
    x, y, A = _point(box, place, best)          # rounded, so the values there are enclosed anew
    _coefficients(N, D, s, omega, (x, x, y, y, A, A), scratch)
    if not (scratch[0, 0] >= 0 and scratch[1, n] < 0):
        return False
    facts[4], facts[5], facts[6] = x, y, A
    return True


@kernel("int32(float64[:, :, :, ::1], float64[:, :, :, ::1], float64, float64, float64, float64, float64, int32, "
        "float64[:, :, ::1], float64[:, ::1], float64[:, ::1], float64[::1])")
def prove(N, D, x, y, radius, step, omega, max_boxes, stack, places, leaves, facts):
    """PROVED, REFUTED or INCONCLUSIVE: R + omega < 0 for |x' - x| <= radius, |y' - y| <= radius, |A| <= step.

    Parameters
    ----------
    N, D : (2, nx, ny, nz), coefficients of powers of x, y, A, low and high; see `descent.lyapunov._live_tables`
    x, y, radius, step, omega : numbers; radius and step are not below 0
    max_boxes : int32, how many boxes are looked at
    stack : (depth + 2, 2, coefficients of s N + s omega D and of D), scratch
    places : (depth + 1, PLACE), scratch. Its length tells how often a box is bisected
    leaves : (any number, LEAF), filled with the boxes that were decided or not bisected further, seen along A
    facts : (len(FACTS),), filled: boxes looked at; bisections of the deepest; 1 when D vanishes, or is so near 0 at a
        corner of the box that its sign is open; rows of leaves; the witness, NaN unless refuted; the rectangle that the
        verdict is about, which rounding makes a few ulp wider than asked for

    Its WebAssembly is exact.
    """
    _, alone, n, m = _shapes(N, D)
    box = below(x - radius), above(x + radius), below(y - radius), above(y + radius), -step, step
    facts[:4], facts[4:7] = 0.0, np.nan
    facts[7], facts[8], facts[9], facts[10] = box[0], box[1], box[2], box[3]
    for s in (1.0, -1.0):
        _coefficients(N, D, s, omega, box, stack[0])
        if stack[0, 1, n] < 0:
            break
    else:
        facts[2] = 1
        return INCONCLUSIVE
    places[0, :4], places[0, 4:] = 0.0, 1.0
    verdict, top, count = PROVED, 0, 0
    while top >= 0:
        c, place, leaf = stack[top], places[top], PROVED
        if facts[0] >= max_boxes:
            return INCONCLUSIVE
        facts[0] += 1
        facts[1] = max(facts[1], place[0])
        if not negative(c, n + m):
            if _vanishes(c, n, alone):
                facts[2] = 1
                return INCONCLUSIVE
            leaf = REFUTED if _refutes(N, D, s, omega, box, place, c, stack[-1], facts) else INCONCLUSIVE
            if leaf == INCONCLUSIVE and place[0] < places.shape[0] - 1 and n > 1:
                _bisect(stack, places, top, N, D)
                top += 1
                continue
        if count < leaves.shape[0]:
            leaves[count, 0], leaves[count, 1], _ = _point(box, place, 0)
            leaves[count, 2], leaves[count, 3], _ = _point(box, place, 7)
            leaves[count, 4] = leaf
            count += 1
            facts[3] = count
        if leaf == REFUTED:
            return REFUTED
        verdict = max(verdict, leaf)
        top -= 1
    return verdict


@kernel("int32(float64[:, ::1], int32, int32, float64[:, ::1])")
def outlines(leaves, leaf_count, verdict, segments):
    """Segments x0 y0 x1 y1 around the leaves of one verdict, those that fit; returns how many there are.

    Its WebAssembly is exact.
    """
    n = 0
    for i in range(leaf_count):
        if leaves[i, 4] == verdict and n + 4 <= segments.shape[0]:
            x0, y0, x1, y1 = leaves[i, 0], leaves[i, 1], leaves[i, 2], leaves[i, 3]
            for ax, ay, bx, by in ((x0, y0, x1, y0), (x1, y0, x1, y1), (x1, y1, x0, y1), (x0, y1, x0, y0)):
                segments[n, 0], segments[n, 1], segments[n, 2], segments[n, 3] = ax, ay, bx, by
                n += 1
    return n
