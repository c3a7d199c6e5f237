"""Kernels from program texts, for tests with many that differ in a word."""

from descent.kernels import kernel


def program(text, signature="float64(float64)", **scope):
    """The kernel k that a text defines; `scope` holds what it takes from outside."""
    exec(text, scope)
    return kernel(signature)(scope["k"])
