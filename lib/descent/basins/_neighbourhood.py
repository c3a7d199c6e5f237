"""Theorem 2 of Chen, Peng, Li & Zhao (2024) made explicit: a neighbourhood of a minimum that no orbit leaves."""

import dataclasses
import functools
import math

import numpy as np

from .. import _checks
from .._vectors import vectors
from ..kernels import kernel

DIRECTIONS = 180                                # scan of a circle; the best direction is then refined …
REFINEMENTS = 40                                # … by golden section
RADII = 100                                     # scan of the radii, to find the first crossing
HALVINGS = 60
GOLDEN = (math.sqrt(5) - 1) / 2
LARGEST_RADIUS = 1.5                            # where no other stationary point limits the ball
MARGIN = 0.99                                   # of the radius: room for the scan's error
CURVATURE, IMAGE, DEPTH = range(3)


@dataclasses.dataclass(frozen=True)
class Neighbourhood:
    """U = {|x - x*| < radius, f(x) < level}: forward invariant, and on it the loss falls.

    f(x - eta g) - f(x) <= -descent_constant eta |g|^2 for x in U, g = grad f(x).

    Attributes
    ----------
    radius : t' of Lemma 1
    level : f* of equation (23), the least value on the sphere of that radius
    descent_constant : C = 1 - eta M / 2 = (1 - w) (1 - eta lambda_max / 2)
    curvature_bound : M of equation (19)
    curvature_radius : t_1, the largest radius with lambda_max <= M on the ball
    """

    minimum: np.ndarray
    radius: float
    level: float
    descent_constant: float
    curvature_bound: float
    curvature_radius: float

    def contains(self, f, x):
        """Is x in U?"""
        x = _checks.point("x", x, f.dimension)
        return bool(np.linalg.norm(x - self.minimum) < self.radius and f.value(x) < self.level)


def invariant_neighbourhood(f, minimum, eta, w=0.5):
    """The set U of Theorem 2 (equation (24)) around a minimum, for the step eta.

    Parameters
    ----------
    f : Landscape of two variables with isolated minima
    minimum : (2,), one of ``f.minima.points``
    eta : step size, 0 < eta < 2 / lambda_max(minimum)
    w : where the curvature bound M lies between lambda_max (0) and 2 / eta (1)

    Returns
    -------
    Neighbourhood

    Raises
    ------
    ValueError
        For a step outside (0, 2 / lambda_max), w outside (0, 1), a point that is no listed minimum.

    Notes
    -----
    Maxima over a circle are found by a scan of 180 directions and a golden-section refinement, radii by a scan and
    bisection: numerically exact, not a rigorous enclosure.
    """
    if _checks.landscape("f", f).dimension != 2 or f.minima is None or f.minima.points is None:
        raise ValueError(f"f={f.name} must have two variables and isolated minima")
    minimum = _checks.point("minimum", minimum, 2)
    if f.minima.distance(minimum) > 1e-9:
        raise ValueError(f"minimum={minimum.tolist()} is none of {f.minima.points.tolist()}")
    eta, w, largest = _checks.positive("eta", eta), _checks.positive("w", w), f.largest_step(minimum)
    if not eta < largest:
        raise ValueError(f"eta={eta!r} must be below 2 / lambda_max = {largest:.12g}: beyond it no such set exists")
    if not w < 1:
        raise ValueError(f"w={w!r} must be in (0, 1)")
    radius, level, curvature_radius = neighbourhood(f)(tuple(minimum.tolist()), eta, w)
    if not radius > 0:
        raise ValueError(f"eta={eta!r} is too close to 2 / lambda_max = {largest:.12g}: the set is below rounding")
    with np.errstate(over="ignore"):            # the smallest steps bound no curvature
        bound = (1 - w) * 2 / largest + w * np.float64(2) / eta
    return Neighbourhood(minimum, radius, level, (1 - w) * (1 - eta / largest), float(bound), curvature_radius)


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


@functools.cache
def neighbourhood(f):
    """The kernel neighbourhood(centre, eta, w) -> (t', f*, t_1); zeros for a step beyond 2 / lambda_max."""
    highest, sharpness = circle_maximum(f), f.kernels.sharpness
    reach = min(f.isolation * (1 - 1e-9), LARGEST_RADIUS)

    @kernel()
    def crossing(which, centre, eta, bound, most):
        """The largest s <= most such that the maximum stays within the bound up to s."""
        low = 0.0
        for r in range(1, RADII + 1):
            high = most * r / RADII
            if not highest(which, centre, high, eta) <= bound:
                for _ in range(HALVINGS):
                    middle = (low + high) / 2
                    if highest(which, centre, middle, eta) <= bound:
                        low = middle
                    else:
                        high = middle
                return low
            low = high
        return most

    @kernel()
    def neighbourhood(centre, eta, w):
        top = sharpness(centre)
        if not eta * top < 2:
            return 0.0, 0.0, 0.0
        t1 = crossing(CURVATURE, centre, eta, (1 - w) * top + w * 2 / eta, reach)
        radius = crossing(IMAGE, centre, eta, t1, t1)
        return radius, -highest(DEPTH, centre, radius, eta), t1

    return neighbourhood


@functools.cache
def neighbourhoods(f):
    """The kernel neighbourhoods(eta, w, out): fills rows minimum, radius^2, level, one for each minimum of f.

    They are what the fate kernel stops in. The radius is taken 1 % smaller than that of Theorem 2, which holds for
    every smaller one; beyond 2 / lambda_max it is 0.
    """
    minima = tuple(tuple(point) for point in f.minima.points.tolist())
    around, highest = neighbourhood(f), circle_maximum(f)

    @kernel("void(float64, float64, float64[:, ::1])")
    def neighbourhoods(eta, w, out):
        for i in range(len(minima)):
            radius = MARGIN * around(minima[i], eta, w)[0]
            out[i, 0], out[i, 1] = minima[i]
            out[i, 2] = radius * radius
            out[i, 3] = -highest(DEPTH, minima[i], radius, eta) if radius > 0 else -math.inf

    return neighbourhoods
