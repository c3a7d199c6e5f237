"""Theorem 2 of Chen, Peng, Li & Zhao (2024) made explicit: a neighbourhood of a minimum that no orbit leaves."""

import dataclasses
import functools
import math

import numpy as np

from .. import _checks
from ..kernels import kernel
from ._circle import CURVATURE, DEPTH, IMAGE, circle_maximum

RADII = 100                                     # scan of the radii, to find the first crossing
HALVINGS = 60
LARGEST_RADIUS = 1.5                            # where no other stationary point limits the ball
MIDDLE = 0.5                                    # w: the curvature bound halfway to 2 / eta
MARGIN = 0.99                                   # of the radius: room for the scan's error


@dataclasses.dataclass(frozen=True)
class Neighbourhood:
    """U = {|x - x*| < radius, f(x) < level}: forward invariant, and on it the loss falls.

    f(x - eta g) - f(x) <= -descent_constant eta |g|^2 for x in U, g = grad f(x).

    Attributes
    ----------
    minimum : (2,), x*
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


def invariant_neighbourhood(f, minimum, eta, w=MIDDLE):
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


def regions(f, eta):
    """The rows (m, 4) of `neighbourhoods` for the middle w: where the fate kernel may stop."""
    out = np.empty((len(f.minima.points), 4))
    neighbourhoods(f)(eta, MIDDLE, out)
    return out
