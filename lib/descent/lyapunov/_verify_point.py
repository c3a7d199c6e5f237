"""The verifier: the second-order test at a point."""

import itertools
from fractions import Fraction

from ._polynomials import MOST_SIGNS, Reading, add, demand, gradient, multiply, plainly, value


def check_point(z, pieces):
    """N^T Hess g N is what the certificate says, and negative definite by the margin that its constant claims."""
    rest = (*z.at, 0)
    demand(not (z.proofs or z.fixed or z.fixed_tree or z.boxes), "parts of a proof on a box, for radius 0")
    demand(all(value(Q, rest) for _, Q in pieces), "a denominator of h vanishes at the point")

    def sign(P, Q):
        number = value(P, rest) * value(Q, rest)
        demand(number, "g has the absolute value of 0 at the point")
        return 1 if number > 0 else -1

    _check_first_order(z, pieces, sign, rest)
    slopes = [[value(c, rest) / value(Q, rest) ** 2 for c in gradient([(P, Q)], (1,))] for P, Q in pieces]
    if z.kind == "moduli":
        return _check_patterns(z, pieces, sign)
    if z.kind != "modulus":
        demand(not any(value(P, rest) for P, _ in pieces), "a residual is not 0 at the point")
    demand(_determinant(_gram(slopes)), "the gradients of the residuals are dependent")
    N = _range(slopes, z.weights or (Fraction(1),))
    form = [[_curvature(z, sign, a, b) for b in N] for a in N]
    demand(z.second_order == tuple(map(tuple, form)), "N^T Hess g N is another matrix")
    if z.proved:
        demand(z.constant > 0, "a constant that is not positive")
        margin = [[c + 2 * z.constant * m for c, m in zip(*rows)] for rows in zip(form, _gram(N))]
        for k in range(1, len(N) + 1):          # Sylvester
            minor = _determinant([row[:k] for row in margin[:k]])
            demand(minor * (-1) ** k > 0, "N^T (Hess g + 2 omega) N is not negative definite")


def _check_first_order(z, pieces, sign, rest):
    """<grad g, grad h_s> = 0, or <grad g, grad f> has even powers with positive coefficients alone."""
    reading = plainly(z.variables, sign)
    P, Q = reading.read(z.g)
    demand(all(value(p, rest) for p in reading.divisors), "g divides by 0 at the point")
    smooth = z.kind in ("squares", "multiple")
    for F, G in [plainly(z.variables).read(z.formula)] if smooth else pieces:
        total = {}
        for a, b in zip(gradient([(P, Q)], (1,)), gradient([(F, G)], (1,))):
            total = add(total, multiply(a, b))
        even = smooth and all(c > 0 and not any(k % 2 for k in n) for n, c in total.items())
        demand(not total or even, "g is not conserved")


def _check_patterns(z, pieces, sign):
    """f = sum_s |h_s|: w^T Hess g w for each pattern of signs, up to the sign of w."""
    rest = (*z.at, 0)
    numbers = [value(P, rest) * value(Q, rest) for P, Q in pieces]
    choices = [((number > 0) - (number < 0),) if number else (1, -1) for number in numbers]
    if not any(numbers):
        choices[0] = (1,)
    demand(numbers.count(0) <= MOST_SIGNS, "too many patterns")
    curvatures = []
    for signs in itertools.product(*choices):
        w = [value(slope, rest) for slope in gradient(pieces, signs)]
        curvatures.append(_curvature(z, sign, w, w))
        if z.proved:
            demand(0 < 2 * z.constant * sum(c * c for c in w) < -curvatures[-1], "g falls more slowly in a direction")
    shown = z.second_order[0] if len(z.second_order) == 1 else ()
    demand(shown == tuple(curvatures[:len(shown)]) and (len(shown) == len(curvatures) or not z.proved),
           "the second derivatives are others")


def _curvature(z, sign, a, b):
    """a^T Hess g b at the point: the mixed derivative of g(at + s a + t b) = P / Q at s = t = 0."""
    plane = [{n: c for n, c in {(0, 0): x, (1, 0): i, (0, 1): j}.items() if c} for x, i, j in zip(z.at, a, b)]
    P, Q = Reading(z.variables, plane, 2, lambda P, Q: 1 if P[0, 0] * Q[0, 0] > 0 else -1).read(z.g)
    p, q = ([r.get(n, Fraction(0)) for n in ((0, 0), (1, 0), (0, 1), (1, 1))] for r in (P, Q))
    return (p[3] / q[0] - (p[1] * q[2] + p[2] * q[1] + p[0] * q[3]) / q[0] ** 2 + 2 * p[0] * q[1] * q[2] / q[0] ** 3)


def _gram(rows):
    return [[sum(x * y for x, y in zip(a, b)) for b in rows] for a in rows]


def _range(slopes, weights):
    """The first independent columns of 2 sum_s weights_s grad h_s grad h_s^T."""
    d, basis = len(slopes[0]), []
    for i in range(d):
        column = [sum(2 * c * row[i] * row[j] for c, row in zip(weights, slopes)) for j in range(d)]
        if _determinant(_gram([*basis, column])):
            basis.append(column)
    return basis


def _determinant(matrix):
    """By expansion along the first row."""
    if not matrix:
        return Fraction(1)
    return sum((-1) ** j * c * _determinant([row[:j] + row[j + 1:] for row in matrix[1:]])
               for j, c in enumerate(matrix[0]) if c)
