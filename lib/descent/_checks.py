"""Checks of what a caller passes: each names the argument, its value and what is allowed."""

import math
import numbers

import numpy as np

LARGEST_GRID = 10**8                            # cells: 2 GB of results


def finite(name, value):
    """`value` as a finite float. Text, truth values, complex numbers and arrays are no numbers."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name}={value!r} must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name}={value!r} must be a finite number")
    return number


def positive(name, value):
    """`value` as a finite float above 0."""
    number = finite(name, value)
    if number <= 0:
        raise ValueError(f"{name}={value!r} must be above 0")
    return number


def whole(name, value, least, most):
    """`value` as an int in [least, most]."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else finite(name, value)
    if number != int(number) or not least <= number <= most:
        raise ValueError(f"{name}={value!r} must be a whole number from {least} to {most}")
    return int(number)


def points(name, value, dimension):
    """`value` as a float64 array (…, dimension) of finite or infinite numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)                # ragged
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name}={value!r} must be {dimension} finite numbers, or an array of such points")
    if array.ndim == 0 or array.shape[-1] != dimension:
        raise ValueError(f"{name}={value!r} has shape {array.shape}; points here have {dimension} entries")
    return array.astype(float)


def point(name, value, dimension):
    """`value` as a finite float64 array of shape (dimension,)."""
    array = points(name, value, dimension)
    if array.shape != (dimension,):
        raise ValueError(f"{name} has shape {array.shape}; it must be ({dimension},), one number for each variable")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}={value!r} must be finite")
    return array


def landscape(name, value):
    """`value` if it is a function to descend on."""
    if not (hasattr(value, "dimension") and hasattr(value, "gradient")):
        raise ValueError(f"{name}={value!r} must be a landscape: descent.landscapes.named makes one")
    return value


def grid(box, shape, dimension):
    """The bounds (xmin, xmax[, ymin, ymax]) and the shape (ny, nx) or (nx,) of a cell-centred grid."""
    bounds = point("box", box, 2 * dimension)
    for low, high in zip(bounds[::2].tolist(), bounds[1::2].tolist()):
        if not low < high:
            raise ValueError(f"box={tuple(bounds.tolist())} is empty: it must be (xmin, xmax"
                             + (", ymin, ymax" if dimension == 2 else "") + ") with each minimum below its maximum")
        if not math.isfinite(high - low):
            raise ValueError(f"box={tuple(bounds.tolist())} is too wide for floating point")
    cells = tuple(shape) if isinstance(shape, (tuple, list, np.ndarray)) and np.ndim(shape) == 1 else (shape,)
    if len(cells) != dimension:
        raise ValueError(f"shape={shape!r} must be " + ("(ny, nx)" if dimension == 2 else "(nx,)"))
    cells = tuple(whole("shape", n, 1, LARGEST_GRID) for n in cells)
    if math.prod(cells) > LARGEST_GRID:
        raise ValueError(f"shape={shape!r} has {math.prod(cells):.3g} cells; at most {LARGEST_GRID:.0e} fit in memory")
    return bounds, cells
