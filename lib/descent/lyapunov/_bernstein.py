"""The sign of polynomials over a box, proved exactly: Bernstein coefficients over Q and bisection.

On a box a polynomial lies between its least and its largest Bernstein coefficient, and at a corner of the box it has
the value of the corner's coefficient (Garloff, 1986, Convergent bounds for the range of multivariate polynomials).
Only signs are asked for, so every coefficient is kept as an integer, times a positive number common to the tensor.
"""

import fractions
import functools
import itertools
import math

import numpy as np

PROVED, REFUTED, INCONCLUSIVE = "proved", "refuted", "inconclusive"
MOST_COEFFICIENTS = 100_000                     # of one polynomial: a box takes seconds beyond


def prove_negative(polynomials, box, max_depth, max_boxes, report=lambda boxes: None):
    """Are all the polynomials negative on the whole box?

    Parameters
    ----------
    polynomials : a polynomial or a list of them, each a dict {exponents: rational} or an fmpq_mpoly
    box : list of (low, high), rationals, one pair for each variable
    max_depth : int, the most bisections from the root to a box
    max_boxes : int, the most boxes looked at
    report : function of the number of boxes so far

    Returns
    -------
    verdict : "proved", "refuted" or "inconclusive"
    proof : str, tuple of Fractions, or None
        Proved: the tree of bisections in preorder, "1" for a box that is split and "0" for one on which every
        coefficient is negative. Refuted: a point of the box where one of the polynomials is not negative.
        Inconclusive: a corner of the box where the search ended, None when it did not begin.
    boxes : int, the number of boxes looked at

    Notes
    -----
    A box is split in the middle of the side that is longest in units of the root's sides, the first of equals: in
    turn. Variables that no polynomial contains are passed over. The lower half comes first, depth first.
    """
    if not isinstance(polynomials, list):
        polynomials = [polynomials]
    polynomials = [terms(p) for p in polynomials]
    if any(coefficients(p) > MOST_COEFFICIENTS for p in polynomials):
        return INCONCLUSIVE, None, 0
    axes = split_axes(polynomials, box)
    stack, tree, boxes = [([tensor(p, box) for p in polynomials], "")], [], 0
    while stack:
        tensors, path = stack.pop()
        if boxes == max_boxes:
            return INCONCLUSIVE, _point(box, axes, path, (0,) * len(box)), boxes
        boxes += 1
        report(boxes)
        for t in tensors:
            corner = _corner(t)
            if corner is not None:
                return REFUTED, _point(box, axes, path, corner), boxes
        tensors = [t for t in tensors if not (t < 0).all()]
        if not tensors:
            tree.append("0")
            continue
        if len(path) >= max_depth or not axes:
            return INCONCLUSIVE, _point(box, axes, path, (0,) * len(box)), boxes
        tree.append("1")
        low, high = zip(*(halves(t, axes[len(path) % len(axes)]) for t in tensors))
        stack += [(list(high), path + "1"), (list(low), path + "0")]
    return PROVED, "".join(tree), boxes


def enclose(polynomial, box):
    """Rationals (low, high) with low <= polynomial <= high on the box: its extreme Bernstein coefficients."""
    polynomial = terms(polynomial)
    values, scale = _scaled_tensor(polynomial, box)
    return fractions.Fraction(int(values.min()), scale), fractions.Fraction(int(values.max()), scale)


def terms(polynomial):
    """{exponents: Fraction} of a polynomial."""
    items = polynomial if isinstance(polynomial, dict) else polynomial.to_dict()
    return {tuple(int(n) for n in exponents): fractions.Fraction(int(c.numerator), int(c.denominator))
            for exponents, c in items.items()}


def degrees(polynomial, dimension):
    """The degree in each variable of {exponents: rational}."""
    return tuple(max((exponents[i] for exponents in polynomial), default=0) for i in range(dimension))


def coefficients(polynomial):
    """The number of Bernstein coefficients of {exponents: rational}."""
    dimension = len(next(iter(polynomial), ()))
    return math.prod(n + 1 for n in degrees(polynomial, dimension))


def split_axes(polynomials, box):
    """The variables that are split in turn: those that occur, on sides that are longer than 0."""
    dimension = len(box)
    highest = [degrees(p, dimension) for p in polynomials]
    return [i for i, (low, high) in enumerate(box) if low < high and any(n[i] for n in highest)]


def tensor(polynomial, box):
    """The Bernstein coefficients of {exponents: Fraction} on a box, times a positive number: an array of ints."""
    return _scaled_tensor(polynomial, box)[0]


def _scaled_tensor(polynomial, box):
    """The coefficients times `scale`, and `scale`."""
    shape = [n + 1 for n in degrees(polynomial, len(box))]
    scale = math.lcm(*(c.denominator for c in polynomial.values()))
    values = np.zeros(shape, dtype=object)
    for exponents, c in polynomial.items():
        values[exponents] = int(c * scale)
    for axis, (low, high) in enumerate(box):
        matrix, factor = _power_to_bernstein(shape[axis] - 1, fractions.Fraction(low), fractions.Fraction(high))
        values = np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis)
        scale *= factor
    return values, scale


@functools.lru_cache(256)
def _power_to_bernstein(n, low, high):
    """The matrix (k, m) of the Bernstein coefficients of t^m on [low, high], times a common denominator; and that.

    They are the values of the polar form of t^m at k times high and n - k times low.
    """
    rows = [[sum(math.comb(k, j) * math.comb(n - k, m - j) * high**j * low ** (m - j)
                 for j in range(max(0, m - n + k), min(k, m) + 1)) / fractions.Fraction(math.comb(n, m))
             for m in range(n + 1)] for k in range(n + 1)]
    scale = math.lcm(*(c.denominator for row in rows for c in row))
    return np.array([[int(c * scale) for c in row] for row in rows], dtype=object), scale


def halves(values, axis):
    """The coefficients on the lower and on the upper half along an axis, times 2^n: de Casteljau's triangle."""
    row = np.moveaxis(values, axis, 0)
    n = len(row) - 1
    low, high = np.empty_like(row), np.empty_like(row)
    for k in range(n + 1):                      # row k of the triangle, times 2^k
        low[k], high[n - k] = row[0] << (n - k), row[-1] << (n - k)
        row = row[:-1] + row[1:]
    return np.moveaxis(low, 0, axis), np.moveaxis(high, 0, axis)


def _corner(values):
    """A corner, 0 or 1 for each axis, where the polynomial is not negative; None when there is none."""
    for corner in itertools.product(*((0, 1) if n > 1 else (0,) for n in values.shape)):
        if values[tuple(-side for side in corner)] >= 0:
            return corner
    return None


def subbox(box, axes, path):
    """The box that a path of lower ("0") and upper ("1") halves leads to."""
    sides = [(fractions.Fraction(low), fractions.Fraction(high)) for low, high in box]
    for depth, half in enumerate(path):
        axis = axes[depth % len(axes)]
        low, high = sides[axis]
        middle = (low + high) / 2
        sides[axis] = (low, middle) if half == "0" else (middle, high)
    return sides


def _point(box, axes, path, corner):
    return tuple(sides[side] for sides, side in zip(subbox(box, axes, path), corner))
