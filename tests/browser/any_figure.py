"""Any live figure of any page, with whatever controls it has."""

import hashlib
import re

from browser.live_page import PIXELS

NOT_A_NUMBER = re.compile(r"NaN|undefined|Infinity|null|\[object")
VALUES = {  # of a control: the ends of a slider, both states of a box, all entries of a list
    "range": "e => [e.min, e.max]",
    "checkbox": "e => [false, true]",
    "radio": "e => [true]",
    "select": "e => [...e.options].map((option, i) => String(i))",
}


class AnyFigure:
    """The figure number `index` of a page, brought to life."""

    def __init__(self, page, index):
        self.page = page
        self.place = page.locator(".live-figure").nth(index)
        self.picture = self.place.locator("> img")
        self.figure = self.place.locator(".descent-figure")
        self.canvases = self.figure.locator("canvas[role=img]")
        self.handles = self.figure.locator(".handle")
        self.spoken = self.figure.locator("[aria-live=polite]")
        self.place.scroll_into_view_if_needed()
        self.settle()

    def settle(self):
        """Wait until all that was asked for is drawn."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.figure.and_(self.page.locator("[data-grid=fine]")).wait_for()
        return self

    def summary(self):
        return self.figure.locator(".summary").inner_text()

    def drawings(self):
        """A fingerprint of the pixels of each panel."""
        texts = self.canvases.evaluate_all("all => all.map((canvas) => canvas.toDataURL())")
        return [hashlib.sha256(text.encode()).hexdigest() for text in texts]

    def seen(self):
        return self.summary(), self.drawings()

    def controls(self):
        """The controls: pairs of a locator and the values to try. The radio buttons of a group are one control each."""
        inputs = self.place.locator("input, select")
        found = []
        for i in range(inputs.count()):
            control = inputs.nth(i)
            kind = control.evaluate("e => e.type === 'select-one' ? 'select' : e.type")
            found.append((control, kind, control.evaluate(VALUES[kind])))
        return found

    def set(self, control, kind, value):
        if kind == "range":
            control.fill(str(value))
        elif kind == "select":
            control.select_option(index=int(value))
        else:
            control.set_checked(value)

    def button(self, name):
        return self.figure.locator(".buttons").get_by_role("button", name=name)

    def assert_drawn(self):
        """Whole sentences, and something in every panel: ink beyond its frame and axes."""
        assert not NOT_A_NUMBER.search(self.summary()), self.summary()
        assert self.summary().strip().endswith("."), self.summary()
        for canvas in self.canvases.all():
            colours = canvas.evaluate(PIXELS)
            assert len(colours) > 3, (canvas.get_attribute("aria-label"), colours)
