"""Gradient descent."""

import functools

from .. import _checks, maps
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


def _path(f):
    if hasattr(f, "kernels"):
        return gradient_path(f)
    if hasattr(f, "descent_path"):              # a network brings its own, on arrays
        return f.descent_path
    return functools.partial(array_path, lambda x, alpha: x - alpha * f.gradient(x))


@functools.cache
def gradient_path(f):
    """The kernel path(points, alphas) -> last of gradient descent on a landscape.

    Parameters
    ----------
    f : Landscape
    """
    return path_kernel(maps.gradient_step(f), f.dimension)
