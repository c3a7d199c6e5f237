"""Polynomials in three variables on a box, by Bernstein coefficients that are float64 intervals.

They bound the polynomial on the box, and those at the corners are its values there. An array c (2, …) holds the low and
the high bounds, from the entry `start` on those of a tensor of shape `lengths` = (nx, ny, nz), the degrees plus one.
"""

from ..kernels import kernel
from ._interval import add, divide, mean, scale

LARGEST_DEGREE = 50                             # in one variable: binomial coefficients are then exact floats


@kernel()
def add_multiple(s, tensor, c, start, lengths):
    """Add s times a tensor (2, nx, ny, nz) of coefficients, low and high, to those in c."""
    _, ny, nz = lengths
    for i in range(tensor.shape[1]):
        for j in range(tensor.shape[2]):
            for k in range(tensor.shape[3]):
                at = start + (i * ny + j) * nz + k
                term = scale(s, (tensor[0, i, j, k], tensor[1, i, j, k]))
                c[0, at], c[1, at] = add((c[0, at], c[1, at]), term)


@kernel()
def _line(c, first, stride, n, low, high):
    """In place, the n coefficients of powers on one line of a tensor become Bernstein coefficients on [low, high].

    With x = low s + high t and s + t = 1, Horner's rule runs in the monomials s^(m - i) t^i: x times the sum so far,
    plus the next coefficient times (s + t)^m. At the end the binomial coefficients are divided out.
    """
    for k in range(n - 2, -1, -1):
        m = n - 1 - k
        added, binomial, previous = (c[0, first + k * stride], c[1, first + k * stride]), 1.0, (0.0, 0.0)
        for i in range(m + 1):
            at = first + (k + i) * stride
            total = scale(binomial, added)
            if i > 0:
                total = add(total, scale(high, previous))
            if i < m:
                previous = c[0, at + stride], c[1, at + stride]
                total = add(total, scale(low, previous))
            c[0, at], c[1, at] = total
            binomial = binomial * (m - i) / (i + 1)
    binomial = 1.0
    for i in range(n):
        at = first + i * stride
        c[0, at], c[1, at] = divide((c[0, at], c[1, at]), binomial)
        binomial = binomial * (n - 1 - i) / (i + 1)


@kernel()
def _along(lengths, axis):
    """How many coefficients a line along an axis has, and how far apart they are."""
    nx, ny, nz = lengths
    if axis == 0:
        return nx, ny * nz
    return (ny, nz) if axis == 1 else (nz, 1)


@kernel()
def to_bernstein(c, start, lengths, box):
    """In place, the coefficients of powers become Bernstein coefficients on the box.

    The box is (xmin, xmax, ymin, ymax, zmin, zmax). It may be a point: each coefficient is then the value there.
    """
    size = lengths[0] * lengths[1] * lengths[2]
    for axis in range(3):
        n, stride = _along(lengths, axis)
        for block in range(start, start + size, n * stride):
            for first in range(block, block + stride):
                _line(c, first, stride, n, box[2 * axis], box[2 * axis + 1])


@kernel()
def halve(upper, lower, start, lengths, axis):
    """De Casteljau's bisection: the coefficients `upper` of a box become those of its upper half, `lower` gets those of
    its lower half.
    """
    size = lengths[0] * lengths[1] * lengths[2]
    n, stride = _along(lengths, axis)
    for block in range(start, start + size, n * stride):
        for first in range(block, block + stride):
            for r in range(n):
                at = first + r * stride
                lower[0, at], lower[1, at] = upper[0, first], upper[1, first]
                for i in range(first, first + (n - 1 - r) * stride, stride):
                    upper[0, i], upper[1, i] = mean((upper[0, i], upper[1, i]),
                                                    (upper[0, i + stride], upper[1, i + stride]))


@kernel()
def negative(c, size):
    """True when the first `size` upper bounds are below 0. None is when it is NaN."""
    for i in range(size):
        if not c[1, i] < 0:
            return False
    return True


@kernel()
def at_corner(lengths, corner):
    """Where the coefficient of a corner is: bit i of `corner` is 1 where variable i is largest."""
    nx, ny, nz = lengths
    return (((nx - 1) * (corner & 1)) * ny + (ny - 1) * (corner >> 1 & 1)) * nz + (nz - 1) * (corner >> 2)
