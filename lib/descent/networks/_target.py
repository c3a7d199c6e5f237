"""The data (X, Y), and the best matrix of rank r: what a linear network of smallest width r can learn from them."""

import dataclasses

import numpy as np

SINGULAR = 1e-10                                # singular values below this part of the largest count as zero
FEW_POINTS = 16                                 # so many data points are kept as they are: integers stay integers
TIED = 1e-8                                     # sigma_r - sigma_{r+1} below this part of sigma_1 counts as a tie


@dataclasses.dataclass(frozen=True)
class Target:
    """The minimum of l(W) = |Y - W X|^2 over the matrices of rank at most r.

    Attributes
    ----------
    matrix : (d_h, d_0), [Y X^T C^{-1/2}]_r C^{-1/2} with C = X X^T and [.]_r the truncated singular value decomposition
    singular_values : of Q = Y X^T C^{-1/2}, largest first
    left : (d_h, s), orthonormal, the column space of ``matrix``; s is its rank, at most r
    right : (d_0, s), orthonormal, its row space
    loss : l(matrix), the least loss of the network
    degeneracy : what the theorems assume and these data lack, in words; None when nothing
    """

    matrix: np.ndarray
    singular_values: np.ndarray
    left: np.ndarray
    right: np.ndarray
    loss: float
    degeneracy: str | None


def data(X, Y, widths):
    """The data X (d_0, n) and Y (d_h, n) as new arrays. ValueError where they do not fit each other or the widths."""
    X, Y = _matrix("X", X, widths[0]), _matrix("Y", Y, widths[-1])
    if X.shape[1] != Y.shape[1]:
        raise ValueError(f"X has {X.shape[1]} columns and Y {Y.shape[1]}: each data point is one column of both")
    return X, Y


def condensed(X, Y):
    """Data X' (d_0, m), Y' (d_h, m) of few points, m <= max(d_0 + 1, 16), with |Y' - W X'| = |Y - W X| for every W.

    With X^T = Q R they are R^T and Y Q, and one point (0, c) for the part of Y that no W reaches, |c| = |Y - Y Q Q^T|.
    """
    if X.shape[1] <= max(X.shape[0] + 1, FEW_POINTS):
        return X.copy(), Y.copy()
    q, r = np.linalg.qr(X.T)
    x, y = np.zeros((X.shape[0], len(r) + 1)), np.zeros((Y.shape[0], len(r) + 1))
    x[:, :-1], y[:, :-1] = r.T, Y @ q
    y[0, -1] = np.linalg.norm(Y - y[:, :-1] @ q.T)
    return x, y


def _matrix(name, value, rows):
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name}={value!r} must be a matrix of numbers") from None
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] < 1:
        raise ValueError(f"{name} has shape {array.shape}; it must be ({rows}, n), one column for each data point")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}={array.tolist()} must be finite")
    return np.ascontiguousarray(array)


def target(x, y, r, layers):
    """The Target of data X (d_0, n), Y (d_h, n) for a network of smallest width r with so many layers.

    With X = U S V^T, Q = Y X^T C^{-1/2} is Y V up to a rotation of its columns, so the minimum is [Y V]_r S^{-1} U^T.
    Craciun & Ghoshdastidar, Proposition 2, truncate Y X^T C^{-1/2} itself and print it for the minimum; its gradient
    is not zero.
    Where C is singular, S^{-1} becomes the pseudo-inverse and this is the minimum of least norm (Remark 19).
    """
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    rank = int((s > SINGULAR * s.max(initial=0.0)).sum())
    u, s, vt = u[:, :rank], s[:rank], vt[:rank]
    left, sigma, right = np.linalg.svd(y @ vt.T, full_matrices=False)
    kept = min(r, int((sigma > SINGULAR * max(sigma.max(initial=0.0), np.finfo(float).tiny)).sum()))
    matrix = (left[:, :kept] * sigma[:kept]) @ right[:kept] / s @ u.T
    rows = np.linalg.qr((u / s) @ right[:kept].T)[0]
    loss = float(((y - matrix @ x) ** 2).sum())
    padded = np.concatenate([sigma, np.zeros(min(x.shape[0], y.shape[0]) - len(sigma))])
    return Target(matrix, padded, left[:, :kept], rows, loss, _degeneracy(x, y, rank, padded, kept, r, layers))


def _degeneracy(x, y, rank, sigma, kept, r, layers):
    d_0, d_h = x.shape[0], y.shape[0]
    if rank < d_0:
        return (f"X X^T is singular, of rank {rank} < d_0 = {d_0}: the matrices W of least |Y - W X|^2 fill an affine "
                f"subspace of dimension {d_h * (d_0 - rank)}")
    if r < len(sigma) and sigma[r - 1] - sigma[r] <= TIED * sigma[0]:
        return (f"sigma_{r} = sigma_{r + 1} = {sigma[r]:.6g}: more than one matrix of rank {r} has the least "
                "|Y - W X|^2")
    if kept < r and layers > 1:
        return (f"the best matrix has rank {kept} < r = {r}: the set of minima need not be a manifold there")
    return None
