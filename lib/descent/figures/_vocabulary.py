"""What panels are made of. Each function returns one entry of a description; names refer to the figure's values."""

# Classes of a map: fill and hatch in the light and the dark theme. A hatch is 8 rows of 8 bits: the second cue.
PLAIN, DOTS, STRIPES, CROSSES, SPARSE = (
    [0] * 8, [0, 0, 0x18, 0x18, 0, 0, 0, 0], [0x81, 0xC0, 0x60, 0x30, 0x18, 0x0C, 0x06, 0x03],
    [0x18, 0x18, 0x18, 0xFF, 0xFF, 0x18, 0x18, 0x18], [0, 0, 0, 0x10, 0, 0, 0, 0])


def klass(label, fill, ink, hatch):
    """A class of a map: its name, (light, dark) colours of fill and hatch, the hatch."""
    return {"label": label, "fill": fill, "ink": ink, "hatch": hatch}


STABLE = klass("stable", ("#a6e1f2", "#2a8ca6"), ("#a6e1f2", "#2a8ca6"), PLAIN)
UNSTABLE = klass("unstable", ("#2f6fba", "#1f4f94"), ("#a9c9ee", "#86b3ea"), DOTS)
BOUNDED = klass("bounded", ("#f0b13c", "#b87d0d"), ("#8a5a00", "#ffe3a8"), STRIPES)
OTHER = klass("other", ("#d28ab2", "#93507a"), ("#6d2350", "#f7cfe4"), CROSSES)
DIVERGED = klass("diverged", ("#ececec", "#33373d"), ("#bdbdbd", "#6b7078"), SPARSE)


def plane(label, x, y, layers):
    """A panel with two spatial axes: `x` and `y` are axes, `layers` are drawn in order."""
    return {"panel": "plane", "label": label, "x": x, "y": y, "layers": layers}


def chart(label, x, y, layers):
    """A panel of curves over a common horizontal axis."""
    return {"panel": "chart", "label": label, "x": x, "y": y, "layers": layers}


def axis(label, low=None, high=None, log=False):
    """An axis. Bounds are names or numbers; a chart's axes fit what is drawn, within low and high."""
    return {"label": label, "low": low, "high": high, "log": log}


def heat(grid, classes):
    """The classes of a grid buffer, in colour and hatch, with a legend that gives each class's share."""
    return {"layer": "heat", "grid": grid, "classes": classes}


def segments(values, count, name):
    """Line segments, rows x0 y0 x1 y1 of a buffer, the first `count` of them."""
    return {"layer": "segments", "values": values, "count": count, "name": name}


def path(points, count, split, before, after):
    """A path of points, rows x y; it has one style up to row `split` and another behind it, named in the legend."""
    return {"layer": "path", "points": points, "count": count, "split": split, "before": before, "after": after}


def curve(values, count, split):
    """A curve of values against their index, with points; drawn like a path on both sides of `split`."""
    return {"layer": "curve", "values": values, "count": count, "split": split}


def level(value, name):
    """A dashed horizontal line at a value, with its name."""
    return {"layer": "level", "value": value, "name": name}


def marks(points, name):
    """Crosses at fixed points, rows x y."""
    return {"layer": "marks", "points": points, "name": name}


def handle(x, y, name):
    """A point that the reader drags, or moves by arrow keys; it sets two entries of the state."""
    return {"layer": "handle", "x": x, "y": y, "name": name}
