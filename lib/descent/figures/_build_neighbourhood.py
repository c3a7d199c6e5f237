"""Theorem 2 of Chen, Peng, Li & Zhao (2024), built step by step: the ball, the level, the image of U under one step."""

import functools
import math

from .. import _checks, maps
from .._vectors import vectors
from ..basins._circle import CURVATURE, DEPTH, DIRECTIONS, circle_maximum, direction
from ..basins._neighbourhood import neighbourhood
from ..basins._rows import centre as cell_centre
from ..kernels import kernel
from . import vocabulary as v
from ._figure import Figure
from ._isolines import isolines
from ._parts import OUTLINE, circle

WIDE = 3                                        # times t', where the theorem says nothing
ROOM, SPAN = 1.15, 1.35                         # of the picture around the ball; of the charts beyond WIDE t'
SIDE, LATER = 50, 60                            # samples along a side; steps after which an orbit is looked at again
GRID, RADII = [120, 120], 40
LIMITED = 1 - 1e-9                              # of M: the largest sharpness on the ball is less, so M is not the limit
FACTS = ["eta", "bound", "constant", "certified", "t1", "radius", "level", "gap", "xmin", "xmax", "ymin", "ymax",
         "top", "limit", "limited", "mode", "span", "lowest", "highest"]
COUNTS = ["inside", "kept_count", "short_count", "gone_count", "away_count", "empty", "area"]
BEYOND = "No sampled point has so low a value: the sphere reaches beyond the well."
TOO_FINE = "The set is too small for the sample of so large a square."
BOUNDARY = v.style(("#000000", "#ffffff"), width=2)
KEPT, SHORT, GONE = (v.style(("#21918c", "#5fd0c5"), width=2), v.style(("#b87d0d", "#f0b13c"), width=3.4),
                     v.style(("#b3420a", "#ff9d5c"), width=5.5))
PROFILE = v.style(("#000000", "#ffffff"), width=2)


@functools.cache
def built(f):
    """The kernel built(fraction, w, wide, free, half, facts, levels, line): the numbers of U around f's first minimum.

    ``wide``: WIDE times the radius t'; ``free``: no ball, in the square of half-width ``half`` around 0. ``levels``
    gets f*, ``line`` the two ends of the line at M.
    """
    around, highest, sharpness, value = neighbourhood(f), circle_maximum(f), f.kernels.sharpness, f.kernels.value
    centre = tuple(f.minima.points[0].tolist())

    @kernel("void(float64, float64, int32, int32, float64, float64[::1], float64[::1], float64[:, ::1])")
    def built(fraction, w, wide, free, half, facts, levels, line):
        top = sharpness(centre)
        eta = fraction * (2 / top)
        bound = (1 - w) * top + w * 2 / eta
        certified, level, t1 = around(centre, eta, w)
        radius = WIDE * certified if wide else certified
        if wide:
            level = -highest(DEPTH, centre, radius, eta)
        x, y, size = centre[0], centre[1], ROOM * radius
        if free:
            x, y, size = 0.0, 0.0, max(half, max(abs(x), abs(y)) + size)
        facts[0], facts[1], facts[2], facts[3], facts[4] = eta, bound, 1 - eta * bound / 2, certified, t1
        facts[5], facts[6], facts[7] = radius, level, level - value(centre)
        facts[8], facts[9], facts[10], facts[11] = x - size, x + size, y - size, y + size
        facts[12], facts[13] = top, 2 / eta
        facts[14] = 1 if highest(CURVATURE, centre, t1, eta) < LIMITED * bound else 0
        facts[15] = wide + 2 * free
        facts[16], facts[17], facts[18] = SPAN * WIDE * certified, -0.4 / (1 - w), 1.15 / (1 - w)
        levels[0] = level
        line[0, 1], line[1, 0], line[1, 1] = bound, facts[16], bound

    return built


@functools.cache
def values_within(f):
    """The kernel of f on a cell-centred grid, outside the ball (unless `free`) not below the level."""
    value, middle = f.kernels.value, cell_centre(2)
    distance2, centre = vectors(2).distance2, tuple(f.minima.points[0].tolist())

    @kernel("void(float64, float64, float64, float64, float64, float64, int32, float64[:, ::1])")
    def values_within(xmin, xmax, ymin, ymax, radius, level, free, out):
        ny, nx = out.shape
        for i in range(ny):
            for j in range(nx):
                p = middle((xmin, xmax, ymin, ymax, ny), nx, i, j)
                out[i, j] = value(p)
                if not free and distance2(p, centre) >= radius * radius:
                    out[i, j] = max(out[i, j], level)

    return values_within


@functools.cache
def sampled(f):
    """The kernel that samples the set and sorts the images of one step: rows of three arrays, and the COUNTS."""
    value, gradient, step, middle = f.kernels.value, f.kernels.gradient, maps.gradient_step(f), cell_centre(2)
    space, centre = vectors(2), tuple(f.minima.points[0].tolist())
    norm2, distance2, store = space.norm2, space.distance2, space.store

    @kernel()
    def member(p, radius, level, free):
        return value(p) < level and (free or distance2(p, centre) < radius * radius)

    @kernel("void(float64, float64, float64, float64, float64, float64, int32, float64, float64, float64[:, ::1], "
            "float64[:, ::1], float64[:, ::1], float64[::1])")
    def sampled(xmin, xmax, ymin, ymax, radius, level, free, eta, constant, kept, short, gone, counts):
        a = b = c = away = 0
        for i in range(SIDE):
            for j in range(SIDE):
                p = middle((xmin, xmax, ymin, ymax, SIDE), SIDE, i, j)
                if not member(p, radius, level, free):
                    continue
                q = step(p, eta)
                if not member(q, radius, level, free):
                    store(gone[c], q)
                    c += 1
                elif value(p) - value(q) < constant * eta * norm2(gradient(p)):
                    store(short[b], q)
                    b += 1
                else:
                    store(kept[a], q)
                    a += 1
                for _ in range(LATER):
                    q = step(q, eta)
                if not distance2(q, centre) < radius * radius:
                    away += 1
        counts[0], counts[1], counts[2], counts[3], counts[4] = a + b + c, a, b, c, away
        counts[5] = 0 if a + b + c else 1
        counts[6] = (a + b + c) * ((xmax - xmin) / SIDE) * ((ymax - ymin) / SIDE)

    return sampled


@functools.cache
def profiles(f):
    """The kernel of two extremes over circles around the minimum, for radii s up to ``span``.

    ``curvature``: the largest sharpness; ``ratio``: the least (f(x) - f(x - eta g)) / (C eta |g|^2), over DIRECTIONS.
    """
    value, gradient, step = f.kernels.value, f.kernels.gradient, maps.gradient_step(f)
    highest, norm2, centre = circle_maximum(f), vectors(2).norm2, tuple(f.minima.points[0].tolist())

    @kernel("void(float64, float64, float64, float64[::1], float64[::1], float64[::1])")
    def profiles(eta, constant, span, s, curvature, ratio):
        for k in range(s.size):
            s[k] = span * (k + 1) / s.size
            curvature[k], ratio[k] = highest(CURVATURE, centre, s[k], eta), math.inf
            for a in range(DIRECTIONS):
                x, y = direction(4.0 * a / DIRECTIONS)
                p = centre[0] + s[k] * x, centre[1] + s[k] * y
                promised = constant * eta * norm2(gradient(p))
                if promised > 0:
                    ratio[k] = min(ratio[k], (value(p) - value(step(p, eta))) / promised)

    return profiles


def build_neighbourhood(landscapes, halves, labels, fraction=0.7, w=0.5):
    """The forward-invariant set U around the first minimum of one or more landscapes, and what happens beyond it.

    Parameters
    ----------
    landscapes : list of Landscape, of two variables with isolated minima
    halves : list of half-widths of the square around 0 that is shown without the ball
    labels : list of str, what the dropdown calls them
    fraction : step at the beginning, as a fraction of the largest, 2 / lambda_max; in (0, 1)
    w : where M lies between lambda_max (0) and 2 / eta (1); in (0, 1)

    Returns
    -------
    Figure
        State: ``choice``, ``fraction``, ``w``, ``wide``, ``free``.
    """
    for name, number in (("fraction", fraction), ("w", w)):
        if not 0 < _checks.finite(name, number) < 1:
            raise ValueError(f"{name}={number!r} must be in (0, 1)")
    variants, kernels = [], []
    for f, half, label in zip(landscapes, halves, labels, strict=True):
        if _checks.landscape("landscapes", f).dimension != 2 or f.minima is None or f.minima.points is None:
            raise ValueError(f"landscapes: {f.name} must have two variables and isolated minima")
        if not len(f.minima.points) or not f.isolation > 0:
            raise ValueError(f"landscapes: of {f.name} a minimum must be known, and how far it is from others")
        minimum = f.minima.points[0]
        f.largest_step(minimum)                 # a strict minimum
        variants.append({"label": label, "start": {}, "constants": {
            "minimum": [minimum.tolist()], "x": float(minimum[0]), "y": float(minimum[1]),
            "half": _checks.positive("halves", half)}})
        kernels.append({"built": built(f), "values_within": values_within(f), "sampled": sampled(f),
                        "profiles": profiles(f)})
    box, ball = ["xmin", "xmax", "ymin", "ymax"], ["radius", "level", "free"]
    images = {"type": "f8", "shape": [SIDE * SIDE, 2]}
    reach = v.level("radius", "the ball", on="x")
    distance = v.axis("distance s from the minimum", 0, "span", fit=False)
    return Figure(
        key="build-neighbourhood",
        name="A neighbourhood of a minimum that no step leaves, and where it ends",
        about="First the ball around the minimum, the level line f = f* in it, which bounds the set U, and the images "
              "of sampled points of U after one step. Then the largest sharpness on circles around the minimum with "
              "M and 2/η, and the least decrease of the loss over the promised one.",
        state={"choice": 0, "fraction": float(fraction), "w": float(w), "wide": False, "free": False},
        variants=variants, choice="choice", shared={"circle": circle, "isolines": isolines}, kernels=kernels,
        buffers={
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS}, "levels": {"type": "f8", "shape": [1]},
            "line": {"type": "f8", "shape": [2, 2]},
            "ring": {"type": "f8", "shape": [OUTLINE, 2]}, "t1_ring": {"type": "f8", "shape": [OUTLINE, 2]},
            "values": {"type": "f8", "shape": GRID}, "boundary": {"type": "f8", "shape": [4000, 4]},
            "kept": images, "short": images, "gone": images,
            "counts": {"type": "f8", "shape": [len(COUNTS)], "names": COUNTS},
            **{name: {"type": "f8", "shape": [RADII]} for name in ("s", "curvature", "ratio")},
        },
        program=[
            {"kernel": "built", "args": ["fraction", "w", "wide", "free", "half", "facts", "levels", "line"]},
            {"kernel": "circle", "args": ["x", "y", "radius", "ring"]},
            {"kernel": "circle", "args": ["x", "y", "t1", "t1_ring"]},
            {"kernel": "values_within", "args": [*box, *ball, "values"]},
            {"kernel": "isolines", "args": [*box, "values", "levels", "boundary"], "result": "boundary_count"},
            {"kernel": "sampled", "args": [*box, *ball, "eta", "constant", "kept", "short", "gone", "counts"]},
            {"kernel": "profiles", "args": ["eta", "constant", "span", "s", "curvature", "ratio"]},
        ],
        panels=[
            [v.plane("U and where one step leads", v.axis("x", "xmin", "xmax"), v.axis("y", "ymin", "ymax"), [
                v.dots("kept", "kept_count", "one step later: f fell as promised", KEPT),
                v.dots("short", "short_count", "one step later: f fell by less", SHORT),
                v.dots("gone", "gone_count", "one step later: outside the set", GONE),
                v.path("t1_ring", OUTLINE, [v.run("t₁, where it is not the ball", v.GUIDE)]),
                v.path("ring", OUTLINE, [v.run("the ball", v.EDGE)]),      # hides the other where they are one
                v.segments("boundary", "boundary_count", "f = f*, the boundary of U", BOUNDARY),
                v.marks("minimum", "minimum"),
            ])],
            [v.chart("Lemma 1: why the radius ends", distance, v.axis("sharpness"), [
                v.band(0, "certified", "s < t′", on="x"),
                v.curve("curvature", RADII, [v.run("largest on the circle", PROFILE)], x="s"),
                v.path("line", 2, [v.run("M", v.EDGE)]), v.level("limit", "2/η"), reach]),
             v.chart("Decrease of f over C η |∇f|²", distance,
                     v.axis("decrease / promised", "lowest", "highest", fit=False), [
                v.band(0, "certified", "s < t′", on="x"),
                v.curve("ratio", RADII, [v.run("least on the circle", v.OUTER)], x="s"),
                v.level(1.0, "promised"), reach])],
        ],
        summary=[
            "Step η = {eta:.4f}, {fraction:.2f} of the largest; M = {bound:.3f} lies between λ_max = {top:.3f} and "
            "2/η = {limit:.3f}, and C = 1 − ηM/2 = {constant:.4f}.",
            ["The sharpness stays below M ", {"choose": "limited", "among": ["", "as far as the search goes, "]},
             "up to t₁ = {t1:.5f} from the minimum; t′ = {certified:.5f}."],
            {"choose": "mode", "among": [
                "U, the points nearer than t′ with f < f* = f(x*) + {gap:.1e}, has an area of about {area:.1e}.",
                "With the radius 3 t′ = {radius:.5f}, f* becomes f(x*) + {gap:.1e}.",
                "Without the ball, all points with f < f* = f(x*) + {gap:.1e} count, near and far.",
                "Without the ball, and with the f* of 3 t′, all points with f < f(x*) + {gap:.1e} count."]},
            {"choose": "empty", "among": [
                ["Of {inside:.0f} sampled points of the set {gone_count:.0f} leave it in one step, {short_count:.0f} "
                 "stay but f falls by less than C η |∇f|², and {away_count:.0f} are outside the circle " + str(LATER)
                 + " steps later. ", {"choose": "mode", "among": [
                     "Theorem 2 promises that all three are 0.", *["Theorem 2 promises nothing here."] * 3]}],
                {"choose": "mode", "among": ["No point is sampled.", BEYOND, TOO_FINE, TOO_FINE]}]},
        ])
