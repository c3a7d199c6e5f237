"""Is g a (p, m)-d-Lyapunov function near a point? Measured on samples (Josz 2026, Definition 2.5)."""

import dataclasses
import math

import numpy as np

from .. import _checks, _symbolic

SHARE = 0.5                                     # of the constant: the decrease that every sample must reach
TOLERANCE = 0.1                                 # by which the measured exponent may exceed p
MOST_SAMPLES, MOST_STEPS, LARGEST_POWER, MOST_STEP_SIZES = 10**5, 20, 20, 50
SMALLEST_STEP, LARGEST_STEP = 1e-10, 1e10       # alpha^p is a float64
FINEST_STEP = 2.0**-40                          # relative to `at`: below, float64 has too few starts
FINER = 1e-3                                    # of the smallest step size


@dataclasses.dataclass(frozen=True, eq=False)
class Counterexample:
    """A start from which g does not decrease enough.

    Attributes
    ----------
    x : (d,), the start x_0
    direction : (d,), the unit vector u of the first step x_0 - alpha u; 0 where f is locally constant, None where it is
        not defined
    sign : the sign of h at x_0, where 0 stands for either; for an L1 objective the tuple of those of its pieces; None
        where no residual is known
    alpha : the least step size
    step_sizes : (m,)
    increment : g(x_m) - g(x_0), rounded once from ball arithmetic; inf where it is not defined
    iterates : (m + 1, d), None where they are not defined
    """

    x: np.ndarray
    direction: np.ndarray | None
    sign: object
    alpha: float
    step_sizes: tuple
    increment: float
    iterates: np.ndarray | None


@dataclasses.dataclass(frozen=True, eq=False)
class Check:
    """What `check` measured; printed, it is the reason of the verdict.

    Attributes
    ----------
    holds : bool
    reason : a sentence
    exponent : slope of log D(alpha) against log alpha between the two smallest step sizes; None unless g decreases
        there on all samples
    constant : D(alpha) / alpha^p at the smallest step size
    step_bound : the largest step size for which it holds, with starts up to that far; None when it does not hold
    counterexample : None when it holds, else a `Counterexample`
    step_sizes, decreases : the step sizes alpha in rising order, and D(alpha): the least g(x_0) - g(x_m) over the
        samples x_0 of the ball of radius alpha, for m constant steps alpha; -inf where one is not defined
    """

    holds: bool
    reason: str
    exponent: float | None
    constant: float
    step_bound: float | None
    counterexample: Counterexample | None
    step_sizes: tuple
    decreases: tuple

    def __str__(self):
        return self.reason


def check(f, g, at, p=2, m=1, step_sizes=(.1, .03, .01, .003, .001), samples=4000, seed=0):
    """Is g(x_m) - g(x_0) <= -omega (min_i alpha_i)^p along m normalized steps near a point, for some omega > 0?

    Josz, Implicit regularization of normalized gradient descent, Definition 2.5, with the least step size for the sum
    of the alpha_i^p; both are equivalent for constant steps and power rules. Samples decide: a refutation comes with a
    counterexample, computed with error bounds; where it holds, that is evidence, and `certify` gives a proof.

    For every step size alpha, D(alpha) is the least decrease over ``samples`` points of the ball of radius alpha, for m
    steps alpha. "No increase" is not enough: where the ``exponent`` of D exceeds p by more than 0.1, no omega > 0 fits.
    Else neighbourhoods B(at, r) with step sizes up to r are tried, r a step size but the smallest. On one it holds when
    each sample in it decreases g by more than half of min D(alpha) / alpha^p over alpha <= r, times (min_i alpha_i)^p.
    These samples are points of the whole ball, both sides of the valley of minima, the point itself with both signs (on
    h = 0 both u and -u are directions), steps down to a thousandth of the smallest step size, steps of unequal lengths
    when m > 1, and what a local search makes of the worst. So it can fail for large steps alone, which ``step_bound``
    tells.

    The point need not be a minimum of f: the definition does not ask for one. Where f is locally constant the direction
    is 0, and nothing decreases. Where h = 0 and grad h = 0, or where several pieces vanish, the directions are limits
    of those of the neighbours, which are sampled.

    Parameters
    ----------
    f : Landscape
    g : SymPy expression, or text in the variables of f, such as ``"abs(x**2 - y**2)"``
    at : d numbers, fractions or SymPy rationals; rounded to float64
    p : number, above 0 and at most 20
    m : number of steps, 1 to 20
    step_sizes : 2 to 50 numbers from 1e-10 to 1e10; not below 2^-40 |at|
    samples : number of points for each step size, 10 to 1e5
    seed : of the random numbers, a whole number from 0

    Returns
    -------
    Check

    Raises
    ------
    ValueError
        For bad arguments, and where g or the directions of f are not defined at the point.
    FormulaError
        For text that is no formula.
    """
    if getattr(_checks.landscape("f", f), "expression", None) is None:
        raise ValueError(f"f={f!r} must have a formula: descent.landscapes makes such functions")
    expression = _symbolic.expression("g", g, f)
    centre = np.array([float(x) for x in _symbolic.rational_point("at", at, f.dimension)])
    if not np.isfinite(centre).all():
        raise ValueError(f"at={at!r:.80} must be {f.dimension} numbers that are finite in float64")
    p = _checks.positive("p", p)
    if p > LARGEST_POWER:
        raise ValueError(f"p={p:g} must be at most {LARGEST_POWER}")
    m = _checks.whole("m", m, 1, MOST_STEPS)
    alphas = _step_sizes(step_sizes, centre)
    rng = np.random.default_rng(_checks.whole("seed", seed, 0, 2**63))
    samples = _checks.whole("samples", samples, 10, MOST_SAMPLES)
    return _Measurement(f, expression, centre, p, m, alphas, samples, rng).verdict()


def _step_sizes(step_sizes, at):
    """The step sizes in rising order, each once."""
    try:
        alphas = sorted({_checks.positive("step_sizes", alpha) for alpha in step_sizes})
    except TypeError:
        alphas = []
    if not 2 <= len(alphas) <= MOST_STEP_SIZES:
        raise ValueError(f"step_sizes={step_sizes!r} must be 2 to {MOST_STEP_SIZES} different numbers: a decrease of "
                         "order alpha^p shows in how it changes with alpha")
    least = max(SMALLEST_STEP, FINEST_STEP * abs(at).max())
    if not least <= alphas[0] <= alphas[-1] <= LARGEST_STEP:
        raise ValueError(f"step_sizes={step_sizes!r} must lie between {least:.3g} and {LARGEST_STEP:g}: the starts "
                         f"around at={at.tolist()} are float64 points")
    return alphas


class _Measurement:
    """The decreases around one point, and what follows from them."""

    def __init__(self, f, g, at, p, m, alphas, samples, rng):
        # python-flint waits until the arguments are right
        from ._increments import Increments
        from ._sampling import Sampling
        from ._worst import Screening
        self._f, self._at, self._p, self._alphas = f, at, p, alphas
        self._increments = increments = Increments(f, g)
        if not np.isfinite(increments.value(at[None])).all():
            raise ValueError(f"g={g} has no finite value at at={at.tolist()}")
        self._sampling = Sampling(f, increments.residuals, at, m, samples, rng)
        if not np.isfinite(increments.directions(self._sampling.around(alphas[0]).points)).all(axis=1).any():
            raise ValueError(f"at={at.tolist()}: f={f.name} has no finite gradient in its neighbourhood")
        self._screening = Screening(increments, rng)

    def verdict(self):
        """The `Check`."""
        around = [self._screening.worst(self._sampling.around(alpha)) for alpha in self._alphas]
        if None in around:
            raise ValueError(f"at={self._at.tolist()}: f={self._f.name} has no direction in its neighbourhood")
        decreases = [0.0 - worst.increment for worst in around]
        rates = [self._rate(worst) for worst in around]
        exponent = _slope(self._alphas, decreases)
        fields = dict(exponent=exponent, constant=rates[0], step_sizes=tuple(self._alphas), decreases=tuple(decreases))
        levels = self._levels(around[0]) if min(rates[:2]) > 0 else []
        decays = exponent is None or exponent > self._p + TOLERANCE
        for k in reversed(range(1, 0 if decays else len(levels))):
            omega = SHARE * min(rates[:k + 1])
            if self._rate(levels[k]) > omega > 0:
                bound = self._alphas[k]
                reason = (f"Near {_text(self._at)} g falls by more than {omega:.3g} alpha^{self._p:g} for steps up to "
                          f"{bound:g} on all samples. The worst decrease is {rates[0]:.5g} alpha^{self._p:g} at "
                          f"alpha = {self._alphas[0]:g}, of exponent {exponent:.3f}.")
                return Check(True, reason, step_bound=bound, counterexample=None, **fields)
        worst, reason = self._failure(around, levels, rates, decays)
        return Check(False, reason, step_bound=None, counterexample=self._counterexample(worst), **fields)

    def _levels(self, worst):
        """For each step size r the start of B(at, r) with steps up to r of the least rate, beginning with `worst`.

        They end with the first from which g does not decrease. A first-order term of g such as alpha |h|^2 is seen only
        by steps that are much smaller than |h|: there is a step size for that.
        """
        finer = max(FINER * self._alphas[0], FINEST_STEP * abs(self._at).max())
        levels = []
        for k, reach in enumerate(self._alphas):
            def improve(starts, increments):
                return self._sampling.improved(starts, increments, reach, self._screening.many)
            found = [self._screening.worst(self._sampling.within(alpha, reach), improve)
                     for alpha in (*self._alphas[:k + 1], min(finer, self._alphas[0]))]
            worst = min((worst, *filter(None, found)), key=self._rate)
            levels.append(worst)
            if worst.increment >= 0:
                break
        return levels

    def _rate(self, worst):
        """The decrease in units of (min_i alpha_i)^p."""
        return (0.0 - worst.increment) / worst.steps.min() ** self._p

    def _failure(self, around, levels, rates, decays):
        """The start that refutes, and a sentence."""
        beyond = ""
        if rates[0] <= 0:
            worst = around[0]
        elif rates[1] <= 0:
            worst, beyond = around[1], self._beyond()
        elif levels[0].increment >= 0 or not decays:
            worst = levels[:2][-1]
            beyond = self._beyond() if worst is not levels[0] else ""
        else:
            worst = around[0]
        start = f"from x_0 = {_text(worst.point)} with alpha = {worst.steps.min():.3g}"
        if worst.path is None:
            return worst, f"g or a step of f is not defined {start}.{beyond}"
        if not worst.direction.any():
            return worst, (f"f is constant around {_text(worst.point)}: the direction is 0, and g does not "
                           f"decrease.{beyond}")
        if worst.increment >= 0:
            change = "does not change" if worst.increment == 0 else f"increases by {worst.increment:.3g}"
            return worst, f"g {change} {start}.{beyond}"
        if decays:
            return worst, (f"The worst decreases follow a higher power of alpha than {self._p:g}, so no omega > 0 "
                           f"fits: {-worst.increment:.3g} {start}.")
        return worst, (f"The decrease is not of one size near {_text(self._at)}: {-worst.increment:.3g} {start}, "
                       f"against {min(rates[:2]):.3g} alpha^{self._p:g} elsewhere.{beyond}")

    def _beyond(self):
        return (f" The samples closer than {self._alphas[0]:g} to {_text(self._at)} show nothing wrong; smaller step "
                "sizes may tell more.")

    def _counterexample(self, worst):
        signs = self._increments.signs(worst.point)
        if signs is not None and self._f.pieces is None:
            signs = signs[0] if signs else None
        return Counterexample(x=worst.point, direction=worst.direction, sign=signs, alpha=float(worst.steps.min()),
                              step_sizes=tuple(worst.steps.tolist()), increment=worst.increment, iterates=worst.path)


def _slope(alphas, decreases):
    """The exponent of D(alpha) at the two smallest step sizes; None unless both decreases are positive numbers."""
    if not all(0 < decrease < math.inf for decrease in decreases[:2]):
        return None
    return math.log(decreases[1] / decreases[0]) / math.log(alphas[1] / alphas[0])


def _text(x):
    return f"({', '.join(f'{entry:.6g}' for entry in x.tolist())})"
