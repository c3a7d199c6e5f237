"""The live figures of the built site in a second browser, where the machine has it."""

import pytest
from browser import firefox
from browser.any_figure import NOT_A_NUMBER
from browser.live_page import PIXELS
from browser.test_duties import FIGURES

RIGHT, LEFT = "\ue014", "\ue012"                # WebDriver's arrow keys
STATE = f"""async (index, before) => {{
    const place = document.querySelectorAll(".live-figure")[index];
    place.scrollIntoView({{ block: "center" }});
    const state = () => place.querySelector(".descent-figure")?.dataset.grid === "fine"
        && place.querySelector(".summary").innerText;
    for (let i = 0; i < 200 && (!state() || state() === before); i++) await new Promise((done) => setTimeout(done, 50));
    const panels = [...place.querySelectorAll("canvas[role=img]")].map({PIXELS});
    return {{ alive: place.classList.contains("alive"), summary: place.querySelector(".summary").innerText,
        colours: panels.map((panel) => Object.keys(panel).length), panels: JSON.stringify(panels) }};
}}"""
FOCUS = """(index) => document.querySelectorAll(".live-figure")[index].querySelector("input[type=range]").focus()"""

pytestmark = pytest.mark.skipif(firefox.path() is None, reason="there is no Firefox on this machine")


@pytest.fixture(scope="module")
def fox(tmp_path_factory):
    fox = firefox.Firefox(tmp_path_factory.mktemp("firefox"))
    yield fox
    fox.close()


@pytest.mark.parametrize("page", sorted({page for page, _ in FIGURES}))
@pytest.mark.parametrize("scheme", ("http", "file"))
def test_the_figures_live_in_firefox(fox, server, site, scheme, page):
    fox.errors.clear()
    fox.goto(f"{server if scheme == 'http' else site.resolve().as_uri()}/{page}")
    for index in (index for path, index in FIGURES if path == page):
        first = fox.evaluate(STATE, index, None)
        fox.evaluate(FOCUS, index)
        fox.press(RIGHT)
        second = fox.evaluate(STATE, index, first["summary"])
        for seen in (first, second):
            assert seen["alive"] and not NOT_A_NUMBER.search(seen["summary"]), seen["summary"]
            assert min(seen["colours"]) > 3
        assert second["summary"] != first["summary"] and second["panels"] != first["panels"]
    assert not fox.errors
