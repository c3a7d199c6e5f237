"""The hyperbola under large steps: who converges, who stays bounded, and what bounded orbits do.

Craciun & Ghoshdastidar, On the Stability of Gradient Descent for Large Learning Rate, Figures 1(a) and 2. With
s = 2 scale eta every picture is a function of s alone: minima are stable for s < 1, orbits are trapped for s < 2.
"""

import functools

import numpy as np

from .. import _checks, landscapes, maps
from .._vectors import vectors
from ..basins._kinds import DIVERGED, UNSTABLE
from ..basins._lockstep import lockstep
from ..basins._rows import centre, rows
from ..kernels import kernel
from . import vocabulary as v
from ._ellipse_curves import area, ellipse, minima, regime, stable_part, two_cycle
from ._figure import Figure
from ._parts import limit_sharpness, scaled_step

MAP_STEPS, ORBIT_STEPS = 500, 20000             # caps of the map's orbits, and of the one orbit
SHOWN, TAIL = 60, 64                            # steps of the one orbit that are drawn, and of its end
COLUMNS, SETTLE, SEEN = 160, 500, 40            # of the diagram: values of s; steps before, and steps that are drawn
DIAGRAM_START = (0.9, 0.8)                      # inside the ellipse for s < 1.99
BOX, GRID, COARSE = (-4.0, 4.0, -4.0, 4.0), [400, 400], [50, 50]
FACTS = ["kind", "steps", "period", "cyclic", "shown", "tail_count", "end_x", "end_y"]
OUTLINE, BRANCH, FORK = 65, 64, 65              # points of half an ellipse, pieces of a branch, points of a prong
MOST = 2.1                                      # s beyond which nothing new happens
UNSETTLED = v.klass("bounded, not settled", *(v.BOUNDED[key] for key in ("fill", "ink", "hatch")))
CYCLE = v.style(("#b3420a", "#ff9d5c"), width=2.2)
CYCLE_REPELS = v.style(("#b3420a", "#ff9d5c"), (4, 3))
MINIMA = v.style(("#5b5b5b", "#b4b4b4"), width=1.2)
STABLE_MINIMA = v.style(("#b3420a", "#ff9d5c"), width=3.6)
ORBIT_END = v.style(("#0b5cad", "#7db8ff"), width=4)


@functools.cache
def step_rows(f):
    """The kernel of the map: steps to a minimum of f, -1 for orbits that diverge, -2 for the others."""
    nowhere = np.empty((0, 4))

    @kernel()
    def record(out, cell, kind, steps, rises, limit, p, eta):
        out[0, np.uintp(cell)] = steps if kind <= UNSTABLE else (-1 if kind == DIVERGED else -2)

    run = lockstep(f, centre(2), record, False)

    @kernel("void(float64, float64, float64, float64, int32, int32, float64, int32, int32[:, ::1])")
    def step_rows(xmin, xmax, ymin, ymax, ny, first, eta, max_steps, steps):
        run((xmin, xmax, ymin, ymax, ny), first, steps.shape[0], steps.shape[1], eta, nowhere, max_steps, steps)

    return step_rows


@functools.cache
def watched(f):
    """The kernel of one orbit: its kind, steps and period as `basins.classify` has them, its beginning and its end.

    It fills rows x y of ``points``, ``sharpness`` along them, rows s, x + y of ``tail`` and the facts named in FACTS;
    the five arrays (1, 1) before them are those of `classify`'s kernel.
    """
    classify, step, curvature = rows(f, False), maps.gradient_step(f), f.kernels.sharpness
    space = vectors(2)
    store, norm2, nowhere = space.store, space.norm2, np.empty((0, 4))

    @kernel("void(float64, float64, float64, float64, int8[:, ::1], int32[:, ::1], int32[:, ::1], int8[:, ::1], "
            "int32[:, ::1], float64[:, ::1], float64[::1], float64[:, ::1], float64[::1])")
    def watched(x, y, s, eta, kind, steps, rises, limit, period, points, sharpness, tail, facts):
        period[0, 0] = 0
        classify(x, x, y, y, 1, 0, eta, nowhere, ORBIT_STEPS, kind, steps, rises, limit, period)
        p, shown, count = (x, y), 0, 0
        for k in range(max(steps[0, 0], points.shape[0]) + 1):
            if k < points.shape[0] and norm2(p) < 1e6:
                store(points[k], p)
                sharpness[k], shown = curvature(p), k + 1
            if k == steps[0, 0]:
                facts[6], facts[7] = p
                q = p
            p = step(p, eta)
        if kind[0, 0] != DIVERGED:
            for k in range(tail.shape[0]):
                tail[k, 0], tail[k, 1] = s, q[0] + q[1]
                q, count = step(q, eta), k + 1
        facts[0], facts[1], facts[2], facts[3] = kind[0, 0], steps[0, 0], period[0, 0], min(period[0, 0], 2)
        facts[4], facts[5] = shown, count

    return watched


@functools.cache
def diagram(f):
    """The kernel diagram(x, y, largest, dots) -> count of rows s, x + y of late iterates, for s from 0 to 2."""
    step, norm2 = maps.gradient_step(f), vectors(2).norm2

    @kernel("int32(float64, float64, float64, float64[:, ::1])")
    def diagram(x, y, largest, dots):
        count = 0
        for column in range(COLUMNS):
            s, p = 2 * (column + 0.5) / COLUMNS, (x, y)
            for k in range(SETTLE + SEEN):
                p = step(p, s * largest)
                if k >= SETTLE and norm2(p) < 1e6:
                    dots[count, 0], dots[count, 1] = s, p[0] + p[1]
                    count += 1
        return count

    return diagram


def ellipse_map(scales=(1.0, 0.5), labels=("L = (1 − xy)²", "L = ½(1 − xy)²"), s=0.6, start=(0.5, 1.4)):
    """The map of steps to converge on scale (1 - x y)^2, with the trapping ellipse and one orbit.

    Parameters
    ----------
    scales : factors of the loss, each above 0: the normalisations to choose from
    labels : list of str, what the buttons call them
    s : 2 scale eta at the beginning, in (0, 2.1]: the step over the largest for which a minimum is stable
    start : (x, y), the first start point

    Returns
    -------
    Figure
        State: ``choice``, ``s``, ``x0``, ``y0``.
    """
    if not 0 < _checks.finite("s", s) <= MOST:
        raise ValueError(f"s={s!r} must be in (0, {MOST}]")
    x0, y0 = _checks.point("start", start, 2).tolist()
    variants, kernels = [], []
    for scale, label in zip(scales, labels, strict=True):
        f = landscapes.named("hyperbola", scale=scale)
        largest = f.largest_step(f.flat_minima.points[0])
        constants = {**dict(zip(("xmin", "xmax", "ymin", "ymax"), BOX)), "largest": largest}
        variants.append({"label": label, "constants": constants, "start": {}})
        kernels.append({"step": scaled_step(largest), "watched": watched(f), "diagram": diagram(f),
                        "step_rows": step_rows(f)})
    one = {"shape": [1, 1]}
    half = FORK // 2
    return Figure(
        key="ellipse-map",
        name="Map of the steps to converge on the hyperbola, with the ellipse that traps",
        about="First the square of starts, coloured by the number of steps until gradient descent reaches x y = 1, "
              "with the ellipse that bounds the trapped starts, the minima, those that are stable, and one orbit. "
              "Then where x + y ends up against the step, and the sharpness along the orbit.",
        state={"choice": 0, "s": float(s), "x0": x0, "y0": y0},
        variants=variants, choice="choice", kernels=kernels,
        shared={"limit_sharpness": limit_sharpness, "ellipse": ellipse, "area": area, "stable_part": stable_part,
                "minima": minima, "two_cycle": two_cycle, "regime": regime},
        buffers={
            "kinds": {"type": "i1", **one}, "ends": {"type": "i4", **one}, "rises": {"type": "i4", **one},
            "limits": {"type": "i1", **one}, "periods": {"type": "i4", **one},
            "points": {"type": "f8", "shape": [SHOWN + 1, 2]},
            "sharpness": {"type": "f8", "shape": [SHOWN + 1]},
            "tail": {"type": "f8", "shape": [TAIL, 2]},
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS},
            "late": {"type": "f8", "shape": [COLUMNS * SEEN, 2]},
            "outline": {"type": "f8", "shape": [2 * OUTLINE, 2]},
            "curve": {"type": "f8", "shape": [2 * BRANCH, 4]},
            "stable": {"type": "f8", "shape": [2 * BRANCH, 4]},
            "cycle": {"type": "f8", "shape": [2 * FORK - 1, 2]},
            "counts": {"type": "i4", "shape": GRID},
        },
        program=[
            {"kernel": "step", "args": ["s"], "result": "eta"},
            {"kernel": "limit_sharpness", "args": ["eta"], "result": "limit"},
            {"kernel": "regime", "args": ["s"], "result": "regime"},
            {"kernel": "area", "args": ["s"], "result": "area"},
            {"kernel": "watched", "args": ["x0", "y0", "s", "eta", "kinds", "ends", "rises", "limits", "periods",
                                           "points", "sharpness", "tail", "facts"]},
            {"kernel": "diagram", "args": [*DIAGRAM_START, "largest", "late"], "result": "late_count"},
            {"kernel": "ellipse", "args": ["s", "outline"], "result": "outline_count"},
            {"kernel": "stable_part", "args": ["s"], "result": "stable_part"},
            {"kernel": "minima", "args": [0.6, "curve"]},                   # up to x = 4
            {"kernel": "minima", "args": ["stable_part", "stable"]},
            {"kernel": "two_cycle", "args": ["cycle"]},
            {"kernel": "step_rows", "grid": "counts", "box": ["xmin", "xmax", "ymin", "ymax"], "coarse": COARSE,
             "args": ["eta", MAP_STEPS]},
        ],
        panels=[
            [v.plane("Steps until |1 − xy| < 10⁻⁹", v.axis("x", "xmin", "xmax"), v.axis("y", "ymin", "ymax"), [
                v.shade("counts", 1, MAP_STEPS, "steps to converge", log=True, classes=[v.DIVERGED, UNSETTLED]),
                v.segments("curve", 2 * BRANCH, "minima, xy = 1", MINIMA),
                v.segments("stable", 2 * BRANCH, "stable minima", STABLE_MINIMA),
                v.path("outline", "outline_count", [v.run("the ellipse", v.EDGE)]),
                v.path("points", "shown", [v.run("orbit", v.FALL)]),
                v.handle("x0", "y0", "start point"),
            ])],
            [v.chart("Where x + y ends", v.axis("s = step / largest step", 0, MOST, fit=False), v.axis("x + y"), [
                v.dots("late", "late_count", "late steps from (0.9, 0.8)", v.style(("#5b5b5b", "#b4b4b4"), width=1.2)),
                v.path("cycle", 2 * FORK - 1, [
                    v.run("2-cycle, repels", CYCLE_REPELS, half), v.run("2-cycle, attracts", CYCLE, FORK - 1 + half),
                    v.run("2-cycle, repels", CYCLE_REPELS)]),
                v.dots("tail", "tail_count", "end of the orbit", ORBIT_END),
                v.level("s", "s", on="x")]),
             v.chart("Sharpness along the orbit", v.axis("step k"), v.axis("sharpness"),
                     [v.curve("sharpness", "shown", [v.run("orbit", v.FALL)]), v.level("limit", "2/η")])],
        ],
        summary=[
            "Step η = {eta:.4f}, {s:.2f} times the largest for which a minimum is stable.",
            {"choose": "regime", "among": [
                "Inside the ellipse, of area {area:.2f}, almost every start converges; outside, almost every one "
                "diverges.",
                "At this very step the flattest minima still attract inside the ellipse, of area {area:.2f}, but so "
                "slowly that hardly any start is there after " + str(MAP_STEPS) + " steps.",
                "No minimum is stable, so almost no start converges, yet the ellipse, of area {area:.2f}, still traps "
                "every start inside it.",
                "No ellipse is left: almost every start diverges."]},
            ["From ({x0:.2f}, {y0:.2f}) ", {"choose": "kind", "among": [
                "the orbit converges to ({end_x:.2f}, {end_y:.2f}) in {steps:.0f} steps.",
                "the orbit converges to ({end_x:.2f}, {end_y:.2f}) in {steps:.0f} steps, although the loss rises at "
                "some.",
                {"choose": "cyclic", "among": [
                    "the orbit stays bounded: after {steps:.0f} steps it has neither settled nor become periodic.",
                    "the orbit stays bounded, at the point ({end_x:.2f}, {end_y:.2f}).",
                    "the orbit ends in a cycle of {period:.0f} points."]},
                "the orbit ends at the saddle ({end_x:.2f}, {end_y:.2f}).",
                "the orbit diverges: |x| > 10⁴ within {steps:.0f} steps."]}],
        ])
