"""(x^T A y - 1)^2 and the absolute values of Josz (2026), Examples 4.5, 4.7 and 4.8."""

import numpy as np
import sympy

from ._curves import HyperbolicCurve
from ._flat import REFERENCE
from ._landscape import Landscape
from ._minima import FiniteMinima
from ._parameters import matrix, nonzero_vector
from ._points import floats, names
from ._quadric import QuadricMinima

LARGEST_MATRIX = 10                             # rows and columns of A
LONGEST_VECTOR = 8                              # entries of u and of v
RANK = 1e-13                                    # relative: singular values below are rounding


def exact(numbers):
    """SymPy rationals of the shortest decimals of floats."""
    return [sympy.nsimplify(x, rational=True) for x in numbers]


def bilinear(A=((2.0, 0.0), (0.0, 1.0))):
    """(x^T A y - 1)^2 in the m + n variables (x, y), A any m x n matrix but 0.

    Flattest in the eigenspace of the smallest singular value sigma > 0 of A, balanced: x and y are sigma^(-1/2) times
    unit singular vectors.
    """
    A = matrix("A", A, LARGEST_MATRIX)
    m, n = np.shape(A)
    variables = names(m + n)
    symbols = sympy.symbols(variables)
    h = sum(a * x * y for x, row in zip(symbols, A) for a, y in zip(exact(row), symbols[m:])) - 1
    lambdas, axes = spectrum(np.array(A))
    minima = QuadricMinima(lambdas, axes)
    first = int(np.flatnonzero(np.any(A, axis=1))[0])
    return Landscape(name="bilinear", parameters={"A": A}, expression=h**2, variables=variables, residual=h,
                     minima=minima, flat_minima=minima.flattest,
                     stationary=np.zeros((1, m + n)) if np.all(lambdas != 0) else None,
                     rest=tuple(float(i == first) for i in range(m + n)),   # where grad h = 0, no step along Ker A
                     reference=REFERENCE.format("4.5"))


def spectrum(A):
    """The eigenvalues ±sigma_i / 2 and 0 of the quadratic form x^T A y, and its axes as orthonormal rows."""
    U, sigma, Vt = np.linalg.svd(A)
    m, n = A.shape
    axes, lambdas = [], []
    for i in range(max(m, n)):
        x = np.concatenate([U[:, i], np.zeros(n)]) if i < m else None
        y = np.concatenate([np.zeros(m), Vt[i]]) if i < n else None
        if x is not None and y is not None and sigma[i] > RANK * sigma[0]:
            axes += [(x + y) / np.sqrt(2), (x - y) / np.sqrt(2)]
            lambdas += [sigma[i] / 2, -sigma[i] / 2]
        else:
            kernel = [axis for axis in (x, y) if axis is not None]
            axes += kernel
            lambdas += [0.0] * len(kernel)
    return np.array(lambdas), np.array(axes)


def l1_product():
    """|x1 x3| + |x2 x3 - 1|, least on (0, 1/t, t) and flattest where t = ±2^(-1/4).

    The objective of Example 4.7 is a reconstruction. On x3 = 0, |x1| > |x2| it has local minima that are not global.
    """
    x, y, z = sympy.symbols("x1 x2 x3")
    quarter = sympy.Integer(2) ** sympy.Rational(1, 4)
    return Landscape(name="l1-product", parameters={}, expression=abs(x * z) + abs(y * z - 1),
                     variables=("x1", "x2", "x3"), pieces=(x * z, y * z - 1),
                     minima=HyperbolicCurve(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])),
                     flat_minima=FiniteMinima(floats([(0, quarter, 1 / quarter), (0, -quarter, -1 / quarter)])),
                     reference=REFERENCE.format("4.7 (reconstructed)"))


def rank_one_l1(u=(1.0, 3.0), v=(1.0, 2.0)):
    """sum_ij |x_i y_j - u_i v_j| in the variables (x, y), least on (t u, v / t).

    Near such a point every piece can have the sign of u_i v_j, for which the slope is largest: it is flattest where
    t^4 = m |v|_1^2 / (n |u|_1^2). Pieces are written with that sign, so that sgn(0) = +1 selects a limit of gradients.
    """
    u, v = nonzero_vector("u", u, LONGEST_VECTOR), nonzero_vector("v", v, LONGEST_VECTOR)
    m, n = len(u), len(v)
    variables = names(m + n)
    symbols = sympy.symbols(variables)
    pieces = tuple((-1 if (a < 0) != (b < 0) else 1) * (x * y - a * b)
                   for x, a in zip(symbols, exact(u)) for y, b in zip(symbols[m:], exact(v)))
    U, V = np.concatenate([u, np.zeros(n)]), np.concatenate([np.zeros(m), v])
    curve = HyperbolicCurve(U, V)
    t = (m * np.abs(V).sum() ** 2 / (n * np.abs(U).sum() ** 2)) ** 0.25
    return Landscape(name="rank-one-l1", parameters={"u": u, "v": v}, expression=sum(map(abs, pieces)),
                     variables=variables, pieces=pieces, minima=curve, flat_minima=FiniteMinima(curve.at([t, -t])),
                     reference=REFERENCE.format("4.8"))
