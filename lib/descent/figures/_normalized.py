"""Normalized gradient descent beside gradient descent: Josz, Implicit regularization of normalized gradient descent.

Example 1.1, the hyperbola: steps alpha / (k + 1)^beta zig-zag across the valley and slide along it to (1, 1), and what
they slide is paid with sum alpha_k^2. Gradient descent from the same start stops at a minimum that is not flat.
"""

import functools
import itertools
import re
import types

import numpy as np

from .. import _checks, landscapes, maps
from ..kernels import kernel
from . import vocabulary as v
from ._figure import Figure
from ._isolines import isolines, values_grid
from ._thinned import ROOM, fuel_kind, predicted, shown_steps, step_sizes, thinned, whole

MOST_STEPS = 10**5
GRID = [100, 100]
QUANTILES = (0.02, 0.06, 0.12, 0.2, 0.3, 0.42, 0.55, 0.7, 0.85)     # of the values: levels of the contours
NORMALIZED = v.style(("#b3420a", "#ff9d5c"), width=1.1, dots="filled")
NORMALIZED_DOTS, PLAIN_DOTS = v.style(("#b3420a", "#ff9d5c"), width=3.4), v.style(("#0b5cad", "#7db8ff"), width=3.4)
PLAIN = v.style(("#0b5cad", "#7db8ff"), width=1.6, dots="filled")
VALLEY = v.style(("#5b5b5b", "#b4b4b4"), width=2)
LONGEST = 30                                    # characters of a formula in a title
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
ORBIT = ("points", "gaps", "seconds", "facts")  # what `thinned` fills, and the facts
FACTS = ["shown", "left", "steps", "x", "y", "gap", "second_first", "second"]


@functools.cache
def modulus(function):
    """The kernel p -> |function(p)|."""
    @kernel()
    def modulus(p):
        return abs(function(p))

    return modulus


@kernel()
def never(p):
    return False


@functools.cache
def stationary(f):
    """The kernel p -> whether the gradient of f is exactly 0, so that it has no direction."""
    gradient = f.kernels.gradient

    @kernel()
    def stationary(p):
        g = gradient(p)
        return g[0] == 0 and g[1] == 0

    return stationary


def normalized(f, box, start, alpha=1.0, beta=0.5, steps=1e4, eta=0.01, conserved=None, kappa=None):
    """Normalized gradient descent and gradient descent on a function of two variables, from one start.

    Parameters
    ----------
    f : Landscape of two variables
    box : (xmin, xmax, ymin, ymax)
    start : (x, y)
    alpha, beta : steps alpha / (k + 1)^beta of normalized descent
    steps : number of steps of both, at most 1e5
    eta : step of gradient descent
    conserved : formula of a quantity that the gradient flow conserves; None: sharpness is shown in its place
    kappa : with `conserved`, the rate kappa of its decay exp(-kappa sum alpha_k^2) at the flat minimum, or None

    Returns
    -------
    Figure
        State: ``alpha``, ``beta``, ``steps``, ``eta``, ``x0``, ``y0``.
    """
    if _checks.landscape("f", f).dimension != 2:
        raise ValueError(f"f={f.name} has {f.dimension} variables; the figure is for two")
    bounds, _ = _checks.grid(box, GRID, 2)
    x0, y0 = _checks.point("start", start, 2).tolist()
    state = {"alpha": _checks.positive("alpha", alpha), "beta": _checks.finite("beta", beta),
             "steps": _checks.finite("steps", steps), "eta": _checks.positive("eta", eta), "x0": x0, "y0": y0}
    if not 0 <= state["beta"]:
        raise ValueError(f"beta={beta!r} must be at least 0: steps do not grow")
    if not 1 <= state["steps"] <= MOST_STEPS:
        raise ValueError(f"steps={steps!r} must be from 1 to {MOST_STEPS}")
    height, gap, name, gaps_title, reference, valley = f.kernels.value, f.kernels.value, "f", "f along both", [], []
    halted = stationary(f)
    if f.residual is not None:                  # f = phi(|h|) has the level lines of h, and directions where h = 0
        halted = never
        height, gap, name = f.kernels.residual, modulus(f.kernels.residual), "|h|"
        gaps_title = f"|h|{_defined(f)}: f is least at h = 0"
        reference = [v.path("n_steps_shown", "n_shown", [v.run("step α / (k + 1)^β", v.GUIDE)])]
        # the sum of |h_s| of several pieces changes no sign
        valley = [v.segments("valley", "valley_count", "h = 0", VALLEY)] if f.pieces is None else []
    second, quantity, decay = f.kernels.sharpness, "sharpness", []
    if conserved is not None:
        second = modulus(landscapes.from_formula(conserved, f.variables).kernels.value)
        quantity = f"|{_written(conserved)}|"
        decay = [v.path("decay", "decay_count", [v.run("rate at the flat minimum", v.OUTER)])] if kappa else []
    constants = {**dict(zip(("xmin", "xmax", "ymin", "ymax"), bounds.tolist())), "zero": [0.0],
                 "kappa": _checks.finite("kappa", kappa or 0.0), "levels": _levels(f, height, bounds)}
    marked = []
    if f.flat_minima is not None and f.flat_minima.points is not None:
        constants["flat"] = f.flat_minima.points.tolist()
        marked = [v.marks("flat", "flat minimum")]
    box = ["xmin", "xmax", "ymin", "ymax"]
    rows = {"type": "f8", "shape": [ROOM, 2]}
    return Figure(
        key="normalized",
        name="Normalized gradient descent beside gradient descent",
        about="Level lines of the function, once with the iterates of normalized gradient descent and once with those "
              f"of gradient descent, from one start; {name} and {quantity} along both, against k + 1.",
        state=state, variants=[{"label": f.name, "constants": constants, "start": {}}],
        shared={"isolines": isolines, "whole": whole, "step_sizes": step_sizes, "shown_steps": shown_steps,
                "predicted": predicted, "fuel_kind": fuel_kind},
        kernels=[{"heights": values_grid(height),
                  "orbit": thinned(maps.gradient_step(f), maps.normalized_step(f), gap, second, halted)}],
        buffers={
            **_buffers("n"), **_buffers("g"), "n_steps_shown": rows, "decay": rows,
            "height": {"type": "f8", "shape": GRID}, "valley": {"type": "f8", "shape": [2000, 4]},
            "contours": {"type": "f8", "shape": [8000, 4]},
        },
        program=[
            {"kernel": "whole", "args": ["steps"], "result": "count"},
            {"kernel": "fuel_kind", "args": ["beta"], "result": "fuel_kind"},
            {"kernel": "step_sizes", "args": ["alpha", "beta", "count", "n_alphas"], "result": "fuel"},
            {"kernel": "step_sizes", "args": ["eta", 0.0, "count", "g_alphas"], "result": "g_fuel"},
            {"kernel": "orbit", "args": ["x0", "y0", 1, "count", "n_alphas", *(f"n_{part}" for part in ORBIT)]},
            {"kernel": "orbit", "args": ["x0", "y0", 0, "count", "g_alphas", *(f"g_{part}" for part in ORBIT)]},
            {"kernel": "shown_steps", "args": ["n_alphas", "count", "n_shown", "n_gaps", "n_steps_shown"]},
            {"kernel": "predicted", "args": ["n_alphas", "n_shown", "kappa", "n_seconds", "decay"],
             "result": "decay_count"},
            {"kernel": "heights", "args": [*box, "height"]},
            {"kernel": "isolines", "args": [*box, "height", "levels", "contours"], "result": "contour_count"},
            {"kernel": "isolines", "args": [*box, "height", "zero", "valley"], "result": "valley_count"},
        ],
        panels=[[
            v.plane(title, v.axis(f.variables[0], "xmin", "xmax"), v.axis(f.variables[1], "ymin", "ymax"), [
                v.segments("contours", "contour_count", "contours of the function"), *valley,
                v.path(f"{method}_points", f"{method}_shown", [v.run(f"iterates of {short}", look)]),
                *marked, v.handle("x0", "y0", "start point")]),
            below,
        ] for method, short, title, look, below in (
            ("n", "normalized descent", "Normalized gradient descent", NORMALIZED,
             _chart(name, gaps_title, "gaps", reference, f.residual is not None)),
            ("g", "gradient descent", "Gradient descent", PLAIN,
             _chart(quantity, f"{quantity} along both", "seconds", decay, conserved is not None)),
        )],
        summary=[
            ["Normalized descent ", _end("n", name, quantity)],
            {"choose": "fuel_kind", "among": [
                "Steps of constant length never settle at a minimum, unless they hit it.",
                "Σ αₖ² = {fuel:.3f} so far, and it grows without bound.",
                "Σ αₖ² = {fuel:.3f} so far, and it stays bounded for ever: the fuel for moving along the valley runs "
                "out."]},
            ["Gradient descent ", _end("g", name, quantity)],
        ])


def _chart(label, title, rows, references, log):
    """Both methods in one chart against k + 1."""
    return v.chart(title, v.axis("k + 1", log=True), v.axis(label, *((1e-12, 1e6) if log else ()), log=log), [
        *references, v.dots(f"g_{rows}", "g_shown", f"{label}, gradient descent", PLAIN_DOTS),
        v.dots(f"n_{rows}", "n_shown", f"{label}, normalized descent", NORMALIZED_DOTS)])


def _buffers(method):
    """The step sizes of a method, and what `thinned` fills."""
    names = [f"{method}_{fact}" for fact in FACTS]
    return {f"{method}_alphas": {"type": "f8", "shape": [MOST_STEPS]},
            **{f"{method}_{part}": {"type": "f8", "shape": [ROOM, 2]} for part in ORBIT},
            f"{method}_facts": {"type": "f8", "shape": [len(FACTS)], "names": names}}


def _end(method, name, quantity):
    """The sentence on the end of an orbit."""
    return {"choose": f"{method}_left", "among": [
        f"is at ({{{method}_x:.3f}}, {{{method}_y:.3f}}) after {{{method}_steps:.0f}} steps, with {name} up to "
        f"{{{method}_gap:.1e}} at the last two; {quantity} went from {{{method}_second_first:.3f}} to "
        f"{{{method}_second:.3f}}.",
        f"leaves within {{{method}_steps:.0f}} steps: it diverges, or comes where the function has no value.",
        f"stops at ({{{method}_x:.3f}}, {{{method}_y:.3f}}) after {{{method}_steps:.0f}} steps: the gradient there is "
        "exactly 0, and has no direction."]}


def _defined(f):
    """", h = …" for the residual h of f, "" where that is too long for a title."""
    from sympy import sstr

    text = sstr(f.residual)
    if text.startswith("-"):
        text = sstr(f.residual, order="none")   # 1 - x*y
    if f.pieces is not None:
        return ", h = Σ|hₛ|"
    return f", h = {_written(text)}" if len(text) <= LONGEST else ""


def _written(formula):
    """A formula for labels: x**2 as x²; x*y as xy, but not next to the name of a function."""
    powers = re.sub(r"\*\*(\d+)", lambda found: found[1].translate(RAISED), formula).replace("**", "^")
    return powers.replace("-", "−").replace("*", "·" if re.search("[a-z]{2}", formula) else "")


def _levels(f, height, bounds):
    """Values of a kernel of f between those on the box, for contours."""
    # interpreted: 625 values take less time than compiling; NumPy's mathematics is nan where `math` raises
    function = types.FunctionType(height.py_func.__code__, {**height.py_func.__globals__, "math": np})
    x, y = (low + (high - low) * (np.arange(25) + 0.5) / 25 for low, high in (bounds[:2], bounds[2:]))
    with np.errstate(all="ignore"):
        values = np.array([function(p) for p in itertools.product(x, y)])
    values = values[np.isfinite(values)]
    if not len(values):
        raise ValueError(f"box={tuple(bounds.tolist())}: {f.name} has no finite value there")
    return [float(f"{level:.6g}") for level in np.unique(np.quantile(values, QUANTILES))]
