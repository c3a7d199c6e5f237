"""The four functions of Chen, Peng, Li & Zhao (2024), equations (43) to (46)."""

import sympy

from ._landscape import Landscape
from ._minima import FiniteMinima
from ._points import floats

REFERENCE = "Chen, Peng, Li & Zhao (2024), On the Unstable Convergence Regime of Gradient Descent, equation ({})"


def chen(name):
    """The landscape ``chen-f1`` … ``chen-f4``; isolation radii are those of the nearest other stationary points."""
    x, y = sympy.symbols("x y")
    m = sympy.sqrt(sympy.Rational(19, 20))
    expression, minima, isolation, equation = {
        # f1: a local minimum only, f1 is unbounded below; the nearest stationary point is (-.53135922, -.20296116)
        "chen-f1": (x**2 + y**2 + x**2 * y + x**3 + y**3, [(0, 0)], 0.5688, 43),
        "chen-f2": (x**2 + y**2 + x**2 * y + x**4 + y**4, [(0, 0)], float("inf"), 44),
        # f3: Motzkin's polynomial; both axes are stationary
        "chen-f3": (x**4 * y**2 + x**2 * y**4 - 3 * x**2 * y**2 + 1, [(1, 1), (-1, 1), (-1, -1), (1, -1)], 1.0, 45),
        "chen-f4": ((1 - x * y) ** 2 + (x**2 + y**2) / 20, [(m, m), (-m, -m)], 1.3784, 46),
    }[name]
    points = FiniteMinima(floats(minima))
    return Landscape(name=name, parameters={}, expression=expression, variables=("x", "y"), minima=points,
                     flat_minima=points, isolation=isolation, reference=REFERENCE.format(equation))
