"""Orbits: iterate a map, keep the path or its end; and the flow that small steps follow.

An orbit is said to diverge where |x|^2 reaches `ESCAPE_RADIUS2`.
"""

from ._end import End
from ._flow import Flow, gradient_flow
from ._gradient import gradient_descent, gradient_descent_end, gradient_path
from ._normalized import normalized_descent, normalized_descent_end
from ._path import ESCAPE_RADIUS2, Orbit, escaped

__all__ = ["ESCAPE_RADIUS2", "End", "Flow", "Orbit", "escaped", "gradient_descent", "gradient_descent_end",
           "gradient_flow", "gradient_path", "normalized_descent", "normalized_descent_end"]
