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
def add_product(w, i, down, across, f, j, out, k, rows, inner, columns):
    """Add W F to the block (rows, columns) of `out` at k; F (inner, columns) is the block of `f` at j.

    Entry (a, b) of W (rows, inner) is w[i + a down + b across]: (inner, 1) for a matrix by rows, (1, rows) for the
    transpose of one. Four rows of F at a time go through the processor's vector registers, added one after the other,
    as a plain loop adds them. The slices are needed for that: LLVM cannot tell that an index k + c is not negative.
    """
    fours = inner - inner % 4
    for a in range(rows):
        row, e = out[k + a * columns:k + (a + 1) * columns], i + a * down
        for b in range(0, fours, 4):
            w0, w1, w2, w3 = w[e], w[e + across], w[e + 2 * across], w[e + 3 * across]
            four = f[j + b * columns:j + (b + 4) * columns]
            for c in range(columns):
                row[c] = (row[c] + w0 * four[c] + w1 * four[columns + c] + w2 * four[2 * columns + c]
                          + w3 * four[3 * columns + c])
            e += 4 * across
        for b in range(fours, inner):
            entry, one = w[e], f[j + b * columns:j + (b + 1) * columns]
            for c in range(columns):
                row[c] += entry * one[c]
            e += across


@kernel()
def transpose(f, j, out, k, rows, columns):
    """F^T into the block of `out` at k; F (rows, columns) is the block of `f` at j."""
    for a in range(rows):
        for c in range(columns):
            out[k + c * rows + a] = f[j + a * columns + c]


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
        add_product(theta, layer, inner, 1, scratch, source, scratch, target, rows, inner, n)
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
        transpose(scratch, source, scratch, there, inner, n)
        clear(out, layer, rows * inner)
        add_product(scratch, here, n, 1, scratch, there, out, layer, rows, n, inner)
        if i > 1:
            clear(scratch, there, inner * n)
            add_product(theta, layer, 1, inner, scratch, here, scratch, there, inner, rows, n)
            here, there = there, here
    return total
