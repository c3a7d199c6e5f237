"""Sets of minima: finitely many points, or a curve."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class FiniteMinima:
    """Finitely many minima, ``points`` of shape (m, d)."""

    points: np.ndarray

    def distance(self, x):
        """Euclidean distance from x, of shape (d,), to the nearest of them."""
        return float(np.linalg.norm(self.points - np.asarray(x, dtype=float), axis=1).min())

    def sample(self, rng, n):
        """n of them, drawn uniformly: an array (n, d)."""
        return self.points[rng.integers(len(self.points), size=n)]


@dataclasses.dataclass(frozen=True)
class HyperbolaMinima:
    """The curve x y = 1, two branches; it has no list of points."""

    points: None = None

    def distance(self, x):
        """Euclidean distance from x, of shape (2,), to the curve.

        The nearest (t, 1/t) solves t^4 - x t^3 + y t - 1 = 0, which always has a real root on each branch.
        """
        x, y = np.asarray(x, dtype=float)
        roots = np.roots([1.0, -x, 0.0, y, -1.0])
        t = roots.real[(abs(roots.imag) < 1e-6 * (1 + abs(roots))) & (roots.real != 0)]
        return float(np.hypot(t - x, 1 / t - y).min())

    def sample(self, rng, n):
        """n points (t, 1/t), log|t| uniform in [-log 4, log 4], either sign: an array (n, 2)."""
        t = np.exp(rng.uniform(-np.log(4), np.log(4), n)) * rng.choice([-1.0, 1.0], n)
        return np.stack([t, 1 / t], axis=1)
