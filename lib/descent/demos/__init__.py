"""Live figures for notebooks and pages: ordinary ipywidgets, tied by jslink to one view."""

from ._balance import balance
from ._basin_map import basin_map
from ._build_neighbourhood import build_neighbourhood
from ._cross_maximum import cross_maximum
from ._ellipse_map import ellipse_map
from ._live import LiveFigure, view_source
from ._normalized import normalized
from ._rewind import rewind

__all__ = ["LiveFigure", "balance", "basin_map", "build_neighbourhood", "cross_maximum", "ellipse_map",
           "normalized", "rewind", "view_source"]
