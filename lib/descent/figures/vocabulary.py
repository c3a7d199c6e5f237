"""What panels are made of. Each function returns one entry of a description; names refer to the figure's values.

A figure's panels are columns, side by side, of panels, one above the other::

    panels=[[plane("Map", axis("x", -3, 3), axis("y", -3, 3), [
                 heat("kinds", [STABLE, UNSTABLE]), path("points", "shown", [run("orbit", FALL)]),
                 handle("x0", "y0", "start point")])],
            [chart("Loss", axis("step k"), axis("loss", 1e-12, 1e4, log=True), [
                 curve("loss", "shown", [run("along the orbit", FALL)]), level("goal", "the least value")])]]

Where a name is asked for, so is a number: ``level(2.0, "2")``.
"""


# Classes of a map: fill and hatch in the light and the dark theme. A hatch is 8 rows of 8 bits: the second cue.
PLAIN, DOTS, STRIPES, CROSSES, SPARSE = (
    [0] * 8, [0, 0, 0x18, 0x18, 0, 0, 0, 0], [0x81, 0xC0, 0x60, 0x30, 0x18, 0x0C, 0x06, 0x03],
    [0x18, 0x18, 0x18, 0xFF, 0xFF, 0x18, 0x18, 0x18], [0, 0, 0, 0x10, 0, 0, 0, 0])


def klass(label, fill, ink, hatch):
    """A class of a map: its name, (light, dark) colours of fill and hatch, the hatch.

    Example: ``klass("stable", ("#a6e1f2", "#2a8ca6"), ("#a6e1f2", "#2a8ca6"), PLAIN)``.
    """
    return {"label": label, "fill": fill, "ink": ink, "hatch": hatch}


STABLE = klass("stable", ("#a6e1f2", "#2a8ca6"), ("#a6e1f2", "#2a8ca6"), PLAIN)
UNSTABLE = klass("unstable", ("#2f6fba", "#1f4f94"), ("#a9c9ee", "#86b3ea"), DOTS)
BOUNDED = klass("bounded", ("#f0b13c", "#b87d0d"), ("#8a5a00", "#ffe3a8"), STRIPES)
OTHER = klass("other", ("#d28ab2", "#93507a"), ("#6d2350", "#f7cfe4"), CROSSES)
DIVERGED = klass("diverged", ("#ececec", "#33373d"), ("#bdbdbd", "#6b7078"), SPARSE)

# A scale of colours for numbers, from low to high: its ends differ in lightness, in the light theme and the dark one
# (viridis of matplotlib, by Nathaniel Smith and Stéfan van der Walt, CC0).
COLOURS = ("#fde725", "#90d743", "#35b779", "#21918c", "#31688e", "#443983", "#440154")


def style(colour, dash=(), width=1.6, dots=""):
    """How a line looks: (light, dark) colours, dashes and gaps in pixels, width, dots "", "open" or "filled".

    Example: ``style(("#b3420a", "#ff9d5c"), dash=(5, 3), dots="open")``.
    """
    return {"colour": colour, "dash": list(dash), "width": width, "dots": dots}


RISE = style(("#b3420a", "#ff9d5c"), (5, 3), dots="open")
FALL = style(("#000000", "#ffffff"), dots="filled")
BACK = style(("#0b5cad", "#7db8ff"), (2, 3), dots="open")
EDGE = style(("#0b5cad", "#7db8ff"), width=2.4)
OUTER = style(("#b3420a", "#ff9d5c"), (8, 4), 2)
GUIDE = style(("#5b5b5b", "#b4b4b4"), (6, 4), 1.2)
CONTOUR = style(("#00000050", "#ffffff55"), width=0.7)


def plane(label, x, y, layers):
    """A panel as high as wide, with two spatial axes; `layers` are drawn in order.

    Example: ``plane("Map", axis("x", "xmin", "xmax"), axis("y", -3, 3), [heat("kinds", [STABLE, UNSTABLE])])``.
    """
    return {"panel": "plane", "label": label, "x": {**x, "fit": False}, "y": {**y, "fit": False}, "layers": layers}


def chart(label, x, y, layers):
    """A panel of curves, points or bars; its axes fit what is drawn, or are fixed.

    Example: ``chart("Loss", axis("step k"), axis("loss", log=True), [curve("loss", "shown", [run("loss", FALL)])])``.
    """
    return {"panel": "chart", "label": label, "x": x, "y": y, "layers": layers}


def axis(label, low=None, high=None, log=False, fit=True):
    """An axis, linear or logarithmic. With `fit` it spans what is drawn, within low and high; else low to high.

    Example: ``axis("s", 0, 2, fit=False)``.
    """
    return {"label": label, "low": low, "high": high, "log": log, "fit": fit}


def heat(grid, classes):
    """The classes of a grid buffer, in colour and hatch, with a legend that gives each class's share.

    Example: ``heat("kinds", [STABLE, UNSTABLE, DIVERGED])``: cells are 0, 1 and 2.
    """
    return {"layer": "heat", "grid": grid, "classes": classes}


def shade(grid, low, high, name, log=False, classes=()):
    """The numbers of a grid buffer, with a colour bar from low to high; cells -1, -2, … are the classes.

    Example: ``shade("steps", 1, 500, "steps to converge", log=True, classes=[DIVERGED, BOUNDED])``.
    """
    return {"layer": "shade", "grid": grid, "low": low, "high": high, "name": name, "log": log, "colours": COLOURS,
            "classes": list(classes)}


def segments(values, count, name, style=CONTOUR, arrows=False):
    """Line segments, rows x0 y0 x1 y1 of a buffer, the first `count` of them; as arrows, with a head at x1 y1.

    Example: ``segments("contours", "contour_count", "contours of the loss")``.
    """
    return {"layer": "segments", "values": values, "count": count, "name": name, "style": style, "arrows": arrows}


def run(name, style, last=None):
    """One look of a path or curve, up to its row `last`; the next run goes on from there.

    Example: ``[run("loss may still rise", RISE, "split"), run("loss falls from here", FALL)]``.
    """
    return {"name": name, "style": style, "last": last}


def path(points, count, runs):
    """A path through the first `count` points, rows x y of a buffer.

    Example: ``path("points", "shown", [run("orbit", FALL)])``.
    """
    return {"layer": "path", "points": points, "count": count, "runs": runs}


def curve(values, count, runs, x=None):
    """A curve of values against the values of the buffer `x`, or against their index, which begins at 0.

    Example: ``curve("loss", "shown", [run("loss", FALL)])``.
    """
    return {"layer": "curve", "values": values, "count": count, "runs": runs, "x": x}


def dots(points, count, name, style):
    """Dots at the first `count` points, rows x y of a buffer.

    Example: ``dots("attractor", "found", "where orbits end", FALL)``.
    """
    return {"layer": "dots", "points": points, "count": count, "name": name, "style": style}


def bars(values, count, name, style):
    """Bars of the first `count` values, at 1, 2, 3, …

    Example: ``bars("squares", "n", "x_i squared", EDGE)``.
    """
    return {"layer": "bars", "values": values, "count": count, "name": name, "style": style}


def marks(points, name):
    """Crosses at points, rows x y.

    Example: ``marks("minima", "minimum")``.
    """
    return {"layer": "marks", "points": points, "name": name}


def level(value, name, on="y"):
    """A dashed line at a value of the axis `on`, with its name: a threshold.

    Example: ``level("limit", "2/η")``.
    """
    return {"layer": "level", "value": value, "name": name, "on": on}


def band(low, high, name, on="y"):
    """The region between two values of the axis `on`.

    Example: ``band(0, "largest", "the minimum attracts", on="x")``.
    """
    return {"layer": "band", "low": low, "high": high, "name": name, "on": on}


def text(x, y, template):
    """Text at a point, with numbers as in a summary: a template of `descent.figures.Figure`.

    Example: ``text("end_x", "end_y", "{steps:.0f} steps")``.
    """
    return {"layer": "text", "x": x, "y": y, "template": template}


def handle(x, y, name):
    """A point that the reader drags, or moves by arrow keys; it sets two entries of the state.

    Example: ``handle("x0", "y0", "start point")``.
    """
    return {"layer": "handle", "x": x, "y": y, "name": name}
