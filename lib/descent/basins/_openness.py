"""Theorem 3 of Chen, Peng, Li & Zhao (2024) made explicit: a ball of stable starts around a stable start."""

import dataclasses
import functools
import math

import numpy as np

from .. import _checks, orbits
from ..kernels import kernel
from ..orbits._path import ESCAPE_RADIUS2
from ._circle import direction
from ._kinds import STABLE, fate
from ._neighbourhood import MIDDLE, invariant_neighbourhood, regions

MOST_STEPS = 20000
RINGS, SPOKES = 6, 360                         # samples of a disc, for a maximum over it
RADII, HALVINGS = 400, 50                       # scan of a direction, and bisection of the first way out


@dataclasses.dataclass(frozen=True)
class Openness:
    """The constants of the proof of Theorem 3: all starts nearer than ``epsilon`` are stable, with the same minimum.

    Attributes
    ----------
    minimum : (2,), where the orbit converges
    K : the first step at which the orbit is in U of Theorem 2
    least_fall : M of equation (36), the least fall of the loss among the steps before K; inf for K = 0
    gradient_bound : M_1, the largest |grad f| within 1 of x_0 … x_K (printed: |f|, which equation (40) does not use)
    hessian_bound : M_2, the largest norm of the Hessian within 1 of x_0 … x_K
    room : eps', the radius of a ball around x_K that lies in U
    epsilon : the largest number that satisfies equations (37) and (42), in which < may be read as <=; 0 where it is
        below the smallest float
    """

    minimum: np.ndarray
    K: int
    least_fall: float
    gradient_bound: float
    hessian_bound: float
    room: float
    epsilon: float


def openness(f, start, eta, w=MIDDLE):
    """The epsilon of Theorem 3 at a stable start: equations (36), (37) and (42).

    Parameters
    ----------
    f : Landscape of two variables with isolated minima
    start : (2,), a stable start
    eta : step size, 0 < eta < 2 / lambda_max at the minimum
    w : the margin of U, as for `invariant_neighbourhood`

    Returns
    -------
    Openness

    Raises
    ------
    ValueError
        For a start that is not stable, whatever `invariant_neighbourhood` refuses, and a w so small that U is not
        reached, or the loss does not fall on the way there, in floating point.

    Notes
    -----
    The paper takes eps' from "U is open". Here it is min(t' - |x_K - x*|, (f* - f(x_K)) / G), G the largest |grad f|
    on the ball of radius t'. Maxima over discs are those of samples: numerically near, not a rigorous enclosure.
    """
    start, limit = _stable(f, start, eta)
    minimum = f.minima.points[limit]
    U = invariant_neighbourhood(f, minimum, eta, w)
    path, K = [start], 0
    while not U.contains(f, path[-1]):
        if K == MOST_STEPS:
            raise ValueError(f"w={w!r} makes U so small that it is not reached within {MOST_STEPS} steps")
        path.append(orbits.gradient_descent(f, path[-1], eta, 1).points[-1])
        K += 1
    near = np.array(path)[:, None] + _disc(1.0)
    M1 = float(np.linalg.norm(f.gradient(near), axis=-1).max())
    M2 = float(np.abs(np.linalg.eigvalsh(f.hessian(near))).max())
    steepest = np.linalg.norm(f.gradient(minimum + _disc(U.radius)), axis=-1).max()
    room = float(min(U.radius - np.linalg.norm(path[K] - minimum), (U.level - f.value(path[K])) / steepest))
    M = float((-np.diff(f.value(np.array(path)))).min(initial=np.inf))
    if not M > 0:
        raise ValueError(f"w={w!r} makes U so small that the loss falls by less than rounding on the way there")
    with np.errstate(over="ignore"):
        stretch = np.float64(1 + eta * M2) ** K
    return Openness(minimum, K, M, M1, M2, room, float(min(1.0, room, M / (2 * M1)) / stretch))


def stable_radius(f, start, eta, reach=1.0, directions=360):
    """The distance from a stable start to the nearest start found that is not stable, or has another minimum.

    The radius of the largest ball around `start` in the open set U_eta of one minimum is at most this, and near it
    when the boundary is smooth there: each of the directions is scanned, and its first way out bisected.

    Parameters
    ----------
    f : Landscape of two variables with isolated minima
    start : (2,), a stable start
    eta : step size, above 0
    reach : how far is looked, above 0, at most 1e4
    directions : how many are tried, up to 100000

    Returns
    -------
    float
        inf when nothing is found.
    """
    start, limit = _stable(f, start, eta)
    furthest = math.sqrt(ESCAPE_RADIUS2)
    if _checks.positive("reach", reach) > furthest:
        raise ValueError(f"reach={reach!r} must be at most {furthest:g}: beyond, every orbit has diverged")
    reach, directions = float(reach), _checks.whole("directions", directions, 1, 10**5)
    return _nearest(f)(tuple(start.tolist()), eta, regions(f, eta), limit, reach, directions)


def _stable(f, start, eta):
    """The start as an array, and the index of the minimum to which it converges stably."""
    if _checks.landscape("f", f).dimension != 2 or f.minima is None or f.minima.points is None:
        raise ValueError(f"f={f.name} must have two variables and isolated minima")
    start, eta = _checks.point("start", start, 2), _checks.positive("eta", eta)
    kind, _, limit, _, _, _, _ = fate(f)(tuple(start.tolist()), eta, np.empty((0, 4)), MOST_STEPS)
    if kind != STABLE:
        raise ValueError(f"start={start.tolist()} is not stable for the step {eta:g}")
    return start, limit


def _disc(radius):
    """Points of a disc around 0, its centre and its edge among them, as rows."""
    angles, radii = np.linspace(0, 2 * np.pi, SPOKES, endpoint=False), np.linspace(0, radius, RINGS + 1)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (radii[:, None, None] * around).reshape(-1, 2)


@functools.cache
def _nearest(f):
    """The kernel behind `stable_radius`."""
    end = fate(f)

    @kernel()
    def stays(p, x, y, s, eta, U, limit):
        kind, _, reached, _, _, _, _ = end((p[0] + s * x, p[1] + s * y), eta, U, MOST_STEPS)
        return kind == STABLE and reached == limit

    @kernel()
    def nearest(p, eta, U, limit, reach, directions):
        found = math.inf
        for a in range(directions):
            x, y = direction(4.0 * a / directions)
            low, step = 0.0, reach / RADII
            for r in range(1, RADII + 1):
                high = r * step
                if high - step >= found:
                    break
                if not stays(p, x, y, high, eta, U, limit):
                    for _ in range(HALVINGS):
                        middle = (low + high) / 2
                        if stays(p, x, y, middle, eta, U, limit):
                            low = middle
                        else:
                            high = middle
                    found = min(found, high)
                    break
                low = high
        return found

    return nearest
