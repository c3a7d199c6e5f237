"""What becomes of a start, and the fate kernel that decides it."""

import functools

from .._vectors import vectors
from ..kernels import kernel
from ..orbits import escaped

STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED = range(5)
KINDS = ("stable", "unstable", "bounded", "other", "diverged")
UNDECIDED, ASK = -1, len(KINDS)                 # of a start on its way

# Stopping rules (squares, where the quantity is a norm)
ARRIVED_GRADIENT2 = 1e-8**2                     # a listed minimum: |grad f| below this …
ARRIVED_DISTANCE2 = 1e-4**2                     # … and this near
ARRIVED_RESIDUAL = 1e-9                         # a set of minima {h = 0}: |h| below this
STILL_GRADIENT2 = 1e-10**2                      # another stationary point
WATCHED_GRADIENT2 = 1e-6**2                     # the loss must fall while |grad f| is above this: below, rounding rules


@functools.cache
def arrival(f):
    """The kernel arrived(p, gradient2) -> index of the minimum of f that p has reached, or -1."""
    distance2, residual = vectors(f.dimension).distance2, f.kernels.residual
    if f.minima.points is not None and not len(f.minima.points):
        @kernel()
        def arrived(p, gradient2):
            return -1
    elif f.minima.points is not None:
        minima = tuple(tuple(point) for point in f.minima.points.tolist())

        @kernel()
        def arrived(p, gradient2):
            if gradient2 < ARRIVED_GRADIENT2:
                for i in range(len(minima)):
                    if distance2(p, minima[i]) < ARRIVED_DISTANCE2:
                        return i
            return -1
    else:
        @kernel()
        def arrived(p, gradient2):
            return 0 if abs(residual(p)) < ARRIVED_RESIDUAL else -1
    return arrived


@functools.cache
def verdict(f):
    """The kernel verdict(p, loss, gradient2, neighbourhoods) -> (kind, limit, proved) at one step; UNDECIDED: go on.

    The rules, in this order: p is within a neighbourhood in which stable convergence is proved (rows minimum,
    radius^2, level of ``neighbourhoods``); arrived at a minimum; another stationary point; diverged. STABLE stands for
    what converges; whether the loss has risen before is the caller's to know.
    """
    space, arrived, d = vectors(f.dimension), arrival(f), f.dimension
    norm2, distance2, load = space.norm2, space.distance2, space.load

    @kernel()
    def verdict(p, loss, gradient2, neighbourhoods):
        for i in range(neighbourhoods.shape[0]):
            if loss < neighbourhoods[i, d + 1] and distance2(p, load(neighbourhoods[i])) < neighbourhoods[i, d]:
                return STABLE, i, True
        limit = arrived(p, gradient2)
        if limit >= 0:
            return STABLE, limit, False
        if gradient2 < STILL_GRADIENT2:
            return OTHER, -1, False
        if escaped(norm2(p)):
            return DIVERGED, -1, False
        return UNDECIDED, -1, False

    return verdict


@functools.cache
def ruling(f, proved):
    """The kernel ruling(p, loss, gradient2, near) -> kind: `verdict` without branches, as far as that goes.

    UNDECIDED where no rule applies, ASK where `verdict` must be asked. ``near``: the level and the square of the radius
    about 0 that bound the neighbourhoods; without ``proved`` there are none, and nobody looks at it.
    """
    residual, norm2 = f.kernels.residual, vectors(f.dimension).norm2
    if f.minima.points is not None:
        @kernel()
        def settled(p, gradient2, kind):
            return ASK if gradient2 < ARRIVED_GRADIENT2 else kind       # so is what stands still
    else:
        @kernel()
        def settled(p, gradient2, kind):
            kind = OTHER if gradient2 < STILL_GRADIENT2 else kind
            return STABLE if abs(residual(p)) < ARRIVED_RESIDUAL else kind

    @kernel()
    def ruling(p, loss, gradient2, near):
        size2 = norm2(p)
        kind = settled(p, gradient2, DIVERGED if escaped(size2) else UNDECIDED)
        return ASK if proved and (loss < near[0]) & (size2 < near[1]) else kind

    return ruling


@functools.cache
def fate(f):
    """The kernel fate(p, eta, neighbourhoods, max_steps) -> (kind, steps, limit, rises, last_rise, entered, end).

    One start, step by step, until `verdict` has decided or ``max_steps`` steps are done: BOUNDED. ``rises`` counts the
    steps at which the loss did not fall, ``last_rise`` is the last of them, ``entered`` the first step inside a
    neighbourhood, each -1 when there is none.
    """
    value, gradient, decide, space = f.kernels.value, f.kernels.gradient, verdict(f), vectors(f.dimension)
    descend, norm2 = space.descend, space.norm2

    @kernel()
    def fate(p, eta, neighbourhoods, max_steps):
        loss = value(p)
        rises, last_rise = 0, -1
        for k in range(max_steps + 1):
            g = gradient(p)
            gradient2 = norm2(g)
            kind, limit, proved = decide(p, loss, gradient2, neighbourhoods)
            if kind >= 0:
                kind = UNSTABLE if kind == STABLE and rises > 0 else kind
                return kind, k, limit, rises, last_rise, k if proved else -1, p
            if k == max_steps:
                break
            p = descend(p, eta, g)              # one gradient step; g also decided above
            after = value(p)
            if gradient2 > WATCHED_GRADIENT2 and not after < loss:
                rises, last_rise = rises + 1, k
            loss = after
        return BOUNDED, max_steps, -1, rises, last_rise, -1, p

    return fate
