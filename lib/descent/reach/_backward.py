"""The backward step x = x_next + alpha grad f(x), alone and along a path: kernels and their public faces."""

import functools
import math

import numpy as np

from .. import _checks, steps
from .._vectors import vectors
from ..kernels import kernel
from ._newton import INDEFINITE, SOLVED, backward

MOST_STEPS = 10**6


def backward_step(f, x_next, alpha, lipschitz=None):
    """The x with x - alpha grad f(x) = x_next: the proximal point of -f.

    Josz & Ouyang (2025), Fact 1 and the proof of Proposition 2. It is the minimiser of
    |y - x_next|^2 / 2 - alpha f(y), unique while alpha L < 1.

    Parameters
    ----------
    f : Landscape
    x_next : (d,), finite
    alpha : step size, above 0
    lipschitz : L, a Lipschitz constant of grad f where the step goes; ``f.lipschitz`` when not given

    Returns
    -------
    ndarray (d,)

    Raises
    ------
    ValueError
        Unless alpha L < 1. Where no L is known: when the smallest eigenvalue of I - alpha H is not positive at a point
        that Newton's method visits. That check is local; it does not exclude a second solution elsewhere.
    """
    z = _checks.point("x_next", x_next, compiled(f).dimension)
    alpha = _checks.positive("alpha", alpha)
    check_step(f, alpha, lipschitz)
    x = np.empty(f.dimension)
    status = step_kernel(f)(z, alpha, x)
    if status != SOLVED:
        raise ValueError(explain(f, z, alpha, x, status))
    return x


def backward_path(f, end, rule, n, lipschitz=None):
    """The path x_n = end, x_{n-1}, …, x_0 whose gradient steps alpha_0, …, alpha_{n-1} lead from x_0 to ``end``.

    Steps are counted forward: the first backward step takes alpha_{n-1}, the last alpha_0 (Josz & Ouyang, proof of
    Proposition 2; a path cut off at m > 0 needs alpha_m, alpha_{m+1}, … on the way forward).

    Parameters
    ----------
    f, lipschitz : as in `backward_step`
    end : (d,), finite
    rule : a rule of `descent.steps`, or a positive number for a constant step
    n : number of steps, at most 1e6

    Returns
    -------
    ndarray (n+1, d)
        Row k is x_k: row 0 the start, row n the end.

    Raises
    ------
    ValueError
        As `backward_step`, with the step at which it happens.
    """
    points = np.empty((_checks.whole("n", n, 0, MOST_STEPS) + 1, compiled(f).dimension))
    points[n] = _checks.point("end", end, f.dimension)
    alphas = step_sizes(f, rule, n, lipschitz)
    reached = path_kernel(f)(points, alphas)
    if reached:
        raise ValueError(explain_path(f, points, alphas, reached))
    return points


def compiled(f):
    """f, if it has kernels; ValueError for anything else, networks included."""
    if not hasattr(_checks.landscape("f", f), "kernels"):
        raise ValueError(f"f={f.name} must be a landscape of descent.landscapes: the walk is compiled from its formula")
    return f


def step_sizes(f, rule, n, lipschitz):
    """alpha_0, …, alpha_{n-1} as an array, after checking each and alpha L < 1."""
    alphas = steps.array(steps.rule(rule), 0, n)
    if n:
        check_step(f, float(alphas.max()), lipschitz)
    return alphas


def check_step(f, alpha, lipschitz):
    known = f.lipschitz if lipschitz is None else _checks.positive("lipschitz", lipschitz)
    if known is not None and not alpha * known < 1:
        raise ValueError(f"alpha={alpha!r} must be below 1/L = {1 / known:.12g} (L = {known:.12g}): beyond it the "
                         "equation x - alpha grad f(x) = x_next may have several solutions or none")


def explain(f, z, alpha, x, status):
    """Why the backward step from z has no answer; x is where Newton's method stopped."""
    if status == INDEFINITE and np.isfinite(f.hessian(x)).all():
        least = np.linalg.eigvalsh(np.eye(f.dimension) - alpha * f.hessian(x))[0]
        return (f"alpha={alpha!r} is too large for the step back to {z.tolist()}: at {x.tolist()} the smallest "
                f"eigenvalue of I - alpha H is {least:.6g}, not above 0, so the solution need not be unique")
    return (f"x - alpha grad f(x) = {z.tolist()} with alpha={alpha!r} is not solved to rounding; "
            f"the last point tried is {x.tolist()}")


def explain_path(f, points, alphas, reached):
    """Why `path_kernel` stopped at that row."""
    x, z = np.empty(f.dimension), points[reached]
    status = step_kernel(f)(z, alphas[reached - 1], x)
    return f"backward step to k={reached - 1}: " + explain(f, z, float(alphas[reached - 1]), x, status)


@functools.cache
def step_kernel(f):
    """The kernel step(x_next, alpha, x) -> status: fills x with the backward step; 0 when it is solved."""
    back, space = backward(f), vectors(f.dimension)
    load, store = space.load, space.store

    @kernel("int32(float64[::1], float64, float64[::1])")
    def step(x_next, alpha, x):
        y, status = back(load(x_next), alpha)
        store(x, y)
        return status

    return step


@functools.cache
def path_kernel(f):
    """The kernel path(points, alphas) -> last: fills points (n+1, d) from its last row back to row ``last``.

    ``last`` is 0 unless a backward step has no answer; the step to row last - 1 is then the one that fails.
    """
    back, space = backward(f), vectors(f.dimension)
    load, store = space.load, space.store

    @kernel("int32(float64[:, ::1], float64[::1])")
    def path(points, alphas):
        p = load(points[alphas.size])
        for k in range(alphas.size, 0, -1):
            p, status = back(p, alphas[k - 1])
            if status != SOLVED:
                return k
            store(points[k - 1], p)
        return 0

    return path


@functools.cache
def rewind_kernel(f):
    """The kernel rewind(points, alphas, target, direction, radius) -> s: from the sphere to target + s direction.

    It finds, by bisection, an s in (0, radius] with |x_0 - target| = radius and fills points (n+1, d) with that path,
    or with the nearest it gets: where a backward step has no answer the path counts as outside, and where
    target + s direction is the target in float64 it counts as inside. The caller checks where x_0 lies.
    Returns -1 when no s of radius / 2^j leads outside.
    """
    path, space = path_kernel(f), vectors(f.dimension)
    load, store, descend, distance2 = space.load, space.store, space.descend, space.distance2

    @kernel()
    def walk(points, alphas, target, direction, s):
        """The square of |x_0 - target|; infinite where a step has no answer."""
        store(points[alphas.size], descend(load(target), -s, load(direction)))
        if path(points, alphas) > 0:
            return np.inf
        return distance2(load(points[0]), load(target))

    @kernel("float64(float64[:, ::1], float64[::1], float64[::1], float64[::1], float64)")
    def rewind(points, alphas, target, direction, radius):
        goal = radius * radius
        low, high, shrink = -1.0, -1.0, 0.5     # -1: not known yet
        s, nearest, gap, last = radius, -1.0, np.inf, False
        while True:
            square = walk(points, alphas, target, direction, s)
            if last:
                return s
            lost = load(points[alphas.size]) == load(target)
            if not lost and abs(square - goal) < gap:
                nearest, gap = s, abs(square - goal)
            if lost or square < goal:
                low = s
            else:
                high = s
            if high < 0:                        # nothing outside yet
                if lost:
                    return -1.0
                s = s / 2
            elif low < 0 or low > high:         # nothing inside yet: ever faster towards the target
                s = high * shrink
                shrink = shrink * shrink
            else:                               # orders of magnitude first, then digits
                s = math.sqrt(low) * math.sqrt(high) if 0 < 4 * low < high else (low + high) / 2
                if not low < s < high:
                    s, last = (nearest if nearest > 0 else high), True

    return rewind
