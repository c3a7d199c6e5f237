"""Quadratic conserved quantities from linear symmetries: Proposition 3.36 of Josz (2026)."""

import itertools

import flint
import sympy
from sympy.polys.matrices import DomainMatrix

from .._symbolic import rational
from ._proof import invariant, is_conserved, landscape
from ._system import primitive


def from_symmetry(f, generators):
    """x^T S x for the symmetric elements S of the Lie algebra that the generators span: conserved quantities of f.

    When f is invariant under exp(t A) for every generator A, it is so under the group with the Lie algebra g that they
    generate, by linear combinations and brackets AB - BA. For symmetric S in g, grad(x^T S x) = 2 S x is a direction in
    which f stays the same, so <grad f, grad(x^T S x)> = 0 (Josz, 2026, Proposition 3.36). One step along v changes the
    quantity by exactly alpha^2 v^T S v.

    Parameters
    ----------
    f : Landscape
    generators : list of (d, d) matrices of rational numbers: nested lists, arrays or SymPy matrices; a float is its
        shortest decimal

    Returns
    -------
    list of SymPy expressions
        A basis of the quadratic forms, linearly independent, with whole coefficients; the same for any generators of
        the same algebra. It is empty when g has no symmetric element but 0, as for rotations. As for the functions,
        x^2, x y and y^2 are three forms but two independent ones.

    Raises
    ------
    ValueError
        For bad arguments; when f is not invariant, naming the generator, or neither can be proved (see `is_conserved`).
    """
    matrices = _matrices(landscape(f), generators)
    for i, A in enumerate(matrices):
        answer = invariant(f, list(A.to_Matrix() * sympy.Matrix(f.symbols)))
        if not answer:
            raise ValueError(f"generators[{i}]={A.to_Matrix().tolist()} is no symmetry of {f.name}: <grad f, A x> "
                             + ("is not 0" if answer is False else "may be 0, but no proof of it was found"))
    forms = _forms(_symmetric(_algebra(matrices), f.dimension), f.symbols)
    for c in forms:
        if not is_conserved(f, c):
            raise AssertionError(f"{c} is not conserved for {f.name}: a fault of descent.conserved")
    return forms


def _matrices(f, generators):
    """The generators as matrices over Q."""
    d, found = f.dimension, []
    try:
        given = [[list(row) for row in (A.tolist() if hasattr(A, "tolist") else A)] for A in generators]
    except TypeError:
        given = [None]
    for i, A in enumerate(given):
        if A is None or len(A) != d or any(len(row) != d for row in A):
            raise ValueError(f"generators={generators!r} must be a list of {d} x {d} matrices")
        rows = [[sympy.QQ.from_sympy(rational(f"generators[{i}][{j}][{k}]", entry)) for k, entry in enumerate(row)]
                for j, row in enumerate(A)]
        found.append(DomainMatrix(rows, (d, d), sympy.QQ))
    if not found:
        raise ValueError("generators=[] must hold at least one matrix")
    return found


def _algebra(matrices):
    """A basis of the smallest space with the matrices and with all brackets; brackets with them alone reach it."""
    d = matrices[0].shape[0]
    generators = [flint.fmpq_mat(d, d, [flint.fmpq(int(c.numerator), int(c.denominator)) for c in A.to_list_flat()])
                  for A in matrices]
    new = generators = _added([], generators)
    basis = list(generators)
    while new and len(basis) < d * d:
        brackets = (C for B in new for A in generators if any((C := A * B - B * A).entries()))
        new = []
        while some := list(itertools.islice(brackets, d * d)):
            new += _added(basis + new, some)
        basis += new
    return [DomainMatrix.from_list_flat([sympy.QQ(int(c.p), int(c.q)) for c in A.entries()], (d, d), sympy.QQ)
            for A in basis]


def _added(basis, matrices):
    """Those of the matrices that are independent of the basis and of the ones before."""
    columns = [*basis, *matrices]
    reduced, rank = flint.fmpq_mat([A.entries() for A in columns]).transpose().rref()
    pivots = [next(j for j in range(len(columns)) if reduced[k, j] != 0) for k in range(rank)]
    return [columns[j] for j in pivots if j >= len(basis)]


def _symmetric(basis, d):
    """The symmetric elements of a span: a basis."""
    if not basis:
        return []
    skew = DomainMatrix([(A - A.transpose()).to_list_flat() for A in basis], (len(basis), d * d), sympy.QQ)
    weights = skew.transpose().to_dense().nullspace().to_list()
    zero = DomainMatrix.zeros((d, d), sympy.QQ)
    return [sum((A.scalarmul(w) for w, A in zip(row, basis) if w), zero) for row in weights]


def _forms(matrices, symbols):
    """x^T S x of the reduced echelon basis in the monomials x_1^2, x_1 x_2, …; the shortest first."""
    if not matrices:
        return []
    pairs = list(itertools.combinations_with_replacement(range(len(symbols)), 2))
    rows = [[S[i, j].element * (1 if i == j else 2) for i, j in pairs] for S in matrices]
    reduced = DomainMatrix(rows, (len(rows), len(pairs)), sympy.QQ).to_dense().rref()[0]
    forms = [[(c, pair) for c, pair in zip(primitive(row), pairs) if c] for row in reduced.to_list()]
    return [sympy.Add(*(c * symbols[i] * symbols[j] for c, (i, j) in form)) for form in sorted(forms, key=len)]
