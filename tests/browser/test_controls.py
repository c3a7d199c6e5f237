"""Every control that a live figure may have, in a static page: what it sets, what it says, and ranges that follow."""

import ipywidgets
import pytest
from browser.any_figure import AnyFigure
from descent import demos, figures
from descent.figures import vocabulary as v
from descent.kernels import kernel
from support.standalone import page as standalone

NAMES = ("choice", "real", "power", "whole", "ticked", "toggled", "top")
LIMITS = (2.0, 5.0)                             # of the real slider, for the two entries of the list


@kernel("void(int32, float64, float64, int32, int32, int32, float64, float64[::1])")
def gather(choice, real, power, whole, ticked, toggled, limit, seen):
    seen[0], seen[1], seen[2], seen[3], seen[4], seen[5], seen[6] = choice, real, power, whole, ticked, toggled, limit


@kernel("float64(float64)")
def upper(limit):
    return limit


def live():
    """A figure that says its state, with one control of each kind; the real slider's end follows the list."""
    figure = figures.Figure(
        key="controls", name="All controls", about="A bar for each entry of the state of this figure, for tests.",
        state={"choice": 0, "real": 1.0, "power": 10.0, "whole": 3, "ticked": False, "toggled": 1},
        variants=[{"label": f"to {limit:g}", "constants": {"limit": limit}, "start": {}} for limit in LIMITS],
        choice="choice", kernels=[{"gather": gather}] * 2, shared={"upper": upper},
        buffers={"seen": {"type": "f8", "shape": [7], "names": [f"seen_{name}" for name in NAMES]}},
        program=[{"kernel": "upper", "args": ["limit"], "result": "top"},
                 {"kernel": "gather", "args": [*NAMES, "seen"]}],
        panels=[[v.chart("State", v.axis("entry"), v.axis("value"), [v.bars("seen", 7, "value", v.EDGE)])]],
        summary=[" ".join(f"{name} {{seen_{name}:.2f}}" for name in NAMES) + "."], publish=("top",))
    return demos.LiveFigure(figure, {
        "choice": (ipywidgets.Dropdown(options=["two", "five"], index=0, description="List"), "index"),
        "real": (ipywidgets.FloatSlider(1, min=0, max=2, step=0.5, description="Real"), "value", {"max": "top"}),
        "power": (ipywidgets.FloatLogSlider(10, min=-1, max=3, step=1, description="Power"), "value"),
        "whole": (ipywidgets.IntSlider(3, min=1, max=7, description="Whole"), "value"),
        "ticked": (ipywidgets.Checkbox(False, description="Ticked"), "value"),
        "toggled": (ipywidgets.ToggleButtons(options=["a", "b", "c"], index=1, description="Toggled"), "index"),
    })


@pytest.fixture
def shown(new_context, tmp_path):
    """shown(hash=""): the figure in a page of its own."""
    def shown(hash=""):
        path = tmp_path / "controls.html"
        path.write_text(standalone(live()), encoding="utf-8")
        page = new_context("", viewport={"width": 900, "height": 900}).new_page()
        page.goto(path.as_uri() + hash)
        return AnyFigure(page, 0)

    return shown


def said(figure):
    """The state as the figure says it."""
    words = figure.settle().summary().rstrip(".").split()
    return dict(zip(words[::2], map(float, words[1::2])))


START = {"choice": 0, "real": 1, "power": 10, "whole": 3, "ticked": 0, "toggled": 1, "top": 2}


def test_each_control_sets_its_entry_and_no_other(shown):
    figure, state = shown(), dict(START)
    assert said(figure) == state
    label = figure.place.get_by_label
    for name, act, value in (
        ("real", lambda: label("Real").press("ArrowRight"), 1.5),
        ("power", lambda: label("Power").press("ArrowRight"), 100),
        ("power", lambda: label("Power").press("Home"), 0.1),
        ("whole", lambda: label("Whole").press("End"), 7),
        ("ticked", lambda: label("Ticked").check(), 1),
        ("ticked", lambda: label("Ticked").press("Space"), 0),
        ("toggled", lambda: label("c", exact=True).check(), 2),
        ("toggled", lambda: label("c", exact=True).press("ArrowUp"), 1),
    ):
        act()
        state[name] = value
        assert said(figure) == pytest.approx(state), name


def test_sliders_say_their_values(shown):
    figure = shown()
    heard = {control.get_attribute("aria-valuetext") for control in figure.place.locator("input[type=range]").all()}
    assert heard == {"1.00", "10", "3"}
    figure.place.get_by_label("Power").press("Home")
    assert figure.place.get_by_label("Power").get_attribute("aria-valuetext") == "0.1"


def test_the_range_of_a_slider_follows_another_control(shown):
    figure = shown()
    slider = figure.place.get_by_label("Real")
    slider.press("End")
    assert said(figure)["real"] == 2
    figure.place.get_by_label("List").select_option(index=1)
    assert said(figure) == {**START, "choice": 1, "real": 2, "top": 5}
    slider.press("End")
    assert said(figure)["real"] == 5
    figure.place.get_by_label("List").select_option(index=0)    # the range shrinks, and the value with it
    assert said(figure) == {**START, "real": 2}
    assert slider.get_attribute("aria-valuetext") == "2.00"


def test_an_address_sets_every_kind_of_entry(shown):
    asked = "#live=controls&choice=1&real=4.5&power=1000&whole=5&ticked=1&toggled=2"
    expected = {"choice": 1, "real": 4.5, "power": 1000, "whole": 5, "ticked": 1, "toggled": 2, "top": 5}
    figure = shown(asked)
    assert said(figure) == expected
    assert figure.place.get_by_label("Ticked").is_checked() and figure.place.get_by_label("c", exact=True).is_checked()
    assert figure.place.get_by_label("Real").get_attribute("aria-valuetext") == "4.50"
    assert said(shown("#live=controls&whole=99&ticked=7&toggled=-3&power=1e9&choice=4.6")) == {
        "choice": 1, "real": 1, "power": 1000, "whole": 7, "ticked": 1, "toggled": 0, "top": 5}
    assert said(shown("#live=another&whole=5")) == START


def test_python_computes_the_same_state():
    figure = live()
    assert figure.state == {name: value for name, value in START.items() if name != "top"}
    figure.view.ticked, figure.view.toggled = True, 2
    assert figure.values()["seen"].tolist() == [0, 1, 10, 3, 1, 2, 2]
    with pytest.raises(ValueError, match="ticked=1"):
        figure.figure.values({"ticked": 1})
