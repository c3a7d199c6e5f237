"""Checks of what a caller passes: each names the argument, its value and what is allowed."""

import math

import numpy as np

LARGEST_GRID = 10**8                            # cells: 0.5 GB of kinds and step counts


def positive(name, value):
    """`value` as a finite float above 0."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name}={value!r} must be above 0")
    return number


def finite(name, value):
    """`value` as a finite float."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}={value!r} must be a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} must be a finite number")
    return number


def whole(name, value, least, most):
    """`value` as an int in [least, most]."""
    if isinstance(value, bool) or int(value) != value or not least <= value <= most:
        raise ValueError(f"{name}={value!r} must be a whole number from {least} to {most}")
    return int(value)


def point(name, value, dimension):
    """`value` as a finite float64 array of shape (dimension,)."""
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}={value!r} must be {dimension} numbers") from None
    if array.shape != (dimension,):
        raise ValueError(f"{name} has shape {array.shape}; it must be ({dimension},), one number for each variable")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}={value!r} must be finite")
    return array


def grid(box, shape, dimension):
    """The bounds (xmin, xmax[, ymin, ymax]) and the shape (ny, nx) or (nx,) of a cell-centred grid."""
    bounds = point("box", box, 2 * dimension)
    for low, high in zip(bounds[::2], bounds[1::2]):
        if not low < high:
            raise ValueError(f"box={tuple(bounds.tolist())} is empty: it must be (xmin, xmax"
                             + (", ymin, ymax" if dimension == 2 else "") + ") with each minimum below its maximum")
    cells = (shape,) if np.isscalar(shape) else tuple(shape)
    if len(cells) != dimension:
        raise ValueError(f"shape={shape!r} must be " + ("(ny, nx)" if dimension == 2 else "(nx,)"))
    cells = tuple(whole("shape", n, 1, LARGEST_GRID) for n in cells)
    if math.prod(cells) > LARGEST_GRID:
        raise ValueError(f"shape={shape!r} has {math.prod(cells):.3g} cells; at most {LARGEST_GRID:.0e} fit in memory")
    return bounds, cells
