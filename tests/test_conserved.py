"""Searches for conserved quantities: the papers' functions, and that they find everything and nothing else."""

import itertools
import pickle
import random

import flint
import numpy as np
import pytest
import sympy
from descent import conserved, landscapes, orbits
from hypothesis import assume, given, settings
from hypothesis import strategies as st

named, formula = landscapes.named, landscapes.from_formula
x, y, z = sympy.symbols("x y z")
few = settings(deadline=None, max_examples=25)
MATRIX_PRODUCT = " + ".join(f"abs(x{i}1*y{j}1 + x{i}2*y{j}2 - {10 * i + j})" for i in (1, 2) for j in (1, 2))
MATRIX_VARIABLES = "x11 x12 x21 x22 y11 y12 y21 y22"


def log(p):
    return sympy.log(sympy.Abs(p))


def pieces(f):
    """The residuals by definition: f's pieces, or its residual, or f."""
    return f.pieces or [f.expression if f.residual is None else f.residual]


def drifts(f, c):
    """<grad c, grad h> for each residual, for rational c and logarithms, by SymPy's simplification of fractions."""
    c = c.replace(sympy.Abs, lambda u: u)       # log|u| and log u have the same derivative
    return [sympy.cancel(sympy.Add(*(c.diff(s) * h.diff(s) for s in f.symbols))) for h in pieces(f)]


# --- the results of the derivation for Josz (2026), one by one

@pytest.mark.parametrize("f, search, expected", [
    (named("hyperbola"), dict(degree=2), [x**2 - y**2]),                                            # 1.1
    (named("hyperbola"), dict(degree=4), [x**2 - y**2]),
    (named("lazy-valley"), dict(degree=6), []),                                                     # 4.1
    (named("lazy-valley"), dict(degree=4, laurent=True, logs=True), []),
    (named("parabola"), dict(degree=6), []),                                                        # 4.2
    (named("parabola"), dict(degree=1, logs=True), [log(x) + 2 * y]),
    (named("cubic"), dict(degree=6), []),                                                           # 4.3
    (named("cubic"), dict(degree=1, laurent=True), [1 / y - 1 / x]),
    (named("cubic"), dict(degree=0, logs=True), [log(x - y) - log(x) - log(y)]),
    (named("conic"), dict(degree=6), []),                                                           # 4.4, ellipse
    (named("conic"), dict(degree=0, logs=True), [log(y) - 2 * log(x)]),
    (named("conic", a=0.3, b=0.7), dict(degree=0, logs=True), [3 * log(y) - 7 * log(x)]),
    (named("conic", a=1, b=-2), dict(degree=3), [x**2 * y]),                                        # 4.4, hyperbola
], ids=lambda value: getattr(value, "name", None))
def test_in_the_plane(f, search, expected):
    assert conserved.discover(f, **search) == expected


def test_products_have_n_minus_1(n=(3, 4)):                                                         # 4.6
    for k in n:
        found = conserved.discover(named("product", n=k))
        v = named("product", n=k).symbols
        assert found == [s**2 - v[-1] ** 2 for s in v[:-1]] and found.most == k - 1


def test_bilinear_has_two_and_with_rotated_logarithms_three():                                      # 4.5
    f = named("bilinear", A=((2, 0), (0, 1)))
    x1, x2, x3, x4 = f.symbols
    quadratic = [x1**2 - x3**2, x2**2 - x4**2]
    assert conserved.discover(f) == quadratic
    found = conserved.discover(f, logs=[x1 + x3, "x1 - x3", x2 + x4, "x2 - x4"])
    assert found[:2] == quadratic and len(found) == found.most == 3
    assert {part.func for part in sympy.preorder_traversal(found[2])} >= {sympy.log, sympy.Abs}
    # the irreducible factors count
    assert conserved.discover(f, logs=["x1^2 - x3^2", "(x2 + x4)^3*(x2 - x4)"]).dimension == found.dimension == 5


def test_l1_objectives():                                                                           # 4.7, 4.8, XY^T
    x1, x2, x3, x4 = sympy.symbols("x1:5")
    assert conserved.discover(named("l1-product"), degree=4) == [x1**2 + x2**2 - x3**2]
    assert conserved.discover(named("rank-one-l1"), degree=4) == [x1**2 + x2**2 - x3**2 - x4**2]
    found = conserved.discover(formula(MATRIX_PRODUCT, MATRIX_VARIABLES))
    X, Y = (sympy.Matrix(2, 2, sympy.symbols(MATRIX_VARIABLES)[k:k + 4]) for k in (0, 4))
    difference = (X.T * X - Y.T * Y).expand()
    assert found == [difference[0, 0], difference[0, 1], difference[1, 1]]


def test_the_rival_of_4_7_conserves_another_form():
    assert conserved.discover(formula("abs(x*y - 1) + abs(x*z - 1)", "x y z")) == [x**2 - y**2 - z**2]


# --- functions of our own

@pytest.mark.parametrize("text, search, expected", [
    ("(x/(1 + y^2) - 1)^2", dict(degree=2, logs=True), [2 * x**2 + y**2 + 2 * log(y)]),     # h a quotient
    ("(x^2 + y^2)^3", dict(), []),                                                          # of the angle alone
    ("(x*y^3 - 2)^4", dict(), [3 * x**2 - y**2]),                                           # x h_x = y h_y / 3
    ("abs(x - 1) + abs(y + 1)", dict(degree=3), []),                                        # fields span the plane
    ("abs(2*x + 3*y)", dict(degree=3), [3 * x - 2 * y]),
    ("x^2", dict(degree=3), [y]),
    ("7", dict(degree=1), [x, y]),                                                          # a constant moves nothing
    ("(sqrt(2)*x^2 + y^2 - 1)^2", dict(degree=0, logs=True), [log(y) - sympy.sqrt(2) / 2 * log(x)]),
    ("(sqrt(2)*x^2 + sqrt(3)*y^2)^2", dict(degree=0, logs=True), [log(y) - sympy.sqrt(6) / 2 * log(x)]),
    ("(pi*x^2 + e*y^2 - 1)^2", dict(degree=0, logs=True), [log(y) - sympy.E / sympy.pi * log(x)]),
    ("(sqrt(2)*x*y - 1)^2", dict(degree=4), [x**2 - y**2]),
    ("(sqrt(2 + sqrt(3))*x*y - 1)^2", dict(degree=4), [x**2 - y**2]),
    ("(x - sqrt(2)*y)^2*(x + sqrt(2)*y)^2", dict(degree=3), [x**2 * y]),
], ids=lambda value: value if isinstance(value, str) else None)
def test_of_own_formulas(text, search, expected):
    assert conserved.discover(formula(text), **search) == expected


# --- nothing else, and everything

@st.composite
def polynomials(draw, variables="xyz", degree=3):
    symbols = sympy.symbols(" ".join(variables))
    exponents = [m for m in itertools.product(range(degree + 1), repeat=len(symbols)) if 0 < sum(m) <= degree]
    chosen = draw(st.lists(st.sampled_from(exponents), min_size=1, max_size=4, unique=True))
    return sympy.Add(*(draw(st.integers(-4, 4).filter(bool)) * sympy.Mul(*(s**k for s, k in zip(symbols, m)))
                       for m in chosen))


@few
@given(h=polynomials(), laurent=st.booleans(), logs=st.booleans())
def test_what_is_found_is_conserved_and_independent(h, laurent, logs):
    f = formula(f"({h} - 1)^2", "x y z")
    found = conserved.discover(f, degree=2, laurent=laurent, logs=logs)
    assert all(drift == 0 for c in found for drift in drifts(f, c))
    jacobian = sympy.Matrix([[c.replace(sympy.Abs, lambda u: u).diff(s) for s in f.symbols] for c in found])
    assert not found or jacobian.subs(dict(zip(f.symbols, (sympy.Rational(7, 3), 11, 5)))).rank() == len(found)
    assert len(found) <= found.most == 2 and len(found) <= found.dimension


@few
@given(h=polynomials(), degree=st.integers(1, 4))
def test_the_space_has_the_dimension_that_values_at_random_points_give(h, degree):
    """<grad x^m, grad h> at more points than unknowns, modulo a prime: its rank tells the dimension."""
    p = 2**61 - 1
    slopes = [sympy.lambdify((x, y, z), h.diff(s), "math") for s in (x, y, z)]
    monomials = [m for m in itertools.product(range(degree + 1), repeat=3) if 0 < sum(m) <= degree]
    draw, rows = random.Random(1), []
    for _ in range(len(monomials) + 10):
        point = [draw.randrange(1, p) for _ in range(3)]
        gradient = [int(slope(*point)) % p for slope in slopes]
        rows.append([sum(k * g * pow(u, k - 1, p) * np.prod([pow(v, n, p) for j, (v, n) in enumerate(zip(point, m))
                                                             if j != i], dtype=object)
                         for i, (k, u, g) in enumerate(zip(m, point, gradient)) if k) % p for m in monomials])
    rank = flint.nmod_mat(len(rows), len(monomials), [int(v) for row in rows for v in row], p).rank()
    found = conserved.discover(formula(f"({h} - 1)^2", "x y z"), degree=degree)
    assert found.dimension == len(monomials) - rank


@few
@given(p=polynomials("tz"))
def test_a_planted_quantity_is_found(p):
    """h = p(x y, z) conserves x^2 - y^2, whatever p is."""
    h = p.subs({"t": x * y})
    assume(h.has(x))
    f = formula(f"({h} - 1)^2", "x y z")
    found = conserved.discover(f)
    jacobian = sympy.Matrix([[c.diff(s) for s in f.symbols] for c in [*found, x**2 - y**2]])
    assert jacobian.rank(simplify=True) == len(found)


def test_a_square_counts_once():
    assert [conserved.discover(named("hyperbola"), degree=n).dimension for n in (1, 2, 3, 4, 6)] == [0, 1, 1, 2, 3]
    found = conserved.discover(named("product", n=4), degree=6)
    # polynomials of degree up to 3 in three quantities: 3 + 6 + 10
    assert len(found) == 3 and found.dimension == 19


# --- changes of f and of the variables

@few
@given(h=polynomials("xy"), scale=st.integers(-9, 9).filter(bool))
def test_scaling_and_powers_of_the_residual_change_nothing(h, scale):
    found = [conserved.discover(formula(text), degree=4, logs=True)
             for text in (f"({h} + 1)^2", f"abs({scale}*({h} + 1))", f"{abs(scale)}/7*({h} + 1)^4")]
    assert found[0] == found[1] == found[2]


@few
@given(h=polynomials("xyz"), order=st.permutations([0, 1, 2]))
def test_a_permutation_of_the_variables_permutes_the_results(h, order):
    turned = dict(zip((x, y, z), (sympy.symbols("x y z")[i] for i in order)))
    f, g = formula(f"({h} + 1)^2", "x y z"), formula(f"({h.xreplace(turned)} + 1)^2", "x y z")
    found, other = conserved.discover(f, degree=3), conserved.discover(g, degree=3)
    assert (found.dimension, len(found)) == (other.dimension, len(other))
    assert all(conserved.is_conserved(g, c.xreplace(turned)) for c in found)


@few
@given(h=polynomials("xy"))
def test_a_rational_rotation_rotates_the_results(h):
    turned = {x: (3 * x + 4 * y) / 5, y: (3 * y - 4 * x) / 5}
    f, g = formula(f"({h} + 1)^2"), formula(f"({h.xreplace(turned)} + 1)^2")
    found, other = conserved.discover(f, degree=3), conserved.discover(g, degree=3)
    assert (found.dimension, len(found)) == (other.dimension, len(other))
    assert all(conserved.is_conserved(g, c.xreplace(turned)) for c in found)


# --- along the flow

@pytest.mark.parametrize("f, search, start, t_end", [
    (named("hyperbola"), dict(), (3, 0.2), 0.5),
    (named("parabola"), dict(logs=True), (1.5, 1.0), 1.0),
    (named("cubic"), dict(laurent=True), (0.2, 1.5), 0.5),
    (named("conic"), dict(logs=True), (0.3, 1.2), 0.5),
    (named("bilinear"), dict(logs=True), (1.0, 0.4, 0.7, 0.5), 0.5),
    (named("product"), dict(), (2.0, 0.5, 1.5), 0.3),
    (formula("(x/(1 + y^2) - 1)^2"), dict(logs=True), (3.0, 1.0), 1.0),
    (formula("(x*y^3 - 2)^4"), dict(), (1.5, 1.2), 0.1),
    (named("rank-one-l1"), dict(), (3.0, 8.0, 0.2, 0.5), 0.01),
], ids=lambda value: getattr(value, "name", None))
def test_constant_along_the_flow(f, search, start, t_end):
    points = orbits.gradient_flow(f, start, t_end).points
    assert np.linalg.norm(points[-1] - points[0]) > 0.05
    found = conserved.discover(f, **search)
    assert found
    for c in found:
        values = sympy.lambdify(f.symbols, c, "numpy")(*points.T)
        assert np.ptp(values) < 1e-10 * (1 + abs(values).max())


# --- the result, bounds and progress

def test_an_empty_result_says_what_was_searched():
    found = conserved.discover(named("cubic"), degree=6)
    assert found == [] and isinstance(found, list)
    assert repr(found) == str(found) == ("[]: none among the sums of the monomials in x, y of degree 1 to 6 with 27 "
                                         "unknown rational coefficients")
    assert "exponents from -2 to 2 and the logarithms" in conserved.discover(named("lazy-valley"), laurent=True,
                                                                             logs=True).searched
    assert "|x - y|" in conserved.discover(named("cubic"), logs=["x^2 - y^2"]).searched
    assert repr(conserved.discover(named("hyperbola"))) == "[x**2 - y**2]"


def test_results_are_the_same_again_and_travel():
    found = conserved.discover(named("product", n=4), degree=4)
    again = pickle.loads(pickle.dumps(found))
    assert conserved.discover(named("product", n=4), degree=4) == found == again
    assert (again.searched, again.dimension, again.most) == (found.searched, found.dimension, found.most)


def test_progress_counts_the_unknowns():
    reports = []
    conserved.discover(named("product"), degree=4, progress=lambda done, total: reports.append((done, total)))
    assert reports[-1] == (34, 34) and reports == sorted(reports)       # comb(7, 3) - 1
    conserved.discover(named("conic"), degree=0, logs=["x + 2*y"], progress=lambda *report: reports.append(report))
    assert reports[-1] == (1, 1)                # a term that cannot occur is done as well


@pytest.mark.parametrize("search, words", [
    (dict(degree=9), "degree=9.*219 unknown.*limit=200"),
    (dict(degree=3, laurent=True), "342 unknown"),
    (dict(degree=5, limit=54), "55 unknown.*limit=54"),
])
def test_too_much_is_refused_before_it_is_tried(search, words):
    with pytest.raises(ValueError, match=words):
        conserved.discover(named("product"), **{"limit": 200, **search})


def test_constants_outside_q_are_allowed_a_fifth():
    f = formula("(sqrt(2)*x*y*z - 1)^2", "x y z")
    assert len(conserved.discover(f, degree=4, limit=34 * 5)) == 2
    with pytest.raises(ValueError, match="at most 33"):
        conserved.discover(f, degree=4, limit=34 * 5 - 1)


@pytest.mark.parametrize("text, words", [
    ("(y*exp(x) - 1)^2", "exp.*not a rational function"), ("sqrt(x)*y", "not a rational function"),
    ("x^2 + abs(y)", "not a rational function"), ("(sin(1)*x + y)^2", "constants"),
    ("(pi*x + sqrt(2)*y)^2", "constants"), ("(sqrt(2)*x^2 + 5^(1/7)*y)^2", "roots"),
    ("(x + y + 1)^2*(x*y - 3 + x)^20*(x + 2*y)^20*(x^3 - y - 1)^20", "terms"),
])
def test_formulas_that_cannot_be_searched(text, words):
    with pytest.raises(ValueError, match=words):
        conserved.discover(formula(text))


@pytest.mark.parametrize("search, words", [
    (dict(degree=-1), "degree"), (dict(degree=2.5), "degree"), (dict(degree=0), "degree=0"), (dict(limit=0), "limit"),
    (dict(laurent=2), "laurent"), (dict(logs="x"), "logs"), (dict(logs=3), "logs"),
    (dict(logs=np.array(3.0)), "logs"), (dict(logs=["exp(x)"]), "logs.0."),
    (dict(logs=["3"]), "logs.0."), (dict(logs=[x, z]), "symbol z"), (dict(progress="yes"), "progress"),
])
def test_bad_arguments(search, words):
    with pytest.raises(ValueError, match=words):
        conserved.discover(named("hyperbola"), **search)


def test_only_landscapes_with_a_formula():
    for f in (None, "x**2", 3):
        with pytest.raises(ValueError, match="f="):
            conserved.discover(f)


def test_an_argument_that_is_no_formula_is_named_with_the_position():
    with pytest.raises(ValueError, match="c: at column 4 ") as caught:
        conserved.is_conserved(landscapes.named("hyperbola"), "x + z")
    assert caught.value.column == 4
