"""Quadrics {sum_i lambda_i xi_i^2 = 1} and spheres: the minima of (x^T A y - 1)^2 and of (a x^2 + b y^2 - 1)^2."""

import dataclasses
import functools

import numpy as np

from ._minima import draws, point

SAME = 1e-12                                    # relative: eigenvalues this close count as one
HUGE = 1e300
LOG_TINY = -700.0                               # exp(-700) = 1e-304: no double is closer to a pole
LOG_NEAR_POLE = -7.0


@dataclasses.dataclass(frozen=True, eq=False)
class QuadricMinima:
    """The points with sum_i lambda_i <q_i, x>^2 = 1, q_i the orthonormal rows of ``axes``, some lambda_i > 0.

    It has no list of points.
    """

    lambdas: np.ndarray
    axes: np.ndarray
    points: None = None

    @functools.cached_property
    def flattest(self):
        """The minima where |grad h| is least: a sphere in the eigenspace of the smallest positive lambda."""
        least = self.lambdas[self.lambdas > 0].min()
        return SphereMinima(self.axes[abs(self.lambdas - least) <= SAME * least], 1 / np.sqrt(least))

    def distance(self, x):
        """Euclidean distance from x, of shape (d,).

        The nearest point is xi_i / (1 + mu lambda_i) with every 1 + mu lambda_i >= 0 (Moré 1993, Generalizations of
        the trust region problem). Between the poles sum_i lambda_i xi_i^2 / (1 + mu lambda_i)^2 falls in mu, so there
        is one root; when there is none, mu is the pole and its eigenspace makes up the sum.
        """
        from scipy.optimize import brentq
        xi = self.axes @ point(x, len(self.lambdas))
        inside = self.lambdas @ xi**2 <= 1
        pole = self.lambdas.max() if inside or self.lambdas.min() >= 0 else self.lambdas.min()
        ratio = self.lambdas / pole             # delta = 1 + mu pole, 1 + mu lambda_i = 1 - ratio_i + delta ratio_i
        ratio[abs(ratio - 1) <= SAME] = 1.0
        at_pole = ratio == 1

        def moved(log_delta):
            fall = np.expm1(log_delta)          # delta - 1; either form of 1 + ratio (delta - 1) cancels somewhere
            scale = np.where(ratio < 0.5, 1 + ratio * fall, (1 - ratio) + ratio * np.exp(log_delta))
            return -xi * ratio * fall / scale

        def excess(log_delta):
            return float(np.clip(self.lambdas @ (xi + moved(log_delta)) ** 2 - 1, -HUGE, HUGE))

        with np.errstate(over="ignore"):
            far = LOG_TINY if inside or pole < 0 else -LOG_TINY
            if np.sign(excess(far)) * np.sign(excess(0.0)) <= 0:
                root = brentq(excess, far, 0.0, xtol=1e-15)
                move = moved(root)
            else:
                root = -np.inf
                move = np.where(at_pole, 0.0, xi * ratio / np.where(at_pole, 1.0, 1 - ratio))
        if root < LOG_NEAR_POLE:                # there the equation tells these coordinates better than the root
            rest = (1 - self.lambdas[~at_pole] @ (xi + move)[~at_pole] ** 2) / pole
            length = np.linalg.norm(xi[at_pole])
            move[at_pole] = 0.0
            return float(np.hypot(np.linalg.norm(move), np.sqrt(max(rest, 0.0)) - length))
        return float(np.linalg.norm(move))

    def sample(self, rng, n):
        """n points: normal draws, those with lambda_i > 0 scaled onto the set: an array (n, d)."""
        z = rng.standard_normal((draws(n), len(self.lambdas)))
        positive, negative = self.lambdas > 0, self.lambdas < 0
        scale = np.sqrt((1 + (z[:, negative] ** 2).sum(axis=1)) / (z[:, positive] ** 2).sum(axis=1))
        z[:, positive] *= scale[:, None]
        return z / np.sqrt(np.where(self.lambdas == 0, 1.0, abs(self.lambdas))) @ self.axes


@dataclasses.dataclass(frozen=True, eq=False)
class SphereMinima:
    """The sphere of that radius in the span of the orthonormal rows of ``axes``."""

    axes: np.ndarray
    radius: float

    @functools.cached_property
    def points(self):
        """The two points of a sphere on a line, (2, d); None in higher dimensions."""
        return np.concatenate([self.axes, -self.axes]) * self.radius if len(self.axes) == 1 else None

    def distance(self, x):
        """Euclidean distance from x, of shape (d,), to the sphere."""
        x = point(x, self.axes.shape[1])
        xi = self.axes @ x
        return float(np.hypot(np.linalg.norm(x - xi @ self.axes), np.linalg.norm(xi) - self.radius))

    def sample(self, rng, n):
        """n points, uniform: an array (n, d)."""
        xi = rng.standard_normal((draws(n), len(self.axes)))
        return self.radius * (xi / np.linalg.norm(xi, axis=1)[:, None]) @ self.axes
