"""Which minimum of two wells on the line gradient descent finds: three regimes of the step, and isolated exceptions.

Spec 1, section 1, the rows on the introduction of Josz & Ouyang: small steps reach every local minimum, large ones
exclude the sharp one, but for points of measure zero.
"""

import numpy as np
import pytest
from descent import basins, landscapes, orbits
from descent.basins import BOUNDED, STABLE, UNSTABLE
from scipy.optimize import brentq

WELLS = landscapes.named("two-wells-1d")
FLAT, SHARP = WELLS.minima.points[:, 0]
TOP = WELLS.stationary[0, 0]


def shares(eta, n, max_steps=20_000):
    """Of n starts on [-6, 6]: those that converge to the flat minimum, to the sharp one, those that stay bounded."""
    b = basins.classify(WELLS, eta, (-6, 6), (n,), max_steps=max_steps)
    converged = b.kind <= UNSTABLE
    return np.mean(converged & (b.limit == 0)), np.mean(converged & (b.limit == 1)), b.fraction(BOUNDED)


def step(x, eta):
    return x - eta * WELLS.gradient(np.asarray(x)[..., None])[..., 0]


# Small steps ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("eta", [0.005, 0.02, 0.05, 0.0624])
@pytest.mark.parametrize("n", [200, 8000])
def test_small_steps_have_no_bias(eta, n):
    """Flat .58037, sharp .41963 (N = 8000), whatever the step: the top between the wells parts the basins."""
    flat, sharp, bounded = shares(eta, n)
    assert (flat, sharp) == pytest.approx((0.58037, 0.41963), abs=1e-5 if n == 8000 else 1 / n)
    assert flat == pytest.approx((TOP + 6) / 12, abs=1 / n) and flat + sharp == pytest.approx(1) and bounded == 0


# Large steps ----------------------------------------------------------------------------------------------------------

def test_the_sharp_minimum_is_excluded_from_two_over_its_sharpness_on():
    assert WELLS.largest_step([SHARP]) == pytest.approx(0.0625272, abs=5e-8)
    assert shares(0.0624, 200)[1] == pytest.approx(0.42, abs=5e-3)
    assert shares(0.0626, 200)[1] == 0


@pytest.mark.parametrize("eta, period", [(0.0627, 2), (0.1, 2), (0.2, 0), (0.35, 0), (0.43, 0)])
def test_in_between_they_stay_in_the_sharp_well_without_converging(eta, period):
    """Not yet to the flat one: cycles, then chaos; from the flat well's side nothing changes."""
    b = basins.classify(WELLS, eta, (-6, 6), (200,), max_steps=50_000)
    assert b.fraction(BOUNDED) == pytest.approx(0.42, abs=5e-3)
    assert (b.kind != BOUNDED)[: (b.kind == STABLE).sum()].all() and (b.limit != 1).all()
    assert set(b.period[b.kind == BOUNDED]) == {period}


def test_only_far_beyond_all_starts_go_to_the_flat_minimum():
    """Spec 1: from about .4336 on (N = 200, 5000 steps)."""
    flat, sharp, bounded = shares(0.434, 200, max_steps=5000)
    assert (flat, sharp, bounded) == (1, 0, 0)
    assert shares(0.43, 200, max_steps=5000)[0] == pytest.approx(0.58)
    assert shares(0.95, 200)[0] == 1 > shares(0.995, 200)[0]    # 2 / f'' of the flat one is .9905588


def test_the_third_regime_begins_where_the_sharp_well_leaks():
    """The lowest image of the well, of the point where eta w1'' = 1 right of the minimum, sinks to the top at .43349.

    Below that the well maps into itself: nothing leaks, however slowly.
    """
    def lowest(eta):
        x = brentq(lambda x: eta * WELLS.sharpness([x]) - 1, SHARP + 0.05, SHARP + 0.16)
        return step(x, eta)

    crisis = brentq(lambda eta: lowest(eta) - TOP, 0.35, 0.5)
    assert crisis == pytest.approx(0.43349, abs=1e-5)
    well = np.linspace(TOP, 6, 20_001)
    for eta in (0.1, 0.2, 0.35, 0.433):
        image = step(well, eta)
        assert image.min() >= TOP - 1e-12 and image.max() <= 6
    assert step(well, crisis + 1e-3).min() < TOP - 1e-4
    assert shares(crisis - 1e-4, 200, 100_000)[2] == pytest.approx(0.42, abs=5e-3)


# Measure zero ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("start", [1.7819344534, 2.2265173752])
def test_an_excluded_minimum_is_still_reached_from_its_preimages(start):
    """eta = .1: from these starts the step lands on the sharp minimum; rounding then grows 2.2-fold in each step."""
    eta, factor = 0.1, 1 - 0.1 * WELLS.sharpness([SHARP])
    assert factor == pytest.approx(-2.2, abs=2e-3)
    exact = brentq(lambda x: step(x, eta) - SHARP, start - 1e-3, start + 1e-3, xtol=1e-15)
    assert exact == pytest.approx(start, abs=6e-11)
    away = abs(orbits.gradient_descent(WELLS, [exact], eta, 100).points[:, 0] - SHARP)
    assert away[0] > 0.2 and away[1] < 1e-15                    # lands, to two roundings
    assert 1e-11 < away[20] < 1e-8 and (away[20] / away[10]) ** 0.1 == pytest.approx(abs(factor), rel=5e-3)
    assert away[60:].min() > 0.1                                # and is back on the cycle of period 2
    # the control: a start beside it never comes that near
    beside = abs(orbits.gradient_descent(WELLS, [exact + 1e-3], eta, 100).points[:, 0] - SHARP)
    assert beside.min() > 1e-3


def test_there_are_no_other_preimages():
    x = np.linspace(-6, 6, 12_001)
    gap = step(x, 0.1) - SHARP
    crossings = x[:-1][gap[:-1] * gap[1:] < 0]
    assert crossings == pytest.approx([1.78193, SHARP, 2.22652], abs=2e-3)
