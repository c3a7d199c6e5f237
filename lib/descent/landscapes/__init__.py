"""Landscapes: the functions of the papers, with value, gradient, Hessian and the facts that are known of each."""

import functools

from ._landscape import Landscape
from ._minima import FiniteMinima, HyperbolaMinima

__all__ = ["FiniteMinima", "HyperbolaMinima", "Landscape", "named", "names"]


@functools.cache
def _families():
    # SymPy takes half a second to import: only who asks for a landscape waits for it
    from ._chen import chen
    from ._hyperbola import hyperbola
    return {"hyperbola": hyperbola} | {name: functools.partial(chen, name)
                                       for name in ("chen-f1", "chen-f2", "chen-f3", "chen-f4")}


def names():
    """The names that `named` knows."""
    return tuple(_families())


@functools.cache
def named(name, **parameters):
    """The landscape of that name.

    Parameters
    ----------
    name : str
        One of `names()`.
    parameters
        Those of the family: ``scale`` for "hyperbola" (default 1), none for "chen-f1" … "chen-f4".

    Raises
    ------
    ValueError
        For an unknown name or parameter, or a parameter outside its range.
    """
    families = _families()
    if name not in families:
        raise ValueError(f"name={name!r} is not a landscape; the names are {', '.join(families)}")
    try:
        return families[name](**parameters)
    except TypeError as error:
        raise ValueError(f"parameters={parameters!r} do not fit the landscape {name}: {error}") from None
