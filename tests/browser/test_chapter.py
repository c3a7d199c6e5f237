"""The chapter page: its live figure, and the picture that stands there when nothing can live."""

import math
import re

import numpy as np
import pytest
from browser.live_page import LivePage
from descent import demos

CHAPTER = "book/in-between/stable-and-unstable-starts.html"
SCHEMES = ("http", "file")
SLOWEST, FASTEST = 0.05, 1.05                   # ends of the slider
NOT_A_NUMBER = re.compile(r"NaN|undefined|Infinity|null|\[object")
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

both_schemes = pytest.mark.parametrize("scheme", SCHEMES)


@pytest.fixture
def chapter(open_page):
    """chapter(scheme="http", **options): the chapter with its figure alive."""
    def chapter(scheme="http", **options):
        page = open_page(scheme, CHAPTER, **{"viewport": WIDE, "color_scheme": "light", **options})
        return LivePage(page).bring_to_life()

    return chapter


@pytest.fixture
def still(open_page):
    """still(scheme="http", before=None, **options): the chapter, scrolled to its figure, alive or not."""
    def still(scheme="http", **options):
        live = LivePage(open_page(scheme, CHAPTER, **{"viewport": WIDE, **options}))
        live.place.scroll_into_view_if_needed()
        return live

    return still


@pytest.fixture(scope="module")
def figure():
    """The figure of the page, computed natively."""
    return demos.basin_map().figure


def classes(figure):
    """The classes of the map with the names of their shares."""
    shares = next(call["shares"] for call in figure.program if "grid" in call)
    return list(zip(figure.panels[0][0]["layers"][0]["classes"], shares, strict=True))


def assert_drawn(live, figure):
    """Whole sentences, a share for every class, the map on most of the plane, a curve in every chart."""
    assert not NOT_A_NUMBER.search(live.summary()), live.summary()
    legend = live.legend()
    assert all(legend[c["label"]] for c, _ in classes(figure)), legend
    painted = live.colours()
    width, height = live.plane.evaluate("canvas => [canvas.width, canvas.height]")
    inks = {ink for c, _ in classes(figure) for ink in (c["fill"][0], c["ink"][0])}
    assert sum(painted.get(ink, 0) for ink in inks) > 0.3 * width * height
    for chart in live.charts.all():
        assert len(live.colours(chart)) > 5


# --- it lives

def test_the_slider_moves_by_mouse(chapter):
    live = chapter()
    before, box = live.seen(), live.slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    live.drag((box["x"] + box["width"] / 3, middle), (box["x"] + 0.8 * box["width"], middle))
    assert 0.7 < float(live.slider.input_value()) < 0.95
    after = live.seen()
    assert after[0] != before[0] and after[1] != before[1]


def test_the_slider_says_its_value(chapter):
    live = chapter()
    for fraction in ("0.5", "1.05"):
        live.set_step(fraction)
        assert live.place.locator("output").inner_text() == f"{float(fraction):.2f}"


# --- the start point

@both_schemes
def test_the_start_point_follows_the_mouse(chapter, scheme):
    live = chapter(scheme)
    before, start = live.seen(), live.start_point()
    live.drag(live.centre(live.handle), live.on_plane(0.7, 0.6))
    assert live.start_point() != start
    after = live.seen()
    assert after[0] != before[0] and after[1] != before[1]
    assert live.centre(live.handle) == pytest.approx(live.on_plane(0.7, 0.6), abs=1)


def test_a_click_on_the_plane_moves_the_start_point_there(chapter):
    live = chapter()
    start = live.start_point()
    live.page.mouse.click(*live.on_plane(0.3, 0.7))
    live.settle()
    assert live.start_point() != start
    assert live.centre(live.handle) == pytest.approx(live.on_plane(0.3, 0.7), abs=1)


def test_arrow_keys_move_the_start_point_by_a_hundredth_of_the_box(chapter, figure):
    live = chapter()
    box, (x0, y0) = figure.variants[0]["constants"], live.start_point()
    dx, dy = (box["xmax"] - box["xmin"]) / 100, (box["ymax"] - box["ymin"]) / 100
    for keys, expected in ((["ArrowRight"], (x0 + dx, y0)), (["ArrowDown"], (x0 + dx, y0 - dy)),
                           (["ArrowLeft"] * 3, (x0 - 2 * dx, y0 - dy)), (["ArrowUp"], (x0 - 2 * dx, y0)),
                           (["Shift+ArrowDown"], (x0 - 2 * dx, y0 - 10 * dy)),
                           (["Shift+ArrowRight"], (x0 + 8 * dx, y0 - 10 * dy))):
        drawing = live.drawing()
        live.press(live.handle, *keys)
        assert live.start_point() == pytest.approx(expected, abs=0.0051)
        assert live.drawing() != drawing


def test_no_key_is_lost_when_keys_come_faster_than_frames(chapter):
    live = chapter()
    x0, y0 = live.start_point()
    live.handle.evaluate("""handle => ["ArrowRight", "ArrowDown", "ArrowRight"].forEach((key) =>
        handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))""")
    live.settle()
    assert live.start_point() == pytest.approx((x0 + 0.12, y0 - 0.06), abs=0.0051)


def test_the_start_point_stays_in_the_box(chapter, figure):
    live = chapter()
    box = figure.variants[0]["constants"]
    live.press(live.handle, *["Shift+ArrowUp"] * 12, *["Shift+ArrowLeft"] * 12)
    assert live.start_point() == (box["xmin"], box["ymax"])
    for end, corner in (((1275, 895), ("xmax", "ymin")), ((2, 2), ("xmin", "ymax"))):
        live.drag(live.centre(live.handle), end)
        assert live.start_point() == tuple(box[name] for name in corner)
    assert_drawn(live, figure)


# --- page and Python are the same

def moved(figure, choice, fraction, *keys):
    """The state after those keys on the start point, which the view rounds to six digits."""
    variant = figure.variants[choice]
    box, state = variant["constants"], {"choice": choice, "fraction": fraction, **variant["start"]}
    for name, low, high, shift in keys:
        state[name] = float(f"{state[name] + shift * (box[high] - box[low]) / 100:.6g}")
    return state


def expected_words(figure, state):
    values = figure.values(state)
    return figure.summarise(values), {c["label"]: f"{100 * values[share]:.1f}%" for c, share in classes(figure)}


@both_schemes
def test_the_page_says_what_python_computes(chapter, figure, scheme):
    live = chapter(scheme)
    for choice, fraction, keys, moves in (
        (0, 0.38, [], []),
        (0, 0.57, ["Shift+ArrowLeft", "ArrowUp"], [("x0", "xmin", "xmax", -10), ("y0", "ymin", "ymax", 1)]),
        (1, 0.9, ["Shift+ArrowDown"], [("y0", "ymin", "ymax", -10)]),
        (2, 1.02, ["ArrowRight"], [("x0", "xmin", "xmax", 1)]),
        (3, 0.2, ["ArrowRight", "Shift+ArrowDown"], [("x0", "xmin", "xmax", 1), ("y0", "ymin", "ymax", -10)]),
    ):
        live.choose(choice)
        live.set_step(fraction)
        live.press(live.handle, *keys)
        summary, shares = expected_words(figure, moved(figure, choice, fraction, *moves))
        assert live.summary() == summary
        legend = live.legend()
        assert {label: legend[label] for label in shares} == shares


KINDS = """(canvas, [left, top, right, bottom, classes]) => {
    const width = right - left, height = bottom - top, kind = {};
    const { data } = canvas.getContext("2d").getImageData(left, top, width, height);
    classes.forEach((inks, i) => inks.forEach((ink) => { kind[parseInt(ink.slice(1), 16)] = i; }));
    return Array.from({ length: width * height }, (_, k) =>
        kind[(data[4 * k] << 16) | (data[4 * k + 1] << 8) | data[4 * k + 2]] ?? -1);
}"""


def shown_kinds(live, figure):
    """The class that each pixel of the map shows, upper row first; -1 under a line, a mark or the orbit."""
    corners = []
    for across, up in (("Left", "Up"), ("Right", "Down")):       # in a corner, the start point tells where the map ends
        live.press(live.handle, *[f"Shift+Arrow{across}"] * 10, *[f"Shift+Arrow{up}"] * 10)
        corners += live.handle.evaluate("e => [parseFloat(e.style.left), parseFloat(e.style.top)]")
    inks = [[c["fill"][0], c["ink"][0]] for c, _ in classes(figure)]
    left, top, right, bottom = (int(length) for length in corners)
    kinds = live.plane.evaluate(KINDS, [left, top, right, bottom, inks])
    return np.reshape(kinds, (bottom - top, right - left))


@pytest.mark.parametrize("choice, fraction", ((0, 0.38), (3, 0.2)))
def test_the_map_shows_pixel_by_pixel_the_class_that_python_computes(chapter, figure, choice, fraction):
    live = chapter()
    live.choose(choice)
    live.set_step(fraction)
    shown = shown_kinds(live, figure)
    computed = figure.values({"choice": choice, "fraction": fraction})["kinds"][::-1]
    rows, columns = (np.floor((np.arange(n) + 0.5) * cells / n).astype(int)
                     for n, cells in zip(shown.shape, computed.shape, strict=True))
    visible = shown >= 0
    assert visible.mean() > 0.7
    different = shown[visible] != computed[np.ix_(rows, columns)][visible]
    assert different.mean() < 2e-4                  # a mark's edge, half covered, can have a class's grey


# --- how it looks

def test_the_books_theme_switch_recolours_the_figure(chapter):
    live = chapter()
    theme, switch = live.page.locator("html"), live.page.locator(".theme-switch-button:visible").first
    assert theme.get_attribute("data-theme") == "light"
    light = [live.drawing(canvas) for canvas in (live.plane, *live.charts.all())]
    for _ in range(3):
        if theme.get_attribute("data-theme") == "light":
            switch.click()
    live.page.locator(".descent-figure.dark").wait_for()
    dark = [live.drawing(canvas) for canvas in (live.plane, *live.charts.all())]
    assert not set(light) & set(dark)
    assert live.figure.evaluate("e => getComputedStyle(e).color") != "rgb(26, 26, 26)"


def test_the_text_below_the_figure_stays_where_it_is_while_the_slider_moves(chapter):
    live = chapter()
    for width in (1280, 768, 500, 390, 360):
        live.page.set_viewport_size({"width": width, "height": 900})
        heights = {}
        for fraction in (SLOWEST, 0.38, 0.8, FASTEST):
            live.set_step(fraction)
            heights[live.place.bounding_box()["height"]] = live.summary()
        assert len(heights) == 1, (width, heights)


def test_a_tap_moves_the_start_point(chapter):
    live = chapter(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    start = live.start_point()
    live.page.touchscreen.tap(*live.on_plane(0.6, 0.6))
    live.settle()
    assert live.start_point() != start
    assert live.centre(live.handle) == pytest.approx(live.on_plane(0.6, 0.6), abs=1.5)


def test_a_swipe_over_the_plane_scrolls_the_page_and_moves_nothing(chapter):
    live = chapter(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    start, scrolled = live.start_point(), live.page.evaluate("scrollY")
    x, y = live.on_plane(0.6, 0.6)
    finger = live.page.context.new_cdp_session(live.page)
    for _ in range(2):                          # the first touch of an emulated screen may be lost
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for shift in range(10, 160, 10):
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - shift}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        live.page.wait_for_timeout(300)
    live.page.wait_for_function("before => scrollY > before + 50", arg=scrolled)
    assert live.start_point() == start


def test_the_right_mouse_button_moves_nothing(chapter):
    live = chapter()
    start = live.start_point()
    live.page.mouse.click(*live.on_plane(0.3, 0.7), button="right")
    live.page.keyboard.press("Escape")
    live.press(live.handle, "ArrowRight")
    assert live.start_point() == pytest.approx((start[0] + 0.06, start[1]), abs=0.0051)


# --- when it cannot live

def assert_picture(live):
    """The picture is there, with its text."""
    assert live.picture.is_visible()
    assert live.picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 400
    assert len(live.picture.get_attribute("alt")) > 60


def test_paper_gets_the_picture(chapter):
    live = chapter()
    live.page.emulate_media(media="print")
    assert_picture(live)
    assert not live.figure.is_visible() and not live.slider.is_visible()
    live.page.emulate_media(media="screen")
    assert live.figure.is_visible() and not live.picture.is_visible()


@both_schemes
def test_without_javascript_there_is_the_picture(still, scheme):
    live = still(scheme, java_script_enabled=False)
    assert live.picture.is_visible()
    assert len(live.picture.get_attribute("alt")) > 60
    assert live.picture.bounding_box()["width"] > 400
    assert live.place.locator("input, select, button").count() == 0


@both_schemes
def test_without_webassembly_the_picture_stays_and_a_sentence_says_why(still, scheme):
    live = still(scheme, before=lambda page: page.add_init_script("delete globalThis.WebAssembly"))
    message = live.place.locator(".live-message")
    message.wait_for()
    assert "WebAssembly" in message.inner_text() and message.inner_text().endswith(".")
    assert_picture(live)
    assert not live.slider.is_visible() and not live.figure.is_visible()


def test_an_unknown_widget_is_named_and_the_picture_stays(still, site):
    html = (site / CHAPTER).read_text(encoding="utf8")
    other = html.replace('"model_name":"DropdownModel"', '"model_name":"HologramModel"')
    assert other != html

    def rename(page):
        page.route("**/" + CHAPTER, lambda route: route.fulfill(body=other, content_type="text/html; charset=utf-8"))

    live = still("http", before=rename)
    message = live.place.locator(".live-message")
    message.wait_for()
    assert "HologramModel" in message.inner_text()
    assert_picture(live)
    assert not live.slider.is_visible() and not live.figure.is_visible()


# --- the rest of the chapter

def test_the_solution_of_the_exercise_opens(open_page):
    page = open_page("http", CHAPTER)
    solution = page.locator(".solution").first
    answer = solution.locator("p:not(.admonition-title)").last
    button = solution.locator("button.toggle-button, summary").first
    button.scroll_into_view_if_needed()
    assert not answer.is_visible()
    button.click()
    answer.wait_for()
    button.click()
    answer.wait_for(state="hidden")


# --- for everyone

def test_every_control_has_a_name(chapter):
    live = chapter()
    snapshot = live.place.aria_snapshot()
    unnamed = [line for line in snapshot.splitlines()
               if re.match(r"\s*- (button|slider|combobox|checkbox|radio|textbox|img|group)\b(?! \")", line)]
    assert not unnamed, snapshot
    assert live.place.get_by_role("slider", name="Step / largest step").count() == 1
    assert live.place.get_by_role("combobox", name="Function").count() == 1
    assert live.place.get_by_role("button", name="start point").count() == 1


def test_the_numbers_of_the_summary_are_finite_for_a_start_that_diverges(chapter, figure):
    live = chapter()
    live.set_step(FASTEST)
    live.press(live.handle, *["Shift+ArrowUp"] * 12, *["Shift+ArrowRight"] * 12)
    assert "diverges" in live.summary()
    assert all(math.isfinite(float(number)) for number in re.findall(r"\d+(?:\.\d+)?", live.summary()))
    assert_drawn(live, figure)
