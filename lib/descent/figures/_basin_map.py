"""The map of stable and unstable starts, with one orbit on it: U_eta and V_eta of Chen, Peng, Li & Zhao (2024)."""

import functools

import numpy as np

from .. import _checks
from .._vectors import vectors
from ..basins._kinds import STABLE, UNSTABLE, fate
from ..basins._neighbourhood import MIDDLE, neighbourhoods
from ..basins._rows import kind_rows
from ..kernels import kernel
from . import vocabulary as v
from ._figure import Figure
from ._isolines import isolines, values_grid
from ._parts import SHARES, limit_sharpness, scaled_step

MAP_STEPS = 500                                 # cap of the map's orbits
ORBIT_STEPS = 20000                             # cap of the one orbit
SHOWN_STEPS = 60                                # of which so many are drawn
FACTS = ["kind", "steps", "rises", "last_rise", "entered", "shown", "split", "end_x", "end_y"]
GRID, COARSE, LOSS_GRID = [400, 400], [50, 50], [120, 120]
RUNS = [v.run("loss may still rise", v.RISE, "split"), v.run("loss falls from here", v.FALL)]


@functools.cache
def orbit(f):
    """The kernel of one watched orbit.

    orbit(x, y, eta, neighbourhoods, max_steps, floor, points, excess, sharpness, facts) fills the first rows of
    ``points`` (n, 2), ``excess`` (n,) = f - floor and ``sharpness`` (n,), and the facts named in FACTS; the end is the
    minimum that is reached, or else the last point.
    """
    value, gradient, curvature, end = f.kernels.value, f.kernels.gradient, f.kernels.sharpness, fate(f)
    space = vectors(2)
    descend, norm2, load, store = space.descend, space.norm2, space.load, space.store

    @kernel("void(float64, float64, float64, float64[:, ::1], int32, float64, float64[:, ::1], float64[::1], "
            "float64[::1], float64[::1])")
    def orbit(x, y, eta, neighbourhoods, max_steps, floor, points, excess, sharpness, facts):
        kind, steps, limit, rises, last_rise, entered, last = end((x, y), eta, neighbourhoods, max_steps)
        shown, p = 0, (x, y)
        while shown < points.shape[0] and norm2(p) < 1e6:
            store(points[shown], p)
            excess[shown], sharpness[shown] = value(p) - floor, curvature(p)
            p = descend(p, eta, gradient(p))
            shown += 1
        settled = kind == STABLE or kind == UNSTABLE
        facts[0], facts[1], facts[2], facts[3], facts[4] = kind, steps, rises, last_rise, entered
        facts[5] = shown
        facts[6] = last_rise + 1 if settled else shown
        facts[7], facts[8] = load(neighbourhoods[limit]) if limit >= 0 else last

    return orbit


def basin_map(landscapes, boxes, labels, starts, fraction=0.5):
    """The map of stable and unstable starts of one or more landscapes.

    Parameters
    ----------
    landscapes : list of Landscape, of two variables with isolated minima
    boxes : list of (xmin, xmax, ymin, ymax)
    labels : list of str, what the dropdown calls them
    starts : list of (x, y), the first start point of each
    fraction : step at the beginning, as a fraction of 2 / lambda_max

    Returns
    -------
    Figure
        State: ``choice``, ``fraction``, ``x0``, ``y0``.
    """
    variants, kernels = [], []
    for f, box, label, start in zip(landscapes, boxes, labels, starts, strict=True):
        if f.dimension != 2 or f.minima is None or f.minima.points is None:
            raise ValueError(f"landscapes: {f.name} must have two variables and isolated minima")
        bounds, _ = _checks.grid(box, LOSS_GRID, 2)
        floor, largest = float(f.value(f.minima.points[0])), f.largest_step(f.minima.points[0])
        constants = dict(zip(("xmin", "xmax", "ymin", "ymax"), bounds.tolist()))
        constants |= {"floor": floor, "minima": f.minima.points.tolist(), "minima_count": len(f.minima.points),
                      "levels": [float(f"{floor + gap:.6g}") for gap in np.geomspace(0.02, 20, 10)]}
        x0, y0 = _checks.point("starts", start, 2).tolist()
        variants.append({"label": label, "constants": constants, "start": {"x0": x0, "y0": y0}})
        kernels.append({"step": scaled_step(largest), "neighbourhoods": neighbourhoods(f), "orbit": orbit(f),
                        "kind_rows": kind_rows(f), "loss_grid": values_grid(f.kernels.value)})
    box = ["xmin", "xmax", "ymin", "ymax"]
    return Figure(
        key="basin-map",
        name="Map of the starts from which gradient descent converges, with one orbit",
        about="Left: the square of starts, coloured and hatched by what becomes of gradient descent from there, with "
              "level lines, the minima and one orbit. Right: loss above the minimum and sharpness along that orbit.",
        state={"choice": 0, "fraction": _checks.positive("fraction", fraction), **variants[0]["start"]},
        variants=variants, choice="choice",
        shared={"limit_sharpness": limit_sharpness, "isolines": isolines}, kernels=kernels,
        buffers={
            "neighbourhoods": {"type": "f8", "shape": ["minima_count", 4]},
            "points": {"type": "f8", "shape": [SHOWN_STEPS + 1, 2]},
            "excess": {"type": "f8", "shape": [SHOWN_STEPS + 1]},
            "sharpness": {"type": "f8", "shape": [SHOWN_STEPS + 1]},
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS},
            "loss": {"type": "f8", "shape": LOSS_GRID},
            "contours": {"type": "f8", "shape": [20000, 4]},
            "kinds": {"type": "i1", "shape": GRID},
        },
        program=[
            {"kernel": "step", "args": ["fraction"], "result": "eta"},
            {"kernel": "limit_sharpness", "args": ["eta"], "result": "limit"},
            {"kernel": "neighbourhoods", "args": ["eta", MIDDLE, "neighbourhoods"]},
            {"kernel": "orbit", "args": ["x0", "y0", "eta", "neighbourhoods", ORBIT_STEPS, "floor", "points", "excess",
                                         "sharpness", "facts"]},
            {"kernel": "loss_grid", "args": [*box, "loss"]},
            {"kernel": "isolines", "args": [*box, "loss", "levels", "contours"], "result": "contour_count"},
            {"kernel": "kind_rows", "grid": "kinds", "box": box, "coarse": COARSE, "shares": SHARES,
             "args": ["eta", "neighbourhoods", MAP_STEPS]},
        ],
        panels=[
            [v.plane("Map of the starts", v.axis("x", "xmin", "xmax"), v.axis("y", "ymin", "ymax"), [
                v.heat("kinds", [v.STABLE, v.UNSTABLE, v.BOUNDED, v.OTHER, v.DIVERGED]),
                v.segments("contours", "contour_count", "contours of the loss"),
                v.path("points", "shown", RUNS),
                v.marks("minima", "minimum"),
                v.handle("x0", "y0", "start point"),
            ])],
            [v.chart("Loss above the minimum", v.axis("step k"), v.axis("loss above the minimum", 1e-12, 1e4, log=True),
                     [v.curve("excess", "shown", RUNS)]),
             v.chart("Sharpness along the orbit", v.axis("step k"), v.axis("sharpness"),
                     [v.curve("sharpness", "shown", RUNS), v.level("limit", "2/η")])],
        ],
        summary=[
            "Step η = {eta:.4f}, {fraction:.2f} of the largest.",
            ["From ({x0:.2f}, {y0:.2f}) ", {"choose": "kind", "among": [
                "the orbit converges to ({end_x:.2f}, {end_y:.2f}) and the loss falls at every step: stable.",
                "the orbit converges to ({end_x:.2f}, {end_y:.2f}), yet the loss rises at {rises:.0f} of the steps; "
                "from step {split:.0f} on it falls: unstable.",
                "the orbit stays bounded and has not settled after {steps:.0f} steps.",
                "the orbit goes to ({end_x:.2f}, {end_y:.2f}), a stationary point that is not one of the minima.",
                "the orbit diverges within {steps:.0f} steps."]}],
            "Of all starts on the map, {stable_share:.1%} are stable, {unstable_share:.1%} unstable, "
            "{diverged_share:.1%} diverge, {bounded_share:.1%} have not settled after " + str(MAP_STEPS) + " steps, "
            "{other_share:.1%} go to another stationary point.",
        ])
