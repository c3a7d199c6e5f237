"""Values on a grid, and their level lines as segments: each cell between four grid points is cut into two triangles."""

import functools
import math

from ..basins._rows import centre
from ..kernels import kernel


@functools.cache
def values_grid(function):
    """The kernel values(xmin, xmax, ymin, ymax, out) of a kernel function(p) on a cell-centred grid."""
    middle = centre(2)

    @kernel("void(float64, float64, float64, float64, float64[:, ::1])")
    def values(xmin, xmax, ymin, ymax, out):
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = function(middle((xmin, xmax, ymin, ymax, out.shape[0]), out.shape[1], i, j))

    return values


@kernel()
def _crossing(xa, ya, a, xb, yb, b, level):
    t = (level - a) / (b - a)
    return xa + t * (xb - xa), ya + t * (yb - ya)


@kernel()
def _triangle(xa, ya, a, xb, yb, b, xc, yc, c, level, out, n):
    """Append the segment in which the plane over a triangle crosses the level; returns the new number of segments."""
    above_a, above_b, above_c = a >= level, b >= level, c >= level
    if (above_a == above_b and above_b == above_c) or n >= out.shape[0] or not math.isfinite(a + b + c):
        return n                                # where a value is not finite there is no line
    if above_b == above_c:                      # a is alone
        out[n, 0], out[n, 1] = _crossing(xa, ya, a, xb, yb, b, level)
        out[n, 2], out[n, 3] = _crossing(xa, ya, a, xc, yc, c, level)
    elif above_a == above_c:                    # b is alone
        out[n, 0], out[n, 1] = _crossing(xb, yb, b, xa, ya, a, level)
        out[n, 2], out[n, 3] = _crossing(xb, yb, b, xc, yc, c, level)
    else:
        out[n, 0], out[n, 1] = _crossing(xc, yc, c, xa, ya, a, level)
        out[n, 2], out[n, 3] = _crossing(xc, yc, c, xb, yb, b, level)
    return n + 1


@kernel("int32(float64, float64, float64, float64, float64[:, ::1], float64[::1], float64[:, ::1])")
def isolines(xmin, xmax, ymin, ymax, values, levels, segments):
    """Segments x0 y0 x1 y1 of the level lines of cell-centred values (ny, nx); returns how many there are.

    Segments that do not fit are left out.
    """
    ny, nx = values.shape
    dx, dy = (xmax - xmin) / nx, (ymax - ymin) / ny
    n = 0
    for k in range(levels.size):
        for i in range(ny - 1):
            y0 = ymin + dy * (i + 0.5)
            for j in range(nx - 1):
                x0 = xmin + dx * (j + 0.5)
                a, b = values[i, j], values[i, j + 1]
                c, d = values[i + 1, j], values[i + 1, j + 1]
                n = _triangle(x0, y0, a, x0 + dx, y0, b, x0, y0 + dy, c, levels[k], segments, n)
                n = _triangle(x0 + dx, y0 + dy, d, x0 + dx, y0, b, x0, y0 + dy, c, levels[k], segments, n)
    return n
