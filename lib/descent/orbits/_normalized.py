"""Normalized gradient descent (Shor 1962): every step has the length that the rule gives."""

import functools

import numpy as np

from .. import _checks, maps
from ._end import advance_kernel, follow_to_end, path_advance
from ._path import array_path, follow, path_kernel


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
    return follow_to_end(f, x0, rule, n, progress, _advance(_checks.landscape("f", f)))


def _path(f):
    return normalized_path(f) if hasattr(f, "kernels") else functools.partial(array_path, _array_step(f))


def _advance(f):
    return normalized_advance(f) if hasattr(f, "kernels") else path_advance(_path(f))


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
    """The kernel advance(previous, last, alphas, first, beta) -> steps taken, as `follow_to_end` wants it."""
    return advance_kernel(maps.normalized_step(f), f.dimension)
