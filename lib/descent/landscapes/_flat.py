"""The curves of minima of Josz (2026), Examples 4.1 to 4.4: a single residual h in the plane."""

import numpy as np
import sympy

from ._curves import CubicMinima, ParabolaMinima
from ._landscape import Landscape
from ._minima import FiniteMinima, SubspaceMinima
from ._parameters import number
from ._points import floats
from ._quadric import QuadricMinima

REFERENCE = "Josz (2026), Implicit regularization of normalized gradient descent, Example {}"


def lazy_valley():
    """y^2 + x^2 y^4: flattest at the origin, though the Hessian is the same along the valley y = 0."""
    x, y = sympy.symbols("x y")
    sign = sympy.sign(y)                        # f = h^2 with h = y sqrt(1 + x^2 y^2)
    return Landscape(name="lazy-valley", parameters={}, expression=y**2 + x**2 * y**4, variables=("x", "y"),
                     minima=SubspaceMinima((1,), 2), flat_minima=FiniteMinima(floats([(0, 0)])), vanishing=y,
                     normal=(sign * x * y**3, sign * (1 + 2 * x**2 * y**2)), reference=REFERENCE.format("4.1"))


def parabola():
    """(x^2 - y)^2, flattest at the vertex of the parabola."""
    x, y = sympy.symbols("x y")
    return Landscape(name="parabola", parameters={}, expression=(x**2 - y) ** 2, variables=("x", "y"),
                     residual=x**2 - y, minima=ParabolaMinima(), flat_minima=FiniteMinima(floats([(0, 0)])),
                     stationary=np.empty((0, 2)), reference=REFERENCE.format("4.2"))


def cubic():
    """(x^3 + y^3 - 1)^2, flattest on the diagonal; (1, 0) and (0, 1) attract as well."""
    x, y = sympy.symbols("x y")
    middle = sympy.Rational(1, 2) ** sympy.Rational(1, 3)
    return Landscape(name="cubic", parameters={}, expression=(x**3 + y**3 - 1) ** 2, variables=("x", "y"),
                     residual=x**3 + y**3 - 1, minima=CubicMinima(),
                     flat_minima=FiniteMinima(floats([(middle, middle)])), stationary=floats([(0, 0)]),
                     rest=(-1.0, 0.0),          # h < 0 at the origin, and grad h points to the first quadrant around it
                     reference=REFERENCE.format("4.3"))


def conic(a=1.0, b=2.0):
    """(a x^2 + b y^2 - 1)^2 with 0 < a < b (an ellipse) or b < 0 < a (a hyperbola), flattest at (±1/sqrt(a), 0)."""
    a, b = number("a", a), number("b", b)
    if not (0 < a < b or b < 0 < a):
        circle = ': for a circle use "circle"' if a == b > 0 else ""
        raise ValueError(f"a={a!r}, b={b!r} must satisfy 0 < a < b or b < 0 < a{circle}")
    x, y = sympy.symbols("x y")
    h = sympy.nsimplify(a, rational=True) * x**2 + sympy.nsimplify(b, rational=True) * y**2 - 1
    minima = QuadricMinima(np.array([a, b]), np.eye(2))
    return Landscape(name="conic", parameters={"a": a, "b": b}, expression=h**2, variables=("x", "y"), residual=h,
                     minima=minima, flat_minima=minima.flattest, stationary=floats([(0, 0)]),
                     rest=(0.0, 1.0),           # the line x = 0 stays one, through the stationary point too
                     reference=REFERENCE.format("4.4"))


def circle():
    """(x^2 + y^2 - 1)^2: a compact curve of minima, all equally flat."""
    x, y = sympy.symbols("x y")
    h = x**2 + y**2 - 1
    minima = QuadricMinima(np.ones(2), np.eye(2))
    return Landscape(name="circle", parameters={}, expression=h**2, variables=("x", "y"), residual=h,
                     minima=minima, flat_minima=minima.flattest, stationary=floats([(0, 0)]),
                     reference="Extension of Chen, Peng, Li & Zhao (2024) to a compact set of minima; the case a = b "
                               "between the conics of Josz (2026), Example 4.4")
