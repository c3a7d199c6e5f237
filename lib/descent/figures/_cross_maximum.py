"""Across the largest step: one minimum lets go softly, another of the same sharpness lets go of everything.

Below 2 / lambda_max a minimum of Chen, Peng, Li & Zhao (2024) attracts; equation (6). What the step does beyond is
decided by the sign of `basins.flip_coefficient` along the sharpest direction, which here lies on an invariant line.
"""

import functools
import math

import numpy as np

from .. import _checks, maps
from .._vectors import vectors
from ..basins import flip_coefficient
from ..basins._kinds import BOUNDED, fate
from ..basins._neighbourhood import MIDDLE, neighbourhoods
from ..basins._rows import kind_rows
from ..kernels import kernel
from ..orbits import escaped
from . import vocabulary as v
from ._figure import Figure
from ._parts import SHARES, scaled_step

LEAST, MOST = 0.9, 1.05                         # fractions of the largest step
MAP_STEPS, ORBIT_STEPS = 2000, 20000            # caps of the map's orbits, and of the one orbit
SHOWN = 300                                     # steps of the one orbit that are drawn
COLUMNS, SETTLE, HALVINGS = 60, 4000, 24        # of the diagram: steps; iterations before a point is drawn
STAY = 2000                                     # iterations after which an orbit counts as one that stays
FIRST = 1e-3                                    # start of the diagram's orbits, as a part of the half-width
SAME2 = 1e-6**2                                 # of the length of a cycle: back after two steps
FORK = 41
GRID, COARSE = [200, 200], [50, 50]
FACTS = ["kind", "steps", "even_count", "odd_count", "shown", "cycles", "cycle_points", "ax", "ay", "bx", "by",
         "distance"]
EVEN, ODD = v.style(("#000000", "#ffffff"), width=4), v.style(("#b3420a", "#ff9d5c"), width=4)
CYCLE = v.style(("#6a1b9a", "#d9a6ff"), width=8)
ENDS, PROFILE = v.style(("#000000", "#ffffff"), width=3), v.style(("#000000", "#ffffff"), width=1.4)


@functools.cache
def watched(f):
    """The kernel of one orbit: its first points, the even steps and the odd ones, its fate, and the cycle it ends in.

    A cycle of two points is one to which the last iterate comes back after two steps and not after one.
    """
    step, end, space = maps.gradient_step(f), fate(f), vectors(2)
    norm2, distance2, store, load = space.norm2, space.distance2, space.store, space.load
    centre = tuple(f.minima.points[0].tolist())

    @kernel("void(float64, float64, float64, float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1], "
            "float64[:, ::1], float64[::1])")
    def watched(x, y, eta, neighbourhoods, even, odd, distance, cycle, facts):
        p, shown, a, b = (x, y), 0, 0, 0
        while shown < distance.size and norm2(p) < 100:
            distance[shown] = math.sqrt(distance2(p, centre))
            if shown % 2 == 0:
                store(even[a], p)
                a += 1
            else:
                store(odd[b], p)
                b += 1
            p = step(p, eta)
            shown += 1
        kind, steps, limit, _, _, _, p = end((x, y), eta, neighbourhoods, ORBIT_STEPS)
        if limit >= 0:
            p = load(neighbourhoods[limit])
        facts[0], facts[1], facts[2], facts[3], facts[4] = kind, steps, a, b, shown
        q = step(p, eta)
        if kind == BOUNDED and distance2(step(q, eta), p) < SAME2 * distance2(p, q):
            facts[5], facts[6] = 1, 2
            store(cycle[0], p)
            store(cycle[1], q)
        facts[7], facts[8] = p
        facts[9], facts[10] = q
        facts[11] = math.sqrt(distance2(p, centre))

    return watched


@functools.cache
def diagram(f, line):
    """The kernel diagram(largest, half, late, upper, lower) -> count, along the minimum + s `line`, |s| <= half.

    For COLUMNS steps, as rows fraction, s: where an orbit from near the minimum is after SETTLE steps and one more, if
    it has not left; and how far from the minimum, upwards and downwards, orbits stay: `half` where none of them leaves.
    """
    step, norm2 = maps.gradient_step(f), vectors(2).norm2
    x, y = f.minima.points[0].tolist()
    ex, ey = line

    @kernel()
    def after(s, eta, n):
        p = x + s * ex, y + s * ey
        for _ in range(n):
            if escaped(norm2(p)):
                break
            p = step(p, eta)
        return p

    @kernel()
    def edge(half, eta):
        if not escaped(norm2(after(half, eta, STAY))):
            return half
        low, high = 0.0, half
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if escaped(norm2(after(middle, eta, STAY))):
                high = middle
            else:
                low = middle
        return low

    @kernel("int32(float64, float64, float64[:, ::1], float64[:, ::1], float64[:, ::1])")
    def diagram(largest, half, late, upper, lower):
        count = 0
        for column in range(COLUMNS):
            fraction = LEAST + (MOST - LEAST) * (column + 0.5) / COLUMNS
            eta = fraction * largest
            upper[column, 0], upper[column, 1] = fraction, edge(half, eta)
            lower[column, 0], lower[column, 1] = fraction, edge(-half, eta)
            p = after(FIRST * half, eta, SETTLE)
            if not escaped(norm2(p)):
                q = step(p, eta)
                late[count, 0], late[count, 1] = fraction, (p[0] - x) * ex + (p[1] - y) * ey
                late[count + 1, 0], late[count + 1, 1] = fraction, (q[0] - x) * ex + (q[1] - y) * ey
                count += 2
        return count

    return diagram


@kernel("void(float64, float64[:, ::1])")
def fork(c, points):
    """Rows fraction, s with s^2 = 2 (fraction - 1) / c: the cycle of two points, to lowest order."""
    width = MOST - 1 if c > 0 else LEAST - 1
    for i in range(FORK):
        u = 2 * i / (FORK - 1) - 1
        points[i, 0], points[i, 1] = 1 + width * u * u, u * math.sqrt(2 * width / c)


@kernel("int32(float64, float64)")
def regime(fraction, c):
    """0, 1, 2: below the largest step, at it, beyond; and 3 more where the loss of stability is hard, c < 0."""
    return (0 if fraction < 1 else 1 if fraction == 1 else 2) + (3 if c < 0 else 0)


def cross_maximum(landscapes, lines, halves, labels, starts, fraction=0.95):
    """The first minimum of one or more landscapes, for steps from 0.9 to 1.05 of the largest.

    Parameters
    ----------
    landscapes : list of Landscape, of two variables with isolated minima
    lines : list of (x, y), an eigenvector of the largest eigenvalue at the minimum; gradient descent should keep to it
    halves : list of half-widths of the square around the minimum
    labels : list of str, what the dropdown calls them
    starts : list of (x, y), the first start of each, as seen from the minimum
    fraction : step at the beginning, as a fraction of 2 / lambda_max; 0.9 to 1.05

    Returns
    -------
    Figure
        State: ``choice``, ``fraction``, ``x0``, ``y0``.
    """
    if not LEAST <= _checks.finite("fraction", fraction) <= MOST:
        raise ValueError(f"fraction={fraction!r} must be in [{LEAST}, {MOST}]")
    variants, kernels = [], []
    for f, line, half, label, start in zip(landscapes, lines, halves, labels, starts, strict=True):
        if _checks.landscape("landscapes", f).dimension != 2 or f.minima is None or f.minima.points is None:
            raise ValueError(f"landscapes: {f.name} must have two variables and isolated minima")
        minimum, half = f.minima.points[0], _checks.positive("halves", half)
        (x, y), largest, c = minimum.tolist(), f.largest_step(minimum), flip_coefficient(f, minimum, line)
        x0, y0 = (minimum + _checks.point("starts", start, 2)).tolist()
        unit = np.asarray(line, dtype=float) / np.linalg.norm(line)
        variants.append({"label": label, "start": {"x0": x0, "y0": y0}, "constants": {
            "xmin": x - half, "xmax": x + half, "ymin": y - half, "ymax": y + half, "half": half, "low": -half, "c": c,
            "largest": largest, "minimum": [minimum.tolist()], "minima_count": len(f.minima.points)}})
        kernels.append({"step": scaled_step(largest), "neighbourhoods": neighbourhoods(f), "watched": watched(f),
                        "diagram": diagram(f, tuple(unit.tolist())), "kind_rows": kind_rows(f)})
    box, rows = ["xmin", "xmax", "ymin", "ymax"], {"type": "f8", "shape": [COLUMNS, 2]}
    half_orbit = {"type": "f8", "shape": [SHOWN // 2 + 1, 2]}
    return Figure(
        key="cross-maximum",
        name="What a minimum does when the step crosses the largest one",
        about="Left: the square around the minimum, coloured by what becomes of a start, with one orbit, its even and "
              "its odd steps apart. Right: on a line through the minimum, where orbits end and how far away they still "
              "stay, against the step; and the distance of the orbit from the minimum.",
        state={"choice": 0, "fraction": float(fraction), **variants[0]["start"]},
        variants=variants, choice="choice", shared={"fork": fork, "regime": regime}, kernels=kernels,
        buffers={
            "neighbourhoods": {"type": "f8", "shape": ["minima_count", 4]},
            "even": half_orbit, "odd": half_orbit, "cycle": {"type": "f8", "shape": [2, 2]},
            "distances": {"type": "f8", "shape": [SHOWN + 1]},
            "facts": {"type": "f8", "shape": [len(FACTS)], "names": FACTS},
            "late": {"type": "f8", "shape": [2 * COLUMNS, 2]}, "upper": rows, "lower": rows,
            "prongs": {"type": "f8", "shape": [FORK, 2]}, "kinds": {"type": "i1", "shape": GRID},
        },
        program=[
            {"kernel": "step", "args": ["fraction"], "result": "eta"},
            {"kernel": "regime", "args": ["fraction", "c"], "result": "regime"},
            {"kernel": "neighbourhoods", "args": ["eta", MIDDLE, "neighbourhoods"]},
            {"kernel": "watched", "args": ["x0", "y0", "eta", "neighbourhoods", "even", "odd", "distances", "cycle",
                                           "facts"]},
            {"kernel": "diagram", "args": ["largest", "half", "late", "upper", "lower"], "result": "late_count"},
            {"kernel": "fork", "args": ["c", "prongs"]},
            {"kernel": "kind_rows", "grid": "kinds", "box": box, "coarse": COARSE, "shares": SHARES,
             "args": ["eta", "neighbourhoods", MAP_STEPS]},
        ],
        panels=[
            [v.plane("Around the minimum", v.axis("x", "xmin", "xmax"), v.axis("y", "ymin", "ymax"), [
                v.heat("kinds", [v.STABLE, v.UNSTABLE, v.BOUNDED, v.OTHER, v.DIVERGED]),
                v.dots("even", "even_count", "steps 0, 2, 4, …", EVEN),
                v.dots("odd", "odd_count", "steps 1, 3, 5, …", ODD),
                v.dots("cycle", "cycle_points", "the cycle it ends in", CYCLE),
                v.marks("minimum", "minimum"),
                v.handle("x0", "y0", "start point"),
            ])],
            [v.chart("On the line through the minimum", v.axis("step / largest step", LEAST, MOST, fit=False),
                     v.axis("distance s from the minimum", "low", "half", fit=False), [
                v.path("upper", COLUMNS, [v.run("stay at least within", v.EDGE)]),
                v.path("lower", COLUMNS, [v.run("stay at least within", v.EDGE)]),
                v.path("prongs", FORK, [v.run("2-cycle, from c", v.OUTER)]),
                v.dots("late", "late_count", "where orbits end", ENDS),
                v.level("fraction", "now", on="x")]),
             v.chart("Distance from the minimum", v.axis("step k"), v.axis("distance", 1e-12, 10, log=True),
                     [v.curve("distances", "shown", [v.run("along the orbit", PROFILE)])])],
        ],
        summary=[
            "Step η = {eta:.4f}, {fraction:.3f} of the largest; c = {c:.2f}.",
            {"choose": "regime", "among": [
                "Below the largest step the minimum attracts.", "At the largest step the minimum attracts, but slowly.",
                "The minimum repels, and what it repels stays near: the loss of stability is soft.",
                "Below the largest step the minimum attracts, from a region that shrinks to a point.",
                "At the largest step the minimum repels already.",
                "The minimum repels, and nothing near it holds the orbits: the loss of stability is hard."]},
            ["From ({x0:.3f}, {y0:.3f}) ", {"choose": "kind", "among": [
                "the orbit converges to ({ax:.3f}, {ay:.3f}); the loss falls at every step.",
                "the orbit converges to ({ax:.3f}, {ay:.3f}); the loss rises at some steps.",
                {"choose": "cycles", "among": [
                    "the orbit stays bounded; after {steps:.0f} steps it is at distance {distance:.4f} and has not "
                    "settled.",
                    "the orbit ends in a cycle of two points, ({ax:.3f}, {ay:.3f}) and ({bx:.3f}, {by:.3f})."]},
                "the orbit ends at ({ax:.3f}, {ay:.3f}), another stationary point.",
                "the orbit leaves: it diverges within {steps:.0f} steps."]}],
            "Of the starts on the map, {stable_share:.1%} are stable, {unstable_share:.1%} unstable, "
            "{bounded_share:.1%} stay bounded and do not settle at a minimum, {other_share:.1%} end elsewhere, "
            "{diverged_share:.1%} diverge.",
        ])
