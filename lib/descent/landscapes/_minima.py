"""Sets of minima: finitely many points, a linear subspace, an interval; each with distance and sample."""

import dataclasses

import numpy as np

from .. import _checks

FARTHEST = 1e40                                 # squares and cubes of coordinates stay finite


def point(x, dimension):
    """`x` as an array (dimension,) from which distances can be computed."""
    x = _checks.point("x", x, dimension)
    if abs(x).max() > FARTHEST:
        raise ValueError(f"x={x.tolist()} is too far: distances are for coordinates up to {FARTHEST:g}")
    return x


def draws(n):
    """`n` as a number of points to draw."""
    return _checks.whole("n", n, 0, 10**8)


@dataclasses.dataclass(frozen=True)
class FiniteMinima:
    """Finitely many minima.

    Attributes
    ----------
    points : (m, d); none when m = 0
    """

    points: np.ndarray

    def distance(self, x):
        """Euclidean distance from x, of shape (d,), to the nearest of them; inf when there is none."""
        x = point(x, self.points.shape[1])
        return float(np.linalg.norm(self.points - x, axis=1).min(initial=np.inf))

    def sample(self, rng, n):
        """n of them, drawn uniformly: an array (n, d)."""
        if not len(self.points):
            raise ValueError("there is no minimum to draw from")
        return self.points[rng.integers(len(self.points), size=draws(n))]


@dataclasses.dataclass(frozen=True)
class SubspaceMinima:
    """The linear subspace of R^dimension on which the coordinates ``zero`` vanish; it has no list of points."""

    zero: tuple
    dimension: int
    points: None = None

    def distance(self, x):
        """Euclidean distance from x, of shape (d,), to the subspace."""
        x = point(x, self.dimension)
        return float(np.linalg.norm(x[list(self.zero)]))

    def sample(self, rng, n):
        """n points with the free coordinates uniform in [-2, 2]: an array (n, d)."""
        points = rng.uniform(-2, 2, (draws(n), self.dimension))
        points[:, list(self.zero)] = 0
        return points


@dataclasses.dataclass(frozen=True)
class IntervalMinima:
    """The interval [low, high] of the line; it has no list of points."""

    low: float
    high: float
    points: None = None

    def distance(self, x):
        """Distance from x, of shape (1,), to the interval."""
        x, = point(x, 1)
        return float(max(self.low - x, x - self.high, 0.0))

    def sample(self, rng, n):
        """n points, uniform: an array (n, 1)."""
        return rng.uniform(self.low, self.high, (draws(n), 1))


class _Empty(dict):
    def __missing__(self, dimension):
        return FiniteMinima(np.empty((0, dimension)))


NO_MINIMA = _Empty()                            # NO_MINIMA[d]: the empty set in R^d
