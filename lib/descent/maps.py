"""One step of a method: the maps that orbits iterate."""

import functools

from ._vectors import vectors
from .kernels import kernel


@functools.cache
def gradient_step(landscape):
    """The kernel G(p, eta) -> p - eta grad f(p), on tuples of floats.

    Chen, Peng, Li & Zhao (2024), equation (1).
    """
    gradient, descend = landscape.kernels.gradient, vectors(landscape.dimension).descend

    @kernel()
    def step(p, eta):
        return descend(p, eta, gradient(p))

    return step
