"""Live figures as data: what is computed, by which kernels, and what is drawn. See `Figure`.

The words of a description, panels, axes, layers and styles, are functions of the module ``descent.figures.vocabulary``.
"""

from ._balance import balance
from ._basin_map import basin_map
from ._build_neighbourhood import build_neighbourhood
from ._cross_maximum import cross_maximum
from ._ellipse_map import ellipse_map
from ._figure import Figure
from ._normalized import normalized
from ._render import render
from ._rewind import rewind

__all__ = ["Figure", "balance", "basin_map", "build_neighbourhood", "cross_maximum", "ellipse_map", "normalized",
           "render", "rewind"]
