"""Flat minima: how much a function varies over small balls, and the preorder that this makes.

Josz, Implicit regularization of normalized gradient descent, Definition 3.31. Flatness is not sharpness: y^2 + x^2 y^4
has the largest Hessian eigenvalue 2 all along its minima y = 0, and only the origin is flat.
"""

import functools

import numpy as np

from . import _checks

STARTS = 1024                                   # of the search: half on the sphere, half inside the ball
CLIMBS = 8                                      # the best and most different starts climb
APART = 0.9                                     # two starts differ when the cosine between them is below this
STILL = 1e-10                                   # a climb ends where the gradient, over the variation, is this small
KINK = 1e-6                                     # a climb that ends with a larger gradient ended on a kink
EQUAL = 1e-10                                   # relative: variations nearer than this count as equal


def variation(f, x, r):
    """sup of |f(z) - f(x)| over the ball |z - x| <= r.

    Parameters
    ----------
    f : Landscape or LinearNetwork
    x : (d,), finite
    r : radius, above 0

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For bad arguments, a radius below the rounding of x, or where f is not finite somewhere in the ball.

    Notes
    -----
    Multistart ascent from fixed starts, by BFGS on a hemisphere above the ball; on kinks, by Nelder-Mead after it. The
    result is a value of |f - f(x)| in the ball, so at most the supremum; it is the supremum up to a relative 1e-10
    (1e-6 on kinks) and to the rounding of f, about 1e-16 |f(x)|, unless f has many peaks in the ball.
    """
    x, r = _checks.point("x", x, _checks.landscape("f", f).dimension), _checks.positive("r", r)
    if (x + r == x).all():
        raise ValueError(f"r={r!r} is lost in the rounding of x={x.tolist()}: take a larger radius")
    base = _finite(f, x, r, f.value(x))
    starts = _starts(f.dimension)
    changes = _finite(f, x, r, f.value(x + r * starts[:, :-1])) - base
    heights = np.abs(changes)
    highest = float(heights.max())
    if highest == 0:
        return 0.0
    for i in _different(starts, np.argsort(-heights, kind="stable")):
        if heights[i] > 0:
            climbed = _climb(f, x, r, starts[i], base, np.sign(changes[i]) * heights.max())
            highest = max(highest, float(abs(_finite(f, x, r, climbed) - base)))
    return highest


def is_flatter(f, x, y, radii):
    """Whether x is at least as flat as y: variation(f, x, r) <= variation(f, y, r) for every given radius.

    Definition 3.31 asks it for all small r > 0; a list of radii can refute that, not prove it. Two points may each be
    flatter than the other. Variations that agree to a relative 1e-10, or to the rounding of f, count as equal.

    Parameters
    ----------
    f : Landscape or LinearNetwork
    x, y : (d,), finite
    radii : a number or (m,), each above 0

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        As `variation`, and for no radii.
    """
    _checks.landscape("f", f)
    x, y = _checks.point("x", x, f.dimension), _checks.point("y", y, f.dimension)
    rounding = 4 * np.finfo(float).eps * (abs(f.value(x)) + abs(f.value(y)))
    for r in _radii(radii):
        at_y = variation(f, y, r)
        if not variation(f, x, r) <= at_y * (1 + EQUAL) + rounding:
            return False
    return True


def _radii(radii):
    try:
        values = np.atleast_1d(np.asarray(radii)).tolist()
    except ValueError:
        values = []
    if not values or any(isinstance(r, list) for r in values):
        raise ValueError(f"radii={radii!r} must be a number, or a list of at least one")
    return [_checks.positive("radii", r) for r in values]


@functools.cache
def _starts(d):
    """Points of the upper unit hemisphere of R^(d+1), (m, d + 1): dropping the last coordinate gives the ball.

    The axes, and Sobol points made normal and put on the equator (the sphere around x) or above (inside the ball).
    """
    import scipy.stats
    numbers = scipy.stats.qmc.Sobol(d + 1, scramble=False)
    numbers.fast_forward(1)                     # the first is the corner 0
    points = scipy.stats.norm.ppf(numbers.random(STARTS - 1))
    points[:, -1] = np.where(np.arange(len(points)) % 2 == 0, 0.0, np.abs(points[:, -1]))
    axes = np.eye(d, d + 1)
    points = np.concatenate([axes, -axes, points[np.linalg.norm(points, axis=1) > 0]])
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _different(starts, order):
    """The first of the order that lie apart, at most CLIMBS of them."""
    chosen = []
    for i in order:
        if all(starts[i] @ starts[j] < APART for j in chosen):
            chosen.append(i)
            if len(chosen) == CLIMBS:
                break
    return chosen


def _climb(f, x, r, start, base, scale):
    """f where ascent of (f - base) / scale from the hemisphere's point ``start`` ends; descent of f if scale < 0."""
    import scipy.optimize

    def place(v):
        length = np.linalg.norm(v)
        return v / length, length

    def height(v):
        return -(f.value(x + r * place(v)[0][:-1]) - base) / scale

    def slope(v):
        n, length = place(v)
        g = f.gradient(x + r * n[:-1])
        return -r / (scale * length) * (np.append(g, 0.0) - (g @ n[:-1]) * n)

    with np.errstate(all="ignore"):
        end = scipy.optimize.minimize(height, start, jac=slope, method="BFGS", options={"gtol": STILL})
        if not np.abs(end.jac).max() <= KINK:
            end = scipy.optimize.minimize(height, end.x, method="Nelder-Mead",
                                          options={"xatol": STILL, "fatol": STILL, "maxiter": 2000})
    return f.value(x + r * place(end.x)[0][:-1])


def _finite(f, x, r, values):
    """The values of f in the ball, once they are known to be finite."""
    if not np.isfinite(values).all():
        raise ValueError(f"{f.name} is not finite everywhere in the ball of radius r={r:g} around x={x.tolist()}: "
                         "take a smaller r, or another x")
    return values
