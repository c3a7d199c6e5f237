"""The second-order test at a point, of any codimension: C. Josz, Proposition 2.6, in exact arithmetic.

At a Morse-Bott minimum of f = sum_s c_s h_s^2, where all h_s vanish and the grad h_s are independent, the normalized
subgradients are the unit sphere of N, the range of the Hessian of f. With <grad g, grad f> >= 0 near the point, g falls
by at least omega alpha^2 in small steps around it when N^T (Hess g + 2 omega) N is negative definite. The normalized
subgradients of f = sum_s |h_s| are the w / |w|, one w for each sign pattern, and the test is w^T Hess g w < 0 for each.
"""

import fractions

import flint
import numpy as np

from ._certificate import Refutation
from ._decrease import direction, pieces
from ._form import MODULI, MODULUS
from ._rational import Reader, evaluated, exact, fraction
from ._ray import increment
from ._rounding import below
from ._search import Undecided
from ._signs import approach, patterns

BISECTIONS = 20                                 # of omega
ROUNDED = 10**6                                 # largest denominator of a direction in which g rises


def pointwise(f, g, variables, at, form):
    """What the test decides: ``second_order``, and ``constant`` or ``refutation``.

    Raises `Undecided`.
    """
    quotients = pieces(form.pieces, variables)
    g_at = _Quotient(g, variables, at)
    if form.kind in (MODULUS, MODULI):
        for h in quotients:
            if g_at.slope_along(direction([h], (1,))):
                raise Undecided("<grad g, grad h> is not 0: g is not conserved by the gradient flow")
    elif any(evaluated(P, at) for P, _ in quotients):
        raise Undecided("a residual is not 0 at the point: it is no minimum")
    elif not _sum_of_squares(g_at.slope_along(direction([Reader("f", variables).read(f)], (1,)))):
        raise Undecided("<grad g, grad f> is neither 0 nor a sum of even powers")
    test = _on_patterns if form.kind == MODULI else _on_subspace
    return test(g, variables, at, form, quotients, g_at)


def _on_patterns(g, variables, at, form, quotients, g_at):
    """The test for f = sum_s |h_s|: one w for each sign pattern near the point."""
    fixed = [_sign(evaluated(P, at) * evaluated(Q, at)) for P, Q in quotients]
    curvatures, rates = [], []
    for signs in patterns(fixed):
        w = [evaluated(slope, at) for slope in direction(quotients, signs)]
        if not any(w):
            raise Undecided("grad h vanishes at the point")
        curvature = g_at.curvature(w, w)
        curvatures.append(curvature)
        rates.append(-curvature / (2 * sum(c * c for c in w)))
        way = approach(signs, quotients, at)
        if curvature > 0 and way is not None:
            return {"second_order": (tuple(curvatures),), "refutation": _refutation(g, variables, at, w, signs, way)}
    if min(rates) <= 0:
        raise Undecided("the second derivative of g is not negative along every gradient, and decides nothing",
                        (tuple(curvatures),))
    return {"second_order": (tuple(curvatures),), "constant": below(min(rates))}


def _on_subspace(g, variables, at, form, quotients, g_at):
    """The test for a smooth f: N^T Hess g N negative definite."""
    J = [[evaluated(slope, at) / evaluated(Q, at) ** 2 for slope in direction([(P, Q)], (1,))] for P, Q in quotients]
    if _matrix(J).rank() < len(J):
        raise Undecided("the gradients of the residuals are dependent at the point: it is not seen to be Morse-Bott")
    N = _basis(J, form.weights or (1,))
    second_order = tuple(tuple(g_at.curvature(a, b) for b in N) for a in N)
    if not negative_definite(second_order):
        eta = _rising(second_order)
        if eta is None:
            raise Undecided("N^T Hess g N is singular or nearly so: the second derivatives decide nothing",
                            second_order)
        w = [_dot(eta, column) for column in zip(*N)]
        if form.kind == MODULUS:                # one of +-w, and h has its sign on the side of the point it comes from
            ways = {sign: approach((sign,), quotients, at) for sign in (1, -1)}
            sign = 1 if ways[1] is not None else -1
            slope = [evaluated(c, at) for c in direction(quotients, (sign,))]
            refutation = _refutation(g, variables, at, slope, (sign,), ways[sign])
        else:
            refutation = _refutation(g, variables, at, w, (), _coordinates(w, J))
        return {"second_order": second_order, "refutation": refutation}
    metric = [[_dot(a, b) for b in N] for a in N]
    low, high = fractions.Fraction(0), min(-second_order[i][i] / (2 * metric[i][i]) for i in range(len(N)))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        shifted = [[c + 2 * middle * m for c, m in zip(*rows)] for rows in zip(second_order, metric)]
        low, high = (middle, high) if negative_definite(shifted) else (low, middle)
    if low == 0:
        raise Undecided("N^T Hess g N is nearly singular, and the decrease too small", second_order)
    return {"second_order": second_order, "constant": below(low)}


def _basis(J, weights):
    """The first independent columns of 2 sum_s c_s grad h_s grad h_s^T, the Hessian of f: a basis of its range."""
    hessian = [[sum(2 * c * row[i] * row[j] for c, row in zip(weights, J)) for j in range(len(J[0]))]
               for i in range(len(J[0]))]
    basis = []
    for column in hessian:                      # it is symmetric
        if _matrix([*basis, column]).rank() > len(basis):
            basis.append(column)
    return basis


def negative_definite(form):
    """Whether a symmetric matrix of Fractions is negative definite: every pivot of its elimination is negative."""
    rows = [list(row) for row in form]
    for i, pivot in enumerate(rows):
        if pivot[i] >= 0:
            return False
        for row in rows[i + 1:]:
            factor = row[i] / pivot[i]
            row[:] = [a - factor * b for a, b in zip(row, pivot)]
    return True


def _rising(form):
    """A rational eta, near the eigenvector of the largest eigenvalue, with eta^T form eta > 0; else None."""
    _, vectors = np.linalg.eigh(np.array([[float(c) for c in row] for row in form]))
    eta = [fractions.Fraction(float(c)).limit_denominator(ROUNDED) for c in vectors[:, -1]]
    return eta if _dot(eta, [_dot(row, eta) for row in form]) > 0 else None


def _coordinates(w, J):
    """The mu with w = sum_s mu_s grad h_s."""
    gram = _matrix([[_dot(a, b) for b in J] for a in J])
    mu = gram.solve(_matrix([[_dot(row, w)] for row in J]))
    return tuple(fraction(mu[i, 0]) for i in range(len(J)))


def _refutation(g, variables, at, w, signs, way):
    change = increment(g, variables, at, w)
    return Refutation(tuple(at), tuple(w), tuple(signs), tuple(way), change.order, change.coefficient)


def _sum_of_squares(p):
    """Whether a polynomial is 0 or has even powers with positive coefficients alone."""
    return all(c > 0 and all(n % 2 == 0 for n in exponents) for exponents, c in p.to_dict().items())


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def _matrix(rows):
    return flint.fmpq_mat([[exact(c) for c in row] for row in rows])


def _sign(number):
    return (number > 0) - (number < 0)


class _Quotient:
    """g = P / Q near a point where its absolute values have signs, and its derivatives."""

    def __init__(self, g, variables, at):
        def sign(P, Q):
            found = _sign(evaluated(P, at) * evaluated(Q, at))
            if not found:
                raise Undecided(f"g is not smooth at the point: it has the absolute value of {P} = 0")
            return found

        self.P, self.Q = Reader("g", variables, sign).read(g)
        self.at = at

    def slope_along(self, w):
        """The polynomial Q^2 <grad g, w>."""
        P, Q = self.P, self.Q
        return sum(((P.derivative(i) * Q - P * Q.derivative(i)) * slope for i, slope in enumerate(w)), start=P * 0)

    def curvature(self, a, b):
        """a^T Hess g b at the point, for vectors of Fractions."""
        P, Q = self.P, self.Q
        along_a, along_b = ([P.context().constant(exact(c)) for c in v] for v in (a, b))
        slope = self.slope_along(along_a)       # over Q^2
        numerator = sum(((slope.derivative(i) * Q - 2 * slope * Q.derivative(i)) * c for i, c in enumerate(along_b)),
                        start=P * 0)
        return evaluated(numerator, self.at) / evaluated(Q, self.at) ** 3
