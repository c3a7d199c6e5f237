"""Kernels of a linear network: the products of its layers, the loss and the gradient.

The parameter vector theta holds W_1, …, W_h one behind the other, each by rows; ``widths`` is (d_0, …, d_h) as int32,
``x`` is X (d_0, n) and ``y`` is Y (d_h, n). The caller owns the scratch: `scratch_size` numbers hold

    F_i = W_i … W_1 X for i = 0, …, h, then two blocks for D_i = (W_h … W_{i+1})^T 2 (F_h - Y), then the same again
    for the derivatives of all these along a direction.
"""

from ..kernels import kernel


def scratch_size(widths, n):
    """How many numbers the kernels need for a network.

    Parameters
    ----------
    widths : d_0, …, d_h
    n : number of data points

    Returns
    -------
    int
    """
    return 2 * int(n) * (sum(int(d) for d in widths) + 2 * max(int(d) for d in widths))


@kernel()
def widest(widths):
    """The largest width."""
    most = widths[0]
    for d in widths:
        most = max(most, d)
    return most


@kernel()
def half(widths, n):
    """Where the second half of the scratch, that of the derivatives, starts."""
    total = 2 * widest(widths)
    for d in widths:
        total += d
    return n * total


@kernel()
def clear(out, at, size):
    """Zeros in out[at : at + size]."""
    for k in range(size):
        out[at + k] = 0.0


@kernel()
def add_product(w, i, f, j, out, k, rows, inner, columns):
    """Add W F to the block of `out` at k; W (rows, inner) is the block of `w` at i, F (inner, columns) of `f` at j."""
    for a in range(rows):
        for b in range(inner):
            entry = w[i + a * inner + b]
            for c in range(columns):
                out[k + a * columns + c] += entry * f[j + b * columns + c]


@kernel()
def add_pullback(w, i, d, j, out, k, rows, inner, columns):
    """Add W^T D to the block of `out` at k; W (rows, inner), D (rows, columns)."""
    for a in range(rows):
        for b in range(inner):
            entry = w[i + a * inner + b]
            for c in range(columns):
                out[k + b * columns + c] += entry * d[j + a * columns + c]


@kernel()
def add_outer(d, i, f, j, out, k, rows, inner, columns):
    """Add D F^T to the block of `out` at k; D (rows, columns), F (inner, columns)."""
    for a in range(rows):
        for b in range(inner):
            total = 0.0
            for c in range(columns):
                total += d[i + a * columns + c] * f[j + b * columns + c]
            out[k + a * inner + b] += total


@kernel()
def forward(widths, x, theta, scratch):
    """F_0 = X, F_i = W_i F_{i-1} into the scratch; returns where F_h starts."""
    n, source, layer = x.shape[1], 0, 0
    for a in range(widths[0]):
        for c in range(n):
            scratch[a * n + c] = x[a, c]
    for i in range(1, widths.size):
        rows, inner = widths[i], widths[i - 1]
        target = source + inner * n
        clear(scratch, target, rows * n)
        add_product(theta, layer, scratch, source, scratch, target, rows, inner, n)
        source, layer = target, layer + rows * inner
    return source


@kernel("float64(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1])")
def loss(widths, x, y, theta, scratch):
    """L(theta) = |Y - W_h … W_1 X|^2 (Craciun & Ghoshdastidar, equation (3))."""
    n = x.shape[1]
    last = forward(widths, x, theta, scratch)
    total = 0.0
    for a in range(y.shape[0]):
        for c in range(n):
            error = scratch[last + a * n + c] - y[a, c]
            total += error * error
    return total


@kernel("float64(int32[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1])")
def gradient(widths, x, y, theta, scratch, out):
    """Fill `out` with the gradient, block i being D_i F_{i-1}^T; returns the loss.

    D_h = 2 (F_h - Y) and D_{i-1} = W_i^T D_i: the same as -2 W_{>i}^T (Y - W X) X^T W_{<i}^T.
    """
    n = x.shape[1]
    source = forward(widths, x, theta, scratch)
    rows = widths[widths.size - 1]
    here = source + rows * n
    there = here + widest(widths) * n
    total = 0.0
    for a in range(rows):
        for c in range(n):
            error = scratch[source + a * n + c] - y[a, c]
            scratch[here + a * n + c] = 2.0 * error
            total += error * error
    layer = theta.size
    for i in range(widths.size - 1, 0, -1):
        rows, inner = widths[i], widths[i - 1]
        layer -= rows * inner
        source -= inner * n
        clear(out, layer, rows * inner)
        add_outer(scratch, here, scratch, source, out, layer, rows, inner, n)
        clear(scratch, there, inner * n)
        add_pullback(theta, layer, scratch, here, scratch, there, rows, inner, n)
        here, there = there, here
    return total
