"""Proposition 1 and Lemmas 1 and 2 of Josz & Ouyang: the flow back and forth, and how near is near enough."""

import numpy as np
import pytest
from descent import landscapes, networks, orbits, reach
from scipy.integrate import solve_ivp

WELLS = landscapes.named("two-wells")
VALLEY = landscapes.named("hyperbola", scale=0.5)
ACROSS = np.array([0.5, 2.0])
SHARP, FLAT = WELLS.minima.points[np.argsort(-WELLS.sharpness(WELLS.minima.points))]


def long(*row):
    return pytest.param(*row, marks=pytest.mark.long)


@pytest.mark.parametrize("offset, time, start, error", [
    (1e-3, 1.316865, (2.08999591, 0.78618305), 2.2e-7),
    (1e-6, 2.942139, (2.0899961, 0.78618299), 2.4e-13),
    long(1e-9, 4.567508, (2.0899961, 0.78618299), 1.4e-13)])
def test_the_valley_by_the_flow(offset, time, start, error):
    """Spec 1, section 3 (h): time, start and forward error; x^2 - y^2 is conserved, 3.75 up to the start's offset.

    The tolerance of the time is what a target stored to 1e-16 allows at that offset.
    """
    found = reach.reach_by_flow(VALLEY, [2, 0.5], 0.3, ACROSS, offset)
    assert found.time == pytest.approx(time, abs=1e-6 + 2e-14 / offset)
    np.testing.assert_allclose(found.start, start, rtol=0, atol=2e-8)
    assert found.limit_error <= error and found.closest <= found.limit_error
    assert np.linalg.norm(found.start - found.target) == pytest.approx(0.3, rel=1e-12)
    for path in (found.backward, found.forward):
        conserved = path[:, 0] ** 2 - path[:, 1] ** 2
        assert np.ptp(conserved) < 1e-12
        assert abs(conserved - 3.75).max() < offset


def test_the_flow_of_a_network():
    """One weight a layer, one sample (1, 1): the function is a multiple of (1 - x y)^2, and the flow as well."""
    f = networks.LinearNetwork((1, 1, 1), [[1.0]], [[1.0]])
    by_network = reach.reach_by_flow(f, [2, 0.5], 0.3, ACROSS, 1e-3)
    by_formula = reach.reach_by_flow(VALLEY, [2, 0.5], 0.3, ACROSS, 1e-3)
    assert by_network.start == pytest.approx(by_formula.start, abs=1e-9)
    assert by_network.time * f.value(np.zeros(2)) == pytest.approx(by_formula.time * VALLEY.value([0, 0]), rel=1e-9)


def test_a_saddle_by_the_flow():
    """x^2/2 - y^2/2 by hand: T = ln(radius / offset), the start on the axis; and it comes back."""
    f = landscapes.from_formula("x**2/2 - y**2/2", variables="x y")
    found = reach.reach_by_flow(f, [0, 0], 0.5, [1, 0], 1e-4)
    assert found.time == pytest.approx(np.log(5000), rel=1e-10)
    np.testing.assert_allclose(found.start, [0.5, 0], atol=1e-12)
    assert found.closest < 1e-10


def test_the_discrete_start_is_another():
    """Spec 1, section 3: x^2 - y^2 = 3.80 to 3.85 at alpha = .1, 3.75 for the flow."""
    first_exit = reach.backward_path(VALLEY, np.array([2, 0.5]) + 1e-4 * ACROSS / np.linalg.norm(ACROSS), 0.1, 15)[0]
    assert 3.80 < first_exit[0] ** 2 - first_exit[1] ** 2 < 3.85
    on_sphere = reach.reach(VALLEY, [2, 0.5], 0.1, 0.3, 20, ACROSS).start
    assert on_sphere[0] ** 2 - on_sphere[1] ** 2 > 3.76


def test_a_point_that_is_not_critical_is_no_limit():
    """Erratum 1: f(x) = x satisfies the printed hypotheses of Proposition 1."""
    with pytest.raises(ValueError, match="not a critical point"):
        reach.reach_by_flow(landscapes.named("line"), [0.0], 0.5, [1.0], 1e-3)


@pytest.mark.parametrize("change, words", [
    (dict(radius=0.0), "radius"), (dict(offset=0.3), "offset"), (dict(offset=-1.0), "offset"),
    (dict(offset=1e-17), "rounding"), (dict(direction=[0, 0]), "direction"), (dict(target=[2, 0.6]), "critical"),
    (dict(target=[0, 0], direction=[1, 1.0]), "uphill"), (dict(offset=None), "offset")])
def test_bad_input_is_refused_in_words(change, words):
    arguments = dict(target=[2, 0.5], radius=0.3, direction=ACROSS, offset=1e-3) | change
    with pytest.raises(ValueError, match=words):
        reach.reach_by_flow(VALLEY, **arguments)


@pytest.mark.parametrize("f", [None, "hyperbola", 3])
def test_f_is_a_landscape(f):
    with pytest.raises(ValueError, match="^f="):
        reach.reach_by_flow(f, [2, 0.5], 0.3, ACROSS, 1e-3)


def test_a_sphere_beyond_the_barrier_is_not_reached():
    f = landscapes.named("two-wells-1d")
    sharp = f.minima.points[f.minima.points[:, 0] > 0][0]
    with pytest.raises(ValueError, match="comes to rest"):
        reach.reach_by_flow(f, sharp, 1.2, [-1.0], 1e-3)


def excursion(f, centre, start, time):
    """How far the flow from the start ever is from the centre, and how far in the end."""
    path = solve_ivp(lambda t, x: -f.gradient(x), (0, time), start, method="DOP853", rtol=1e-12, atol=1e-14).y
    distances = np.linalg.norm(path.T - centre, axis=1)
    return distances.max(), distances[-1]


def test_lemma_1():
    """The flow from B_delta stays in B_eps and goes to the minimum; at a saddle it leaves."""
    delta = reach.stability_radius(WELLS, SHARP, 0.1)
    for turn in 2 * np.pi * np.arange(10) / 10:
        farthest, last = excursion(WELLS, SHARP, SHARP + delta * np.array([np.cos(turn), np.sin(turn)]), 3)
        assert farthest < 0.1 and last < 1e-12
    saddle = WELLS.stationary[0]
    assert min(excursion(WELLS, saddle, saddle + 1e-3, 10)) > 0.1


@pytest.mark.parametrize("minimum, eps, delta", [(SHARP, 0.1, 0.0621682), long(SHARP, 0.2, 0.1211798),
                                                 long(FLAT, 0.3, 0.2045457)])
def test_the_certified_radius(minimum, eps, delta):
    """Spec 1, section 5. Its first row is 5.6e-7 above what 36 000 angles give, hence 1e-5."""
    assert reach.stability_radius(WELLS, minimum, eps) == pytest.approx(delta, rel=1e-5)


@pytest.mark.parametrize("minimum, eps", [(SHARP, 0.1), long(SHARP, 0.2), long(FLAT, 0.3)])
def test_the_certified_radius_is_safe_and_not_sharp(minimum, eps):
    """Spec 1, section 5: from the circle of radius eps itself gradient descent stays in, up to alpha L = 1.99."""
    certified = reach.stability_radius(WELLS, minimum, eps)
    for share in (0.1, 0.5, 1, 1.5, 1.9, 1.99):
        for turn in 2 * np.pi * np.arange(24) / 24:
            for r in (certified, 0.999 * eps):
                start = minimum + r * np.array([np.cos(turn), np.sin(turn)])
                points = orbits.gradient_descent(WELLS, start, share / 40.12, 200).points
                assert np.linalg.norm(points - minimum, axis=1).max() < eps


@pytest.mark.parametrize("formula, ratio", [("2*x**2 + y**2/2", 0.5), ("x**2 + y**2", 1.0), ("9*x**2 + y**2", 1 / 3)])
def test_the_radius_of_a_quadratic(formula, ratio):
    """eps sqrt(l2 / l1) by hand."""
    f = landscapes.from_formula(formula, variables="x y")
    assert reach.stability_radius(f, [0, 0], 0.3) == pytest.approx(0.3 * ratio)


def test_the_radius_in_one_variable():
    """f = x^2/2 + x^3/3, eps = 1/2: min over +-1/2 is 1/8 - 1/24 = 1/12 = r^2/2 + r^3/3."""
    f = landscapes.from_formula("x**2/2 + x**3/3", variables="x")
    r = reach.stability_radius(f, [0.0], 0.5)
    assert r**2 / 2 + r**3 / 3 == pytest.approx(1 / 12, rel=1e-12)


def test_lemma_2_needs_steps_below_2_over_l():
    """alpha = 2.1 / L on L x^2/2 leaves every ball."""
    f = landscapes.from_formula("x**2/2", variables="x")
    radius = reach.stability_radius(f, [0.0], 0.1)
    assert radius == pytest.approx(0.1)
    assert abs(orbits.gradient_descent(f, [0.05], 1.99, 300).points).max() < 0.1
    assert np.nanmax(abs(orbits.gradient_descent(f, [0.05], 2.1, 300).points)) > 1e3


@pytest.mark.parametrize("f, minimum, eps, words", [
    (VALLEY, [1, 1], 0.1, "no isolated minimum"), (WELLS, FLAT, 2.19, "beyond its well"),
    (landscapes.named("cap"), [0.0], 0.1, "no isolated minimum"), (WELLS, SHARP, 0.0, "eps"),
    (WELLS, [1], 0.1, "minimum"),
    (WELLS, SHARP, np.nan, "eps"), (None, SHARP, 0.1, "^f=None"), ("two-wells", SHARP, 0.1, "^f=")])
def test_no_radius(f, minimum, eps, words):
    with pytest.raises(ValueError, match=words):
        reach.stability_radius(f, minimum, eps)
