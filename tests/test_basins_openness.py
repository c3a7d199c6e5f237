"""Theorem 3 of Chen et al. (2024) made explicit: a case by hand, the ball, the measured radius, and what it misses."""

from fractions import Fraction

import numpy as np
import pytest
from descent import basins, landscapes, orbits
from descent.basins import OTHER, STABLE

CHEN = {name: landscapes.named(name) for name in ("chen-f1", "chen-f2", "chen-f3", "chen-f4")}
F4, BOWL = CHEN["chen-f4"], landscapes.named("quadratic", lambdas=[1.0, 1.0])
# stable starts outside U, and the fraction of the largest step; (1.5, 2) at 0.2 is the start of Figure 3
STARTS = [("chen-f1", (-0.3, 0.1), 0.6), ("chen-f2", (0.2, 0.2), 0.6), ("chen-f3", (1.3, 0.8), 0.3),
          ("chen-f4", (1.5, 2.0), 0.38)]
every_start = pytest.mark.parametrize("name, start, fraction", STARTS, ids=[row[0] for row in STARTS])


def step_of(name, fraction):
    return fraction * CHEN[name].largest_step(CHEN[name].minima.points[0])


def ring(start, radius, n=60):
    return start + radius * np.stack([np.cos(np.arange(n)), np.sin(np.arange(n))], axis=1)


def fate_of(f, eta, p):
    b = basins.classify(f, eta, (p[0] - 1e-13, p[0] + 1e-13, p[1] - 1e-13, p[1] + 1e-13), (1, 1))
    return b.kind[0, 0], b.limit[0, 0]


def test_a_bowl_by_hand():
    """(x^2 + y^2) / 2 with step 1/2: 4, 2, 1; U is the disc of radius 3/2, its level 9/8."""
    o = basins.openness(BOWL, [4, 0], 0.5)
    assert (o.K, o.least_fall, o.gradient_bound, o.hessian_bound) == (2, 1.5, pytest.approx(5), pytest.approx(1))
    assert o.room == pytest.approx((9 / 8 - 1 / 2) / 1.5)
    assert o.epsilon == pytest.approx(1.5 / (2 * 5) / 1.5**2)


def test_a_start_in_u_takes_no_step():
    o = basins.openness(BOWL, [1, 0], 0.5)
    assert o.K == 0 and o.least_fall == np.inf and o.epsilon == o.room == pytest.approx((9 / 8 - 1 / 2) / 1.5)


def test_the_constants_of_the_start_of_figure_3():
    """specs/4, section 3, end; its maxima are over fewer samples, so that they are a little smaller."""
    o = basins.openness(F4, [1.5, 2.0], 0.2)
    assert o.K == 6 and o.least_fall == pytest.approx(0.03996, abs=5e-6)
    assert 35.12 <= o.gradient_bound == pytest.approx(35.12, rel=2e-4)
    assert 34.335 <= o.hessian_bound == pytest.approx(34.335, rel=2e-4)
    assert np.log10(o.epsilon) == pytest.approx(-8.62, abs=5e-3)
    assert np.log10(1 / (1 + 0.2 * o.hessian_bound) ** o.K) == pytest.approx(-5.37, abs=6e-3)         # (37)


@every_start
def test_m1_and_m2_bound_what_the_proof_bounds_with_them(name, start, fraction):
    """Equations (39) and (40), on pairs of orbits that stay within 1 of each other."""
    f, eta = CHEN[name], step_of(name, fraction)
    o = basins.openness(f, start, eta)
    path = orbits.gradient_descent(f, start, eta, o.K).points
    for shift in ring(np.zeros(2), 1.0, 24):
        for x in path[:-1]:
            gap = f.gradient(x + shift) - f.gradient(x)
            assert np.linalg.norm(gap) <= o.hessian_bound * (1 + 1e-4)
            assert abs(f.value(x + shift) - f.value(x)) <= o.gradient_bound * (1 + 1e-4)
    assert o.least_fall == pytest.approx(min(f.value(path[:-1]) - f.value(path[1:])))


@every_start
def test_the_ball_lies_in_the_stable_set_and_the_measured_radius_is_larger(name, start, fraction):
    f, eta = CHEN[name], step_of(name, fraction)
    o = basins.openness(f, start, eta)
    radius = basins.stable_radius(f, start, eta, directions=90)
    assert 0 < o.epsilon < radius < 1 and o.K > 0
    limits = {fate_of(f, eta, p) for p in ring(np.array(start), o.epsilon)}
    assert len(limits) == 1 and limits.pop()[0] == STABLE
    U = basins.invariant_neighbourhood(f, o.minimum, eta)
    end = orbits.gradient_descent(f, start, eta, o.K).points[-1]
    assert all(U.contains(f, p) for p in ring(end, 0.999 * o.room)) and U.contains(f, end)


@every_start
def test_the_measured_radius_is_where_the_first_start_fails(name, start, fraction):
    f, eta = CHEN[name], step_of(name, fraction)
    radius = basins.stable_radius(f, start, eta, directions=90)
    inside = {fate_of(f, eta, p) for share in (0.3, 0.7, 0.98) for p in ring(np.array(start), share * radius)}
    assert len(inside) == 1
    assert len({fate_of(f, eta, p) for p in ring(np.array(start), 1.01 * radius, 3000)}) > 1
    assert basins.stable_radius(f, start, eta, reach=0.9 * radius, directions=90) == np.inf


def test_the_radius_around_the_start_of_figure_3_ends_at_a_curve_that_goes_to_the_saddle():
    """specs/4, section 3, end, has .511: the distance to the first *unstable* start, across the curve."""
    assert basins.stable_radius(F4, [1.5, 2.0], 0.2) == pytest.approx(0.17415, abs=1e-5)
    x, y, eta = Fraction(3, 2), Fraction(23, 10), Fraction(1, 5)              # a point of the curve, exactly
    slope = -2 * (1 - x * y)
    end = x - eta * (slope * y + x / 10), y - eta * (slope * x + y / 10)
    assert end[0] == -end[1] == Fraction(-784, 1000)                           # the antidiagonal: it stays there
    assert fate_of(F4, 0.2, [float(-end[0]), float(end[0])])[0] == OTHER
    kinds = [{fate_of(F4, 0.2, p)[0] for p in ring(np.array([1.5, 2.0]), radius, 360)} for radius in (0.505, 0.52)]
    assert kinds[0] == {STABLE} != kinds[1]     # no curve is seen by starts that are drawn
    assert fate_of(F4, 0.2, [1.5, 2.29]) == (STABLE, 0) and fate_of(F4, 0.2, [1.5, 2.31]) == (STABLE, 1)


def test_without_equation_6_the_set_may_be_a_point():
    """specs/4, section 2, row Theorem 3: x^2/2 + x^4/4 with step 2, |x'| = |x| (1 + 2 x^2)."""
    o = orbits.gradient_descent(landscapes.from_formula("x**2/2 + x**4/4", "x"), [1e-3], 2.0, 1000)
    assert (np.diff(abs(o.points[:, 0])) > 0).all()


@pytest.mark.parametrize("arguments, word", [
    ((F4, [0.1, 2.5], 0.2), "start"), ((F4, [9, 9], 0.2), "start"), ((F4, [1.0], 0.2), "start"),
    ((F4, [1.0, 1.0], 0), "eta"), ((F4, [1.0, 1.0], np.nan), "eta"),
    ((landscapes.named("hyperbola"), [1, 1], 0.2), "f="),
    ((landscapes.from_formula("x**2 + y**2"), [1, 1], 0.2), "f="), (("f4", [1, 1], 0.2), "f="),
])
@pytest.mark.parametrize("function", [basins.openness, basins.stable_radius], ids=lambda function: function.__name__)
def test_bad_arguments_are_refused_by_name(function, arguments, word):
    with pytest.raises(ValueError, match=word):
        function(*arguments)


@pytest.mark.parametrize("options, word", [({"reach": 0}, "reach"), ({"directions": 0}, "directions"),
                                           ({"directions": 2.5}, "directions")], ids=str)
def test_bad_options_of_the_measure_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=word):
        basins.stable_radius(F4, [1.5, 2.0], 0.2, **options)
    with pytest.raises(ValueError, match="w="):
        basins.openness(F4, [1.5, 2.0], 0.2, w=1)


@pytest.mark.parametrize("start, eta, w", [([0.9, 0.9], 0.26, 1e-9), ([0.9, 0.9], 0.26, 1e-300)], ids=str)
def test_a_set_below_rounding_is_refused_in_words(start, eta, w):
    with pytest.raises(ValueError, match="^w="):
        basins.openness(F4, start, eta, w=w)


def test_where_rounding_hides_the_fall_no_epsilon_is_given():
    f = landscapes.named("two-wells")
    with pytest.raises(ValueError, match="^w=1e-06 .* below rounding|less than rounding"):
        basins.openness(f, [0.9940560836285272, 0.49169622764788024], 0.04969865576730625, w=1e-6)


def test_an_epsilon_below_the_smallest_number_is_zero():
    """Near the largest step U is entered after a thousand steps, each stretching by up to 8.9."""
    found = basins.openness(F4, [0.98, 0.97], 0.999 * 10 / 19)
    assert found.K > 1000 and found.epsilon == 0


def test_a_reach_beyond_the_radius_of_escape_is_refused():
    with pytest.raises(ValueError, match="^reach=1e"):
        basins.stable_radius(F4, [0.9, 0.9], 0.2, reach=1e308)
