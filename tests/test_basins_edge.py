"""Where the theory of Chen et al. (2024) ends: V is open, a circle of minima, a hyperbola of minima, loose ends."""

import numpy as np
import pytest
import sympy
from descent import basins, landscapes, orbits
from descent.basins import BOUNDED, DIVERGED, STABLE, UNSTABLE
from scipy import ndimage

F1, F4 = landscapes.named("chen-f1"), landscapes.named("chen-f4")
CIRCLE, HYPERBOLA = landscapes.named("circle"), landscapes.named("hyperbola")
U, ETA = sympy.symbols("u eta")


@pytest.mark.parametrize("f, start, eta", [(F4, (0.1, 2.5), 0.2), (F4, (1.5, 2), 0.4), (F1, (0.1, 0.08), 0.95)],
                         ids=["f4", "f4 at 0.4", "f1"])
def test_an_unstable_start_has_convergent_neighbours(f, start, eta):
    """V_eta is open: starts within 1e-6 have the same limit."""
    def fate(x, y):
        b = basins.classify(f, eta, (x - 1e-12, x + 1e-12, y - 1e-12, y + 1e-12), (1, 1))
        return b.kind[0, 0], b.limit[0, 0]

    kind, limit = fate(*start)
    assert kind == UNSTABLE                     # which Theorem 3 does not cover
    for angle in range(40):
        near = fate(start[0] + 1e-6 * np.cos(angle), start[1] + 1e-6 * np.sin(angle))
        assert near[0] <= UNSTABLE and near[1] == limit
    kind, limit = fate(1.0, -1.0) if f is F4 else fate(0.0, -2 / 3)        # control: a saddle's starts are not open
    assert limit == -1


# --- a circle of minima ---------------------------------------------------------------------------------------------

def test_one_step_on_the_circle_multiplies_the_residual():
    """u = r^2 - 1 goes to u h(u), and h = 1 at u = -1 and u = 1 / (2 eta); the least h is -4 eta (1 + eta)."""
    r2 = 1 + U
    h = 1 - 8 * ETA - 8 * ETA * (1 - 2 * ETA) * U + 16 * ETA**2 * U**2
    assert sympy.expand(r2 * (1 - 4 * ETA * U) ** 2 - 1 - U * h) == 0
    assert sympy.simplify(h.subs(U, -1) - 1) == sympy.simplify(h.subs(U, 1 / (2 * ETA)) - 1) == 0
    lowest = sympy.solve(sympy.diff(h, U), U)[0]
    assert sympy.simplify(h.subs(U, lowest) + 4 * ETA * (1 + ETA)) == 0
    x, y = CIRCLE.symbols
    assert sympy.expand(CIRCLE.expression - (x**2 + y**2 - 1) ** 2) == 0


@pytest.mark.parametrize("eta, stable", [(0.1, True), (0.2, True), (0.207, True), (0.208, False), (0.24, False)])
def test_on_the_circle_all_starts_within_the_exact_radius_converge(eta, stable):
    """The extension to a compact set of minima: R = sqrt(1 + 1/(2 eta)), for eta < 1/4; stable up to (sqrt 2 - 1)/2."""
    R = np.sqrt(1 + 1 / (2 * eta))
    b = basins.classify(CIRCLE, eta, (1e-3, R + 0.2, -1e-9, 1e-9), (1, 999))
    r = 1e-3 + (R + 0.199) * (np.arange(999) + 0.5) / 999
    assert np.array_equal(b.kind[0] <= UNSTABLE, r < R) and (b.kind[0][r > R] == DIVERGED).all()
    assert (b.kind[0][r < R] == STABLE).all() == stable
    beyond = basins.classify(CIRCLE, 0.26, (-2, 2, -2, 2), (40, 40), max_steps=3000)          # control
    assert not (beyond.kind <= UNSTABLE).any() and (beyond.kind == BOUNDED).any()


def test_the_rings_of_the_circle_that_go_to_its_centre():
    """r^2 = 1 + 1/(4 eta) lands on the stationary centre in one step; between the rings starts are stable."""
    eta = 0.1
    r = np.sqrt(1 + 1 / (4 * eta))
    assert orbits.gradient_descent(CIRCLE, [r, 0], eta, 1).points[-1] == pytest.approx([0, 0], abs=1e-15)
    for near in (r - 1e-6, r + 1e-6):
        assert basins.classify(CIRCLE, eta, (near, near + 1e-9, -1e-9, 1e-9), (1, 1)).kind[0, 0] == STABLE


# --- a hyperbola of minima ------------------------------------------------------------------------------------------

def test_the_starts_of_one_minimum_of_the_hyperbola_form_a_curve():
    """x - y is multiplied by 1 - 2 eta (1 - x y): it reaches 0 from the diagonal or from x y = 1 - 1/(2 eta) alone."""
    eta, rng = 0.2, np.random.default_rng(0)
    for start in rng.uniform(-1.5, 1.5, (50, 2)):
        o = orbits.gradient_descent(HYPERBOLA, start, eta, 1).points
        gap = o[:, 0] - o[:, 1]
        assert gap[1] == pytest.approx(gap[0] * (1 - 2 * eta * (1 - start.prod())), abs=1e-14)
        end = orbits.gradient_descent(HYPERBOLA, start, eta, 500).points[-1]
        assert end.prod() == pytest.approx(1, abs=1e-9) and abs(end[0] - end[1]) > 1e-6       # no ball goes to (1, 1)
    for start in ((0.8, 0.8), (2.0, (1 - 1 / (2 * eta)) / 2)):                                # the two curves
        end = orbits.gradient_descent(HYPERBOLA, start, eta, 500).points[-1]
        assert abs(end[0] - end[1]) < 1e-12 and abs(end) == pytest.approx([1, 1])


def test_no_step_is_small_enough_for_all_minima_of_the_hyperbola():
    a = np.array([1.0, 3.0, 30.0, 1000.0])
    sharpness = HYPERBOLA.sharpness(np.stack([a, 1 / a], axis=1))
    assert sharpness == pytest.approx(2 * (a**2 + 1 / a**2))


# --- loose ends of the experiments ----------------------------------------------------------------------------------

def test_the_unstable_starts_of_f4_are_in_many_pieces():
    b = basins.classify(F4, 0.2, (-3, 3, -3, 3), (200, 200))
    pieces, count = ndimage.label(b.kind == UNSTABLE)
    sizes = np.bincount(pieces.ravel())[1:]
    assert count > 3 and (sizes > 100).sum() > 3


# name, half the side of the square, the share of unstable starts among those that converge
@pytest.mark.parametrize("name, half, share", [("chen-f1", 2, 0), ("chen-f3", 2, 0), ("chen-f3", 4, 0.07),
                                               ("chen-f4", 5, 0.26)])
def test_at_a_small_step_not_all_starts_converge_and_some_may_be_unstable(name, half, share):
    f = landscapes.named(name)
    b = basins.classify(f, 0.2 * f.largest_step(f.minima.points[0]), (-half, half, -half, half), (200, 200))
    assert (b.kind == STABLE).any() and (b.kind == DIVERGED).any() and (b.kind == UNSTABLE).any() == (share > 0)
    assert b.fraction(UNSTABLE) / (b.fraction(STABLE) + b.fraction(UNSTABLE)) == pytest.approx(share, abs=0.01)
