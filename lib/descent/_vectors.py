"""Arithmetic of points inside kernels: a point of R^d is a tuple of d floats, which LLVM keeps in registers."""

import functools
import types

from ._generated import define


@functools.cache
def vectors(d):
    """Kernels for points of R^d.

    ``load(row) -> p`` and ``store(row, p)`` (row: array (d,)), ``descend(p, alpha, g) -> p - alpha g``,
    ``norm2(p)`` = |p|^2 and ``distance2(p, q)`` = |p - q|^2.
    """
    def each(pattern, joint=", "):
        return joint.join(pattern.format(i=i) for i in range(d))

    source = f"""
def load(row): return ({each("row[{i}]")},)
def store(row, p): {each("row[{i}] = p[{i}]", "; ")}
def descend(p, alpha, g): return ({each("p[{i}] - alpha * g[{i}]")},)
def norm2(p): return {each("p[{i}] * p[{i}]", " + ")}
def distance2(p, q): return {each("(p[{i}] - q[{i}]) * (p[{i}] - q[{i}])", " + ")}
"""
    return types.SimpleNamespace(**define(source))
