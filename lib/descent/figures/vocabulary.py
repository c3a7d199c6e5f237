"""What panels are made of. Each function returns one entry of a description; names refer to the figure's values.

A figure's panels are columns, side by side, of panels, one above the other:

    panels=[[plane("Map", axis("x", -3, 3), axis("y", -3, 3), [
                 heat("kinds", [STABLE, UNSTABLE]), path("points", "shown", [run("orbit", FALL)]),
                 handle("x0", "y0", "start point")])],
            [chart("Loss", axis("step k"), axis("loss", 1e-12, 1e4, log=True), [
                 curve("loss", "shown", [run("along the orbit", FALL)]), level("goal", "the least value")])]]

A number may be given as it is or by its name, ``level(2.0, "2")`` or ``level("limit", "2/η")``; an array has a name.

What the figures of the book share: the classes STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED, and their hatches PLAIN,
DOTS, STRIPES, CROSSES, SPARSE; the scale of colours COLOURS; the styles FALL and RISE, of a path whose loss falls or
may rise, EDGE, OUTER, GUIDE and CONTOUR.
"""

# Classes of a map: fill and hatch in the light and the dark theme. A hatch is 8 rows of 8 bits: the second cue.
PLAIN, DOTS, STRIPES, CROSSES, SPARSE = (
    [0] * 8, [0, 0, 0x18, 0x18, 0, 0, 0, 0], [0x81, 0xC0, 0x60, 0x30, 0x18, 0x0C, 0x06, 0x03],
    [0x18, 0x18, 0x18, 0xFF, 0xFF, 0x18, 0x18, 0x18], [0, 0, 0, 0x10, 0, 0, 0, 0])


def klass(label, fill, ink, hatch):
    """A class of a map: its name, (light, dark) colours of fill and hatch, the hatch.

    Example: ``klass("stable", ("#a6e1f2", "#2a8ca6"), ("#a6e1f2", "#2a8ca6"), PLAIN)``.

    Parameters
    ----------
    label : str, its name in the legend
    fill, ink : (light, dark) colours of the ground and of the hatch, #rrggbb
    hatch : PLAIN, DOTS, STRIPES, CROSSES or SPARSE, or 8 rows of 8 bits
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

    Parameters
    ----------
    colour : (light, dark) colours, #rrggbb or #rrggbbaa
    dash : lengths of dashes and gaps in pixels, () for a whole line
    width : of the line, or of a dot, in pixels
    dots : "" for none, "open" or "filled", at every point
    """
    return {"colour": colour, "dash": list(dash), "width": width, "dots": dots}


RISE = style(("#b3420a", "#ff9d5c"), (5, 3), dots="open")
FALL = style(("#000000", "#ffffff"), dots="filled")
EDGE = style(("#0b5cad", "#7db8ff"), width=2.4)
OUTER = style(("#b3420a", "#ff9d5c"), (8, 4), 2)
GUIDE = style(("#5b5b5b", "#b4b4b4"), (6, 4), 1.2)
CONTOUR = style(("#00000050", "#ffffff55"), width=0.7)


def plane(label, x, y, layers):
    """A panel as high as wide, with two spatial axes; `layers` are drawn in order.

    Example: ``plane("Map", axis("x", "xmin", "xmax"), axis("y", -3, 3), [heat("kinds", [STABLE, UNSTABLE])])``.

    Parameters
    ----------
    label : str, its title
    x, y : axes; their low and high are needed
    layers : list of layers
    """
    return {"panel": "plane", "label": label, "x": {**x, "fit": False}, "y": {**y, "fit": False}, "layers": layers}


def chart(label, x, y, layers):
    """A panel of curves, points or bars; its axes fit what is drawn, or are fixed.

    Example: ``chart("Loss", axis("step k"), axis("loss", log=True), [curve("loss", "shown", [run("loss", FALL)])])``.

    Parameters
    ----------
    label : str, its title
    x, y : axes
    layers : list of layers
    """
    return {"panel": "chart", "label": label, "x": x, "y": y, "layers": layers}


def axis(label, low=None, high=None, log=False, fit=True):
    """An axis, linear or logarithmic. With `fit` it spans what is drawn, within low and high; else low to high.

    Example: ``axis("s", 0, 2, fit=False)``.

    Parameters
    ----------
    label : str
    low, high : numbers or names; None without a bound
    log : True for a logarithmic axis
    fit : False for an axis from low to high
    """
    return {"label": label, "low": low, "high": high, "log": log, "fit": fit}


def heat(grid, classes):
    """The classes of a grid buffer, in colour and hatch, with a legend that gives each class's share.

    Example: ``heat("kinds", [STABLE, UNSTABLE, DIVERGED])``: cells are 0, 1 and 2.

    Parameters
    ----------
    grid : name of a buffer that a call fills, see `Figure`
    classes : list of classes, of the cells 0, 1, 2, …
    """
    return {"layer": "heat", "grid": grid, "classes": classes}


def shade(grid, low, high, name, log=False, classes=()):
    """The numbers of a grid buffer, at least 0, with a colour bar from low to high; cells -1, -2, … are the classes.

    A cell that is nothing of that, such as NaN, has the colour of `low`.

    Example: ``shade("steps", 1, 500, "steps to converge", log=True, classes=[DIVERGED, BOUNDED])``.

    Parameters
    ----------
    grid : name of a buffer that a call fills, see `Figure`
    low, high : numbers or names, the ends of the colour bar; above 0 with `log`
    name : str, of the colour bar
    log : True for a logarithmic colour bar
    classes : list of classes, of the cells -1, -2, …
    """
    return {"layer": "shade", "grid": grid, "low": low, "high": high, "name": name, "log": log, "colours": COLOURS,
            "classes": list(classes)}


def segments(values, count, name, style=CONTOUR, arrows=False):
    """Line segments, rows x0 y0 x1 y1 of a buffer, the first `count` of them; as arrows, with a head at x1 y1.

    Example: ``segments("contours", "contour_count", "contours of the loss")``.

    Parameters
    ----------
    values : name of an array (n, 4)
    count : number or name
    name : str, in the legend
    style : of the lines
    arrows : True for a head at x1 y1
    """
    return {"layer": "segments", "values": values, "count": count, "name": name, "style": style, "arrows": arrows}


def run(name, style, last=None):
    """One look of a path or curve, up to its row `last`; the next run goes on from there.

    Example: ``[run("loss may still rise", RISE, "split"), run("loss falls from here", FALL)]``.

    Parameters
    ----------
    name : str, in the legend
    style : of the line
    last : number or name of the last row, None for the end; where the path has fewer rows, nothing is left for the next
    """
    return {"name": name, "style": style, "last": last}


def path(points, count, runs):
    """A path through the first `count` points, rows x y of a buffer.

    Example: ``path("points", "shown", [run("orbit", FALL)])``.

    Parameters
    ----------
    points : name of an array (n, 2)
    count : number or name
    runs : list of runs
    """
    return {"layer": "path", "points": points, "count": count, "runs": runs}


def curve(values, count, runs, x=None):
    """A curve of values against the values of the buffer `x`, or against their index, which begins at 0.

    Example: ``curve("loss", "shown", [run("loss", FALL)])``.

    Parameters
    ----------
    values : name of an array (n,)
    count : number or name
    runs : list of runs
    x : name of an array (n,), None for 0, 1, 2, …
    """
    return {"layer": "curve", "values": values, "count": count, "runs": runs, "x": x}


def dots(points, count, name, style):
    """Dots at the first `count` points, rows x y of a buffer.

    Example: ``dots("attractor", "found", "where orbits end", FALL)``.

    Parameters
    ----------
    points : name of an array (n, 2)
    count : number or name
    name : str, in the legend
    style : its colour, and the size as its width
    """
    return {"layer": "dots", "points": points, "count": count, "name": name, "style": style}


def bars(values, count, name, style):
    """Bars of the first `count` values, at 1, 2, 3, …

    Example: ``bars("squares", "n", "x_i squared", EDGE)``.

    Parameters
    ----------
    values : name of an array (n,)
    count : number or name
    name : str, in the legend
    style : its colour
    """
    return {"layer": "bars", "values": values, "count": count, "name": name, "style": style}


def marks(points, name):
    """Crosses at points, rows x y.

    Example: ``marks("minima", "minimum")``.

    Parameters
    ----------
    points : name of an array (n, 2)
    name : str, in the legend
    """
    return {"layer": "marks", "points": points, "name": name}


def level(value, name, on="y"):
    """A dashed line at a value of the axis `on`, with its name: a threshold.

    Example: ``level("limit", "2/η")``.

    Parameters
    ----------
    value : number or name
    name : str, beside the line
    on : "y" for a horizontal line, "x" for an upright one
    """
    return {"layer": "level", "value": value, "name": name, "on": on}


def band(low, high, name, on="y"):
    """The region between two values of the axis `on`.

    Example: ``band(0, "largest", "the minimum attracts", on="x")``.

    Parameters
    ----------
    low, high : numbers or names
    name : str, in the legend
    on : "y" or "x"
    """
    return {"layer": "band", "low": low, "high": high, "name": name, "on": on}


def text(x, y, template):
    """Text at a point, with numbers as in a summary: a template of `descent.figures.Figure`.

    Example: ``text("end_x", "end_y", "{steps:.0f} steps")``.

    Parameters
    ----------
    x, y : numbers or names
    template : as an entry of the summary of `Figure`
    """
    return {"layer": "text", "x": x, "y": y, "template": template}


def handle(x, y, name):
    """A point that the reader drags, or moves by arrow keys; it sets two entries of the state.

    Example: ``handle("x0", "y0", "start point")``.

    Parameters
    ----------
    x, y : names of two floats of the state
    name : str, what a screen reader calls it
    """
    return {"layer": "handle", "x": x, "y": y, "name": name}
