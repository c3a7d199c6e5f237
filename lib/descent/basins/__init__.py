"""Basins: where orbits end, for every start on a grid; and the neighbourhoods that no orbit leaves.

The kinds of a start are the numbers STABLE 0, UNSTABLE 1, BOUNDED 2, OTHER 3 and DIVERGED 4; KINDS are their names.
"""

from ._classify import Basins, classify, classify_starts
from ._ellipse import Ellipse, trapping_ellipse
from ._flip import flip_coefficient
from ._kinds import BOUNDED, DIVERGED, KINDS, OTHER, STABLE, UNSTABLE
from ._neighbourhood import Neighbourhood, invariant_neighbourhood
from ._openness import Openness, openness, stable_radius

__all__ = ["BOUNDED", "DIVERGED", "KINDS", "OTHER", "STABLE", "UNSTABLE", "Basins", "Ellipse", "Neighbourhood",
           "Openness", "classify", "classify_starts", "flip_coefficient", "invariant_neighbourhood", "openness",
           "stable_radius", "trapping_ellipse"]
