"""Live figures as data: what is computed, by which kernels, and what is drawn. See `Figure`."""

from ._basin_map import basin_map
from ._figure import Figure
from ._render import render

__all__ = ["Figure", "basin_map", "render"]
