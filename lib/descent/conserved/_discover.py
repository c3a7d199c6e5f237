"""Conserved quantities by linear algebra: an exact nullspace, from which the independent and simplest are taken."""

import itertools
import math
import random

import sympy
from sympy.polys.matrices import DomainMatrix

from .. import _checks
from .._progress import reporter
from .._symbolic import expression
from ._proof import is_conserved, landscape
from ._system import System, primitive
from ._terms import Log, Monomial

LARGEST_DEGREE = 100
SLOWDOWN = 5                                    # of the elimination over other fields than Q, in unknowns
POINTS, LARGEST_ENTRY = 3, 10**6                # where ranks are compared
SEED = 20260208


class Found(list):
    """A list of SymPy expressions, and what was searched for them.

    Attributes
    ----------
    searched : str, the sums that were searched
    dimension : of the space of conserved sums, constants left out; dependent ones count: c and c^2 are 2
    most : no function at all has more independent conserved quantities than this
    """

    def __init__(self, found, searched, dimension, most):
        super().__init__(found)
        self.searched, self.dimension, self.most = searched, dimension, most

    def __repr__(self):
        return super().__repr__() if self else f"[]: none among {self.searched}"

    __str__ = __repr__

    def __reduce__(self):
        return Found, (list(self), self.searched, self.dimension, self.most)


def discover(f, degree=2, laurent=False, logs=False, *, limit=2000, progress=None):
    """Functionally independent conserved quantities c of the gradient flow of f, among sums with unknown coefficients.

    c = sum of a_m x^m + sum of b_i log|P_i| with <grad c, grad h> = 0 for the residual h of f, f = phi(|h|), and for
    every piece of an L1 objective: an exact nullspace over the field of the constants in f, the rationals as a rule.
    Marcotte, Gribonval & Peyré (2023) find polynomial conservation laws so; `from_symmetry` finds the quadratic ones
    that Proposition 3.36 of Josz (2026) explains.

    Parameters
    ----------
    f : Landscape
        h is f itself when no residual is known; a quotient of polynomials.
    degree : 0 to 100
    laurent : bool
        False: monomials of total degree up to ``degree``. True: each exponent from -``degree`` to ``degree``.
    logs : bool, or a list of polynomials (text or SymPy)
        True: with log|x_i|, log|x_i - x_j|, log|x_i + x_j|. A list: with log|P| for the irreducible factors P of its
        members instead; linear forms that rotate the axes, for example.
    limit : most unknown coefficients; a fifth of it where f has irrational constants. The work grows like the third
        power: the default takes some ten seconds for a polynomial without structure
    progress : None, True for a bar, or a function of (done, total)

    Returns
    -------
    Found
        A list of expressions, the simplest first; ``searched`` says what was searched, which an empty list prints.
        Over the rationals coefficients are whole numbers without common divisor, else the last coefficient is 1.

    Raises
    ------
    ValueError
        For bad arguments, more than ``limit`` unknowns, an h that is no quotient of polynomials, or constants that are
        neither algebraic nor made of pi and e.

    Notes
    -----
    Proved: each quantity is conserved (`is_conserved` says so of each), they are independent (their gradients are, at a
    rational point), and the conserved sums of those terms have that ``dimension``. That a conserved sum left out is a
    function of those returned is proved when there are ``most`` of them; else their gradients were dependent at 3
    random points: for independent ones the probability is below (D / 10^6)^3, D the degree of the minors. When f has
    both pi and e, the dimension is that for algebraically independent numbers; whether these two are is not known.
    """
    degree, limit = _checks.whole("degree", degree, 0, LARGEST_DEGREE), _checks.whole("limit", limit, 1, 10**6)
    if not isinstance(laurent, bool):
        raise ValueError(f"laurent={laurent!r} must be True or False")
    listed = not isinstance(logs, bool)
    system = System(landscape(f), _listed(f, logs) if listed else _standard(f) if logs else [])
    n = f.dimension
    count = ((2 * degree + 1) ** n if laurent else math.comb(n + degree, n)) - 1 + len(system.arguments)
    if count == 0:
        raise ValueError("degree=0 without logs= leaves nothing to search")
    most = limit if system.K.is_QQ else limit // SLOWDOWN
    if count > most:
        raise ValueError(f"degree={degree!r}: the search has {count} unknown coefficients in {system.K}; with "
                         f"limit={limit} at most {most} are solved for: take a lower degree, or a larger limit")
    terms = [Monomial(m) for m in _exponents(n, degree, laurent)] + [Log(p) for p in system.arguments]
    vectors = system.nullspace(terms, limit, reporter(progress, len(terms)))
    vectors.sort(key=lambda vector: _complexity(terms, vector))
    independent, bound = _independent(system, terms, vectors)
    found = [_expression(system, terms, vector) for vector in independent]
    for c in found:
        if not is_conserved(f, c):
            raise AssertionError(f"{c} is not conserved for {f.name}: a fault of descent.conserved")
    return Found(found, _searched(f, system, degree, laurent, listed, count), len(vectors), bound)


def _standard(f):
    pairs = itertools.combinations(f.symbols, 2)
    return [*f.symbols, *(p for x, y in pairs for p in (x - y, x + y))]


def _listed(f, logs):
    try:
        polynomials = None if isinstance(logs, (str, sympy.Basic)) else list(logs)
    except TypeError:
        polynomials = None
    if polynomials is None:
        raise ValueError(f"logs={logs!r} must be True, False or a list of polynomials")
    return [expression(f"logs[{i}]", p, f) for i, p in enumerate(polynomials)]


def _exponents(n, degree, laurent):
    """The exponents of the monomials, the simplest first; within a degree x_1^k comes last, so that it leads."""
    if laurent:
        every = itertools.product(range(-degree, degree + 1), repeat=n)
    else:
        every = (tuple(b - a - 1 for a, b in itertools.pairwise((-1, *bars, n + degree)))[:n]
                 for bars in itertools.combinations(range(n + degree), n))
    return sorted((m for m in every if any(m)), key=lambda m: (sum(map(abs, m)), m))


def _complexity(terms, vector):
    """What the simplest vectors have least: the degree, the number of terms; x_1 comes before x_2."""
    last = max(vector)
    return terms[last].degree, len(vector), -last


def _independent(system, terms, vectors):
    """The vectors whose gradients are independent of those before, and the most there can be."""
    points = _points(system, terms)
    most = len(system.ring.gens) - max(_rank(system.K, [[v(*point) for v in field] for field in system.fields])
                                       for point in points)
    kept, jacobians = [], [[] for _ in points]
    for vector in vectors:
        if len(kept) == most:
            break
        longer = [[*rows, _gradient(terms, vector, point)] for rows, point in zip(jacobians, points)]
        if any(_rank(system.K, rows) == len(rows) for rows in longer):
            kept.append(vector)
            jacobians = longer
    return kept, most


def _points(system, terms):
    """Points with whole entries from 1 to 10^6, the same in every run, where every term has a gradient."""
    draw = random.Random(SEED)
    while True:
        points = [[system.K(draw.randint(1, LARGEST_ENTRY)) for _ in system.ring.gens] for _ in range(POINTS)]
        if all(p(*point) for p in system.arguments for point in points):
            return points


def _rank(K, rows):
    return DomainMatrix(rows, (len(rows), len(rows[0])), K).rank()


def _gradient(terms, vector, point):
    parts = [[a * slope for slope in terms[i].gradient(point)] for i, a in vector.items()]
    return [sum(column) for column in zip(*parts)]


def _expression(system, terms, vector):
    """The sum of a vector; over the rationals with whole coefficients."""
    coefficients = vector.values()
    coefficients = primitive(coefficients) if system.K.is_QQ else map(system.K.to_sympy, coefficients)
    return sympy.Add(*(a * terms[i].expression(system.ring.symbols) for i, a in zip(vector, coefficients)))


def _searched(f, system, degree, laurent, listed, count):
    parts = [f"the monomials in {', '.join(f.variables)} "
             + (f"with exponents from -{degree} to {degree}" if laurent else f"of degree 1 to {degree}")] * (degree > 0)
    if listed and system.arguments:
        parts += ["the logarithms of |" + "|, |".join(str(p.as_expr()) for p in system.arguments) + "|"]
    elif system.arguments:
        parts += ["the logarithms of the variables and of their sums and differences in pairs"]
    field = "rational" if system.K.is_QQ else str(system.K)
    return f"the sums of {' and '.join(parts)} with {count} unknown {field} coefficients"
