"""The trapping ellipse of the hyperbola, with its controls."""

import ipywidgets

from .. import _checks, figures
from ..figures._ellipse_map import MOST
from ._live import LiveFigure

LEAST = 0.1


def ellipse_map(s=0.6):
    """Steps to converge on (1 - x y)^2 and its half, with the trapping ellipse of Craciun & Ghoshdastidar's example.

    Parameters
    ----------
    s : step at the beginning, as a fraction of the largest for which a minimum is stable; 0.1 to 2.1

    Returns
    -------
    LiveFigure
    """
    if not LEAST <= _checks.finite("s", s) <= MOST:
        raise ValueError(f"s={s!r} must be in [{LEAST}, {MOST}]")
    figure = figures.ellipse_map(s=s)
    style = {"description_width": "initial"}
    loss = ipywidgets.ToggleButtons(options=[variant["label"] for variant in figure.variants], index=0,
                                    description="Loss", style=style)
    step = ipywidgets.FloatSlider(s, min=LEAST, max=MOST, step=0.01, description="Step / largest step",
                                  readout_format=".2f", style=style)
    return LiveFigure(figure, {"choice": (loss, "index"), "s": (step, "value")})
