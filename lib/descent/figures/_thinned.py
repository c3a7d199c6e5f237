"""Long runs in few points, evenly on a logarithmic axis, and the step sizes of normalized descent.

Shown are k = 0 to 15, then pairs k, k + 1, each pair an eighth further on: consecutive iterates alternate between the
two sides of a valley, so a pair tells both. Charts are against k + 1, which a logarithmic axis has from the start.
"""

import functools
import math

from .._vectors import vectors
from ..kernels import kernel
from ..orbits import escaped
from ..steps import divide_by_powers

ROOM = 200                                      # rows that suffice for 1e5 steps
LOWEST = 1e-10                                  # a decayed quantity below it is rounding


@kernel()
def next_shown(row, k, last):
    """The index that follows k, shown in that row; its pair ends with the last index."""
    return k + 1 if row % 2 == 0 or k < 15 else min(k + 1 + k // 8, max(k + 1, last - 1))


def moments(steps):
    """How many points of a run of so many steps are shown."""
    row, k = 0, 0
    while k < steps:
        row, k = row + 1, next_shown.py_func(row, k, steps)
    return row + 1


@functools.cache
def thinned(plain, normalized, gap, second, halted):
    """The kernel of a long orbit of one of two steps (p, alpha): few of its points, two numbers along it, and facts.

    thinned(x, y, method, steps, alphas, points, gaps, seconds, facts) follows the step `plain` for method 0 and
    `normalized` for 1. It fills rows x y, rows k + 1, gap and rows k + 1, second; facts: rows filled; 1 when the orbit
    has left a disc of radius 1e4 or where f is defined, 2 when method 1 has come to a point where the kernel halted(p)
    is true; steps done, its end, the larger gap of the last two iterates, second at the start and at the end. One
    kernel for both, since an own function is drawn as soon as its kernels are compiled.
    """
    space = vectors(2)
    store, norm2 = space.store, space.norm2

    @kernel("void(float64, float64, int32, int32, float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], "
            "float64[::1])")
    def thinned(x, y, method, steps, alphas, points, gaps, seconds, facts):
        p, q, row, wanted, done = (x, y), (x, y), 0, 0, 0
        for k in range(steps + 1):
            done = k
            if escaped(norm2(p)):
                facts[1] = 1.0
                break
            if k == wanted and row < points.shape[0]:
                store(points[row], p)
                gaps[row, 0], gaps[row, 1] = k + 1, gap(p)
                seconds[row, 0], seconds[row, 1] = k + 1, second(p)
                wanted = next_shown(row, k, steps)
                row += 1
            if method == 1 and halted(p):
                facts[1] = 2.0
                break
            if k < steps:
                q, p = p, normalized(p, alphas[k]) if method == 1 else plain(p, alphas[k])
        facts[0], facts[2] = row, done
        facts[3], facts[4] = p
        facts[5], facts[6], facts[7] = max(gap(q), gap(p)), second((x, y)), second(p)

    return thinned


@kernel("int32(float64)")
def whole(number):
    """The nearest whole number: sliders in powers of ten set none."""
    return math.floor(number + 0.5)


@kernel("float64(float64, float64, int32, float64[::1])")
def step_sizes(alpha, beta, steps, alphas):
    """alpha_k = alpha / (k + 1)^beta for k < steps, as `steps.Power`; returns the sum of their squares."""
    for k in range(steps):
        alphas[k] = alpha
    if beta > 0:                                # a page is slow at 1e5 powers
        divide_by_powers(alphas[:steps], 0.0, beta)
    total = 0.0
    for k in range(steps):
        total += alphas[k] * alphas[k]
    return total


@kernel("int32(float64)")
def fuel_kind(beta):
    """0: the steps stay; 1: they shrink and the sum of their squares diverges; 2: it converges."""
    return 0 if beta == 0 else 1 if beta <= 0.5 else 2


@kernel("int32(float64[::1], int32, float64, float64[:, ::1], float64[:, ::1])")
def predicted(alphas, shown, kappa, measured, curve):
    """Rows k + 1, C exp(-kappa sum_{j<k} alpha_j^2), through the last measured row that is not rounding.

    The rate at which a conserved quantity of the flow decays at the flat minimum: K^(-kappa alpha^2) for beta = 1/2.
    Returns the number of rows.
    """
    last = -1
    for i in range(shown):
        if measured[i, 1] > LOWEST:
            last = i
    fuel, k = 0.0, 0
    for i in range(last + 1):
        while k + 1 < measured[i, 0]:
            fuel += alphas[k] * alphas[k]
            k += 1
        curve[i, 0], curve[i, 1] = measured[i, 0], fuel
    for i in range(last + 1):                   # 1e20 above the last point is off every chart
        curve[i, 1] = measured[last, 1] * math.exp(min(46.0, kappa * (fuel - curve[i, 1])))
    return last + 1


@kernel("void(float64[::1], int32, int32, float64[:, ::1], float64[:, ::1])")
def shown_steps(alphas, steps, shown, measured, curve):
    """Rows k + 1, alpha_k of the measured rows; from the last point no step is taken: it has the step before."""
    for i in range(shown):
        curve[i, 0], curve[i, 1] = measured[i, 0], alphas[min(int(measured[i, 0]), steps) - 1]
