"""The fate of every start on a grid."""

import concurrent.futures
import dataclasses
import functools
import os

import numpy as np

from .. import _checks
from .._progress import reporter
from .._vectors import vectors
from ..kernels import kernel
from ._kinds import BOUNDED, KINDS
from ._lockstep import LONGEST_PERIOD, lockstep
from ._neighbourhood import neighbourhoods

PERIOD_TOLERANCE2 = 1e-7**2                     # of the excursion, and of the distance from the origin
MOST_STEPS = 2**31 - 2
MIDDLE = 0.5                                    # w of Theorem 2
BANDS = 64                                      # pieces of work: enough for a cluster, large enough for a process


@dataclasses.dataclass(frozen=True)
class Basins:
    """What becomes of each start on a cell-centred grid, x_j = xmin + (xmax - xmin) (j + 1/2) / nx.

    Attributes
    ----------
    kind : (ny, nx) int8 (1-D: (nx,)), one of STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED
    steps : int32 of the same shape, steps until the kind was decided
    rises : int32 of the same shape, steps at which the loss did not fall (while |grad f| > 1e-6)
    limit : int8 of the same shape, index of the minimum reached (0 for a set of minima), -1 if none
    period : int32 of the same shape, period up to 64 of a bounded orbit, 0 if none was found
    box, shape : as given
    """

    kind: np.ndarray
    steps: np.ndarray
    rises: np.ndarray
    limit: np.ndarray
    period: np.ndarray
    box: tuple
    shape: tuple

    def fraction(self, kind):
        """Fraction of the starts of that kind, 0 to 1; `kind` is one of the five constants."""
        _checks.whole("kind", kind, 0, len(KINDS) - 1)
        return float(np.mean(self.kind == kind))


def classify(f, eta, box, shape, max_steps=20000, executor=None, progress=None, proved=False):
    """Where gradient descent with step eta goes from every start on a grid.

    Stable: converges to a minimum of f, the loss falls at every step (Chen, Peng, Li & Zhao 2024, equation (30) with
    its inequality turned round); unstable: converges, the loss rises somewhere.

    The rules, in this order at each step. Converged: |grad f| < 1e-8 within 1e-4 of a listed minimum; for a set of
    minima {h = 0}, |h| < 1e-9. Another stationary point: |grad f| < 1e-10. Diverged: |x|^2 >= 1e8 or not finite.
    Bounded: ``max_steps`` are done.

    Parameters
    ----------
    f : Landscape of one or two variables with known minima
    eta : step size, above 0
    box : (xmin, xmax, ymin, ymax); one variable: (xmin, xmax)
    shape : (ny, nx); one variable: (nx,)
    max_steps : orbits that have not ended by then are bounded
    executor : concurrent.futures.Executor that runs bands of rows (a Dask client's ``get_executor()`` is one); default:
        a thread for each processor
    progress : True for a bar, or a function of (bands done, bands)
    proved : stop a start as soon as it is in the invariant neighbourhood of a minimum (Theorem 2 of the same paper, see
        `invariant_neighbourhood`), where stable convergence is proved; `steps` counts to there. The neighbourhoods
        are found in floating point, with a margin of 1 %. For functions of two variables with isolated minima.

    Returns
    -------
    Basins

    Raises
    ------
    ValueError
        For a step that is not positive and finite, an empty box, a grid of more than 1e8 cells, ``proved`` where no
        neighbourhood is known.
    """
    eta = _checks.positive("eta", eta)
    max_steps = _checks.whole("max_steps", max_steps, 1, MOST_STEPS)
    if _checks.landscape("f", f).dimension not in (1, 2):
        raise ValueError(f"f={f.name} has {f.dimension} variables; maps are for one or two")
    if f.minima is None:
        raise ValueError(f"f={f.name} has no known minima: without them no start can be said to converge")
    if proved and (f.dimension != 2 or f.minima.points is None):
        raise ValueError(f"proved={proved!r} must be False for f={f.name}: it needs two variables and isolated minima")
    bounds, cells = _checks.grid(box, shape, f.dimension)
    regions = np.empty((len(f.minima.points) if proved else 0, f.dimension + 2))
    if proved:
        neighbourhoods(f)(eta, MIDDLE, regions)
    ny, nx = cells if f.dimension == 2 else (1, *cells)
    edges = np.linspace(0, ny, min(ny, BANDS) + 1).astype(int).tolist()
    work = [(f, eta, np.resize(bounds, 4).tolist(), ny, nx, first, last, regions, max_steps)
            for first, last in zip(edges[:-1], edges[1:])]
    if executor is None:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            bands = _gather(pool, work, progress)
    else:
        bands = _gather(executor, work, progress)
    results = (np.concatenate(part).reshape(cells) for part in zip(*bands))
    return Basins(*results, box=tuple(bounds.tolist()), shape=cells)


def _gather(executor, work, progress):
    """The bands in order; what has not begun is cancelled when one fails or the reader stops it."""
    report = reporter(progress, len(work))
    futures = [executor.submit(_band, *arguments) for arguments in work]
    bands = []
    try:
        for future in futures:
            bands.append(future.result())
            report(len(bands))
    finally:
        for future in futures[len(bands):]:
            future.cancel()
    return bands


def _band(f, eta, box, ny, nx, first, last, regions, max_steps):
    """Rows first … last - 1 of the grid: kind, steps, rises, limit, period."""
    kind, limit = np.empty((last - first, nx), np.int8), np.empty((last - first, nx), np.int8)
    steps, rises, period = (np.empty((last - first, nx), np.int32) for _ in range(3))
    rows(f)(*box, ny, first, eta, regions, max_steps, kind, steps, rises, limit, period)
    return kind, steps, rises, limit, period


@functools.cache
def centre(dimension):
    """The kernel centre(xmin, xmax, ymin, ymax, ny, nx, i, j) -> the point in the middle of cell (i, j)."""
    if dimension == 1:
        @kernel()
        def centre(xmin, xmax, ymin, ymax, ny, nx, i, j):
            return (xmin + (xmax - xmin) * (j + 0.5) / nx,)
    else:
        @kernel()
        def centre(xmin, xmax, ymin, ymax, ny, nx, i, j):
            return xmin + (xmax - xmin) * (j + 0.5) / nx, ymin + (ymax - ymin) * (i + 0.5) / ny
    return centre


@functools.cache
def rows(f):
    """The kernel that classifies rows first, first + 1, … of a grid of ny rows, with the period of bounded orbits.

    ``neighbourhoods`` (m, d + 2): those of `fate`, in which a start is stopped.
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
    def record(out, cell, what, k, risen, m, last, eta):
        kind, steps, rises, limit, period = out
        kind[0, cell], steps[0, cell], rises[0, cell], limit[0, cell] = what, k, risen, m
        period[0, cell] = period_of(last, eta) if what == BOUNDED else 0

    run = lockstep(f, centre(f.dimension), record)

    @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1], int32, int8[:, ::1], "
            "int32[:, ::1], int32[:, ::1], int8[:, ::1], int32[:, ::1])")
    def classify_rows(xmin, xmax, ymin, ymax, ny, first, eta, neighbourhoods, max_steps, kind, steps, rises, limit,
                      period):
        run(xmin, xmax, ymin, ymax, ny, kind.shape[1], first, kind.shape[0], eta, neighbourhoods, max_steps,
            (kind, steps, rises, limit, period))

    return classify_rows


@functools.cache
def kind_rows(f):
    """The kernel of the live maps: kinds alone, each start stopped where its stable convergence is proved.

    ``neighbourhoods`` (m, d + 2): minimum, radius^2 and level of an invariant neighbourhood.
    """
    @kernel()
    def record(kinds, cell, kind, steps, rises, limit, last, eta):
        kinds[0, cell] = kind

    run = lockstep(f, centre(f.dimension), record)

    @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1], int32, int8[:, ::1])")
    def kind_rows(xmin, xmax, ymin, ymax, ny, first, eta, neighbourhoods, max_steps, kind):
        run(xmin, xmax, ymin, ymax, ny, kind.shape[1], first, kind.shape[0], eta, neighbourhoods, max_steps,
            kind)

    return kind_rows
