"""Checks of the exercises of the chapter on a neighbourhood that keeps what it has."""

import dataclasses
import functools

import numpy as np

from .. import _checks, basins, landscapes

SMOOTH, STEPS = (0.5, 1.0, 4.0), (0.1, 0.5, 1.6)
MARGINS = ((0.5, 0.5), (1.0, 0.25), (1.6, 0.9))                 # eta and w
SUMS = ((1.0, 0.5, 0.1, 0.1), (3.0, 0.25, 0.5, 0.01))           # fall of the loss, C, eta, epsilon
ELLIPSES = ((0.2, 0.2, 3.8), (1.0, 2.0, 2.0), (0.5, 1.0, 9.0))  # radius, least and largest eigenvalue
TOLERANCE = 1e-3                                # relative: three digits are enough
ROUNDING = 1e-12                                # a fall of the loss that floating point may hide
FRACTION, WIDE, FLAT_POINT = 0.5, 3, (0.75, 1.2)


def check_best_step(answer):
    """Check the step at which the descent lemma promises the largest fall of the loss, and that fall.

    Parameters
    ----------
    answer : function L -> (eta, share): the step, and the promised fall divided by |grad f|^2

    Returns
    -------
    str
        "Right …", or what is wrong and at which L.
    """
    for smooth in SMOOTH:
        given = _numbers(answer, (smooth,), 2)
        if isinstance(given, str):
            return f"At L = {smooth} {given}"
        eta, share = given
        promised = eta * (1 - smooth * eta / 2)
        for other in np.linspace(0, 2 / smooth, 401)[1:-1]:
            if (better := other * (1 - smooth * other / 2)) > promised + TOLERANCE / smooth:
                return (f"At L = {smooth} the step {eta:.4g} is promised a fall of {promised:.4g} |∇f|². "
                        f"The step {other:.4g} is promised more, {better:.4g} |∇f|².")
        if not abs(share - promised) <= TOLERANCE / smooth:
            return f"At L = {smooth} the step is right; its promised fall is {promised:.4g} |∇f|², not {share:.4g}."
    return f"Right: tried at L = {', '.join(map(str, SMOOTH))}."


def check_reach(answer):
    """Check how far from 0 the sharpness of x^2/2 + x^4/4 stays at most 2 / eta.

    Parameters
    ----------
    answer : function eta -> r, for 0 < eta < 2

    Returns
    -------
    str
        "Right …", or what is wrong and at which step.
    """
    for eta in STEPS:
        given = _numbers(answer, (eta,), 1)
        if isinstance(given, str):
            return f"At η = {eta} {given}"
        if fault := _radius_fault(given[0], 2 / eta, "2/η"):
            return f"At η = {eta} {fault}"
    return f"Right: tried at η = {', '.join(map(str, STEPS))}."


def check_broken_promise(point, alpha):
    """Check that inequality (8) of Lemma 1 fails on chen-f4 at a point beyond t', for half the largest step.

    Parameters
    ----------
    point : (2,), nearer than 3 t' to the minimum in the first quadrant
    alpha : number in (0, eta]

    Returns
    -------
    str
        "Right …", or what is wrong.
    """
    f, eta, U = _certified()
    x, alpha = _checks.point("point", point, 2), _checks.finite("alpha", alpha)
    times = np.linalg.norm(x - U.minimum) / U.radius
    if not times < WIDE:
        return f"The point is {times:.2f} t′ from the minimum {U.minimum.round(4)}: stay nearer than {WIDE} t′."
    if not 0 < alpha <= eta:
        return f"α = {alpha:.4g} is not in (0, η] with η = {eta:.4f}."
    if times < 1:
        return f"The point is {times:.2f} t′ from the minimum. Inside t′ the promise is a theorem: go farther."
    g = f.gradient(x)
    falls, promised = f.value(x) - f.value(x - alpha * g), U.descent_constant * alpha * (g @ g)
    where = f"At {times:.2f} t′ with α = {alpha:.4g} the loss falls by {falls:.4g}; promised are {promised:.4g}."
    if promised < ROUNDING:
        return f"{where} Rounding hides so small a fall: take a larger α."
    if falls >= promised:
        return f"{where} The promise is kept."
    return f"Right: the promise is broken. {where}"


def check_leaving(point):
    """Check that a point of the ball of Lemma 1 leaves it: x^2 + 100 (y - x^2)^2, one step of half the largest.

    Parameters
    ----------
    point : (2,)

    Returns
    -------
    str
        "Right …", or what is wrong.
    """
    f, eta, U = _valley()
    x = _checks.point("point", point, 2)
    after = x - eta * f.gradient(x)
    before, then = np.linalg.norm(x), np.linalg.norm(after)
    where = f"The point is {before:.4f} from the minimum, its image {then:.4f}; t′ = {U.radius:.4f}."
    if not before < U.radius:
        return f"The point is not in the ball. {where}"
    if then < U.radius:
        wall = "higher above" if x[1] - x[0] ** 2 <= x[0] ** 2 / 2 else "nearer"     # steepest outwards: y = 1.5 x^2
        return f"The image is in the ball. Try {wall} the floor y = x², and nearer the rim. {where}"
    return f"Right: this point leaves the ball, and it is not in U: f = {f.value(x):.4f}, f* = {U.level:.4f}. {where}"


def check_certificate(answer):
    """Check the radius t' and the level f* of Theorem 2 for x^2/2 + x^4/4.

    Parameters
    ----------
    answer : function (eta, w) -> (t', f*), for 0 < eta < 2 and 0 < w < 1

    Returns
    -------
    str
        "Right …", or what is wrong and where.
    """
    for eta, w in MARGINS:
        given = _numbers(answer, (eta, w), 2)
        if isinstance(given, str):
            return f"At η = {eta}, w = {w} {given}"
        radius, level = given
        if fault := _radius_fault(radius, (1 - w) + 2 * w / eta, "M"):
            return f"At η = {eta}, w = {w} {fault}"
        least = radius**2 / 2 + radius**4 / 4
        if not abs(level - least) <= TOLERANCE * least:
            return (f"At η = {eta}, w = {w} t′ is right; the least value of f at distance t′ is {least:.4g}, "
                    f"not {level:.4g}.")
    return f"Right: tried at η, w = {'; '.join(f'{eta}, {w}' for eta, w in MARGINS)}."


def check_margin(w):
    """Check the margin w with the largest C for which (0.75, 1.2) is in U, for chen-f4 at half the largest step.

    Parameters
    ----------
    w : number in (0, 1), right to 0.01

    Returns
    -------
    str
        "Right …", or what is wrong.
    """
    w = _checks.finite("w", w)
    if not 0 < w < 1:
        return f"w = {w!r} is not between 0 and 1."
    f, _, U = _certified(w)
    distance = np.linalg.norm(np.subtract(FLAT_POINT, U.minimum))
    if not U.contains(f, FLAT_POINT):
        return (f"With w = {w:.4g} the point is not in U: its distance is {distance:.4f} and t′ = {U.radius:.4f}; "
                f"its loss is {f.value(FLAT_POINT):.5f} and f* = {U.level:.5f}.")
    if w > 0.01 and (less := _certified(w - 0.01)[2]).contains(f, FLAT_POINT):
        return (f"With w = {w:.4g} the point is in U, but C can be larger: with w = {w - 0.01:.4g} it is in U as well, "
                f"and C = {less.descent_constant:.4f}.")
    return f"Right: C = {U.descent_constant:.4f}, t′ = {U.radius:.4f}."


def check_count(answer):
    """Check the most steps with a gradient of at least epsilon that equation (34) allows.

    Parameters
    ----------
    answer : function (fall, C, eta, epsilon) -> number, with fall = f(theta_0) - f(theta*)

    Returns
    -------
    str
        "Right …", or what is wrong and where.
    """
    for fall, constant, eta, epsilon in SUMS:
        given = _numbers(answer, (fall, constant, eta, epsilon), 1)
        where = f"At f(θ₀) − f(θ*) = {fall}, C = {constant}, η = {eta}, ε = {epsilon}"
        if isinstance(given, str):
            return f"{where} {given}"
        least = given[0] * constant * eta * epsilon**2         # by which so many steps lower the loss
        if least > fall * (1 + TOLERANCE) + constant * eta * epsilon**2:
            return f"{where} your {given[0]:.6g} steps lower the loss by {least:.4g} or more: further than to f(θ*)."
        if least < fall * (1 - TOLERANCE) - constant * eta * epsilon**2:
            return f"{where} your {given[0]:.6g} steps may lower the loss by {least:.4g} only: (34) allows more steps."
    return "Right: tried with two sets of numbers."


def check_area(answer):
    """Check the area of U where f is quadratic.

    Parameters
    ----------
    answer : function (radius, low, high) -> area of U for f = (low x^2 + high y^2) / 2, 0 < low <= high

    Returns
    -------
    str
        "Right …", or what is wrong and where.
    """
    for radius, low, high in ELLIPSES:
        given = _numbers(answer, (radius, low, high), 1)
        where = f"At t′ = {radius}, eigenvalues {low} and {high}"
        if isinstance(given, str):
            return f"{where} {given}"
        axis = radius * (2 * (np.arange(1000) + 0.5) / 1000 - 1)
        x, y = np.meshgrid(axis, axis)
        inside = (x**2 + y**2 < radius**2) & (low * x**2 + high * y**2 < low * radius**2)
        counted = inside.mean() * 4 * radius**2
        if not abs(given[0] - counted) <= 5e-3 * counted:       # cells on the boundary are counted or not
            return f"{where} you say {given[0]:.4g}; counting points of a grid gives {counted:.3g}."
    return "Right: compared with points counted on three grids."


def _numbers(answer, arguments, count):
    """The numbers that an answer gives, or a sentence on what it gives instead."""
    if not callable(answer):
        raise ValueError(f"answer={answer!r} must be a function")
    given = answer(*arguments)
    try:
        return _checks.point("the answer", [given] if count == 1 else given, count)
    except ValueError:
        return f"the answer is {given!r}: give {'one number' if count == 1 else f'{count} numbers'}."


def _radius_fault(radius, bound, name):
    """What is wrong with the radius up to which 1 + 3 x^2, the sharpness of x^2/2 + x^4/4, is at most the bound."""
    sharpness = 1 + 3 * radius**2
    if not radius > 0:
        return f"the radius {radius:.4g} is not above 0."
    if abs(sharpness - bound) <= TOLERANCE * bound:
        return ""
    far = "too large" if sharpness > bound else "too small"
    return f"the radius {radius:.4g} is {far}: there the sharpness is {sharpness:.4g}, and {name} = {bound:.4g}."


@functools.cache
def _certified(w=0.5):
    f = landscapes.named("chen-f4")
    eta = FRACTION * f.largest_step(f.minima.points[0])
    return f, eta, basins.invariant_neighbourhood(f, f.minima.points[0], eta, w)


@functools.cache
def _valley():
    f = dataclasses.replace(landscapes.from_formula("x^2 + 100*(y - x^2)^2"),
                            minima=landscapes.FiniteMinima(np.zeros((1, 2))), isolation=np.inf)
    eta = FRACTION * f.largest_step(f.minima.points[0])
    return f, eta, basins.invariant_neighbourhood(f, f.minima.points[0], eta)
