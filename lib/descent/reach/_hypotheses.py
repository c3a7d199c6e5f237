"""What Propositions 1 and 2 ask of a target, checked in floating point: it is critical, and no local maximum."""

import numpy as np

from .. import _checks

CRITICAL = 1e-8                                 # of a target's coordinates: targets are often typed with eight digits
FRACTIONS = (2.0**-10, 2.0**-5, 1.0)            # of the radius: where f is compared with f(target), nearest first
VALUE_ROUNDING = 2.0**-50                       # relative; a smaller difference of two values says nothing


def check_target(f, target):
    """The target as an array; ValueError unless grad f vanishes there, up to 1e-8 in the coordinates."""
    target = _checks.point("target", target, _checks.landscape("f", f).dimension)
    size = np.linalg.norm(f.gradient(target))
    if not size <= CRITICAL * max(1.0, np.linalg.norm(f.hessian(target), 2)):
        raise ValueError(f"target={target.tolist()} is not a critical point of f={f.name}: |grad f| = {size:.3g} "
                         "there; no orbit converges to it")
    return target


def check_direction(f, target, direction, radius):
    """The direction as a unit vector; ValueError unless f rises along it from the target.

    Josz & Ouyang, Proposition 2, start the walk at points a with f(a) > f(target); at a local maximum there are none.
    """
    direction = _checks.point("direction", direction, f.dimension)
    if not direction.any():
        raise ValueError(f"direction={direction.tolist()} must be a vector other than 0")
    direction = direction / abs(direction).max()
    unit = direction / np.linalg.norm(direction)
    if rises(f, target, unit, radius):
        return unit
    ways = [sign * v for v in (*np.eye(f.dimension), *np.linalg.eigh(f.hessian(target))[1].T) for sign in (1, -1)]
    upward = next((v for v in ways if rises(f, target, v, radius)), None)
    if upward is None:
        raise ValueError(f"target={target.tolist()} is a local maximum of f={f.name}, as far as can be seen: near it f "
                         "exceeds its value there along no axis and no eigenvector, and no orbit but its own "
                         "converges to it (Proposition 2 excludes it)")
    raise ValueError(f"direction={direction.tolist()} does not lead uphill from target={target.tolist()}: the walk "
                     f"starts where f exceeds f(target), for instance along {upward.tolist()}")


def rises(f, target, unit, radius):
    """Is f(target + t unit) > f(target) for small t > 0? By values where they differ, else by the curvature."""
    level, hessian = f.value(target), f.hessian(target)
    curvature = unit @ hessian @ unit
    for fraction in FRACTIONS:
        there = f.value(target + fraction * radius * unit)
        rounding = VALUE_ROUNDING * (abs(there) + abs(level))
        if abs(there - level) > rounding:
            return bool(there > level)
        if abs(curvature) > VALUE_ROUNDING * np.linalg.norm(hessian, 2):
            return bool(curvature > 0)
        if rounding == 0:
            return False
    return False
