"""Basins: where orbits end, for every start on a grid; and the neighbourhoods that no orbit leaves.

The kinds of a start are the numbers STABLE 0, UNSTABLE 1, BOUNDED 2, OTHER 3 and DIVERGED 4; KINDS are their names.
"""

from ._classify import Basins, classify
from ._ellipse import Ellipse, trapping_ellipse
from ._kinds import BOUNDED, DIVERGED, KINDS, OTHER, STABLE, UNSTABLE
from ._neighbourhood import Neighbourhood, invariant_neighbourhood

__all__ = ["BOUNDED", "DIVERGED", "KINDS", "OTHER", "STABLE", "UNSTABLE", "Basins", "Ellipse", "Neighbourhood",
           "classify", "invariant_neighbourhood", "trapping_ellipse"]
