"""The hyperbola: the smallest model with a curve of minima."""

import sympy

from .. import _checks
from ._curves import HyperbolaMinima
from ._landscape import Landscape
from ._minima import FiniteMinima
from ._points import floats


def hyperbola(scale=1.0):
    """scale (1 - x y)^2, with minima on x y = 1, of sharpness 2 scale (x^2 + y^2), flattest at (1, 1) and (-1, -1)."""
    scale = _checks.positive("scale", scale)
    x, y = sympy.symbols("x y")
    return Landscape(name="hyperbola", parameters={"scale": scale},
                     expression=sympy.nsimplify(scale, rational=True) * (1 - x * y) ** 2,
                     variables=("x", "y"), minima=HyperbolaMinima(),
                     flat_minima=FiniteMinima(floats([(1, 1), (-1, -1)])), stationary=floats([(0, 0)]),
                     residual=1 - x * y,
                     rest=(0.5**0.5, -(0.5**0.5)),              # the line x = -y stays one, through the saddle too
                     reference="Craciun & Ghoshdastidar, On the Stability of Gradient Descent for Large Learning Rate, "
                               "Figure 1 (scale=1) and Appendix B (scale=1/2)")
