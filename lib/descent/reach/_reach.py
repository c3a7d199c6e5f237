"""Proposition 2 made constructive: a start on a sphere around a critical point, whence gradient descent goes there."""

import dataclasses

import numpy as np

from .. import _checks, steps
from ..orbits._gradient import gradient_path
from . import _precise
from ._backward import check_step, compiled, explain_path, path_kernel, rewind_kernel, step_sizes
from ._hypotheses import check_direction, check_target

MOST_STEPS = 10**5                              # back: some seconds
SMALLEST = 1e-150                               # radius whose square is a number, and its inverse
LOST = 1e-290                                   # an offset from a target 0 that is hardly a number any more
SPHERE = 1e-6                                   # relative: how far from the sphere a start may lie because of rounding
FEWEST_DIGITS, MOST_DIGITS = 15, 300            # distances down to 10^-300 are still floats
SCAN = 60                                       # halvings of the offset, to say how far a walk gets


@dataclasses.dataclass(frozen=True)
class Reach:
    """A walk back from a critical point to a sphere around it, and gradient descent forward from there.

    Attributes
    ----------
    start : (d,), x_0, on the sphere
    backward : (n+1, d), the walk: row 0 is a = target + offset * direction, row n the start
    forward : (K+1, d), gradient descent from the start with alpha_0, alpha_1, …; row n is a again, up to rounding. It
        ends where it stands still, where it leaves the sphere after step n, or after ``forward_steps``.
    distances : (K+1,), of the forward path from the target
    closest : the least of ``distances``
    limit_error : the last of them. At a minimum, isolated or not, this is how far from the target gradient descent
        ends; at a saddle rounding has carried it off by then.
    offset : s, the distance of a from the target
    steps : n
    target : (d,);  radius : of the sphere
    digits : decimal digits of the arithmetic, None for float64
    start_digits : the start as decimal strings of all digits, None for float64
    """

    start: np.ndarray
    backward: np.ndarray
    forward: np.ndarray
    distances: np.ndarray
    closest: float
    limit_error: float
    offset: float
    steps: int
    target: np.ndarray
    radius: float
    digits: int | None = None
    start_digits: tuple | None = None

    @property
    def round_trip(self):
        """|x_n - a|: what rounding does to n steps back and n steps forward (of the rows, which are float64)."""
        return float(np.linalg.norm(self.forward[min(self.steps, len(self.forward) - 1)] - self.backward[0]))


def reach(f, target, rule, radius, steps_back, direction, digits=None, lipschitz=None, forward_steps=None):
    """A start at distance ``radius`` from which gradient descent goes to ``target``.

    Josz & Ouyang (2025), Proposition 2: from a = target + s direction, n backward steps with alpha_{n-1}, …, alpha_0;
    then s is bisected until x_0 lies on the sphere. The steps are counted forward, so that x_n = a for diminishing
    steps too; the paper's proof cuts the walk at its first exit, index m, and starts there with alpha_0, not alpha_m.
    The more steps, the nearer a is to the target.

    Parameters
    ----------
    f : Landscape
    target : (d,), a critical point, not a local maximum: a minimum (isolated or not) or a saddle
    rule : a rule of `descent.steps`, or a positive number for a constant step. Its sum should diverge: gradient descent
        with summable steps stops short of the target, and ``closest`` shows it.
    radius : of the sphere, above 0
    steps_back : n, 1 to 1e5 (1e4 with ``digits``)
    direction : (d,), not 0; f must rise along it from the target. At a saddle: an eigenvector of positive curvature.
    digits : decimal digits of the arithmetic (mpmath), 15 to 300; float64 when not given
    lipschitz : L on the region of the walk; ``f.lipschitz`` when not given
    forward_steps : most steps of the forward path, at least n; when not given 10 n + 10000

    Returns
    -------
    Reach

    Raises
    ------
    ValueError
        When the target is not critical or a local maximum; f does not rise along the direction; alpha L >= 1 (where no
        L is known: where I - alpha H is not positive definite along the walk); the walk does not get as far as the
        sphere; a would be lost in rounding.
    """
    radius = _checks.positive("radius", radius)
    if not SMALLEST < radius < 1 / SMALLEST:
        raise ValueError(f"radius={radius!r} must be between {SMALLEST:g} and {1 / SMALLEST:g}")
    n = _checks.whole("steps_back", steps_back, 1, MOST_STEPS if digits is None else _precise.MOST_STEPS)
    most = 10 * n + 10_000
    if forward_steps is not None:
        most = _checks.whole("forward_steps", forward_steps, n, 100 * MOST_STEPS)
    target = check_target(compiled(f), target)
    unit = check_direction(f, target, direction, radius)
    alphas = np.concatenate([step_sizes(f, rule, n, lipschitz), _later_sizes(steps.rule(rule), n, most)])
    check_step(f, float(alphas.max()), lipschitz)
    if digits is not None:
        digits = _checks.whole("digits", digits, FEWEST_DIGITS, MOST_DIGITS)
        walk = _precise.walk(f, target, alphas, n, radius, unit, digits)
        return Reach(**walk, closest=float(walk["distances"].min()), limit_error=float(walk["distances"][-1]),
                     steps=n, target=target, radius=radius, digits=digits)
    points = np.empty((n + 1, f.dimension))
    offset = rewind_kernel(f)(points, alphas[:n], target, unit, radius)
    if offset < 0:
        raise ValueError(_too_short(f, points, alphas[:n], target, unit, radius))
    _check_start(f, points, alphas[:n], target, radius, offset)
    forward, distances = _forward(f, points[0], alphas, n, target, radius)
    return Reach(points[0].copy(), points[::-1].copy(), forward, distances, float(distances.min()),
                 float(distances[-1]), offset, n, target, radius)


def _later_sizes(rule, first, last):
    """alpha_first, …, alpha_{last-1}, or those before the first that is too small for a number."""
    sizes = np.empty(last - first)
    for k in range(first, last):
        size = _checks.finite(f"rule({k})", rule(k))
        if size == 0:
            return sizes[: k - first]
        sizes[k - first] = _checks.positive(f"rule({k})", size)
    return sizes


def _forward(f, start, alphas, n, target, radius):
    """Gradient descent until it stands still, or leaves the sphere after step n; and the distances from the target."""
    path = np.empty((len(alphas) + 1, f.dimension))
    path[0] = start
    path = path[: gradient_path(f)(path, alphas) + 1]
    distances = np.linalg.norm(path - target, axis=1)
    end = forward_end(distances, (path[1:] == path[:-1]).all(axis=1), n, radius)
    return path[: end + 1], distances[: end + 1]


def forward_end(distances, still, n, radius):
    """The first row where the path stands still or, after row n, is not inside the sphere; else the last."""
    out = ~(distances < radius)
    out[: n + 1] = False
    ends = np.flatnonzero(out | np.append(still, True))
    return int(ends[0])


def _too_short(f, points, alphas, target, unit, radius):
    """How far the walk gets, from any offset up to the radius."""
    farthest = 0.0
    for j in range(SCAN):
        points[-1] = target + radius * 2.0**-j * unit
        if path_kernel(f)(points, alphas) == 0:
            farthest = max(farthest, float(np.linalg.norm(points[0] - target)))
    return (f"radius={radius!r} is not reached in steps_back={len(alphas)} steps: from offsets up to the radius the "
            f"walk gets {farthest:.6g} far from target={target.tolist()}")


def _check_start(f, points, alphas, target, radius, offset):
    """ValueError unless the walk exists and starts on the sphere."""
    reached = path_kernel(f)(points, alphas)
    found = 0.0 if reached else float(np.linalg.norm(points[0] - target))
    if abs(found - radius) <= SPHERE * radius:
        return
    lost = max(LOST, 2.0**-52 * float(np.linalg.norm(target)) / SPHERE)
    if offset <= lost:
        raise ValueError(f"steps_back={len(alphas)} is too many for float64: the walk would start {offset:.3g} from "
                         "the target, where rounding decides; take fewer steps, or digits=")
    outside, away = points.copy(), points[-1] - target
    for j in range(50, 0, -1):                  # the nearest larger offset without a walk says why
        outside[-1] = target + (1 + 2.0**-j) * away
        reached = path_kernel(f)(outside, alphas)
        if reached:
            raise ValueError(f"radius={radius!r} is not reached, the walk gets {found:.6g} far; from farther out, "
                             + explain_path(f, outside, alphas, reached))
    raise ValueError(f"radius={radius!r} is not reached, the walk gets {found:.6g} far: from farther out it jumps past "
                     "the sphere in float64")
