"""The trapping ellipse of the hyperbola: an exact identity, its invariance, and the maps of specs/3, section 5."""

import math

import numpy as np
import pytest
import scipy.integrate
import sympy
from descent import basins, landscapes, maps
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SQUARE = (-4, 4, -4, 4)


def grid(n):
    t = -4 + 8 * (np.arange(n) + 0.5) / n
    return np.stack(np.meshgrid(t, t), axis=-1)


def test_the_identity_behind_it_is_exact():
    """specs/3, section 1: K - Q after a step is (K - Q)(1 - s^2 z (1 - z)), with the gradient of the library."""
    x, y, eta, scale = sympy.symbols("x y eta scale", positive=True)
    f = landscapes.named("hyperbola").expression.subs({sympy.Symbol("x"): x, sympy.Symbol("y"): y}) * scale
    s, z = 2 * scale * eta, x * y

    def gap(x, y):
        return 4 / s - s - (x**2 + y**2 - s * x * y)

    image = gap(x - eta * sympy.diff(f, x), y - eta * sympy.diff(f, y))
    assert sympy.expand(image - gap(x, y) * (1 - s**2 * z * (1 - z))) == 0
    assert sympy.expand(image - gap(x, y) * (1 - s * z * (1 - z))) != 0


def test_the_factor_is_positive_for_every_step_below_the_bound():
    z = np.linspace(-50, 50, 100_001)
    for s in (0.01, 1, 1.99, 2):
        assert (1 - s * s * z * (1 - z)).min() == pytest.approx(1 - s * s / 4, abs=1e-12)


@settings(deadline=None)
@given(x=st.floats(-30, 30), y=st.floats(-30, 30), s=st.floats(0.05, 1.99), scale=st.sampled_from([0.5, 1.0, 3.0]))
def test_inside_goes_inside_and_outside_goes_outside(x, y, s, scale):
    eta = s / (2 * scale)
    e = basins.trapping_ellipse(eta, scale)
    gap = e.level - (x * x + y * y - s * x * y)
    assume(abs(gap) > 1e-9 * (1 + x * x + y * y) ** 3)      # rounding of one step moves less than this
    image = maps.gradient_step(landscapes.named("hyperbola", scale=scale))((x, y), eta)
    assert e.contains([x, y]) == e.contains(image) == (gap > 0)


def test_a_circle_is_not_invariant():
    """The control: the disc of the same area loses points and gains some."""
    eta = 0.3
    e, f = basins.trapping_ellipse(eta), landscapes.named("hyperbola")
    points = grid(60).reshape(-1, 2)
    images = np.array([maps.gradient_step(f)(tuple(p), eta) for p in points.tolist()])

    def disc(p):
        return (p**2).sum(axis=1) < e.area / math.pi

    assert np.array_equal(e.contains(points), e.contains(images))
    assert (disc(points) & ~disc(images)).any() and (~disc(points) & disc(images)).any()


@given(s=st.floats(0.02, 1.98))
def test_area_and_half_width_are_those_of_the_set(s):
    e = basins.trapping_ellipse(s / 2)
    # x at height y lies between the roots of x^2 - s x y + y^2 - K
    def width(y):
        return 2 * math.sqrt(max(0.0, (s * y) ** 2 / 4 - y * y + e.level))
    area = scipy.integrate.quad(width, -e.half_width, e.half_width, limit=200)[0]
    assert e.area == pytest.approx(area, rel=1e-6)          # the integrand has square-root ends
    assert width(e.half_width * (1 + 1e-6)) == 0 < width(e.half_width * (1 - 1e-6))
    assert e.s == s and e.level == 4 / s - s


def test_the_area_of_figure_1():
    """specs/3, section 1: the share of [-4, 4]^2 at eta = .3."""
    assert basins.trapping_ellipse(0.3).area / 64 == pytest.approx(0.3121758737, abs=5e-11)
    for eta in (0.125, 0.3, 0.7):
        assert basins.trapping_ellipse(eta).area / 64 == pytest.approx(2 * math.pi * math.sqrt(1 - eta**2) / (64 * eta))
    assert basins.trapping_ellipse(0.125).half_width == 4   # it touches the square


def test_both_scalings_have_one_ellipse():
    once, half = basins.trapping_ellipse(0.4), basins.trapping_ellipse(0.8, scale=0.5)
    assert once == half and basins.trapping_ellipse(1.5, scale=0.5).s == 1.5
    f, g = landscapes.named("hyperbola"), landscapes.named("hyperbola", scale=0.5)
    a, b = (basins.classify(h, eta, SQUARE, (60, 60), max_steps=3000) for h, eta in ((f, 0.4), (g, 0.8)))
    # the losses differ by a factor and what is small differs with them; where a start goes does not
    assert np.array_equal(a.kind == basins.DIVERGED, b.kind == basins.DIVERGED)


def test_it_shrinks_to_nothing_at_the_bound():
    assert basins.trapping_ellipse(1 - 1e-12).area < 1e-4
    assert basins.trapping_ellipse(1e-6).area > 1e6
    for eta, scale in ((1.0, 1.0), (1.05, 1.0), (2.0, 0.5), (0.25, 4.0)):
        with pytest.raises(ValueError, match=r"^eta=.*below 1 / scale"):
            basins.trapping_ellipse(eta, scale)


# specs/3, section 5, N = 400: eta, the share of starts that stay bounded (six digits tell cells apart), that converge
ROWS = [(0.05, 1, 0.998513), (0.1, 0.897600, 0.896475), (0.125, 0.779225, 0.778250), (0.2, 0.480875, 0.480225),
        (0.3, 0.312225, 0.311362), (0.4, 0.225038, 0.224275), (0.45, 0.194713, 0.194025), (0.49, 0.174675, 0.174038),
        (0.5, 0.170013, 0), (0.6, 0.130862, 0), (0.8, 0.073525, 0), (0.9, 0.047550, 0), (0.99, None, 0)]
QUICK = (0.1, 0.3, 0.45)


@pytest.mark.parametrize("eta, bounded, converged", [
    pytest.param(*row, marks=[pytest.mark.long] * (row[0] not in QUICK)) for row in ROWS])
def test_what_stays_bounded_is_what_starts_inside(eta, bounded, converged):
    """specs/3, section 5: no cell differs."""
    b = basins.classify(landscapes.named("hyperbola"), eta, SQUARE, (400, 400))
    stays = b.kind != basins.DIVERGED
    assert (stays != basins.trapping_ellipse(eta).contains(grid(400))).sum() == 0
    if bounded is not None:
        assert stays.mean() == pytest.approx(bounded, abs=1e-6)
    assert b.fraction(basins.STABLE) + b.fraction(basins.UNSTABLE) == pytest.approx(converged, abs=2e-3)


def test_large_steps_trap_without_convergence():
    """specs/3, section 1: for 1/2 < eta < 1 the trap has an area and nothing in it converges."""
    b = basins.classify(landscapes.named("hyperbola"), 0.6, SQUARE, (80, 80), max_steps=4000)
    inside = basins.trapping_ellipse(0.6).contains(grid(80))     # no centre of a cell is on x y = 1
    assert inside.sum() > 800 and np.array_equal(b.kind != basins.DIVERGED, inside)
    assert b.fraction(basins.STABLE) == b.fraction(basins.UNSTABLE) == 0
    # s = 1.2 < sqrt 5 - 1: the pair (p, p), (q, q), p q = 1/s, p^2 + q^2 = 1 + 1/s, attracts almost every start
    assert (b.period[inside & (b.kind == basins.BOUNDED)] == 2).mean() > 0.99


def test_beyond_the_bound_nothing_is_trapped():
    # off the diagonal: on it, rounding keeps what exact arithmetic would throw out in the end
    b = basins.classify(landscapes.named("hyperbola"), 1.05, (-4, 4, -4.01, 3.99), (100, 100), max_steps=4000)
    assert b.fraction(basins.DIVERGED) == 1


@pytest.mark.parametrize("name, value", [("eta", 0), ("eta", -0.1), ("eta", math.nan), ("eta", math.inf), ("eta", None),
                                         ("eta", "small"), ("scale", 0), ("scale", -1), ("scale", math.nan),
                                         ("scale", [1, 2])])
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=rf"^{name}="):
        basins.trapping_ellipse(**{"eta": 0.1, name: value})


@pytest.mark.parametrize("x", [1.0, [1.0], [1, 2, 3], [[1, 2, 3]], None])
def test_what_is_no_point_of_the_plane_is_refused(x):
    with pytest.raises(ValueError, match="plane"):
        basins.trapping_ellipse(0.3).contains(x)


@pytest.mark.filterwarnings("error")
def test_points_of_any_shape():
    e = basins.trapping_ellipse(0.3)
    assert e.contains([0, 0]) and not e.contains([4, 4]) and e.contains(np.zeros((2, 3, 2))).shape == (2, 3)
    assert not e.contains([[math.nan, 0], [math.inf, 0], [math.inf, math.inf], [1e200, 1e200]]).any()
