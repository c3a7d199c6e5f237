"""Gradient descent."""

import functools

from .. import _checks, maps
from ._end import advance_kernel, follow_to_end, path_advance
from ._path import array_path, follow, path_kernel


def gradient_descent(f, x0, rule, n):
    """n steps x_{k+1} = x_k - alpha_k grad f(x_k) from x0.

    Parameters
    ----------
    f : Landscape or LinearNetwork
    x0 : (d,), finite
    rule : a rule of `descent.steps`, or a positive number for a constant step
    n : number of steps, at most 1e7

    Returns
    -------
    Orbit

    Raises
    ------
    ValueError
        For what is no landscape, a start of the wrong dimension, a non-positive or non-finite step, a negative n.
    """
    return follow(f, x0, rule, n, _path(_checks.landscape("f", f)))


def gradient_descent_end(f, x0, rule, n, progress=None):
    """The last two iterates of `gradient_descent`, in constant memory.

    Parameters
    ----------
    f, x0, rule : as in `gradient_descent`
    n : number of steps, 1 to 1e10
    progress : True for a bar, or a function of (steps done, n)

    Returns
    -------
    End
    """
    return follow_to_end(f, x0, rule, n, progress, _advance(_checks.landscape("f", f)))


def _path(f):
    if hasattr(f, "kernels"):
        return gradient_path(f)
    if hasattr(f, "descent_path"):              # a network brings its own, on arrays
        return f.descent_path
    return functools.partial(array_path, lambda x, alpha: x - alpha * f.gradient(x))


def _advance(f):
    return gradient_advance(f) if hasattr(f, "kernels") else path_advance(_path(f))


@functools.cache
def gradient_path(f):
    """The kernel path(points, alphas) -> last of gradient descent on a landscape.

    Parameters
    ----------
    f : Landscape
    """
    return path_kernel(maps.gradient_step(f), f.dimension)


@functools.cache
def gradient_advance(f):
    """The kernel advance(previous, last, alphas, first, beta) -> steps taken, as `follow_to_end` wants it."""
    return advance_kernel(maps.gradient_step(f), f.dimension)
