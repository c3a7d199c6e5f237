"""The largest eigenvalue of a symmetric matrix from its products with vectors: Lanczos' method, by ARPACK."""

import numpy as np

BASIS = 32                                      # vectors kept, of d numbers: 20 may fail where eigenvalues nearly tie
TOLERANCE = 1e-13                               # residual, relative to the eigenvalue
MOST_RESTARTS = 500                             # 35 to 100 products are usual, 422 were the most in 15000 cases
SEED = 0                                        # of the start, which by its randomness is orthogonal to no eigenvector


def largest_eigenvalue(times, d):
    """The largest eigenvalue of H, known by times(v) = H v alone.

    The error is mostly rounding, and up to 1e-11 of the largest |eigenvalue|. That much may be left where several
    eigenvalues lie within the tolerance of each other: the residual says that some eigenvalue is near, not which.

    Parameters
    ----------
    times : function of an array (d,), a new array (d,)
    d : the number of rows of H, above BASIS

    Raises
    ------
    ValueError
        When a product is not finite.
    RuntimeError
        When the method does not converge.
    """
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    start = np.random.default_rng(SEED).standard_normal(d)
    scale = abs(_finite(times(start))).max()
    if scale == 0:                              # H = 0
        return 0.0
    # ARPACK takes a residual below 1e-11 for absolutely small: H is scaled
    scaled = LinearOperator((d, d), matvec=lambda v: _finite(times(v)) / scale, dtype=float)
    try:
        return float(eigsh(scaled, 1, which="LA", v0=start, ncv=BASIS, tol=TOLERANCE, maxiter=MOST_RESTARTS,
                           return_eigenvectors=False)[0] * scale)
    except ArpackNoConvergence:
        raise RuntimeError(f"Lanczos' method has not found the largest eigenvalue in {MOST_RESTARTS} rounds: too many "
                           "others are near it") from None


def _finite(product):
    if not np.isfinite(product).all():
        raise ValueError("theta is not finite, or so large that the Hessian overflows")
    return product
