"""The backward step: its defining equation, Fact 1 of Josz & Ouyang, its limits."""

import math

import numpy as np
import pytest
import sympy
from descent import landscapes, networks, reach, steps, wasm
from descent._vectors import vectors
from descent.reach._backward import path_kernel, rewind_kernel, step_kernel
from descent.reach._newton import EPS, newton, newton_system, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wasm_host import Host

WELLS = landscapes.named("two-wells")
WELL_L = 40.12                                  # spec 1, section 0
coordinate = st.floats(-4, 4)


def forward(f, x, alpha):
    return x - alpha * f.gradient(x)


@settings(deadline=None, max_examples=200)
@given(coordinate, coordinate, st.floats(0.01, 0.99))
def test_forward_undoes_backward(x, y, share):
    """alpha L < .99 on the two wells. Relative to the larger of the two points: x may be far from x_next."""
    x_next, alpha = np.array([x, y]), share / WELL_L
    found = reach.backward_step(WELLS, x_next, alpha)
    scale = max(1e-300, np.linalg.norm(x_next), np.linalg.norm(found))
    assert np.linalg.norm(forward(WELLS, found, alpha) - x_next) <= 1e-14 * scale


@settings(deadline=None, max_examples=100)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 0.99))
def test_backward_undoes_forward_where_the_lipschitz_constant_is_local(x, y, share):
    """Hyperbola, no global L: on the segment from x to x_next the Hessian is at most 2 scale |.|^2 + 1 in norm."""
    f, here = landscapes.named("hyperbola", scale=0.5), np.array([x, y])
    local = 4 * (1 + here @ here)
    alpha = share / (4 * local)
    there = forward(f, here, alpha)
    back = reach.backward_step(f, there, alpha)
    assert np.linalg.norm(back - here) <= 1e-13 * max(1, np.linalg.norm(here))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99, 0.999])
def test_the_round_trip_is_exact_to_rounding(share):
    """Spec 1, section 4, solver: at most 2.2e-16 on 300 points of [-2, 2]^2; here one unit of rounding of 4."""
    points = np.random.default_rng(0).uniform(-2, 2, (300, 2))
    alpha = share / WELL_L
    errors = [abs(forward(WELLS, reach.backward_step(WELLS, p, alpha), alpha) - p).max() for p in points]
    assert max(errors) <= 4.5e-16


def test_a_quadratic_by_hand():
    """f = 2 x^2 + y^2/2 by its Hessian (4, 1): x = x_next / (1 - alpha lambda)."""
    f = landscapes.from_formula("2*x**2 + y**2/2", variables="x y")
    np.testing.assert_allclose(reach.backward_step(f, [3.0, 3.0], 0.125), [6.0, 24 / 7], rtol=1e-15)


@pytest.mark.parametrize("d", (1, 2, 3, 6, 10))
def test_the_linear_system_in_every_dimension(d):
    rng = np.random.default_rng(d)
    a = rng.standard_normal((d, d))
    h, r, alpha = a + a.T, rng.standard_normal(d), 0.5 / np.linalg.norm(a + a.T, 2)
    upper = tuple(h[np.triu_indices(d)])
    x, least = newton_system(d)(upper, alpha, tuple(r))
    np.testing.assert_allclose((np.eye(d) - alpha * h) @ x, r, rtol=0, atol=1e-13)
    assert least > 0
    big = 1.001 / np.linalg.eigvalsh(h)[-1]
    assert (newton_system(d)(upper, big, tuple(r))[1] > 0) == (np.linalg.eigvalsh(np.eye(d) - big * h)[0] > 0)


@pytest.mark.parametrize("share, fall, move", [(0.3, 1.93, 0.752), (0.6, 1.86, 0.466), (0.9, 1.78, 0.128)])
def test_fact_1(share, fall, move):
    """Fact 1 for -f: (ii), even with 2 - alpha L in the place of 1; (iii), without its superfluous factor 2.

    Spec 1, section 1, on another sample of as many points: the least ratio of (ii), and the largest of (iii) to
    alpha / (1 - alpha L). The extremes of a sample are known to some percent.
    """
    alpha = share / WELL_L
    falls, moves = [], []
    for z in np.random.default_rng(1).uniform(-2, 2, (300, 2)):
        x = reach.backward_step(WELLS, z, alpha)
        g = WELLS.gradient(x)
        falls.append((WELLS.value(x) - WELLS.value(z)) / (alpha / 2 * (g @ g)))
        moves.append(np.linalg.norm(x - z) * (1 - share) / alpha / np.linalg.norm(WELLS.gradient(z)))
    assert min(falls) >= (2 - share) * (1 - 1e-9) and max(moves) <= 1
    assert (min(falls), max(moves)) == pytest.approx((fall, move), rel=0.03)


BOWL = landscapes.from_formula("x**2/2", variables="x")     # L = 1; the backward step leads from z to z / (1 - alpha)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999])
def test_the_bound_of_fact_1_iii_is_attained_and_blows_up(share):
    """f = x^2/2: |x - z| = alpha / (1 - alpha L) |grad f(z)|, without bound as alpha L goes to 1."""
    x = reach.backward_step(BOWL, [1.0], share, lipschitz=1.0)
    assert x[0] - 1 == pytest.approx(share / (1 - share), rel=1e-12)


@pytest.mark.parametrize("share, bounded", [(0.5, True), (0.99, True), (1.01, False), (1.5, False)])
def test_beyond_one_over_l_fact_1_has_no_minimiser(share, bounded):
    """(i) and (ii), f = x^2/2, z = 1: phi(y) = (y - 1)^2 / 2 - share y^2 / 2 has no lower bound beyond.

    Its stationary point 1 / (1 - share) is there all the same, and (ii) fails at it: decrease below share/2 |g|^2.
    """
    y = np.array([-1e3, -1e6, 1e3, 1e6])
    phi = (y - 1) ** 2 / 2 - share * y**2 / 2
    assert (phi > 0).all() if bounded else (phi < 0).all() and phi.min() < -1e9
    x = 1 / (1 - share)
    assert x - share * BOWL.gradient([x])[0] == pytest.approx(1)
    decrease = BOWL.value([x]) - BOWL.value([1.0])
    assert (decrease >= share / 2 * BOWL.gradient([x])[0] ** 2) == bounded
    if not bounded:
        with pytest.raises(ValueError, match="smallest eigenvalue|below 1/L"):
            reach.backward_step(BOWL, [1.0], share)


def test_the_square_in_the_proof_of_fact_1():
    """Erratum 4: with |y - x|^2 / (2 lam) - L/2 |y - x|^2 the square is that of y - x + (…)^-1 grad f, not minus."""
    d, g, c = sympy.symbols("d g c", positive=True)             # d = y - x, c the factor of |d|^2 / 2
    assert sympy.expand(g * d + c * d**2 / 2 - (c / 2 * (d + g / c) ** 2 - g**2 / (2 * c))) == 0
    assert sympy.expand(g * d + c * d**2 / 2 - (c / 2 * (d - g / c) ** 2 - g**2 / (2 * c))) != 0


def test_the_printed_decrease_of_proposition_2_is_false():
    """Erratum 3: f = -x^2/2, alpha = .9, x_k = 1, x_{k+1} = 1.9: decrease 1.305, printed bound 1.6245, true one .45."""
    f = landscapes.from_formula("-x**2/2", variables="x")
    following = forward(f, np.array([1.0]), 0.9)
    np.testing.assert_allclose(reach.backward_step(f, following, 0.9, lipschitz=1.0), [1.0], rtol=1e-15)
    decrease = f.value([1.0]) - f.value(following)
    assert decrease == pytest.approx(1.305)
    assert decrease < 0.45 * f.gradient(following)[0] ** 2 == pytest.approx(1.6245)
    assert decrease > 0.45 * f.gradient([1.0])[0] ** 2


@pytest.mark.parametrize("share, fails", [(0.3, False), (0.617, False), (0.619, True), (0.9, True), (0.999, True)])
def test_the_printed_decrease_fails_beyond_the_golden_section(share, fails):
    """Erratum 3: for alpha L above (sqrt 5 - 1) / 2 = .618, on -x^2/2."""
    f = landscapes.from_formula("-x**2/2", variables="x")
    following = forward(f, np.array([1.0]), share)
    decrease = f.value([1.0]) - f.value(following)
    assert (decrease < share / 2 * f.gradient(following)[0] ** 2) == fails


class Counted:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)


def newton_iterations(z, alpha):
    hessian = Counted(WELLS.kernels.hessian)
    newton(WELLS.kernels.gradient, hessian, plain(vectors(2)), newton_system(2).py_func, EPS)(tuple(z), alpha)
    return hessian.calls


def fixed_point(z, alpha):
    """y = z + alpha grad f(y), iterated from y = z until rounding alone moves it: the end and the iterations."""
    y = z
    for n in range(1, 5001):
        y, before = z + alpha * np.array(WELLS.kernels.gradient(tuple(y))), y
        if np.linalg.norm(y - before) <= 4e-16 * max(1, np.linalg.norm(y)):
            break
    return y, n


@pytest.mark.parametrize("share, by_newton, by_fixed_point", [
    (0.1, 2.5, 5.7), (0.5, 3.0, 7.4), (0.9, 3.1, 8.3), (0.99, 3.1, 8.5), (0.999, 3.1, 8.5)])
def test_iterations_of_newton_and_of_the_fixed_point(share, by_newton, by_fixed_point):
    """Spec 1, section 4, solver: means over 300 points of [-2, 2]^2, with one decimal."""
    points, alpha = np.random.default_rng(0).uniform(-2, 2, (300, 2)), share / WELL_L
    assert np.mean([newton_iterations(z, alpha) for z in points]) == pytest.approx(by_newton, abs=0.06)
    assert np.mean([fixed_point(z, alpha)[1] for z in points]) == pytest.approx(by_fixed_point, abs=0.06)


def test_next_to_the_sharp_minimum_the_fixed_point_is_slow_and_beyond_it_goes_elsewhere():
    """Its rate is alpha |H|: beyond 1 the solution near the minimum repels. Newton takes 7 iterations at most."""
    sharp = WELLS.minima.points[np.argmax(WELLS.sharpness(WELLS.minima.points))]
    z = sharp + 1e-4 * np.array([1, -0.0047])
    for share in (0.9, 0.99, 0.999):
        near, iterations = fixed_point(z, share / WELL_L)
        assert newton_iterations(z, share / WELL_L) <= 7 and iterations > 200
        assert np.linalg.norm(near - reach.backward_step(WELLS, z, share / WELL_L)) < 1e-11
    beyond = 1.5 / WELLS.sharpness(sharp)
    h = np.eye(2) - beyond * WELLS.hessian(sharp)
    y = sharp + np.linalg.solve(h, z - sharp)               # the solution near the minimum, to first order
    assert np.linalg.norm(y - beyond * WELLS.gradient(y) - z) < 1e-7
    assert np.linalg.norm(fixed_point(z, beyond)[0] - y) > 0.01
    with pytest.raises(ValueError, match="below 1/L"):
        reach.backward_step(WELLS, z, beyond)


def test_half_the_hyperbola_has_a_local_constant_below_7():
    """Spec 1, section 0: in the ball of radius .3 around (2, 1/2); the norm of the Hessian is largest on its rim."""
    f, turn = landscapes.named("hyperbola", scale=0.5), np.linspace(0, 2 * np.pi, 721)
    disc = np.array([2, 0.5]) + 0.3 * np.linspace(0, 1, 31)[:, None, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    norms = np.abs(np.linalg.eigvalsh(f.hessian(disc))).max(axis=-1)
    assert 5 < norms.max() <= 7
    reach.backward_step(f, [2.0, 0.5], 0.14, lipschitz=7.0)


def solutions(f, z, alpha):
    """Roots of y - alpha f'(y) = z by sign changes on a fine grid."""
    y = np.linspace(0, 4, 8001)
    residual = y - alpha * f.gradient(y[:, None])[:, 0] - z
    return int(np.sum(residual[:-1] * residual[1:] < 0))


def test_beyond_one_over_l_there_are_several_solutions():
    """Control (e), two-wells-1d: at most one at alpha L = .9; three at 1.5 and 1.9, next to the sharp minimum."""
    f, z = landscapes.named("two-wells-1d"), 2.0001
    assert [solutions(f, z, share / 32.0208671) for share in (0.9, 1.5, 1.9)] == [1, 3, 3]
    reach.backward_step(f, [z], 0.9 / 32.0208671)
    with pytest.raises(ValueError, match="must be below 1/L"):
        reach.backward_step(f, [z], 1.5 / 32.0208671)


def test_where_no_constant_is_known_the_eigenvalue_is_checked():
    f = landscapes.named("hyperbola", scale=0.5)
    with pytest.raises(ValueError, match="smallest eigenvalue of I - alpha H is -"):
        reach.backward_step(f, [2.0, 0.5], 0.3)             # Hessian eigenvalue 4.25
    with pytest.raises(ValueError, match=r"below 1/L = 0.14"):
        reach.backward_step(f, [2.0, 0.5], 0.2, lipschitz=7.0)


def test_beyond_one_over_l_there_may_be_no_solution():
    """f = -L x^2/2 read the other way: for f = x^2, alpha = 1/2, every x goes to 0."""
    f = landscapes.from_formula("x**2", variables="x")
    with pytest.raises(ValueError, match="smallest eigenvalue"):
        reach.backward_step(f, [1.0], 0.5)


def test_a_path_takes_the_steps_in_forward_order():
    f, rule = landscapes.named("hyperbola", scale=0.5), steps.Power(0.12, 0.5)
    path = reach.backward_path(f, [2.00001, 0.50004], rule, 40)
    for k in range(40):
        np.testing.assert_allclose(forward(f, path[k], rule(k)), path[k + 1], rtol=1e-15)


@pytest.mark.parametrize("change", [
    dict(x_next=[1.0]), dict(x_next=[1.0, np.nan]), dict(x_next=None), dict(x_next="ab"), dict(alpha=0.0),
    dict(alpha=-1.0), dict(alpha=np.nan), dict(alpha=None), dict(alpha=1 / WELL_L), dict(lipschitz=0.0),
    dict(lipschitz=np.inf), dict(x_next=[[1.0, 2.0]])])
def test_bad_input_is_refused_by_name(change):
    arguments = dict(x_next=[1.0, 0.5], alpha=0.01) | change
    with pytest.raises(ValueError, match="|".join(change)):
        reach.backward_step(WELLS, **arguments)


@pytest.mark.parametrize("f", [None, "two-wells", 3, math.sin,
                               networks.LinearNetwork((1, 1, 1), [[1.0]], [[1.0]])], ids=lambda f: repr(f)[:20])
def test_f_is_a_landscape(f):
    for call in (lambda: reach.backward_step(f, [1.0, 0.5], 0.01), lambda: reach.backward_path(f, [1.0, 0.5], 0.01, 3),
                 lambda: reach.reach(f, [1.0, 0.5], 0.01, 0.2, 3, [1, 0])):
        with pytest.raises(ValueError, match="^f="):
            call()


def test_the_kernels_are_the_same_in_webassembly():
    """The two wells need + - * / only: bit for bit."""
    kernels = {"step": step_kernel(WELLS), "path": path_kernel(WELLS), "rewind": rewind_kernel(WELLS)}
    host = Host(wasm.compile(kernels))
    alpha, target = 0.9 / WELL_L, WELLS.minima.points[1].copy()
    here, there = np.empty(2), np.empty(2)
    assert step_kernel(WELLS)(target + 0.1, alpha, here) == host.call("step", target + 0.1, alpha, there) == 0
    assert (here == there).all()
    native, paged = np.zeros((41, 2)), np.zeros((41, 2))
    arguments = np.full(40, alpha), target, np.array([0.6, 0.8]), 0.2
    assert rewind_kernel(WELLS)(native, *arguments) == host.call("rewind", paged, *arguments) > 0
    assert (native == paged).all()
    assert path_kernel(WELLS)(native, arguments[0]) == host.call("path", paged, arguments[0]) == 0
    assert (native == paged).all()
