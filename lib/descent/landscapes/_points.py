"""Exact points as float64 arrays."""

import numpy as np


def floats(points):
    """The array (m, d) of points whose coordinates are numbers or SymPy numbers, each rounded once."""
    return np.array([[float(coordinate) for coordinate in point] for point in points])
