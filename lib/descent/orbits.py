"""Orbits: iterate a map, keep the path."""

import dataclasses
import functools

import numpy as np

from . import _checks, maps, steps
from ._vectors import vectors
from .kernels import kernel

ESCAPE_RADIUS2 = 1e8                            # an orbit with |x|^2 at or beyond it is said to diverge
MOST_STEPS = 10**7                              # points that fit in memory with room to spare


@dataclasses.dataclass(frozen=True)
class Orbit:
    """n steps of a method.

    Attributes
    ----------
    points : (n+1, d)
    losses : (n+1,)
    sharpness : (n+1,), the largest Hessian eigenvalue at each point
    diverged_at : the first k with |x_k|^2 >= 1e8 or x_k not finite, else None; entries behind it are NaN
    """

    points: np.ndarray
    losses: np.ndarray
    sharpness: np.ndarray
    diverged_at: int | None


def gradient_descent(f, x0, rule, n):
    """n steps x_{k+1} = x_k - alpha_k grad f(x_k) from x0.

    Parameters
    ----------
    f : Landscape
    x0 : (d,), finite
    rule : a rule of `descent.steps`, or a positive number for a constant step
    n : number of steps, at most 1e7

    Returns
    -------
    Orbit

    Raises
    ------
    ValueError
        For a start of the wrong dimension, a non-positive or non-finite step, a negative n.
    """
    start = _checks.point("x0", x0, _checks.landscape("f", f).dimension)
    n = _checks.whole("n", n, 0, MOST_STEPS)
    rule = steps.rule(rule)
    alphas = np.array([_checks.positive(f"rule({k})", rule(k)) for k in range(n)])
    points = np.full((n + 1, f.dimension), np.nan)
    points[0] = start
    last = gradient_path(f)(points, alphas)
    reached = points[: last + 1]
    losses, sharpness = np.full(n + 1, np.nan), np.full(n + 1, np.nan)
    losses[: last + 1] = f.value(reached)
    finite = np.isfinite(reached).all(axis=1)
    sharpness[: last + 1][finite] = f.sharpness(reached[finite])
    with np.errstate(over="ignore", invalid="ignore"):
        over = escaped(reached[-1] @ reached[-1])
    return Orbit(points, losses, sharpness, last if over else None)


@kernel()
def escaped(norm2):
    """True once |x|^2 has reached the escape radius, or is NaN."""
    return not norm2 < ESCAPE_RADIUS2


@functools.cache
def gradient_path(f):
    """The kernel path(points, alphas) -> last: fills points (n+1, d) from points[0], stops where the orbit escapes."""
    step, space = maps.gradient_step(f), vectors(f.dimension)
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
