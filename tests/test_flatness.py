"""Flatness: closed forms, monotony, isometries, and the flat minima that Josz (2026) claims."""

import math

import numpy as np
import pytest
from descent import flatness, landscapes, networks
from hypothesis import given, settings
from hypothesis import strategies as st

named = landscapes.named
HYPERBOLA, LAZY = named("hyperbola"), named("lazy-valley")
RADII = (0.1, 0.01)
few = settings(deadline=None, max_examples=15)


# --- closed forms

@pytest.mark.parametrize("lambdas", [(2, 1), (0.3, 7, 2)])
@few
@given(r=st.floats(1e-6, 1e6))
def test_a_quadratic_varies_by_half_its_sharpness_times_r_squared(lambdas, r):
    f = named("quadratic", lambdas=lambdas)
    assert flatness.variation(f, (0,) * len(lambdas), r) == pytest.approx(max(lambdas) * r * r / 2, rel=1e-12)


@few
@given(x=st.floats(-3, 3), r=st.floats(1e-3, 3))
def test_away_from_the_minimum_the_far_side_counts(x, r):
    """x^2 on the line: the supremum is 2 |x| r + r^2."""
    f = landscapes.from_formula("x^2", variables="x")
    assert flatness.variation(f, (x,), r) == pytest.approx(2 * abs(x) * r + r * r, rel=1e-10, abs=1e-15)


def test_a_supremum_inside_the_ball_is_found():
    # 3 x^4 - 4 x^3 is -5/16 at 1/2, least at 1, where it is -1; at the ends of [-1, 2] it is 7 and 16
    f = landscapes.from_formula("3*x^4 - 4*x^3", variables="x")
    assert flatness.variation(f, (0.5,), 0.75) == pytest.approx(1 - 5 / 16, rel=1e-12)
    assert flatness.variation(f, (0.5,), 1.5) == pytest.approx(16 + 5 / 16, rel=1e-12)


def test_a_supremum_on_a_kink_inside_the_ball_is_found():
    # -1 / (1 + |x - 1/3| + |y|): its least value is on the kink
    f = landscapes.from_formula("-1/(1 + abs(x - 1/3) + abs(y))", variables="x y")
    base = -1 / (1 + 2 / 3 + 0.5)
    lowest, highest = base + 1, -1 / (1 + 2 / 3 + 0.5 + math.sqrt(2)) - base
    assert lowest > highest
    assert flatness.variation(f, (1.0, 0.5), 1.0) == pytest.approx(lowest, rel=1e-6)


@pytest.mark.parametrize("t", [0.4, 0.8, 2 ** -0.25, 1.3])
@pytest.mark.parametrize("r", RADII)
def test_an_l1_objective_is_the_largest_of_its_pieces(t, r):
    """Near (0, 1/t, t) |x z| + |y z - 1| is max over signs of the smooth pieces; here each on a fine sphere."""
    f = named("l1-product")
    u, v = np.meshgrid(np.linspace(0, math.pi, 801), np.linspace(0, 2 * math.pi, 1601))
    x, y, z = r * np.sin(u) * np.cos(v), 1 / t + r * np.sin(u) * np.sin(v), t + r * np.cos(u)
    scan = (abs(x * z) + abs(y * z - 1)).max()
    found = flatness.variation(f, (0, 1 / t, t), r)
    assert scan <= found * (1 + 1e-12) and found == pytest.approx(scan, rel=1e-4)   # the scan's spacing squared
    slope = math.sqrt(2 * t * t + t ** -2)                  # |v| of specs/2, section 2, Example 4.7
    assert found == pytest.approx(slope * r, rel=2 * r)


def test_the_lazy_valley():
    """specs/2, section 3, "Flatness": f°((t, 0), .1) - .01."""
    found = [flatness.variation(LAZY, (t, 0), 0.1) - 0.01 for t in (0, 0.5, 1)]
    assert found[0] == pytest.approx(0, abs=1e-17)
    assert found[1:] == pytest.approx([2.500e-5, 1.0001e-4], abs=5e-9)      # the digits that are printed


@pytest.mark.parametrize("x", [(1, 1), (2, 0.5), (1.5, 0.2), (0, 0)])
@pytest.mark.parametrize("r", [1e-3, 0.1, 1.0, 3.0])
def test_no_point_of_a_fine_scan_varies_more(x, r):
    angle = 2 * math.pi * np.arange(200_000) / 200_000
    u, v = x[0] + r * np.cos(angle), x[1] + r * np.sin(angle)
    scan = np.abs((1 - u * v) ** 2 - (1 - x[0] * x[1]) ** 2).max()
    found = flatness.variation(HYPERBOLA, x, r)
    assert scan * (1 - 1e-12) <= found <= scan * (1 + 1e-8)


# --- properties

@few
@given(x=st.floats(-2, 2), y=st.floats(-2, 2), r=st.floats(1e-2, 2), more=st.floats(1.001, 3))
def test_a_larger_ball_varies_more(x, y, r, more):
    small, large = (flatness.variation(HYPERBOLA, (x, y), s) for s in (r, r * more))
    assert 0 < small < large


@few
@given(x=st.floats(-1.5, 1.5), y=st.floats(-1.5, 1.5), r=st.floats(0.01, 1), angle=st.floats(0, 2 * math.pi))
def test_a_rotated_function_varies_the_same_at_the_rotated_point(x, y, r, angle):
    """Proposition 3.37."""
    c, s = math.cos(angle), math.sin(angle)
    turned = _turned(c, s)
    there = (c * x - s * y, s * x + c * y)
    assert turned(there, r) == pytest.approx(flatness.variation(HYPERBOLA, (x, y), r), rel=1e-9)


def _turned(c, s):
    """The variation of (1 - u v)^2 with (u, v) turned back by the angle of cosine c and sine s."""
    class Turned:
        name, dimension = "turned", 2

        @staticmethod
        def _back(p):
            p = np.asarray(p)
            return np.stack([c * p[..., 0] + s * p[..., 1], c * p[..., 1] - s * p[..., 0]], axis=-1)

        def value(self, p):
            return HYPERBOLA.value(self._back(p))

        def gradient(self, p):
            g = HYPERBOLA.gradient(self._back(p))
            return np.stack([c * g[..., 0] - s * g[..., 1], s * g[..., 0] + c * g[..., 1]], axis=-1)
    return lambda p, r: flatness.variation(Turned(), p, r)


@pytest.mark.parametrize("name, x, images", [
    ("hyperbola", (2, 0.5), [(0.5, 2), (-2, -0.5)]), ("cubic", (0.3, 0.9), [(0.9, 0.3)]),
    ("product", (2, 0.5, 1), [(0.5, 1, 2), (-2, -0.5, 1), (1, -2, -0.5)])])
def test_symmetric_points_are_as_flat_as_each_other(name, x, images):
    f = named(name, **({"n": 3} if name == "product" else {}))
    for y in images:
        assert flatness.is_flatter(f, x, y, RADII) and flatness.is_flatter(f, y, x, RADII)


def test_a_network_has_flatter_minima_too():
    """W_2 W_1 = diag(2, 1): the balanced minimum varies less than the one stretched by 2."""
    f = networks.LinearNetwork((2, 2, 2), np.eye(2), np.diag([2.0, 1.0]))
    root = np.sqrt(np.diag([2.0, 1.0]))
    balanced, stretched = (np.concatenate([(root * t).ravel(), (root / t).ravel()]) for t in (1, 2))
    assert f.value(balanced) < 1e-25 and f.value(stretched) < 1e-25
    assert flatness.is_flatter(f, balanced, stretched, 0.01) and not flatness.is_flatter(f, stretched, balanced, 0.01)
    assert flatness.variation(f, balanced, 1e-3) == pytest.approx(f.sharpness(balanced) * 1e-6 / 2, rel=1e-2)


def test_where_nothing_changes_the_variation_is_0():
    f = named("plateau")
    assert flatness.variation(f, (0.0,), 0.5) == 0.0
    assert flatness.variation(f, (0.0,), 1.5) == pytest.approx(0.25, rel=1e-12)


# --- the preorder, and the flat minima of the examples

CURVES = {                                      # curve of minima, the claimed flat parameter, half the range, cells
    "1.1": ("hyperbola", {}, lambda t: (t, 1 / t), 1.0, 0.5),
    "4.1": ("lazy-valley", {}, lambda t: (t, 0.0), 0.0, 1.0),
    "4.2": ("parabola", {}, lambda t: (t, t * t), 0.0, 1.0),
    "4.3": ("cubic", {}, lambda t: (t, math.cbrt(1 - t**3)), 2 ** (-1 / 3), 0.19),
    "4.4e": ("conic", {"a": 1, "b": 2}, lambda t: (math.cos(t), math.sin(t) / math.sqrt(2)), 0.0, 1.0),
    "4.4h": ("conic", {"a": 1, "b": -2}, lambda t: (math.cosh(t), math.sinh(t) / math.sqrt(2)), 0.0, 1.0),
    "4.7": ("l1-product", {}, lambda t: (0.0, 1 / t, t), 2 ** -0.25, 0.4),
    "4.8": ("rank-one-l1", {"u": (1, 3), "v": (1, 2)}, lambda t: (t, 3 * t, 1 / t, 2 / t), (18 / 32) ** 0.25, 0.4),
}


def least(row, r, cells):
    """The flattest parameter of a grid that does not contain the claimed one, the claim, and the spacing."""
    name, parameters, curve, flat, half = CURVES[row]
    f, spacing = named(name, **parameters), 2 * half / cells
    grid = flat + 0.3 * spacing + spacing * np.arange(-(cells // 2), cells // 2 + 1)
    assert max(abs(f.value(curve(t))) for t in grid) < 1e-12    # they are minima
    return grid[np.argmin([flatness.variation(f, curve(t), r) for t in grid])], flat, spacing


@pytest.mark.parametrize("row", ["1.1", "4.1", "4.7"])
def test_the_flattest_minimum_is_the_claimed_one(row):
    found, claimed, spacing = least(row, 0.1, 10)
    assert abs(found - claimed) <= spacing


@pytest.mark.long
@pytest.mark.parametrize("r", RADII)
@pytest.mark.parametrize("row", CURVES)
def test_the_flattest_minimum_is_the_claimed_one_on_a_fine_grid(row, r):
    """specs/2, section 3, "Flatness": within one cell."""
    found, claimed, spacing = least(row, r, 60)
    assert abs(found - claimed) <= spacing


def test_the_hessian_does_not_see_it():
    """Example 4.1: the sharpness is 2 all along the valley, and only the origin is flat."""
    valley = [(t, 0.0) for t in (0.0, 0.3, 0.6, 1.0)]
    assert [LAZY.sharpness(x) for x in valley] == [2, 2, 2, 2]
    for x, y in zip(valley[:-1], valley[1:]):
        assert flatness.is_flatter(LAZY, x, y, RADII) and not flatness.is_flatter(LAZY, y, x, RADII)


def test_flatter_where_it_is_less_sharp():
    assert flatness.is_flatter(HYPERBOLA, (1, 1), (2, 0.5), RADII)
    assert not flatness.is_flatter(HYPERBOLA, (2, 0.5), (1, 1), RADII)
    assert flatness.is_flatter(HYPERBOLA, (1, 1), (-1, -1), 0.1)


def test_every_radius_counts():
    """x^2 (x - 3)^4 e^(2 x) grows like 81 r^2 around 0 and like 9 e^6 r^4 around 3, which is more from r = .15 on."""
    f = landscapes.from_formula("x^2*(x - 3)^4*exp(2*x)", variables="x")
    near, far = 0.01, 1.0
    assert flatness.is_flatter(f, (3,), (0,), near) and not flatness.is_flatter(f, (0,), (3,), near)
    assert flatness.is_flatter(f, (0,), (3,), far) and not flatness.is_flatter(f, (3,), (0,), far)
    for radii in ((near, far), (far, near)):
        assert not flatness.is_flatter(f, (0,), (3,), radii) and not flatness.is_flatter(f, (3,), (0,), radii)


# --- refusals

@pytest.mark.parametrize("name, value", [
    ("f", None), ("f", "hyperbola"), ("x", (1,)), ("x", (1, 2, 3)), ("x", (math.nan, 0)), ("x", None), ("x", "ab"),
    ("r", 0), ("r", -1), ("r", math.nan), ("r", math.inf), ("r", None), ("r", "big"), ("r", True)])
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        flatness.variation(**{"f": HYPERBOLA, "x": (1, 1), "r": 0.1, name: value})


@pytest.mark.parametrize("radii", [(), [], None, (0.1, 0), (0.1, math.nan), "wide", [[0.1], [0.2]], [[0.1], [0.2, 0.3]],
                                   {0.1}, (0.1, None)], ids=repr)
def test_bad_radii_are_named(radii):
    with pytest.raises(ValueError, match=r"^radii"):
        flatness.is_flatter(HYPERBOLA, (1, 1), (2, 0.5), radii)


def test_the_points_of_the_preorder_are_named():
    with pytest.raises(ValueError, match=r"^y\b"):
        flatness.is_flatter(HYPERBOLA, (1, 1), (2,), 0.1)


@pytest.mark.filterwarnings("error")
def test_where_the_function_is_not_finite_there_is_no_variation():
    f = landscapes.from_formula("log(x)", variables="x")
    assert flatness.variation(f, (1,), 0.5) == pytest.approx(math.log(2), rel=1e-12)
    for r in (1.0, 2.0):
        with pytest.raises(ValueError, match="log.*not finite everywhere in the ball|not finite everywhere"):
            flatness.variation(f, (1,), r)
    with pytest.raises(ValueError, match="not finite"):
        flatness.variation(HYPERBOLA, (1, 1), 1e200)


def test_a_climb_into_a_pole_is_refused():
    """1 / (x - y) is finite on every start of the search; the ascent finds the pole or something very large."""
    f = landscapes.from_formula("1/(x - 0.123456*y)^2", variables="x y")
    try:
        assert flatness.variation(f, (1.0, 0.2), 2.0) > 1e6
    except ValueError as error:
        assert "not finite" in str(error)


@pytest.mark.parametrize("r", [1e-17, 1e-300])
def test_a_radius_below_rounding_is_refused(r):
    with pytest.raises(ValueError, match="^r=.*rounding"):
        flatness.variation(HYPERBOLA, (1, 1), r)
    assert flatness.variation(LAZY, (0, 0), 1e-17) == pytest.approx(1e-34, rel=1e-12)


def test_the_same_call_gives_the_same_number():
    f = named("product", n=4)
    assert len({flatness.variation(f, (2, 0.5, 1, 1), 0.1) for _ in range(3)}) == 1
