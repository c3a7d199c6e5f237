"""Names of coordinates, and exact points as float64 arrays."""

import numpy as np


def names(dimension):
    """("x",), ("x", "y"), and ("x1", …, "xd") beyond."""
    return ("x", "y")[:dimension] if dimension <= 2 else tuple(f"x{i + 1}" for i in range(dimension))


def floats(points):
    """The array (m, d) of points whose coordinates are numbers or SymPy numbers, each rounded once."""
    return np.array([[float(coordinate) for coordinate in point] for point in points])
