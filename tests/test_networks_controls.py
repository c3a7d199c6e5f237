"""What the theorems on linear networks need: each conclusion, and how it fails without its assumption (spec 3)."""

import math

import numpy as np
import pytest
import sympy
from descent import landscapes, maps, orbits
from descent.networks import LinearNetwork, balanced
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree
from support.programs import program

HYPERBOLA = landscapes.named("hyperbola")
WHITE2, WHITE3 = {"X": np.eye(2), "Y": np.diag([2, 1])}, {"X": np.eye(3), "Y": np.diag([3, 2, 1])}
ONE = {"X": [[1]], "Y": [[1]]}
CHAIN = LinearNetwork((1, 1, 1), **ONE)
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=20, deadline=None)


def images(f, points, eta):
    """G of each of the points (m, 2)."""
    run = program("""def k(points, eta, out):
    for i in range(points.shape[0]):
        out[i, 0], out[i, 1] = step((points[i, 0], points[i, 1]), eta)""", None, step=maps.gradient_step(f))
    out = np.empty_like(points)
    run(points, eta, out)
    return out


# equation (1) ---------------------------------------------------------------------------------------------------------

def excess(n, theta, eta, lipschitz):
    """L(theta_+) - L(theta) + eta (1 - K eta / 2) |grad L|^2; equation (1) says that it is at most 0."""
    slope = n.gradient(theta)
    return n.value(theta - eta * slope) - n.value(theta) + eta * (1 - lipschitz * eta / 2) * slope @ slope


@few
@given(seed=SEEDS, part=st.floats(0.01, 3))
def test_the_descent_lemma_holds_for_a_quadratic(seed, part):
    rng = np.random.default_rng(seed)
    n = LinearNetwork((3, 2), rng.standard_normal((3, 5)), rng.standard_normal((2, 5)))
    theta, eta = rng.standard_normal(6), part / n.lipschitz
    assert excess(n, theta, eta, n.lipschitz) <= 1e-12 * (1 + n.value(theta - eta * n.gradient(theta)))
    # K = lambda_max is needed: along its eigenvector there is equality, and a smaller K is refuted
    steepest = n.target.ravel() + np.linalg.eigh(n.hessian(theta))[1][:, -1]
    assert excess(n, steepest, eta, n.lipschitz) == pytest.approx(0, abs=1e-10 * n.lipschitz)
    assert excess(n, steepest, eta, 0.9 * n.lipschitz) > 0


@pytest.mark.parametrize("lipschitz", [1.0, 1e2, 1e4, 1e8])
def test_no_constant_makes_the_descent_lemma_hold_for_a_hidden_layer(lipschitz):
    far = 10 * math.sqrt(lipschitz)                         # there the Hessian exceeds K
    assert excess(CHAIN, np.array([far, far]), 1 / lipschitz, lipschitz) > 0
    assert CHAIN.lipschitz is None


# Definition 4, Theorem 15 ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("part, stable", [(0.5, True), (0.95, True), (1.05, False), (1.5, False)])
def test_excursions_shrink_with_the_perturbation_at_stable_minima_only(part, stable):
    n = LinearNetwork((2, 2, 2), **WHITE2)
    minimum = n.project(balanced(n) + 0.2)
    eta = part * n.largest_step(minimum)
    direction = np.linalg.eigh(n.hessian(minimum))[1][:, -1]
    longest = []
    for delta in (1e-3, 1e-5, 1e-7):
        points = orbits.gradient_descent(n, minimum + delta * direction, eta, 10_000).points
        longest.append(np.nanmax(np.linalg.norm(points - minimum, axis=1)))
    if stable:
        assert (np.array(longest) < 3 * np.array([1e-3, 1e-5, 1e-7])).all()
    else:
        assert min(longest) > 0.05


def test_at_two_over_eta_the_derivative_of_the_step_has_the_eigenvalue_minus_one():
    """Section 3.2 prints 1."""
    minimum = np.array([2.0, 0.5])
    derivative = np.eye(2) - CHAIN.largest_step(minimum) * CHAIN.hessian(minimum)
    assert np.linalg.eigvalsh(derivative) == pytest.approx([-1, 1])


def test_between_one_and_two_over_lambda_a_minimum_still_attracts():
    """Corollary 13 has 1/eta and stability 2/eta: eta_C = 2 eta_i, and descent converges at 1.8 eta_i."""
    eta = 1.8 / CHAIN.flattest().sharpness
    assert eta < CHAIN.critical_step() == pytest.approx(2 / CHAIN.flattest().sharpness)
    assert orbits.gradient_descent(CHAIN, [1.2, 0.9], eta, 500).losses[-1] < 1e-28


def test_equation_15_as_printed_does_not_send_the_tangent_of_m_to_zero():
    """For 1/2 (1 - x y)^2: the off-diagonal entry is 2 x y - 1, printed 1 - 2 x y."""
    x = 3.0
    hessian, tangent = CHAIN.hessian([x, 1 / x]) / 2, np.array([x, -1 / x])
    assert hessian @ tangent == pytest.approx([0, 0], abs=1e-14)
    printed = hessian * [[1, -1], [-1, 1]]
    assert printed @ tangent == pytest.approx([2 / x, -2 * x])
    assert np.linalg.eigvalsh(printed) == pytest.approx(np.linalg.eigvalsh(hessian), abs=1e-14)


# Lemma 25, Proposition 27: null sets pull back to null sets -----------------------------------------------------------

def fold(eta, directions):
    """The points of S(G) = {det(I - eta H) = 0}, one on each ray: a quadratic in r^2 with one positive root."""
    angle = (np.arange(directions) + 0.5) * 2 * np.pi / directions
    s, mixed = 2 * eta, np.sin(angle) * np.cos(angle)
    a, b, c = 3 * s * s * mixed**2, s - 4 * s * s * mixed, 1 - s * s
    r = np.sqrt(2 * c / (b + np.sqrt(b * b + 4 * a * c)))
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=-1)


def areas(distance, widths):
    """The fraction of points whose image is within each width of a curve."""
    return np.array([np.mean(distance < w) for w in widths])


@pytest.mark.parametrize("draws", [200_000, pytest.param(4_000_000, marks=pytest.mark.long)])
def test_preimages_of_strips_vanish_with_their_width_like_its_root_at_folds(draws):
    """Lemma 25 for (1 - x y)^2: slope 1 for a generic strip, 1/2 for one on G(S(G)); 1-1 without hidden layer: 0."""
    eta, widths = 0.2, np.array([4e-3, 2e-3, 1e-3, 5e-4])
    critical = fold(eta, 40_000)
    determinants = np.linalg.det(np.eye(2) - eta * CHAIN.hessian(critical[::1000]))
    assert np.abs(determinants).max() < 1e-9                # the library's Hessian agrees that it is S(G)
    # around the fold alone: other preimages of its image would add a part of slope 1
    rng = np.random.default_rng(0)
    points = critical[rng.integers(len(critical), size=draws)] * rng.uniform(0.9, 1.1, (draws, 1))
    near = KDTree(images(HYPERBOLA, critical, eta)).query(images(HYPERBOLA, points, eta))[0]
    at_fold = areas(near, widths)
    slope = np.polyfit(np.log(widths), np.log(at_fold), 1)[0]
    assert slope == pytest.approx(0.5, abs=0.05)
    anywhere = images(HYPERBOLA, rng.uniform(-2, 2, (10 * draws, 2)), eta)
    generic = areas(np.abs(anywhere @ [0.6, 0.8] - 0.3), 10 * widths)
    assert np.polyfit(np.log(widths), np.log(generic), 1)[0] == pytest.approx(1, abs=0.05)
    # no hidden layer, eta = 1/2: all of R is sent to 1
    plain = LinearNetwork((1, 1), **ONE)
    w = rng.uniform(-2, 2, 100)
    sent = [orbits.gradient_descent(plain, [start], 0.5, 1).points[1, 0] for start in w]
    assert (areas(np.abs(np.array(sent) - 1), [1e-3, 1e-6, 1e-12]) == 1).all()


@pytest.mark.parametrize("eta", [0.1, 0.3, 0.6])
def test_a_point_has_at_most_five_preimages(eta):
    """Section 2 bounds them by 9, the product of the degrees.

    With p = x + y, q = x - y, a step takes p to p (1 + s e), q to q (1 - s e): e = 1 - x y solves an equation of
    degree 5. So preimages of null sets are unions of at most five null pieces.
    """
    s, rng, counts = 2 * eta, np.random.default_rng(3), set()
    for z in rng.uniform(-2, 2, (12, 2)):
        total, difference = z[0] + z[1], z[0] - z[1]
        plus, minus = np.poly1d([s, 1]), np.poly1d([-s, 1])
        roots = (4 * np.poly1d([-1, 1]) * plus**2 * minus**2 - total**2 * minus**2 + difference**2 * plus**2).roots
        e = roots[np.abs(roots.imag) < 1e-9].real
        p, q = total / (1 + s * e), difference / (1 - s * e)
        preimages = np.stack([(p + q) / 2, (p - q) / 2], axis=-1)
        assert images(HYPERBOLA, preimages, eta) == pytest.approx(np.tile(z, (len(e), 1)), abs=1e-8)
        for start in rng.uniform(-5, 5, (10, 2)):               # Newton's method finds no other
            for _ in range(60):
                error = start - eta * HYPERBOLA.gradient(start) - z
                start = start - np.linalg.solve(np.eye(2) - eta * HYPERBOLA.hessian(start), error)
            if np.linalg.norm(start - eta * HYPERBOLA.gradient(start) - z) < 1e-10:
                assert np.linalg.norm(preimages - start, axis=1).min() < 1e-6
        counts.add(len(e))
    assert counts <= {1, 3, 5}


def test_the_saddle_has_five_preimages():
    """By hand: itself, e = 1/s on the antidiagonal, e = -1/s on the diagonal; the first pair while s < 1."""
    for s in (0.6, 1.2):
        anti, on = math.sqrt(max(0, 1 / s - 1)), math.sqrt(1 + 1 / s)
        preimages = np.array([(0, 0), (anti, -anti), (-anti, anti), (on, on), (-on, -on)])
        assert images(HYPERBOLA, preimages, s / 2) == pytest.approx(np.zeros((5, 2)), abs=1e-14)
        assert len({tuple(p) for p in preimages.tolist()}) == (5 if s < 1 else 3)


# Lemmas 29 and 32: zero sets of polynomials and of analytic functions -------------------------------------------------

TOLERANCES = np.array([1e-1, 1e-2, 1e-3])


def shares(determinants):
    return np.array([np.mean(np.abs(determinants) < tolerance) for tolerance in TOLERANCES])


@pytest.mark.parametrize("widths, data, eta", [
    ((1, 1, 1), ONE, 0.3), ((2, 2, 2), WHITE2, 0.1), ((1, 1, 1, 1), ONE, 0.2)])
def test_the_determinant_is_small_on_a_set_that_vanishes_with_the_tolerance(widths, data, eta):
    """Theorem 7, Lemma 29: det(I - eta H) is a polynomial and not 0; the control is a single layer, where it is 0."""
    n = LinearNetwork(widths, **data)
    points = np.random.default_rng(4).standard_normal((20_000, n.dimension))
    found = shares(np.linalg.det(np.eye(n.dimension) - eta * n.hessian(points)))
    assert 0 < found[0] < 0.8 and found[2] < found[0] / 20      # in the end linear in the tolerance
    plain = LinearNetwork((1, 1), **ONE)
    assert (shares(np.linalg.det(np.eye(1) - 0.5 * plain.hessian(points[:, :1]))) == 1).all()


def test_a_smooth_function_may_vanish_on_half_the_line():
    """Lemma 32 needs analytic functions: exp(-1/x) for x > 0, else 0, has all derivatives."""
    x = np.random.default_rng(5).uniform(-1, 1, 20_000)
    with np.errstate(over="ignore"):
        smooth = np.where(x > 0, np.exp(-1 / np.where(x > 0, x, 1)), 0)
    analytic = np.tanh(x) - 0.3
    assert shares(smooth)[-1] > 0.5 and shares(analytic)[-1] < 2e-3
    assert np.mean(smooth == 0) == pytest.approx(0.5, abs=0.02) and not (analytic == 0).any()


# Remark 8, Proposition 34: other activations --------------------------------------------------------------------------

RELU, TANH = "(x + abs(x))/2", "(1 - 2/(exp(2*x) + 1))"


def test_with_relu_the_step_is_singular():
    """Remark 8: L = (1 - relu(w))^2, eta = 1/2: every w > 0 is sent to 1, so the preimage of {1} contains (0, inf)."""
    f = landscapes.from_formula(f"(1 - {RELU})^2", variables="x")
    starts = np.random.default_rng(6).uniform(1e-3, 50, 100)
    sent = [orbits.gradient_descent(f, [w], 0.5, 1).points[1, 0] for w in starts]
    assert sent == pytest.approx([1] * 100, abs=1e-13)
    assert (np.abs(1 - 0.5 * f.hessian(starts[:, None]))[:, 0, 0] < 1e-14).all()
    assert orbits.gradient_descent(f, [-2.0], 0.5, 1).points[1, 0] == -2        # for w < 0 it stays
    # another step is not singular: 1 + (w - 1) / 5
    assert [orbits.gradient_descent(f, [w], 0.4, 1).points[1, 0] for w in (3, 4)] == pytest.approx([1.4, 1.6])


@pytest.mark.parametrize("text, variables", [(f"(1 - {TANH})^2", "x"), (f"(1 - y*{TANH})^2", "x y")])
@pytest.mark.parametrize("eta", [0.5, 2.0])
def test_with_tanh_the_step_is_not_singular(text, variables, eta):
    """Proposition 34: the activation is analytic; det(I - eta H) is not 0 on random points."""
    f = landscapes.from_formula(text, variables=variables)
    points = np.random.default_rng(7).uniform(-2, 2, (20_000, f.dimension))
    found = shares(np.linalg.det(np.eye(f.dimension) - eta * f.hessian(points)))
    assert found[1] < found[0] / 5 and found[2] < found[0] / 25
    sent = {orbits.gradient_descent(f, p, eta, 1).points[1, 0] for p in points[:200]}
    assert len(sent) == 200                                     # no two starts meet


# the reasons given for Theorem 7 (3.4) --------------------------------------------------------------------------------

@few
@given(seed=SEEDS, eta=st.floats(0.01, 2))
def test_at_zero_the_determinant_is_one_for_two_hidden_layers_and_a_product_for_one(seed, eta):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((2, 4)), rng.standard_normal((2, 4))
    deep, shallow = LinearNetwork((2, 3, 2, 2), x, y), LinearNetwork((2, 3, 2), x, y)
    assert (deep.hessian(np.zeros(deep.dimension)) == 0).all()          # a saddle that is not strict
    sigma = np.linalg.svd(y @ x.T)[1]
    hessian = shallow.hessian(np.zeros(shallow.dimension))
    assert np.linalg.eigvalsh(hessian)[0] == pytest.approx(-2 * sigma[0])        # a strict one
    expected = np.prod(1 - 4 * eta**2 * sigma**2) ** 3                  # power d_1 = 3
    size = np.prod(1 + 4 * eta**2 * sigma**2) ** 3
    assert np.linalg.det(np.eye(shallow.dimension) - eta * hessian) == pytest.approx(expected, abs=1e-12 * size)
    vanishing = np.eye(shallow.dimension) - hessian / (2 * sigma[0])
    assert np.linalg.matrix_rank(vanishing, tol=1e-10) == shallow.dimension - 3


def test_the_sum_of_outer_products_is_not_r_d_r_transposed():
    """After equations (10) and (11): for X = [[1, .5], [0, 1]] the eigenvalues of X X^T are not the squared norms."""
    x = np.array([[1, 0.5], [0, 1]])
    d = (x**2).sum(axis=0)
    r = x / np.sqrt(d)
    assert np.linalg.eigvalsh(x @ x.T) == pytest.approx([0.6096, 1.6404], abs=5e-5) and d.tolist() == [1, 1.25]
    assert r * d @ r.T == pytest.approx(x @ x.T)                # with normalised columns it is, but R is not orthogonal
    assert abs(x * d @ x.T - x @ x.T).max() > 0.2 and abs(r @ r.T - np.eye(2)).max() > 0.2


# Theorem 12, Corollary 13 ---------------------------------------------------------------------------------------------

# the networks of section 5 whose least nonzero eigenvalue has infimum 0 on M, at t = 100
@pytest.mark.parametrize("widths, data, layers, least", [
    ((2, 1, 1), {"X": np.eye(2), "Y": [[1, 0]]}, lambda t: [[[t, 0]], [[1 / t]]], 2e-4),
    ((2, 2, 2), WHITE2, lambda t: [np.diag([t, 1 / t]), np.diag([2 / t, t])], 1e-3),
    ((3, 2, 3), WHITE3, lambda t: [np.diag([t, 1 / t, 0])[:2], np.diag([3 / t, 2 * t, 0])[:, :2]], 1.5e-4),
    ((2, 3, 2, 2), WHITE2, lambda t: [np.diag([t, 1 / t, 0])[:, :2], np.eye(3)[:2], np.diag([2 / t, t])], 1e-3)])
def test_the_least_positive_eigenvalue_has_infimum_zero(widths, data, layers, least):
    n, found = LinearNetwork(widths, **data), []
    for t in (1, 10, 100, 1000):
        theta = n.pack(layers(t))
        assert n.product(theta) == pytest.approx(n.target, abs=1e-12)
        found.append(np.linalg.eigvalsh(n.hessian(theta))[n.dim_minima])
    assert found[1] > 50 * found[2] > 0
    # M_WS is not empty for any eta: here for a hundred times the critical step
    assert found[2] < 2 / (100 * n.critical_step())
    assert found[2] == pytest.approx(least, rel=0.03)           # two digits


@pytest.mark.parametrize("widths, step", [((1, 1, 1), 0.5), ((1, 2, 2, 1), 1 / 3), ((1, 1, 1, 1), 1 / 3)])
def test_with_scalar_data_the_two_critical_steps_are_one(widths, step):
    """eta_E = eta_C where d_0 = d_h = 1: there is one positive eigenvalue, the largest."""
    n = LinearNetwork(widths, **ONE)
    assert n.dim_image == 1 and n.critical_step() == pytest.approx(step, rel=1e-9)
    for theta in n.minima.sample(np.random.default_rng(8), 20):
        spectrum = n.spectrum(theta)
        assert spectrum.smallest_positive == spectrum.eigenvalues[0] >= 2 / step * (1 - 1e-12)


@pytest.mark.parametrize("size, value", [(10, -98.01), (100, -9998.0001)])
def test_the_terms_of_appendix_e_are_not_bounded_below(size, value):
    """R_i of equation (27) on M, for 1-1-1: -(T^2 - 1)^2 / T^2 at |theta| = T."""
    t = math.sqrt((size**2 + math.sqrt(size**4 - 4)) / 2)
    theta = np.array([t, 1 / t])
    assert np.linalg.norm(theta) == pytest.approx(size) and CHAIN.value(theta) < 1e-28

    def equation(point):
        return (CHAIN.product(point) - CHAIN.target).item()
    remainder = (size**2 * equation(theta)) ** 2 - (size * equation(theta / size)) ** 2
    assert remainder == pytest.approx(-((size**2 - 1) ** 2) / size**2) == pytest.approx(value, abs=1e-9)


def test_the_expansion_of_appendix_e_is_right():
    T, m, c = sympy.symbols("T m c")
    for h in (2, 3, 4):
        remainder = (T**h * (T**h * m - c)) ** 2 - (T ** (h - 1) * (m - c)) ** 2
        low = T ** (2 * h - 2)
        assert sympy.expand(remainder - (T ** (4 * h) - low) * m**2 + 2 * (T ** (3 * h) - low) * m * c
                            - (T ** (2 * h) - low) * c**2) == 0


def test_the_least_nonzero_eigenvalue_is_not_continuous():
    """Appendix E takes its minimum over a sphere; where the rank of d mu drops it jumps."""
    n = LinearNetwork((2, 1, 1), np.eye(2), [[1, 0]])
    # W_1 = (1, 0), W_2 = w -> 0
    values = [np.linalg.eigvalsh(n.gauss_newton(np.array([1, 0, w]))) for w in (1e-1, 1e-3, 0)]
    least = [min(v for v in spectrum if v > 1e-12) for spectrum in values]
    assert least == pytest.approx([2e-2, 2e-6, 2])


# equation (18) --------------------------------------------------------------------------------------------------------

@few
@given(seed=SEEDS, r=st.integers(1, 2))
def test_the_normal_eigenvalues_of_a_narrow_network_are_pairs_of_singular_values(seed, r):
    """3.2: at the balanced minimum of a whitened r-narrow network, 2 (sigma_j ± sigma_k) for j <= r < k, each once."""
    rng = np.random.default_rng(seed)
    sigma = np.cumsum(rng.uniform(0.1, 1, 3))[::-1]
    left, right = (np.linalg.qr(rng.standard_normal((3, 3)))[0] for _ in range(2))
    n = LinearNetwork((3, r, 3), np.eye(3), left * sigma @ right.T)
    theta = balanced(n)
    for spectrum, extra in ((n.spectrum(theta).eigenvalues, True), (np.linalg.eigvalsh(n.gauss_newton(theta)), False)):
        for pair in [2 * (sigma[j] + sign * sigma[k]) for j in range(r) for k in range(r, 3) for sign in (-1, 1)]:
            assert (np.abs(spectrum - pair).min() < 1e-9) == extra
