"""What the proof in a page works on: R = N / D as tables of coefficients, each a float64 interval around a rational."""

import math

import numpy as np

from .. import _checks, _symbolic
from ._decrease import direction, pieces, step
from ._interval_bernstein import LARGEST_DEGREE
from ._live_proof import FACTS, LEAF, PLACE
from ._rational import Reader, fraction, written


def tables(f, g, h=None):
    """N and D with g(x - A w) - g(x) = A^2 N / D, w = grad h, as arrays for `descent.lyapunov._live_proof.prove`.

    On a box around A = 0 where D does not vanish, neither does a divisor of g, at x or at x - A w.

    Parameters
    ----------
    f : Landscape of two variables
    g : text or SymPy expression in the variables of f, a rational function
    h : the same, with f = phi(|h|); f.residual when it is None. When h is rational, w is grad h times the square of its
        denominator

    Returns
    -------
    N, D : arrays (2, nx, ny, nz), the least and the largest float64 neighbours of the coefficients of x^i y^j A^k

    Raises
    ------
    ValueError
        For a landscape of another dimension or without a residual; for functions that are not rational over the
        rationals; for g that is not conserved; for a degree above LARGEST_DEGREE or coefficients beyond float64.
    """
    if _checks.landscape("f", f).dimension != 2:
        raise ValueError(f"f: {f.name} has {f.dimension} variables; a proof in a page is about 2")
    if h is None:
        h = f.residual
    if h is None or isinstance(h, tuple):
        raise ValueError(f"h={h!r} must be one function with f = phi(|h|); {f.name} knows none, so name it")
    g, h = (value if isinstance(value, str) else written(_symbolic.expression(name, value, f))
            for name, value in (("g", g), ("h", h)))
    change = step(Reader("g", f.variables), g, direction(pieces([h], f.variables), (1,)))
    N, D = change.N, change.D
    for divisor in change.kept:                 # a factor that R has lost: D is to vanish there all the same
        while not (common := divisor.gcd(D)).is_constant():
            divisor /= common
        N, D = N * divisor, D * divisor
    return tensor(N.to_dict()), tensor(D.to_dict())


def tensor(terms):
    """The array (2, nx, ny, nz) of the coefficients of {(i, j, k): rational}, rounded down and up.

    Raises ValueError for a degree above LARGEST_DEGREE, or coefficients beyond float64.
    """
    lengths = [max((exponents[axis] for exponents in terms), default=0) + 1 for axis in range(3)]
    if max(lengths) > LARGEST_DEGREE + 1:
        raise ValueError(f"the decrease of g has degree {max(lengths) - 1} in one of x, y and A; a proof in a page "
                         f"allows {LARGEST_DEGREE}")
    out = np.zeros((2, *lengths))
    for exponents, value in terms.items():
        exact = fraction(value)
        try:
            nearest = float(exact)
        except OverflowError:
            raise ValueError("the decrease of g has a coefficient beyond float64") from None
        out[0][exponents] = nearest if nearest <= exact else math.nextafter(nearest, -math.inf)
        out[1][exponents] = nearest if nearest >= exact else math.nextafter(nearest, math.inf)
    return out


def buffers(pairs, depth, leaves):
    """The arrays that `prove` needs for any of some (N, D), as a `descent.figures.Figure` describes them.

    Parameters
    ----------
    pairs : list of (N, D)
    depth : int, how often a box may be bisected
    leaves : int, how many leaves are kept
    """
    size = max(math.prod(np.maximum(N.shape, D.shape)[1:]) + math.prod(D.shape[1:]) for N, D in pairs)
    shapes = {"stack": [depth + 2, 2, int(size)], "places": [depth + 1, PLACE], "leaves": [leaves, LEAF],
              "facts": [len(FACTS)]}
    made = {name: {"type": "f8", "shape": shape} for name, shape in shapes.items()}
    made["facts"]["names"] = FACTS
    return made
