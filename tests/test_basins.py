"""Basins: exact slices, the invariant ellipse, the tables of the specs, and the claims of Chen et al. (2024)."""

from itertools import pairwise

import numpy as np
import pytest
from descent import basins, landscapes, maps, orbits
from descent.basins import BOUNDED, DIVERGED, OTHER, STABLE, UNSTABLE

CHEN = {name: landscapes.named(name) for name in ("chen-f1", "chen-f2", "chen-f3", "chen-f4")}
F1, F2, F3, F4 = CHEN.values()
BOXES = dict(zip(CHEN, ((-1, 1, -1, 1), (-2, 2, -2, 2), (-2, 2, -2, 2), (-3, 3, -3, 3))))
HYPERBOLA = landscapes.named("hyperbola")


def largest_step(f):
    return f.largest_step(f.flat_minima.points[0])


def square(name, fraction, cells=400, **options):
    f = landscapes.named(name)
    return basins.classify(f, fraction * largest_step(f), BOXES[name], (cells, cells), **options)


def fate_of(f, eta, x, y, **options):
    """The classification of one start."""
    b = basins.classify(f, eta, (x - 1e-12, x + 1e-12, y - 1e-12, y + 1e-12), (1, 1), **options)
    return b.kind[0, 0], b


def long_but(shown, rows):
    """Rows of a table as parameters: those of `shown` in every run, the others in the long one."""
    return [row if row[:2] in shown else pytest.param(*row, marks=pytest.mark.long) for row in rows]


# --- exact slices ---------------------------------------------------------------------------------------------------

SLICES = [                                      # specs/4, section 1: name, fraction -> ends, direction of the line
    ("chen-f1", lambda eta: (-2 / 3, 1 / (3 * eta)), (0, 1)),
    ("chen-f2", lambda eta: (-np.sqrt((1 - eta) / (2 * eta)), np.sqrt((1 - eta) / (2 * eta))), (0, 1)),
    ("chen-f4", lambda eta: (-np.sqrt((2 + 1.9 * eta) / (2 * eta)), np.sqrt((2 + 1.9 * eta) / (2 * eta))), (1, 1)),
]


@pytest.mark.parametrize("name, ends, line", SLICES, ids=[row[0] for row in SLICES])
@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.8])
def test_an_invariant_line_converges_between_its_exact_ends_and_nowhere_else(name, ends, line, fraction):
    f = CHEN[name]
    eta = fraction * largest_step(f)
    for end, outwards in zip(ends(eta), (-1e-6, 1e-6)):
        assert fate_of(f, eta, *((end - outwards) * np.array(line)))[0] == STABLE
        assert fate_of(f, eta, *((end + outwards) * np.array(line)))[0] == DIVERGED


# --- the hyperbola --------------------------------------------------------------------------------------------------

def cells_inside_the_ellipse(eta, n):
    s, axis = 2 * eta, -4 + 8 * (np.arange(n) + 0.5) / n
    x, y = axis[None, :], axis[:, None]
    return x * x + y * y - s * x * y < 4 / s - s


HYPERBOLA_ROWS = [                              # specs/3, section 5: eta, N, bounded, converged
    (0.1, 400, 0.897600, 0.896475), (0.125, 400, 0.779225, 0.778250), (0.2, 400, 0.480875, 0.480225),
    (0.3, 400, 0.312225, 0.311362), (0.3, 800, 0.312166, 0.311753), (0.4, 400, 0.225038, 0.224275),
    (0.45, 400, 0.194713, 0.194025), (0.49, 400, 0.174675, 0.174038), (0.6, 400, 0.130862, 0),
    (0.8, 400, 0.073525, 0), (0.9, 400, 0.047550, 0),
]


@pytest.mark.parametrize("eta, n, bounded, converged", long_but({(0.3, 400), (0.9, 400)}, HYPERBOLA_ROWS))
def test_starts_of_the_hyperbola_stay_bounded_exactly_inside_the_ellipse(eta, n, bounded, converged):
    """specs/3, section 1: the ellipse; no cell is on the wrong side."""
    b = basins.classify(HYPERBOLA, eta, (-4, 4, -4, 4), (n, n), max_steps=20000 if eta < 0.5 else 500)
    assert np.array_equal(b.kind != DIVERGED, cells_inside_the_ellipse(eta, n))
    assert 1 - b.fraction(DIVERGED) == pytest.approx(bounded, abs=1e-6)
    # the antidiagonal, on which some cells leave the saddle by a rounding of the grid, is 1 / N of the box
    assert b.fraction(STABLE) + b.fraction(UNSTABLE) == pytest.approx(converged, abs=2e-3)


def test_the_antidiagonal_of_the_hyperbola_goes_to_the_saddle():
    kind, b = fate_of(HYPERBOLA, 0.3, 1.0, -1.0)
    assert kind == OTHER and b.limit == -1


def test_past_the_largest_step_the_hyperbola_has_the_exact_two_cycle():
    """specs/3, section 1: (p, p) <-> (q, q), p q = 1/s, p^2 + q^2 = 1 + 1/s; here s = 1.1."""
    p = 1.11606297145230
    o = orbits.gradient_descent(HYPERBOLA, [p, p], 0.55, 2)
    assert o.points[1] == pytest.approx([1 / (1.1 * p)] * 2, abs=1e-13)
    assert o.points[2] == pytest.approx([p, p], abs=1e-13)
    b = basins.classify(HYPERBOLA, 0.55, (0.7, 1.25, 0.65, 1.2), (20, 20), max_steps=3000)
    assert (b.kind == BOUNDED).all() and (b.period == 2).all()


# --- the claims of the paper (book/claims.yml) ----------------------------------------------------------------------

FIGURE_2 = [                                    # specs/4, section 5, N = 400: U, V without U, other, diverged
    ("chen-f1", 0.2, 0.658881, 0, 0, 0.341119), ("chen-f1", 0.4, 0.449000, 0, 0, 0.551000),
    ("chen-f1", 0.6, 0.298169, 0, 0, 0.701831), ("chen-f1", 0.8, 0.232538, 0, 0, 0.767463),
    ("chen-f1", 0.95, 0.103212, 0.100437, 0, 0.796350), ("chen-f1", 0.99, 0.019156, 0.178437, 0, 0.802406),
    ("chen-f2", 0.2, 0.507713, 0.001463, 0, 0.490825), ("chen-f2", 0.4, 0.194950, 0.001250, 0, 0.803800),
    ("chen-f2", 0.6, 0.088063, 0.002750, 0, 0.909188), ("chen-f2", 0.8, 0.031738, 0.004488, 0, 0.963775),
    ("chen-f2", 0.95, 0.004275, 0.003950, 0, 0.991775), ("chen-f2", 0.99, 0.000425, 0.001175, 0, 0.998400),
    ("chen-f3", 0.2, 0.972025, 0, 0.024850, 0.003000), ("chen-f3", 0.4, 0.921700, 0, 0.024850, 0.053375),
    ("chen-f3", 0.6, 0.874100, 0, 0.024800, 0.101075), ("chen-f3", 0.8, 0.834700, 0.002900, 0.023800, 0.138575),
    ("chen-f3", 0.95, 0.670100, 0.145800, 0.022500, 0.161525),
    ("chen-f3", 0.99, 0.213925, 0.596750, 0.022150, 0.167150),
    ("chen-f4", 0.2, 0.997425, 0.000100, 0.001500, 0.000975), ("chen-f4", 0.4, 0.596387, 0.205500, 0.001050, 0.197063),
    ("chen-f4", 0.6, 0.369588, 0.165100, 0.001162, 0.464150), ("chen-f4", 0.8, 0.227725, 0.158625, 0.000963, 0.612688),
    ("chen-f4", 0.95, 0.062988, 0.250100, 0.000812, 0.686100),
    ("chen-f4", 0.99, 0.010812, 0.285925, 0.000775, 0.702488),
]
IN_EVERY_RUN = {("chen-f1", 0.95), ("chen-f2", 0.6), ("chen-f3", 0.8), ("chen-f4", 0.4)}


@pytest.mark.parametrize("name, fraction, stable, unstable, other, diverged", long_but(IN_EVERY_RUN, FIGURE_2))
def test_areas_of_figure_2(name, fraction, stable, unstable, other, diverged):
    b = square(name, fraction)
    assert b.fraction(STABLE) == pytest.approx(stable, abs=4e-3)
    assert b.fraction(STABLE) + b.fraction(UNSTABLE) == pytest.approx(stable + unstable, abs=2e-3)
    assert b.fraction(OTHER) == pytest.approx(other, abs=2e-3)
    assert b.fraction(DIVERGED) == pytest.approx(diverged, abs=2e-3)


@pytest.mark.parametrize("name, fraction, half", [("chen-f1", 0.95, 1), ("chen-f2", 0.8, 0.6), ("chen-f3", 0.95, 2),
                                                  ("chen-f4", 0.5, 3), ("chen-f1", 0.999, 0.004)])
def test_stable_starts_are_those_whose_loss_falls_at_every_step(name, fraction, half):
    """Equation (30), its inequality turned round; while |grad f| > 1e-6, below which rounding rules."""
    f, cells = CHEN[name], 12
    eta = fraction * largest_step(f)
    b = basins.classify(f, eta, (-half, half, -half, half), (cells, cells))
    assert np.array_equal(b.kind == UNSTABLE, (b.limit >= 0) & (b.rises > 0))
    assert UNSTABLE in b.kind and STABLE in b.kind
    for i, j in np.argwhere(b.limit >= 0)[::4]:
        start = -half + 2 * half * (np.array([j, i]) + 0.5) / cells
        o = orbits.gradient_descent(f, start, eta, int(b.steps[i, j]))
        watched = np.linalg.norm(f.gradient(o.points[:-1]), axis=1) > 1e-6
        assert int((~(np.diff(o.losses) < 0) & watched).sum()) == b.rises[i, j]


@pytest.mark.parametrize("name", CHEN)
def test_stable_starts_are_convergent_starts(name):
    """Equation (31): both kinds end within 1e-4 of the listed minimum, with |grad f| < 1e-8, and no others do."""
    f, fraction, cells = CHEN[name], 0.8, 12
    eta, (xmin, xmax, ymin, ymax) = fraction * largest_step(f), BOXES[name]
    b = square(name, fraction, cells)
    assert np.array_equal(b.limit >= 0, b.kind <= UNSTABLE)
    for i, j in np.argwhere(b.kind <= UNSTABLE):
        start = xmin + (xmax - xmin) * (j + 0.5) / cells, ymin + (ymax - ymin) * (i + 0.5) / cells
        end = orbits.gradient_descent(f, start, eta, int(b.steps[i, j])).points[-1]
        assert np.linalg.norm(end - f.minima.points[b.limit[i, j]]) < 1e-4 and np.linalg.norm(f.gradient(end)) < 1e-8
    kind, at_minimum = fate_of(f, eta, *f.minima.points[0])
    assert kind == STABLE and at_minimum.steps == 0


@pytest.mark.parametrize("name, shift", [("chen-f1", 0), ("chen-f3", 1)])
def test_convergence_at_exactly_the_maximum_step(name, shift):
    """specs/4, section 4, erratum 2: f1 and f3 creep in like 1 / sqrt(k) at eta = 2 / lambda_max, f2 diverges."""
    f = CHEN[name]
    o = orbits.gradient_descent(f, [shift + 0.05, shift + 0.03], largest_step(f), 10000)
    distance = np.linalg.norm(o.points - shift, axis=1)
    assert distance[10000] / distance[2500] == pytest.approx(0.5, abs=0.02)     # the next term is log k / k
    if name == "chen-f1":
        assert distance[10000] == pytest.approx(2.31e-3, abs=5e-6)
    assert orbits.gradient_descent(F2, [0.05, 0.03], 1.0, 10000).diverged_at is not None


def test_starts_of_figure_3():
    """specs/4, section 5, "Figure 3": both kinds as in the paper for eta in [.1605, .3140], and at no end beyond."""
    for eta, first in ((0.1600, STABLE), (0.1605, UNSTABLE), (0.2, UNSTABLE), (0.3140, UNSTABLE), (0.3145, DIVERGED)):
        assert fate_of(F4, eta, 0.1, 2.5)[0] == first
    ends = {0.1605: (STABLE, 0), 0.24: (STABLE, 0), 0.25: (STABLE, 1), 0.3140: (STABLE, 1), 0.3660: (STABLE, 1),
            0.3665: (UNSTABLE, None), 0.4075: (UNSTABLE, None), 0.4080: (STABLE, None), 0.4085: (STABLE, None),
            0.4090: (UNSTABLE, None), 0.4500: (UNSTABLE, None), 0.4505: (DIVERGED, -1)}
    for eta, (second, limit) in ends.items():   # limit 1: the opposite minimum, though the loss falls at every step
        kind, b = fate_of(F4, eta, 1.5, 2)
        assert kind == second and limit in (None, b.limit[0, 0])


def test_axis_points_beyond_sqrt_3_attract():
    """specs/4, section 4, erratum 3."""
    o = orbits.gradient_descent(F3, [1.9, 0.05], 0.1, 400)
    assert o.points[-1] == pytest.approx([1.8941626, 0], abs=6e-8) and o.losses[-1] == 1
    for a in (1.75, 1.9, 2.5):
        near = a + np.linspace(-0.01, 0.01, 21), np.linspace(-0.01, 0.01, 21)
        assert F3.value(np.stack(np.meshgrid(*near), axis=-1)).min() == 1      # a minimum, though not a strict one
    b = basins.classify(F3, 0.1, (1.85, 1.95, -0.05, 0.05), (20, 20))
    assert (b.kind == OTHER).all()                                             # and an open set ends there
    assert F3.value(np.array([1.7, 0.01])) < 1                                 # control: below sqrt 3 it is a saddle
    assert not (basins.classify(F3, 0.1, (1.65, 1.7, 0.01, 0.05), (20, 20)).kind == OTHER).any()


# Squares so large that no convergent start of the grid lies on their rim: half their side, and whether the unstable
# area grows (+), falls (-) or stays from each of the steps to the next
STEPS = (0.2, 0.4, 0.6, 0.8, 0.95, 0.99)
GROWTH = [("chen-f1", 2, (0, 0, 0, 1, 1)), ("chen-f2", 2, (0, 1, 1, 0, -1)), ("chen-f3", 4, (-1, -1, -1, 1, 1)),
          ("chen-f4", 5, (-1, -1, -1, 1, 1))]


@pytest.mark.parametrize("name, half, growth", GROWTH, ids=CHEN)
def test_unstable_area_is_not_monotone_in_the_step(name, half, growth):
    """The unstable area grows on f1 only; its share of V never falls on f1, f2 and f4, and on f3 it falls first."""
    area, share, f = [], [], CHEN[name]
    for fraction in STEPS:
        b = basins.classify(f, fraction * largest_step(f), (-half, half, -half, half), (400, 400))
        rim = np.concatenate([b.kind[[0, -1]].ravel(), b.kind[:, [0, -1]].ravel()])
        assert (rim > UNSTABLE).all()
        area.append(b.fraction(UNSTABLE) * 4 * half**2)
        share.append(b.fraction(UNSTABLE) / (b.fraction(UNSTABLE) + b.fraction(STABLE)))
    changes = [0 if abs(after - before) < 0.02 else np.sign(after - before) for before, after in pairwise(area)]
    assert changes == list(growth)
    assert (share == sorted(share)) == (name != "chen-f3")
    if name == "chen-f3":
        assert share[0] > share[1] > share[2] > share[3] < share[4] < share[5]
    assert share[-1] > 0.7


@pytest.mark.parametrize("fraction", (0.2, 0.8, 0.99))
def test_unstable_starts_are_not_inevitable(fraction):
    """On a quadratic function all starts are stable below the largest step; on f1 none is unstable up to 0.8 of it."""
    q = landscapes.named("quadratic", lambdas=(1.0, 4.0))
    assert (basins.classify(q, fraction * 2 / 4, (-9, 9, -9, 9), (40, 40)).kind == STABLE).all()
    b = basins.classify(F1, fraction, (-2, 2, -2, 2), (200, 200))
    assert (b.kind == STABLE).any() and (b.kind == UNSTABLE).any() == (fraction == 0.99)


@pytest.mark.parametrize("name, fraction, once", [("chen-f1", 0.95, 0.85), ("chen-f2", 0.8, 0.84),
                                                  ("chen-f3", 0.948, 0.58), ("chen-f4", 0.57, 0.49)])
def test_most_unstable_starts_rise_once(name, fraction, once):
    """specs/4, section 4, erratum 8, with two decimals; once is the commonest number of rises."""
    b = square(name, fraction, 200)
    counts = np.bincount(b.rises[b.kind == UNSTABLE])
    assert counts[1] / counts.sum() == pytest.approx(once, abs=0.01)
    assert counts.argmax() == 1 and counts[0] == 0


def test_near_the_largest_step_of_f4_three_of_four_unstable_starts_rise_more_than_once():
    """specs/4, section 4, erratum 8: exactly one increase for 25 % at eta = .5."""
    b = square("chen-f4", 0.95, 200)
    assert np.mean(b.rises[b.kind == UNSTABLE] == 1) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("fraction, once", [(0.57, 0.49), (0.95, 0.25), (0.99, 0.02)])
def test_the_share_of_one_rise_hardly_depends_on_the_square(fraction, once):
    for half in (3, 5):
        b = basins.classify(F4, fraction * largest_step(F4), (-half, half, -half, half), (400, 400))
        counts = np.bincount(b.rises[b.kind == UNSTABLE])
        assert counts[1] / counts.sum() == pytest.approx(once, abs=0.006) and counts.max() < counts.sum() / 2


@pytest.mark.parametrize("eta, bounded", [(0.53, 0.289), (0.55, 0.275)])
def test_no_start_converges_beyond_the_maximum_step(eta, bounded):
    """specs/4, section 2, row Theorem 1: 10/19 = .526; N = 200."""
    b = basins.classify(F4, eta, BOXES["chen-f4"], (200, 200), max_steps=2000)
    assert not (b.kind <= UNSTABLE).any()
    assert b.fraction(BOUNDED) == pytest.approx(bounded, abs=2e-3)
    assert set(b.period[b.kind == BOUNDED]) == {2}
    below = basins.classify(F4, 0.52, BOXES["chen-f4"], (200, 200), max_steps=2000)     # control
    assert below.fraction(STABLE) + below.fraction(UNSTABLE) == pytest.approx(0.296, abs=2e-3)


# --- the grid -------------------------------------------------------------------------------------------------------

def test_cells_are_classified_at_their_centres():
    b = basins.classify(F4, 0.25, (-3, 2, -1, 3), (7, 9))
    for i in range(7):
        for j in range(9):
            kind, one = fate_of(F4, 0.25, -3 + 5 * (j + 0.5) / 9, -1 + 4 * (i + 0.5) / 7)
            assert (kind, one.limit[0, 0]) == (b.kind[i, j], b.limit[i, j])


@pytest.mark.parametrize("mirror", [lambda a: a.T, lambda a: a[::-1, ::-1]], ids=["x and y exchanged", "from behind"])
def test_the_map_of_f4_has_the_symmetries_of_f4(mirror):
    b = square("chen-f4", 0.5, 64)
    off = ~np.eye(64, dtype=bool)[:, ::-1]      # the antidiagonal ends at the saddle or not by a rounding
    assert np.array_equal(mirror(b.kind)[off], b.kind[off]) and np.array_equal(mirror(b.rises)[off], b.rises[off])
    assert set(b.limit[b.kind <= UNSTABLE]) == {0, 1}


def test_a_cycle_comes_back_after_its_period_and_not_before():
    f, eta = F4, 0.6
    b = basins.classify(f, eta, BOXES["chen-f4"], (30, 30), max_steps=3000)
    found = np.argwhere(b.period > 0)
    assert len(found) > 20
    for i, j in found[:5]:
        x = orbits.gradient_descent(f, (-3 + 6 * (j + 0.5) / 30, -3 + 6 * (i + 0.5) / 30), eta, 3000).points[-1]
        p, back = x, []
        for _ in range(b.period[i, j]):
            p = np.array(maps.gradient_step(f)(tuple(p), eta))
            back.append(np.linalg.norm(p - x))
        assert back[-1] < 1e-7 < min(back[:-1])


def test_an_orbit_that_creeps_has_no_period():
    b = basins.classify(F4, 1e-10, BOXES["chen-f4"], (6, 6), max_steps=10)
    assert (b.kind == BOUNDED).all() and not b.period.any()


def test_the_fractions_of_the_five_kinds_add_up_to_1():
    b = square("chen-f3", 0.8, 50)
    assert sum(b.fraction(kind) for kind in range(5)) == pytest.approx(1, abs=1e-15)
    assert b.fraction(np.int8(OTHER)) == np.mean(b.kind == 3)
    assert (b.box, b.shape) == ((-2, 2, -2, 2), (50, 50))
