"""Across the largest step, with its controls."""

import ipywidgets

from .. import _checks, figures, landscapes
from ..figures._cross_maximum import LEAST, MOST
from ._basin_map import CHEN
from ._live import LiveFigure

# an invariant line, the half-width of the square around the minimum, the first start as seen from the minimum
AROUND = {
    "chen-f1": ((0, 1), 0.7, (0.1, 0.08)),
    "chen-f2": ((0, 1), 0.35, (0.1, 0.08)),
    "chen-f3": ((1, 1), 0.35, (0.1, 0.04)),
    "chen-f4": ((1, 1), 0.5, (0.15, 0.05)),
}


def cross_maximum(first="chen-f1", fraction=0.95):
    """Steps from 0.9 to 1.05 of the largest, at a minimum of each function of Chen, Peng, Li & Zhao (2024).

    Parameters
    ----------
    first : name of the function that is shown first
    fraction : step at the beginning, as a fraction of the largest step 2 / lambda_max; 0.9 to 1.05

    Returns
    -------
    LiveFigure
    """
    if not isinstance(first, str) or first not in AROUND:
        raise ValueError(f"first={first!r} must be one of {', '.join(AROUND)}")
    if not LEAST <= _checks.finite("fraction", fraction) <= MOST:
        raise ValueError(f"fraction={fraction!r} must be in [{LEAST}, {MOST}]")
    names = [first, *(name for name in AROUND if name != first)]
    lines, halves, starts = zip(*(AROUND[name] for name in names))
    labels = [CHEN[name][0] for name in names]
    figure = figures.cross_maximum([landscapes.named(name) for name in names], lines, halves, labels, starts, fraction)
    style = {"description_width": "initial"}
    function = ipywidgets.Dropdown(options=labels, index=0, description="Function", style=style)
    step = ipywidgets.FloatSlider(fraction, min=LEAST, max=MOST, step=0.005, description="Step / largest step",
                                  readout_format=".3f", style=style)
    return LiveFigure(figure, {"choice": (function, "index"), "fraction": (step, "value")})
