"""The end of a long run, in constant memory: what gradient descent and normalized descent share."""

import dataclasses

import numpy as np

from .. import _checks, steps
from .._progress import reporter
from .._vectors import vectors
from ..kernels import kernel
from ._path import escaped, outside

CHUNK = 100_000                                 # steps between two reports of progress
MOST_END_STEPS = 10**10
BLOCK = 1000                                    # points that are kept at a time where only a path is known


@dataclasses.dataclass(frozen=True)
class End:
    """The end of a long run.

    Attributes
    ----------
    previous, last : (d,), the last two iterates; across a valley they alternate, so each tells one half
    steps : number of steps done
    diverged_at : as in `Orbit`
    """

    previous: np.ndarray
    last: np.ndarray
    steps: int
    diverged_at: int | None


def follow_to_end(f, x0, rule, n, progress, advance):
    """The End after n steps by advance(previous, last, alphas, first, beta), from unchecked x0, rule, n, progress.

    `advance` moves both points (d,) on with the steps alphas[i] / (first + i + 1)^beta, i = 0, 1, …; it stops where
    the orbit escapes, and returns the number of steps taken.
    """
    last = _checks.point("x0", x0, f.dimension)
    n = _checks.whole("n", n, 1, MOST_END_STEPS)
    rule, report = steps.rule(rule), reporter(progress, n)
    previous, done = last.copy(), 0
    while done < n:
        alphas, beta = steps.undivided(rule, done, min(CHUNK, n - done))
        taken = advance(previous, last, alphas, float(done), beta)
        done += taken
        report(done)
        if taken < len(alphas):
            return End(previous, last, done, done)
    return End(previous, last, n, n if outside(last) else None)


def advance_kernel(step, dimension):
    """The kernel `advance` of a map step(p, alpha) on tuples.

    The step size does not depend on the point: a processor computes the power while it waits for the step before.
    """
    space = vectors(dimension)
    load, store, norm2, divided = space.load, space.store, space.norm2, steps.divided_by_power

    @kernel("int32(float64[::1], float64[::1], float64[::1], float64, float64)")
    def advance(previous, last, alphas, first, beta):
        p, q, taken = load(previous), load(last), alphas.size
        for k in range(alphas.size):
            if escaped(norm2(q)):
                taken = k
                break
            p, q = q, step(q, divided(alphas[k], first + k, beta))
        store(previous, p)
        store(last, q)
        return taken

    return advance


def path_advance(path):
    """`advance` by path(points, alphas) -> last, which fills points (m+1, d) from points[0]."""
    def advance(previous, last, alphas, first, beta):
        steps.divide_by_powers(alphas, first, beta)
        points = np.empty((min(BLOCK, len(alphas)) + 1, len(last)))
        for start in range(0, len(alphas), BLOCK):
            block = alphas[start:start + BLOCK]
            points[0] = last
            taken = path(points[:len(block) + 1], block)
            if taken > 0:
                previous[:], last[:] = points[taken - 1], points[taken]
            if taken < len(block):
                return start + taken
        return len(alphas)

    return advance
