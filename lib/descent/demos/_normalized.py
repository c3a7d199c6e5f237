"""Normalized gradient descent beside gradient descent, with its controls."""

import ipywidgets

from .. import _checks, figures, landscapes
from ._live import LiveFigure

BOX, START = (-0.5, 3.5, -0.5, 3.5), (3.0, 0.2)             # of Josz's Example 1.1; for own functions:
OWN_BOX, OWN_START = (-3, 3, -3, 3), (2.0, 0.5)


def normalized(alpha=1.0, beta=0.5):
    """Example 1.1 of Josz: (1 - x y)^2, and any function of two variables that is set as `landscape`.

    Parameters
    ----------
    alpha : first step of normalized descent, 0.05 to 1.5
    beta : exponent of its decrease, 0 to 1

    Returns
    -------
    LiveFigure
    """
    for name, value, least, most in (("alpha", alpha, 0.05, 1.5), ("beta", beta, 0, 1)):
        if not least <= _checks.finite(name, value) <= most:
            raise ValueError(f"{name}={value!r} must be in [{least}, {most}]")
    figure = figures.normalized(landscapes.named("hyperbola"), BOX, START, alpha, beta, conserved="x**2 - y**2",
                                kappa=0.5)
    style = {"description_width": "initial"}
    first = ipywidgets.FloatSlider(alpha, min=0.05, max=1.5, step=0.05, description="First step α",
                                   readout_format=".2f", style=style)
    power = ipywidgets.FloatSlider(beta, min=0, max=1, step=0.05, description="Decrease β", readout_format=".2f",
                                   style=style)
    steps = ipywidgets.FloatLogSlider(figure.state["steps"], min=1, max=5, step=0.1, description="Steps",
                                      readout_format=".0f", style=style)
    plain = ipywidgets.FloatLogSlider(figure.state["eta"], min=-4, max=0, step=0.1, readout_format=".4f", style=style,
                                      description="Step η of gradient descent")
    controls = {"alpha": (first, "value"), "beta": (power, "value"), "steps": (steps, "value"), "eta": (plain, "value")}
    return LiveFigure(figure, controls, remake=lambda f: figures.normalized(f, OWN_BOX, OWN_START))
