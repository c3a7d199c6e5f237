"""Kernels of gradient descent on all layers at once: a path, and the end of a long run."""

import math

from ..kernels import kernel
from ._layers import gradient

ESCAPE_RADIUS2 = 1e8                            # as in descent.orbits: an orbit at or beyond it is said to diverge
CONVERGED, BOUNDED, DIVERGED = 0, 2, 4          # the kinds of descent.basins that an end can have


@kernel()
def norm2(p):
    """|p|^2."""
    total = 0.0
    for value in p:
        total += value * value
    return total


@kernel("int32(int32[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], "
        "float64[::1])")
def path(widths, x, y, points, alphas, scratch, step):
    """Fill points (n+1, d) from points[0] with theta_{k+1} = theta_k - alpha_k grad L; returns the last k reached.

    It stops where the orbit escapes. `step` (d,) is scratch.
    """
    for k in range(alphas.size):
        if not norm2(points[k]) < ESCAPE_RADIUS2:
            return k
        gradient(widths, x, y, points[k], scratch, step)
        for j in range(step.size):
            points[k + 1, j] = points[k, j] - alphas[k] * step[j]
    return alphas.size


@kernel("int32(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64, int32, float64, float64[::1], "
        "float64[::1])")
def settle(widths, x, y, theta, eta, most_steps, goal, scratch, step):
    """Descend from theta, in place, until the gradient's norm is at most `goal`, the orbit escapes or the steps end.

    Returns CONVERGED, DIVERGED or BOUNDED. A stationary point may be a saddle: compare its loss with the least loss.
    `step` (d,) is scratch.
    """
    for _ in range(most_steps):
        gradient(widths, x, y, theta, scratch, step)
        if math.sqrt(norm2(step)) <= goal:
            return CONVERGED
        for j in range(step.size):
            theta[j] -= eta * step[j]
        if not norm2(theta) < ESCAPE_RADIUS2:
            return DIVERGED
    return BOUNDED
