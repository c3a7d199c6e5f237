"""Figures: their numbers are those of basins and orbits, their level lines are level, their sentences are whole."""

import dataclasses
import io
import json
import re

import contourpy
import numpy as np
import pytest
from descent import basins, figures, landscapes, orbits
from descent.demos._basin_map import CHEN
from descent.figures import _render
from descent.figures._basin_map import RUNS
from descent.figures._isolines import isolines
from matplotlib.figure import Figure
from PIL import Image

FRACTIONS = (0.05, 0.38, 0.6, 0.99, 1.0, 1.05)
every_choice = pytest.mark.parametrize("choice", range(4), ids=CHEN)


def chen_figure(**options):
    labels, boxes, starts = zip(*CHEN.values())
    return figures.basin_map([landscapes.named(name) for name in CHEN], boxes, labels, starts, **options)


FIGURE = chen_figure()
SMALL = dataclasses.replace(FIGURE, buffers={**FIGURE.buffers, "kinds": {"type": "i1", "shape": [50, 50]}})


def landscape_and_step(choice, fraction):
    f = landscapes.named(list(CHEN)[choice])
    return f, fraction * f.largest_step(f.minima.points[0]), list(CHEN.values())[choice][1]


# --- the map of stable and unstable starts --------------------------------------------------------------------------

@every_choice
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_the_map_is_that_of_classify_up_to_its_cap(choice, fraction):
    f, eta, box = landscape_and_step(choice, fraction)
    values = SMALL.values({"choice": choice, "fraction": fraction})
    assert values["eta"] == eta and values["limit"] == 2 / eta
    full = basins.classify(f, eta, box, (50, 50), max_steps=500).kind
    ended = full != basins.BOUNDED              # the map stops where the fate is proved: it knows more at the cap
    assert np.array_equal(values["kinds"][ended], full[ended])
    assert np.isin(values["kinds"][~ended], (basins.STABLE, basins.UNSTABLE, basins.BOUNDED)).all()
    for k, name in enumerate(basins.KINDS):
        assert values[f"{name}_share"] == np.mean(values["kinds"] == k)
    if fraction == 0.6:                         # where all orbits end before the cap
        assert values["unstable_share"] == np.mean(full == basins.UNSTABLE)


@every_choice
@pytest.mark.parametrize("fraction", (0.38, 0.99, 1.05))
def test_the_orbit_is_that_of_gradient_descent_with_the_fate_of_classify(choice, fraction):
    f, eta, (xmin, xmax, ymin, ymax) = landscape_and_step(choice, fraction)
    for x, y in (FIGURE.variants[choice]["start"].values(), (xmax, ymax), (xmin, 0.3), (0.2, ymin / 3)):
        values = SMALL.values({"choice": choice, "fraction": fraction, "x0": x, "y0": y})
        shown = int(values["shown"])
        o = orbits.gradient_descent(f, [x, y], eta, 60)
        assert np.array_equal(values["points"][:shown], o.points[:shown])
        assert np.array_equal(values["excess"][:shown], o.losses[:shown] - f.value(f.minima.points[0]))
        assert values["sharpness"][:shown] == pytest.approx(o.sharpness[:shown], rel=1e-12)
        assert shown == 61 or (o.points[shown] ** 2).sum() >= 1e6
        b = basins.classify(f, eta, (x - 1e-15, x + 1e-15, y - 1e-15, y + 1e-15), (1, 1))
        assert values["kind"] == b.kind[0, 0] and values["rises"] == b.rises[0, 0]
        if b.limit[0, 0] >= 0:
            assert [values["end_x"], values["end_y"]] == f.minima.points[b.limit[0, 0]].tolist()
            last = int(values["last_rise"])
            assert values["split"] == last + 1 and (values["rises"] > 0) == (last >= 0)
            assert last < 0 or last > 59 or o.losses[last + 1] >= o.losses[last]
            assert (np.diff(o.losses[int(values["split"]):shown]) <= 1e-12).all()


@every_choice
def test_the_orbit_is_stopped_in_the_neighbourhood_of_theorem_2(choice):
    f, eta, _ = landscape_and_step(choice, 0.38)
    values = SMALL.values({"choice": choice, "fraction": 0.38})
    for row, minimum in zip(values["neighbourhoods"], f.minima.points):
        U = basins.invariant_neighbourhood(f, minimum, eta)
        assert row[:2].tolist() == minimum.tolist()
        # one per cent smaller than Theorem 2 allows: a smaller ball with its own level is invariant too
        assert row[2] == pytest.approx((0.99 * U.radius) ** 2, rel=1e-12) and row[3] <= U.level
        around = minimum + 0.99 * U.radius * np.stack([np.cos(np.arange(300)), np.sin(np.arange(300))], axis=1)
        assert row[3] == pytest.approx(f.value(around).min(), rel=1e-3) and row[3] <= f.value(around).min()


@every_choice
def test_the_losses_are_those_at_the_centres_and_all_level_lines_fit(choice):
    f, _, (xmin, xmax, ymin, ymax) = landscape_and_step(choice, 0.5)
    values = SMALL.values({"choice": choice})
    x, y = (low + (high - low) * (np.arange(120) + 0.5) / 120 for low, high in ((xmin, xmax), (ymin, ymax)))
    sample = np.s_[::17, ::13]
    assert np.array_equal(values["loss"][sample], f.value(np.stack(np.meshgrid(x, y), axis=-1)[sample]))
    assert 100 < values["contour_count"] < len(values["contours"])
    ends = values["contours"][:values["contour_count"]].reshape(-1, 2)
    assert (ends >= (xmin, ymin)).all() and (ends <= (xmax, ymax)).all()


@pytest.mark.parametrize("fraction, unstable, bounded, diverged", [(0.38, 0.200, 0, 0.169), (1.01, 0, 0.289, 0.710)])
def test_the_shares_that_the_chapter_states_of_its_opening_map(fraction, unstable, bounded, diverged):
    values = FIGURE.values({"fraction": fraction})
    found = [values[f"{name}_share"] for name in ("unstable", "bounded", "diverged")]
    assert found == pytest.approx([unstable, bounded, diverged], abs=5e-4)
    across = np.argwhere(values["kinds"] == basins.OTHER).sum(axis=1)       # x = -y is where the two indices add to 399
    assert len(across) and (across == 399).all()


# --- descriptions ---------------------------------------------------------------------------------------------------

def test_the_same_figure_has_the_same_description():
    text = FIGURE.description()
    assert text == FIGURE.description() == chen_figure().description()
    assert text != chen_figure(fraction=0.4).description()
    described = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert described["state"] == FIGURE.state and described["program"] == FIGURE.program


# choice, fraction, start -> what the sentence says
STORIES = [
    (0, 0.38, (1.5, 2.0), "stable"), (0, 0.38, (0.1, 2.5), "unstable"), (0, 1.05, (1.0, 0.9), "bounded"),
    (3, 0.6, (1.9, 0.05), "not one of the minima"), (0, 0.38, (3.0, 3.0), "diverges"),
    (1, 0.05, (-0.6, 0.4), "stable"), (2, 1.0, (-2.0, 2.0), "diverges"), (3, 1.05, (2.0, -2.0), "diverges"),
]


@pytest.mark.parametrize("choice, fraction, start, word", STORIES)
def test_the_summary_has_a_whole_sentence_for_every_fate(choice, fraction, start, word):
    values = SMALL.values({"choice": choice, "fraction": fraction, "x0": start[0], "y0": start[1]})
    said = SMALL.summarise(values)
    assert word in said and said.endswith(".")
    assert not re.search(r"nan|inf|[{}]", said) and not re.search(r" -0\.00\b", said)
    assert f"{values['eta']:.4f}" in said and f"{values['stable_share']:.1%}" in said


def test_the_stories_tell_of_all_five_fates():
    kinds = {SMALL.values({"choice": c, "fraction": q, "x0": p[0], "y0": p[1]})["kind"] for c, q, p, _ in STORIES[:5]}
    assert kinds == set(range(5))


@pytest.mark.parametrize("state, word", [
    ({"step": 1}, "step"), ({"choice": 4}, "choice"), ({"choice": -1}, "choice"), ({"choice": "f1"}, "choice"),
    ({"fraction": np.nan}, "fraction"), ({"fraction": None}, "fraction"), ({"x0": np.inf}, "x0"), ({"y0": "1"}, "y0"),
], ids=str)
def test_a_state_that_the_figure_cannot_have_is_refused_by_name(state, word):
    with pytest.raises(ValueError, match=word):
        SMALL.values(state)


def test_landscapes_without_isolated_minima_have_no_such_map():
    with pytest.raises(ValueError, match="isolated minima"):
        figures.basin_map([landscapes.named("hyperbola")], [(-3, 3, -3, 3)], ["h"], [(1, 2)])
    with pytest.raises(ValueError, match="starts"):
        figures.basin_map([landscapes.named("chen-f1")], [(-1, 1, -1, 1)], ["f1"], [(1, 2, 3)])


# --- pictures -------------------------------------------------------------------------------------------------------

@every_choice
@pytest.mark.parametrize("corner", ["lowest", "highest"])
@pytest.mark.filterwarnings("error")
def test_every_corner_of_the_controls_has_a_picture(choice, corner):
    xmin, xmax, ymin, ymax = list(CHEN.values())[choice][1]
    state = {"lowest": {"fraction": 0.05, "x0": xmin, "y0": ymin},
             "highest": {"fraction": 1.05, "x0": xmax, "y0": ymax}}
    image = Image.open(io.BytesIO(figures.render(SMALL, {"choice": choice, **state[corner]})))
    assert image.format == "PNG" and image.width > 600 and image.height > 400
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20     # not an empty sheet


def test_the_same_state_has_the_same_picture_and_another_state_another():
    first = figures.render(SMALL)
    assert first == figures.render(SMALL) and first != figures.render(SMALL, {"x0": 1.5, "y0": 2.0})


def markers(choice, fraction, start):
    """How many points of the orbit carry the mark of each of the two runs, in the chart of the sharpness."""
    values = SMALL.values({"choice": choice, "fraction": fraction, "x0": start[0], "y0": start[1]})
    axes = Figure().subplots()
    _render._curve(axes, {"values": "sharpness", "count": "shown", "runs": RUNS, "x": None}, values, None)
    counts = [len(line.get_xdata()[line.get_markevery()]) for line in axes.lines]
    assert [line.get_label() for line in axes.lines] == ["loss may still rise", "loss falls from here"]
    return values, counts


@pytest.mark.parametrize("fraction, start, word", [(1.05, (0.1, 2.5), "diverged"), (1.05, (1.0, 0.9), "bounded"),
                                                   (0.6, (3.0, 3.0), "diverged")])
def test_no_point_of_an_orbit_that_does_not_settle_is_marked_as_falling(fraction, start, word):
    values, (rising, falling) = markers(0, fraction, start)
    assert basins.KINDS[int(values["kind"])] == word and values["split"] == values["shown"]
    assert rising == values["shown"] > 1 and falling == 0


@pytest.mark.parametrize("start", [(0.1, 2.5), (1.5, 2.0)])
def test_of_an_orbit_that_settles_the_points_from_the_split_on_are_marked_as_falling(start):
    values, (rising, falling) = markers(0, 0.38, start)
    assert rising == values["split"] and falling == values["shown"] - values["split"] > 0


# --- level lines ----------------------------------------------------------------------------------------------------

def level_lines(values, levels, box=(-2, 2, -2, 2), room=20000):
    segments = np.full((room, 4), np.nan)
    return segments[:isolines(*map(float, box), np.ascontiguousarray(values), np.array(levels, dtype=float), segments)]


def centres(n):
    axis = -2 + 4 * (np.arange(n) + 0.5) / n
    return np.meshgrid(axis, axis)


def test_the_level_line_of_a_paraboloid_is_the_circle():
    n, r = 80, 1.3
    x, y = centres(n)
    segments = level_lines(x * x + y * y, [r * r])
    ends = segments.reshape(-1, 2)
    # linear interpolation of t^2 over a length up to sqrt(2) h errs by at most a quarter of the length squared
    assert np.abs((ends**2).sum(axis=1) - r * r).max() <= (4 / n) ** 2 / 2 * 1.0001
    assert np.hypot(*(segments[:, 2:] - segments[:, :2]).T).sum() == pytest.approx(2 * np.pi * r, rel=2e-3)
    _, meetings = np.unique(ends.round(9), axis=0, return_counts=True)
    assert (meetings == 2).all()                # closed: every end is the end of two segments


def test_the_level_line_of_a_plane_is_straight():
    x, y = centres(20)
    ends = level_lines(2 * x - 3 * y, [0.7]).reshape(-1, 2)
    assert len(ends) > 40 and np.abs(2 * ends[:, 0] - 3 * ends[:, 1] - 0.7).max() < 1e-14


def test_level_lines_pass_through_all_points_that_contourpy_finds():
    x, y = centres(41)
    values = np.sin(3 * x) * np.cos(2 * y) + x * y / 3
    for level in (-0.4, 0.05, 0.8):
        mine = level_lines(values, [level]).reshape(-1, 2)
        lines = contourpy.contour_generator(x, y, values, line_type="Separate").lines(level)
        theirs = np.concatenate(lines)          # their points lie on the sides of the cells, mine on the diagonals too
        gaps = np.abs(theirs[:, None, :] - mine[None, :, :]).max(axis=2).min(axis=1)
        assert len(theirs) > 50 and gaps.max() < 1e-12


def test_levels_outside_the_values_have_no_lines_and_lines_that_do_not_fit_are_left_out():
    x, y = centres(30)
    assert len(level_lines(x * x + y * y, [-1, 9])) == 0
    whole = level_lines(x * x + y * y, [1.0, 2.0])
    assert np.array_equal(level_lines(x * x + y * y, [1.0, 2.0], room=10), whole[:10])
    assert len(whole) == len(level_lines(x * x + y * y, [1.0])) + len(level_lines(x * x + y * y, [2.0]))
