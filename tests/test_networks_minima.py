"""The minima of linear networks: target, manifold, spectrum, what is false as printed (spec 3, sections 2 and 3)."""

import numpy as np
import pytest
from descent import orbits
from descent.networks import LinearNetwork, balanced
from hypothesis import given, settings
from hypothesis import strategies as st

N3 = {"X": [[1, 0.5, 0], [0, 1, 0.5]], "Y": [[2, 0, 1], [0, 1, 1]]}
N4 = {"X": [[1, 0.5, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 0.5]], "Y": [[3, 0, 0, 1], [0, 2, 1, 0], [1, 0, 1, 1]]}
# spec 3, section 5, "Networks": network, data, d_theta, dim M_r, dim M
TABLE = {
    "1-1-1": ((1, 1, 1), {"X": [[1]], "Y": [[1]]}, 2, 1, 1),
    "2-2-2 white": ((2, 2, 2), {"X": np.eye(2), "Y": np.diag([2, 1])}, 8, 4, 4),
    "2-2-2 n=3": ((2, 2, 2), N3, 8, 4, 4),
    "3-2-3 white": ((3, 2, 3), {"X": np.eye(3), "Y": np.diag([3, 2, 1])}, 12, 8, 4),
    "3-2-3 n=4": ((3, 2, 3), N4, 12, 8, 4),
    "2-3-2-2 white": ((2, 3, 2, 2), {"X": np.eye(2), "Y": np.diag([2, 1])}, 16, 4, 12),
    "2-1-1": ((2, 1, 1), {"X": np.eye(2), "Y": [[1, 0]]}, 3, 2, 1),
    "1-2-2-1": ((1, 2, 2, 1), {"X": [[1]], "Y": [[1]]}, 8, 1, 7),
    "1-1-1-1": ((1, 1, 1, 1), {"X": [[1]], "Y": [[1]]}, 3, 1, 2),
}
WELL_SCALED = 1e-5                              # least / largest positive eigenvalue: below it a count is not judged


def of(name):
    widths, data = TABLE[name][:2]
    return LinearNetwork(widths, **data)


def least_squares_slope(network, w):
    """The gradient of l(W) = |Y - W X|^2."""
    return -2 * (network.Y - w @ network.X) @ network.X.T


def loss_of(network, w):
    return float(((network.Y - w @ network.X) ** 2).sum())


def truncated(w, r):
    u, s, vt = np.linalg.svd(w)
    return (u[:, :r] * s[:r]) @ vt[:r]


def inverse_root(c):
    values, vectors = np.linalg.eigh(c)
    return vectors / np.sqrt(values) @ vectors.T


# target (W0, Proposition 2) -----------------------------------------------------------------------------------------

def test_the_target_of_a_filling_network_is_the_least_squares_matrix():
    n = LinearNetwork((3, 3, 3), **N4)
    assert np.allclose(n.target, n.Y @ n.X.T @ np.linalg.inv(n.X @ n.X.T), atol=1e-14)
    assert abs(least_squares_slope(n, n.target)).max() < 1e-14
    assert n.least_loss == pytest.approx(0.4, abs=1e-12)
    # the paper's exponent -1/2 (spec 3, 3.4; .819 there is the slope without the factor 2)
    printed = n.Y @ n.X.T @ inverse_root(n.X @ n.X.T)
    assert loss_of(n, printed) == pytest.approx(2.0860, abs=5e-5)
    assert abs(least_squares_slope(n, printed)).max() / 2 == pytest.approx(0.819, abs=5e-4)


def test_the_target_of_a_narrow_network_beats_alternating_least_squares_and_the_printed_formulas():
    n = of("3-2-3 n=4")
    assert n.least_loss == pytest.approx(1.37198901, abs=5e-9) and np.linalg.matrix_rank(n.target) == 2
    assert loss_of(n, n.target) == pytest.approx(n.least_loss, rel=1e-13)
    rng, found = np.random.default_rng(0), []
    for _ in range(20):
        second = rng.standard_normal((3, 2))
        for _ in range(300):
            first = np.linalg.lstsq(second, n.Y @ np.linalg.pinv(n.X), rcond=None)[0]
            second = np.linalg.lstsq((first @ n.X).T, n.Y.T, rcond=None)[0].T
        found.append(loss_of(n, second @ first))
    assert min(found) == pytest.approx(n.least_loss, abs=1e-9) and min(found) > n.least_loss - 1e-12
    root = inverse_root(n.X @ n.X.T)
    printed = n.Y @ n.X.T @ root
    assert loss_of(n, truncated(printed @ root, 2)) == pytest.approx(1.42946658, abs=5e-9)
    assert loss_of(n, truncated(printed, 2)) == pytest.approx(3.03469418, abs=5e-9)
    assert np.allclose(truncated(printed, 2) @ root, n.target, atol=1e-13)
    assert np.allclose(n.target_singular_values, np.linalg.svd(printed)[1], rtol=1e-13)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), r=st.integers(1, 3))
def test_no_matrix_of_rank_r_near_the_target_is_better(seed, r):
    rng = np.random.default_rng(seed)
    n = LinearNetwork((3, r, 3), rng.standard_normal((3, 5)), rng.standard_normal((3, 5)))
    assert np.linalg.matrix_rank(n.target) == r
    left, s, right = np.linalg.svd(n.target)
    for size in (1e-3, 0.1, 1):
        a = (left[:, :r] * s[:r]) + size * rng.standard_normal((3, r))
        b = right[:r] + size * rng.standard_normal((r, 3))
        assert loss_of(n, a @ b) >= n.least_loss - 1e-12


# degenerate data ----------------------------------------------------------------------------------------------------

def test_equal_singular_values_are_said_and_counted():
    n = LinearNetwork((3, 2, 3), np.eye(3), np.diag([3, 2, 2]))
    for ask in (lambda: n.dim_minima, n.critical_step, n.flattest):
        with pytest.raises(ValueError, match="sigma_2 = sigma_3 = 2"):
            ask()
    spectrum = n.spectrum(balanced(n))
    assert (spectrum.positive, spectrum.zero, spectrum.negative) == (7, 5, 0)       # Theorem 10 says 8 and 4


def test_the_count_returns_once_the_tie_is_broken():
    n = LinearNetwork((3, 2, 3), np.eye(3), np.diag([3, 2, 1.99]))
    spectrum = n.spectrum(balanced(n))
    assert (spectrum.positive, spectrum.zero, spectrum.negative) == (8, 4, 0) and n.dim_minima == 4


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 1, 2), (2, 1)])
def test_remark_19_singular_data_have_an_affine_space_of_best_matrices(widths):
    y = np.array([[2.0, 4.0], [1.0, -1.0]])[: widths[-1]]
    n = LinearNetwork(widths, [[1, 2], [2, 4]], y)
    with pytest.raises(ValueError, match=f"affine subspace of dimension {widths[-1]}"):     # d_h (d_0 - rank X)
        n.critical_step()
    kernel = np.array([2.0, -1.0])                                  # X^T k = 0
    assert loss_of(n, n.target) == pytest.approx(loss_of(n, n.target + np.outer(np.ones(widths[-1]), kernel)))
    assert np.allclose(n.target @ kernel, 0, atol=1e-14)            # of all of them the least
    theta = n.project(np.linspace(0.5, 1.5, n.dimension))
    assert abs(n.gradient(theta)).max() < 1e-10


def test_a_target_of_lower_rank_is_said():
    n = LinearNetwork((1, 1, 1), [[1]], [[0]])
    with pytest.raises(ValueError, match="rank 0 < r = 1"):
        _ = n.dim_minima
    # M = {x y = 0} is a cross, and d mu has rank 0 where the lines meet
    assert n.value([3, 0]) == n.value([0, 3]) == 0 and np.linalg.matrix_rank(n.jacobian([0, 0])) == 0
    assert n.spectrum([0, 0]).zero == 2 and n.spectrum([3, 0]).positive == 1


# the manifold (Theorems 9, 10, Propositions 35, 39) -----------------------------------------------------------------

@pytest.mark.parametrize("name", TABLE)
def test_dimensions_and_counts_of_the_table(name):
    n, (_, _, d_theta, dim_image, dim_minima) = of(name), TABLE[name]
    assert (n.dimension, n.dim_image, n.dim_minima) == (d_theta, dim_image, dim_minima)
    rng, judged = np.random.default_rng(1), 0
    for theta in n.minima.sample(rng, 8):
        assert np.linalg.norm(n.product(theta) - n.target) < 1e-12 * (1 + np.linalg.norm(n.target))
        assert abs(n.gradient(theta)).max() < 1e-9 * (1 + abs(theta).max() ** 3)
        assert n.value(theta) == pytest.approx(n.least_loss, abs=1e-10)
        spectrum = n.spectrum(theta)
        if spectrum.eigenvalues[dim_image - 1] > WELL_SCALED * spectrum.eigenvalues[0]:
            judged += 1
            assert (spectrum.positive, spectrum.zero, spectrum.negative) == (dim_image, dim_minima, 0)
            assert np.linalg.matrix_rank(n.jacobian(theta), tol=1e-8) == dim_image
    assert judged >= 4
    assert np.linalg.matrix_rank(n.product(rng.standard_normal(n.dimension))) == n.rank        # Definition 1
    assert np.linalg.matrix_rank(n.jacobian(np.zeros(n.dimension))) == 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), widths=st.lists(st.integers(1, 3), min_size=3, max_size=4).map(tuple))
def test_projection_moves_little_near_the_minima_and_nothing_on_them(seed, widths):
    rng = np.random.default_rng(seed)
    n = LinearNetwork(widths, rng.standard_normal((widths[0], 4)), rng.standard_normal((widths[-1], 4)))
    on = n.project(balanced(n))
    assert np.linalg.norm(on - balanced(n)) < 1e-12 * (1 + np.linalg.norm(on)) * (1 + 1 / n.target_singular_values[-1])
    off = 1e-4 * np.linalg.norm(n.target) * rng.standard_normal(n.dimension)
    back = n.project(on + off)
    assert n.minima.distance(on + off) == pytest.approx(np.linalg.norm(back - (on + off)), rel=1e-9)
    assert np.linalg.norm(n.product(back) - n.target) <= 1e-10 * np.linalg.norm(n.target)


def test_the_projection_of_the_hyperbola_is_near_the_nearest_point():
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    assert n.project([1.1, 1.1]) == pytest.approx([1, 1], abs=1e-12)                # by symmetry
    # to first order |1 - x y| / |(x, y)|
    assert n.minima.distance([2.001, 0.5]) == pytest.approx(0.0005 / np.hypot(2, 0.5), rel=2e-3)


def test_a_projection_that_fails_says_so():
    for name in ("1-1-1", "3-2-3 white", "2-3-2-2 white"):
        n = of(name)
        with pytest.raises(ValueError, match="leads to no minimum"):
            n.project(np.zeros(n.dimension))


@pytest.mark.parametrize("tolerance", [0, -1, 1, np.nan, None, "x"])
def test_tolerances_that_do_not_fit(tolerance):
    with pytest.raises(ValueError, match="tolerance"):
        of("1-1-1").spectrum([1, 1], tolerance)


@pytest.mark.parametrize("count", [-1, 1.5, True, 10**7])
def test_sample_sizes_that_do_not_fit(count):
    with pytest.raises(ValueError, match="n="):
        of("1-1-1").minima.sample(np.random.default_rng(0), count)


# equation (18), errata 3.2 ------------------------------------------------------------------------------------------

def test_equation_18_is_not_the_hessian_of_a_narrow_network():
    n = of("3-2-3 white")
    theta = balanced(n)
    assert n.spectrum(theta).eigenvalues == pytest.approx([12, 10, 10, 8, 8, 6, 4, 2, 0, 0, 0, 0], abs=1e-12)
    printed = np.linalg.eigvalsh(n.gauss_newton(theta))[::-1]
    assert printed == pytest.approx([12, 10, 10, 8, 6, 6, 4, 4, 0, 0, 0, 0], abs=1e-12)
    # the gradient of the loss is the judge
    step = 1e-5
    differences = [(n.gradient(theta + step * e) - n.gradient(theta - step * e)) / (2 * step) for e in np.eye(12)]
    assert abs(n.hessian(theta) - differences).max() < 1e-8
    assert abs(n.gauss_newton(theta) - differences).max() > 1


def test_equation_18_holds_for_a_filling_network_that_fits_its_data_or_not():
    for name in ("2-2-2 white", "2-2-2 n=3", "2-3-2-2 white"):
        n = of(name)
        theta = n.minima.sample(np.random.default_rng(3), 1)[0]
        size = abs(n.hessian(theta)).max()
        assert abs(n.hessian(theta) - n.gauss_newton(theta)).max() < 1e-10 * size


# Theorem 12, errata 3.1 ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("w", [1.0, 0.1, 0.01])
def test_theorem_12_fails_for_2_1_1_a_nonzero_eigenvalue_tends_to_zero(w):
    n = of("2-1-1")
    theta = n.pack([[[1 / w, 0]], [[w]]])
    assert n.value(theta) == pytest.approx(0, abs=1e-25)
    assert n.spectrum(theta, 1e-14).eigenvalues[:2] == pytest.approx([2 * (w**2 + w**-2), 2 * w**2], rel=1e-6)


@pytest.mark.parametrize("t", [10.0, 100.0])
def test_theorem_12_fails_for_2_2_2(t):
    n = of("2-2-2 white")
    theta = n.pack([np.diag([t, 1 / t]), np.diag([2 / t, t])])
    assert n.spectrum(theta, 1e-12).smallest_positive == pytest.approx(10 / t**2, rel=1e-8)


@pytest.mark.parametrize("t", [0.0, 1.0, 1e3, 1e6])
def test_theorem_12_fails_for_1_2_2_1_the_spectrum_does_not_move(t):
    n = of("1-2-2-1")
    theta = n.pack([[[1], [0]], np.diag([1, t]), [[1, 0]]])
    assert n.spectrum(theta).eigenvalues == pytest.approx([6] + [0] * 7, abs=1e-12)


@pytest.mark.parametrize("widths", [(1, 1, 1), (1, 1, 1, 1)])
def test_theorem_12_holds_for_chains_of_width_one(widths):
    n = LinearNetwork(widths, [[1]], [[1]])
    sharpness = [n.sharpness(n.project([t] + [t ** (-1 / (len(widths) - 2))] * (len(widths) - 2)))
                 for t in (1, 4, 16, 64)]
    assert (np.diff(sharpness) > 0).all() and sharpness[-1] > 16


def test_stable_minima_of_1_2_2_1_are_unbounded():
    # lambda_max = 6 < 2 / eta = 10 at every t: descent from a perturbation at t = 1e6 converges there
    n, t = of("1-2-2-1"), 1e6
    theta = n.pack([[[1], [0]], np.diag([1, t]), [[1, 0]]]) + 1e-6 * np.random.default_rng(0).standard_normal(8)
    assert n.value(theta) > 1e-14
    for _ in range(200):
        theta = theta - 0.2 * n.gradient(theta)
    assert n.value(theta) < 1e-30 and np.linalg.norm(theta) == pytest.approx(t, rel=1e-9)


@pytest.mark.parametrize("excess, stable", [(0.9, True), (1.1, False)])
def test_theorem_15_minima_are_stable_below_two_over_eta_only(excess, stable):
    n = of("2-2-2 n=3")
    minimum = n.project(balanced(n) + 0.3)
    eta = excess * n.largest_step(minimum)
    start = minimum + 1e-6 * np.linalg.eigh(n.hessian(minimum))[1][:, -1]
    orbit = orbits.gradient_descent(n, start, eta, 2000)
    assert (np.nanmax(np.linalg.norm(orbit.points - minimum, axis=1)) < 1e-4) == stable
