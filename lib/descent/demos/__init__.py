"""Live figures for notebooks and pages: ordinary ipywidgets, tied by jslink to one view."""

from ._basin_map import basin_map
from ._live import LiveFigure, view_source

__all__ = ["LiveFigure", "basin_map", "view_source"]
