"""The same walk in arithmetic of as many digits as one likes (mpmath)."""

import mpmath
import numpy as np
import sympy

from .._vectors import vectors
from ._newton import SOLVED, newton, newton_system, plain

MOST_STEPS = 10**4                              # some minutes
GUARD = 5                                       # digits by which the start may miss the sphere
POLISH = 20                                     # Newton steps to a critical point; each doubles its digits


class Arithmetic:
    """gradient, hessian, back and forward of a landscape on tuples of mpmath numbers, at the precision of the caller.

    Use it inside ``mpmath.workdps(digits)``.
    """

    def __init__(self, f):
        symbols = f.symbols
        gradient = [sympy.diff(f.expression, v) for v in symbols]
        hessian = [sympy.diff(g, v) for i, g in enumerate(gradient) for v in symbols[i:]]
        self.gradient = sympy.lambdify([symbols], gradient, "mpmath", cse=True)
        self.hessian = sympy.lambdify([symbols], hessian, "mpmath", cse=True)
        self.space = plain(vectors(f.dimension))
        self.back = newton(self.gradient, self.hessian, self.space, newton_system(f.dimension).py_func, mpmath.mp.eps)

    def forward(self, p, alpha):
        """p - alpha grad f(p)."""
        return self.space.descend(p, alpha, self.gradient(p))

    def distance(self, p, q):
        """|p - q|."""
        return mpmath.sqrt(self.space.distance2(p, q))

    def walk_back(self, a, alphas):
        """The points a, x_{n-1}, …, x_0, or None when a backward step has no answer."""
        path = [a]
        for alpha in reversed(alphas):
            p, status = self.back(path[-1], alpha)
            if status != SOLVED:
                return None
            path.append(p)
        return path


def critical_point(f, arithmetic, target):
    """The critical point that the float64 target rounds, by Newton's method."""
    p = tuple(map(mpmath.mpf, target.tolist()))
    row, column = np.triu_indices(f.dimension)
    for _ in range(POLISH):
        g = arithmetic.gradient(p)
        if not any(g):
            return p
        matrix = mpmath.matrix(f.dimension)
        for i, j, h in zip(row.tolist(), column.tolist(), arithmetic.hessian(p)):
            matrix[i, j] = matrix[j, i] = h
        try:
            move = mpmath.lu_solve(matrix, mpmath.matrix(g))
        except ZeroDivisionError:
            break
        p = tuple(x - dx for x, dx in zip(p, move))
        if mpmath.norm(move) <= 4 * mpmath.mp.eps * max(1, mpmath.norm(p)):
            return p
    raise ValueError(f"target={target.tolist()} is not known to {mpmath.mp.dps} digits: Newton's method finds no "
                     "critical point next to it (where the Hessian is singular, give the target exactly)")


def walk(f, target, alphas, n, radius, unit, digits):
    """The fields start … start_digits of `descent.reach.Reach`, computed with that many digits."""
    if getattr(f, "expression", None) is None:
        raise ValueError(f"digits={digits} needs f={f.name} as a formula; it has none")
    with mpmath.workdps(digits):
        arithmetic = Arithmetic(f)
        centre = critical_point(f, arithmetic, target)
        direction = tuple(map(mpmath.mpf, unit.tolist()))
        sizes = [mpmath.mpf(alpha) for alpha in alphas.tolist()]
        offset, back = _on_sphere(arithmetic, centre, direction, sizes[:n], mpmath.mpf(radius))
        start = back[-1]
        path, distances = [start], [arithmetic.distance(start, centre)]
        for k, alpha in enumerate(sizes):
            p = arithmetic.forward(path[-1], alpha)
            if p == path[-1]:
                break
            path.append(p)
            distances.append(arithmetic.distance(p, centre))
            if k >= n and not distances[-1] < radius:
                break
        return dict(start=_floats([start])[0], backward=_floats(back), forward=_floats(path),
                    distances=np.array([float(distance) for distance in distances]), offset=float(offset),
                    start_digits=tuple(mpmath.nstr(x, digits) for x in start))


def _floats(points):
    return np.array([[float(x) for x in p] for p in points])


def _on_sphere(arithmetic, centre, direction, alphas, radius):
    """The offset s in (0, radius] whose walk starts on the sphere, and the walk."""
    walks = {}

    def excess(s):
        """log(|x_0 - centre| / radius), nearly linear in log s; None where there is no walk."""
        if s not in walks:
            walks[s] = arithmetic.walk_back(arithmetic.space.descend(centre, -s, direction), alphas)
        return None if walks[s] is None else mpmath.log(arithmetic.distance(walks[s][-1], centre) / radius)

    low = radius * mpmath.mpf(10) ** (-mpmath.mp.dps // 2)
    while (level := excess(low)) is None or level > -1:         # an offset so small that the walk stays inside
        low = low * mpmath.exp(-2 - (level or 10))
        if low < radius * mpmath.mpf(10) ** -mpmath.mp.dps:
            raise ValueError(f"steps_back={len(alphas)} is too many for {mpmath.mp.dps} digits: the walk would start "
                             "closer to the target than they can tell; take fewer steps or more digits")
    high, growth = low, -level
    while (level := excess(high)) is not None and level < 0:    # and one so large that it does not
        if high >= radius:
            raise ValueError(f"radius={mpmath.nstr(radius, 17)} is not reached in steps_back={len(alphas)} steps: from "
                             f"|a - target| = radius the walk gets {mpmath.nstr(radius * mpmath.exp(level), 6)} far")
        low, growth = high, max(-level, mpmath.mpf(1) / 2)
        high = min(radius, high * mpmath.exp(growth))
    while excess(high) is None:
        middle = (low + high) / 2
        if not low < middle < high:
            raise ValueError(f"radius={mpmath.nstr(radius, 17)} is not reached: at the offset {mpmath.nstr(high, 6)} a "
                             "backward step stops being unique (alpha times a Hessian eigenvalue reaches 1)")
        level = excess(middle)
        low, high = (middle, high) if level is not None and level < 0 else (low, middle)
    root = mpmath.findroot(excess, (low, high), solver="anderson", tol=mpmath.mp.eps, verify=False)
    missed = excess(root)
    if missed is None or abs(missed) > mpmath.mpf(10) ** (GUARD - mpmath.mp.dps // 2):
        raise ValueError(f"radius={mpmath.nstr(radius, 17)} is missed with {mpmath.mp.dps} digits: the start is off by "
                         f"a factor of {mpmath.nstr(mpmath.exp(missed), 6)}")
    return root, walks[root]
