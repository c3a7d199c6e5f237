"""Linear networks: loss, derivatives, kernels, orbits, and what bad input says."""

import functools
import pickle

import numpy as np
import pytest
from descent import networks, orbits, wasm
from descent.networks import LinearNetwork
from descent.networks._third import third_derivative
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wasm_host import Host

WIDTHS = st.lists(st.integers(1, 3), min_size=2, max_size=5).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)


def random_network(widths, seed, n=4):
    rng = np.random.default_rng(seed)
    network = LinearNetwork(widths, rng.standard_normal((widths[0], n)), rng.standard_normal((widths[-1], n)))
    return network, rng.standard_normal(network.dimension), rng


def complex_layers(network, theta):
    ends = np.cumsum([rows * inner for rows, inner in network.shapes])[:-1]
    return [block.reshape(shape) for block, shape in zip(np.split(theta, ends), network.shapes)]


def plain_loss(network, theta):
    """Equation (3), written out; works for complex theta too."""
    product = functools.reduce(lambda done, layer: layer @ done, complex_layers(network, theta))
    return ((network.Y - product @ network.X) ** 2).sum()


def plain_gradient(network, theta):
    """-2 W_{>i}^T (Y - W X) X^T W_{<i}^T, written out; works for complex theta too."""
    layers = complex_layers(network, theta)
    product = functools.reduce(lambda done, layer: layer @ done, layers)
    slope = -2 * (network.Y - product @ network.X) @ network.X.T
    blocks = []
    for i in range(len(layers)):
        above = functools.reduce(lambda done, layer: layer @ done, layers[i + 1:], np.eye(layers[i].shape[0]))
        below = functools.reduce(lambda done, layer: layer @ done, layers[:i], np.eye(network.widths[0]))
        blocks.append((above.T @ slope @ below.T).ravel())
    return np.concatenate(blocks)


def complex_step(function, theta, h=1e-30):
    """The derivative of a real-analytic function, exact to rounding: Im f(theta + i h e_k) / h."""
    return np.stack([function(theta + 1j * h * unit).imag / h for unit in np.eye(theta.size)], axis=-1)


def second_term(network, theta):
    """dl(mu) d^2 mu by blocks, spec 3 section 4."""
    layers = network.unpack(theta)
    slope = -2 * (network.Y - network.product(theta) @ network.X) @ network.X.T
    starts = np.cumsum([0] + [rows * inner for rows, inner in network.shapes])
    eye = np.eye
    out = np.zeros((network.dimension, network.dimension))
    for i in range(len(layers)):
        for j in range(i + 1, len(layers)):
            below = functools.reduce(lambda done, layer: layer @ done, layers[:i], eye(network.widths[0]))
            middle = functools.reduce(lambda done, layer: layer @ done, layers[i + 1:j], eye(network.widths[i + 1]))
            above = functools.reduce(lambda done, layer: layer @ done, layers[j + 1:], eye(network.widths[j + 1]))
            outer = above.T @ slope @ below.T                       # [row of W_j, column of W_i]
            block = np.einsum("cb,da->cdab", outer, middle).reshape(layers[j].size, layers[i].size)
            out[starts[j]:starts[j + 1], starts[i]:starts[i + 1]] = block
            out[starts[i]:starts[i + 1], starts[j]:starts[j + 1]] = block.T
    return out


def close(a, b, digits=1e-12):
    """Equal up to rounding, relative to the largest entry."""
    return np.abs(np.asarray(a) - b).max() <= digits * (1 + np.abs(b).max())


def test_the_smallest_network_is_the_hyperbola():
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    assert n.value([2, 3]) == 25 and n.gradient([2, 3]).tolist() == [30, 20]       # (1 - 6)^2; -2 y e, -2 x e
    assert n.hessian([2, 3]).tolist() == [[18, 22], [22, 8]]                        # [[2y^2, 4xy - 2], [., 2x^2]]
    assert n.variables == ("x", "y") and n.dimension == 2 and n.rank == 1


@settings(max_examples=30, deadline=None)
@given(widths=WIDTHS, seed=SEEDS)
def test_pack_and_unpack_are_inverse_and_the_loss_is_that_of_the_product(widths, seed):
    n, theta, _ = random_network(widths, seed)
    assert (n.pack(n.unpack(theta)) == theta).all()
    assert [layer.shape for layer in n.unpack(theta)] == list(n.shapes)
    assert n.value(theta) == pytest.approx(plain_loss(n, theta), rel=1e-12)     # L = l(mu(theta)), equations (2)-(5)
    assert close(n.product(theta), functools.reduce(lambda a, b: b @ a, n.unpack(theta)))


@settings(max_examples=30, deadline=None)
@given(widths=WIDTHS, seed=SEEDS)
def test_derivatives_equal_complex_steps_of_the_formulas(widths, seed):
    n, theta, _ = random_network(widths, seed)
    gradient, hessian = n.gradient(theta), n.hessian(theta)
    assert close(gradient, complex_step(functools.partial(plain_loss, n), theta))
    assert close(gradient, plain_gradient(n, theta))
    assert close(hessian, complex_step(functools.partial(plain_gradient, n), theta))
    assert (hessian == hessian.T).all()


@settings(max_examples=30, deadline=None)
@given(widths=WIDTHS, seed=SEEDS)
def test_the_hessian_is_the_sum_of_its_two_terms(widths, seed):
    n, theta, _ = random_network(widths, seed)
    assert close(n.hessian(theta), n.gauss_newton(theta) + second_term(n, theta))
    flat = np.kron(np.eye(widths[-1]), n.X @ n.X.T)
    assert close(n.gauss_newton(theta), n.jacobian(theta).T @ (2 * flat) @ n.jacobian(theta))


@settings(max_examples=20, deadline=None)
@given(widths=WIDTHS, seed=SEEDS)
def test_the_jacobian_is_that_of_the_product(widths, seed):
    n, theta, _ = random_network(widths, seed)
    # mu is affine in each entry: its difference quotients are its derivatives
    columns = [(n.product(theta + unit) - n.product(theta)).ravel() for unit in np.eye(n.dimension)]
    assert close(n.jacobian(theta), np.stack(columns, axis=1))


@settings(max_examples=20, deadline=None)
@given(widths=st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple), seed=SEEDS)
def test_third_derivatives_are_differences_of_the_hessian(widths, seed):
    n, theta, rng = random_network(widths, seed)
    v = rng.standard_normal((2, n.dimension))
    # the Hessian has degree at most 4 along a line: the five-point formula is exact
    for direction, third in zip(v, third_derivative(n, theta, v)):
        along = [direction @ (8 * (n.hessian(theta + e) - n.hessian(theta - e))
                              - n.hessian(theta + 2 * e) + n.hessian(theta - 2 * e)) @ direction / 12
                 for e in np.eye(n.dimension)]
        assert close(third, along, 1e-10)


def test_batches_are_the_points_one_by_one():
    n, _, rng = random_network((2, 3, 2), 1)
    points = rng.standard_normal((2, 3, n.dimension))
    for method in (n.value, n.gradient, n.hessian, n.sharpness, n.product):
        assert (method(points)[1, 2] == method(points[1, 2])).all()
    assert n.unpack(points)[0].shape == (2, 3, 3, 2)


def test_without_hidden_layer_the_loss_is_quadratic():
    n = LinearNetwork((2, 1), np.diag([2.0, 1.0]), [[1.0, 1.0]])
    assert n.hessian([5, 7]).tolist() == [[8, 0], [0, 2]] and n.lipschitz == pytest.approx(8)   # 2 X X^T
    assert n.critical_step() == pytest.approx(1 / 4) and n.dim_minima == 0
    assert np.allclose(n.target, [[0.5, 1]])


# kernels ------------------------------------------------------------------------------------------------------------

@settings(max_examples=40, deadline=None)
@given(d=st.integers(1, 16), seed=SEEDS)
def test_jacobi_agrees_with_lapack(d, seed):
    a = np.random.default_rng(seed).standard_normal((d, d))
    a = a + a.T
    assert networks.largest_eigenvalue(a.copy()) == pytest.approx(np.linalg.eigvalsh(a)[-1], rel=1e-12, abs=1e-12)


def test_jacobi_by_hand():
    assert networks.largest_eigenvalue(np.array([[2.0, 1.0], [1.0, 2.0]])) == pytest.approx(3, rel=1e-15)
    assert networks.largest_eigenvalue(np.diag([-3.0, -1.0, -2.0])) == -1
    assert networks.largest_eigenvalue(np.zeros((3, 3))) == 0
    assert networks.largest_eigenvalue(np.ones((16, 16))) == pytest.approx(16, rel=1e-14)       # one, and 15 zeros
    assert np.isnan(networks.largest_eigenvalue(np.array([[np.nan, 0.0], [0.0, 1.0]])))
    assert np.isnan(networks.largest_eigenvalue(np.array([[1.0, np.inf], [np.inf, 1.0]])))


def kernel_arguments(n, theta):
    return n.data, theta, n.scratch(), np.empty(n.dimension), np.empty((n.dimension, n.dimension))


def test_the_sharpness_kernel_agrees_with_the_method():
    n, theta, _ = random_network((2, 3, 2, 2), 3)
    data, theta, scratch, direction, matrix = kernel_arguments(n, theta)
    assert networks.sharpness(*data, theta, scratch, direction, matrix) == pytest.approx(n.sharpness(theta), rel=1e-13)


def test_kernels_stay_inside_their_scratch():
    n, theta, _ = random_network((3, 1, 2), 4)
    size = networks.scratch_size(n.widths, n.X.shape[1])
    guarded = np.full(size + 8, 7.0)
    networks.gradient(*n.data, theta, guarded[:size], np.empty(n.dimension))
    networks.hessian(*n.data, theta, guarded[:size], np.empty(n.dimension), np.empty((n.dimension, n.dimension)))
    assert (guarded[size:] == 7).all()


def test_kernels_compile_to_webassembly_and_agree_bit_for_bit():
    n, theta, _ = random_network((2, 2, 2), 5)
    made = {"loss": networks.loss, "gradient": networks.gradient, "path": networks.path, "settle": networks.settle,
            "sharpness": networks.sharpness, "times": networks.hessian_times}
    host = Host(wasm.compile(made))
    assert host.about["imports"] == []                              # + - * / sqrt only
    data, theta, scratch, direction, matrix = kernel_arguments(n, theta)
    assert host.call("loss", *data, theta, scratch.copy()) == n.value(theta)
    there, here = np.zeros((51, n.dimension)), np.zeros((51, n.dimension))
    there[0] = here[0] = theta
    alphas = np.full(50, 0.01)
    assert host.call("path", *data, there, alphas, scratch, direction) == n.descent_path(here, alphas) == 50
    assert (there == here).all() and not (here[50] == theta).any()
    assert (host.call("sharpness", *data, theta, scratch, direction, matrix)
            == networks.sharpness(*data, theta, scratch, direction, matrix))
    ends = theta.copy(), theta.copy()
    assert (host.call("settle", *data, ends[0], 0.01, 300, 1e-9, scratch, direction)
            == networks.settle(*data, ends[1], 0.01, 300, 1e-9, scratch, direction))
    assert (ends[0] == ends[1]).all()


@pytest.mark.parametrize("eta, steps, kind", [(0.1, 500, networks.CONVERGED), (0.1, 3, networks.BOUNDED),
                                              (5.0, 500, networks.DIVERGED)])
def test_settle_tells_how_a_run_ends(eta, steps, kind):
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    theta = np.array([1.5, 0.2])
    assert networks.settle(*n.data, theta, eta, steps, 1e-12, n.scratch(), np.empty(2)) == kind
    assert (abs(1 - theta[0] * theta[1]) < 1e-11) == (kind == networks.CONVERGED)


# orbits -------------------------------------------------------------------------------------------------------------

def test_orbits_descend_on_a_network_with_the_sharpness_of_each_step():
    n, theta, _ = random_network((2, 2, 2), 6)
    orbit = orbits.gradient_descent(n, theta, 0.01, 20)
    by_hand, points = theta, np.zeros((21, n.dimension))
    points[0] = theta
    assert n.descent_path(points, np.full(20, 0.01)) == 20 and (points == orbit.points).all()
    for k in range(20):
        assert orbit.losses[k] == pytest.approx(plain_loss(n, by_hand), rel=1e-10)
        assert orbit.sharpness[k] == pytest.approx(np.linalg.eigvalsh(n.hessian(by_hand))[-1], rel=1e-10)
        by_hand = by_hand - 0.01 * plain_gradient(n, by_hand)
    assert orbit.diverged_at is None


def test_an_orbit_that_escapes_says_when():
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    orbit = orbits.gradient_descent(n, [40.0, 40.0], 0.5, 10)
    points = np.full((11, 2), np.nan)
    points[0] = 40, 40
    assert orbit.diverged_at == 1 == n.descent_path(points, np.full(10, 0.5))       # |x_1| = |40 - 40 * 1599|
    assert np.isnan(orbit.points[2:]).all()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_theorem_20_descent_commutes_with_isometries(seed):
    n, theta, rng = random_network((2, 2, 2), seed)
    rotation, shift, eta = np.linalg.qr(rng.standard_normal((8, 8)))[0], rng.standard_normal(8), 0.05
    inner = rotation.T @ (theta - shift)                            # A^{-1}(theta), A(x) = O x + v
    stepped = inner - eta * rotation.T @ n.gradient(rotation @ inner + shift)       # G of L o A, by the chain rule
    assert close(rotation @ stepped + shift, theta - eta * n.gradient(theta))


def test_theorem_20_fails_for_a_stretch():
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    stretch, theta, eta = np.diag([2.0, 1.0]), np.array([2.0, 1.0]), 0.1
    inner = np.linalg.solve(stretch, theta)
    stepped = stretch @ (inner - eta * stretch.T @ n.gradient(stretch @ inner))
    # the difference is eta (A A^T - I) grad L = 0.1 * 3 * 2 in the first entry
    assert stepped - (theta - eta * n.gradient(theta)) == pytest.approx([-0.6, 0], abs=1e-14)


def test_remark_21_the_threshold_is_one_over_the_largest_eigenvalue():
    # L = x^T A x, A = diag(2, .1); the paper's threshold is 2 / a_n = 20
    n = LinearNetwork((2, 1), np.diag(np.sqrt([2, 0.1])), [[0.0, 0.0]])
    assert n.critical_step() == pytest.approx(0.5)
    theta = np.ones(2)
    for _ in range(50):
        theta = theta - 0.6 * n.gradient(theta)
    assert np.linalg.norm(theta) == pytest.approx(1.4**50, rel=1e-10)               # 2.0e7
    assert orbits.gradient_descent(n, [1, 1], 0.6, 50).diverged_at == 28            # 1.4^28 > 1e4
    assert np.linalg.norm(orbits.gradient_descent(n, [1, 1], 0.49, 2000).points[-1]) < 1e-8


def test_theorem_7_needs_a_hidden_layer():
    plain, hidden = LinearNetwork((1, 1), [[1]], [[1]]), LinearNetwork((2, 2, 2), np.eye(2), np.diag([2, 1]))
    starts = np.random.default_rng(0).standard_normal((50, 8))
    # L = (1 - w)^2, eta = 1/2: the whole line is sent to 1 in one step
    assert plain.gradient(starts[:, :1]) == pytest.approx(2 * (starts[:, :1] - 1))
    assert all(orbits.gradient_descent(plain, w[:1], 0.5, 1).points[1, 0] == pytest.approx(1) for w in starts)
    determinants = np.linalg.det(np.eye(8) - 0.5 * hidden.hessian(starts))
    assert abs(np.linalg.det(np.eye(1) - 0.5 * plain.hessian(starts[:, :1]))).max() == 0
    assert abs(determinants).min() > 1e-6


def test_some_entries_of_the_hessian_vanish_identically():
    # spec 3, 3.4: 16 of 64 for 2-2-2; "each entry is a non-zero polynomial" is false
    n = LinearNetwork((2, 2, 2), np.eye(2), np.diag([2, 1]))
    hessians = n.hessian(np.random.default_rng(1).standard_normal((20, 8)))
    assert int((hessians == 0).all(axis=0).sum()) == 16


# input --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("widths, X, Y, words", [
    ((2,), np.eye(2), np.eye(2), "widths"), (None, np.eye(2), np.eye(2), "widths"),
    ((2, 0, 2), np.eye(2), np.eye(2), "widths"), ((2, True, 2), np.eye(2), np.eye(2), "widths"),
    ((2, 1.5, 2), np.eye(2), np.eye(2), "widths"), ((2, "2"), np.eye(2), np.eye(2), "widths"),
    ((2, None), np.eye(2), np.eye(2), "widths"), ((2, np.nan), np.eye(2), np.eye(2), "widths"),
    ((1000, 1001), np.eye(1000), np.eye(1001), "1001000 parameters"), ((1,) * 60, [[1]], [[1]], "layers"),
    ((2, 2), np.eye(3), np.eye(2), "X has shape"), ((2, 2), np.eye(2), np.eye(3), "Y has shape"),
    ((2, 2), np.eye(2), np.ones((2, 3)), "columns"), ((1, 1), [[np.nan]], [[1]], "finite"),
    ((1, 1), [[1]], [[np.inf]], "finite"), ((1, 1), "data", [[1]], "X"), ((1, 1), None, [[1]], "X"),
    ((1, 1), np.ones((1, 0)), np.ones((1, 0)), "data point")])
def test_networks_that_cannot_be(widths, X, Y, words):
    with pytest.raises(ValueError, match=words):
        LinearNetwork(widths, X, Y)


@pytest.mark.parametrize("theta", [[1, 2], [1, 2, 3, np.nan], "abcd", None, 3.0, [[1, 2, 3, 4]]])
def test_points_that_do_not_fit(theta):
    n = LinearNetwork((1, 2, 1), [[1]], [[1]])
    for method in (n.project, n.spectrum, n.jacobian, n.minima.distance):
        with pytest.raises(ValueError, match="theta"):
            method(theta)


def test_layers_that_do_not_fit():
    n = LinearNetwork((1, 2, 1), [[1]], [[1]])
    with pytest.raises(ValueError, match="shapes"):
        n.pack([np.ones((1, 2)), np.ones((2, 1))])
    for layers in (None, 3, [[[1], [1, 2]], 3], "ab"):
        with pytest.raises(ValueError, match="layers"):
            n.pack(layers)
    with pytest.raises(ValueError, match="entries"):
        n.value(np.ones(5))


def test_a_hessian_that_overflows_is_said():
    n = LinearNetwork((2, 2, 2), np.eye(2), np.eye(2))
    for theta in (np.full(8, 1e200), np.full(8, np.nan)):
        with pytest.raises(ValueError, match="finite"):
            n.sharpness(theta)
    with pytest.raises(ValueError, match="overflows"):
        n.spectrum(np.full(8, 1e200))


def test_a_network_travels_to_other_processes():
    n, theta, _ = random_network((2, 1, 2), 8)
    twin = pickle.loads(pickle.dumps(n))
    assert twin.value(theta) == n.value(theta) and twin.widths == n.widths


def test_the_data_cannot_be_changed_behind_the_target():
    n = LinearNetwork((1, 1, 1), [[1]], [[1]])
    with pytest.raises(ValueError):
        n.X[0, 0] = 2
