"""One step of a method: the maps that orbits iterate."""

import functools

from ._vectors import vectors
from .kernels import kernel


@functools.cache
def gradient_step(landscape):
    """The kernel G(p, eta) -> p - eta grad f(p), on tuples of floats.

    Chen, Peng, Li & Zhao (2024), equation (1).

    Parameters
    ----------
    landscape : Landscape
    """
    gradient, descend = landscape.kernels.gradient, vectors(landscape.dimension).descend

    @kernel()
    def step(p, eta):
        return descend(p, eta, gradient(p))

    return step


@functools.cache
def normalized_step(landscape):
    """The kernel N(p, alpha) -> p - alpha u, u the unit direction of the landscape at p.

    Josz, Implicit regularization of normalized gradient descent, Definition 3.2.

    Parameters
    ----------
    landscape : Landscape
    """
    direction, descend = landscape.kernels.direction, vectors(landscape.dimension).descend

    @kernel()
    def step(p, alpha):
        return descend(p, alpha, direction(p))

    return step
