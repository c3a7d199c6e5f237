"""Theorem 2 of Chen, Peng, Li & Zhao (2024) made explicit: a neighbourhood of a minimum that no orbit leaves."""

import dataclasses
import functools
import math

import numpy as np

from .. import _checks
from ..kernels import kernel

DIRECTIONS = 180                                # scan of a circle; the best direction is then refined …
REFINEMENTS = 40                                # … by golden section
RADII = 100                                     # scan of the radii, to find the first crossing
HALVINGS = 60
GOLDEN = (math.sqrt(5) - 1) / 2
LARGEST_RADIUS = 1.5                            # where no other stationary point limits the ball


@dataclasses.dataclass(frozen=True)
class Neighbourhood:
    """U = {|x - x*| < radius, f(x) < level}: forward invariant, and on it the loss falls.

    f(x - eta g) - f(x) <= -descent_constant eta |g|^2 for x in U, g = grad f(x).

    Attributes
    ----------
    radius : t' of Lemma 1
    level : f* of equation (23), the least value on the sphere of that radius
    descent_constant : C = 1 - eta M / 2
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
    if f.dimension != 2 or f.minima.points is None:
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
    bound = (1 - w) * 2 / largest + w * 2 / eta
    return Neighbourhood(minimum, radius, level, 1 - eta * bound / 2, bound, curvature_radius)


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


def circle_maximum(quantity):
    """The kernel highest(centre, s, eta) -> the maximum of quantity(p, centre, eta) over |p - centre| = s."""
    @kernel()
    def at(centre, s, u, eta):
        x, y = direction(u)
        return quantity((centre[0] + s * x, centre[1] + s * y), centre, eta)

    @kernel()
    def highest(centre, s, eta):
        width = 4.0 / DIRECTIONS
        best, top = 0.0, -math.inf
        for a in range(DIRECTIONS):
            here = at(centre, s, a * width, eta)
            if here > top:
                best, top = a * width, here
        low, high = best - width, best + width
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        at_left, at_right = at(centre, s, left, eta), at(centre, s, right, eta)
        for _ in range(REFINEMENTS):
            if at_left > at_right:
                high, right, at_right = right, left, at_left
                left = high - GOLDEN * (high - low)
                at_left = at(centre, s, left, eta)
            else:
                low, left, at_left = left, right, at_right
                right = low + GOLDEN * (high - low)
                at_right = at(centre, s, right, eta)
        return max(top, at_left, at_right)

    return highest


def first_crossing(highest):
    """The kernel crossing(centre, eta, bound, reach) -> the largest s <= reach with highest <= bound up to s."""
    @kernel()
    def crossing(centre, eta, bound, reach):
        low = 0.0
        for r in range(1, RADII + 1):
            s = reach * r / RADII
            if not highest(centre, s, eta) <= bound:
                high = s
                for _ in range(HALVINGS):
                    middle = (low + high) / 2
                    if highest(centre, middle, eta) <= bound:
                        low = middle
                    else:
                        high = middle
                return low
            low = s
        return reach

    return crossing


@functools.cache
def neighbourhood(f):
    """The kernel neighbourhood(centre, eta, w) -> (t', f*, t_1); zeros for a step beyond 2 / lambda_max."""
    value, gradient, hessian = f.kernels.value, f.kernels.gradient, f.kernels.hessian
    reach = min(f.isolation * (1 - 1e-9), LARGEST_RADIUS)

    @kernel()
    def curvature(p, centre, eta):
        a, b, c = hessian(p)
        return (a + c + math.sqrt((a - c) * (a - c) + 4 * b * b)) / 2

    @kernel()
    def image_distance(p, centre, eta):
        g = gradient(p)
        u, v = p[0] - eta * g[0] - centre[0], p[1] - eta * g[1] - centre[1]
        return math.sqrt(u * u + v * v)

    @kernel()
    def depth(p, centre, eta):
        return -value(p)

    steepest, farthest, lowest = circle_maximum(curvature), circle_maximum(image_distance), circle_maximum(depth)
    curvature_crossing, image_crossing = first_crossing(steepest), first_crossing(farthest)

    @kernel()
    def neighbourhood(centre, eta, w):
        top = curvature(centre, centre, eta)
        if not eta * top < 2:
            return 0.0, 0.0, 0.0
        t1 = curvature_crossing(centre, eta, (1 - w) * top + w * 2 / eta, reach)
        radius = image_crossing(centre, eta, t1, t1)
        return radius, -lowest(centre, radius, eta), t1

    return neighbourhood
