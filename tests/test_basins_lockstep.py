"""Many starts side by side end as one start at a time does: kind, steps, rises, limit, to the last count."""

import dataclasses
import functools

import numpy as np
import pytest
from descent import basins, landscapes
from descent.basins._kinds import fate
from descent.basins._lanes import LANES
from descent.basins._lockstep import LOOK, REMEMBER
from descent.basins._rows import centre, rows
from descent.kernels import kernel

CAP = 700
# landscape, parameters, box, steps: convergence, divergence, cycles, a set of minima, isolated ones
PLANES = [
    ("chen-f1", {}, (-1, 1, -1, 1), (0.4, 0.95, 1.02)),
    ("chen-f2", {}, (-2, 2, -2, 2), (0.4, 0.95, 1.02)),
    ("chen-f3", {}, (-2, 2, -2, 2), (0.1, 0.16, 0.17)),
    ("chen-f4", {}, (-3, 3, -3, 3), (0.2, 0.45, 0.55)),
    ("hyperbola", {"scale": 0.5}, (-4, 4, -4, 4), (0.15, 0.6, 1.1)),
    ("conic", {"a": 1, "b": 2}, (-2, 2, -2, 2), (0.05, 0.3)),
    ("two-wells", {}, (-3, 3, -3, 3), (0.01, 0.3)),
    ("curved-saddle", {}, (-3, 3, -3, 3), (0.1, 0.6)),
    ("lazy-valley", {}, (-2, 2, -2, 2), (0.1, 0.9)),
]


@functools.cache
def one_by_one(f):
    """The same as a loop over starts: the plain twin."""
    middle, end, nowhere = centre(f.dimension), fate(f), np.empty((0, f.dimension + 2))

    @kernel()
    def one_by_one(xmin, xmax, ymin, ymax, ny, first, eta, max_steps, kind, steps, rises, limit):
        for i in range(kind.shape[0]):
            for j in range(kind.shape[1]):
                p = middle((xmin, xmax, ymin, ymax, ny), kind.shape[1], first + i, j)
                kind[i, j], steps[i, j], limit[i, j], rises[i, j], _, _, _ = end(p, eta, nowhere, max_steps)

    return one_by_one


@functools.cache
def alone(f):
    end, nowhere = fate(f), np.empty((0, f.dimension + 2))

    @kernel()
    def alone(p, eta, max_steps):
        kind, steps, limit, rises, _, _, _ = end(p, eta, nowhere, max_steps)
        return kind, steps, limit, rises

    return alone


def tables(shape):
    return np.empty(shape, np.int8), np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int8)


def both(f, box, shape, eta, cap, first=0, ny=None):
    ny = ny or shape[0]
    together, apart = tables(shape), tables(shape)
    period = np.zeros(shape, np.int32)
    rows(f, False)(*box, ny, first, eta, np.empty((0, f.dimension + 2)), cap, *together, period)
    one_by_one(f)(*box, ny, first, eta, cap, *apart)
    return together, apart


def compare(together, apart):
    for name, a, b in zip(("kind", "steps", "rises", "limit"), together, apart, strict=True):
        assert np.array_equal(a, b), f"{name}: {np.argwhere(a != b)[:5].tolist()}"


@pytest.mark.parametrize("name, parameters, box, etas", PLANES, ids=lambda v: v if isinstance(v, str) else None)
def test_starts_side_by_side_end_as_one_at_a_time(name, parameters, box, etas):
    f = landscapes.named(name, **parameters)
    for eta in etas:
        compare(*both(f, box, (41, 53), eta, CAP))


@pytest.mark.parametrize("shape", [(1, 1), (1, LANES - 1), (1, LANES), (1, LANES + 1), (3, 2 * LANES + 5),
                                   (LANES + 1, 1)], ids=str)
@pytest.mark.parametrize("cap", [1, 2, LOOK - 1, LOOK, LOOK + 1, REMEMBER, REMEMBER + 1, 997], ids=str)
def test_odd_sizes_and_caps(shape, cap):
    f = landscapes.named("chen-f4")
    compare(*both(f, (-3, 3, -3, 3), shape, 0.55, cap))


def test_a_line_of_starts():
    f = landscapes.named("two-wells-1d")
    for eta in (0.01, 0.1, 0.4):
        compare(*both(f, (-3, 3, -3, 3), (1, 301), eta, CAP))


def test_a_band_is_the_band_of_the_whole():
    f = landscapes.named("chen-f2")
    whole, _ = both(f, (-2, 2, -2, 2), (23, 31), 0.9, CAP)
    band, _ = both(f, (-2, 2, -2, 2), (6, 31), 0.9, CAP, first=11, ny=23)
    for a, b in zip(whole, band, strict=True):
        assert np.array_equal(a[11:17], b)


def test_a_step_that_leaves_the_numbers_ends_each_start():
    for eta in (1e300, 1e-300):
        compare(*both(landscapes.named("chen-f4"), (-3, 3, -3, 3), (9, 9), eta, 50))


def test_a_cycle_is_run_to_the_cap_without_walking_it():
    """Just beyond 2 / lambda_max of f1 on its invariant line the orbit ends on a cycle of two, exactly: the steps that
    are not walked count as if they were, odd and even caps alike."""
    f = landscapes.named("chen-f1")
    for cap in (100_000, 100_001):
        together, apart = both(f, (-0.1, 0.1, -0.1, 0.1), (3, 3), 1.05, cap)
        compare(together, apart)
        assert (together[0] == basins.BOUNDED).any() and (together[2] > 40_000).any()


@pytest.mark.parametrize("eta, period", [(2.1495, 3), (2.3196, 5), (2.06652, 7), (2.33619, 10), (2.59757, 14)], ids=str)
def test_cycles_of_any_length_count_to_the_last_step(eta, period):
    f = landscapes.named("two-wells-1d")
    for cap in (20_000, 20_001, 20_011):
        together, apart = both(f, (-1.5, 1.5, 0, 0), (1, 2 * LANES + 1), eta, cap)
        compare(together, apart)
    found = basins.classify(f, eta, (-1.5, 1.5), (21,))
    assert (found.kind == basins.BOUNDED).all() and (found.period == period).all()


@pytest.mark.parametrize("name, box", [("chen-f1", (-1, 1, -1, 1)), ("chen-f2", (-2, 2, -2, 2)),
                                       ("chen-f3", (-2, 2, -2, 2)), ("chen-f4", (-3, 3, -3, 3))])
@pytest.mark.parametrize("fraction", [0.2, 0.6, 0.95, 1.02])
def test_proved_starts_have_the_kind_that_the_rules_give(name, box, fraction):
    """The grids of spec 4, section 5: kind, rises and limit are the same; the steps are fewer."""
    f = landscapes.named(name)
    eta = fraction * f.largest_step(f.minima.points[0])
    plain = basins.classify(f, eta, box, (100, 100))
    proved = basins.classify(f, eta, box, (100, 100), proved=True)
    for field in ("kind", "rises", "limit", "period"):
        assert np.array_equal(getattr(plain, field), getattr(proved, field)), field
    settled = plain.kind <= basins.UNSTABLE
    assert (proved.steps <= plain.steps).all() and np.array_equal(proved.steps[~settled], plain.steps[~settled])
    if settled.any():
        assert proved.steps[settled].mean() < 0.8 * plain.steps[settled].mean()


@pytest.mark.parametrize("name, parameters, dimension", [("two-wells-1d", {}, 1), ("chen-f4", {}, 2),
                                                         ("product", {"n": 3}, 3)], ids=str)
def test_a_list_of_starts_ends_as_each_start_alone(name, parameters, dimension):
    f = landscapes.named(name, **parameters)
    starts = np.random.default_rng(7).uniform(-2, 2, (3 * LANES + 1, dimension))
    for eta in (0.05, 0.4):
        found = basins.classify_starts(f, eta, starts, max_steps=CAP)
        for k, start in enumerate(starts):
            kind, steps, limit, rises = alone(f)(tuple(start.tolist()), eta, CAP)
            assert (found.kind[k], found.steps[k], found.limit[k], found.rises[k]) == (kind, steps, limit, rises)


def test_a_list_of_the_centres_of_cells_is_the_grid():
    f, box, shape = landscapes.named("chen-f4"), (-3, 3, -3, 3), (13, 29)
    y, x = (low + (high - low) * (np.arange(n) + 0.5) / n for low, high, n in ((-3, 3, 13), (-3, 3, 29)))
    starts = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    for proved in (False, True):
        grid = basins.classify(f, 0.45, box, shape, proved=proved)
        listed = basins.classify_starts(f, 0.45, starts, proved=proved)
        for field in ("kind", "steps", "rises", "limit", "period"):
            assert np.array_equal(getattr(grid, field).ravel(), getattr(listed, field)), field
    assert listed.box is None and listed.shape == (len(starts),)


@pytest.mark.parametrize("starts", [[], [[np.nan, 0]], [1.0, 2.0], [[1, 2, 3]], "12", [[[0, 1]]]], ids=str)
def test_starts_are_finite_points(starts):
    with pytest.raises(ValueError, match="^starts"):
        basins.classify_starts(landscapes.named("chen-f4"), 0.1, starts)


def test_proved_needs_a_neighbourhood():
    for name, box in (("hyperbola", (-1, 1, -1, 1)), ("two-wells-1d", (-1, 1))):
        f = landscapes.named(name)
        with pytest.raises(ValueError, match="proved=True"):
            basins.classify(f, 0.1, box, (5,) * f.dimension, proved=True)


@pytest.mark.parametrize("proved", [np.nan, "a", 2, None], ids=str)
def test_proved_is_true_or_false(proved):
    with pytest.raises(ValueError, match="^proved="):
        basins.classify(landscapes.named("chen-f4"), 0.1, (-1, 1, -1, 1), (5, 5), proved=proved)


def test_more_minima_than_an_index_can_tell_apart_are_refused():
    wells = landscapes.FiniteMinima(((2 * np.arange(-64, 64) + 1) * np.pi)[:, None])
    f = dataclasses.replace(landscapes.from_formula("cos(x)", "x"), minima=wells, isolation=np.pi)
    with pytest.raises(ValueError, match="128 listed minima"):
        basins.classify(f, 0.5, (-900, 900), (2001,))


def test_near_the_largest_step_a_proof_sees_falls_that_rounding_hides():
    """f3 at 0.999 of the largest step: (1.015, 0.985) has no rise in 40 digits; near the end falls are below an ulp."""
    f = landscapes.named("chen-f3")
    eta, start = 0.999 * f.largest_step([1, 1]), [[1.015, 0.985]]
    rounded, proved = (basins.classify_starts(f, eta, start, proved=proved) for proved in (False, True))
    assert proved.kind == [basins.STABLE] and rounded.limit == proved.limit
    assert rounded.kind == [basins.UNSTABLE]
