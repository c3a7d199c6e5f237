"""How many eigenvalues of a Hessian are positive, zero and negative."""

import dataclasses

import numpy as np

from .. import _checks


@dataclasses.dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of a symmetric matrix and their signs.

    Attributes
    ----------
    eigenvalues : (d,), largest first
    positive, zero, negative : how many there are of each; zero means |lambda| <= tolerance max |lambda|
    tolerance : relative
    """

    eigenvalues: np.ndarray
    positive: int
    zero: int
    negative: int
    tolerance: float

    @property
    def smallest_positive(self):
        """The least positive eigenvalue, None when there is none. The counts are sound where it exceeds 1e-5 of the
        largest eigenvalue."""
        return float(self.eigenvalues[self.positive - 1]) if self.positive else None


def spectrum(matrix, tolerance):
    """The Spectrum of a symmetric matrix (d, d) at a relative tolerance in (0, 1)."""
    tolerance = _checks.positive("tolerance", tolerance)
    if tolerance >= 1:
        raise ValueError(f"tolerance={tolerance!r} is relative: it must be below 1")
    if not np.isfinite(matrix).all():
        raise ValueError("the Hessian overflows at this point: choose a point nearer to 0")
    eigenvalues = np.linalg.eigvalsh(matrix)[::-1]
    bound = tolerance * abs(eigenvalues).max()
    positive, negative = int((eigenvalues > bound).sum()), int((eigenvalues < -bound).sum())
    return Spectrum(eigenvalues, positive, len(eigenvalues) - positive - negative, negative, tolerance)
