"""What all orbits share: the path kernel of a map, and the result."""

import dataclasses

import numpy as np

from .. import _checks, steps
from .._vectors import vectors
from ..kernels import kernel

ESCAPE_RADIUS2 = 1e8                            # an orbit with |x|^2 at or beyond it is said to diverge
MOST_STEPS = 10**7                              # points that fit in memory with room to spare


@dataclasses.dataclass(frozen=True)
class Orbit:
    """n steps of a method.

    Attributes
    ----------
    points : (n+1, d)
    losses : (n+1,); NaN where f is not defined
    sharpness : (n+1,), the largest Hessian eigenvalue at each point; NaN where f has no Hessian, on a kink
    diverged_at : the first k with |x_k|^2 >= 1e8 or x_k not finite, else None; entries behind it are NaN
    """

    points: np.ndarray
    losses: np.ndarray
    sharpness: np.ndarray
    diverged_at: int | None


@kernel()
def escaped(norm2):
    """True once |x|^2 has reached the escape radius, or is NaN."""
    return not norm2 < ESCAPE_RADIUS2


def path_kernel(step, dimension):
    """The kernel path(points, alphas) -> last: fills points (n+1, d) from points[0] by step(p, alpha).

    It stops where the orbit escapes; last is the last row that is filled.
    """
    space = vectors(dimension)
    load, store, norm2 = space.load, space.store, space.norm2

    @kernel("int32(float64[:, ::1], float64[::1])")
    def path(points, alphas):
        p = load(points[0])
        for k in range(alphas.size):
            if escaped(norm2(p)):
                return k
            p = step(p, alphas[k])
            store(points[k + 1], p)
        return alphas.size

    return path


def array_path(step, points, alphas):
    """The same for a step on arrays, for functions of too many variables for tuples: networks."""
    with np.errstate(over="ignore", invalid="ignore"):
        for k, alpha in enumerate(alphas):
            if outside(points[k]):
                return k
            points[k + 1] = step(points[k], alpha)
    return len(alphas)


def follow(f, x0, rule, n, path):
    """The Orbit that path(points, alphas) fills, from checked arguments."""
    start = _checks.point("x0", x0, f.dimension)
    n = _checks.whole("n", n, 0, MOST_STEPS)
    alphas = steps.array(steps.rule(rule), 0, n)
    points = np.full((n + 1, f.dimension), np.nan)
    points[0] = start
    last = path(points, alphas)
    reached = points[: last + 1]
    losses, sharpness = np.full(n + 1, np.nan), np.full(n + 1, np.nan)
    losses[: last + 1] = f.value(reached)
    finite = np.isfinite(reached).all(axis=1)
    sharpness[: last + 1][finite] = _sharpness(f, reached[finite])
    return Orbit(points, losses, sharpness, last if outside(reached[-1]) else None)


def outside(x):
    """Whether the orbit has escaped at x, (d,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(escaped(x @ x))


def _sharpness(f, points):
    """Sharpness at each point; NaN on a kink."""
    try:
        return f.sharpness(points)
    except ValueError:
        return np.array([_sharpness_at(f, point) for point in points])


def _sharpness_at(f, point):
    try:
        return f.sharpness(point)
    except ValueError:
        return np.nan
