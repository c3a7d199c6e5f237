"""Closed forms of gradient descent on the hyperbola scale (1 - x y)^2, as curves to draw; s = 2 scale eta.

The trapping ellipse of `descent.basins.trapping_ellipse`, the minima x y = 1, those of them that are stable, and the
2-cycle on the diagonal x = y.
"""

import math

from ..kernels import kernel

DOUBLING = math.sqrt(5) - 1                     # the 2-cycle attracts for 1 < s < DOUBLING


@kernel("int32(float64, float64[:, ::1])")
def ellipse(s, points):
    """The boundary of `basins.trapping_ellipse`: its axes lie along x = y and x = -y; no points for s >= 2."""
    if s >= 2:
        return 0
    long, short = math.sqrt((2 + s) / s), math.sqrt((2 - s) / s)
    half = points.shape[0] // 2
    for i in range(half):
        t = -1 + 2 * i / (half - 1)
        c, d = long * (1 - t * t) / (1 + t * t), short * 2 * t / (1 + t * t)
        points[i, 0], points[i, 1] = c + d, c - d
        points[half + i, 0], points[half + i, 1] = -c - d, d - c
    return 2 * half


@kernel("float64(float64)")
def area(s):
    """The area of the ellipse, 2 pi sqrt(4 - s^2) / s; 0 when there is none."""
    return 2 * math.pi * math.sqrt(4 - s * s) / s if s < 2 else 0.0


@kernel("float64(float64)")
def stable_part(s):
    """The r up to which minima are stable, x^2 + y^2 < 2/s, where x = (1 + r) / (1 - r) and y = 1 / x."""
    width = math.sqrt(2 / s + 2)
    return math.sqrt((width - 2) / (width + 2)) if s < 1 else 0.0


@kernel("void(float64, float64[:, ::1])")
def minima(largest, segments):
    """Both branches of x y = 1 for |r| <= largest, in the parameter of `stable_part`, as segments."""
    half = segments.shape[0] // 2
    for i in range(half):
        for end in range(2):
            r = largest * (2 * (i + end) / half - 1)
            x = (1 + r) / (1 - r)
            segments[i, 2 * end], segments[i, 2 * end + 1] = x, 1 / x
            segments[half + i, 2 * end], segments[half + i, 2 * end + 1] = -x, -1 / x


@kernel("void(float64[:, ::1])")
def two_cycle(points):
    """Rows s, x + y of the 2-cycle (p, p), (q, q) with p q = 1/s and p^2 + q^2 = 1 + 1/s.

    From s = 2 down the lower prong to s = 1, up the upper one; half of each is where the cycle attracts.
    """
    n = points.shape[0] // 2
    for i in range(2 * n + 1):
        t = abs(i - n) / n                      # 0 at s = 1, 1/2 at the doubling, 1 at s = 2
        s = 1 + 2 * t * (DOUBLING - 1) if t <= 0.5 else DOUBLING + (2 * t - 1) * (2 - DOUBLING)
        fork = math.sqrt(1 - 1 / s)
        points[i, 0], points[i, 1] = s, math.sqrt(1 + 3 / s) + (fork if i > n else -fork)


@kernel("int32(float64)")
def regime(s):
    """0: some minima are stable; 1: only just; 2: none is, but orbits are trapped; 3: nothing is trapped."""
    return 0 if s < 1 else 1 if s == 1 else 2 if s < 2 else 3
