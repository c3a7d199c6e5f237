"""The maximum of a quantity of a landscape over a circle: a scan of directions, the best one refined."""

import functools
import math

from .._vectors import vectors
from ..kernels import kernel

DIRECTIONS = 180                                # scan of a circle; the best direction is then refined …
REFINEMENTS = 40                                # … by golden section
GOLDEN = (math.sqrt(5) - 1) / 2
CURVATURE, IMAGE, DEPTH = range(3)              # the quantities


@kernel()
def direction(u):
    """A unit vector for each u in [0, 4), once around: the perimeter of a square, projected. Needs no sine."""
    u = u % 4.0
    t = 2 * (u % 1.0) - 1
    length = math.sqrt(1 + t * t)
    if u < 1:
        return 1 / length, t / length
    if u < 2:
        return -t / length, 1 / length
    if u < 3:
        return -1 / length, -t / length
    return t / length, -1 / length


@functools.cache
def circle_maximum(f):
    """The kernel highest(which, centre, s, eta): the maximum over |p - centre| = s of a quantity of f.

    ``which``: CURVATURE, the sharpness at p; IMAGE, the distance of p - eta grad f(p) from the centre; DEPTH, -f(p).
    """
    value, gradient, sharpness = f.kernels.value, f.kernels.gradient, f.kernels.sharpness
    space = vectors(2)
    descend, distance2 = space.descend, space.distance2

    @kernel()
    def at(which, centre, s, u, eta):
        x, y = direction(u)
        p = centre[0] + s * x, centre[1] + s * y
        if which == CURVATURE:
            return sharpness(p)
        if which == IMAGE:
            return math.sqrt(distance2(descend(p, eta, gradient(p)), centre))
        return -value(p)

    @kernel()
    def highest(which, centre, s, eta):
        width = 4.0 / DIRECTIONS
        best, top = 0.0, -math.inf
        for a in range(DIRECTIONS):
            here = at(which, centre, s, a * width, eta)
            if here > top:
                best, top = a * width, here
        low, high = best - width, best + width
        for _ in range(REFINEMENTS):
            left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
            at_left, at_right = at(which, centre, s, left, eta), at(which, centre, s, right, eta)
            top = max(top, at_left, at_right)
            if at_left > at_right:
                high = right
            else:
                low = left
        return top

    return highest
