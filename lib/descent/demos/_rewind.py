"""Walking back from a critical point of two wells, with its controls."""

import ipywidgets
import numpy as np

from .. import _checks, landscapes
from ..figures import _rewind as figures
from ._live import LiveFigure

LEAST = 0.05
TARGETS = ("sharp minimum", "flat minimum", "saddle")


def rewind(first="sharp minimum", fraction=0.9):
    """Proposition 2 of Josz & Ouyang on two wells: each minimum, and the saddle, is the limit of some start.

    Parameters
    ----------
    first : "sharp minimum", "flat minimum" or "saddle", the target that is shown first
    fraction : alpha L at the beginning, 0.05 to 1.2

    Returns
    -------
    LiveFigure
    """
    if not isinstance(first, str) or first not in TARGETS:
        raise ValueError(f"first={first!r} must be one of {', '.join(TARGETS)}")
    if not LEAST <= _checks.finite("fraction", fraction) <= figures.MOST:
        raise ValueError(f"fraction={fraction!r} must be in [{LEAST}, {figures.MOST}]")
    f = landscapes.named("two-wells")
    figure = figures.rewind(f, np.concatenate([f.minima.points, f.stationary]), TARGETS, fraction=fraction,
                            choice=TARGETS.index(first))
    style = {"description_width": "initial"}
    target = ipywidgets.ToggleButtons(options=TARGETS, index=figure.state["choice"], description="Target", style=style)
    step = ipywidgets.FloatSlider(fraction, min=LEAST, max=figures.MOST, step=0.01, description="Step size times L",
                                  readout_format=".2f", style=style)
    n = ipywidgets.IntSlider(figure.state["n"], min=1, max=figures.MOST_BACK, description="Steps back n", style=style)
    angle = ipywidgets.IntSlider(figure.state["angle"], min=0, max=359, description="Direction of a, degrees",
                                 style=style)
    return LiveFigure(figure, {"choice": (target, "index"), "fraction": (step, "value"), "n": (n, "value"),
                               "angle": (angle, "value")})
