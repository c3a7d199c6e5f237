"""Orbits: the defining equation, a plain loop, divergence, and the rows of Figure 3 of Chen et al."""

import numpy as np
import pytest
from descent import landscapes, networks, orbits, steps
from descent.orbits import _end
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ["hyperbola", "chen-f1", "chen-f2", "chen-f3", "chen-f4", "two-wells", "parabola", "conic"]
F4 = landscapes.named("chen-f4")
M = np.sqrt(19 / 20)
RULES = {"number": 0.05, "constant": steps.Constant(0.05), "power": steps.Power(0.2, 0.5),
         "function": lambda k: 0.1 / (1 + k % 3)}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_an_orbit_is_what_a_plain_loop_gives_bit_for_bit(name, rule):
    f = landscapes.named(name)
    o = orbits.gradient_descent(f, [0.7, -0.4], rule, 50)
    x = np.array([0.7, -0.4])
    for k in range(51):
        assert np.array_equal(o.points[k], x)
        x = x - steps.rule(rule)(k) * f.gradient(x)
    assert np.array_equal(o.losses, f.value(o.points)) and np.array_equal(o.sharpness, f.sharpness(o.points))
    assert o.diverged_at is None


@settings(max_examples=40, deadline=None)
@given(x=st.floats(-10, 10), y=st.floats(-10, 10), eta=st.floats(1e-3, 2))
def test_divergence_is_reported_at_the_first_point_outside_and_nothing_follows(x, y, eta):
    o = orbits.gradient_descent(F4, [x, y], eta, 60)
    with np.errstate(over="ignore"):
        outside = ~((o.points**2).sum(axis=1) < 1e8)
    assert o.diverged_at == (np.argmax(outside) if outside.any() else None)
    last = 60 if o.diverged_at is None else o.diverged_at
    assert np.isfinite(o.points[:last]).all() and np.isfinite(o.losses[:last]).all()
    assert np.isfinite(o.sharpness[:last]).all()
    assert np.isnan(o.points[last + 1:]).all() and np.isnan(o.losses[last + 1:]).all()
    assert np.isnan(o.sharpness[last + 1:]).all()


def test_no_steps_give_the_start_alone():
    o = orbits.gradient_descent(F4, [1.5, 2], 0.2, 0)
    assert o.points.tolist() == [[1.5, 2.0]] and o.losses == pytest.approx([4.3125]) and o.diverged_at is None


def test_a_start_outside_diverges_at_0():
    assert orbits.gradient_descent(F4, [1e4, 0], 0.2, 3).diverged_at == 0


def test_a_start_just_inside_does_not_diverge_at_0():
    assert orbits.gradient_descent(F4, [9999, 0], 1e-12, 3).diverged_at is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("start, eta", [((1e154, 1e154), 0.2), ((1e308, 1e308), 0.2), ((1, 2), 1e308)])
def test_overflow_is_divergence_and_says_nothing(start, eta):
    assert orbits.gradient_descent(F4, start, eta, 3).diverged_at == (0 if start[0] > 1 else 1)


# specs/4, section 5, "Figure 3": eta, start, first losses with 4 decimals, sign of the minimum at the end, increases
FIGURE_3 = [
    (0.2, (0.1, 2.5), (0.8755, 1.5602, 2.5900, 0.9810, 0.3594), 1, 2),
    (0.2, (1.5, 2), (4.3125, 1.2371, 0.7618, 0.4908), 1, 0),
    (0.25, (0.1, 2.5), (0.8755, 2.7985, 6.3319, 0.3629, 0.1231), 1, 2),
    (0.25, (1.5, 2), (4.3125, 1.5668, 1.0556, 0.9932), -1, 0),
    (0.3, (0.1, 2.5), (0.8755, 4.4534, 7.2500, 0.3766, 0.5512, 0.8921, 0.5208), -1, 4),
    (0.3, (1.5, 2), (4.3125, 1.3277, 0.3878), -1, 0),
]


@pytest.mark.parametrize("eta, start, losses, sign, increases", FIGURE_3)
def test_losses_of_figure_3(eta, start, losses, sign, increases):
    o = orbits.gradient_descent(F4, start, eta, 300)
    assert o.losses[:len(losses)] == pytest.approx(losses, abs=5.1e-5)
    assert o.points[-1] == pytest.approx([sign * M, sign * M], abs=1e-4)
    # while the loss is above its minimum by more than rounding
    falling = o.losses[:-1] > 0.0975 + 1e-12
    assert int(((o.losses[1:] >= o.losses[:-1]) & falling).sum()) == increases


def test_where_the_loss_rises_the_sharpness_exceeds_two_over_the_step():
    """Chen et al. (2024), Lemma 1, turned round: on some point of the segment lambda_max >= 2 / eta."""
    eta = 0.2
    o = orbits.gradient_descent(F4, [0.1, 2.5], eta, 60)
    rising = np.flatnonzero(np.diff(o.losses) > 0)
    assert len(rising) == 2
    for k in rising:
        segment = np.linspace(o.points[k], o.points[k + 1], 101)
        assert F4.sharpness(segment).max() > 2 / eta


@pytest.mark.parametrize("x0", [[1], [1, 2, 3], [[1], [2]], 1, None, "ab", ["1", "2"], [1j, 0], np.array([1j, 0]),
                                [np.nan, 0], [np.inf, 0], [10**400, 0], {1, 2}], ids=lambda x0: repr(x0)[:20])
@pytest.mark.filterwarnings("error")
def test_a_bad_start_is_refused_by_name(x0):
    with pytest.raises(ValueError, match=r"\bx0\b"):
        orbits.gradient_descent(F4, x0, 0.1, 5)


@pytest.mark.parametrize("n", [-1, 1.5, None, "5", "abc", [3], np.nan, np.inf, True, np.True_, 1j, 10**9, 10**400])
def test_a_bad_number_of_steps_is_refused_by_name(n):
    with pytest.raises(ValueError, match=r"\bn="):
        orbits.gradient_descent(F4, [1, 1], 0.1, n)


@pytest.mark.parametrize("rule", [
    0, -0.1, np.nan, np.inf, "0.1", "abc", None, [0.1], True, lambda k: -1.0, lambda k: None, lambda k: np.nan,
    steps.Power(1, 1e300),
], ids=lambda rule: repr(rule)[:20])
def test_a_bad_step_is_refused_by_name(rule):
    with pytest.raises(ValueError, match=r"alpha=|rule\(\d\)="):
        orbits.gradient_descent(F4, [1, 1], rule, 5)


@pytest.mark.parametrize("f", [None, "chen-f4", 3, np.sin])
def test_what_is_no_landscape_is_refused_by_name(f):
    with pytest.raises(ValueError, match=r"\bf="):
        orbits.gradient_descent(f, [1, 1], 0.1, 5)


@pytest.mark.parametrize("n", [np.int32(4), np.int64(4), np.uint8(4), 4.0, np.float64(4), np.array(4)])
def test_numpy_scalars_are_numbers(n):
    o = orbits.gradient_descent(F4, np.array([1, 2], dtype=np.float32), np.float64(0.125), n)
    assert np.array_equal(o.points, orbits.gradient_descent(F4, (1, 2), 0.125, 4).points)


# --- the end of a long run

@pytest.mark.parametrize("n", [1, 2, 6, 7, 8, 13, 14, 15, 50])
@pytest.mark.parametrize("rule", [0.05, steps.Power(0.2, 0.4), steps.Power(0.2, 0.5), RULES["function"]],
                         ids=["number", "power", "square root", "function"])
def test_the_end_is_the_last_two_points_of_the_orbit_bit_for_bit(n, rule, monkeypatch):
    monkeypatch.setattr(_end, "CHUNK", 7)
    monkeypatch.setattr(_end, "BLOCK", 3)
    network = networks.LinearNetwork((2, 2, 2), np.eye(2), np.diag([2.0, 1.0]))
    for f, x0 in ((F4, (0.7, -0.4)), (landscapes.named("two-wells-1d"), (0.3,)), (network, np.linspace(-1, 1, 8))):
        o = orbits.gradient_descent(f, x0, rule, n)
        e = orbits.gradient_descent_end(f, x0, rule, n)
        assert np.array_equal(e.previous, o.points[-2]) and np.array_equal(e.last, o.points[-1])
        assert e.steps == n and e.diverged_at is None


def test_divergence_is_told_at_the_same_step_whatever_the_chunks(monkeypatch):
    # on x^2 with the step 3/2, x is multiplied by -2: |x| = 1e4 is passed by 2^14 = 16384
    f = landscapes.named("quadratic", lambdas=(2.0,))
    network = networks.LinearNetwork((1, 1), np.eye(1), np.zeros((1, 1)))       # the same function
    for chunk, block in ((1, 1), (5, 2), (7, 3), (7, 7), (14, 14), (13, 2), (100, 4)):
        monkeypatch.setattr(_end, "CHUNK", chunk)
        monkeypatch.setattr(_end, "BLOCK", block)
        for g in (f, network):
            for n in (14, 15, 50):
                e = orbits.gradient_descent_end(g, (1,), 1.5, n)
                assert (e.previous, e.last, e.steps, e.diverged_at) == (-(2.0**13), 2.0**14, 14, 14)
            e = orbits.gradient_descent_end(g, (1e4,), 1.5, 9)
            assert e.previous == e.last == 1e4 and e.steps == e.diverged_at == 0


@pytest.mark.parametrize("name, value", [("f", None), ("x0", [1]), ("rule", -1), ("n", 0), ("n", 10**11),
                                         ("progress", 3)])
def test_bad_arguments_of_a_long_run_are_named(name, value):
    with pytest.raises(ValueError, match=rf"\b{name}=|^{name}\b|alpha="):
        orbits.gradient_descent_end(**{"f": F4, "x0": [1, 1], "rule": 0.1, "n": 5, name: value})
