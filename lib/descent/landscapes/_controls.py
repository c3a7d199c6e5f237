"""Controls: functions that lack one assumption of a theorem, and the quadratic that has them all."""

import sympy

from ._landscape import Landscape
from ._minima import NO_MINIMA, FiniteMinima, IntervalMinima, SubspaceMinima
from ._parameters import nonzero_vector
from ._points import floats, names

REFERENCE = "Control for Josz & Ouyang (2025), Reachability of gradient dynamics, Proposition {}"
MOST_VARIABLES = 20


def plateau():
    """max(|x| - 1, 0)^2: minima inside [-1, 1] are local maxima too, and no step moves there."""
    x = sympy.Symbol("x")
    wall = abs(x) - 1
    return Landscape(name="plateau", parameters={}, expression=sympy.Max(wall, 0) ** 2, variables=("x",),
                     minima=IntervalMinima(-1.0, 1.0), flat_minima=IntervalMinima(-1.0, 1.0), lipschitz=2.0,
                     vanishing=sympy.Max(wall, 0), kinks=(wall,), constant_where=wall,
                     latex=r"\max(|x| - 1, 0)^2", reference=REFERENCE.format("2: the target is also a local maximum"))


def oscillating():
    """x^4 (2 + sin(1/x)), 0 at 0: the global minimum is 0, and other critical points accumulate there."""
    x = sympy.Symbol("x")
    origin = FiniteMinima(floats([[0]]))
    return Landscape(name="oscillating", parameters={}, variables=("x",),
                     expression=sympy.Piecewise((x**4 * (2 + sympy.sin(1 / x)), sympy.Ne(x, 0)), (0, True)),
                     minima=origin, flat_minima=origin, kinks=(), latex=r"x^4 \left(2 + \sin(1/x)\right)",
                     reference=REFERENCE.format("2: not definable"))


def line():
    """x: the flow meets every point, and none of them is a limit."""
    return Landscape(name="line", parameters={}, expression=sympy.Symbol("x"), variables=("x",), minima=NO_MINIMA[1],
                     flat_minima=NO_MINIMA[1], stationary=floats([])[:, None], lipschitz=0.0,
                     reference=REFERENCE.format("1: the target is not critical"))


def cap():
    """-x^2 / (1 + x^2): a local maximum at 0, which no start but itself reaches."""
    x = sympy.Symbol("x")
    return Landscape(name="cap", parameters={}, expression=-x**2 / (1 + x**2), variables=("x",), minima=NO_MINIMA[1],
                     flat_minima=NO_MINIMA[1], stationary=floats([[0]]), lipschitz=2.0,
                     reference=REFERENCE.format("2: the target is a local maximum"))


def cube():
    """x^3: 0 is neither a minimum nor a maximum, and reached from one side."""
    return Landscape(name="cube", parameters={}, expression=sympy.Symbol("x") ** 3, variables=("x",),
                     minima=NO_MINIMA[1], flat_minima=NO_MINIMA[1], stationary=floats([[0]]),
                     reference=REFERENCE.format("2: a degenerate critical point"))


def quadratic(lambdas=(2.0, 1.0)):
    """1/2 sum_i lambda_i x_i^2; its minima are the origin or, with zeros among lambda_i >= 0, a subspace."""
    lambdas = nonzero_vector("lambdas", lambdas, MOST_VARIABLES)
    d, variables = len(lambdas), names(len(lambdas))
    first = next(i for i, l in enumerate(lambdas) if l != 0)
    bowl = sum(sympy.nsimplify(l, rational=True) * x**2 for l, x in zip(lambdas, sympy.symbols(variables))) / 2
    if min(lambdas) > 0:
        minima = FiniteMinima(floats([[0] * d]))
    elif min(lambdas) == 0:
        minima = SubspaceMinima(tuple(i for i, l in enumerate(lambdas) if l > 0), d)
    else:
        minima = NO_MINIMA[d]
    return Landscape(name="quadratic", parameters={"lambdas": lambdas}, expression=sympy.expand(bowl),
                     variables=variables, minima=minima, flat_minima=minima, isolation=float("inf"),
                     stationary=None if 0 in lambdas else floats([[0] * d] if min(lambdas) < 0 else []).reshape(-1, d),
                     vanishing=sympy.expand(bowl) if min(lambdas) == 0 else None,
                     rest=tuple(float(i == first) for i in range(d)), lipschitz=max(map(abs, lambdas)),
                     reference="The quadratic with eigenvalues lambda_i")
