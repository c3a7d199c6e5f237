"""Networks without forming the Hessian: its products with vectors, Lanczos' method, and what is refused when large."""

import numpy as np
import pytest
from descent import networks, orbits, wasm
from descent.networks import LinearNetwork, _lanczos, _network, balanced
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wasm_host import Host

WIDTHS = st.lists(st.integers(1, 9), min_size=2, max_size=5).map(tuple)         # blocks of four, and what is left
SEEDS = st.integers(0, 2**32 - 1)
LANCZOS = 1e-11                                                 # what `sharpness` says of its error
some = settings(max_examples=30, deadline=None)


def random_network(widths, seed, n=30):
    """With more data points than inputs, so that they are condensed."""
    rng = np.random.default_rng(seed)
    network = LinearNetwork(widths, rng.standard_normal((widths[0], n)), rng.standard_normal((widths[-1], n)))
    return network, rng.standard_normal(network.dimension), rng


def plain_gradient(network, theta):
    """Backpropagation with NumPy through all data points; works for complex theta too."""
    ends = np.cumsum([rows * inner for rows, inner in network.shapes])[:-1]
    layers = [block.reshape(shape) for block, shape in zip(np.split(theta, ends), network.shapes)]
    outputs = [network.X]
    for layer in layers:
        outputs.append(layer @ outputs[-1])
    slope, blocks = 2 * (outputs.pop() - network.Y), []
    for layer, output in zip(layers[::-1], outputs[::-1]):
        blocks.append((slope @ output.T).ravel())
        slope = layer.T @ slope
    return np.concatenate(blocks[::-1])


def close(a, b, digits=1e-12):
    """Equal up to rounding, relative to the largest entry."""
    return np.abs(np.asarray(a) - b).max() <= digits * (1 + np.abs(b).max())


def error(network, theta):
    """Of the sharpness by Lanczos' method against LAPACK's, relative to the largest |eigenvalue|."""
    eigenvalues = np.linalg.eigvalsh(network.hessian(theta))
    lanczos = _lanczos.largest_eigenvalue(network._times(np.asarray(theta)), network.dimension)
    return abs(lanczos - eigenvalues[-1]) / (abs(eigenvalues).max() or 1)


# the product H v ----------------------------------------------------------------------------------------------------

@some
@given(widths=WIDTHS, seed=SEEDS)
def test_the_product_is_the_derivative_of_the_gradient_along_v(widths, seed):
    n, theta, rng = random_network(widths, seed)
    v = rng.standard_normal(n.dimension)
    assert close(n.gradient(theta), plain_gradient(n, theta))
    assert close(n.hessian_times(theta, v), plain_gradient(n, theta + 1e-30j * v).imag / 1e-30)     # a complex step
    assert close(n.hessian_times(theta, v), n.hessian(theta) @ v)


@some
@given(widths=WIDTHS, seed=SEEDS)
def test_the_product_is_symmetric_and_linear(widths, seed):
    n, theta, rng = random_network(widths, seed)
    u, v = rng.standard_normal((2, n.dimension))
    hu, hv = n.hessian_times(theta, [u, v])                     # two directions at once
    assert (hu == n.hessian_times(theta, u)).all() and (hv == n.hessian_times(theta, v)).all()
    assert abs(u @ hv - v @ hu) <= 1e-12 * np.linalg.norm(u) * np.linalg.norm(hv)
    assert (n.hessian_times(theta, 4 * v) == 4 * hv).all() and not n.hessian_times(theta, 0 * v).any()
    assert close(n.hessian_times(theta, u - 3 * v), hu - 3 * hv)


@some
@given(a=st.integers(1, 9), b=st.integers(1, 9), c=st.integers(1, 9), seed=SEEDS)
def test_differences_of_the_gradient_are_wrong_by_the_square_of_the_step(a, b, c, seed):
    n, theta, rng = random_network((a, b, c), seed)
    v = rng.standard_normal(n.dimension)
    hv = n.hessian_times(theta, v)

    def wrong(step):
        return (n.gradient(theta + step * v) - n.gradient(theta - step * v)) / (2 * step) - hv
    # with two layers the gradient is cubic along a line: the error is step^2 times a constant, with no further term
    assert close(wrong(1.0), 4 * wrong(0.5), 1e-11)


@some
@given(widths=WIDTHS, seed=SEEDS)
def test_euler_without_targets_the_product_with_theta_is_2h_minus_1_gradients(widths, seed):
    # Y = 0: L is homogeneous of degree 2h, its gradient of degree 2h - 1
    n, theta, _ = random_network(widths, seed)
    n = LinearNetwork(widths, n.X, 0 * n.Y)
    assert close(n.hessian_times(theta, theta), (2 * len(n.shapes) - 1) * n.gradient(theta))


# the kernels --------------------------------------------------------------------------------------------------------

def test_wide_kernels_are_the_same_in_webassembly_bit_for_bit():
    n, theta, rng = random_network((6, 5, 9), 5)
    host = Host(wasm.compile({"gradient": networks.gradient, "times": networks.hessian_times}))
    here, there = np.empty(n.dimension), np.empty(n.dimension)
    assert (host.call("gradient", *n.data, theta, n.scratch(), there)
            == networks.gradient(*n.data, theta, n.scratch(), here))
    assert (here == there).all()
    v = rng.standard_normal(n.dimension)
    host.call("times", *n.data, theta, v, n.scratch(), there)
    assert (there == n.hessian_times(theta, v)).all()


@pytest.mark.parametrize("widths", [(5, 9, 6), (9, 1, 4), (1, 9), (2, 3, 9, 5)])
def test_wide_kernels_write_nothing_beyond_their_scratch_and_read_nothing_before_it_is_set(widths):
    n, theta, rng = random_network(widths, 4)
    v, size = rng.standard_normal(n.dimension), n.scratch().size
    guarded, out = np.full(size + 8, np.nan), np.empty(n.dimension)
    guarded[size:] = 7
    networks.hessian_times(*n.data, theta, v, guarded[:size], out)
    assert (out == n.hessian_times(theta, v)).all()
    guarded[:size] = np.nan
    networks.gradient(*n.data, theta, guarded[:size], out)
    assert (out == n.gradient(theta)).all() and (guarded[size:] == 7).all()


# many data points ---------------------------------------------------------------------------------------------------

@some
@given(widths=WIDTHS, seed=SEEDS, points=st.integers(1, 40))
def test_condensed_data_give_the_same_loss_everywhere(widths, seed, points):
    n, theta, _ = random_network(widths, seed, points)
    _, x, y = n.data
    assert x.shape[1] == y.shape[1] <= max(widths[0] + 1, 16)
    w = n.product(theta)
    assert n.value(theta) == pytest.approx(((n.Y - w @ n.X) ** 2).sum(), rel=1e-12)
    assert close(x @ x.T, n.X @ n.X.T) and close(y @ x.T, n.Y @ n.X.T)
    assert n.value(balanced(n)) == pytest.approx(n.least_loss, rel=1e-10, abs=1e-24)


def test_few_data_points_stay_as_they_are():
    X = np.arange(16.0).reshape(1, 16)
    n = LinearNetwork((1, 1), X, 2 * X)
    assert (n.data[1] == X).all() and n.gradient([3]).tolist() == [2 * 1240] and n.value([2]) == 0   # sum k^2 = 1240


# the largest eigenvalue ---------------------------------------------------------------------------------------------

LARGE = st.lists(st.integers(3, 10), min_size=2, max_size=4).map(tuple).filter(
    lambda widths: 40 < sum(a * b for a, b in zip(widths, widths[1:])))


@some
@given(widths=LARGE, seed=SEEDS, size=st.sampled_from([1e-6, 1e-3, 1, 30]))
def test_lanczos_agrees_with_lapack_at_random_points(widths, seed, size):
    n, theta, _ = random_network(widths, seed)
    assert error(n, size * theta) < LANCZOS


@some
@given(widths=LARGE, seed=SEEDS)
def test_lanczos_agrees_with_lapack_at_minima(widths, seed):
    n, _, _ = random_network(widths, seed)
    assert error(n, balanced(n)) < LANCZOS


@pytest.mark.parametrize("apart", [0, 1e-13, 1e-11, 1e-9, 1e-7, 1e-5, 1e-3, 1e-1])
@pytest.mark.parametrize("widths", [(8, 8, 8), (8, 8, 8, 8), (20, 20, 20)])
def test_lanczos_agrees_with_lapack_where_eigenvalues_meet(widths, apart):
    # all singular values are equal: at the balanced minimum d_0^2 eigenvalues are the largest
    n = LinearNetwork(widths, np.eye(widths[0]), 2 * np.eye(widths[0]))
    theta = balanced(n)
    away = apart * np.random.default_rng(1).standard_normal(n.dimension)
    assert error(n, theta + away) < LANCZOS
    assert apart or n.sharpness(theta) == pytest.approx(2 * len(n.shapes) * 2 ** (2 - 2 / len(n.shapes)), rel=LANCZOS)


def test_the_sharpness_at_0_by_hand():
    rng = np.random.default_rng(2)
    X, Y = rng.standard_normal((9, 12)), rng.standard_normal((9, 12))
    three = LinearNetwork((9, 9, 9, 9), X, Y)
    assert three.sharpness(np.zeros(three.dimension)) == 0                       # H = 0
    two = LinearNetwork((9, 9, 9), X, Y)                                         # L = |Y|^2 - 2 <Y X^T, W_2 W_1> + …
    assert two.sharpness(np.zeros(two.dimension)) == pytest.approx(2 * np.linalg.norm(Y @ X.T, 2), rel=LANCZOS)
    one = LinearNetwork((9, 9), np.eye(9), np.eye(9))                            # H = 2 I
    assert one.sharpness(np.zeros(81)) == pytest.approx(2, rel=1e-14)
    alike = LinearNetwork((9, 9), np.eye(9) - np.ones((9, 9)) / 18, np.eye(9))   # H = 2 I x X X^T: 2, but on …
    assert alike.sharpness(np.zeros(81)) == pytest.approx(2, rel=1e-14)          # … (1, …, 1) in each row: 1/2


@pytest.mark.parametrize("unit", [1e-100, 1e-15, 1e15, 1e100])
def test_the_sharpness_goes_with_the_square_of_the_unit_of_the_data(unit):
    n, theta, _ = random_network((9, 9, 9), 3)
    scaled = LinearNetwork(n.widths, unit * n.X, unit * n.Y)
    assert scaled.sharpness(1e-3 * theta) / unit / unit == pytest.approx(n.sharpness(1e-3 * theta), rel=LANCZOS)


@pytest.mark.parametrize("seed", range(20))
def test_lanczos_converges_where_pairs_of_eigenvalues_almost_meet(seed, monkeypatch):
    # near 0 the Hessian is that of -2 <Y X^T, W_2 W_1>, each of whose eigenvalues is d_1-fold; theta parts them
    n, theta, _ = random_network((8, 10, 9), seed)
    monkeypatch.setattr(_lanczos, "MOST_RESTARTS", 20)
    assert error(n, 1e-5 * theta) < LANCZOS


@pytest.mark.parametrize("widths", [(8, 4, 8), (5, 5, 8), (4, 4, 4, 4, 4), (13, 5), (13, 3, 2)])
def test_both_ways_to_the_sharpness_give_the_same_number(widths, monkeypatch):
    n, theta, _ = random_network(widths, 6)
    assert abs(n.dimension - _network.FEW_PARAMETERS) <= 19                      # 64, 65, 64, 65, 45
    monkeypatch.setattr(_network, "FEW_PARAMETERS", n.dimension)
    monkeypatch.setattr(_network, "largest_eigenvalue", None)
    formed = n.sharpness(theta)
    monkeypatch.undo()
    monkeypatch.setattr(_network, "FEW_PARAMETERS", n.dimension - 1)
    monkeypatch.setattr(LinearNetwork, "hessian", None)
    assert n.sharpness(theta) == pytest.approx(formed, rel=LANCZOS)


def test_the_flattest_minimum_of_a_wide_network_for_whitened_data():
    # spec 3, 3.1: min lambda_max = 2 h sigma_1^{2 - 2/h}, at the balanced minimum; here h = 2 and 3
    for widths in ((100, 100, 100), (60, 80, 70, 60)):
        n = LinearNetwork(widths, np.eye(widths[0]), np.diag(np.linspace(3, 1, widths[0])))
        h = len(n.shapes)
        assert n.dimension > 10_000
        assert n.largest_step(balanced(n)) == pytest.approx(1 / (h * 3 ** (2 - 2 / h)), rel=LANCZOS)


def test_the_largest_network():
    x = np.random.default_rng(0).standard_normal((1000, 1))
    n = LinearNetwork((1000, 1000), x, x)
    assert n.dimension == 10**6
    assert n.sharpness(np.zeros(10**6)) == pytest.approx(2 * (x**2).sum(), rel=LANCZOS)     # H = 2 I x x x^T


@pytest.mark.parametrize("part, settles", [(0.9, True), (1.1, False)])
def test_descent_on_a_wide_network_settles_below_the_largest_step_only(part, settles):
    n, away, _ = random_network((30, 20, 30), 7, 40)
    minimum = balanced(n)
    direction = away / np.linalg.norm(away)
    orbit = orbits.gradient_descent(n, minimum + 1e-6 * direction, part * n.largest_step(minimum), 60)
    assert orbit.sharpness == pytest.approx(n.sharpness(minimum), rel=1e-3 if not settles else 1e-5)
    last = np.linalg.norm(n.gradient(orbit.points[-1]))
    assert (last < np.linalg.norm(n.gradient(orbit.points[0]))) == settles


# errors -------------------------------------------------------------------------------------------------------------

def test_what_needs_a_large_matrix_is_refused_and_says_what_to_use():
    n, theta, rng = random_network((50, 50, 50), 8, 60)
    for method in (n.hessian, n.spectrum, n.gauss_newton):
        with pytest.raises(ValueError, match="5000 parameters.*2000.*`hessian_times`.*`sharpness`"):
            method(theta)
    for call in (lambda: n.jacobian(theta), lambda: n.project(theta), lambda: n.minima.distance(theta),
                 lambda: n.minima.sample(rng, 1)):
        before = rng.bit_generator.state
        with pytest.raises(ValueError, match="50-50-50.*12500000 entries.*10000000.*`balanced`"):
            call()
        assert rng.bit_generator.state == before                # no draw was tried
    with pytest.raises(ValueError, match="at most 40"):
        n.critical_step()


def test_a_narrow_network_is_projected_though_its_hessian_is_not_formed():
    n, theta, _ = random_network((1, 1500, 1), 9)
    assert n.dimension == 3000
    assert n.value(n.project(theta)) == pytest.approx(n.least_loss, rel=1e-12)


@pytest.mark.parametrize("large", [np.nan, np.inf, 1e200])
def test_a_product_that_overflows_is_said(large):
    n, theta, _ = random_network((9, 9, 9), 10)
    theta[3] = large
    with pytest.raises(ValueError, match="finite"):
        n.sharpness(theta)


@pytest.mark.parametrize("theta, v", [(np.ones(4), "ab"), (np.ones(4), np.ones(3)), (np.ones(4), [1, 2, 3, np.nan]),
                                      (np.ones(4), [1, 2, 3, np.inf]), (np.ones(4), None), (np.ones(4), 2.0),
                                      (np.ones(3), np.ones(4)), (np.ones((2, 4)), np.ones(4)),
                                      ([1, 2, 3, np.nan], np.ones(4))])
def test_products_that_do_not_fit(theta, v):
    n = LinearNetwork((1, 2, 1), [[1]], [[1]])
    with pytest.raises(ValueError, match="theta" if not np.array_equal(theta, np.ones(4)) else "v="):
        n.hessian_times(theta, v)


def test_a_minimum_without_a_largest_step():
    n = LinearNetwork((1, 1, 1, 1), [[1]], [[1]])
    with pytest.raises(ValueError, match="sharpness 0"):
        n.largest_step([0, 0, 0])


def test_lanczos_that_does_not_converge_gives_way_to_the_hessian_or_says_so(monkeypatch):
    n, theta, _ = random_network((20, 20, 20), 11)
    theta *= 1e-3                                               # the largest eigenvalues are near each other
    right = n.sharpness(theta)
    monkeypatch.setattr(_lanczos, "MOST_RESTARTS", 1)
    with pytest.raises(RuntimeError, match="not found the largest eigenvalue"):
        _lanczos.largest_eigenvalue(n._times(theta), n.dimension)
    assert n.sharpness(theta) == pytest.approx(right, rel=LANCZOS)
    monkeypatch.setattr(_network, "MOST_DENSE", 799)
    with pytest.raises(RuntimeError, match="1 rounds"):
        n.sharpness(theta)
