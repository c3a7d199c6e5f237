"""The fate of every start on a grid, or of a list."""

import concurrent.futures
import contextlib
import dataclasses
import os

import numpy as np

from .. import _checks
from .._progress import reporter
from ._kinds import KINDS
from ._neighbourhood import regions
from ._rows import listed, rows

MOST_STEPS = 2**31 - 2
MOST_STARTS = 10**8
MOST_MINIMA = 127                               # an int8 tells which
PROCESSORS = os.cpu_count() or 1
PIECES = 64                                     # of work at most: enough for a cluster, and for a bar
STEPS, STARTS = 2**31, 2**10                    # of a piece, if there are enough: steps on threads, starts elsewhere


@dataclasses.dataclass(frozen=True)
class Basins:
    """What becomes of each start on a cell-centred grid, x_j = xmin + (xmax - xmin) (j + 1/2) / nx, or of a list.

    Attributes
    ----------
    kind : (ny, nx) int8 (1-D: (nx,)), one of STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED
    steps : int32 of the same shape, steps until the kind was decided
    rises : int32 of the same shape, steps at which the loss did not fall (while |grad f| > 1e-6)
    limit : int8 of the same shape, index of the minimum reached (0 for a set of minima), -1 if none
    period : int32 of the same shape, period up to 64 of a bounded orbit, 0 if none was found
    box, shape : as given; of a list of starts: None, (n,)
    """

    kind: np.ndarray
    steps: np.ndarray
    rises: np.ndarray
    limit: np.ndarray
    period: np.ndarray
    box: tuple | None
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

    Rounding: whether the loss falls is asked in floating point, while |grad f| > 1e-6. Beyond 0.99 of the largest step,
    or with a large constant in f, a true fall may be below the rounding of f, and a stable start be called unstable.
    With ``proved`` the question is not asked where the answer is known.

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
    eta, max_steps, stops = _checked(f, eta, max_steps, proved)
    if f.dimension not in (1, 2):
        raise ValueError(f"f={f.name} has {f.dimension} variables; maps are for one or two")
    bounds, cells = _checks.grid(box, shape, f.dimension)
    ny, nx = cells if f.dimension == 2 else (1, *cells)
    tables = _tables(ny, nx)
    _run(executor, progress, _band, ny, ny * nx, max_steps, lambda first, last: (
        [table[first:last] for table in tables], f, eta, np.resize(bounds, 4).tolist(), ny, first, stops, max_steps))
    return Basins(*(table.reshape(cells) for table in tables), box=tuple(bounds.tolist()), shape=cells)


def classify_starts(f, eta, starts, max_steps=20000, executor=None, progress=None, proved=False):
    """Where gradient descent with step eta goes from each start of a list, such as a random sample.

    Parameters
    ----------
    f : Landscape with known minima
    starts : (n, d), finite
    eta, max_steps, executor, progress, proved : as for `classify`, whose rules these are

    Returns
    -------
    Basins
        Its arrays are (n,), ``box`` is None.

    Raises
    ------
    ValueError
        As `classify`, and for starts that are not finite points of f's variables.
    """
    eta, max_steps, stops = _checked(f, eta, max_steps, proved)
    starts = _checks.points("starts", starts, f.dimension)
    if starts.ndim != 2 or not 1 <= len(starts) <= MOST_STARTS or not np.isfinite(starts).all():
        raise ValueError(f"starts: an array of shape {starts.shape} must be finite, (n, {f.dimension}), n at most 1e8")
    tables = _tables(1, len(starts))
    _run(executor, progress, _part, len(starts), len(starts), max_steps, lambda first, last: (
        [table[:, first:last] for table in tables], f, eta, starts[first:last], stops, max_steps))
    return Basins(*(table[0] for table in tables), box=None, shape=(len(starts),))


def _checked(f, eta, max_steps, proved):
    """The step, the cap, and the neighbourhoods (m, d + 2) in which a start is stopped."""
    eta = _checks.positive("eta", eta)
    max_steps = _checks.whole("max_steps", max_steps, 1, MOST_STEPS)
    if _checks.landscape("f", f).minima is None:
        raise ValueError(f"f={f.name} has no known minima: without them no start can be said to converge")
    if f.minima.points is not None and len(f.minima.points) > MOST_MINIMA:
        raise ValueError(f"f={f.name} has {len(f.minima.points)} listed minima; maps tell at most {MOST_MINIMA} apart")
    if not isinstance(proved, (bool, np.bool_)):
        raise ValueError(f"proved={proved!r} must be True or False")
    if not hasattr(f, "kernels"):
        raise ValueError(f"f={f.name} must be a Landscape: maps of a network are not compiled")
    if not proved:
        return eta, max_steps, np.empty((0, f.dimension + 2))
    if f.dimension != 2 or f.minima.points is None:
        raise ValueError(f"proved={proved!r} must be False for f={f.name}: it needs two variables and isolated minima")
    return eta, max_steps, regions(f, eta)


def _run(executor, progress, fill, rows, starts, max_steps, arguments):
    """fill(tables, …) for the pieces of range(rows); arguments(first, last) are its tables, to fill, and the rest.

    A piece on a thread is a few seconds at most, so that a reader can stop it, and few pieces cost the least.
    """
    threads = concurrent.futures.ThreadPoolExecutor
    here = executor is None or isinstance(executor, threads)            # they write into our tables
    pieces = min(rows, PIECES, max(4 * PROCESSORS, starts * max_steps // STEPS if here else starts // STARTS))
    edges = np.linspace(0, rows, pieces + 1).astype(int).tolist()
    work = [arguments(first, last) for first, last in zip(edges[:-1], edges[1:])]
    report = reporter(progress, len(work))
    with threads(PROCESSORS) if executor is None else contextlib.nullcontext(executor) as pool:
        futures = [pool.submit(fill, tables, *rest) if here else
                   pool.submit(_elsewhere, fill, tables[0].shape, *rest) for tables, *rest in work]
        try:
            for done, (future, (tables, *_)) in enumerate(zip(futures, work), 1):
                found = future.result()
                if not here:
                    for table, part in zip(tables, found):
                        table[...] = part
                report(done)
        finally:                                # what has not begun is cancelled when one fails or the reader stops it
            for future in futures:
                future.cancel()


def _elsewhere(fill, shape, *arguments):
    """The tables of a piece, made where the executor works: they travel one way alone."""
    tables = _tables(*shape)
    fill(tables, *arguments)
    return tables


def _band(tables, f, eta, box, ny, first, stops, max_steps):
    """Rows first, first + 1, … of the grid: kind, steps, rises, limit, period."""
    rows(f, len(stops) > 0)(*box, ny, first, eta, stops, max_steps, *tables)


def _part(tables, f, eta, starts, stops, max_steps):
    """The same for a list of starts, as tables of one row."""
    listed(f, len(stops) > 0)(np.ascontiguousarray(starts), eta, stops, max_steps, *tables)


def _tables(ny, nx):
    """kind, steps, rises, limit and, with zeros, period. In pairs: larger arrays come in larger pages of memory."""
    kind, limit = np.empty((2, ny, nx), np.int8)
    steps, rises = np.empty((2, ny, nx), np.int32)
    return kind, steps, rises, limit, np.zeros((ny, nx), np.int32)
