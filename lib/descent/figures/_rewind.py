"""Walk back from a critical point to a circle around it, and descend again: Josz & Ouyang (2025), Proposition 2."""

import functools
import math

import numpy as np

from .. import _checks
from .._vectors import vectors
from ..kernels import kernel
from ..orbits._gradient import gradient_path
from ..reach._backward import compiled, path_kernel, rewind_kernel
from ..reach._hypotheses import check_target
from . import vocabulary as v
from ._figure import Figure
from ._isolines import isolines, values_grid
from ._parts import OUTLINE, circle, scaled_step

MOST_BACK, MOST_FORWARD = 150, 640              # steps
MOST = 1.2                                      # alpha L, the slider's end
DEGREE = math.cos(math.pi / 180), math.sin(math.pi / 180)
ON_CIRCLE, ARRIVED = 1e-3, 1e-6                 # relative to the radius: what the eye does not tell apart; an end
GRID = [60, 60]
REACHED, FALLS, ROUNDED, NONE, SHORT = range(5)     # what becomes of a walk
STAYS, LEAVES, NEARING = range(3)               # … and of gradient descent after it
FACTS = ["kind", "back_count", "back_steps", "forward_count", "forward_steps", "offset", "found", "x0", "y0", "trip",
         "closest", "closest_at", "last", "fate"]
WALK = v.style(("#7db8ff", "#2f6fba"), width=7)
ONWARD = v.style(("#b3420a", "#ff9d5c"), (5, 3))
STRONG = v.style(("#5b5b5b", "#b4b4b4"), (2, 3), 1.4)


@kernel("int32(float64)")
def too_long(fraction):
    """1 where alpha L >= 1: Fact 1 of the paper says nothing of such a backward step."""
    return 0 if fraction < 1 else 1


@functools.cache
def walk(f):
    """The kernel of a walk back to the circle |x - target| = radius and of gradient descent from there.

    It fills ``unit``, the direction at that many degrees; the walk in rows x_0, …, x_n of ``back``; the descent in
    ``forward``, which goes on after x_n; the distances of both from the target; and the facts named in FACTS.
    """
    rewind, path, descent, hessian = rewind_kernel(f), path_kernel(f), gradient_path(f), f.kernels.hessian
    space = vectors(2)
    load, store, distance2 = space.load, space.store, space.distance2

    @kernel()
    def distances(points, count, target, out):
        for k in range(count):
            out[k] = math.sqrt(distance2(load(points[k]), load(target)))

    @kernel("void(float64, int32, int32, float64[::1], float64, float64[::1], float64[:, ::1], float64[::1], "
            "float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], float64[::1])")
    def walk(alpha, n, degrees, target, radius, unit, ray, alphas, back, forward, back_far, far, facts):
        alphas[:] = alpha
        x, y = 1.0, 0.0
        for _ in range(degrees):
            x, y = x * DEGREE[0] - y * DEGREE[1], x * DEGREE[1] + y * DEGREE[0]
        unit[0], unit[1] = x, y
        ray[0, 0], ray[0, 1] = load(target)
        ray[0, 2], ray[0, 3] = target[0] + radius * x, target[1] + radius * y
        hxx, hxy, hyy = hessian(load(target))
        if not x * x * hxx + 2 * x * y * hxy + y * y * hyy > 0:
            facts[0] = FALLS
            return
        s = rewind(back[:n + 1], alphas[:n], target, unit, radius)
        if s < 0:
            facts[0] = SHORT
            return
        if path(back[:n + 1], alphas[:n]) > 0:
            facts[0] = NONE
            return
        a, count = load(back[n]), min(4 * n + 40, MOST_FORWARD) + 1
        store(forward[0], load(back[0]))
        last = descent(forward[:count], alphas[:count - 1])
        distances(back, n + 1, target, back_far)
        distances(forward, last + 1, target, far)
        if abs(back_far[0] - radius) <= ON_CIRCLE * radius:
            facts[0] = REACHED
        else:                                   # next to a there is hardly another float64; else x_0 jumps as a moves
            facts[0] = ROUNDED if s * ON_CIRCLE < 2.0**-50 * (abs(target[0]) + abs(target[1])) else NONE
        closest = 0
        for k in range(last + 1):
            if far[k] < far[closest]:
                closest = k
        facts[1], facts[2], facts[3], facts[4], facts[5], facts[6] = n + 1, n, last + 1, last, back_far[n], back_far[0]
        facts[7], facts[8] = load(back[0])
        facts[9] = math.sqrt(distance2(load(forward[min(n, last)]), a))
        facts[10], facts[11], facts[12] = far[closest], closest, far[last]
        facts[13] = STAYS if far[last] <= ARRIVED * radius else (LEAVES if closest < last else NEARING)

    return walk


def rewind(f, targets, labels, radius=0.2, fraction=0.9, steps_back=(8, 40, 150), choice=0):
    """Backward walks from the neighbourhood of critical points to a circle, and gradient descent from where they end.

    Parameters
    ----------
    f : Landscape of two variables with a known Lipschitz constant L of its gradient
    targets : critical points (x, y) to choose from, none of them a local maximum
    labels : list of str, what the buttons call them
    radius : of the circle
    fraction : alpha L at the beginning, in (0, 1.2]
    steps_back : n for each target, 1 to 150
    choice : index of the target that is shown first

    Returns
    -------
    Figure
        State: ``choice``, ``fraction``, ``n``, ``angle`` (degrees).
    """
    if compiled(f).dimension != 2 or f.lipschitz is None:
        raise ValueError(f"f={f.name} must have two variables and a known Lipschitz constant")
    radius = _checks.positive("radius", radius)
    if not 0 < _checks.finite("fraction", fraction) <= MOST:
        raise ValueError(f"fraction={fraction!r} must be in (0, {MOST}]")
    variants = [_variant(f, target, label, radius, _checks.whole("steps_back", n, 1, MOST_BACK))
                for target, label, n in zip(targets, labels, steps_back, strict=True)]
    choice = _checks.whole("choice", choice, 0, len(variants) - 1)
    box = ["xmin", "xmax", "ymin", "ymax"]
    the_target = {"choose": "choice", "among": [variant["label"] for variant in variants]}
    return Figure(
        key="rewind",
        name="Walk back from a critical point, then descend",
        about="First level lines around a critical point, the circle, the walk back from a point close to the critical "
              "point to the circle, and gradient descent from where it ends, which retraces it. Then the distance "
              "of both from the critical point, step by step.",
        state={"choice": choice, "fraction": float(fraction), **variants[choice]["start"]},
        variants=variants, choice="choice", kernels=[{} for _ in variants],
        shared={"step": scaled_step(1 / f.lipschitz), "too_long": too_long, "walk": walk(f), "circle": circle,
                "loss_grid": values_grid(f.kernels.value), "isolines": isolines},
        buffers={
            "unit": {"type": "f8", "shape": [2]}, "ray": {"type": "f8", "shape": [1, 4]},
            "alphas": {"type": "f8", "shape": [MOST_FORWARD]},
            "back": {"type": "f8", "shape": [MOST_BACK + 1, 2]}, "back_far": {"type": "f8", "shape": [MOST_BACK + 1]},
            "forward": {"type": "f8", "shape": [MOST_FORWARD + 1, 2]},
            "far": {"type": "f8", "shape": [MOST_FORWARD + 1]},
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS},
            "outline": {"type": "f8", "shape": [OUTLINE, 2]},
            "loss": {"type": "f8", "shape": GRID}, "contours": {"type": "f8", "shape": [4000, 4]},
        },
        program=[
            {"kernel": "step", "args": ["fraction"], "result": "alpha"},
            {"kernel": "too_long", "args": ["fraction"], "result": "too_long"},
            {"kernel": "walk", "args": ["alpha", "n", "angle", "target", "radius", "unit", "ray", "alphas", "back",
                                        "forward", "back_far", "far", "facts"]},
            {"kernel": "circle", "args": ["target_x", "target_y", "radius", "outline"]},
            {"kernel": "loss_grid", "args": [*box, "loss"]},
            {"kernel": "isolines", "args": [*box, "loss", "levels", "contours"], "result": "contour_count"},
        ],
        panels=[
            [v.plane("Back to the circle, and down again", v.axis("x", "xmin", "xmax"), v.axis("y", "ymin", "ymax"), [
                v.segments("contours", "contour_count", "contours of the function"),
                v.segments("strong", 1, "where f curves most", STRONG),
                v.path("outline", OUTLINE, [v.run("circle", v.GUIDE)]),
                v.segments("ray", 1, "direction of a", v.EDGE, arrows=True),
                v.path("back", "back_count", [v.run("walk back from a", WALK)]),
                v.path("forward", "forward_count", [v.run("descent from x₀, to a", v.FALL, "back_steps"),
                                                    v.run("descent goes on", ONWARD)]),
                v.marks("targets", "critical point"),
                v.text("x0", "y0", {"choose": "kind", "among": ["x₀", "", "x₀", "", ""]}),
            ])],
            [v.chart("Distance from the critical point", v.axis("step k"), v.axis("distance", 1e-17, 10, log=True), [
                v.curve("back_far", "back_count", [v.run("walk back from a", WALK)]),
                v.curve("far", "forward_count", [v.run("descent from x₀, to a", v.FALL, "back_steps"),
                                                 v.run("descent goes on", ONWARD)]),
                v.level("n", "a at step n", on="x")])],
        ],
        summary=[
            ["Target: ", the_target, ". Step α = {alpha:.4f}, ", {"choose": "too_long", "among": [
                "α L = {fraction:.2f}: below 1, so each backward step exists and is unique.",
                "α L = {fraction:.2f}: not below 1, so a backward step may have several solutions or none."]}],
            {"choose": "kind", "among": [
                ["The walk back from a, {offset:.1e} from the target, ends on the circle at x₀ = ({x0:.4f}, {y0:.4f}), "
                 "n = {n:.0f}; n steps of gradient descent lead from x₀ to a again, |xₙ − a| = {trip:.1e}. ", _END],
                "In this direction f falls: Proposition 2 starts only where f is above its value at the target, so "
                "there is no walk.",
                "n = {n:.0f} is too much for float64: a is {offset:.1e} from the target, where numbers are too coarse "
                "to place x₀ on the circle; it is {found:.3f} from the target.",
                "No walk with n = {n:.0f} ends on the circle: close to the target I − α H is not positive definite; a "
                "backward step is not found, or jumps past the circle.",
                "With n = {n:.0f} the walk does not get as far as the circle from any a inside it."]},
        ],
        play={"entry": "n", "first": 1, "last": MOST_BACK, "step": 1, "ms": 120})


_END = {"choose": "fate", "among": [
    "From there it goes on to the target: after {forward_steps:.0f} steps it is {last:.1e} away.",
    "It comes within {closest:.1e} at step {closest_at:.0f}, then leaves along the direction in which f falls: a lies "
    "only near the curve of starts that converge, the nearer the larger n.",
    "After {forward_steps:.0f} steps it is {last:.1e} from the target, and still coming nearer."]}


def _variant(f, target, label, radius, steps_back):
    """A target: the box around it, levels, the direction of the largest curvature, a direction to begin with."""
    x, y = target = check_target(f, target)
    curvatures, ways = np.linalg.eigh(f.hessian(target))
    if not curvatures[-1] > 0:
        raise ValueError(f"targets: {target.tolist()} has no direction of positive curvature")
    strong = ways[:, -1] * (1 if ways[0, -1] > 0 else -1)       # eigh leaves the sign open
    diagonal = np.array([1.0, 1.0])
    rises = diagonal @ f.hessian(target) @ diagonal > 0
    angle = 45 if rises else round(math.degrees(math.atan2(strong[1], strong[0]))) % 360
    half = 1.25 * radius
    values = np.empty((25, 25))
    values_grid(f.kernels.value)(x - half, x + half, y - half, y + half, values)
    levels = np.quantile(values, (0.03, 0.1, 0.2, 0.32, 0.46, 0.62, 0.8))
    ends = np.concatenate([target - radius * strong, target + radius * strong]).round(9)
    constants = {"target": target.tolist(), "targets": [target.tolist()], "target_x": float(x), "target_y": float(y),
                 "radius": radius, "xmin": float(x - half), "xmax": float(x + half), "ymin": float(y - half),
                 "ymax": float(y + half), "strong": [ends.tolist()], "levels": [float(f"{z:.6g}") for z in levels]}
    return {"label": label, "constants": constants, "start": {"angle": angle, "n": steps_back}}
