"""Across the largest step: exact slices, exact cycles, the orbit and the map of the library, the sentences."""

import io
import json
import re

import numpy as np
import pytest
from descent import basins, figures, landscapes, orbits
from descent.demos._basin_map import CHEN
from descent.demos._cross_maximum import AROUND
from descent.demos._cross_maximum import cross_maximum as demo
from descent.figures._cross_maximum import COLUMNS, FORK, cross_maximum
from PIL import Image
from support.wasm_host import hosted

LINES, HALVES, STARTS = zip(*AROUND.values())
LANDSCAPES = [landscapes.named(name) for name in AROUND]
FIGURE = cross_maximum(LANDSCAPES, LINES, HALVES, [CHEN[name][0] for name in AROUND], STARTS)
FRACTIONS = (0.9, 0.95, 0.995, 1.0, 1.005, 1.05)
every_choice = pytest.mark.parametrize("choice", range(len(AROUND)), ids=AROUND)


def at(choice, fraction, **state):
    return FIGURE.values({"choice": choice, "fraction": fraction, **FIGURE.variants[choice]["start"], **state})


# --- the diagram ----------------------------------------------------------------------------------------------------

def test_the_edges_of_f1_and_f2_are_the_exact_ones():
    """specs/4, section 1: (-2/3, 1 / (3 eta)), also beyond the largest step, and |y| < sqrt((1 - eta) / (2 eta))."""
    v = at(0, 0.95)
    assert v["upper"][:, 1] == pytest.approx(1 / (3 * v["upper"][:, 0]), abs=1e-6)
    assert v["lower"][:, 1] == pytest.approx(np.full(COLUMNS, -2 / 3), abs=1e-6)
    v = at(1, 0.95)
    eta, below = v["upper"][:, 0], v["upper"][:, 0] < 1
    exact = np.sqrt((1 - eta[below]) / (2 * eta[below]))
    assert v["upper"][below, 1] == pytest.approx(exact, abs=1e-5) and below.sum() == 40
    assert v["lower"][below, 1] == pytest.approx(-exact, abs=1e-5)
    assert (v["upper"][~below, 1] < 0.01).all()         # nothing is left, up to what leaves slowly


def test_where_orbits_end_on_f1_is_the_minimum_and_then_the_exact_cycle():
    """Two fixed points of two steps: y + z = 2 (1 - eta) / (3 eta), y z = 2 (1 - eta) / (9 eta^2)."""
    v = at(0, 0.95)
    late = v["late"][:v["late_count"]].reshape(-1, 2, 2)
    assert len(late) == COLUMNS and (late[:, 0, 0] == late[:, 1, 0]).all()
    for (eta, y), (_, z) in late:
        root = np.sqrt(max(eta * eta - 1, 0))
        exact = sorted([(1 - eta - root) / (3 * eta), (1 - eta + root) / (3 * eta)]) if eta > 1 else [0, 0]
        assert sorted([y, z]) == pytest.approx(exact, abs=1e-5)


@every_choice
def test_the_fork_is_the_cycle_of_the_coefficient(choice):
    f, v = LANDSCAPES[choice], at(choice, 0.95)
    c = basins.flip_coefficient(f, f.minima.points[0], LINES[choice])
    fraction, s = v["prongs"].T
    assert v["c"] == c and s**2 == pytest.approx(2 * (fraction - 1) / c, abs=1e-12)
    assert (fraction.min(), fraction.max()) == ((1, 1.05) if c > 0 else (0.9, 1)) and len(np.unique(s)) == FORK
    late = v["late"][:v["late_count"]]
    beyond = late[late[:, 0] > 1]
    if c < 0:
        assert len(beyond) == 0                          # all have left
    else:
        measured = np.ptp(beyond[:, 1].reshape(-1, 2), axis=1) / 2
        assert measured == pytest.approx(np.sqrt(2 * (beyond[::2, 0] - 1) / c), rel=0.15)


@pytest.mark.parametrize("choice", [2, 3])
def test_where_no_orbit_leaves_the_edge_is_that_of_the_window_and_the_legend_says_at_least(choice):
    v = at(choice, 0.95)
    assert (v["upper"][:, 1] == v["half"]).all() and (v["lower"][:, 1] == -v["half"]).all()
    assert "at least" in json.loads(FIGURE.description())["panels"][1][0]["layers"][0]["runs"][0]["name"]


def test_neither_the_edge_nor_the_fork_leaves_the_chart():
    for choice in range(len(AROUND)):
        v = at(choice, 1.0)
        for rows in (v["upper"], v["lower"], v["prongs"], v["late"]):
            assert (abs(rows[:, 1]) <= v["half"]).all()


# --- the orbit and the map ------------------------------------------------------------------------------------------

@every_choice
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_the_orbit_is_that_of_gradient_descent_with_the_fate_of_classify(choice, fraction):
    f, v = LANDSCAPES[choice], at(choice, fraction)
    start, eta = [v["x0"], v["y0"]], fraction * f.largest_step(f.minima.points[0])
    o, shown = orbits.gradient_descent(f, start, eta, 300), int(v["shown"])
    assert v["eta"] == eta and shown == v["even_count"] + v["odd_count"]
    assert np.array_equal(v["even"][:int(v["even_count"])], o.points[:shown:2])
    assert np.array_equal(v["odd"][:int(v["odd_count"])], o.points[1:shown:2])
    distance = np.linalg.norm(o.points[:shown] - f.minima.points[0], axis=1)
    assert v["distances"][:shown] == pytest.approx(distance, rel=1e-12, abs=1e-300)
    x, y = start
    b = basins.classify(f, eta, (x - 1e-15, x + 1e-15, y - 1e-15, y + 1e-15), (1, 1))
    assert v["kind"] == b.kind[0, 0] and (v["cycles"] == 1) == (b.period[0, 0] == 2)
    if b.limit[0, 0] >= 0:
        assert [v["ax"], v["ay"]] == f.minima.points[b.limit[0, 0]].tolist()
    if v["cycles"]:
        step = orbits.gradient_descent(f, v["cycle"][0], eta, 2).points
        assert step[1] == pytest.approx(v["cycle"][1], abs=1e-12) and step[2] == pytest.approx(step[0], abs=1e-7)
        assert v["cycle_points"] == 2 and np.linalg.norm(step[1] - step[0]) > 0.01


@every_choice
def test_the_map_is_that_of_classify(choice):
    f, v = LANDSCAPES[choice], at(choice, 0.95)
    full = basins.classify(f, v["eta"], (v["xmin"], v["xmax"], v["ymin"], v["ymax"]), (200, 200), max_steps=2000)
    ended = full.kind != basins.BOUNDED
    assert np.array_equal(v["kinds"][ended], full.kind[ended]) and ended.mean() > 0.99
    assert v["diverged_share"] == full.fraction(basins.DIVERGED)


def test_soft_and_hard_in_the_plane():
    """f1 holds about as many starts beyond the largest step as below it; f2 holds none, and few before."""
    held = [1 - at(0, fraction)["diverged_share"] for fraction in (0.99, 1.01)]
    assert 0.35 < held[1] < held[0] < 0.45 and held[0] - held[1] < 0.01
    assert 1 - at(1, 0.9)["diverged_share"] > 0.5
    assert 1 - at(1, 0.99)["diverged_share"] == pytest.approx(0.053, abs=2e-3)
    assert at(1, 1.005)["diverged_share"] == 1


# --- what the reader is told ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("choice, fraction, words", [
    (0, 0.95, ["the minimum attracts.", "converges to (0.000, 0.000)", "rises"]), (0, 1.0, ["slowly", "has not"]),
    (0, 1.02, ["soft", "cycle of two points"]), (1, 0.95, ["shrinks to a point", "converges"]),
    (1, 0.99, ["shrinks to a point", "leaves"]), (1, 1.0, ["repels already", "leaves"]), (1, 1.05, ["hard", "leaves"]),
    (2, 1.05, ["soft", "cycle"]), (3, 1.05, ["soft", "cycle"]),
])
def test_the_summary_is_whole_and_says_what_happens(choice, fraction, words):
    v = at(choice, fraction)
    said = FIGURE.summarise(v)
    assert all(word in said for word in words) and said.endswith(".")
    assert not re.search(r"nan|inf|[{}]", said) and not re.search(r" -0\.00\b", said)


@every_choice
@pytest.mark.parametrize("fraction", (0.9, 1.05))
@pytest.mark.filterwarnings("error")
def test_every_corner_has_a_picture(choice, fraction):
    v = FIGURE.variants[choice]["constants"]
    state = {"choice": choice, "fraction": fraction, "x0": v["xmin"], "y0": v["ymax"]}
    image = Image.open(io.BytesIO(figures.render(FIGURE, state)))
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20
    assert FIGURE.summarise(FIGURE.values(state)).endswith(".")


def test_the_whole_program_runs_under_wasm_and_agrees():
    _, through = hosted(FIGURE)
    for state in ({}, {"fraction": 1.02}, {"fraction": 1.0}):
        native, through_wasm = FIGURE.values(state), through.values(state)
        for name, value in native.items():
            assert np.allclose(through_wasm[name], value, rtol=1e-9, atol=1e-9, equal_nan=True), name


def test_the_description_is_json():
    json.loads(FIGURE.description(), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("options, word", [
    ({"fraction": 0.89}, "fraction"), ({"fraction": 1.06}, "fraction"), ({"fraction": np.nan}, "fraction"),
    ({"halves": [0]}, "halves"), ({"lines": [(0, 0)]}, "direction"), ({"starts": [(1,)]}, "starts"),
    ({"landscapes": [landscapes.named("hyperbola")]}, "landscapes"), ({"landscapes": ["f1"]}, "landscapes"),
], ids=str)
def test_bad_options_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=word):
        cross_maximum(**{"landscapes": LANDSCAPES[:1], "lines": [(0, 1)], "halves": [0.7], "labels": ["f1"],
                         "starts": [(0.1, 0.1)], **options})


@pytest.mark.parametrize("options", [{"first": "hyperbola"}, {"first": None}, {"fraction": 0.5}, {"fraction": None}],
                         ids=str)
def test_the_controls_refuse_what_they_do_not_have(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
        demo(**options)


def test_the_controls_have_the_range_that_is_allowed():
    live = demo("chen-f2", 1.0)
    dropdown, slider = live.children[0].children
    assert live.figure.variants[0]["label"] == dropdown.options[0] == CHEN["chen-f2"][0]
    assert (slider.min, slider.max, slider.value) == (0.9, 1.05, 1.0) == (*live.view.limits["fraction"], 1.0)
