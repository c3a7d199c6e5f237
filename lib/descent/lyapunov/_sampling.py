"""Where a decrease is measured: around a point, on both sides of the valley, and then wherever it is least."""

import dataclasses

import numpy as np
import sympy

from ..landscapes._codegen import coordinates, prepare
from . import _arithmetic

VALLEY = 200                                    # points on the set of minima
NEWTON = 4                                      # steps to it; each doubles the digits
RANK = 1e-6                                     # relative: singular values below are taken for directions along it
NEAREST = 1e-6                                  # of a step: the least distance from the valley, on either side
ROUNDING = 2.0**-46                             # relative to x: a displacement that float64 can still tell
PARENTS, CHILDREN, ROUNDS, SHRINK = 8, 32, 6, 0.3


@dataclasses.dataclass(frozen=True)
class Starts:
    """n starts: points (n, d), step sizes (n, m), sides (n,)."""

    points: np.ndarray
    steps: np.ndarray
    side: np.ndarray

    def __getitem__(self, chosen):
        return Starts(self.points[chosen], self.steps[chosen], self.side[chosen])

    def __len__(self):
        return len(self.points)


def joined(*parts):
    """One list of starts from several."""
    return Starts(*(np.concatenate([getattr(part, field.name) for part in parts])
                    for field in dataclasses.fields(Starts)))


def ball(rng, n, d):
    """n points, uniform in the unit ball of R^d."""
    points = rng.standard_normal((n, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True) * rng.random((n, 1)) ** (1 / d)


class Valley:
    """The set where the residuals vanish (expressions in `coordinates`), or the gradient of an f that has none."""

    def __init__(self, f, residuals, at):
        d, x, equations = f.dimension, coordinates(f.dimension), residuals
        if not equations:
            expression = prepare(f.expression, f.symbols)
            equations = [sympy.diff(expression, v) for v in x]
        self._shape = len(equations), d
        self._system = _arithmetic.on_arrays(d, equations + [sympy.diff(h, v) for h in equations for v in x])
        self._at = at

    def _evaluate(self, points):
        rows, d = self._shape
        values = self._system(points)
        return values[:, :rows], values[:, rows:].reshape(-1, rows, d)

    def nearest(self, points, reach):
        """The points (n, d) moved onto it by Newton's method, where that converges: an array (k, d), k <= n.

        Only the pieces that may vanish within `reach` take part.
        """
        value, slope = self._evaluate(self._at[None])
        near = (abs(value) <= 2 * reach * np.linalg.norm(slope, axis=2))[0]
        if not near.any():
            return points[:0]
        for _ in range(NEWTON):
            h, slopes = self._evaluate(points)
            regular = np.isfinite(h).all(axis=1) & np.isfinite(slopes).all(axis=(1, 2))
            points, h, slopes = points[regular], h[regular], slopes[regular]
            points = points - np.einsum("ijk,ik->ij", np.linalg.pinv(slopes[:, near], RANK), h[:, near])
        return points[np.isfinite(points).all(axis=1)]


class Sampling:
    """Starts around a point. The same draws serve every radius, so that the worst depends on it as g does."""

    def __init__(self, f, residuals, at, m, samples, rng):
        self._at, self._m, self._rng = at, m, rng
        self._units = ball(rng, samples, f.dimension)
        self._valley = Valley(f, residuals, at)

    def _starts(self, points, steps):
        steps = np.broadcast_to(steps, (len(points), self._m))
        return Starts(points, steps, np.ones(len(points)))

    def around(self, alpha):
        """Starts of the ball of radius alpha, with constant steps alpha."""
        return self._starts(self._at + alpha * self._units, alpha)

    def within(self, alpha, reach):
        """Starts within `reach`, with steps from alpha, the least of each start, to `reach`.

        The point itself with both signs; the whole ball; both sides of the valley, down to NEAREST alpha from it; and
        unequal steps.
        """
        here = Starts(np.stack([self._at, self._at]), np.full((2, self._m), alpha), np.array([1.0, -1.0]))
        half = self._units[:max(len(self._units) // 2, 1)]
        everywhere = self._starts(self._at + reach * half, alpha)
        parts = [here, everywhere, self._sides(alpha, reach)]
        if self._m > 1 and reach > alpha:
            parts.append(self._unequal(everywhere, alpha, reach))
        starts = joined(*parts)
        return starts[np.linalg.norm(starts.points - self._at, axis=1) <= reach]

    def _sides(self, alpha, reach):
        valley = self._valley.nearest(self._at + reach * self._units[:VALLEY], reach)
        n, d = valley.shape
        away = self._rng.standard_normal((n, d))
        away /= np.linalg.norm(away, axis=1, keepdims=True)
        distance = np.maximum(alpha * NEAREST ** self._rng.random((n, 1)), ROUNDING * abs(self._at).max())
        return self._starts(np.concatenate([valley + distance * away, valley - distance * away]), alpha)

    def _unequal(self, starts, alpha, reach):
        steps = alpha * (reach / alpha) ** self._rng.random(starts.steps.shape)
        steps[np.arange(len(steps)), self._rng.integers(self._m, size=len(steps))] = alpha
        return Starts(starts.points, steps, starts.side)

    def improved(self, starts, increments, reach, many):
        """The PARENTS starts of the largest increments, driven on by a random search that stays within `reach`."""
        best = np.argsort(-increments)[:PARENTS]
        parents, highest = starts[best], increments[best]
        scale = SHRINK * reach
        for _ in range(ROUNDS):
            children = parents[np.repeat(np.arange(len(parents)), CHILDREN)]
            offset = children.points - self._at + scale * ball(self._rng, *children.points.shape)
            far = np.linalg.norm(offset, axis=1, keepdims=True) / reach
            children = Starts(self._at + offset / np.maximum(far * (1 + 1e-12), 1), children.steps, children.side)
            found = many(children)
            found = np.where(np.isfinite(found), found, -np.inf).reshape(len(parents), CHILDREN)
            index = found.argmax(axis=1)
            better = found.max(axis=1) > highest
            points = children.points.reshape(len(parents), CHILDREN, -1)[np.arange(len(parents)), index]
            parents = Starts(np.where(better[:, None], points, parents.points), parents.steps, parents.side)
            highest = np.where(better, found.max(axis=1), highest)
            scale *= SHRINK
        return parents
