"""Proposition 1 made constructive: the gradient flow, backwards from a critical point to a sphere and forward again."""

import dataclasses

import numpy as np
from scipy.integrate import solve_ivp

from .. import _checks
from ._hypotheses import check_direction, check_target

RELATIVE = 1e-12                                # tolerance of DOP853, on x - target
ROUNDING = 1e-15                                # of the target: a tolerance below that would chase noise
STALLED = 1e-3                                  # of the first speed: the flow comes to rest before the sphere
AT_REST = 1e-15                                 # of the largest Hessian eigenvalue: a speed that is rounding
FORWARD = 12                                    # times the backward time: each e-fold out is one in, with room to spare
LONGEST = 1e12                                  # time units
MOST_EVALUATIONS = 500_000                      # of the gradient; some hundreds are usual


@dataclasses.dataclass(frozen=True)
class FlowReach:
    """The flow dx/dt = -grad f back from a critical point to a sphere, and forward from there.

    Attributes
    ----------
    start : (d,), b, on the sphere
    backward : (m, d), points of the reverse flow at ``backward_times``: row 0 is a, row m - 1 the start
    backward_times : (m,), of the reverse flow, from 0 to ``time``
    forward : (m', d), points of the flow at ``forward_times``: row 0 is the start
    forward_times : (m',), from 0
    closest : the least distance of ``forward`` from the target
    limit_error : the last one; at a saddle rounding has carried the flow off by then
    time : T, of the reverse flow from a to the sphere
    offset : |a - target|
    target : (d,);  radius : of the sphere
    """

    start: np.ndarray
    backward: np.ndarray
    backward_times: np.ndarray
    forward: np.ndarray
    forward_times: np.ndarray
    closest: float
    limit_error: float
    time: float
    offset: float
    target: np.ndarray
    radius: float


def reach_by_flow(f, target, radius, direction, offset):
    """A point b at distance ``radius`` from which the gradient flow goes to ``target``.

    Josz & Ouyang (2025), Proposition 1: the reverse flow dx/dt = +grad f from a = target + offset * direction until
    |x - target| = radius, then the flow forward. (The proposition also needs a critical target, which its statement
    omits: no orbit of f(x) = x converges.) DOP853 with relative tolerance 1e-12 on x - target.

    Parameters
    ----------
    f : Landscape or LinearNetwork
    target : (d,), a critical point, not a local maximum
    radius : of the sphere, above 0
    direction : (d,), not 0; f must rise along it from the target
    offset : |a - target|, in (0, radius)

    Returns
    -------
    FlowReach

    Raises
    ------
    ValueError
        When the target is not critical or a local maximum, f does not rise along the direction, the offset is outside
        (0, radius) or lost in rounding, the reverse flow comes to rest before the sphere.
    """
    radius, offset = _checks.positive("radius", radius), _checks.positive("offset", offset)
    target = check_target(f, target)
    if not offset < radius:
        raise ValueError(f"offset={offset!r} must be below radius={radius!r}: the flow starts inside the sphere")
    if not offset > 2.0**-50 * np.linalg.norm(target):
        raise ValueError(f"offset={offset!r} is lost in the rounding of target={target.tolist()}")
    unit = check_direction(f, target, direction, radius)

    def speed(u):
        return float(np.linalg.norm(f.gradient(target + u)))

    first = speed(offset * unit)
    smallest = max(RELATIVE * offset, ROUNDING * float(np.linalg.norm(target)))
    back = _integrate(lambda u: f.gradient(target + u), LONGEST, offset * unit, smallest,
                      lambda t, u: np.linalg.norm(u) - radius, lambda t, u: speed(u) - STALLED * first)
    if back.status != 1 or not len(back.t_events[0]):
        raise ValueError(f"radius={radius!r} is not reached: the reverse flow from offset={offset!r} comes to rest at "
                         f"{(target + back.y[:, -1]).tolist()}, {np.linalg.norm(back.y[:, -1]):.6g} from the target")
    time, u = float(back.t[-1]), back.y[:, -1]
    rest = AT_REST * max(1.0, np.linalg.norm(f.hessian(target), 2))
    there = _integrate(lambda u: -f.gradient(target + u), FORWARD * time, u, smallest,
                       lambda t, u: np.linalg.norm(u) - 2 * radius, lambda t, u: speed(u) - rest)
    distances = np.linalg.norm(there.y, axis=0)
    return FlowReach(start=target + u, backward=target + back.y.T, backward_times=back.t, forward=target + there.y.T,
                     forward_times=there.t, closest=float(distances.min()), limit_error=float(distances[-1]),
                     time=time, offset=offset, target=target, radius=radius)


def _integrate(velocity, t_end, u, smallest, *events):
    """The solution from u until t_end or until one of the events crosses 0."""
    evaluations = 0

    def counted(t, u):
        nonlocal evaluations
        evaluations += 1
        if evaluations > MOST_EVALUATIONS:
            raise ValueError(f"the flow takes more than {MOST_EVALUATIONS} evaluations of the gradient: at t={t:.6g} "
                             f"it is {np.linalg.norm(u):.6g} from the target")
        return velocity(u)

    for event in events:
        event.terminal = True
    return solve_ivp(counted, (0, t_end), u, method="DOP853", rtol=RELATIVE, atol=smallest, events=events)
