"""A page with one live figure, as a reader meets it."""

import hashlib
import re

PIXELS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height), seen = {};
    for (let i = 0; i < data.length; i += 4) {
        const colour = "#" + [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, "0")).join("");
        if (data[i + 3] === 255) seen[colour] = (seen[colour] ?? 0) + 1;
    }
    return seen;
}"""


class LivePage:
    def __init__(self, page):
        self.page = page
        self.place = page.locator(".live-figure")
        self.picture = self.place.locator("> img")
        self.figure = page.locator(".descent-figure")
        self.plane = self.figure.locator(".plane > canvas").first
        self.charts = self.figure.locator(".chart > canvas")
        self.handle = self.figure.locator(".handle")
        self.slider = self.place.locator("input[type=range]")
        self.function = self.place.locator("select")
        self.rows = self.figure.locator(".legend li")

    def settle(self):
        """Wait until all that was asked for is drawn."""
        self.page.locator(".descent-figure[data-grid=fine]").wait_for()
        return self

    def bring_to_life(self):
        """Scroll to the figure, as a reader does: it starts when it is near."""
        self.place.scroll_into_view_if_needed()
        self.settle()
        self.plane.scroll_into_view_if_needed()
        return self

    def summary(self):
        return self.figure.locator(".summary").inner_text()

    def legend(self):
        """The rows of the legend: label to share, as printed; without share, None."""
        return {re.sub(r"\s*[\d.]+%$", "", text): (re.findall(r"[\d.]+%$", text) or [None])[0]
                for text in (row.strip() for row in self.rows.all_inner_texts())}

    def drawing(self, canvas=None):
        """A fingerprint of the pixels of a canvas, by default the plane."""
        return hashlib.sha256((canvas or self.plane).evaluate("canvas => canvas.toDataURL()").encode()).hexdigest()

    def colours(self, canvas=None):
        """How many pixels of a canvas have which opaque colour."""
        return (canvas or self.plane).evaluate(PIXELS)

    def seen(self):
        """What tells two states of the figure apart."""
        return self.summary(), self.drawing()

    def start_point(self):
        """Where the start point is, as a screen reader hears it: to two decimals."""
        heard = self.handle.get_attribute("aria-label").replace("−", "-")
        x, y = re.search(r"x (-?[\d.]+\d), y (-?[\d.]+\d)", heard).groups()
        return float(x), float(y)

    def set_step(self, fraction):
        """Move the slider as its events do."""
        self.slider.fill(str(fraction))
        self.settle()

    def choose(self, index):
        self.function.select_option(index=index)
        self.settle()

    def press(self, control, *keys):
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def drag(self, start, end):
        """From one point of the window to another, pressed."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()
        self.settle()

    def centre(self, locator):
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def on_plane(self, u, v):
        """The window's point at the fractions u, v of the plane's canvas, from its upper left corner."""
        box = self.plane.bounding_box()
        return box["x"] + u * box["width"], box["y"] + v * box["height"]
