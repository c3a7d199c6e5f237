"""A description that the page could not draw is refused when it is made: by the entry, its value, what is allowed."""

import dataclasses
import json
import re
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import pytest
from descent import demos, figures
from descent.figures import vocabulary as v
from descent.figures._checked import LAYERS
from descent.figures._render import DRAW
from descent.figures._summary import fill
from descent.kernels import kernel

ROOT = Path(__file__).resolve().parents[1]


@kernel("int32(float64, int32, float64[:, ::1], float64[::1])")
def orbit(eta, n, points, facts):
    for k in range(points.shape[0]):
        points[k, 0], points[k, 1] = k, eta * k
    facts[0], facts[1] = eta, -eta
    return n


@kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1])")
def heights(xmin, xmax, ymin, ymax, ny, first, eta, rows):
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            rows[i, j] = ymin + (ymax - ymin) * (first + i + 0.5) / ny + eta * (xmax - xmin) * (j + 0.5) / rows.shape[1]


PROGRAM = [{"kernel": "orbit", "args": ["eta", 5, "points", "facts"], "result": "shown"},
           {"kernel": "heights", "grid": "map", "box": ["low", 1, 0, 3], "coarse": [2, 2], "args": ["eta"]}]
PLANE = v.plane("P", v.axis("x", "low", 1), v.axis("y", 0, 3), [
    v.shade("map", 0, 3, "height"), v.path("points", "shown", [v.run("orbit", v.FALL)]), v.marks("minima", "minimum"),
    v.handle("x0", "y0", "start point")])
GOOD = figures.Figure(
    key="good", name="A figure", about="A figure for tests.",
    state={"which": 0, "eta": 0.5, "x0": 0.0, "y0": 1.0, "wide": False},
    variants=[{"label": label, "constants": {"n": 6, "low": -1.0, "minima": [[0.0, 1.0]]}, "start": {"x0": 0.5}}
              for label in "ab"],
    choice="which", kernels=[{"orbit": orbit}] * 2, shared={"heights": heights},
    buffers={"points": {"type": "f8", "shape": ["n", 2]}, "map": {"type": "f8", "shape": ["n", 4]},
             "facts": {"type": "f8", "shape": [2], "names": ["up", "down"]}},
    program=PROGRAM, panels=[[PLANE], [v.chart("C", v.axis("k"), v.axis("up"), [v.level("up", "up")])]],
    summary=["At {eta:.2f} and {up:.1e}, {down:.1%}.", {"choose": "wide", "among": ["narrow.", ["wide", "."]]}],
    publish=("up",), play={"entry": "eta", "first": 0.1, "last": 1, "step": 0.1, "ms": 100})


def but(name, **changes):
    """A description with some entries of an entry changed."""
    return {name: {**getattr(GOOD, name), **changes}}


def called(i=0, **changes):
    return {"program": [{**call, **changes} if k == i else call for k, call in enumerate(PROGRAM)]}


def drawn(*layers, x=v.axis("x", 0, 1), y=v.axis("y", 0, 1)):
    return {"panels": [[v.plane("P", x, y, list(layers))]]}


def variants(**changes):
    return {"variants": [{**variant, **changes} for variant in GOOD.variants]}


WRONG = [
    ({"key": "Two wells!"}, "key: 'Two wells!' must be of letters"),
    (but("state", eta=np.float64(0.5)), "state: eta: .* must be True or False, an int"),
    (but("state", eta=np.nan), "eta=nan must be a finite number"),
    (but("state", which=2), "which=2 must be a whole number from 0 to 1"),
    ({"choice": None}, "choice: None must be an int of the state.* which"),
    ({"choice": "eta"}, "choice: 'eta' must be an int"),
    ({"kernels": GOOD.kernels[:1]}, "kernels: .* must be a list of 2"),
    ({"play": {"entry": "eta"}}, "play: .* must be entry, first, last, step, ms"),
    (variants(start={"z0": 1.0}), r"state has no \['z0'\]"),
    ({"variants": [{"label": "a", "constants": {}}] * 2}, "variants.0.: .* must be label, constants, start"),
    (variants(constants={"eta": 1}), "constants: 'eta' must be a new name"),
    (but("buffers", map={"type": "f4", "shape": [2, 2]}), "buffers: map: type: 'f4' must be one of f8, i1, i4"),
    (but("buffers", map={"type": "f8", "shape": ["m", 2]}), r"buffers: map: shape: \['m', 2\] must be of ints"),
    (but("buffers", facts={"type": "f8", "shape": [2], "names": ["up"]}), r"buffers: facts: names: \['up'\] must be"),
    (but("buffers", facts={"type": "f8", "shape": [2], "nmaes": []}), "buffers: facts: .* must be type, shape, and"),
    (called(kernel="orbitt"), r"program\[0\]: kernel: 'orbitt' must be one of heights, orbit"),
    (called(args=["etta", 5, "points", "facts"]), r"program\[0\]: args: 'etta' must be one of eta, facts"),
    (called(args=["eta", None, "points", "facts"]), r"program\[0\]: args: None must be a finite number"),
    (called(args=["eta", 5, "map", "facts"]), r"program\[0\]: args: 'map' must be one of eta, facts"),
    (called(args=["shown", 5, "points", "facts"]), r"program\[0\]: args: 'shown' must be one of"),      # not yet
    (called(args=["eta", "points", "facts"]), r"program\[0\]: args: .* orbit\(eta, n, points, facts\)"),
    (called(result="eta"), r"program\[0\]: 'eta' must be a new name"),
    (called(results="n"), r"program\[0\]: .* must be kernel, args, and may be result"),
    (called(1, grid="points2"), r"program\[1\]: grid: 'points2' must be one of map, points"),
    (called(1, box=["left", 1, 0, 3]), r"program\[1\]: box: 'left' must be one of"),
    (called(1, args=[]), r"program\[1\]: args: \[\] must be what the kernel takes, heights\(xmin"),
    ({"panels": [PLANE]}, r"panels\[0\]: .* must be a list of panels"),
    (drawn(v.marks("minima", "m"), x=v.axis("x")), "panel “P”: axis “x”: low: None must be a finite number"),
    (drawn(v.path("pts", "shown", [v.run("o", v.FALL)])), "panel “P”: path: points: 'pts' must be one of minima, po"),
    (drawn(v.path("facts", 1, [v.run("o", v.FALL)])), "path: points: 'facts' must be one of minima, points$"),
    (drawn(v.path("points", 7, [v.run("o", v.FALL)])), "path: count: 7 must be from 0 to 6, the rows of the array"),
    (drawn(v.path("points", "n", v.run("o", v.FALL))), "path: runs: .* must be a list of runs"),
    (drawn(v.path("points", "n", [v.run("o", v.FALL, "end")])), "path: runs: last: 'end' must be one of"),
    (drawn(v.segments("points", 1, "s")), "segments: values: 'points' must be one of map$"),
    (drawn(v.heat("points", [v.STABLE])), "heat: grid: 'points' must be one of map$"),
    (drawn(v.level("minima", "l")), "level: value: 'minima' must be one of"),
    (drawn(v.handle("which", "y0", "h")), "handle: x: 'which' must be a float of the state: eta, x0, y0"),
    (drawn({"layer": "circle"}), "panel “P”: layer: 'circle' must be one of band, bars"),
    (drawn(v.text(0, 0, "{up}")), "text: template: '{up}' must be text in which"),
    ({"summary": "At {eta:.2f}"}, "summary: 'At {eta:.2f}' must be a list of templates"),
    ({"summary": ["{etta:.2f}"]}, r"summary\[0\]: 'etta' must be one of"),
    *[({"summary": [["At ", text]]}, r"summary\[0\]: .* must be text in which each number is {name:.Nf}")
      for text in ("{eta}", "{eta:g}", "{eta:.2g}", "{which:d}", "{eta:.2f", "}")],
    ({"summary": [{"choose": "wide", "among": ["narrow"]}]}, r"summary\[0\]: among: \['narrow'\] must be 2 templates"),
    ({"summary": [{"choose": "which", "among": ["a"]}]}, r"summary\[0\]: among: \['a'\] must be 2 templates"),
    ({"summary": [{"choose": "wiide", "among": ["a"]}]}, r"summary\[0\]: choose: 'wiide' must be one of"),
    ({"publish": ("top",)}, "publish: 'top' must be one of"),
]


@pytest.mark.parametrize("changes, words", WRONG, ids=[words for _, words in WRONG])
def test_a_wrong_entry_is_refused_by_name(changes, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(GOOD, **changes)


def test_the_good_figure_is_drawn():
    values = GOOD.values()
    assert values["map"][0].tolist() == pytest.approx([0.25 + 0.5 * (j + 0.5) / 2 for j in range(4)])
    assert GOOD.summarise(values) == "At 0.50 and 5.0e-01, -50.0%. narrow."
    assert figures.render(GOOD) and json.loads(GOOD.description())["key"] == "good"


def test_every_layer_is_checked_and_drawn_in_both_faces():
    script = (ROOT / "lib" / "descent" / "demos" / "js" / "layers.js").read_text(encoding="utf-8")
    methods = script[script.index("export const layers"):script.index("\n};")]
    assert set(LAYERS) == set(DRAW) == set(re.findall(r"^  (\w+)\(.*\{", methods, flags=re.M))


def test_the_gallery_names_every_word():
    text = (ROOT / "book" / "contributing" / "gallery.ipynb").read_text(encoding="utf-8")
    words = [name for name, value in vars(v).items() if callable(value)]
    assert len(words) > 15 and [name for name in words if f"#descent.figures.vocabulary.{name})" not in text] == []


# --- what is written ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("template, text", [
    ("{zero:.1e} {zero:.1f} {tiny:.0e}", "0 0.0 -1e-300"), ("{minus:.2f} {unbounded:.1e}", "0.00 an unbounded value")])
def test_numbers_in_words(template, text):
    assert fill(template, {"zero": 0.0, "tiny": -1e-300, "minus": -0.001, "unbounded": np.nan}) == text


@pytest.mark.parametrize("chosen", [-1, 2])
def test_a_choice_that_is_not_among_the_templates_is_refused(chosen):
    with pytest.raises(ValueError, match=f"choose: kind={chosen} must be one of `among`, 0 to 1"):
        fill({"choose": "kind", "among": ["a", "b"]}, {"kind": chosen})


def test_what_is_neither_a_number_nor_a_class_has_the_lowest_colour():
    def cells(bottom):
        @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1])")
        def heights(xmin, xmax, ymin, ymax, ny, first, eta, rows):
            for i in range(rows.shape[0]):
                for j in range(rows.shape[1]):
                    rows[i, j] = 2.0 if first + i > 0 else bottom

        return figures.render(dataclasses.replace(GOOD, shared={"heights": heights}))

    assert cells(-0.5) == cells(-7.0) == cells(np.nan) == cells(0.0) != cells(3.0)


# --- controls -------------------------------------------------------------------------------------------------------

def test_controls_are_set_to_the_state():
    controls = {"which": (widgets.Dropdown(options=["a", "b"], index=1), "index"),
                "eta": (widgets.FloatSlider(0.9, min=0, max=1), "value", {"max": "up"}),
                "wide": (widgets.Checkbox(True), "value")}
    live = demos.LiveFigure(GOOD, controls)
    assert [widget.get_interact_value() for widget in live.children[0].children] == ["a", 0.5, False]
    assert live.state == GOOD.state


@pytest.mark.parametrize("name, control, words", [
    ("etta", (widgets.FloatSlider(), "value"), "controls: 'etta' must be an entry of the state, one of which, eta"),
    ("eta", (widgets.FloatText(), "value"), r"controls: eta=\(FloatText, 'value'\) must be one of \(FloatSlider"),
    ("eta", (widgets.IntSlider(), "value"), r"controls: eta=\(IntSlider, 'value'\) must be one of \(FloatSlider"),
    ("which", (widgets.FloatSlider(), "value"), r"controls: which=\(FloatSlider, 'value'\) must be one of \(IntSlider"),
    ("which", (widgets.Dropdown(options="ab"), "value"), r"controls: which=\(Dropdown, 'value'\) must be one of"),
    ("which", (widgets.Dropdown(options=[]), "index"), "controls: which=0 of the state must be a value of its control"),
    ("eta", (widgets.FloatSlider(min=0.6, max=1), "value"), "controls: eta=0.5 of the state .* which is at 0.6"),
    ("eta", (widgets.FloatSlider(), "value", {"max": "top"}), "controls: eta: limits={'max': 'top'} must tie min and"),
], ids=str)
def test_a_control_that_does_not_fit_is_refused_by_name(name, control, words):
    with pytest.raises(ValueError, match=words):
        demos.LiveFigure(GOOD, {name: control})
