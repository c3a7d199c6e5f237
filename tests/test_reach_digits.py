"""Rounding at a saddle, digit by digit: spec 1, section 4."""

import math

import mpmath
import numpy as np
import pytest
from descent import landscapes, orbits, reach
from descent.reach._precise import Arithmetic

SADDLE = landscapes.named("curved-saddle")
ALPHA, RADIUS = "0.4", 0.5                      # eigenvalues 1 and -1: factors .6 and 1.4 a step
P = math.log(1 / 0.6) / (math.log(1 / 0.6) + math.log(1.4))    # .6029


def walk(digits, alpha=ALPHA):
    """Back from (10^(4 - digits), 0) until |z| >= 1/2, then forward: n, x_0, the distances until it leaves again."""
    with mpmath.workdps(digits):
        arithmetic, alpha = Arithmetic(SADDLE), mpmath.mpf(alpha)
        z, n = (mpmath.mpf(10) ** (4 - digits), mpmath.mpf(0)), 0
        while arithmetic.space.norm2(z) < RADIUS**2:
            z, n = arithmetic.back(z, alpha)[0], n + 1
        start, distances = z, []
        while n >= len(distances) or distances[-1] < RADIUS:
            distances.append(arithmetic.distance(z, (0, 0)))
            z = arithmetic.forward(z, alpha)
        return n, start, distances


def long(*row):
    return pytest.param(*row, marks=pytest.mark.long)


@pytest.mark.parametrize("digits, n, start, closest, at, leaves", [
    (30, 116, ("0.57888757897941872", "0.062962404327099027"), 1.83e-20, 89, 223),
    long(50, 206, ("0.53038578881625737", "0.053044260492283886"), 3.2e-33, 146, 368),
    long(100, 432, ("0.7716922358687031", "0.11003150258728101"), 5.5e-62, 276, 695),
    long(200, 883, ("0.9096651315867469", "0.15076431908955989"), 1.2e-122, 550, 1384)])
def test_the_saddle_in_many_digits(digits, n, start, closest, at, leaves):
    """The table of spec 1, section 4: the start to all its digits.

    What rounding then does depends on the order of the operations of a step. Here as in the table it lies around the
    theory, eps^p at k*: within a factor 100, which is 5 steps of 1.4 * .6 ... 10 of 1.4 each way.
    """
    steps_back, x0, distances = walk(digits)
    assert steps_back == n
    for found, printed in zip(x0, start):
        assert float(abs(found - mpmath.mpf(printed))) < 1e-16
    least = min(range(len(distances)), key=distances.__getitem__)
    assert abs(math.log10(distances[least] / closest)) < 2
    assert least == pytest.approx(at, abs=10)
    assert len(distances) - 1 == pytest.approx(leaves, abs=20)
    assert abs(float(mpmath.log10(distances[least])) + P * digits) < 3
    # k* = ln(1/eps) / (ln(1/.6) + ln 1.4); the theory counts from radius 1 with eps = 10^-digits, hence the few steps
    assert least == pytest.approx(digits * math.log(10) / math.log(1.4 / 0.6), abs=12)


def test_the_saddle_in_float64():
    """The row of 16 digits, by `reach` itself: back from 1e-12 in 53 steps, then at best 2.1e-11, at step 48."""
    start = np.array([0.6162095306081615, 0.07113302326321622])
    found = reach.reach(SADDLE, [0, 0], 0.4, np.linalg.norm(start), 53, [1, 0])
    np.testing.assert_allclose(found.start, start, rtol=1e-14)
    assert found.offset == pytest.approx(1e-12, rel=1e-13)
    assert 2.1e-13 < found.closest < 2.1e-9
    assert found.distances.argmin() == pytest.approx(48, abs=10)
    assert found.limit_error > found.radius     # rounding carries it off
    path = reach.backward_path(SADDLE, [1e-12, 0], 0.4, 53)
    np.testing.assert_allclose(path[0], start, rtol=1e-15)
    away = np.linalg.norm(orbits.gradient_descent(SADDLE, path[0], 0.4, 200).points, axis=1)
    assert 53 + int(np.argmax(away[53:] > RADIUS)) == pytest.approx(120, abs=10)


def test_digits_of_reach():
    """`reach` in 30 digits: on the sphere to 25 of them, 15 orders of magnitude nearer than in float64."""
    found = reach.reach(SADDLE, [0, 0], 0.4, 0.5, 100, [1, 0], digits=30)
    with mpmath.workdps(30):
        x, y = map(mpmath.mpf, found.start_digits)
        assert abs(mpmath.hypot(x, y) - mpmath.mpf(1) / 2) < mpmath.mpf(10) ** -25
    np.testing.assert_array_equal(found.start, [float(x), float(y)])
    assert found.backward.shape == (101, 2) and found.digits == 30
    assert abs(math.log10(found.closest) + P * 30) < 3
    assert len(found.distances) == len(found.forward)
    assert found.limit_error > found.radius


def test_digits_agree_with_float64_where_float64_suffices():
    f, target = landscapes.named("two-wells"), landscapes.named("two-wells").minima.points[1]
    few = reach.reach(f, target, 0.9 / 40.12, 0.2, 20, [1, 1])
    many = reach.reach(f, target, 0.9 / 40.12, 0.2, 20, [1, 1], digits=40, forward_steps=200)
    np.testing.assert_allclose(many.start, few.start, rtol=0, atol=1e-14)
    assert many.offset == pytest.approx(few.offset, rel=1e-12)
    np.testing.assert_allclose(many.backward, few.backward, rtol=0, atol=1e-14)


def test_a_singular_target_given_exactly():
    """(2, 1/2) on the hyperbola is a float; no Newton step is needed, none is possible."""
    found = reach.reach(landscapes.named("hyperbola", scale=0.5), [2, 0.5], 0.1, 0.2, 20, [0.5, 2.0], digits=30,
                        forward_steps=200)
    assert found.limit_error < 1e-8


@pytest.mark.parametrize("change, words", [
    (dict(radius=0.5, steps_back=5000), "too many for 30 digits"), (dict(radius=50.0), "not reached"),
    (dict(alpha=0.6, direction=[0, 1]), "uphill"), (dict(steps_back=10**5), "steps_back")])
def test_errors_with_digits(change, words):
    arguments = dict(alpha=0.4, radius=0.5, steps_back=20, direction=[1, 0]) | change
    with pytest.raises(ValueError, match=words):
        reach.reach(SADDLE, [0, 0], arguments.pop("alpha"), *arguments.values(), digits=30)
