"""One gradient step: x - eta grad f(x), and what it leaves in place."""

import numpy as np
import pytest
from descent import landscapes, maps
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = ["hyperbola", "chen-f1", "chen-f2", "chen-f3", "chen-f4", "two-wells", "parabola", "conic"]
coordinate, step_size = st.floats(-3, 3, width=32), st.floats(2**-6, 2, width=32)
common = settings(max_examples=40, deadline=None)   # a first call compiles


def step(name, p, eta):
    return maps.gradient_step(landscapes.named(name))(tuple(map(float, p)), eta)


@pytest.mark.parametrize("name", NAMES)
@common
@given(x=coordinate, y=coordinate, eta=step_size)
def test_a_step_is_the_point_minus_eta_times_the_gradient(name, x, y, eta):
    assert step(name, (x, y), eta) == tuple(np.array([x, y]) - eta * landscapes.named(name).gradient([x, y]))


@pytest.mark.parametrize("name", NAMES)
def test_minima_are_fixed_points(name):
    minima = landscapes.named(name).minima.sample(np.random.default_rng(0), 20)
    assert max(np.abs(np.subtract(step(name, p, 0.3), p)).max() for p in minima) < 1e-14


@common
@given(x=coordinate, y=coordinate, eta=step_size)
def test_f4_looks_the_same_with_x_and_y_exchanged_and_from_behind(x, y, eta):
    image = step("chen-f4", (x, y), eta)
    # the derivatives by x and by y round in another order: terms up to 4 |x|^3 eta < 300
    assert step("chen-f4", (y, x), eta) == pytest.approx(image[::-1], rel=1e-14, abs=300 * 2**-52)
    assert step("chen-f4", (-x, -y), eta) == (-image[0], -image[1])


@pytest.mark.parametrize("name", ["chen-f1", "chen-f2"])
@common
@given(y=coordinate, eta=step_size)
def test_the_line_x_0_is_invariant_under_f1_and_f2(name, y, eta):
    """specs/4, section 1: on it the map of f1 is y' = (1 - 2 eta) y - 3 eta y^2."""
    x, image = step(name, (0, y), eta)
    assert x == 0
    expected = (1 - 2 * eta) * y - (3 * eta * y**2 if name == "chen-f1" else 4 * eta * y**3)
    assert image == pytest.approx(expected, abs=200 * 2**-50)   # terms up to 4 * 2 * 27


@common
@given(x=coordinate, eta=step_size)
def test_the_diagonal_is_invariant_under_f4_with_a_cubic_map(x, eta):
    """specs/4, section 1: (1 + 1.9 eta) x - 2 eta x^3."""
    assert step("chen-f4", (x, x), eta) == pytest.approx([(1 + 1.9 * eta) * x - 2 * eta * x**3] * 2, abs=200 * 2**-50)


@pytest.mark.parametrize("scale", [0.5, 1.0])
@common
@given(x=coordinate, y=coordinate, s=st.floats(2**-6, 1.99))
def test_the_two_identities_of_the_hyperbola(scale, x, y, s):
    """specs/3, section 1: what the invariant ellipse and the conserved quantity of the flow become in one step."""
    image_x, image_y = maps.gradient_step(landscapes.named("hyperbola", scale=scale))((x, y), s / (2 * scale))
    z, e, K = x * y, 1 - x * y, 4 / s - s

    def Q(x, y):
        return x * x + y * y - s * x * y

    within = 1e-12 * (1 + abs(x) + abs(y)) ** 8 / s
    assert K - Q(image_x, image_y) == pytest.approx((K - Q(x, y)) * (1 - s * s * z * (1 - z)), abs=within)
    assert image_x**2 - image_y**2 == pytest.approx((x * x - y * y) * (1 - s * s * e * e), abs=within)


def test_one_step_of_the_hyperbola_by_hand():
    # e = 1 - 2 * 1 = -1: (2 + 2 eta * 1 * e, 1 + 2 eta * 2 * e)
    assert step("hyperbola", (2, 1), 0.25) == (1.5, 0.0)


def test_the_map_of_a_landscape_is_made_once():
    assert maps.gradient_step(landscapes.named("chen-f1")) is maps.gradient_step(landscapes.named("chen-f1"))
