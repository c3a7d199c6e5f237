"""The PNG face: one matplotlib renderer for every figure description."""

import io

import numpy as np

from ._summary import fill

WIDTH, PLANE_HEIGHT, CHART_HEIGHT = 8.4, 6.2, 3.1           # inches
DPI = 110
FAINT = "#777777"


def render(figure, state=None):
    """A figure as a PNG.

    Parameters
    ----------
    figure : Figure
    state : dict, optional
        Entries that differ from the figure's own state.

    Returns
    -------
    bytes
        PNG file.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    values = figure.values(state)
    wide = [3 if any(panel["panel"] == "plane" for panel in column) else 2 for column in figure.panels]
    height = max(PLANE_HEIGHT * 5 / max(5, sum(wide)), CHART_HEIGHT * max(map(len, figure.panels)))
    canvas = Canvas(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(canvas)
    parts = np.ravel(canvas.subfigures(1, len(wide), width_ratios=wide, squeeze=False))
    named = set()
    for part, column in zip(parts, figure.panels):
        for panel, axes in zip(column, np.ravel(part.subplots(len(column), 1, squeeze=False))):
            _panel(panel, axes, values, named, len(column) == 1)
    file = io.BytesIO()
    canvas.savefig(file, format="png", metadata={"Software": None})
    return _indexed(file)


def _indexed(file):
    """The PNG with a palette: a third of the bytes, and no difference to the eye."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(file).convert("RGB").quantize(128, method=Image.Quantize.MEDIANCUT).save(out, "PNG", optimize=True)
    return out.getvalue()


def _panel(panel, axes, values, named, alone):
    """One panel, alone in its column or not; its legend has what no legend before it has."""
    axes.set_title(panel["label"], fontsize=10)
    bounds = []
    for which in "xy":
        axis = panel[which]
        axes.set(**{f"{which}label": axis["label"]})
        if axis["log"]:
            axes.set(**{f"{which}scale": "log"})
        bounds += [values.get(axis[end], axis[end]) for end in ("low", "high")]
        if not axis["fit"]:
            axes.set(**{f"{which}lim": bounds[-2:]})
    for layer in panel["layers"]:
        DRAW[layer["layer"]](axes, layer, values, bounds)
    handles, labels = axes.get_legend_handles_labels()
    new = {label: handle for handle, label in zip(handles, labels) if label not in named}
    named |= set(new)
    if new:
        below = -0.12 if panel["panel"] == "plane" and alone else -0.25
        axes.legend(new.values(), new.keys(), loc="upper center", bbox_to_anchor=(0.5, below), ncols=2, fontsize=8,
                    frameon=False)
    for which, (low, high) in zip("xy", (bounds[:2], bounds[2:])):
        if panel[which]["fit"]:                 # within low and high, where they are given
            shown = getattr(axes, f"get_{which}lim")()
            axes.set(**{f"{which}lim": (max(shown[0], shown[0] if low is None else low),
                                        min(shown[1], shown[1] if high is None else high))})


def _number(name, values):
    return values[name] if isinstance(name, str) else name


def _heat(axes, layer, values, bounds):
    grid = values[layer["grid"]]
    _paint(axes, _tiles(grid, layer["classes"], range(len(layer["classes"])), axes), bounds)


def _shade(axes, layer, values, bounds):
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize

    grid = values[layer["grid"]]
    low, high = _number(layer["low"], values), _number(layer["high"], values)
    scale = ScalarMappable((LogNorm if layer["log"] else Normalize)(low, high, clip=True),
                           LinearSegmentedColormap.from_list("scale", layer["colours"]))
    image = _tiles(grid, layer["classes"], range(-1, -1 - len(layer["classes"]), -1), axes)
    plain = ~np.isin(grid, range(-1, -1 - len(layer["classes"]), -1))
    image[plain] = scale.to_rgba(np.fmax(grid[plain], low), bytes=True)[:, :3]
    _paint(axes, image, bounds)
    axes.figure.colorbar(scale, ax=axes, location="top", label=layer["name"], aspect=40)


def _tiles(grid, classes, cells, axes):
    """The classes as an image, and their entries of the legend with their shares."""
    ny, nx = grid.shape
    row, column = np.arange(ny)[:, None] & 7, np.arange(nx)[None, :] & 7
    image = np.empty((ny, nx, 3), np.uint8)
    for entry, cell in zip(classes, cells):
        hatch = (np.array(entry["hatch"])[row] >> (7 - column)) & 1
        ground, ink = (np.array([int(entry[name][0][i:i + 2], 16) for i in (1, 3, 5)], np.uint8)
                       for name in ("fill", "ink"))
        tile = np.where(hatch[..., None] == 1, ink, ground)
        image[grid == cell] = tile[grid == cell]
        axes.fill([], [], color=entry["fill"][0], ec=FAINT, label=f"{entry['label']} {np.mean(grid == cell):.1%}")
    return image


def _paint(axes, image, bounds):
    axes.imshow(image, extent=bounds, origin="lower", interpolation="nearest", aspect="auto")


def _look(style):
    """A style as matplotlib has it."""
    dash = (0, tuple(length / style["width"] for length in style["dash"])) if style["dash"] else "-"
    return {"color": style["colour"][0], "lw": style["width"], "ls": dash}


def _segments(axes, layer, values, bounds):
    from matplotlib.collections import LineCollection

    ends = values[layer["values"]][: int(_number(layer["count"], values))]
    look = _look(layer["style"])
    if layer["arrows"]:
        axes.quiver(*ends[:, :2].T, *(ends[:, 2:] - ends[:, :2]).T, angles="xy", scale_units="xy", scale=1,
                    width=0.004, color=look["color"])
        axes.plot([], [], **look, label=layer["name"])
    else:
        axes.add_collection(LineCollection(ends.reshape(-1, 2, 2), colors=look["color"], linewidths=look["lw"],
                                           linestyles=[look["ls"]], label=layer["name"]), autolim=False)


def _runs(axes, x, y, runs, values):
    """A line, each run of it in its own style."""
    first = 0
    for part in runs:
        end = len(x) if part["last"] is None else int(_number(part["last"], values))
        last = min(end, len(x) - 1)
        final, dots = part is runs[-1] or end > last, part["style"]["dots"]      # beyond the last row no run follows
        axes.plot(x[first:last + 1], y[first:last + 1], **_look(part["style"]), label=part["name"],
                  marker="o" if dots else "", ms=4, mfc="white" if dots == "open" else part["style"]["colour"][0],
                  markevery=slice(None, None if final else max(0, last - first)))
        first = max(first, min(end, len(x)))


def _path(axes, layer, values, bounds):
    points = values[layer["points"]][: int(_number(layer["count"], values))]
    _runs(axes, points[:, 0], points[:, 1], layer["runs"], values)


def _curve(axes, layer, values, bounds):
    count = int(_number(layer["count"], values))
    y = values[layer["values"]][:count]
    x = np.arange(count) if layer["x"] is None else values[layer["x"]][:count]
    for axis in "xy":
        if getattr(axes, f"get_{axis}scale")() == "log":
            x, y = (np.where(x > 0, x, np.nan), y) if axis == "x" else (x, np.where(y > 0, y, np.nan))
    _runs(axes, x, y, layer["runs"], values)


def _dots(axes, layer, values, bounds):
    points = values[layer["points"]][: int(_number(layer["count"], values))]
    axes.plot(points[:, 0], points[:, 1], ".", color=layer["style"]["colour"][0], ms=2 * layer["style"]["width"],
              mew=0, label=layer["name"])


def _bars(axes, layer, values, bounds):
    heights = values[layer["values"]][: int(_number(layer["count"], values))]
    axes.bar(np.arange(1, len(heights) + 1), heights, 0.6, color=layer["style"]["colour"][0], label=layer["name"])
    axes.set_xticks(np.arange(1, len(heights) + 1))


def _level(axes, layer, values, bounds):
    value, upright = _number(layer["value"], values), layer["on"] == "x"
    left = upright and value < np.mean(axes.get_xlim())
    (axes.axvline if upright else axes.axhline)(value, color="black", lw=1, ls=(0, (6, 4)))
    place = ((value, 1), ("data", "axes fraction"), (3 if left else -3, -4), "left" if left else "right", "top") \
        if upright else ((1, value), ("axes fraction", "data"), (-4, 2), "right", "bottom")
    axes.annotate(layer["name"], place[0], xycoords=place[1], xytext=place[2], textcoords="offset points",
                  ha=place[3], va=place[4])


def _band(axes, layer, values, bounds):
    low, high = _number(layer["low"], values), _number(layer["high"], values)
    (axes.axvspan if layer["on"] == "x" else axes.axhspan)(low, high, color="#7f7f7f", alpha=0.18, lw=0,
                                                           label=layer["name"])


def _marks(axes, layer, values, bounds):
    points = values[layer["points"]]
    axes.plot(points[:, 0], points[:, 1], "x", color="white", ms=8, mew=4)
    axes.plot(points[:, 0], points[:, 1], "x", color="black", ms=7, mew=1.8, label=layer["name"])


def _text(axes, layer, values, bounds):
    axes.annotate(fill(layer["template"], values), (_number(layer["x"], values), _number(layer["y"], values)),
                  xytext=(8, 8), textcoords="offset points", fontsize=9, annotation_clip=True,
                  bbox={"fc": "white", "ec": "none", "alpha": 0.7, "pad": 1})


def _handle(axes, layer, values, bounds):
    axes.plot(values[layer["x"]], values[layer["y"]], "o", color="#ffd54d", mec="black", mew=2, ms=10,
              label=layer["name"])


DRAW = {"heat": _heat, "shade": _shade, "segments": _segments, "path": _path, "curve": _curve, "dots": _dots,
        "bars": _bars, "level": _level, "band": _band, "marks": _marks, "text": _text, "handle": _handle}
