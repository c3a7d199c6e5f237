"""Parameters of families: frozen, so that landscapes can be cached and pickled, and checked."""

import numbers

import numpy as np

from .. import _checks


def freeze(value):
    """Lists, tuples and arrays as nested tuples of Python numbers; everything else as it is."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    return tuple(freeze(entry) for entry in value) if isinstance(value, (list, tuple)) else value


def count(name, value, least, most):
    """`value` as an int in [least, most]."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or value % 1 != 0:
        raise ValueError(f"{name}={value!r} must be a whole number from {least} to {most}")
    return _checks.whole(name, value, least, most)


def number(name, value):
    """`value` as a finite float."""
    if isinstance(value, (bool, str)):
        raise ValueError(f"{name}={value!r} must be a number")
    return _checks.finite(name, value)


def vector(name, value, most):
    """`value` as a tuple of 1 to `most` finite floats."""
    if not isinstance(value, tuple) or not 1 <= len(value) <= most or any(isinstance(x, tuple) for x in value):
        raise ValueError(f"{name}={value!r} must be a list of 1 to {most} numbers")
    return tuple(number(f"{name}[{i}]", entry) for i, entry in enumerate(value))


def nonzero_vector(name, value, most):
    """`value` as a tuple of 1 to `most` finite floats, not all of them 0."""
    entries = vector(name, value, most)
    if not any(entries):
        raise ValueError(f"{name}={value!r} must have an entry other than 0")
    return entries


def matrix(name, value, most):
    """`value` as a tuple of rows of finite floats, not all of them 0; at most `most` rows and columns."""
    if not isinstance(value, tuple) or not 1 <= len(value) <= most:
        raise ValueError(f"{name}={value!r} must be a list of 1 to {most} rows")
    rows = tuple(vector(f"{name}[{i}]", row, most) for i, row in enumerate(value))
    if len({len(row) for row in rows}) > 1:
        raise ValueError(f"{name}={value!r} has rows of different lengths")
    if not any(any(row) for row in rows):
        raise ValueError(f"{name}={value!r} must have an entry other than 0")
    return rows
