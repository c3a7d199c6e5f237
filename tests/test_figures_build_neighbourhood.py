"""Building U: its numbers are those of Theorem 2, its image stays in it, and beyond it the promises fail."""

import io
import itertools
import json
import re

import numpy as np
import pytest
from descent import basins, figures, landscapes, wasm
from descent.demos._basin_map import CHEN
from descent.demos._build_neighbourhood import HALVES
from descent.demos._build_neighbourhood import build_neighbourhood as demo
from descent.figures._build_neighbourhood import LATER, SIDE, WIDE, build_neighbourhood
from PIL import Image
from support.wasm_host import hosted

NAMES = list(CHEN)
F1, F2, F3, F4 = (NAMES.index(f"chen-f{k}") for k in (1, 2, 3, 4))
FIGURE = build_neighbourhood([landscapes.named(name) for name in NAMES], [HALVES[name] for name in NAMES], NAMES)


def values(**state):
    return FIGURE.values(state)


def member(f, v, points):
    """Is each point in the set that the figure shows?"""
    near = np.linalg.norm(points - v["minimum"][0], axis=1) < v["radius"]
    return (f.value(points) < v["level"]) & (near | bool(v["free"]))


def samples(v):
    along = [low + (high - low) * (np.arange(SIDE) + 0.5) / SIDE
             for low, high in ((v["xmin"], v["xmax"]), (v["ymin"], v["ymax"]))]
    return np.stack(np.meshgrid(*along), axis=-1).reshape(-1, 2)


# --- U --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("choice", range(4), ids=NAMES)
@pytest.mark.parametrize("fraction, w", [(0.05, 0.95), (0.5, 0.5), (0.8, 0.1), (0.99, 0.05)])
def test_the_numbers_are_those_of_theorem_2_and_nothing_leaves(choice, fraction, w):
    v, f = values(choice=choice, fraction=fraction, w=w), landscapes.named(NAMES[choice])
    U = basins.invariant_neighbourhood(f, f.minima.points[0], v["eta"], w)
    expected = [U.radius, U.level, U.descent_constant, U.curvature_bound, U.curvature_radius]
    got = [v[name] for name in ("radius", "level", "constant", "bound", "t1")]
    assert got == pytest.approx(expected, rel=1e-12) and v["certified"] == v["radius"]
    assert v["eta"] == pytest.approx(fraction * f.largest_step(f.minima.points[0])) and v["limit"] == 2 / v["eta"]
    assert v["gap"] == pytest.approx(U.level - f.value(U.minimum), abs=1e-15) and v["gap"] > 0
    inside = sum(U.contains(f, x) for x in samples(v))
    assert v["inside"] == v["kept_count"] == inside > 200
    assert (v["short_count"], v["gone_count"], v["away_count"]) == (0, 0, 0)
    assert "all three are 0" in FIGURE.summarise(v)


@pytest.mark.parametrize("choice, area", [(F1, 0.054094), (F2, 0.164778), (F3, 0.014542), (F4, 0.032490)])
def test_the_area_is_that_of_the_table(choice, area):
    """specs/4, section 3, half the largest step; by counting 50 x 50 cells, so to 2 %."""
    assert values(choice=choice, fraction=0.5)["area"] == pytest.approx(area, rel=0.02)


@pytest.mark.parametrize("state", [{}, {"choice": F2}, {"choice": F2, "wide": True}, {"choice": F4, "free": True}],
                         ids=str)
def test_the_boundary_is_the_level_line(state):
    v = values(**{"fraction": 0.5, **state})
    f, ends = landscapes.named(NAMES[v["choice"]]), v["boundary"][:v["boundary_count"]].reshape(-1, 2)
    # linear along an edge of length l, at most a diagonal: off by at most max |f''| l^2 / 8
    cell = (v["xmax"] - v["xmin"]) / len(v["values"])
    assert np.abs(f.value(ends) - v["level"]).max() < v["curvature"].max() * cell**2 / 4 and len(ends) > 40
    near = np.linalg.norm(ends - v["minimum"][0], axis=1) < 1.02 * v["radius"]
    assert near.all() if not v["free"] else (near.sum() == len(ends) / 2)      # one of two wells
    for ring, radius in (("ring", v["radius"]), ("t1_ring", v["t1"])):
        assert np.linalg.norm(v[ring] - v["minimum"][0], axis=1) == pytest.approx(np.full(73, radius), rel=1e-12)


# --- beyond U -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("state", [
    {"choice": F2, "wide": True, "w": 0.95, "fraction": 0.5}, {"choice": F2, "wide": True, "fraction": 0.7},
    {"choice": F1, "free": True, "fraction": 0.5}, {"choice": F4, "free": True, "fraction": 0.5},
    {"choice": F3, "free": True, "wide": True, "fraction": 0.3},
    {"choice": F1, "wide": True, "fraction": 0.8, "w": 0.05},
], ids=str)
def test_the_images_are_sorted_as_the_definitions_say(state):
    v = values(**state)
    f, x = landscapes.named(NAMES[v["choice"]]), samples(v)
    x = x[member(f, v, x)]
    g = f.gradient(x)
    after = x - v["eta"] * g
    gone = ~member(f, v, after)
    short = ~gone & (f.value(x) - f.value(after) < v["constant"] * v["eta"] * (g**2).sum(axis=1))
    assert [v["inside"], v["gone_count"], v["short_count"]] == [len(x), gone.sum(), short.sum()]
    for name, which in (("gone", gone), ("short", short), ("kept", ~gone & ~short)):
        assert v[name][:int(v[f"{name}_count"])] == pytest.approx(after[which], rel=1e-12, abs=1e-12)
    away = 0
    for p in after:
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(LATER):
                p = p - v["eta"] * f.gradient(p) if abs(p).max() < 1e6 else p
        away += not np.linalg.norm(p - v["minimum"][0]) < v["radius"]
    assert v["away_count"] == away
    assert "Theorem 2 promises nothing here" in FIGURE.summarise(v)


def test_three_times_the_radius_breaks_lemma_1_and_with_w_near_1_invariance():
    """specs/4, row of Lemma 1: at 3 t' the residual is positive; a larger M makes the ball larger still."""
    v = values(choice=F2, fraction=0.5, wide=True)
    assert v["radius"] == pytest.approx(WIDE * 0.240428, rel=1e-4)
    assert v["short_count"] > 100 and v["gone_count"] == 0
    assert values(choice=F2, fraction=0.5, w=0.95, wide=True)["gone_count"] > 100


def test_without_the_ball_points_count_that_do_not_come_to_the_minimum():
    f1, f4, f2 = (values(choice=choice, fraction=0.5, free=True) for choice in (F1, F4, F2))
    assert f1["away_count"] > f1["inside"] / 2          # f1 is unbounded below
    assert f4["away_count"] == f4["inside"] / 2 > 0     # the other minimum
    assert f2["away_count"] == 0 < f2["inside"]         # one well: the ball takes nothing away


@pytest.mark.parametrize("state, word", [
    ({"choice": F1, "fraction": 0.05, "wide": True}, "beyond the well"),
    ({"choice": F4, "fraction": 0.99, "free": True}, "too small for the sample"),
    ({"choice": F4, "fraction": 0.05}, "as far as the search goes"), ({"choice": F4}, "below M up to"),
], ids=str)
def test_sets_without_a_sample_and_balls_that_m_does_not_end_are_told(state, word):
    assert word in FIGURE.summarise(values(**state))


def test_the_answers_of_the_chapter():
    """What it says of f2 at 0.70 of the largest step, of f1 and f4 at 0.50."""
    low, high, near = (values(choice=F2, **{"fraction": 0.7, **state}) for state in ({"w": 0.05}, {"w": 0.95},
                                                                                     {"fraction": 0.99}))
    assert [round(v["radius"], 3) for v in (low, high)] == [0.018, 0.209] and round(near["radius"], 4) == 0.0043
    assert [round(v["constant"], 3) for v in (low, high)] == [0.285, 0.015]
    wide, wider = (values(choice=F2, fraction=0.7, wide=True, w=w) for w in (0.5, 0.95))
    assert [wide[name] for name in ("inside", "gone_count", "short_count")] == [1276, 0, 214]
    assert [wider[name] for name in ("inside", "gone_count")] == [1188, 90]
    assert all(values(choice=choice, fraction=0.5, free=True)["away_count"] > 0 for choice in (F1, F4))


# --- the charts -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("choice", range(4), ids=NAMES)
def test_the_profiles_are_extremes_over_circles_and_certify_u(choice):
    v, f = values(choice=choice, fraction=0.6, w=0.4), landscapes.named(NAMES[choice])
    turn = 2 * np.pi * np.arange(2000) / 2000
    for s, curvature, ratio in list(zip(v["s"], v["curvature"], v["ratio"]))[::13]:
        x = v["minimum"][0] + s * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        g = f.gradient(x)
        assert curvature == pytest.approx(f.sharpness(x).max(), rel=1e-5)
        falls = (f.value(x) - f.value(x - v["eta"] * g)) / (v["constant"] * v["eta"] * (g**2).sum(axis=1))
        assert ratio == pytest.approx(falls.min(), rel=2e-2, abs=2e-3)
    within = v["s"] <= v["t1"]
    assert (v["curvature"][within] <= v["bound"] * (1 + 1e-12)).all() and (v["ratio"][within] > 1).all()
    assert (v["curvature"][~within] > v["bound"]).all() and within.any() and not within.all()
    assert v["ratio"][0] == pytest.approx(1 / (1 - 0.4), rel=0.1)       # s -> 0: (1 - eta lambda / 2) / C
    assert np.array_equal(v["line"], [[0, v["bound"]], [v["span"], v["bound"]]])
    assert v["s"] == pytest.approx(v["span"] * np.arange(1, 41) / 40, rel=1e-14)


CORNERS = [dict(zip(("choice", "fraction", "w", "wide", "free"), state))
           for state in itertools.product(range(4), (0.05, 0.99), (0.05, 0.95), (False, True), (False, True))]


@pytest.mark.filterwarnings("error")
def test_every_corner_of_the_controls_has_whole_sentences_and_numbers():
    for state in CORNERS:
        v = values(**state)
        assert all(np.isfinite(v[name]).all() for name in ("facts", "counts", "s", "curvature", "ratio", "boundary"))
        assert v["boundary_count"] < len(v["boundary"])
        said = FIGURE.summarise(v)
        assert said.endswith(".") and not re.search(r"nan|inf|unbounded value|[{}]|No point is sampled", said), state


@pytest.mark.parametrize("state", CORNERS[::7], ids=str)
@pytest.mark.filterwarnings("error")
def test_corners_have_a_picture(state):
    image = Image.open(io.BytesIO(figures.render(FIGURE, state)))
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20


# --- the page -------------------------------------------------------------------------------------------------------

def test_the_whole_program_equals_numba_bit_for_bit_under_wasm():
    hosts, through = hosted(FIGURE)
    assert all(host.about["imports"] == [] for host in hosts if host)
    for state in ({"choice": F1, "free": True}, {"choice": F2, "wide": True, "w": 0.9}, {"choice": F3}, {"choice": F4}):
        native, through_wasm = FIGURE.values(state), through.values(state)
        for name, value in native.items():
            assert np.array_equal(through_wasm[name], value, equal_nan=True), name
    assert all(wasm.exact(kernel) for kernels in (FIGURE.shared, *FIGURE.kernels) for kernel in kernels.values())


def test_the_description_is_json_and_depends_on_the_options():
    text = build_neighbourhood([landscapes.named("chen-f4")], [2], ["f4"]).description()
    assert text != build_neighbourhood([landscapes.named("chen-f4")], [2], ["f4"], w=0.4).description()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("options, word", [
    ({"fraction": 1}, "fraction="), ({"w": 0}, "w="), ({"w": np.nan}, "w="), ({"halves": [0]}, "halves="),
    ({"landscapes": ["f"]}, "landscapes="), ({"landscapes": [landscapes.named("hyperbola")]}, "landscapes:"),
    ({"landscapes": [landscapes.named("two-wells-1d")]}, "landscapes:"),
    ({"landscapes": [landscapes.named("curved-saddle")]}, "landscapes:"),
    ({"landscapes": [landscapes.from_formula("x**2 + y**2")]}, "landscapes:"),
], ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_bad_options_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=f"^{word}"):
        build_neighbourhood(**{"landscapes": [landscapes.named("chen-f4")], "halves": [2], "labels": ["f"], **options})


def test_the_controls_are_tied_and_another_landscape_takes_the_place_of_the_first():
    live = demo("chen-f4", 0.3, 0.25)
    assert live.state == {"choice": 0, "fraction": 0.3, "w": 0.25, "wide": False, "free": False}
    function, step, weight, wide, free = live.children[0].children
    assert (step.value, weight.value, wide.value, free.value) == (0.3, 0.25, False, False)
    assert function.options[0] == CHEN["chen-f4"][0] and len(function.options) == 4
    f = landscapes.named("two-wells")
    live.landscape = f
    assert function.options[0] == "two-wells" and function.options[1:] == tuple(CHEN[name][0] for name in NAMES
                                                                                if name != "chen-f4")
    v = live.values()
    assert v["eta"] == pytest.approx(0.3 * f.largest_step(f.minima.points[0])) and v["gone_count"] == 0 < v["inside"]
    with pytest.raises(ValueError, match="isolated minima"):
        live.landscape = landscapes.named("hyperbola")
    assert function.options[0] == "two-wells"


@pytest.mark.parametrize("options", [{"first": "f2"}, {"first": None}, {"fraction": 1.0}, {"fraction": 0.01},
                                     {"w": 0.99}], ids=str)
def test_the_controls_refuse_what_they_do_not_have(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
        demo(**options)


def test_the_ball_is_drawn_over_the_circle_that_it_may_coincide_with():
    names = [run["name"] for layer in FIGURE.panels[0][0]["layers"] for run in layer.get("runs", [])]
    assert names == ["t₁, where it is not the ball", "the ball"]
