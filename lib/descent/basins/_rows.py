"""Kernels that find the fates of the starts of a grid, row by row, or of a list."""

import functools

import numpy as np

from .._vectors import vectors
from ..kernels import kernel
from ._kinds import BOUNDED
from ._lockstep import lockstep

LONGEST_PERIOD = 64
PERIOD_TOLERANCE2 = 1e-7**2                     # of the excursion, and of the distance from the origin


@functools.cache
def centre(dimension):
    """The kernel centre((xmin, xmax, ymin, ymax, ny), nx, i, j) -> the point in the middle of cell (i, j)."""
    if dimension == 1:
        @kernel()
        def centre(grid, nx, i, j):
            xmin, xmax, _, _, _ = grid
            return (xmin + (xmax - xmin) * (j + 0.5) / nx,)
    else:
        @kernel()
        def centre(grid, nx, i, j):
            xmin, xmax, ymin, ymax, ny = grid
            return xmin + (xmax - xmin) * (j + 0.5) / nx, ymin + (ymax - ymin) * (i + 0.5) / ny
    return centre


@functools.cache
def _recorder(f):
    """The kernel that writes all about a start into (kind, steps, rises, limit, period), arrays of rows.

    ``period`` is written where an orbit is bounded alone: it must hold zeros.
    """
    gradient, space = f.kernels.gradient, vectors(f.dimension)
    descend, norm2, distance2 = space.descend, space.norm2, space.distance2

    @kernel()
    def period_of(p, eta):
        q, excursion2 = p, 0.0
        for k in range(1, LONGEST_PERIOD + 1):
            q = descend(q, eta, gradient(q))
            gap2 = distance2(p, q)
            # back where it was, after having been away: an orbit that creeps is never far
            if gap2 <= PERIOD_TOLERANCE2 * (1.0 + norm2(p)) and gap2 <= PERIOD_TOLERANCE2 * excursion2:
                return k
            excursion2 = max(excursion2, gap2)
        return 0

    @kernel()
    def record(out, cell, fate, age, risen, minimum, p, eta):
        kind, steps, rises, limit, period = out
        i = np.uintp(cell)                      # by rows: the cells of row 0, and beyond its end those of the next
        kind[0, i], steps[0, i], rises[0, i], limit[0, i] = fate, age, risen, minimum
        if fate == BOUNDED:
            period[0, i] = period_of(p, eta)

    return record


@functools.cache
def rows(f, proved):
    """The kernel that classifies rows first, first + 1, … of a grid of ny rows, with the period of bounded orbits.

    ``neighbourhoods`` (m, d + 2): those of `fate`, in which a start is stopped; none unless ``proved``. ``period``
    holds zeros.
    """
    run = lockstep(f, centre(f.dimension), _recorder(f), proved)

    @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1], int32, int8[:, ::1], "
            "int32[:, ::1], int32[:, ::1], int8[:, ::1], int32[:, ::1])")
    def classify_rows(xmin, xmax, ymin, ymax, ny, first, eta, neighbourhoods, max_steps, kind, steps, rises, limit,
                      period):
        run((xmin, xmax, ymin, ymax, ny), first, kind.shape[0], kind.shape[1], eta, neighbourhoods, max_steps,
            (kind, steps, rises, limit, period))

    return classify_rows


@functools.cache
def listed(f, proved):
    """The same for a list of starts, points (n, d); the results are arrays (1, n)."""
    load = vectors(f.dimension).load

    @kernel()
    def start(points, nx, i, j):
        return load(points[j])

    run = lockstep(f, start, _recorder(f), proved)

    @kernel("void(float64[:, ::1], float64, float64[:, ::1], int32, int8[:, ::1], int32[:, ::1], int32[:, ::1], "
            "int8[:, ::1], int32[:, ::1])")
    def classify_listed(points, eta, neighbourhoods, max_steps, kind, steps, rises, limit, period):
        run(points, 0, 1, points.shape[0], eta, neighbourhoods, max_steps, (kind, steps, rises, limit, period))

    return classify_listed


@functools.cache
def kind_rows(f):
    """The kernel of the live maps: kinds alone, each start stopped where its stable convergence is proved.

    ``neighbourhoods`` (m, d + 2): minimum, radius^2 and level of an invariant neighbourhood.
    """
    @kernel()
    def record(kinds, cell, fate, age, risen, minimum, p, eta):
        kinds[0, np.uintp(cell)] = fate

    run = lockstep(f, centre(f.dimension), record, True)

    @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1], int32, int8[:, ::1])")
    def kind_rows(xmin, xmax, ymin, ymax, ny, first, eta, neighbourhoods, max_steps, kind):
        run((xmin, xmax, ymin, ymax, ny), first, kind.shape[0], kind.shape[1], eta, neighbourhoods, max_steps, kind)

    return kind_rows
