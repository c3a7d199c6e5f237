"""The product x_1 … x_n = 1: its minima, one piece in each orthant of even sign, and the 2^(n-1) flat ones."""

import dataclasses
import functools
import itertools

import numpy as np
import sympy

from ._landscape import Landscape
from ._minima import draws, point
from ._parameters import count
from ._points import names

MOST_FACTORS = 20
LONGEST_LIST = 10                               # 2^9 flat minima are listed, more are not
SCAN = 4000


def product(n=3):
    """(x_1 … x_n - 1)^2, flattest where every |x_i| = 1; n = 2 is the hyperbola of Example 1.1."""
    n = count("n", n, 2, MOST_FACTORS)
    variables = names(n)
    h = sympy.prod(sympy.symbols(variables)) - 1
    return Landscape(name="product", parameters={"n": n}, expression=h**2, variables=variables, residual=h,
                     minima=ProductMinima(n), flat_minima=SignMinima(n),
                     stationary=np.zeros((1, 2)) if n == 2 else None,
                     reference="Josz (2026), Implicit regularization of normalized gradient descent, Example 4.6")


def even(x):
    """x with an even number of signs: where its product is negative, the entry of least modulus is turned round."""
    signs = np.where(x < 0, -1.0, 1.0)
    if signs.prod() < 0:
        signs[abs(x).argmin()] *= -1
    return signs


@dataclasses.dataclass(frozen=True)
class SignMinima:
    """The points of {-1, 1}^n with product 1; ``points`` lists them for n <= 10, else None."""

    n: int

    @functools.cached_property
    def points(self):
        """The array (2^(n-1), n)."""
        if self.n > LONGEST_LIST:
            return None
        return np.array([s for s in itertools.product([1.0, -1.0], repeat=self.n) if np.prod(s) > 0])

    def distance(self, x):
        """Euclidean distance from x, of shape (n,), to the nearest of them."""
        x = point(x, self.n)
        return float(np.linalg.norm(x - even(x)))

    def sample(self, rng, n):
        """n of them, drawn uniformly: an array (n, self.n)."""
        signs = rng.choice([-1.0, 1.0], (draws(n), self.n))
        signs[:, -1] = signs[:, :-1].prod(axis=1)
        return signs


@dataclasses.dataclass(frozen=True)
class ProductMinima:
    """The hypersurface x_1 … x_n = 1; it has no list of points."""

    n: int
    points: None = None

    def distance(self, x):
        """Euclidean distance from x, of shape (n,).

        The nearest point lies in the orthant of x, with the entry of least modulus turned round where the product of
        the signs is negative: to exchange or to turn others only lengthens the way. There y_i (y_i - x_i) = nu for
        all i. Below the surface nu >= 0 and y is unique, as {y > 0: prod y >= 1} is convex. Above it nu < 0, and at
        most the least x_i takes the smaller of the two roots: a scan over that y_i, each sign change refined.
        """
        from scipy.optimize import brentq
        x = point(x, self.n)
        x = np.sort(even(x) * x)                # the target is now y > 0; at most x[0] is negative
        if x[0] <= 0 or np.log(x).sum() <= 0:
            return float(np.linalg.norm(self._above(x, self._root_below(x)) - x))
        scan = np.union1d(np.geomspace(1e-300, x[0], SCAN), np.linspace(0, x[0], SCAN)[1:])
        heights = self._log_product(scan[:, None], x)
        candidates = [self._drop(s, x) for s in scan[heights == 0]]
        for i in np.flatnonzero(heights[:-1] * heights[1:] < 0):
            s = brentq(lambda s: float(self._log_product(np.array([s]), x)), scan[i], scan[i + 1], xtol=1e-300)
            candidates.append(self._drop(s, x))
        return min(float(np.linalg.norm(y - x)) for y in candidates)

    @staticmethod
    def _above(x, log_nu):
        """y_i = (x_i + sqrt(x_i^2 + 4 nu)) / 2, without cancellation where x_i < 0."""
        nu = np.exp(log_nu)
        root = np.sqrt(x * x + 4 * nu)
        return np.where(x >= 0, (x + root) / 2, 2 * nu / (root - np.minimum(x, 0)))

    def _root_below(self, x):
        from scipy.optimize import brentq

        def log_product(log_nu):
            return float(np.log(self._above(x, log_nu)).sum())
        if log_product(-700.0) >= 0:
            return -np.inf
        return brentq(log_product, -700.0, 700.0, xtol=1e-15)

    @staticmethod
    def _drop(s, x):
        """y with y_1 = s <= x_1 and the larger roots of y_i (x_i - y_i) = s (x_1 - s) beyond."""
        s = np.asarray(s, dtype=float).reshape(-1)
        fall = (s * (x[0] - s))[:, None]
        rest = (x[1:] + np.sqrt(np.maximum(x[1:] ** 2 - 4 * fall, 0))) / 2
        return np.concatenate([s[:, None], rest], axis=1).squeeze()

    def _log_product(self, s, x):
        return np.log(self._drop(s, x)).sum(axis=-1)

    def sample(self, rng, n):
        """n points, log|x_i| normal and then centred, signs uniform: an array (n, self.n)."""
        logs = rng.standard_normal((draws(n), self.n))
        logs -= logs.mean(axis=1)[:, None]
        return SignMinima(self.n).sample(rng, n) * np.exp(logs)
