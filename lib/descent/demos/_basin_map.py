"""The map of stable and unstable starts, with its controls."""

import ipywidgets

from .. import _checks, figures, landscapes
from ._live import LiveFigure

# The paper states no boxes for its Figure 2; these are ours.
CHEN = {
    "chen-f4": ("f₄ = (1 − xy)² + (x² + y²)/20", (-3, 3, -3, 3), (0.1, 2.5)),
    "chen-f1": ("f₁ = x² + y² + x²y + x³ + y³", (-1, 1, -1, 1), (0.04, 0.26)),
    "chen-f2": ("f₂ = x² + y² + x²y + x⁴ + y⁴", (-2, 2, -2, 2), (-0.28, 0.22)),
    "chen-f3": ("f₃ = x⁴y² + x²y⁴ − 3x²y² + 1", (-2, 2, -2, 2), (1.18, 1.12)),
}


def basin_map(first="chen-f4", fraction=0.38):
    """U_eta and V_eta of the four functions of Chen, Peng, Li & Zhao (2024), with one orbit.

    Parameters
    ----------
    first : name of the function that is shown first
    fraction : step at the beginning, as a fraction of the largest step 2 / lambda_max; 0.05 to 1.05

    Returns
    -------
    LiveFigure
    """
    if not isinstance(first, str) or first not in CHEN:
        raise ValueError(f"first={first!r} must be one of {', '.join(CHEN)}")
    if not 0.05 <= _checks.finite("fraction", fraction) <= 1.05:
        raise ValueError(f"fraction={fraction!r} must be in [0.05, 1.05]")
    names = [first, *(name for name in CHEN if name != first)]
    labels, boxes, starts = zip(*(CHEN[name] for name in names))
    figure = figures.basin_map([landscapes.named(name) for name in names], boxes, labels, starts, fraction)
    style = {"description_width": "initial"}
    function = ipywidgets.Dropdown(options=labels, index=0, description="Function", style=style)
    step = ipywidgets.FloatSlider(fraction, min=0.05, max=1.05, step=0.01, description="Step / largest step",
                                  readout_format=".2f", style=style)
    return LiveFigure(figure, {"choice": (function, "index"), "fraction": (step, "value")})
