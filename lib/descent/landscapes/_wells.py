"""The functions of the reachability part: two wells of different sharpness, and a curved saddle."""

import sympy
from sympy import Rational

from ._landscape import Landscape
from ._minima import NO_MINIMA, FiniteMinima
from ._points import floats

REFERENCE = "Test function for Josz & Ouyang (2025), Reachability of gradient dynamics: {}"

# Zeros of the gradient to 20 digits
SHARP, FLAT = (0.99474325680844324370, 0.49379727536260865267), (-1.1378330860829611230, 0.00022049282957606196793)
SADDLE = (0.39804539888056998674, 0.15885046652902947387)
SHARP_1D, FLAT_1D, TOP_1D = 1.9966359207952025542, -1.9596769304445118838, 0.96429920090037574174
LIPSCHITZ_1D = 32.020867111510203616            # the largest |w1''|, at 2.0000028


def two_wells():
    """W: a sharp minimum, a flat one and the saddle between them."""
    x, y = sympy.symbols("x y")
    wide = 1 / (1 + (x + Rational(6, 5)) ** 2 + 2 * y**2)
    narrow = 1 / (1 + 20 * (x - 1) ** 2 + 8 * (y - Rational(1, 2)) ** 2)
    return Landscape(name="two-wells", parameters={}, expression=x**2 / 20 + y**2 / 20 - wide - narrow,
                     variables=("x", "y"), minima=FiniteMinima(floats([SHARP, FLAT])),
                     flat_minima=FiniteMinima(floats([FLAT])), stationary=floats([SADDLE]), isolation=0.684,
                     lipschitz=40.12,           # a grid maximum with a margin; .1 + 4 + 40 is the bound by hand
                     latex=r"\frac{x^2 + y^2}{20} - \frac{1}{1 + (x + 6/5)^2 + 2 y^2}"
                           r" - \frac{1}{1 + 20 (x - 1)^2 + 8 (y - 1/2)^2}",
                     reference=REFERENCE.format("semialgebraic, with a Lipschitz gradient"))


def two_wells_1d():
    """w1: a flat and a sharp minimum on the line, a local maximum between them."""
    x = sympy.Symbol("x")
    wide, narrow = 1 / (1 + (x + 2) ** 2), 1 / (1 + 16 * (x - 2) ** 2)
    return Landscape(name="two-wells-1d", parameters={}, expression=x**2 / 50 - wide - narrow, variables=("x",),
                     minima=FiniteMinima(floats([[FLAT_1D], [SHARP_1D]])),
                     flat_minima=FiniteMinima(floats([[FLAT_1D]])),
                     stationary=floats([[TOP_1D]]), isolation=1.032,
                     lipschitz=LIPSCHITZ_1D,
                     latex=r"\frac{x^2}{50} - \frac{1}{1 + (x + 2)^2} - \frac{1}{1 + 16 (x - 2)^2}",
                     reference=REFERENCE.format("one variable, with a Lipschitz gradient"))


def curved_saddle():
    """S: a saddle at the origin, whose stable curve y = x^2 / (2 (3 - alpha)) + … depends on the step."""
    x, y = sympy.symbols("x y")
    return Landscape(name="curved-saddle", parameters={}, expression=x**2 / 2 - y**2 / 2 + x**2 * y / 2,
                     variables=("x", "y"), minima=NO_MINIMA[2], flat_minima=NO_MINIMA[2],
                     stationary=floats([(0, 0)]), reference=REFERENCE.format("a saddle without symmetry"))
