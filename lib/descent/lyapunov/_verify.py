"""verify: check a certificate again, with plain arithmetic and none of the prover's code.

What is checked is what the docstrings of `Certificate`, `Proof` and `Refutation` say. The verifier searches nothing.
"""

import dataclasses
import itertools
from fractions import Fraction

from ..landscapes import FormulaError
from . import _polynomials as plain
from ._certificate import Certificate, digest
from ._polynomials import Rejected, add, demand, multiply, value
from ._verify_form import check_form
from ._verify_point import check_point


@dataclasses.dataclass(frozen=True)
class Verification:
    """What `verify` says of a certificate: true in a condition when it holds.

    Attributes
    ----------
    valid : does it hold?
    reason : why not; empty when it holds
    """

    valid: bool
    reason: str = ""

    def __bool__(self):
        return self.valid

    def __str__(self):
        return "The certificate holds." if self.valid else f"Rejected: {self.reason}."


def verify(certificate):
    """Does a certificate hold? Its proof or its witness is checked again, in exact arithmetic.

    Parameters
    ----------
    certificate : Certificate

    Returns
    -------
    Verification
        True or False in a condition; ``reason`` when False. An inconclusive certificate claims nothing: False.
    """
    if not isinstance(certificate, Certificate):
        raise ValueError(f"certificate={certificate!r} must be a Certificate: certify makes one, load reads one")
    try:
        _check(certificate)
    except Rejected as error:
        return Verification(False, str(error))
    except FormulaError as error:
        return Verification(False, f"a formula is none: {error}")
    return Verification(True)


def _check(z):
    demand(z.digest == digest(z), "it was changed: the digest is of other contents")
    demand(z.proved or z.refutation, "it is inconclusive and claims nothing")
    demand(not (z.proved and z.refutation) and not z.reason, "it claims more than one answer")
    demand(len(z.at) == len(z.variables) and z.radius >= 0, "the point or the radius is none")
    demand((z.constant is not None) == z.proved, "a constant without a proof, or a proof without a constant")
    demand((z.step_bound is not None) == bool(z.proved and z.radius), "a step bound without a proof on a box")
    pieces = [plain.plainly(z.variables).read(text) for text in z.pieces]
    check_form(z, pieces)
    if z.refutation:
        demand(not (z.proofs or z.fixed or z.fixed_tree or z.boxes), "a refutation with parts of a proof")
        demand(not (z.radius and z.second_order), "the test at the point has no place in a refutation on a box")
        check_refutation(z, pieces)
    if not z.radius:
        check_point(z, pieces)
    elif z.proved:
        _check_box(z, pieces)
    demand(z.work >= z.boxes >= 0, "more boxes in the proof than were looked at")


def _check_box(z, pieces):
    demand(z.kind in ("modulus", "moduli"), "a proof on a box for another form of f")
    demand(not z.second_order, "the test at the point has no place in a proof on a box")
    floor = [(c - z.radius, c + z.radius) for c in z.at] + [(Fraction(0), Fraction(0))]
    claims = [signed(P, -sign * value(Q, (*z.at, 0))) for sign, (P, Q) in zip(z.fixed, pieces) if sign]
    claims += [signed(Q, -value(Q, (*z.at, 0))) for _, Q in pieces if not plain.is_constant(Q)]
    _check_tree(z.fixed_tree, claims, floor, "the signs of the pieces")
    shown = {proof.signs for proof in z.proofs}
    for signs in itertools.product(*((sign,) if sign else (1, -1) for sign in z.fixed)):
        demand(signs in shown or tuple(-sign for sign in signs) in shown, f"no proof for the signs {signs}")
    for proof in z.proofs:
        demand(len(proof.signs) == len(pieces) and set(proof.signs) <= {1, -1}, "not one sign for each piece")
        _check_proof(z, proof, plain.gradient(pieces, proof.signs), floor[:-1])
    demand(z.constant == min(proof.omega0 / proof.longest for proof in z.proofs), "another constant")
    demand(z.step_bound == min(proof.reach * proof.shortest for proof in z.proofs), "another step bound")
    demand(z.boxes == len(z.fixed_tree) + sum(len(proof.tree) for proof in z.proofs), "another number of boxes")


def _check_proof(z, proof, w, box):
    demand(min(proof.omega0, proof.reach, proof.shortest) > 0, "a rate or a length that is not positive")
    n, rest = len(z.variables) + 1, (*z.at, 0)

    def sign(P, Q):
        return 1 if value(P, rest) * value(Q, rest) > 0 else -1

    x, A = [plain.coordinate(i, n) for i in range(n - 1)], plain.coordinate(n - 1, n)
    P, Q = plain.plainly(z.variables, sign).read(z.g)
    reading = plain.Reading(z.variables, [add(xi, multiply(A, wi), -1) for xi, wi in zip(x, w)], n, sign)
    P_ahead, Q_ahead = reading.read(z.g)
    change = add(multiply(P_ahead, Q), multiply(P, Q_ahead), -1)
    demand(all(exponents[-1] >= 2 for exponents in change), "g is not conserved: g(x - A w) - g(x) is not of order A^2")
    common, one = plain.Reading((*z.variables, step_name(z.variables)), [*x, A], n).read(proof.common)
    demand(common and plain.is_constant(one), "the common factor is no polynomial")
    N, none = plain.divide({(*m, k - 2): c for (*m, k), c in change.items()}, common)
    D, neither = plain.divide(multiply(Q, Q_ahead), common)
    demand(not none and not neither, "the common factor is none")
    s = value(D, rest)
    squared = {}
    for slope in w:
        squared = add(squared, multiply(slope, slope))
    claims = [signed(add(N, D, proof.omega0), s), add(squared, plain.constant(proof.longest, n), -1),
              add(plain.constant(proof.shortest**2, n), squared, -1)]
    kept = [D, *reading.divisors, *reading.arguments]
    claims += [signed(p, -value(p, rest)) for p in kept if not plain.is_constant(p)]
    _check_tree(proof.tree, claims, [*box, (-proof.reach, proof.reach)], "the decrease")


def step_name(variables):
    """The name of A in a common factor: A, or A_, A__ … where the variables have the names before."""
    return next(name for k in itertools.count() if (name := "A" + k * "_") not in variables)


def signed(p, number):
    """p times the sign of a number."""
    return {n: c if number > 0 else -c for n, c in p.items()} if number else {}


def _check_tree(tree, claims, box, what):
    """All polynomials are negative on all boxes of a tree."""
    if not claims:
        return demand(not tree, f"{what}: a proof of nothing")
    axes = [i for i, (low, high) in enumerate(box) if low < high and any(n[i] for p in claims for n in p)]
    for leaf in plain.leaves(tree, axes, box):
        demand(all(plain.negative_on(p, leaf) for p in claims), f"{what}: an inequality is not seen to hold on a box")


def check_refutation(z, pieces):
    """The direction is one of f at the point, and g does not fall by omega A^2 along it."""
    r = z.refutation
    demand(len(r.point) == len(r.direction) == len(z.at), "a witness of another dimension")
    demand(all(abs(x - c) <= z.radius for x, c in zip(r.point, z.at)), "the witness is outside the box")
    demand(any(r.direction), "the direction of the witness is 0")
    rest = (*r.point, 0)
    if z.kind in ("modulus", "moduli"):
        demand(len(r.signs) == len(pieces) and set(r.signs) <= {1, -1}, "not one sign for each piece")
        demand(len(r.approach) == len(z.at), "a way to the witness of another dimension")
        w = [value(slope, rest) for slope in plain.gradient(pieces, r.signs)]
        for sign, (P, Q) in zip(r.signs, pieces):
            denominator = value(Q, rest)
            slope = sum(value(plain.derivative(P, i), rest) * c for i, c in enumerate(r.approach))
            demand(sign * (value(P, rest) or slope) * denominator > 0, "the signs do not occur near the witness")
    else:
        demand(not z.radius and not r.signs and len(r.approach) == len(pieces), "another kind of witness")
        slopes = [[value(c, rest) / value(Q, rest) ** 2 for c in plain.gradient([(P, Q)], (1,))] for P, Q in pieces]
        w = [sum(mu * slope[i] for mu, slope in zip(r.approach, slopes)) for i in range(len(z.at))]
    demand(tuple(w) == tuple(r.direction), "the direction is not that of the signs")
    order, coefficient = _first_change(z, r.point, w)
    demand((order, coefficient) == (r.order, r.coefficient), "g changes otherwise at the witness")
    demand(coefficient >= 0 or order > 2, "g falls at the witness")


def _first_change(z, point, w):
    """(k, c) with g(point - A w) - g(point) = c A^k + higher powers for small A > 0; (None, 0) when it is 0."""
    ray = [{k: c for k, c in {(0,): x, (1,): -slope}.items() if c} for x, slope in zip(point, w)]

    def sign(P, Q):
        return 0 if not P or not Q else 1 if P[min(P)] * Q[min(Q)] > 0 else -1

    reading = plain.Reading(z.variables, ray, 1, sign)
    P, Q = reading.read(z.g)
    demand(all(min(p) == (0,) for p in reading.divisors), "g divides by 0 at the witness")
    change = add({n: c * Q[0,] for n, c in P.items()}, {n: c * P.get((0,), 0) for n, c in Q.items()}, -1)
    if not change:
        return None, 0
    return min(change)[0], change[min(change)] / Q[0,] ** 2
