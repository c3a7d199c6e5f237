"""What every live figure owes its readers, on every page of the built site."""

import csv
import io
import itertools
import math
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.any_figure import NOT_A_NUMBER, AnyFigure
from browser.conftest import SITE, Watch

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
MOST_SHIFT = 1                                  # px, by rounding
PLACE = re.compile(r'<div class="live-figure" data-model-id=')
COLUMNS = ["panel", "what", "index", "x", "y", "to_x", "to_y", "value"]


def figures():
    """Page and index of each live figure of the site."""
    found = []
    for path in sorted(SITE.glob("book/**/*.html")):
        count = len(PLACE.findall(path.read_text(encoding="utf-8")))
        found += [(path.relative_to(SITE).as_posix(), i) for i in range(count)]
    return found


FIGURES = figures()
NAMES = [f"{page.split('/')[-1].removesuffix('.html')}-{i}" for page, i in FIGURES]
every_figure = pytest.mark.parametrize("where", FIGURES, ids=NAMES)


@pytest.fixture(scope="module")
def kept(browser, server):
    """kept(path): the page at 1280 px in the light theme, opened once; and the watch over it."""
    pages = {}

    def kept(path):
        if path not in pages:
            context = browser.new_context(viewport=WIDE, color_scheme="light")
            context.set_default_timeout(20_000)
            watch = Watch(context, urlsplit(server).netloc)
            pages[path] = context.new_page(), watch
            pages[path][0].goto(f"{server}/{path}")
        return pages[path]

    yield kept
    for page, _ in pages.values():
        page.context.close()


@pytest.fixture
def same(kept, where):
    """The figure in the page that all tests share, as it is at the beginning."""
    page, watch = kept(where[0])
    live = AnyFigure(page, where[1])
    yield live
    live.button("Reset").click()
    live.settle()
    watch.check()


@pytest.fixture
def figure(open_page, where):
    """figure(scheme="http", hash="", **options): the figure in a page of its own."""
    def figure(scheme="http", hash="", **options):
        page, index = where
        options = {"viewport": WIDE, "color_scheme": "light", **options}
        return AnyFigure(open_page(scheme, page + hash, **options), index)

    return figure


def test_the_site_has_live_figures(site):
    assert FIGURES


@every_figure
def test_it_lives_from_the_disk_and_replaces_its_picture(figure):
    live = figure("file")
    live.assert_drawn()
    assert live.figure.is_visible() and not live.picture.is_visible()


@every_figure
def test_every_control_is_moved_by_keys_and_changes_what_is_seen(same):
    live = same
    for control, kind, _ in live.controls():
        if kind == "radio" and control.is_checked():
            continue
        before = live.seen()
        control.focus()
        live.page.keyboard.press({"range": "ArrowRight", "select": "ArrowDown"}.get(kind, "Space"))
        live.settle()
        if live.seen() == before and kind == "range":           # it stood at its end
            live.page.keyboard.press("ArrowLeft")
            live.settle()
        assert live.seen() != before, control.evaluate("e => e.outerHTML")
        live.assert_drawn()


@every_figure
def test_every_movable_point_is_moved_by_keys_and_by_the_mouse(same):
    live = same
    for handle in live.handles.all():
        before = live.seen()
        handle.focus()
        live.page.keyboard.press("Shift+ArrowLeft")
        keyed = live.settle().seen()
        assert keyed != before
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        live.page.mouse.move(x, y)
        live.page.mouse.down()
        live.page.mouse.move(x + 20, y + 15, steps=4)
        live.page.mouse.up()
        assert live.settle().seen() != keyed
        live.assert_drawn()


def settings(controls, pairwise):
    """Combinations of the controls' values: all of them, or so many that every two values of two controls meet."""
    sizes = [range(len(values)) for _, _, values in controls]
    if not pairwise:
        yield from itertools.product(*sizes)
        return
    open_pairs = {((i, a), (j, b)) for (i, s), (j, t) in itertools.combinations(enumerate(sizes), 2)
                  for a in s for b in t}
    if not open_pairs:
        yield from itertools.product(*sizes)
    while open_pairs:
        # greedy: the combination that meets most of what is left
        best = max(itertools.product(*sizes), key=lambda choice: sum(
            pair in open_pairs for pair in itertools.combinations(enumerate(choice), 2)))
        open_pairs -= set(itertools.combinations(enumerate(best), 2))
        yield best


@every_figure
@pytest.mark.parametrize("pairwise", [True, pytest.param(False, marks=pytest.mark.long)], ids=["pairs", "all"])
def test_every_corner_of_the_controls_is_drawn(same, pairwise):
    live = same
    controls = live.controls()
    for choice in settings(controls, pairwise):
        for position, ((control, kind, values), at) in enumerate(zip(controls, choice)):
            if kind == "range":                 # its ends may have moved
                values = control.evaluate("e => [e.min, e.max]")
            live.set(control, kind, values[at])
        live.settle().assert_drawn()


@every_figure
def test_reset_brings_the_beginning_back(same):
    live = same
    before = live.seen()
    for control, kind, values in live.controls():
        live.set(control, kind, values[-1])
    for handle in live.handles.all():
        handle.press("Shift+ArrowRight")
    assert live.settle().seen() != before
    live.button("Reset").press("Enter")
    assert live.settle().seen() == before


@every_figure
def test_a_link_brings_the_state_back(figure):
    live = figure()
    beginning = live.seen()
    for control, kind, values in live.controls():
        if kind == "range":
            control.focus()
            live.page.keyboard.press("PageUp")
        else:
            live.set(control, kind, values[-1])
    for handle in live.handles.all():
        handle.press("Shift+ArrowLeft")
    there = live.settle().seen()
    assert there != beginning
    live.button("Link to this state").click()
    live.page.wait_for_function("location.hash.startsWith('#live=')")
    assert figure(hash=live.page.evaluate("location.hash")).settle().seen() == there


@every_figure
def test_an_address_that_asks_for_what_the_figure_has_not_is_taken_within_its_limits(figure):
    live = figure()
    live.button("Link to this state").click()
    live.page.wait_for_function("location.hash.startsWith('#live=')")
    asked = live.page.evaluate("location.hash")
    for value in ("1e9", "-1e9", "what"):
        wild = re.sub(r"=[^&]*", f"={value}", asked).replace(f"#live={value}", asked.split("&")[0])
        said = figure(hash=wild + "&other=1").summary()
        assert said.endswith(".") and "stopped" not in said and not NOT_A_NUMBER.search(said)


@every_figure
def test_its_numbers_are_those_that_it_draws(same):
    live = same
    with live.page.expect_download() as download:
        live.button("Numbers (CSV)").click()
    text = download.value.path().read_text(encoding="utf-8")
    header, *rows = csv.reader(io.StringIO(text))
    assert header == COLUMNS and download.value.suggested_filename.endswith(".csv")
    panels = {row[0] for row in rows} - {"state"}
    assert panels == set(live.canvases.evaluate_all("all => all.map((canvas) => canvas.getAttribute('aria-label'))"))
    assert all(len(row) == len(COLUMNS) for row in rows)
    numbers = [float(cell) for row in rows for cell in row[2:7] if cell]
    assert numbers and not any(math.isnan(number) for number in numbers)


@every_figure
def test_the_play_button_plays_pauses_and_ends(same):
    live = same
    if not live.button("Play").count():
        pytest.skip("this figure does not play")
    before = live.seen()
    live.button("Play").click()
    live.page.wait_for_timeout(700)
    live.button("Pause").click()
    paused = live.settle().seen()
    assert paused != before
    live.page.wait_for_timeout(500)
    assert live.seen() == paused


@every_figure
def test_reduced_motion_goes_step_by_step(figure):
    live = figure(reduced_motion="reduce")
    if not live.button("Step").count():
        assert not live.button("Play").count()
        pytest.skip("this figure does not play")
    live.button("Step").click()
    stepped = live.settle().seen()
    live.page.wait_for_timeout(600)
    assert live.seen() == stepped
    live.button("Step").click()
    assert live.settle().seen() != stepped


@every_figure
@pytest.mark.parametrize("viewport", (WIDE, PHONE), ids=("wide", "phone"))
@pytest.mark.parametrize("theme", ("light", "dark"))
def test_axe_finds_nothing(figure, theme, viewport):
    live = figure(color_scheme=theme, viewport=viewport)
    live.place.evaluate("e => { e.id = 'under-test'; }")
    found = Axe().run(live.page, context="#under-test", options={"preload": False})
    assert found.violations_count == 0, found.generate_report()
    assert found.response["passes"]


@every_figure
def test_everything_that_can_be_used_has_a_name(same):
    live = same
    snapshot = live.place.aria_snapshot()
    unnamed = [line for line in snapshot.splitlines()
               if re.match(r"\s*- (button|slider|combobox|checkbox|radio|textbox|img|group)\b(?! \")", line)]
    assert not unnamed, snapshot


@every_figure
def test_everything_that_can_be_used_is_reached_by_tab_and_shows_it(same):
    live = same
    usable = live.place.locator("input:not([type=radio]), input[type=radio]:checked, select, button").all()
    live.page.keyboard.press("Tab")             # a browser shows the focus to those who use keys
    usable[0].focus()
    for control in usable:
        assert control.evaluate("e => e === document.activeElement"), control.evaluate("e => e.outerHTML")
        assert control.evaluate("e => e.matches(':focus-visible')")
        ring, shadow = control.evaluate("e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).boxShadow]")
        assert ring != "none" or shadow != "none"
        live.page.keyboard.press("Tab")


@every_figure
def test_a_screen_reader_hears_what_has_changed(same):
    live = same
    live.spoken.filter(has_text=re.compile(r"\w")).wait_for(state="attached")
    control, kind, values = next(entry for entry in live.controls() if entry[1] == "range")
    before = live.spoken.inner_text()
    live.set(control, kind, values[0])
    live.settle()
    live.page.wait_for_function("([e, before]) => e.innerText !== before", arg=[live.spoken.element_handle(), before])
    heard = live.spoken.inner_text()
    assert heard and all(part in live.summary() for part in re.split(r"(?<=\.) ", heard))


@every_figure
def test_light_and_dark_differ_in_every_panel(figure):
    light, dark = figure(color_scheme="light"), figure(color_scheme="dark")
    assert not set(light.drawings()) & set(dark.drawings())
    assert light.summary() == dark.summary()


@every_figure
@pytest.mark.parametrize("ratio", (1, 2))
def test_a_canvas_has_the_pixels_of_the_screen(figure, ratio):
    for canvas in figure(device_scale_factor=ratio).canvases.all():
        have, shown = canvas.evaluate("c => [[c.width, c.height], [c.clientWidth, c.clientHeight]]")
        assert have == [ratio * length for length in shown]


INSIDE = """place => [...place.querySelectorAll("*")].filter((e) => !e.closest(".spoken, svg"))
    .map((e) => [e.tagName, e.className, e.getBoundingClientRect()])
    .filter(([,, box]) => box.width > 0 && (box.left < 0 || box.right > innerWidth))
    .map(([tag, name, box]) => `${tag}.${name} from ${box.left} to ${box.right}`)"""
CUT = """place => [...place.querySelectorAll("label, output, p, li, ul, button, legend, .cell, .panel, .live-row")]
    .filter((e) => !e.closest(".spoken") && !e.matches(".handle"))
    .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.outerHTML.slice(0, 90))"""


@every_figure
def test_a_phone_shows_all_of_it(figure):
    live = figure(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    assert live.place.evaluate(INSIDE) == []
    assert live.place.evaluate(CUT) == []
    assert live.page.evaluate("document.scrollingElement.scrollWidth") <= 360
    live.assert_drawn()
    for control in live.place.locator("button, input, select").all():
        box = control.bounding_box()            # large enough for a finger
        assert min(box["width"], box["height"]) >= 22, control.evaluate("e => e.outerHTML")


@every_figure
@pytest.mark.parametrize("viewport", (WIDE, PHONE), ids=("wide", "phone"))
def test_the_text_below_stays_where_it_is(figure, viewport):
    live = figure(viewport=viewport)
    heights = {}
    for control, kind, values in live.controls():
        for value in values:
            live.set(control, kind, value)
            heights[live.settle().place.bounding_box()["height"]] = live.summary()
    assert len(heights) <= 1, heights


@every_figure
def test_paper_shows_the_picture(figure):
    live = figure()
    live.page.emulate_media(media="print")
    assert live.picture.is_visible() and not live.figure.is_visible()


HEIGHTS = """() => addEventListener("DOMContentLoaded", () => {
    globalThis.heights = [...document.querySelectorAll(".live-figure")].map((place) => {
        const seen = [];
        new ResizeObserver(() => seen.push(place.getBoundingClientRect().height)).observe(place);
        return seen;
    });
})"""


@pytest.mark.parametrize("path", sorted({page for page, _ in FIGURES}))
@pytest.mark.parametrize("viewport", (WIDE, PHONE), ids=("wide", "phone"))
def test_a_figure_keeps_its_place_when_it_comes_alive(open_page, path, viewport):
    page = open_page("http", path, before=lambda page: page.add_init_script(f"({HEIGHTS})()"), viewport=viewport)
    for place in page.locator(".live-figure").all():
        place.scroll_into_view_if_needed()
        place.locator(".descent-figure[data-grid=fine]").wait_for()
    for seen in page.evaluate("globalThis.heights"):
        assert seen and max(seen) - min(seen) <= MOST_SHIFT, seen


@pytest.mark.parametrize("path", sorted({page for page, _ in FIGURES}))
def test_the_figures_of_a_page_wait_until_they_are_near_and_share_their_workers(open_page, path):
    page = open_page("http", path, viewport={"width": 1280, "height": 300})
    places = page.locator(".live-figure").all()
    far = [place for place in places if place.bounding_box()["y"] > 300 + 700]
    page.wait_for_timeout(500)
    assert not any("alive" in place.get_attribute("class") for place in far)
    for place in places:
        place.scroll_into_view_if_needed()
        place.locator(".descent-figure[data-grid=fine]").wait_for()
    assert len(page.workers) <= min(4, page.evaluate("navigator.hardwareConcurrency"))
