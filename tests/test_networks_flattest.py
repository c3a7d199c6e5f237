"""The flattest minima of linear networks and the critical step (spec 3, sections 3.1 and 5)."""

import numpy as np
import pytest
from descent import networks
from descent.networks import LinearNetwork, balanced
from descent.networks._flattest import equations
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

N3 = {"X": [[1, 0.5, 0], [0, 1, 0.5]], "Y": [[2, 0, 1], [0, 1, 1]]}
N4 = {"X": [[1, 0.5, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 0.5]], "Y": [[3, 0, 0, 1], [0, 2, 1, 0], [1, 0, 1, 1]]}
ONE = {"X": [[1]], "Y": [[1]]}
WHITE2, WHITE3 = {"X": np.eye(2), "Y": np.diag([2, 1])}, {"X": np.eye(3), "Y": np.diag([3, 2, 1])}


def random_network(widths, seed, n=6):
    rng = np.random.default_rng(seed)
    return LinearNetwork(widths, rng.standard_normal((widths[0], n)), rng.standard_normal((widths[-1], n)))


# spec 3, section 5: min over M of lambda_max, eta_C
@pytest.mark.parametrize("widths, data, least, step, digits", [
    ((1, 1, 1), ONE, 4, 0.5, 1e-9),
    ((2, 2, 2), WHITE2, 8, 0.25, 1e-9),
    ((2, 2, 2), N3, 9.36864838, 0.21347797, 1e-8),
    ((3, 2, 3), WHITE3, 12, 1 / 6, 1e-9),
    ((3, 2, 3), N4, 16.25514184, 0.12303799, 1e-8),
    ((2, 3, 2, 2), WHITE2, 15.11905260, 0.13228342, 1e-8),
    ((2, 1, 1), {"X": np.eye(2), "Y": [[1, 0]]}, 4, 0.5, 1e-9),
    ((1, 2, 2, 1), ONE, 6, 1 / 3, 1e-9),
    ((1, 1, 1, 1), ONE, 6, 1 / 3, 1e-9)])
def test_the_table_of_critical_steps(widths, data, least, step, digits):
    n = LinearNetwork(widths, **data)
    flattest = n.flattest()
    assert flattest.sharpness == pytest.approx(least, rel=digits) and n.critical_step() == pytest.approx(step, rel=4e-8)
    assert n.value(flattest.theta) == pytest.approx(n.least_loss, abs=1e-12)       # on M
    assert n.sharpness(flattest.theta) == flattest.sharpness
    assert np.ptp(flattest.found) < 1e-4 * flattest.sharpness


def whitened(h, extra, seed):
    rng = np.random.default_rng(seed)
    sigma = rng.uniform(0.5, 3, 2)
    rotation, turn = (np.linalg.qr(rng.standard_normal((2, 2)))[0] for _ in range(2))
    return LinearNetwork((2,) + (2 + extra,) * (h - 1) + (2,), rotation, turn * sigma), sigma.max()


@pytest.mark.parametrize("h, extra, seed", [(2, 0, 0), (2, 1, 1), (3, 0, 2), (4, 0, 3)])
def test_whitened_full_rank_data_have_the_closed_form(h, extra, seed):
    # 2 h sigma_1^{2 - 2/h} (errata 3.1, item 6), for any rotation of the data and hidden layers at least as wide
    n, sigma_1 = whitened(h, extra, seed)
    assert n.flattest().sharpness == pytest.approx(2 * h * sigma_1 ** (2 - 2 / h), rel=1e-7)


@pytest.mark.long
@settings(max_examples=12, deadline=None)
@given(h=st.integers(2, 4), extra=st.integers(0, 1), seed=st.integers(0, 2**32 - 1))
def test_whitened_data_of_any_kind_have_the_closed_form(h, extra, seed):
    n, sigma_1 = whitened(h, extra, seed)
    assert n.flattest().sharpness == pytest.approx(2 * h * sigma_1 ** (2 - 2 / h), rel=1e-7)


def test_the_closed_form_needs_white_data():
    n = LinearNetwork((2, 2, 2), **N3)
    sigma_1 = np.linalg.svd(n.target)[1][0]
    assert abs(n.flattest().sharpness / (4 * sigma_1) - 1) > 0.1


def test_the_balanced_minimum_is_not_the_flattest_when_data_are_not_white():
    n = LinearNetwork((2, 2, 2), **N3)
    assert n.sharpness(balanced(n)) > 1.1 * n.flattest().sharpness


@pytest.mark.parametrize("widths, seed", [((2, 2, 2), 0), ((3, 3, 2), 1)])
def test_one_hidden_layer_filling_against_a_convex_program(widths, seed):
    # With P = W_2 W_2^T the least W_1^T W_1 is W^T P^{-1} W: lambda_max of P x C + 1 x C^{1/2} W^T P^{-1} W C^{1/2},
    # twice, is convex in P. Minimised over Cholesky factors by a method without derivatives.
    n = random_network(widths, seed)
    values, vectors = np.linalg.eigh(n.X @ n.X.T)
    root = vectors * np.sqrt(values) @ vectors.T
    d_h = n.widths[-1]
    lower = np.tril_indices(d_h)

    def largest(entries):
        factor = np.zeros((d_h, d_h))
        factor[lower] = entries
        p = factor @ factor.T
        if np.linalg.cond(p) > 1e12:
            return np.inf
        s = root @ n.target.T @ np.linalg.solve(p, n.target) @ root
        return 2 * np.linalg.eigvalsh(np.kron(p, root @ root) + np.kron(np.eye(d_h), s))[-1]

    found = optimize.minimize(largest, np.eye(d_h)[lower], method="Nelder-Mead",
                              options={"maxfev": 6000, "maxiter": 6000, "xatol": 1e-10, "fatol": 1e-11})
    found = optimize.minimize(largest, found.x, method="Nelder-Mead",
                              options={"maxfev": 6000, "maxiter": 6000, "xatol": 1e-11, "fatol": 1e-12})
    assert n.flattest().sharpness == pytest.approx(found.fun, rel=1e-6)
    assert n.flattest().sharpness <= found.fun * (1 + 1e-8)


def chart_minimum(n, seed, sharpness=None):
    """min lambda_max over the global chart A -> (A Q, P A^{-1}) of one hidden layer of width r, by Nelder-Mead."""
    sharpness = sharpness or n.sharpness
    r = n.rank
    start = n.unpack(balanced(n))

    def largest(entries):
        a = entries.reshape(r, r)
        if np.linalg.cond(a) > 1e8:
            return np.inf
        return sharpness(n.pack([a @ start[0], start[1] @ np.linalg.inv(a)]))

    best, rng = np.inf, np.random.default_rng(seed)
    entries = (np.eye(r) + 0.1 * rng.standard_normal((r, r))).ravel()
    for _ in range(4):                          # restarts: a simplex of Nelder-Mead collapses
        found = optimize.minimize(largest, entries, method="Nelder-Mead",
                                  options={"maxfev": 4000, "maxiter": 4000, "xatol": 1e-10, "fatol": 1e-11})
        entries, best = found.x, min(best, found.fun)
    return best


@pytest.mark.parametrize("widths, seed", [((2, 1, 2), 2), ((3, 2, 3), 3)])
def test_one_narrow_hidden_layer_against_the_global_chart(widths, seed):
    n = random_network(widths, seed)
    assert n.flattest().sharpness == pytest.approx(chart_minimum(n, seed), rel=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4, 8))
def test_more_narrow_networks_against_the_global_chart(seed):
    n = random_network((3, 2, 4), seed)
    assert n.flattest().sharpness == pytest.approx(chart_minimum(n, seed), rel=1e-5)
    assert n.flattest().sharpness <= chart_minimum(n, seed) * (1 + 1e-7)


def test_equation_18_alone_has_another_least_value():
    """spec 3, section 5, 3-2-3 n=4: 16.25438108 where the Hessian has 16.25514184."""
    n = LinearNetwork((3, 2, 3), **N4)
    found = chart_minimum(n, 0, lambda theta: np.linalg.eigvalsh(n.gauss_newton(theta))[-1])
    assert found == pytest.approx(16.25438108, abs=2e-7)
    assert chart_minimum(n, 0) == pytest.approx(16.25514184, abs=2e-7)


def constrained_minimum(n, matrix, start):
    """min lambda_max, smoothed by p-norms, p = 2 … 512, where matrix vec(mu - target) = 0: by SLSQP."""
    theta = start

    def smoothed(theta, p):
        values = np.maximum(np.linalg.eigvalsh(n.hessian(theta)), 0)
        return values[-1] * ((values / values[-1]) ** p).sum() ** (1 / p)

    for p in 2.0 ** np.arange(1, 10, 2):
        constraint = {"type": "eq", "fun": lambda t: matrix @ (n.product(t) - n.target).ravel(),
                      "jac": lambda t: matrix @ n.jacobian(t)}
        theta = optimize.minimize(smoothed, theta, args=(p,), method="SLSQP", constraints=constraint,
                                  options={"maxiter": 150, "ftol": 1e-12}).x
    return float(n.sharpness(n.project(theta)))


@pytest.mark.parametrize("widths, seed", [((2, 2, 2, 2), 4), ((2, 1, 1, 2), 5)])
def test_two_hidden_layers_against_slsqp(widths, seed):
    n = random_network(widths, seed)
    start = n.project(balanced(n) + 0.2 * np.random.default_rng(seed).standard_normal(n.dimension))
    found = constrained_minimum(n, equations(n), start)
    assert n.flattest().sharpness == pytest.approx(found, rel=1e-5)
    assert n.flattest().sharpness <= found * (1 + 1e-8)


def test_the_equations_have_full_rank_where_all_of_them_have_not():
    n = LinearNetwork((3, 2, 3), **WHITE3)
    theta = n.project(balanced(n) + 0.3 * np.random.default_rng(0).standard_normal(12))
    assert equations(n).shape == (8, 9) and np.linalg.matrix_rank(n.jacobian(theta), tol=1e-8) == 8
    assert np.linalg.svd(equations(n) @ n.jacobian(theta))[1][-1] > 0.1
    # a product of rank 2 that satisfies them is the target: the lower right block has no freedom
    assert np.linalg.norm(equations(n) @ (n.product(theta) - n.target).ravel()) < 1e-13


def test_a_constrained_minimiser_needs_the_equations_of_full_rank():
    # spec 3, section 4: with all d_h d_0 = 9 equations, of rank 8, SLSQP stalls; the least value is 12
    n = LinearNetwork((3, 2, 3), **WHITE3)
    start = n.project(balanced(n) + 0.3 * np.random.default_rng(2).standard_normal(12))
    assert constrained_minimum(n, equations(n), start) == pytest.approx(12, rel=1e-6)
    assert constrained_minimum(n, np.eye(9), start) > 13


def test_too_many_parameters_are_refused_in_words():
    with pytest.raises(ValueError, match="at most 40"):
        random_network((5, 6, 5), 0).critical_step()


# across the critical step ---------------------------------------------------------------------------------------------

def ends_of(n, eta, starts, steps):
    """Fractions that converge to a minimum (loss within 1e-12 of the least) and that diverge."""
    scratch, step, converged, diverged = n.scratch(), np.empty(n.dimension), 0, 0
    for start in starts:
        theta = start.copy()
        kind = networks.settle(*n.data, theta, eta, steps, 1e-10, scratch, step)
        diverged += kind == networks.DIVERGED
        converged += kind != networks.DIVERGED and n.value(theta) < n.least_loss + 1e-12
    return converged / len(starts), diverged / len(starts)


@pytest.mark.parametrize("ratio, converged, diverged", [(0.8, 1, 0), (1.01, 0, 0.02), (1.2, 0, 0.11)])
def test_nothing_converges_beyond_the_critical_step(ratio, converged, diverged):
    # 2-2-2 white, N(0, .6^2), seed 11: the first 40 of the 400 starts of the table, 2000 steps. M_WS is not empty here.
    n = LinearNetwork((2, 2, 2), **WHITE2)
    starts = np.random.default_rng(11).normal(0, 0.6, (400, 8))[:40]
    share = ends_of(n, ratio * n.critical_step(), starts, 2000)
    assert share[0] == converged and share[1] == pytest.approx(diverged, abs=0.1)


@pytest.mark.long
@pytest.mark.parametrize("ratio, converged, diverged", [
    (0.5, 1, 0), (0.8, 1, 0), (0.95, 0.99, 0.01), (0.99, 0.965, 0.02), (1.01, 0, 0.02), (1.05, 0, 0.035),
    (1.2, 0, 0.11)])
def test_the_table_of_random_starts(ratio, converged, diverged):
    # spec 3, section 5. At .99 a share still approaches after 5000 steps: what counts as converged moves it by .01.
    n = LinearNetwork((2, 2, 2), **WHITE2)
    share = ends_of(n, ratio * n.critical_step(), np.random.default_rng(11).normal(0, 0.6, (400, 8)), 5000)
    assert share[0] == pytest.approx(converged, abs=0.015 if ratio == 0.99 else 1e-12) and share[1] == diverged


@pytest.mark.long
@pytest.mark.parametrize("ratio, converged", [(0.5, 0.9975), (0.8, 0.9825), (0.95, 0.9625), (0.99, 0.95)])
def test_the_table_of_random_starts_for_2_1_1(ratio, converged):
    n = LinearNetwork((2, 1, 1), np.eye(2), [[1, 0]])
    share = ends_of(n, ratio * n.critical_step(), np.random.default_rng(11).normal(0, 0.6, (400, 3)), 5000)
    assert share[0] == pytest.approx(converged, abs=0.005 if ratio == 0.99 else 1e-12)
