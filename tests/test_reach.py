"""Walking back to a sphere and forward again: Proposition 2 of Josz & Ouyang, with the controls of spec 1."""

import dataclasses

import numpy as np
import pytest
from descent import landscapes, orbits, reach, steps

WELLS = landscapes.named("two-wells")
VALLEY = landscapes.named("hyperbola", scale=0.5)
STEP = 0.9 / 40.12                              # spec 1, section 3
DIAGONAL = np.array([1.0, 1.0])
ACROSS = np.array([0.5, 2.0]) / np.sqrt(4.25)   # the normal of xy = 1 at (2, 1/2)
SHARP, FLAT = np.argsort(-WELLS.sharpness(WELLS.minima.points))
SADDLE = "saddle"


def target_and_direction(which):
    if which != SADDLE:
        return WELLS.minima.points[which], DIAGONAL
    saddle = WELLS.stationary[0]
    stable = np.linalg.eigh(WELLS.hessian(saddle))[1][:, 1]
    return saddle, stable * np.sign(stable[0])


def long(*row):
    return pytest.param(*row, marks=pytest.mark.long)


# target, n, |a - target|, x_0, bound on |x_n - a|, bound on the distance later.
# The bounds are the measured ones of the spec, times 10 where they are rounding alone.
TABLE = [
    long(SHARP, 2, 7.740372e-2, (1.1767759214, 0.5766471939), 1e-15, 1e-15),
    long(SHARP, 4, 2.286967e-3, (1.1945767062, 0.5019576986), 1e-15, 1e-15),
    long(SHARP, 6, 2.590261e-5, (1.1947195196, 0.4968785612), 1e-15, 1e-15),
    (SHARP, 8, 2.926691e-7, (1.1947216434, 0.4967374962), 6e-16, 5.6e-16),
    long(FLAT, 20, 4.350212e-2, (-1.0666476950, 0.1871232485), 1e-15, 2.2e-14),
    long(FLAT, 60, 9.955651e-4, (-1.1302868179, 0.2000780767), 1e-15, 2.2e-14),
    long(FLAT, 100, 2.151178e-5, (-1.1399029659, 0.2002097815), 1e-15, 2.2e-14),
    (FLAT, 140, 4.663735e-7, (-1.1412608493, 0.2001911168), 2e-15, 2.2e-14),
    long(SADDLE, 150, 2.650093e-2, (0.4485121487, -0.0346775861), 6e-14, 5.7e-3),
    long(SADDLE, 300, 3.426460e-3, (0.4485135435, -0.0346772224), 1.6e-12, 3.9e-4),
    (SADDLE, 600, 5.718322e-5, (0.4485135438, -0.0346772223), 1.4e-8, 2.9e-6),
    long(SADDLE, 900, 9.542317e-7, (0.4485135438, -0.0346772223), 5.6e-5, 5.7e-5),
]


@pytest.mark.parametrize("which, n, offset, start, round_trip, closest", TABLE)
def test_the_two_wells(which, n, offset, start, round_trip, closest):
    """Spec 1, section 3. The digits of the offset and start are those printed, less what rounding of a does to them."""
    target, direction = target_and_direction(which)
    found = reach.reach(WELLS, target, STEP, 0.2, n, direction)
    assert np.linalg.norm(found.start - target) == pytest.approx(0.2, rel=1e-9)
    assert found.offset == pytest.approx(offset, rel=2e-7)
    np.testing.assert_allclose(found.start, start, rtol=0, atol=2e-9)
    assert found.round_trip <= round_trip
    assert found.closest <= closest


def test_what_a_reach_holds():
    """The walk is reversed gradient descent, and the forward path retraces it."""
    target, direction = target_and_direction(FLAT)
    found = reach.reach(WELLS, target, STEP, 0.2, 60, direction)
    assert found.backward.shape == (61, 2)
    np.testing.assert_allclose(found.backward[0], target + found.offset * direction / np.sqrt(2), rtol=1e-15)
    np.testing.assert_array_equal(found.backward[-1], found.start)
    np.testing.assert_allclose(found.forward[:61], found.backward[::-1], rtol=0, atol=1e-14)
    np.testing.assert_array_equal(found.distances, np.linalg.norm(found.forward - target, axis=1))
    assert found.closest == found.distances.min() and found.limit_error == found.distances[-1]
    orbit = orbits.gradient_descent(WELLS, found.start, STEP, len(found.forward) - 1)
    np.testing.assert_array_equal(found.forward, orbit.points)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.offset = 0.0


@pytest.mark.parametrize("radius", [1e-3, 0.05, 0.3])
@pytest.mark.parametrize("n", [1, 7])
def test_every_radius_is_attained(radius, n):
    """x_0 depends continuously on a: by hand for x^2/2, x_0 = s / (1 - alpha)^n."""
    f = landscapes.from_formula("x**2/2 + y**2/4", variables="x y")
    found = reach.reach(f, [0, 0], 0.5, radius, n, [1, 0])
    assert found.offset == pytest.approx(radius / 2**n, rel=1e-14)
    np.testing.assert_allclose(found.start, [radius, 0], rtol=1e-14)


@pytest.mark.parametrize("offset, n, start", [(1e-10, 11, 2.197634957295), (-1e-10, 12, 1.757798732805)])
def test_one_variable(offset, n, start):
    """Spec 1, section 3, 1-D. An offset of 1e-10 is stored to 2e-16, and the start to 2e-6 of its distance."""
    f = landscapes.named("two-wells-1d")
    sharp, alpha = f.minima.points[f.minima.points[:, 0] > 0][0], 0.0281066717
    path = reach.backward_path(f, sharp + offset, alpha, n)
    assert path[0, 0] == pytest.approx(start, abs=1e-6)
    back = orbits.gradient_descent(f, path[0], alpha, n).points[-1]
    assert abs(back - sharp)[0] == pytest.approx(1e-10, rel=1e-5)


def test_the_two_sides_of_a_sharp_minimum():
    """The unreachable starts of large steps, reached by small ones from both sides."""
    f = landscapes.named("two-wells-1d")
    sharp = f.minima.points[f.minima.points[:, 0] > 0][0]
    for direction in ([1.0], [-1.0]):
        found = reach.reach(f, sharp, 0.0281066717, 0.15, 8, direction)
        assert (found.start - sharp) * direction == pytest.approx(0.15, rel=1e-9)
        assert found.closest < 1e-15


def limit_distance(f, start, rule, n, target):
    return np.linalg.norm(orbits.gradient_descent(f, start, rule, n).points[-1] - target)


def test_a_valley_of_minima_with_a_constant_step():
    """Spec 1, section 3, V: s = 1e-4 across the valley, n = 15; a wrong (half) step ends 1.4e-2 away."""
    path = reach.backward_path(VALLEY, np.array([2, 0.5]) + 1e-4 * ACROSS, 0.1, 15)
    np.testing.assert_allclose(path[0], (2.24146648, 1.08488011), rtol=0, atol=6e-9)
    assert limit_distance(VALLEY, path[0], 0.1, 2000, [2, 0.5]) == pytest.approx(2.7e-9, rel=0.02)
    assert limit_distance(VALLEY, path[0], 0.05, 2000, [2, 0.5]) == pytest.approx(1.4e-2, rel=0.04)


VALLEY_RULE = steps.Power(0.12, 0.5)


@pytest.mark.parametrize("offset, aligned, by_one, by_five", [
    long(1e-4, 2.2e-9, 1.2e-3, 2.1e-3), long(1e-6, 2.2e-13, 1.0e-3, 1.8e-3), (1e-8, 9.8e-15, 1.1e-3, 1.9e-3)])
def test_diminishing_steps_must_be_aligned(offset, aligned, by_one, by_five):
    """Spec 1, section 2: forward from x_0 with alpha_m, alpha_{m+1}, … in the place of alpha_0, … misses the target.

    The proof of Proposition 2 does it the other way round: a walk that leaves the ball at index m, then alpha_0, ….
    """
    target = np.array([2, 0.5])

    def exit_point(rule):
        for n in range(1, 400):
            start = reach.backward_path(VALLEY, target + offset * ACROSS, rule, n)[0]
            if np.linalg.norm(start - target) >= 0.2:
                return n, start

    n, start = exit_point(VALLEY_RULE)
    if offset == 1e-8:
        assert n == 261                         # spec 1, section 3; the start as well
        np.testing.assert_allclose(start, (2.06059287, 0.69598880), rtol=0, atol=1e-7)
    assert limit_distance(VALLEY, start, VALLEY_RULE, 20_000, target) <= 1.1 * aligned
    for m, misses in ((1, by_one), (5, by_five)):
        def later(k, m=m):
            return VALLEY_RULE(k + m)
        assert limit_distance(VALLEY, start, later, 20_000, target) == pytest.approx(misses, rel=0.05)
        as_in_the_proof = exit_point(later)[1]
        assert limit_distance(VALLEY, as_in_the_proof, VALLEY_RULE, 20_000, target) > 9e-4


def test_reach_aligns_the_steps():
    """The same by `reach`: 261 steps to the sphere of radius .2 itself."""
    found = reach.reach(VALLEY, [2, 0.5], VALLEY_RULE, 0.2, 261, ACROSS)
    assert found.offset == pytest.approx(1e-8, rel=0.05)
    assert found.limit_error < 1e-13 and found.round_trip < 1e-15


def test_misalignment_hides_at_an_isolated_minimum():
    """Every near start converges there: shifted and aligned alike."""
    target, _ = target_and_direction(FLAT)
    rule = steps.Power(STEP, 0.25)
    path = reach.backward_path(WELLS, target + 1e-6 * DIAGONAL, rule, 300)
    for m in (0, 1, 5):
        assert limit_distance(WELLS, path[m], rule, 20000, target) < 1e-13


@pytest.mark.parametrize("which, start", [(SHARP, (0.19998, 0.0029)), (FLAT, (-0.0034, 0.2002))])
def test_the_limit_is_the_strong_stable_direction(which, start):
    """Spec 1, section 2: backward steps amplify by 1/(1 - alpha lambda): a generic a leads to the top eigenvector."""
    target, direction = target_and_direction(which)
    found = reach.reach(WELLS, target, STEP, 0.2, {SHARP: 8, FLAT: 140}[which], direction)
    # the flat row of the spec is the first exit, .2 percent outside the sphere
    np.testing.assert_allclose(found.start - target, start, rtol=0, atol=3e-4)


@pytest.mark.parametrize("alpha, distance", [(0.39, 8.7e-3), (0.3, 3.7e-2), (0.1, 8.4e-2)])
def test_the_start_belongs_to_its_step(alpha, distance):
    """Spec 1, section 4: from the start for alpha = .4 another step misses the saddle."""
    f, start = landscapes.named("curved-saddle"), [0.6162095306081615, 0.07113302326321622]
    points = orbits.gradient_descent(f, start, alpha, 300).points
    assert np.nanmin(np.linalg.norm(points, axis=1)) == pytest.approx(distance, rel=0.02)


@pytest.mark.parametrize("alpha, curvature", [(0.1, 0.1724138), (0.4, 0.1923077)])
def test_the_stable_manifold_of_the_curved_saddle(alpha, curvature):
    """y = x^2 / (2 (3 - alpha)) + O(x^4): spec 1, section 0."""
    n = int(np.log(1e-8) / np.log(1 - alpha))
    found = reach.reach(landscapes.named("curved-saddle"), [0, 0], alpha, 1e-2, n, [1, 0])
    x, y = found.start
    assert curvature == pytest.approx(1 / (2 * (3 - alpha)), rel=1e-6)
    assert y / x**2 == pytest.approx(curvature, rel=1e-4)


def test_any_uphill_direction_leads_onto_the_stable_manifold_of_a_saddle():
    """Spec 1, section 2: a backward step shrinks the unstable component by 1 / (1 + alpha |mu|)."""
    f, alpha, n = landscapes.named("curved-saddle"), 0.4, 45
    start = reach.reach(f, [0, 0], alpha, 0.01, n, [1, 0]).start
    found = reach.reach(f, [0, 0], alpha, 0.01, n, [1, 0.9])     # f(a) > f(0) as 1 > .9^2
    assert np.linalg.norm(found.start - start) < 1e-8
    straight = landscapes.from_formula("x**2/2 - y**2/2", variables="x y")
    path = reach.backward_path(straight, [1e-4, 0.9e-4], alpha, 10)
    np.testing.assert_allclose(path[0], [1e-4 / 0.6**10, 0.9e-4 / 1.4**10], rtol=1e-13)


def test_f_cannot_be_compared_near_the_target_but_its_curvature_can():
    """Spec 1, section 2: at 1e-12 f(a) > f(target) fails in floats; `reach` decides by the Hessian and walks."""
    target, _ = target_and_direction(FLAT)
    turn = 2 * np.pi * np.arange(360) / 360
    around = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert (WELLS.value(target + 1e-4 * around) > WELLS.value(target)).all()
    assert not (WELLS.value(target + 1e-12 * around) > WELLS.value(target)).all()
    found = reach.reach(WELLS, target, STEP, 1e-10, 20, DIAGONAL)
    assert np.linalg.norm(found.start - target) == pytest.approx(1e-10, rel=1e-5)
    with pytest.raises(ValueError, match="local maximum"):
        reach.reach(landscapes.from_formula("1 - x**2 - y**2", variables="x y"), [0, 0], 0.1, 1e-10, 5, DIAGONAL)


def test_the_symmetry_trap():
    """Spec 1, section 4: at the origin of the hyperbola x = -y holds in floats exactly; one ulp off, rounding shows.

    The orbit leaves at ln(.3 / 4e-17) / ln 1.3 = 139.3 steps in theory; one ulp inwards at 138, outwards at 140.
    """
    f, n = landscapes.named("hyperbola", scale=0.5), 400
    straight = np.linalg.norm(orbits.gradient_descent(f, [0.3, -0.3], 0.3, 6000).points, axis=1)
    assert straight.min() < 1e-300
    points = orbits.gradient_descent(f, [np.nextafter(0.3, 0), -0.3], 0.3, n).points
    away = np.linalg.norm(points, axis=1)
    leaves = int(np.argmax((away > 0.3) & (np.arange(n + 1) > away.argmin())))
    assert leaves == pytest.approx(139.3, abs=2)
    np.testing.assert_allclose(points[-1], [-1, -1], atol=1e-9)
