"""Checks of the exercises: each says what is wrong with a wrong answer. They run where the notebook runs."""

import numpy as np

from . import _checks, landscapes, orbits

SLICE_STEPS = (0.2, 0.5, 0.8)
NEAR = 1e-3                                     # how far inside and outside an end is tried


def check_slice(answer):
    """Check the interval of starts on the line x = 0 from which gradient descent on chen-f1 converges to the origin.

    Parameters
    ----------
    answer : function eta -> (low, high), for 0 < eta < 1

    Returns
    -------
    str
        "Right …", or what is wrong and at which step.
    """
    if not callable(answer):
        raise ValueError(f"answer={answer!r} must be a function of eta that returns the two ends")
    for eta in SLICE_STEPS:
        given = answer(eta)
        try:
            low, high = _checks.point("the answer", given, 2)
        except ValueError:
            return f"At η = {eta} the answer is {given!r}: give two numbers, the ends of the interval."
        if not low < 0 < high:
            return f"At η = {eta} the interval ({low:.4g}, {high:.4g}) does not contain the minimum 0."
        for name, end, outwards in (("lower", low, -NEAR), ("upper", high, NEAR)):
            if not _converges(end - outwards, eta):
                return (f"At η = {eta} the {name} end {end:.4g} lies too far out: from y = {end - outwards:.4g}, "
                        "inside the interval, the orbit does not converge to 0.")
            if _converges(end + outwards, eta):
                return (f"At η = {eta} the {name} end {end:.4g} lies too far in: from y = {end + outwards:.4g}, "
                        "outside the interval, the orbit converges to 0 too.")
    return f"Right: tried on both sides of both ends, at η = {', '.join(map(str, SLICE_STEPS))}."


def _converges(y, eta):
    orbit = orbits.gradient_descent(landscapes.named("chen-f1"), [0.0, y], eta, 5000)
    return orbit.diverged_at is None and bool(np.linalg.norm(orbit.points[-1]) < 1e-6)
