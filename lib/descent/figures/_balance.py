"""Normalized descent on the product of n variables balances them: Josz, Example 4.6.

On (x_1 … x_n - 1)^2 the gradient flow conserves every x_i^2 - x_j^2; a normalized step multiplies it by
1 - alpha^2 / (x_i^2 x_j^2 S^2), S^2 = sum 1 / x_i^2, which is 1 - alpha^2 / n at the flat minimum, where all x_i^2 = 1.
"""

import functools

import numpy as np

from .. import _checks, landscapes
from ..kernels import kernel
from ..orbits._normalized import normalized_path
from . import vocabulary as v
from ._figure import Figure
from ._thinned import ROOM, fuel_kind, moments, next_shown, predicted, step_sizes

STEPS = 10**4
MOMENTS = moments(STEPS)                        # that the slider can show
NUMBERS = (2, 3, 4, 5, 6)
LEAST_START, MOST_START = 0.3, 2.5
FACTS = ["shown", "largest", "first_spread", "last_spread", "small"]
SMALL = 0.1                                     # of a difference: two decimals are one digit
GOLDEN, MIX1, MIX2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
SPREAD = v.style(("#b3420a", "#ff9d5c"), width=3.6)


@kernel()
def random(seed, index):
    """A number in [0, 1) for each seed and index: SplitMix64 (Steele, Lea & Flood 2014) of a counter."""
    z = (np.uint64(seed) * np.uint64(64) + np.uint64(index) + np.uint64(1)) * GOLDEN
    z = (z ^ (z >> SHIFTS[0])) * MIX1
    z = (z ^ (z >> SHIFTS[1])) * MIX2
    z = z ^ (z >> SHIFTS[2])
    return float(z >> SHIFTS[3]) / 2.0**53


@kernel()
def spread(x):
    """(the largest x_i^2, the largest minus the least)."""
    low, high = x[0] * x[0], x[0] * x[0]
    for i in range(1, x.size):
        square = x[i] * x[i]
        low, high = min(low, square), max(high, square)
    return high, high - low


@functools.cache
def run(f):
    """The kernel run(seed, alphas, points, spreads, facts): normalized descent on f from the start of that seed.

    It fills points (n + 1, d), rows k + 1, max |x_i^2 - x_j^2| of few k, and the facts named in FACTS.
    """
    path = normalized_path(f)

    @kernel("void(int32, float64[::1], float64[:, ::1], float64[:, ::1], float64[::1])")
    def run(seed, alphas, points, spreads, facts):
        for i in range(points.shape[1]):
            points[0, i] = LEAST_START + (MOST_START - LEAST_START) * random(seed, i)
        last, row, wanted, largest = path(points, alphas), 0, 0, 0.0
        for k in range(last + 1):
            high, gap = spread(points[k])
            largest = max(largest, high)
            if k == wanted and row < spreads.shape[0]:
                spreads[row, 0], spreads[row, 1] = k + 1, gap
                wanted = next_shown(row, k, last)
                row += 1
        facts[0], facts[1], facts[2], facts[3] = row, 1.05 * largest, spread(points[0])[1], spread(points[last])[1]
        facts[4] = 1 if facts[3] < SMALL else 0

    return run


@kernel("void(int32, float64, float64[:, ::1], float64[:, ::1], float64[::1], float64[::1])")
def at_moment(moment, shown, spreads, points, squares, facts):
    """The squares x_i^2 at a row of ``spreads``, at most the last; facts: k, k + 1, their largest, their least."""
    k = int(spreads[min(moment, int(shown) - 1), 0]) - 1
    for i in range(squares.size):
        squares[i] = points[k, i] * points[k, i]
    high, gap = spread(points[k])
    facts[0], facts[1], facts[2], facts[3] = k, k + 1, high, high - gap


def balance(n=3, alpha=1.2, beta=0.5, seed=12):
    """Bars of x_i^2 along normalized descent on the product of n variables, and how their spread decays.

    Parameters
    ----------
    n : number of variables at the beginning, 2 to 6
    alpha, beta : steps alpha / (k + 1)^beta
    seed : whole number that picks the start, with entries from 0.3 to 2.5

    Returns
    -------
    Figure
        State: ``choice`` (n - 2), ``alpha``, ``beta``, ``seed``, ``moment``, the row of `thinned` steps, even in log k.
    """
    n = _checks.whole("n", n, NUMBERS[0], NUMBERS[-1])
    if not 0 <= _checks.finite("beta", beta):
        raise ValueError(f"beta={beta!r} must be at least 0: steps do not grow")
    variants = [{"label": f"n = {number}", "constants": {"n": number, "kappa": 1 / number}, "start": {}}
                for number in NUMBERS]
    return Figure(
        key="balance",
        name="Normalized gradient descent balances the factors of a product",
        about="First a bar for each variable, its square at the chosen step, and the level 1 of the flat minimum. "
              "Then the largest difference of two squares against the step, with the rate at the flat minimum.",
        state={"choice": NUMBERS.index(n), "alpha": _checks.positive("alpha", alpha), "beta": float(beta),
               "seed": _checks.whole("seed", seed, 0, 2**31 - 1), "moment": 0},
        variants=variants, choice="choice",
        shared={"step_sizes": step_sizes, "predicted": predicted, "at_moment": at_moment, "fuel_kind": fuel_kind},
        kernels=[{"run": run(landscapes.named("product", n=number))} for number in NUMBERS],
        buffers={
            "alphas": {"type": "f8", "shape": [STEPS]}, "points": {"type": "f8", "shape": [STEPS + 1, "n"]},
            "spreads": {"type": "f8", "shape": [ROOM, 2]}, "decay": {"type": "f8", "shape": [ROOM, 2]},
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS},
            "squares": {"type": "f8", "shape": ["n"]},
            "now": {"type": "f8", "shape": [4], "names": ["k", "k1", "high", "low"]},
        },
        program=[
            {"kernel": "fuel_kind", "args": ["beta"], "result": "fuel_kind"},
            {"kernel": "step_sizes", "args": ["alpha", "beta", STEPS, "alphas"], "result": "fuel"},
            {"kernel": "run", "args": ["seed", "alphas", "points", "spreads", "facts"]},
            {"kernel": "predicted", "args": ["alphas", "shown", "kappa", "spreads", "decay"], "result": "decay_count"},
            {"kernel": "at_moment", "args": ["moment", "shown", "spreads", "points", "squares", "now"]},
        ],
        panels=[
            [v.chart("Squares of the variables at step k", v.axis("variable i"),
                     v.axis("xᵢ²", 0, "largest", fit=False), [
                v.bars("squares", "n", "xᵢ²", v.EDGE), v.level(1.0, "flat minimum")])],
            [v.chart("Largest difference of two squares", v.axis("k + 1", log=True),
                     v.axis("max |xᵢ² − xⱼ²|", 1e-12, log=True), [
                v.path("decay", "decay_count", [v.run("rate at the flat minimum, exp(−Σα²/n)", v.GUIDE)]),
                v.dots("spreads", "shown", "along the orbit", SPREAD), v.level("k1", "k", on="x")])],
        ],
        summary=[
            "At step {k:.0f} the {n:.0f} squares lie between {low:.3f} and {high:.3f}.",
            ["Their largest difference goes from {first_spread:.2f} to ",
             {"choose": "small", "among": ["{last_spread:.2f}", "{last_spread:.1e}"]}, f" in {STEPS} steps."],
            {"choose": "fuel_kind", "among": [
                "The steps do not shrink, so the product never settles at 1.",
                "Σ αₖ² = {fuel:.2f} by then, and it grows without bound: fuel enough to make the squares equal.",
                "Σ αₖ² = {fuel:.2f} by then and stays bounded for ever: the differences freeze."]},
        ],
        play={"entry": "moment", "first": 0, "last": MOMENTS - 1, "step": 1, "ms": 120})
