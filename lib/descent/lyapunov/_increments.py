"""g(x_m) - g(x_0) along m steps of normalized gradient descent: for many starts at once, and exactly for one."""

import math

import flint
import numpy as np

from .. import _symbolic
from . import _arithmetic

CHUNK = 4096                                    # starts at once: what is shared between expressions stays in the cache
DIGITS = 1e-9                                   # relative radius of a ball that counts as a number


def vanishing(f):
    """The functions that vanish where f is least, as far as they are known, in `coordinates`."""
    if f.vanishing is None and f.residual is None:
        return []
    residuals = (f.vanishing,) if f.vanishing is not None else _symbolic.residuals(f)
    return [_arithmetic.prepared("f", h, f.symbols) for h in residuals]


class Increments:
    """The steps of f and the values of g, in float64 and in balls.

    A start is a point x_0, m step sizes and a side, ±1: the sign that h is given where it is exactly 0. Both sides are
    limits there, so both are steps of the definition. With several pieces not every pattern of signs is a limit; a
    start on a kink is passed over, its neighbours have the limits as directions. ``residuals`` are those of
    `vanishing`.
    """

    def __init__(self, f, g):
        d = f.dimension
        directions, signs = _arithmetic.sided(f.kernels._normal)     # w, which is never the gradient of h^2
        constant = [] if f.constant_where is None else [
            _arithmetic.prepared("f", f.constant_where, f.symbols)]
        value = [_arithmetic.prepared("g", g, f.symbols)]
        self.residuals = vanishing(f)
        self._kinks = _arithmetic.on_balls(d, signs) if len(signs) > 1 else None
        self._directions = _arithmetic.on_arrays(d, directions + constant)
        self._value = _arithmetic.on_arrays(d, value)
        self._exact_directions = _arithmetic.on_balls(d, directions + constant)
        self._exact_value = _arithmetic.on_balls(d, value)
        self._residuals = _arithmetic.on_balls(d, self.residuals)
        self._d = d

    def value(self, points):
        """g at points (n, d): an array (n,)."""
        return self._value(points)[:, 0]

    def directions(self, points, side=1.0):
        """Unit vectors u at points (n, d); 0 where w = 0, nan where it is not defined."""
        w = self._directions(points, side)
        w, level = w[:, :self._d], w[:, self._d:]
        largest = abs(w).max(axis=1, keepdims=True)
        with np.errstate(all="ignore"):
            w = w / np.where(largest > 0, largest, 1.0)
            w = w / np.where(largest > 0, np.linalg.norm(w, axis=1, keepdims=True), 1.0)
        w[(level <= 0).any(axis=1)] = 0.0
        return w

    def many(self, points, steps, side):
        """The increments of n starts, and where the first direction is 0: arrays (n,).

        Parameters
        ----------
        points : (n, d)
        steps : (n, m)
        side : (n,)
        """
        increments, still = np.empty(len(points)), np.empty(len(points), bool)
        for k in range(0, len(points), CHUNK):
            chunk = slice(k, k + CHUNK)
            x = points[chunk]
            for i in range(steps.shape[1]):
                u = self.directions(x, side[chunk])
                if i == 0:
                    still[chunk] = ~u.any(axis=1)
                x = x - steps[chunk, i, None] * u
            with np.errstate(invalid="ignore"):
                increments[chunk] = self.value(x) - self.value(points[chunk])
        return increments, still

    def exact(self, point, steps, side):
        """One start in balls: the increment, the iterates (m + 1, d) and the first direction, rounded to float64.

        None for a start on a kink of several signs; inf, None, None where a step or g is not defined.
        """
        if self._kinks is not None and 0 in (self._signs(self._kinks, point) or ()):
            return None
        result = _arithmetic.settle(lambda: self._run(point, steps, int(side)), lambda result: result[0] is not None)
        if result is None or result[1] is None:
            return math.inf, None, None
        increment, path, direction = result
        # a ball that is still wide at the end of the ladder is one around 0
        return (0.0 if increment is None else float(increment), np.array([[float(x) for x in row] for row in path]),
                np.array([float(u) for u in direction]))

    def stands_still(self, point):
        """True when the direction at a point is 0."""
        x = [flint.arb(entry) for entry in point.tolist()]
        result = _arithmetic.settle(lambda: self._direction(x, 1), lambda result: result is not None)
        return result is not None and all(u.is_zero() for u in result)

    def signs(self, point):
        """The signs of the residuals at a point: a tuple, empty when none is known; None where one is not defined."""
        return self._signs(self._residuals, point)

    @staticmethod
    def _signs(functions, point):
        x = [flint.arb(entry) for entry in point.tolist()]
        return _arithmetic.settle(lambda: tuple(map(_arithmetic.sign, functions(x))), lambda signs: True)

    def _run(self, point, steps, side):
        """(increment, iterates, first direction); the increment None when its ball is too wide, all when undefined."""
        path, first = [[flint.arb(entry) for entry in point.tolist()]], None
        for alpha in steps.tolist():
            u = self._direction(path[-1], side)
            if u is None:
                return None, None, None
            first = first or u
            path.append([x - flint.arb(alpha) * v for x, v in zip(path[-1], u)])
        increment = self._exact_value(path[-1])[0] - self._exact_value(path[0])[0]
        if not increment.is_finite():
            return None, None, None
        narrow = increment.is_exact() or increment.rad() <= DIGITS * abs(increment.mid())
        return increment.mid() if narrow else None, path, first

    def _direction(self, x, side):
        w = self._exact_directions(x, side)
        w, level = w[:self._d], w[self._d:]
        if level and _arithmetic.sign(level[0]) <= 0:
            return [flint.arb(0)] * self._d
        square = sum((v * v for v in w), flint.arb(0))
        if not square.is_finite():
            return None
        if _arithmetic.sign(square) == 0:
            return [flint.arb(0)] * self._d
        length = square.sqrt()
        return [v / length for v in w]
