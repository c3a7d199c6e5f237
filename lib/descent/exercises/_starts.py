"""Checks of the exercises of the chapter on stable and unstable starts."""

import math

import numpy as np

from .. import _checks, basins, landscapes, orbits

SLICE_STEPS = (0.2, 0.5, 0.8)
NEAR = 1e-3                                     # how far inside and outside an end is tried
FAR = 1e4                                       # from the origin, where every orbit has diverged
MAP_STEP = 0.2                                  # of f4, where the chapter's map opens
CLOSE = 1e-2                                    # relative: two digits are enough
GIVEN = (0.1, 2.5)                              # the unstable start that the chapter shows


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


def check_largest_step(answer):
    """Check the largest step of f3 at its minimum (1, 1).

    Parameters
    ----------
    answer : number

    Returns
    -------
    str
        "Right …", or what the sharpness would have to be.
    """
    answer, f = _checks.positive("answer", answer), landscapes.named("chen-f3")
    largest = f.largest_step(f.minima.points[0])
    if abs(answer - largest) <= CLOSE * largest:
        return f"Right: the eigenvalues are 4 and 12, and 2/12 = {largest:.4f}."
    return (f"{answer:g} is not right: it would belong to a sharpness of {2 / answer:.4g}. "
            "Compute the two eigenvalues; their sum is 16.")


def check_rises(start, least=1):
    """Check that a start of f4 is unstable for the step 0.2, with at least so many rises of the loss.

    With one rise asked for, the unstable start of the text is refused.

    Parameters
    ----------
    start : (x, y)
    least : number of rises asked for

    Returns
    -------
    str
        "Right …", or what becomes of the start.
    """
    (x, y), least = _checks.point("start", start, 2), _checks.whole("least", least, 1, 100)
    if least == 1 and (x, y) == GIVEN:
        return f"({x:g}, {y:g}) is the start of the text: find another."
    kind, rises = _fate(x, y, MAP_STEP)
    found = f"from ({x:g}, {y:g}) the loss rises at {rises} step{'s' * (rises != 1)}"
    if kind > basins.UNSTABLE:
        return f"({x:g}, {y:g}) does not converge to a minimum: it is {basins.KINDS[kind]}."
    if kind == basins.STABLE:
        return f"({x:g}, {y:g}) is stable: the loss falls at every step."
    return f"Right: {found}." if rises >= least else f"Not enough: {found}, asked for are {least}."


def check_sharp(start):
    """Check that at a start of f4 the sharpness exceeds 2 / eta, for the step 0.2, and the loss falls all the same.

    Parameters
    ----------
    start : (x, y)

    Returns
    -------
    str
        "Right …", or which of the two is not so.
    """
    start, f = _checks.point("start", start, 2), landscapes.named("chen-f4")
    if np.abs(start).max() > FAR:
        return f"Take a start nearer than {FAR:g} to the origin: numbers end where the loss of the next point would be."
    sharpness = float(f.sharpness(start))
    before, after = orbits.gradient_descent(f, start, MAP_STEP, 1).losses
    if not sharpness > 2 / MAP_STEP:
        return f"The sharpness there is {sharpness:.2f}, not above 2/η = {2 / MAP_STEP:g}: go farther out."
    if not after < before:
        return f"The sharpness there is {sharpness:.2f}, but the loss rises, from {before:.3f} to {after:.3f}."
    return f"Right: the sharpness is {sharpness:.2f}, and the loss falls from {before:.3f} to {after:.3f}."


def check_stable_again(smaller, larger):
    """Check two steps for which the start (1.5, 2) of f4 is unstable at the smaller and stable at the larger.

    Parameters
    ----------
    smaller, larger : steps

    Returns
    -------
    str
        "Right …", or which of the two is not so.
    """
    smaller, larger = _checks.positive("smaller", smaller), _checks.positive("larger", larger)
    if not smaller < larger:
        return f"{smaller:g} is not below {larger:g}."
    for eta, wanted in ((smaller, basins.UNSTABLE), (larger, basins.STABLE)):
        kind, _ = _fate(1.5, 2.0, eta)
        if kind != wanted:
            return f"At η = {eta:g} the start is {basins.KINDS[kind]}, not {basins.KINDS[wanted]}."
    return f"Right: unstable at {smaller:g}, stable at {larger:g}."


def check_shrink(answer):
    """Check by which factor V of f2 shrinks on the line x = 0 when the step goes from 0.9 of the largest to 0.99.

    Parameters
    ----------
    answer : number, old length over new length

    Returns
    -------
    str
        "Right …", or what to divide by what.
    """
    answer = _checks.positive("answer", answer)
    old, new = (2 * math.sqrt((1 - eta) / (2 * eta)) for eta in (0.9, 0.99))
    if abs(answer - old / new) <= CLOSE * old / new:
        return f"Right: from {old:.4f} to {new:.4f}."
    if abs(answer - new / old) <= CLOSE * new / old:
        return f"{answer:g} is new over old: turn it round."
    return f"{answer:g} is not right: divide the length at 0.9 by the length at 0.99."


def _fate(x, y, eta):
    """The kind of a start of f4, and at how many steps its loss rises."""
    b = basins.classify_starts(landscapes.named("chen-f4"), eta, [(x, y)])
    return int(b.kind[0]), int(b.rises[0])
