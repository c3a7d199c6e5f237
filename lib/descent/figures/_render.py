"""The PNG face: one matplotlib renderer for every figure description."""

import io

import numpy as np

RISE, FALL = "#b3420a", "#000000"               # light theme: a picture has one
FIGURE_SIZE = (8.4, 6.2)
DPI = 110


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
    canvas = Canvas(figsize=FIGURE_SIZE, dpi=DPI, layout="constrained")
    FigureCanvasAgg(canvas)
    planes = [panel for panel in figure.panels if panel["panel"] == "plane"]
    charts = [panel for panel in figure.panels if panel["panel"] == "chart"]
    left, right = canvas.subfigures(1, 2, width_ratios=(3, 2))
    for part, panels in ((left, planes), (right, charts)):
        for panel, axes in zip(panels, np.ravel(part.subplots(len(panels), 1, squeeze=False))):
            _panel(panel, axes, values)
    file = io.BytesIO()
    canvas.savefig(file, format="png", metadata={"Software": None})
    return _indexed(file)


def _indexed(file):
    """The PNG with a palette: a third of the bytes, and no difference to the eye."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(file).convert("RGB").quantize(128, method=Image.Quantize.MEDIANCUT).save(out, "PNG", optimize=True)
    return out.getvalue()


def _panel(panel, axes, values):
    axes.set_title(panel["label"], fontsize=10)
    axes.set_xlabel(panel["x"]["label"])
    axes.set_ylabel(panel["y"]["label"])
    if panel["y"]["log"]:
        axes.set_yscale("log")
    bounds = None
    if panel["panel"] == "plane":
        bounds = [values[panel[which][end]] for which in "xy" for end in ("low", "high")]
        axes.set(xlim=bounds[:2], ylim=bounds[2:])
    for layer in panel["layers"]:
        DRAW[layer["layer"]](axes, layer, values, bounds)
    if panel["panel"] == "plane":
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=8, frameon=False)
    elif panel["y"]["log"]:
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, panel["y"]["low"] or low), min(high, panel["y"]["high"] or high))


def _heat(axes, layer, values, bounds):
    grid = values[layer["grid"]]
    ny, nx = grid.shape
    row, column = np.arange(ny)[:, None] & 7, np.arange(nx)[None, :] & 7
    image = np.empty((ny, nx, 3), np.uint8)
    for k, entry in enumerate(layer["classes"]):
        hatch = (np.array(entry["hatch"])[row] >> (7 - column)) & 1
        ground, ink = (np.array([int(entry[name][0][i:i + 2], 16) for i in (1, 3, 5)], np.uint8)
                       for name in ("fill", "ink"))
        tile = np.where(hatch[..., None] == 1, ink, ground)
        image[grid == k] = tile[grid == k]
        axes.fill([], [], color=entry["fill"][0], ec="#777777", label=f"{entry['label']} {np.mean(grid == k):.1%}")
    axes.imshow(image, extent=bounds, origin="lower", interpolation="nearest", aspect="auto")


def _segments(axes, layer, values, bounds):
    from matplotlib.collections import LineCollection

    lines = values[layer["values"]][: values[layer["count"]]].reshape(-1, 2, 2)
    axes.add_collection(LineCollection(lines, colors="#00000050", linewidths=0.6, label=layer["name"]), autolim=False)


def _two_styles(axes, x, y, split, before=None, after=None):
    """A line in the style before the split, and in the style after it."""
    split = int(split)
    axes.plot(x[: split + 1], y[: split + 1], "--", color=RISE, lw=1.3, label=before)
    axes.plot(x[:split], y[:split], "o", color=RISE, mfc="white", ms=4)
    axes.plot(x[split:], y[split:], ".-", color=FALL, lw=1.3, label=after)


def _path(axes, layer, values, bounds):
    points = values[layer["points"]][: int(values[layer["count"]])]
    _two_styles(axes, points[:, 0], points[:, 1], values[layer["split"]], layer["before"], layer["after"])


def _curve(axes, layer, values, bounds):
    y = values[layer["values"]][: int(values[layer["count"]])]
    if axes.get_yscale() == "log":
        y = np.where(y > 0, y, np.nan)
    _two_styles(axes, np.arange(len(y)), y, values[layer["split"]])


def _level(axes, layer, values, bounds):
    axes.axhline(values[layer["value"]], color="black", lw=1, ls=(0, (6, 4)))
    axes.annotate(layer["name"], (1, values[layer["value"]]), xycoords=("axes fraction", "data"), xytext=(-4, 2),
                  textcoords="offset points", ha="right", va="bottom")


def _marks(axes, layer, values, bounds):
    points = values[layer["points"]]
    axes.plot(points[:, 0], points[:, 1], "x", color="white", ms=8, mew=4)
    axes.plot(points[:, 0], points[:, 1], "x", color="black", ms=7, mew=1.8, label=layer["name"])


def _handle(axes, layer, values, bounds):
    axes.plot(values[layer["x"]], values[layer["y"]], "o", color="#ffd54d", mec="black", mew=2, ms=10,
              label=layer["name"])


DRAW = {"heat": _heat, "segments": _segments, "path": _path, "curve": _curve, "level": _level, "marks": _marks,
        "handle": _handle}
