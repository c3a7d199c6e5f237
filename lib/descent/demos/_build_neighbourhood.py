"""The invariant set of Theorem 2, built step by step, with its controls."""

import ipywidgets

from .. import _checks, landscapes
from ..figures import _build_neighbourhood as figures
from ._basin_map import CHEN
from ._live import LiveFigure

HALVES = {"chen-f1": 1.2, "chen-f2": 1.2, "chen-f3": 1.6, "chen-f4": 1.6}      # of the square without the ball
OWN_HALF = 2.0
LEAST, MOST, LEAST_W, MOST_W = 0.05, 0.99, 0.05, 0.95


def build_neighbourhood(first="chen-f2", fraction=0.7, w=0.5):
    """U = {|x - x*| < t', f < f*} of Chen, Peng, Li & Zhao (2024), and what fails with a larger ball or without it.

    Parameters
    ----------
    first : name of the function that is shown first; a landscape with known minima that is set as `landscape` takes
        its place
    fraction : step at the beginning, as a fraction of the largest step 2 / lambda_max; 0.05 to 0.99
    w : where M lies between lambda_max and 2 / eta, 0.05 to 0.95

    Returns
    -------
    LiveFigure
    """
    if not isinstance(first, str) or first not in CHEN:
        raise ValueError(f"first={first!r} must be one of {', '.join(CHEN)}")
    for name, value, least, most in (("fraction", fraction, LEAST, MOST), ("w", w, LEAST_W, MOST_W)):
        if not least <= _checks.finite(name, value) <= most:
            raise ValueError(f"{name}={value!r} must be in [{least}, {most}]")
    names = [first, *(name for name in CHEN if name != first)]
    style = {"description_width": "initial"}
    function = ipywidgets.Dropdown(options=[CHEN[name][0] for name in names], index=0, description="Function",
                                   style=style)
    step = ipywidgets.FloatSlider(fraction, min=LEAST, max=MOST, step=0.01, description="Step / largest step",
                                  readout_format=".2f", style=style)
    weight = ipywidgets.FloatSlider(w, min=LEAST_W, max=MOST_W, step=0.05, description="w: M from λ_max to 2/η",
                                    readout_format=".2f", style=style)
    wide = ipywidgets.Checkbox(False, description="Three times the radius", indent=False)
    free = ipywidgets.Checkbox(False, description="Without the ball", indent=False)

    def figure(f, half, label):
        others = names[1:]
        return figures.build_neighbourhood([f, *map(landscapes.named, others)],
                                           [half, *(HALVES[name] for name in others)],
                                           [label, *(CHEN[name][0] for name in others)], fraction, w)

    def remake(f):
        own = figure(f, OWN_HALF, f.name)
        function.options = [variant["label"] for variant in own.variants]
        return own

    controls = {"choice": (function, "index"), "fraction": (step, "value"), "w": (weight, "value"),
                "wide": (wide, "value"), "free": (free, "value")}
    return LiveFigure(figure(landscapes.named(first), HALVES[first], CHEN[first][0]), controls, remake)
