"""Kernels of the second derivatives: Hessian times a vector, the Hessian, its largest eigenvalue by Jacobi's method."""

import math

from ..kernels import kernel
from ._layers import add_product, clear, forward, half, transpose, widest

MOST_SWEEPS = 40                                # Jacobi converges quadratically: about 8 sweeps for 16 variables
ROUNDING = 1e-32                                # off-diagonal mass, relative to the whole, that is rounding


@kernel("void(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float64[::1])")
def hessian_times(widths, x, y, theta, direction, scratch, out):
    """Fill `out` with H(theta) direction, the derivative of the gradient along `direction`: both terms of equation (7).

    With V_i the layers of the direction and ' the derivative along it,
    F_i' = V_i F_{i-1} + W_i F_{i-1}',  D_{i-1}' = V_i^T D_i + W_i^T D_i',
    and block i is D_i' F_{i-1}^T + D_i F_{i-1}'^T.
    """
    n, move = x.shape[1], half(widths, x.shape[1])
    forward(widths, x, theta, scratch)
    source, layer = 0, 0
    for i in range(1, widths.size):
        rows, inner = widths[i], widths[i - 1]
        target = source + inner * n
        clear(scratch, move + target, rows * n)
        add_product(direction, layer, inner, 1, scratch, source, scratch, move + target, rows, inner, n)
        if i > 1:                               # X does not move
            add_product(theta, layer, inner, 1, scratch, move + source, scratch, move + target, rows, inner, n)
        source, layer = target, layer + rows * inner
    rows = widths[widths.size - 1]
    here = source + rows * n
    there = here + widest(widths) * n
    for a in range(rows):
        for c in range(n):
            scratch[here + a * n + c] = 2.0 * (scratch[source + a * n + c] - y[a, c])
            scratch[move + here + a * n + c] = 2.0 * scratch[move + source + a * n + c]
    for i in range(widths.size - 1, 0, -1):
        rows, inner = widths[i], widths[i - 1]
        layer -= rows * inner
        source -= inner * n
        clear(out, layer, rows * inner)
        transpose(scratch, source, scratch, there, inner, n)
        add_product(scratch, move + here, n, 1, scratch, there, out, layer, rows, n, inner)
        if i > 1:
            transpose(scratch, move + source, scratch, there, inner, n)
            add_product(scratch, here, n, 1, scratch, there, out, layer, rows, n, inner)
            clear(scratch, there, inner * n)
            clear(scratch, move + there, inner * n)
            add_product(theta, layer, 1, inner, scratch, here, scratch, there, inner, rows, n)
            add_product(direction, layer, 1, inner, scratch, here, scratch, move + there, inner, rows, n)
            add_product(theta, layer, 1, inner, scratch, move + here, scratch, move + there, inner, rows, n)
            here, there = there, here


@kernel("void(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], float64[:, ::1])")
def hessian(widths, x, y, theta, scratch, direction, out):
    """Fill `out` (d, d) with the Hessian, one unit vector after the other; `direction` (d,) is scratch."""
    d = theta.size
    clear(direction, 0, d)
    for k in range(d):
        direction[k] = 1.0
        hessian_times(widths, x, y, theta, direction, scratch, out[k])
        direction[k] = 0.0
    for j in range(d):                          # symmetric to the last bit
        for k in range(j):
            mean = (out[j, k] + out[k, j]) / 2
            out[j, k] = mean
            out[k, j] = mean


@kernel("float64(float64[:, ::1])")
def largest_eigenvalue(matrix):
    """The largest eigenvalue of a symmetric matrix, which is overwritten: cyclic Jacobi rotations.

    NaN for a matrix that is not finite, or whose squared norm is not.
    """
    d = matrix.shape[0]
    for _ in range(MOST_SWEEPS):
        off, whole = 0.0, 0.0
        for j in range(d):
            for k in range(d):
                whole += matrix[j, k] * matrix[j, k]
                if j != k:
                    off += matrix[j, k] * matrix[j, k]
        if not whole < math.inf:
            return math.nan
        if off <= ROUNDING * whole:
            break
        for j in range(d):
            for k in range(j + 1, d):
                rotate(matrix, j, k)
    most = matrix[0, 0]
    for j in range(1, d):
        most = max(most, matrix[j, j])
    return most


@kernel()
def rotate(matrix, j, k):
    """The rotation of the plane (j, k) that makes entry (j, k) zero (Golub & Van Loan, section 8.5)."""
    entry = matrix[j, k]
    if entry == 0.0:
        return
    tau = (matrix[k, k] - matrix[j, j]) / (2.0 * entry)
    root = abs(tau) + math.sqrt(1.0 + tau * tau)
    t = 1.0 / root if tau >= 0 else -1.0 / root
    c = 1.0 / math.sqrt(1.0 + t * t)
    s = t * c
    for i in range(matrix.shape[0]):
        a, b = matrix[i, j], matrix[i, k]
        matrix[i, j] = c * a - s * b
        matrix[i, k] = s * a + c * b
    for i in range(matrix.shape[0]):
        a, b = matrix[j, i], matrix[k, i]
        matrix[j, i] = c * a - s * b
        matrix[k, i] = s * a + c * b
    matrix[j, k] = 0.0
    matrix[k, j] = 0.0


@kernel("float64(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1], "
        "float64[:, ::1])")
def sharpness(widths, x, y, theta, scratch, direction, matrix):
    """The largest eigenvalue of the Hessian at theta; `direction` (d,) and `matrix` (d, d) are scratch."""
    hessian(widths, x, y, theta, scratch, direction, matrix)
    return largest_eigenvalue(matrix)
