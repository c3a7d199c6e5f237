"""Conserved quantities from symmetries: Proposition 3.36 of Josz (2026), and its exact one-step identity."""

import itertools
import time
from fractions import Fraction

import numpy as np
import pytest
import sympy
from descent import conserved, landscapes
from hypothesis import given, settings
from hypothesis import strategies as st

named, formula = landscapes.named, landscapes.from_formula
x, y, z = sympy.symbols("x y z")
few = settings(deadline=None, max_examples=25)
TURN, BOOST = [[0, 1], [-1, 0]], [[0, 1], [1, 0]]
MATRIX_PRODUCT = formula(" + ".join(f"abs(x{i}1*y{j}1 + x{i}2*y{j}2 - {10 * i + j})" for i in (1, 2) for j in (1, 2)),
                         "x11 x12 x21 x22 y11 y12 y21 y22")


def mix(A):
    """(X, Y) -> (X A, -Y A^T), the derivative of (X exp(tA), Y exp(-tA)^T), on the rows of X and Y."""
    A = np.array(A)
    return np.kron(np.diag([1, 1, 0, 0]), A.T) - np.kron(np.diag([0, 0, 1, 1]), A)


CASES = [
    (named("hyperbola"), [sympy.diag(1, -1)], ["x**2 - y**2"]),                                         # 1.1
    (named("product", n=3), [np.diag([1, -1, 0]), np.diag([0, 1, -1])], ["x1**2 - x3**2", "x2**2 - x3**2"]),    # 4.6
    (named("l1-product"), [np.diag([1, 1, -1])], ["x1**2 + x2**2 - x3**2"]),                            # 4.7
    (named("rank-one-l1"), [np.diag([1, 1, -1, -1])], ["x1**2 + x2**2 - x3**2 - x4**2"]),               # 4.8
    (named("bilinear"), [np.diag([1, 0, -1, 0]), np.diag([0, 1, 0, -1])], ["x1**2 - x3**2", "x2**2 - x4**2"]),  # 4.5
    (MATRIX_PRODUCT, [mix(A) for A in ([[1, 0], [0, 0]], [[0, 1], [0, 0]], [[0, 0], [1, 0]], [[0, 0], [0, 1]])],
     ["x11**2 + x21**2 - y11**2 - y21**2", "x11*x12 + x21*x22 - y11*y12 - y21*y22",
      "x12**2 + x22**2 - y12**2 - y22**2"]),
    (formula("(x^2 - y^2 - 1)^2"), [[[0, 0.1], [Fraction(1, 10), 0]]], ["x*y"]),
    (formula("(x*y^3 - 2)^2"), [np.diag([3.0, -1.0])], ["3*x**2 - y**2"]),
    (formula("exp(x*y)*sin(x*y)"), [np.diag([1, -1])], ["x**2 - y**2"]),
    (named("circle"), [TURN], []),
    (formula("abs(x^2) + abs(y^2)"), [TURN], []),                  # no piece alone is invariant; neither changes sign
]
by_name = dict(ids=lambda value: getattr(value, "name", None))


@pytest.mark.parametrize("f, generators, expected", CASES, **by_name)
def test_forms(f, generators, expected):
    found = conserved.from_symmetry(f, generators)
    assert found == [sympy.sympify(c) for c in expected]
    assert all(conserved.is_conserved(f, c) for c in found)


@pytest.mark.parametrize("f, generators, expected", CASES[:8], **by_name)
def test_the_search_finds_the_same_space(f, generators, expected):
    found = conserved.discover(f)
    assert set(found) == set(conserved.from_symmetry(f, generators)) and found.dimension == len(found)


@pytest.mark.parametrize("f, generators, expected", [case for case in CASES if case[2]], **by_name)
def test_one_step_changes_the_form_by_alpha_squared_times_its_value_at_the_direction(f, generators, expected):
    """C(x - alpha v) = C(x) + alpha^2 C(v) for v = grad h, any x and alpha: so for every multiple of v."""
    alpha = sympy.Symbol("alpha")
    for c in conserved.from_symmetry(f, generators):
        for h in f.pieces or [f.expression if f.residual is None else f.residual]:
            v = [h.diff(s) for s in f.symbols]
            moved = c.subs({s: s - alpha * w for s, w in zip(f.symbols, v)}, simultaneous=True)
            at_v = c.subs(dict(zip(f.symbols, v)), simultaneous=True)
            assert sympy.expand(moved - c - alpha**2 * at_v) == 0
            # along x instead of v the step has a first-order part
            assert sympy.expand(c.subs({s: s - alpha * s for s in f.symbols}, simultaneous=True) - c
                                - alpha**2 * c) != 0


def test_brackets_of_the_generators_count():
    """x^2 + y^2 - z^2 with a rotation and one boost: the other boost, and its form y z, is their bracket."""
    f = formula("(x^2 + y^2 - z^2 - 1)^2", "x y z")
    rotation = [[0, 1, 0], [-1, 0, 0], [0, 0, 0]]
    boost = [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert conserved.from_symmetry(f, [boost]) == [x * z]
    assert conserved.from_symmetry(f, [rotation]) == []
    assert conserved.from_symmetry(f, [rotation, boost]) == [x * z, y * z]


def test_a_symmetric_combination_of_generators_counts():
    nilpotent = [[[0, 1], [0, 0]], [[0, 0], [1, 0]]]
    f = MATRIX_PRODUCT
    assert conserved.from_symmetry(f, [mix(nilpotent[0])]) == []
    both = conserved.from_symmetry(f, [mix(A) for A in nilpotent])
    assert len(both) == 2                                          # and that of their bracket diag(1, -1)


@few
@given(weights=st.lists(st.lists(st.integers(-3, 3), min_size=2, max_size=2), min_size=1, max_size=4))
def test_the_forms_depend_on_the_algebra_alone(weights):
    f, one, two = named("product", n=3), np.diag([1, -1, 0]), np.diag([0, 1, -1])
    generators = [a * one + b * two for a, b in weights]
    found = conserved.from_symmetry(f, generators)
    assert len(found) == np.linalg.matrix_rank(np.array(weights))
    if len(found) == 2:
        assert found == conserved.from_symmetry(f, [one, two])


@pytest.mark.parametrize("f, generators, words", [
    (named("hyperbola"), [np.diag([1, -1]), np.eye(2)], r"generators\[1\].*no symmetry of hyperbola"),
    (named("circle"), [BOOST], r"generators\[0\]"),
    (formula("abs(x + y) + abs(x - y)"), [TURN], r"generators\[0\].*no symmetry"),
    (named("l1-product"), [np.diag([1, 1, 1])], r"generators\[0\]"),
    (formula("(x^2 + 1.0000000001*y^2 - 1)^2"), [TURN], r"generators\[0\]"),
    (named("hyperbola"), [], "at least one"), (named("hyperbola"), TURN, "2 x 2"), (named("hyperbola"), 3, "2 x 2"),
    (named("hyperbola"), [np.eye(3)], "2 x 2"), (named("hyperbola"), [[[1, 0], [0]]], "2 x 2"),
    (named("hyperbola"), "text", "2 x 2"),
    (named("hyperbola"), [[[1, 0], [0, "a"]]], r"generators\[0\]\[1\]\[1\]"),
    (named("hyperbola"), [[[1, 0], [0, np.nan]]], r"generators\[0\]\[1\]\[1\]"),
    (named("hyperbola"), [[[sympy.sqrt(2), 0], [0, 1]]], "rational"), (None, [TURN], "f=None"),
])
def test_bad_input(f, generators, words):
    with pytest.raises(ValueError, match=words):
        conserved.from_symmetry(f, generators)


def test_twenty_variables():
    f = named("product", n=20)
    generators = [np.diag(np.eye(20, dtype=int)[i] - np.eye(20, dtype=int)[i + 1]) for i in range(19)]
    found = conserved.from_symmetry(f, generators)
    assert found == [s**2 - f.symbols[-1] ** 2 for s in f.symbols[:-1]]


def test_generators_of_all_matrices_in_twenty_variables():
    """The matrix units beside the diagonal generate all of trace 0 by brackets: 209 of them are symmetric."""
    units = [np.outer(*np.eye(20, dtype=int)[[i, j]]) for i in range(20) for j in range(20) if abs(i - j) == 1]
    f = formula("7", [f"x{i}" for i in range(20)])
    start = time.process_time()
    assert len(conserved.from_symmetry(f, units)) == 20 * 21 // 2 - 1
    assert time.process_time() - start < 15


def test_orthogonal_algebra_has_no_symmetric_element():
    f = formula("(x^2 + y^2 + z^2)^2 + exp(x^2 + y^2 + z^2)", "x y z")
    turns = []
    for i, j in itertools.combinations(range(3), 2):
        A = np.zeros((3, 3))
        A[i, j], A[j, i] = 1, -1
        turns.append(A)
    assert conserved.from_symmetry(f, turns[:2]) == conserved.from_symmetry(f, turns) == []
