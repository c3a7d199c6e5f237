"""The gradient flow: what it conserves, exact solutions, the way back, and gradient descent with small steps."""

import numpy as np
import pytest
from descent import landscapes, orbits
from descent.orbits import _flow
from hypothesis import given, settings
from hypothesis import strategies as st

H = landscapes.named("hyperbola")
F2 = landscapes.named("chen-f2")
STARTS = [(1.5, 0.2), (-0.3, 2.0), (1.0, -1.1), (2.0, 1.0)]


@pytest.mark.parametrize("start", STARTS)
def test_the_hyperbola_conserves_the_difference_of_squares(start):
    flow = orbits.gradient_flow(H, start, 5.0)
    drift = flow.points[:, 0] ** 2 - flow.points[:, 1] ** 2 - (start[0] ** 2 - start[1] ** 2)
    assert np.abs(drift).max() < 1e-11
    # the control: steps of gradient descent do not conserve it
    steps = orbits.gradient_descent(H, start, 0.05, 100).points
    assert np.abs(steps[:, 0] ** 2 - steps[:, 1] ** 2 - (start[0] ** 2 - start[1] ** 2)).max() > 1e-3


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("f", [H, F2], ids=lambda f: f.name)
def test_the_loss_falls_forward_and_rises_in_reverse(f, start):
    down = orbits.gradient_flow(f, start, 3.0)
    assert (np.diff(down.losses) < 1e-13).all() and down.losses[-1] < down.losses[0]
    up = orbits.gradient_flow(f, start, 0.01, reverse=True)
    assert (np.diff(up.losses) > 0).all()
    assert np.array_equal(down.losses, f.value(down.points))


def test_its_speed_is_minus_the_gradient():
    flow = orbits.gradient_flow(H, (1.5, 0.2), 1.0)
    t, h = 0.4, 1e-4
    speed = (flow(t + h) - flow(t - h)) / (2 * h)
    assert speed == pytest.approx(-H.gradient(flow(t)), abs=1e-6)      # h^2 times a third derivative of about 20


def test_it_ends_at_a_minimum_on_the_curve_of_its_constant():
    # x y = 1 and x^2 - y^2 = 2.21
    end = orbits.gradient_flow(H, (1.5, 0.2), 20.0).points[-1]
    x2 = (2.21 + np.sqrt(2.21**2 + 4)) / 2
    assert end == pytest.approx([np.sqrt(x2), 1 / np.sqrt(x2)], abs=1e-11)


@settings(deadline=None, max_examples=20)
@given(x=st.floats(-2, 2), t=st.floats(0, 2))
def test_an_exact_solution(x, t):
    """On the line x = 0, f2 is y^2 + y^4: y' = -2 y - 4 y^3, and u = 1 / y^2 solves u' = 4 u + 8."""
    y = 0.1 + abs(x)
    exact = ((1 / y**2 + 2) * np.exp(4 * t) - 2) ** -0.5
    found = orbits.gradient_flow(F2, (0, y), 2.0)(t)
    assert found[0] == 0 and found[1] == pytest.approx(exact, rel=1e-10)


def test_a_quadratic_decays_exponentially():
    f = landscapes.from_formula("x^2 + 3*y^2/2 + x*y", variables="x y")
    values, vectors = np.linalg.eigh([[2.0, 1.0], [1.0, 3.0]])
    start, t = np.array([1.0, -0.7]), np.array([0.0, 0.1, 1.0, 4.0])
    flow = orbits.gradient_flow(f, start, 4.0)
    exact = np.exp(-np.outer(t, values)) * (start @ vectors) @ vectors.T
    assert flow(t) == pytest.approx(exact, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("start", STARTS)
def test_there_and_back(start):
    there = orbits.gradient_flow(H, start, 0.5)
    back = orbits.gradient_flow(H, there.points[-1], 0.5, reverse=True)
    # the way back magnifies errors by up to exp(.5 times the largest curvature, 10)
    assert back.points[-1] == pytest.approx(start, abs=1e-12 * np.exp(5))
    half = orbits.gradient_flow(H, there.points[-1], 0.25, reverse=True).points[-1]
    assert half == pytest.approx(there(0.25), abs=1e-10)


def test_uphill_the_hyperbola_blows_up_in_finite_time_and_says_when():
    flow = orbits.gradient_flow(H, (2.0, 2.0), 10.0, reverse=True)
    # on the diagonal x' = 2 x (x^2 - 1): x^2 / (x^2 - 1) falls like exp(-4 t), to 1 at the blow-up
    assert flow.diverged_at == flow.times[-1] == pytest.approx(np.log(4 / 3) / 4, abs=1e-6)
    assert flow.points[-1] @ flow.points[-1] == pytest.approx(1e8, rel=1e-6) and np.isfinite(flow.points).all()
    with pytest.raises(ValueError, match="^t="):
        flow(0.08)


def test_a_flow_that_stays_has_no_time_of_divergence():
    flow = orbits.gradient_flow(H, (2.0, 1.0), 2.5)
    assert flow.diverged_at is None and flow.times[0] == 0 and flow.times[-1] == 2.5
    assert flow(2.5) == pytest.approx(flow.points[-1], abs=1e-14)


def test_a_start_outside_has_diverged_at_0():
    flow = orbits.gradient_flow(H, (1e4, 1.0), 1.0)
    assert flow.diverged_at == 0 and flow.times.tolist() == [0] and flow.points.tolist() == [[1e4, 1.0]]
    assert flow(0).tolist() == [1e4, 1.0] and flow([[0, 0]]).shape == (1, 2, 2)


def test_a_time_that_would_take_for_ever_is_refused(monkeypatch):
    monkeypatch.setattr(_flow, "MOST_EVALUATIONS", 2000)
    assert orbits.gradient_flow(H, (2.0, 1.0), 5.0).diverged_at is None
    with pytest.raises(ValueError, match="^t_end=1000000.0 is too far: 2000 gradients of hyperbola"):
        orbits.gradient_flow(H, (2.0, 1.0), 1e6)


def test_a_stationary_start_stays():
    flow = orbits.gradient_flow(H, (1.0, 1.0), 7.0)
    assert (flow.points == 1).all() and flow.times[-1] == 7 and flow.diverged_at is None


def test_gradient_descent_with_a_small_step_follows_at_rate_one():
    """The error at a fixed time is proportional to the step: it halves with it."""
    start, t = (1.5, 0.2), 0.5
    exact = orbits.gradient_flow(H, start, t).points[-1]
    errors = [np.linalg.norm(orbits.gradient_descent(H, start, t / n, n).points[-1] - exact) for n in (500, 1000, 2000)]
    assert np.array(errors[:-1]) / errors[1:] == pytest.approx([2, 2], rel=0.01)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (0,)])
def test_many_times_at_once(shape):
    flow = orbits.gradient_flow(H, (1.5, 0.2), 1.0)
    t = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    points = flow(t)
    assert points.shape == (*shape, 2)
    for i in np.ndindex(shape):
        assert points[i] == pytest.approx(flow(float(t[i])), abs=1e-15)


@pytest.mark.parametrize("t", [-0.1, 1.1, np.nan, np.inf, [0.5, 2.0]])
def test_times_outside_are_refused(t):
    with pytest.raises(ValueError, match="^t="):
        orbits.gradient_flow(H, (1.5, 0.2), 1.0)(t)


@pytest.mark.parametrize("name, value", [
    ("f", None), ("f", "hyperbola"), ("x0", [1]), ("x0", [np.nan, 0]), ("x0", None), ("t_end", 0), ("t_end", -1),
    ("t_end", np.inf), ("t_end", np.nan), ("t_end", None), ("t_end", "long")])
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        orbits.gradient_flow(**{"f": H, "x0": (1, 2), "t_end": 1.0, name: value})
