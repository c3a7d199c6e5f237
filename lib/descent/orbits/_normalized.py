"""Normalized gradient descent (Shor 1962): every step has the length that the rule gives."""

import dataclasses
import functools

import numpy as np

from .. import _checks, maps, steps
from .._progress import reporter
from .._vectors import vectors
from ..kernels import kernel
from ._path import array_advance, array_path, escaped, follow, outside, path_kernel

CHUNK = 100_000                                 # steps between two reports of progress
MOST_END_STEPS = 10**10


@dataclasses.dataclass(frozen=True)
class End:
    """The end of a long run.

    Attributes
    ----------
    previous, last : (d,), the last two iterates; they alternate across a valley, so each tells one half
    steps : number of steps done
    diverged_at : as in `Orbit`
    """

    previous: np.ndarray
    last: np.ndarray
    steps: int
    diverged_at: int | None


def normalized_descent(f, x0, rule, n):
    """n steps x_{k+1} = x_k - alpha_k u_k, u_k a unit vector of the normalized subdifferential at x_k.

    Josz, Implicit regularization of normalized gradient descent, Definition 3.2. The selection is fixed: the gradient
    of h is normalised, for f = phi(|h|), with sign(0) = 1; where it is zero, the first axis (`Landscape.kernels`).

    Parameters
    ----------
    f : Landscape or LinearNetwork (whose gradient is normalised)
    x0 : (d,), finite
    rule : a rule of `descent.steps`, or a positive number for a constant step
    n : number of steps, at most 1e7

    Returns
    -------
    Orbit

    Raises
    ------
    ValueError
        As `gradient_descent`.
    """
    return follow(f, x0, rule, n, _path(_checks.landscape("f", f)))


def normalized_descent_end(f, x0, rule, n, progress=None):
    """The last two iterates of `normalized_descent`, in constant memory.

    Parameters
    ----------
    f, x0, rule : as in `normalized_descent`
    n : number of steps, 1 to 1e10
    progress : True for a bar, or a function of (steps done, n)

    Returns
    -------
    End
    """
    last = _checks.point("x0", x0, _checks.landscape("f", f).dimension)
    n = _checks.whole("n", n, 1, MOST_END_STEPS)
    rule, advance, report = steps.rule(rule), _advance(f), reporter(progress, n)
    previous, done = last.copy(), 0
    while done < n:
        alphas = steps.array(rule, done, min(CHUNK, n - done))
        taken = advance(previous, last, alphas)
        done += taken
        report(done)
        if taken < len(alphas):
            return End(previous, last, done, done)
    return End(previous, last, n, n if outside(last) else None)


def _path(f):
    return normalized_path(f) if hasattr(f, "kernels") else functools.partial(array_path, _array_step(f))


def _advance(f):
    return normalized_advance(f) if hasattr(f, "kernels") else functools.partial(array_advance, _array_step(f))


def _array_step(f):
    """x - alpha grad f / |grad f| on arrays; along the first axis where the gradient is 0."""
    def step(x, alpha):
        gradient = f.gradient(x)
        length = np.linalg.norm(gradient)
        return x - alpha * (gradient / length if length > 0 else np.eye(1, len(x))[0])
    return step


@functools.cache
def normalized_path(f):
    """The kernel path(points, alphas) -> last of normalized gradient descent on a landscape."""
    return path_kernel(maps.normalized_step(f), f.dimension)


@functools.cache
def normalized_advance(f):
    """The kernel advance(previous, last, alphas) -> steps taken: moves both arrays (d,) on; stops where it escapes."""
    step, space = maps.normalized_step(f), vectors(f.dimension)
    load, store, norm2 = space.load, space.store, space.norm2

    @kernel("int32(float64[::1], float64[::1], float64[::1])")
    def advance(previous, last, alphas):
        p, q, taken = load(previous), load(last), alphas.size
        for k in range(alphas.size):
            if escaped(norm2(q)):
                taken = k
                break
            p, q = q, step(q, alphas[k])
        store(previous, p)
        store(last, q)
        return taken

    return advance
