"""certify: an exact proof, or an exact refutation, that g is a 2-d-Lyapunov function of f around a point."""

import dataclasses
import fractions
import itertools

from .. import _checks, _symbolic
from .._progress import reporter
from ..landscapes import FormulaError
from ._bernstein import PROVED
from ._box import prove
from ._certificate import Certificate, Refutation, sealed
from ._decrease import NotConserved, direction, pieces
from ._form import MODULI, MODULUS, form
from ._pointwise import pointwise
from ._rational import Reader, evaluated, written
from ._ray import NoValue, increment
from ._search import NoDecrease, Search, Undecided
from ._signs import approach, patterns

MOST_BOXES = 10**7
MOST_TRIED = 2**8                               # sign patterns at a point, corners of a box
FEW = 50                                        # a piece has one sign when at most a 50th of all boxes shows it


def certify(f, g, at, radius, h=None, *, largest_step=None, max_boxes=20000, progress=None):
    """Is g 2-d-Lyapunov around a point, (p, m) = (2, 1)? Proved, refuted, or neither, in exact arithmetic.

    The property, on the box |x_i - at_i| <= radius: there are omega, abar > 0 with
    g(x - alpha u) <= g(x) - omega alpha^2 for all x in the box, all normalized subgradients u of f at x and all
    alpha in [0, abar]. The box contains the ball of that radius. With radius 0: on some neighbourhood of `at`.

    Parameters
    ----------
    f : Landscape
        phi(|h|) or a sum of |h_s|, the h rational functions over the rationals. For radius 0 also a sum of squares of
        residuals, and q h^2 with q > 0.
    g : SymPy expression, or text in the variables of f
        A rational function over the rationals, also of absolute values.
    at : d numbers; floats are taken as their shortest decimals, 0.1 is 1/10
    radius : number, at least 0
    h : SymPy expression or text, or a sequence of them
        The h or h_s of which f is made, where f does not know it: default ``f.residual``. It is checked.
    largest_step : number
        The largest abar that is tried; default the radius. It is halved until there is a proof.
    max_boxes : int, the limit of the search
    progress : True, or a function of (done, total), the number of boxes

    Returns
    -------
    Certificate
        ``proved``, with ``constant`` (omega) and ``step_bound`` (abar); or a ``refutation`` with an exact witness; or
        neither, and a ``reason``: g is not conserved, or not smooth in the box, grad h vanishes in it, or the search
        gave up. With radius 0 that the second derivatives vanish in some direction is a reason too.

    Raises
    ------
    ValueError
        For a g or h that is no such function, a g with no value at `at`, an h of which f is not made, and bad numbers.

    Notes
    -----
    Let w be +-grad h, or sum_s +-grad h_s for each pattern of signs that the h_s can have in the box. When g is
    conserved, <grad g, w> = 0, then g(x - A w) - g(x) = A^2 R(x, A) with R rational, and R < -omega0 is proved for all
    x in the box and |A| <= reach, by Bernstein coefficients over Q and bisection; alpha = |A| |w|. As R is continuous,
    the property holds on the box exactly when R(x, 0) < 0 on it. A point where the opposite is found is a witness,
    after a check that f has the direction w there; that R >= 0 for some larger A refutes nothing.

    With radius 0 it is the second-order test of Proposition 2.6 at a Morse-Bott minimum: <grad g, grad f> >= 0, and
    N^T Hess g N negative definite, N the range of Hess f. A direction of N in which g rises refutes.

    Source: C. Josz, Implicit regularization of normalized gradient descent, Definition 2.5 and Proposition 2.6.
    """
    if not hasattr(_checks.landscape("f", f), "expression"):
        raise ValueError(f"f={f!r} must be a landscape with a formula")
    at = [_fraction(c) for c in _symbolic.rational_point("at", at, f.dimension)]
    radius = _fraction(_symbolic.rational("radius", radius))
    if radius < 0:
        raise ValueError(f"radius={radius} must be at least 0")
    largest_step = radius if largest_step is None else _fraction(_symbolic.rational("largest_step", largest_step))
    if largest_step <= 0 < radius:
        raise ValueError(f"largest_step={largest_step} must be above 0")
    max_boxes = _checks.whole("max_boxes", max_boxes, 1, MOST_BOXES)
    g = written(_symbolic.expression("g", g, f))
    try:
        Reader("g", f.variables, lambda P, Q: 1).read(g)
    except FormulaError as error:
        raise ValueError(f"g={g:.60} cannot be written in a certificate: {error}") from None
    try:
        increment(g, f.variables, at, [fractions.Fraction(0)] * f.dimension)
    except NoValue as error:
        raise ValueError(f"at: {error}") from None
    made_of = form(f, h, at)
    pieces(made_of.pieces, f.variables)
    report = reporter(progress, max_boxes)
    search = Search(max_boxes, report)
    question = Certificate(written(f.expression), f.variables, made_of.kind, made_of.pieces, made_of.weights, g,
                           tuple(at), radius)
    try:
        if made_of.kind is None:
            raise Undecided("f is not seen to be a function of |h|, a sum of |h_s| or of squares: pass h")
        if radius and made_of.kind not in (MODULUS, MODULI):
            raise Undecided("f is neither a function of |h| nor a sum of |h_s|; radius=0 tests the point alone")
        if radius:
            verdict = _on_box(question, largest_step, search)
        else:
            verdict = pointwise(question.formula, g, f.variables, at, made_of)
            verdict["proved"] = "constant" in verdict
    except Undecided as error:
        verdict = {"reason": str(error), "second_order": error.second_order}
    report(max_boxes)
    return sealed(dataclasses.replace(question, work=search.boxes, **verdict))


def _fraction(number):
    return fractions.Fraction(int(number.p), int(number.q))


def _on_box(question, largest_step, search):
    """The fields of the certificate that are decided on the box. Raises `Undecided`."""
    quotients = pieces(question.pieces, question.variables)
    refutation = _witness(question, quotients, question.at)
    if refutation:
        return {"refutation": refutation}
    box = [(c - question.radius, c + question.radius) for c in question.at]
    fixed, fixed_tree = _fixed_signs(question, quotients, box, search)
    proofs = []
    for signs in patterns(fixed):
        try:
            proofs.append(prove(question.g, question.variables, question.at, box, signs, direction(quotients, signs),
                                largest_step, search))
        except NoDecrease as error:
            refutation = _witness(question, quotients, error.point)
            if refutation:
                return {"refutation": refutation}
            raise Undecided(f"there is no decrease for the signs {signs} of the pieces at x = "
                            f"({', '.join(map(str, error.point))}), but they are not seen to occur there") from None
        except NotConserved as error:           # then g rises to first order on one side of h = 0, or falls on both
            corners = itertools.islice(itertools.product(*box), MOST_TRIED)
            refutation = next(filter(None, (_witness(question, quotients, corner) for corner in corners)), None)
            if refutation:
                return {"refutation": refutation}
            raise Undecided(str(error)) from None
    return {"proved": True, "constant": min(proof.omega0 / proof.longest for proof in proofs),
            "step_bound": min(proof.reach * proof.shortest for proof in proofs), "fixed": fixed,
            "fixed_tree": fixed_tree, "proofs": tuple(proofs),
            "boxes": len(fixed_tree) + sum(len(proof.tree) for proof in proofs)}


def _witness(question, quotients, point):
    """A `Refutation` at a point: a direction of f there along which g does not fall by omega A^2; None if none is."""
    values = [evaluated(P, point) * evaluated(Q, point) for P, Q in quotients]
    possible = itertools.product(*((1, -1) if value == 0 else ((value > 0) - (value < 0),) for value in values))
    for signs in itertools.islice(possible, MOST_TRIED):
        w = tuple(evaluated(slope, point) for slope in direction(quotients, signs))
        way = approach(signs, quotients, point)
        if any(w) and way is not None:
            try:
                change = increment(question.g, question.variables, point, w)
            except NoValue:
                continue
            if not change.decreases:
                return Refutation(tuple(point), w, signs, way, change.order, change.coefficient)
    return None


def _fixed_signs(question, quotients, box, search):
    """The sign of each piece on the box, 0 where both may occur, and the proof: a tree of bisections."""
    floor, fixed, claims = [*box, (0, 0)], [], []
    for P, Q in quotients:
        sign = [(value > 0) - (value < 0) for value in (evaluated(P, question.at), evaluated(Q, question.at))]
        if not Q.is_constant():
            claims.append(-sign[1] * Q)
            if search.negative(claims[-1:], floor)[0] != PROVED:
                raise Undecided(f"{search.ended}; whether the denominator {Q} of h vanishes in the box is open")
        known = question.kind == MODULI and sign[0] and search.negative([-sign[0] * P], floor, FEW)[0] == PROVED
        claims += [-sign[0] * P] if known else []
        fixed.append(sign[0] * sign[1] if known else 0)
    verdict, tree = search.negative(claims, floor) if claims else (PROVED, "")
    if verdict != PROVED:
        raise Undecided(f"{search.ended}; the signs of the pieces are open")
    return tuple(fixed), tree
