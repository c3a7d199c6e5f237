"""Normalized descent that balances the factors of a product, with its controls."""

import ipywidgets

from .. import _checks, figures
from ..figures._balance import MOMENTS
from ._live import LiveFigure


def balance(n=3, alpha=1.2, beta=0.5, seed=12):
    """Josz's Example 4.6: the squares of the variables along normalized descent, played step by step.

    Parameters
    ----------
    n : number of variables, 2 to 6
    alpha : first step, 0.05 to 1.5
    beta : exponent of its decrease, 0 to 1
    seed : of the start, 0 to 100

    Returns
    -------
    LiveFigure
    """
    for name, value, least, most in (("alpha", alpha, 0.05, 1.5), ("beta", beta, 0, 1), ("seed", seed, 0, 100)):
        if not least <= _checks.finite(name, value) <= most:
            raise ValueError(f"{name}={value!r} must be in [{least}, {most}]")
    figure = figures.balance(n, alpha, beta, seed)
    style = {"description_width": "initial"}
    number = ipywidgets.Dropdown(options=[variant["label"] for variant in figure.variants],
                                 index=figure.state["choice"], description="Variables", style=style)
    first = ipywidgets.FloatSlider(alpha, min=0.05, max=1.5, step=0.05, description="First step α",
                                   readout_format=".2f", style=style)
    power = ipywidgets.FloatSlider(beta, min=0, max=1, step=0.05, description="Decrease β", readout_format=".2f",
                                   style=style)
    start = ipywidgets.IntSlider(figure.state["seed"], min=0, max=100, description="Start number", style=style)
    at = ipywidgets.IntSlider(0, min=0, max=MOMENTS - 1, description="Moment, even in log k", style=style)
    return LiveFigure(figure, {"choice": (number, "index"), "alpha": (first, "value"), "beta": (power, "value"),
                               "seed": (start, "value"), "moment": (at, "value")})
