"""The worst start of many: screened in float64, confirmed in ball arithmetic."""

import dataclasses

import numpy as np

from ._sampling import ball, joined

CONFIRMED = 8                                   # the worst starts that balls look at
CERTAIN = 2                                     # and the first: the point itself with both signs
EXACT = 400                                     # starts that balls look at where float64 has no digits left
RELIABLE = 0.05                                 # relative error up to which float64 finds the worst starts
NEIGHBOURS, NEARBY = 8, 1e-3                    # of a start without direction, and their distance in steps


@dataclasses.dataclass(frozen=True, eq=False)
class Worst:
    """A start with its increment g(x_m) - g(x_0), inf where it is not defined, and its path (None there)."""

    point: np.ndarray
    steps: np.ndarray
    increment: float
    path: np.ndarray | None
    direction: np.ndarray | None


class Screening:
    """Finds the worst of a list of starts; None when no start of it has a direction."""

    def __init__(self, increments, rng):
        self._increments, self._rng = increments, rng

    def many(self, starts):
        """Increments in float64: inf where they are not defined, -inf where the first direction is 0."""
        increments, still = self._increments.many(starts.points, starts.steps, starts.side)
        return np.where(still, -np.inf, np.where(np.isfinite(increments), increments, np.inf))

    def worst(self, starts, improve=None):
        """The start of the largest increment.

        `improve(starts, increments)`, when given, drives the worst starts on before they are confirmed.
        """
        increments = self.many(starts)
        constant = self._constant(starts[np.isneginf(increments)])
        if constant is not None:
            return constant
        if improve is not None and (increments < np.inf).all():
            driven = improve(starts, increments)
            starts, increments = joined(starts, driven), np.concatenate([increments, self.many(driven)])
        first = np.concatenate([np.arange(CERTAIN), np.argsort(-increments)[:CONFIRMED]])
        confirmed = self._confirm(starts[first])
        refuted = any(worst.increment >= 0 for worst, _ in confirmed)
        if not refuted and not self._reliable(confirmed, increments[first]):
            thinned = np.linspace(0, len(starts) - 1, min(len(starts), EXACT)).astype(int)
            # the same draws at each step size, when the decreases are to be compared
            confirmed = self._confirm(starts[thinned]) + (confirmed if improve is not None else [])
        return max((worst for worst, _ in confirmed), key=lambda worst: worst.increment, default=None)

    @staticmethod
    def _reliable(confirmed, increments):
        return confirmed and all(abs(worst.increment - increments[i]) <= RELIABLE * abs(worst.increment)
                                 for worst, i in confirmed)

    def _confirm(self, starts):
        """[(Worst, index)] of those whose direction is one vector that is not 0."""
        found = []
        for i, (point, steps, side) in enumerate(zip(starts.points, starts.steps, starts.side)):
            result = self._increments.exact(point, steps, side)
            if result is not None and (result[2] is None or result[2].any()):
                found.append((Worst(point, steps, *result), i))
        return found

    def _constant(self, starts):
        """A start around which f is constant (0 is a direction there), among those without a direction; None."""
        for point, steps in zip(starts.points[:CONFIRMED], starts.steps):
            nearby = point + NEARBY * steps.min() * ball(self._rng, NEIGHBOURS, len(point))
            if all(self._increments.stands_still(x) for x in (point, *nearby)):
                return Worst(point, steps, 0.0, np.tile(point, (len(steps) + 1, 1)), np.zeros(len(point)))
        return None

