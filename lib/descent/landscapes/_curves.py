"""Curves of minima by a parametrisation, with the distance from the critical points of the squared distance."""

import dataclasses
import functools

import numpy as np

from ._minima import draws, point

LONGEST = 4.0                                   # samples lie within this factor of the curve's middle
SCAN = 2001                                     # points of the cubic that are compared before the nearest is refined


def _real(roots):
    """The real parts of the roots that are real up to rounding: a double root splits into a pair by sqrt(1e-16)."""
    return roots.real[abs(roots.imag) < 1e-6 * (1 + abs(roots))]


@dataclasses.dataclass(frozen=True, eq=False)
class HyperbolicCurve:
    """The points t U + V / t, t != 0, for orthogonal vectors U and V of R^d: two branches, no list of points."""

    U: np.ndarray
    V: np.ndarray
    points: None = None

    @functools.cached_property
    def _middle(self):
        return np.sqrt(np.linalg.norm(self.V) / np.linalg.norm(self.U))

    def at(self, t):
        """The points of the parameters t, (n,): an array (n, d)."""
        t = np.atleast_1d(np.asarray(t, dtype=float))[:, None]
        return t * self.U + self.V / t

    def distance(self, x):
        """Euclidean distance from x, of shape (d,), to the curve.

        The nearest point solves |U|^2 t^4 - <x,U> t^3 + <x,V> t - |V|^2 = 0, which has a root on each branch.
        """
        x = point(x, len(self.U))
        m = self._middle                        # t = m s balances the two ends of the polynomial
        size = (self.U @ self.U) * m * m
        with np.errstate(all="ignore"):
            s = _real(np.roots([1.0, -(x @ self.U) * m / size, 0.0, (x @ self.V) / m / size, -1.0]))
            points = self.at(m * s[s != 0])
        return float(np.linalg.norm(points - x, axis=1).min())

    def sample(self, rng, n):
        """n points, log|t| uniform within log 4 of the middle, either sign: an array (n, d)."""
        n = draws(n)
        t = np.exp(rng.uniform(-np.log(LONGEST), np.log(LONGEST), n)) * rng.choice([-1.0, 1.0], n)
        return self.at(self._middle * t)


class HyperbolaMinima(HyperbolicCurve):
    """The curve x y = 1."""

    def __init__(self):
        super().__init__(np.array([1.0, 0.0]), np.array([0.0, 1.0]))


@dataclasses.dataclass(frozen=True)
class ParabolaMinima:
    """The curve y = x^2; it has no list of points."""

    points: None = None

    def distance(self, x):
        """Euclidean distance from x, of shape (2,): the nearest (t, t^2) solves 2 t^3 + (1 - 2 y) t - x = 0."""
        x, y = point(x, 2)
        t = _real(np.roots([2.0, 0.0, 1 - 2 * y, -x]))
        return float(np.hypot(t - x, t * t - y).min())

    def sample(self, rng, n):
        """n points (t, t^2), t uniform in [-2, 2]: an array (n, 2)."""
        t = rng.uniform(-2, 2, draws(n))
        return np.stack([t, t * t], axis=1)


@dataclasses.dataclass(frozen=True)
class CubicMinima:
    """The curve x^3 + y^3 = 1, a graph over its asymptote: w^3 + 3 s^2 w = 4 with s = x - y, w = x + y."""

    points: None = None

    @staticmethod
    def height(s):
        """The one real w(s) > 0, by Cardano; written for large |s| without cancellation."""
        # w = a - s^2 / a with a^3 = 2 + sqrt(4 + s^6); w (a^2 + s^2 + s^4 / a^2) = a^3 - s^6 / a^3 = 4
        s = abs(np.asarray(s, dtype=float))
        a = np.cbrt(2 + np.sqrt(4 + s**6))
        return 4 / (a * a + s * s + (s * s / a) ** 2)

    def distance(self, x):
        """Euclidean distance from x, of shape (2,): a scan of the graph near x, then the root of the slope."""
        from scipy.optimize import brentq
        x, y = point(x, 2)
        s0, w0 = x - y, x + y
        reach = abs(w0 - float(self.height(s0)))    # the point above s0 is that far, in the scale of s and w
        # the curve bends near s = 0 alone: half of the scan is drawn together there
        even = np.linspace(s0 - reach, s0 + reach, SCAN)
        dense = np.sinh(np.linspace(np.arcsinh(s0 - reach), np.arcsinh(s0 + reach), SCAN))
        scan = np.union1d(even, dense)
        square = (scan - s0) ** 2 + (self.height(scan) - w0) ** 2
        best = int(square.argmin())
        nearest = square[best]
        if 0 < best < len(scan) - 1 and self._slope(scan[best - 1], s0, w0) < 0 < self._slope(scan[best + 1], s0, w0):
            s = brentq(self._slope, scan[best - 1], scan[best + 1], args=(s0, w0), xtol=1e-15)
            nearest = min(nearest, (s - s0) ** 2 + (float(self.height(s)) - w0) ** 2)
        return float(np.sqrt(nearest / 2))

    def _slope(self, s, s0, w0):
        """Half the derivative of the squared distance along the graph; w' = -2 s w / (w^2 + s^2)."""
        w = float(self.height(s))
        return (s - s0) + (w - w0) * (-2 * s * w / (w * w + s * s))

    def sample(self, rng, n):
        """n points, s uniform in [-3, 3]: an array (n, 2)."""
        s = rng.uniform(-3, 3, draws(n))
        w = self.height(s)
        return np.stack([(w + s) / 2, (w - s) / 2], axis=1)
