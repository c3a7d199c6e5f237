"""Checks of the exercises of the chapter on the edge of stability."""

import math

import numpy as np

from .. import _checks, basins, landscapes, orbits

STEPS = (0.05, 0.1, 0.2)                        # at which a function of the step is tried
NEAR = 1e-2                                     # how far inside and outside an end is tried
CLOSE = 1e-2                                    # relative: two digits are enough
BOWL_START, BOWL_STEP = (4.0, 0.0), 0.5
FUNCTIONS = ("f1", "f2", "f3", "f4")


def check_openness(K, m, M1, M2):
    """Check the constants of equation (36) for (x^2 + y^2)/2, the step 1/2 and the start (4, 0).

    Parameters
    ----------
    K : the first step inside U, the disc of radius 3/2
    m : the least fall of the loss before it
    M1 : the largest |grad f| within 1 of the orbit
    M2 : the largest norm of the Hessian there

    Returns
    -------
    str
        "Right …", or which constant is wrong and why.
    """
    right = basins.openness(landscapes.named("quadratic", lambdas=[1.0, 1.0]), BOWL_START, BOWL_STEP)
    given = [_checks.finite(name, value) for name, value in (("K", K), ("m", m), ("M1", M1), ("M2", M2))]
    if given[0] != right.K:
        return f"K = {given[0]:g} is not right: each step halves the distance 4; which is the first below 3/2?"
    if not _same(given[1], right.least_fall):
        return f"m = {given[1]:g} is not right: list the loss at 4, 2, 1, and take the smallest of its falls."
    if _same(given[2], 12.5):
        return "M1 = 12.5 is the maximum of |f|, as printed; equation (40) needs that of |∇f|."
    if not _same(given[2], right.gradient_bound):
        return f"M1 = {given[2]:g} is not right: the maximum of |∇f| = |θ| is taken within 1 of the orbit, too."
    if not _same(given[3], right.hessian_bound):
        return f"M2 = {given[3]:g} is not right: the Hessian is the identity everywhere."
    return f"Right: with these ε = m / (2 M1 (1 + η M2)^K) = {right.epsilon:.4f}."


def check_rate(answer):
    """Check the constant a in |x_k| ~ a / sqrt(k), for x^2/2 - x^4/4 and the step 2.

    Parameters
    ----------
    answer : number

    Returns
    -------
    str
        "Right …", or what the orbit says.
    """
    answer, n = _checks.finite("answer", answer), 10**4
    orbit = orbits.gradient_descent(landscapes.from_formula("x**2/2 - x**4/4", "x"), [0.3], 2.0, n)
    measured = abs(orbit.points[-1, 0]) * math.sqrt(n)
    if _same(answer, measured):
        return f"Right: after {n} steps from 0.3, |x_k| sqrt(k) is {measured:.4f}."
    return f"{answer:g} is not right: after {n} steps from 0.3, |x_k| sqrt(k) is nearer to {measured:.1f}."


def check_flip(answer):
    """Check the b at which the loss of stability of x^2 + y^2 + y^3 + b y^4 on x = 0 turns from soft to hard.

    Parameters
    ----------
    answer : number

    Returns
    -------
    str
        "Right …", or which b near it does not do what the answer says.
    """
    answer = _checks.finite("answer", answer)
    if abs(answer) > 100:
        return f"b = {answer:g} is not right: look between -100 and 100."
    for b, soft in ((answer - 0.05, True), (answer + 0.05, False)):
        y = twice = 1e-2
        for _ in range(2):                      # at the largest step, 1
            twice -= 2 * twice + 3 * twice**2 + 4 * b * twice**3
        if (twice < y) != soft:
            return (f"At b = {b:g} the flip should be {'soft' if soft else 'hard'} by your answer, but two steps "
                    f"with η = 1 take y = {y:g} {'nearer to' if twice < y else 'away from'} 0.")
    return f"Right: below b = {answer:g} the flip is soft, above it hard."


def check_theorem_1(answer):
    """Check beyond which step every stationary point of f1 … f4 has lambda_max > 2/eta or lambda_min < 0.

    Parameters
    ----------
    answer : dict of "f1" … "f4" to a number, or None where there is no such step

    Returns
    -------
    str
        "Right …", or for which function it is wrong and why.
    """
    if not isinstance(answer, dict) or set(answer) != set(FUNCTIONS):
        raise ValueError(f"answer={answer!r} must be a dict with the keys {', '.join(FUNCTIONS)}")
    for name, given in answer.items():
        f = landscapes.named(f"chen-{name}")
        largest = f.largest_step(f.minima.points[0])
        if name == "f3":
            if given is not None:
                return ("f3: whatever the step, the point (1.74, 0) has eigenvalues 0 and about 0.17: neither is "
                        "negative, and nearer to √3 the larger is as small as you like. There is no such step: None.")
        elif given is None:
            return f"{name}: the minima have λ_max = {2 / largest:.4g}; all other stationary points have λ_min < 0."
        elif not _same(value := _checks.finite(name, given), largest):
            return f"{name}: {value:g} is not right; which eigenvalue at the minima has to exceed 2/η?"
    return "Right: 2 / λ_max at the minima of f1, f2 and f4, and no step for f3."


def check_axis_minima(answer):
    """Check for which a > 0 the point (a, 0) of f3 keeps starts beside it: its sharpness is positive and below 2 / eta.

    Parameters
    ----------
    answer : function eta -> (low, high)

    Returns
    -------
    str
        "Right …", or what is wrong and at which step.
    """
    def keeps(a, eta):
        orbit = orbits.gradient_descent(landscapes.named("chen-f3"), [a, 1e-4], eta, 20000)
        return orbit.diverged_at is None and bool(np.linalg.norm(orbit.points[-1] - [a, 0]) < NEAR)

    return _ends(answer, keeps, "the orbit from beside (a, 0) ends beside it",
                 "the orbit from beside (a, 0) does not end beside it", 2)


def check_annulus(answer):
    """Check the radius of the circle that gradient descent on (x^2 + y^2 - 1)^2 takes to the origin in one step.

    Parameters
    ----------
    answer : function eta -> r, for 0 < eta < 1/4

    Returns
    -------
    str
        "Right …", or what is wrong and at which step.
    """
    def falls_short(r, eta):
        return bool(orbits.gradient_descent(landscapes.named("circle"), [r, 0.0], eta, 1).points[-1, 0] > 0)

    return _ends(answer, falls_short, "one step from (a, 0) ends before the origin",
                 "one step from (a, 0) goes past the origin", 1)


def check_stable_minima(answer):
    """Check which minima (a, 1/a), a > 0, of (1 - x y)^2 are less sharp than 2 / eta.

    Parameters
    ----------
    answer : function eta -> (low, high), for 0 < eta < 1/2

    Returns
    -------
    str
        "Right …", or what is wrong and at which step.
    """
    def flat(a, eta):
        return a > 0 and bool(landscapes.named("hyperbola").sharpness([a, 1 / a]) < 2 / eta)

    return _ends(answer, flat, "the sharpness at (a, 1/a) is below 2/η",
                 "the sharpness at (a, 1/a) is not below 2/η", 2)


def _ends(answer, inside, holds, fails, count):
    """Are these the ends of the interval of a in which `inside` holds, at the STEPS? `fails` says that it does not."""
    if not callable(answer):
        raise ValueError(f"answer={answer!r} must be a function of eta")
    for eta in STEPS:
        given = answer(eta)
        try:
            ends = _checks.point("the answer", np.atleast_1d(np.asarray(given)), count).tolist()
        except ValueError:
            return f"At η = {eta} the answer is {given!r}: give {('one number', 'two numbers')[count - 1]}."
        if ends != sorted(ends):
            return f"At η = {eta} the answer is {given!r}: give the lower end first."
        for name, end, outwards in zip(("lower end", "upper end")[-count:], ends, (-NEAR, NEAR)[-count:]):
            name = name if count == 2 else "radius"
            if not 2 * NEAR < end < 1e3:
                return f"At η = {eta} the {name} {end:.4g} is not right: look between 0.02 and 1000."
            if not inside(end - outwards, eta):
                return (f"At η = {eta} the {name} {end:.4g} is too far out: at a = {end - outwards:.4g}, inside, "
                        f"{fails}.")
            if inside(end + outwards, eta):
                return f"At η = {eta} the {name} {end:.4g} is too far in: at a = {end + outwards:.4g}, too, {holds}."
    return f"Right: tried on both sides of each end, at η = {', '.join(map(str, STEPS))}."


def _same(given, right):
    return abs(given - right) <= CLOSE * abs(right)
