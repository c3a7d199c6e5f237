"""Walking back: the walks of `reach` on other steps and directions, the descent that retraces them, and refusals."""

import dataclasses
import io
import json
import math
import re

import numpy as np
import pytest
from descent import figures, landscapes, orbits, reach, wasm
from descent.demos._rewind import TARGETS
from descent.demos._rewind import rewind as demo
from descent.figures._rewind import MOST_BACK, circle, rewind
from PIL import Image
from support.wasm_host import hosted

W = landscapes.named("two-wells")
POINTS = np.concatenate([W.minima.points, W.stationary])
FIGURE = rewind(W, POINTS, TARGETS)
SHARP, FLAT, SADDLE = range(3)
REACHED, FALLS, ROUNDED, NONE, SHORT = range(5)     # kinds, in the order of the summary's sentences
STAYS, LEAVES, NEARING = range(3)               # fates
STABLE_WAY = 283                                # degrees, along which the saddle attracts


def values(**state):
    return FIGURE.values(state)


@pytest.mark.parametrize("choice, fraction, n, angle", [
    (SHARP, 0.9, 4, 45), (SHARP, 0.05, 60, 200), (SHARP, 0.99, 8, 359), (FLAT, 0.9, 60, 45), (FLAT, 0.3, 150, 0),
    (SADDLE, 0.9, 150, STABLE_WAY), (SADDLE, 0.5, 30, 300),
])
def test_the_walk_is_that_of_reach_and_descent_retraces_it(choice, fraction, n, angle):
    v = values(choice=choice, fraction=fraction, n=n, angle=angle)
    way = [math.cos(math.radians(angle)), math.sin(math.radians(angle))]
    assert v["unit"] == pytest.approx(way, abs=1e-13)
    r = reach.reach(W, POINTS[choice], v["alpha"], 0.2, n, way)
    assert v["kind"] == REACHED and v["alpha"] == pytest.approx(fraction / W.lipschitz)
    assert v["back"][:n + 1] == pytest.approx(r.backward[::-1], abs=1e-9)
    assert [v["x0"], v["y0"]] == pytest.approx(r.start, abs=1e-9) and v["offset"] == pytest.approx(r.offset, rel=1e-6)
    o = orbits.gradient_descent(W, v["back"][0], v["alpha"], int(v["forward_steps"]))
    assert np.array_equal(v["forward"][:int(v["forward_count"])], o.points) and v["forward_steps"] == 4 * n + 40
    far = np.linalg.norm(o.points - POINTS[choice], axis=1)
    assert v["far"][:len(far)] == pytest.approx(far, abs=1e-16)
    assert (v["closest"], v["last"]) == pytest.approx((far.min(), far[-1]), abs=1e-16)
    assert v["closest_at"] == v["far"][:len(far)].argmin()
    assert v["trip"] == pytest.approx(np.linalg.norm(o.points[n] - v["back"][n]), abs=1e-16) and v["trip"] < 1e-13


@pytest.mark.parametrize("choice, n, offset, x0", [
    (SHARP, 2, 7.740372e-2, (1.1767759214, 0.5766471939)), (SHARP, 8, 2.926691e-7, (1.1947216434, 0.4967374962)),
    (FLAT, 60, 9.955651e-4, (-1.1302868179, 0.2000780767)), (FLAT, 140, 4.663735e-7, (-1.1412608493, 0.2001911168)),
])
def test_the_starts_of_the_reference_table(choice, n, offset, x0):
    """specs/1, section 3: alpha = .9 / 40.12, radius .2, direction (1, 1)."""
    v = values(choice=choice, n=n, angle=45)
    assert v["offset"] == pytest.approx(offset, rel=1e-6) and (v["x0"], v["y0"]) == pytest.approx(x0, abs=1e-9)


def test_whatever_the_direction_long_walks_come_out_where_f_curves_most():
    for choice, n in ((SHARP, 8), (FLAT, 150)):
        v = values(choice=choice)
        strong = v["strong"][0, 2:] - v["target"]
        assert W.hessian(v["target"]) @ strong == pytest.approx(W.sharpness(v["target"]) * strong, abs=1e-7)
        for angle in range(10, 360, 40):
            v = values(choice=choice, n=n, angle=angle)
            cosine = abs(strong @ (v["back"][0] - v["target"])) / 0.04
            assert v["kind"] == REACHED and cosine > 0.99
        assert abs(np.array([math.cos(1.0), math.sin(1.0)]) @ strong) / 0.2 < 0.9      # not so for any direction


def test_at_the_saddle_only_directions_in_which_f_rises_have_a_walk():
    h = W.hessian(POINTS[SADDLE])
    for angle in range(0, 360, 7):
        way = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
        v = values(choice=SADDLE, n=60, angle=angle)
        assert (v["kind"] == FALLS) == (way @ h @ way < 0) and v["kind"] in (REACHED, FALLS)
        assert ("f falls: Proposition 2" in FIGURE.summarise(v)) == (v["kind"] == FALLS)
        if v["kind"] == FALLS:
            assert v["back_count"] == v["forward_count"] == 0


def test_the_nearer_a_to_the_saddle_the_nearer_descent_comes_and_it_leaves_all_the_same():
    runs = [values(choice=SADDLE, n=n, angle=STABLE_WAY) for n in (40, 80, 150)]
    assert [v["fate"] for v in runs] == [LEAVES] * 3 and runs[2]["last"] > 1
    closest = [v["closest"] for v in runs]
    assert closest[0] > 1.8 * closest[1] > 1.8**2 * closest[2]
    assert values(choice=SHARP)["fate"] == STAYS and values(choice=FLAT, n=20)["fate"] == NEARING


@pytest.mark.parametrize("state, kind, word", [
    ({"fraction": 1.1, "n": 8}, NONE, "not found, or jumps"), ({"n": 40}, ROUNDED, "float64"),
    ({"fraction": 1.2, "choice": FLAT, "n": 60}, REACHED, "not below 1"), ({}, REACHED, "below 1, so"),
    ({"fraction": 1.0, "n": 3}, REACHED, "several solutions or none"),
], ids=str)
def test_steps_too_long_and_too_many_are_told_apart(state, kind, word):
    v = values(**state)
    assert v["kind"] == kind and word in FIGURE.summarise(v)
    if kind == NONE:                            # the matrix of Newton's method, at the target itself
        assert np.linalg.eigvalsh(np.eye(2) - v["alpha"] * W.hessian(v["target"]))[0] < 0
    if kind == ROUNDED:
        assert v["offset"] < 1e-12 and v["found"] > 0.2002


def test_a_walk_that_is_too_short_for_the_circle_is_told():
    """At 70 degrees f rises from the saddle, but at the circle it falls again: one step back leads inwards."""
    v = values(choice=SADDLE, fraction=0.05, n=1, angle=70)
    assert W.gradient(v["target"]) == pytest.approx([0, 0], abs=1e-12)
    assert v["unit"] @ W.hessian(v["target"]) @ v["unit"] > 0 > v["unit"] @ W.gradient(v["target"] + 0.2 * v["unit"])
    assert v["kind"] == SHORT and "does not get as far" in FIGURE.summarise(v)
    assert values(choice=SADDLE, fraction=0.05, n=150, angle=70)["kind"] == REACHED


@pytest.mark.parametrize("n", (3, 73))
def test_the_circle_is_round_and_closed(n):
    points = np.zeros((n, 2))
    circle(1.0, -2.0, 0.5, points)
    assert np.linalg.norm(points - (1, -2), axis=1) == pytest.approx(np.full(n, 0.5), rel=1e-14)
    assert np.array_equal(points[0], points[-1])
    turns = np.diff(np.unwrap(np.arctan2(points[:, 1] + 2, points[:, 0] - 1)))
    assert (turns > 0).all() and turns.sum() == pytest.approx(2 * math.pi)


CORNERS = [{"choice": choice, "fraction": fraction, "n": n, "angle": angle} for choice in range(3)
           for fraction, n in ((0.05, 1), (0.05, MOST_BACK), (1.2, 1), (1.2, MOST_BACK)) for angle in (0, 283)]


@pytest.mark.parametrize("state", CORNERS, ids=str)
@pytest.mark.filterwarnings("error")
def test_every_corner_of_the_controls_has_a_picture_and_whole_sentences(state):
    v = values(**state)
    assert all(np.isfinite(v[name]).all() for name in ("back", "forward", "far", "facts", "contours", "outline"))
    said = FIGURE.summarise(v)
    assert said.endswith(".") and not re.search(r"nan|inf|unbounded value|[{}]", said)
    image = Image.open(io.BytesIO(figures.render(FIGURE, state)))
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20


def test_the_whole_program_equals_numba_bit_for_bit_under_wasm():
    (host, *variants), through = hosted(FIGURE)
    assert not any(variants) and host.about["imports"] == []
    for state in ({}, {"choice": SADDLE, "n": 100, "angle": 290}, {"fraction": 1.1}, {"choice": FLAT, "n": 25}):
        native, through_wasm = FIGURE.values(state), through.values(state)
        for name, value in native.items():
            assert np.array_equal(through_wasm[name], value), name
    assert all(wasm.exact(kernel) for kernel in FIGURE.shared.values())


def test_the_description_is_json_and_depends_on_the_options():
    text = FIGURE.description()
    assert text == rewind(W, POINTS, TARGETS).description() != rewind(W, POINTS, TARGETS, radius=0.1).description()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_each_target_begins_with_a_walk_and_play_ends_at_the_last_n():
    for choice, variant in enumerate(FIGURE.variants):
        assert values(choice=choice, **variant["start"])["kind"] == REACHED
    slider = demo().children[0].children[2]
    assert (FIGURE.play["first"], FIGURE.play["last"]) == (slider.min, slider.max) == (1, MOST_BACK)


@pytest.mark.parametrize("options, word", [
    ({"radius": 0}, "radius"), ({"fraction": 1.3}, "fraction"), ({"fraction": np.nan}, "fraction"),
    ({"steps_back": (1, 2, 151)}, "steps_back"), ({"choice": 3}, "choice"), ({"targets": np.zeros((3, 2))}, "target"),
    ({"f": landscapes.named("curved-saddle")}, "f="), ({"f": landscapes.named("two-wells-1d")}, "f="),
    ({"f": "two-wells"}, "f="),
], ids=str)
def test_bad_options_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=f"^{word}"):
        rewind(**{"f": W, "targets": POINTS, "labels": TARGETS, **options})


def test_a_local_maximum_is_refused():
    f = dataclasses.replace(landscapes.from_formula("-(x**2 + y**2)/(1 + x**2 + y**2)"), lipschitz=2.0)
    with pytest.raises(ValueError, match="positive curvature"):
        rewind(f, [(0, 0)], ["top"], steps_back=[3])


def test_the_controls_are_tied_to_the_state_and_refuse_what_they_do_not_have():
    live = demo("saddle", 0.5)
    assert live.state == {"choice": 2, "fraction": 0.5, "n": 150, "angle": STABLE_WAY}
    target, step, n, angle = live.children[0].children
    assert (target.index, step.value, n.value, angle.value) == (2, 0.5, 150, STABLE_WAY)
    with pytest.raises(ValueError, match="^first="):
        demo("top")
    for fraction in (0.01, 1.21, None):
        with pytest.raises(ValueError, match="^fraction="):
            demo(fraction=fraction)
