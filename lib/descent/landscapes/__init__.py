"""Landscapes: the functions of the papers, with value, gradient, Hessian and the facts that are known of each."""

import functools

from .. import _lazy
from ._landscape import Landscape
from ._minima import FiniteMinima
from ._tokens import FormulaError

__all__ = ["FiniteMinima", "FormulaError", "HyperbolaMinima", "Landscape", "from_formula", "named", "names"]
__getattr__, __dir__ = _lazy.names(__name__, {"from_formula": "_formula", "HyperbolaMinima": "_curves"})


@functools.cache
def _families():
    # SymPy takes half a second to import: only who asks for a landscape waits for it
    from . import _bilinear, _chen, _controls, _flat, _hyperbola, _product, _wells
    chen = {name: functools.partial(_chen.chen, name) for name in ("chen-f1", "chen-f2", "chen-f3", "chen-f4")}
    return {"hyperbola": _hyperbola.hyperbola, **chen,
            "two-wells": _wells.two_wells, "two-wells-1d": _wells.two_wells_1d,
            "curved-saddle": _wells.curved_saddle, "plateau": _controls.plateau,
            "oscillating": _controls.oscillating, "line": _controls.line, "cap": _controls.cap,
            "cube": _controls.cube, "quadratic": _controls.quadratic, "product": _product.product,
            "lazy-valley": _flat.lazy_valley, "parabola": _flat.parabola, "cubic": _flat.cubic, "conic": _flat.conic,
            "circle": _flat.circle, "bilinear": _bilinear.bilinear, "l1-product": _bilinear.l1_product,
            "rank-one-l1": _bilinear.rank_one_l1}


def names():
    """The names that `named` knows."""
    return tuple(_families())


def named(name, **parameters):
    """The landscape of that name; the same object for the same name and parameters.

    Parameters
    ----------
    name : str
        One of `names()`.
    parameters
        Those of the family: ``scale`` for "hyperbola" (default 1), ``lambdas`` for "quadratic", ``n`` for "product"
        (2 to 20), ``a`` and ``b`` for "conic", ``A`` for "bilinear", ``u`` and ``v`` for "rank-one-l1"; none for the
        others. Lists, tuples and arrays are taken.

    Raises
    ------
    ValueError
        For an unknown name or parameter, or a parameter outside its range.
    """
    from ._parameters import freeze
    families = _families()
    if not isinstance(name, str) or name not in families:
        raise ValueError(f"name={name!r} is not a landscape; the names are {', '.join(families)}")
    frozen = {key: freeze(value) for key, value in parameters.items()}
    written = name, repr(sorted(frozen.items()))
    if written not in _made:
        try:
            made = families[name](**frozen)
        except TypeError as error:
            raise ValueError(f"parameters={parameters!r} do not fit the landscape {name}: {error}") from None
        # however its parameters were written, there is one landscape: its kernels are compiled once
        _made[written] = _made.setdefault((name, repr(sorted(made.parameters.items()))), made)
    return _made[written]


_made = {}
