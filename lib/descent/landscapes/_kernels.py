"""The compiled functions of a landscape, each made when it is first asked for."""

import functools
import math

import sympy

from .._vectors import vectors
from ..kernels import kernel
from . import _codegen
from ._codegen import Modulus, Sgn

RESIDUAL = sympy.Symbol("h", real=True)
FEW = 4                                         # variables; beyond, derivatives of phi(h) are written by the chain rule


class Kernels:
    """Kernels of a tuple p of d floats.

    ``value(p)``, ``gradient(p)``: d numbers, ``hessian(p)``: the upper triangle by rows, of the active piece.
    ``direction(p)``: d numbers, one unit vector of the normalized subdifferential (Josz, Definition 3.1; Lemma 3.14:
    |h| and h^2 have the same). With sgn(0) = +1 and w = sgn(h) grad h of the residual, sum_s sgn(h_s) grad h_s of
    pieces, grad f else, it is w / |w|; where w = 0 the landscape's `rest`; 0 where f is locally constant.
    ``sharpness(p)`` for one and two variables, ``pieces(p)``: every h_s, ``residual(p)``: vanishes where f is least
    (h, or the sum of the |h_s|), ``kinks(p)``: vanish where there is no Hessian; each None where there is none.
    """

    def __init__(self, landscape):
        self._f = landscape
        self._variables = landscape.symbols

    @functools.cached_property
    def _expression(self):
        f = self._f
        expression = f.expression if f.pieces is None else sum(Modulus(h) for h in f.pieces)
        return _codegen.prepare(expression, self._variables)

    @functools.cached_property
    def _gradient(self):
        return self._differentiate(self._expression)

    @functools.cached_property
    def _normal(self):
        """w, which is never the gradient of h^2: that loses every h below 1e-160."""
        f = self._f
        if f.normal is not None:
            return [_codegen.prepare(w, self._variables) for w in f.normal]
        return self._gradient if self._signed is None else [self._signed[0] * slope for slope in self._signed[1:]]

    @functools.cached_property
    def _signed(self):
        """[sgn(h), *grad h] where w = sgn(h) grad h, else None."""
        f = self._f
        if f.normal is not None or f.pieces is not None or f.residual is None:
            return None
        h = _codegen.prepare(f.residual, self._variables)
        return [Sgn(h), *self._differentiate(h)]

    def _differentiate(self, expression):
        return [sympy.diff(expression, x) for x in _codegen.coordinates(self._f.dimension)]

    def _prepared(self, name, expressions, definitions=()):
        return _codegen.prepared_function(name, self._f.dimension, expressions, definitions)

    def _function(self, name, expressions):
        return _codegen.function(name, self._variables, expressions)

    @functools.cached_property
    def value(self):
        return self._prepared("value", self._expression)

    @functools.cached_property
    def gradient(self):
        if self._chain is None:
            return self._prepared("gradient", self._gradient)
        h, slope, _ = self._chain
        return self._prepared("gradient", [slope * g for g in self._differentiate(h)], [(RESIDUAL, h)])

    @functools.cached_property
    def hessian(self):
        x = _codegen.coordinates(self._f.dimension)
        if self._chain is None:
            return self._prepared("hessian", [sympy.diff(slope, v) for i, slope in enumerate(self._gradient)
                                              for v in x[i:]])
        h, slope, curvature = self._chain
        gradient, g = self._differentiate(h), sympy.symbols(f"g:{len(x)}")
        return self._prepared("hessian", [curvature * g[i] * g[j] + slope * sympy.diff(gradient[i], x[j])
                                          for i in range(len(x)) for j in range(i, len(x))],
                              [(RESIDUAL, h), *zip(g, gradient)])

    @functools.cached_property
    def _chain(self):
        """(h, phi', phi'') of f = phi(h) in many variables, the last two in the symbol RESIDUAL; else None."""
        f = self._f
        if f.dimension <= FEW or f.pieces is not None or f.residual is None:
            return None
        h = _codegen.prepare(f.residual, self._variables)
        phi = self._expression.xreplace({h: RESIDUAL})
        if phi.free_symbols != {RESIDUAL}:
            return None
        return h, sympy.diff(phi, RESIDUAL), sympy.diff(phi, RESIDUAL, 2)

    @functools.cached_property
    def direction(self):
        f = self._f
        level = None if f.constant_where is None else self._function("level", f.constant_where)
        rest = (1.0, *[0.0] * (f.dimension - 1)) if f.rest is None else f.rest
        signed = self._signed is not None
        return _codegen.unit(self._prepared("normal", self._signed if signed else self._normal), rest, level, signed)

    @functools.cached_property
    def pieces(self):
        return None if self._f.pieces is None else self._function("pieces", self._f.pieces)

    @functools.cached_property
    def residual(self):
        f = self._f
        if f.vanishing is not None:
            return self._function("residual", f.vanishing)
        if f.pieces is not None:
            return self._prepared("residual", self._expression)
        return None if f.residual is None else self._function("residual", f.residual)

    @functools.cached_property
    def kinks(self):
        if self._f.kinks is None:
            found = _codegen.kinks(self._expression)
            return self._prepared("kinks", list(found)) if found else None
        return self._function("kinks", self._f.kinks) if self._f.kinks else None

    @functools.cached_property
    def sharpness(self):
        return _sharpness(self.hessian, self._f.dimension)


def _sharpness(hessian, dimension):
    """The kernel sharpness(p), the largest eigenvalue of the Hessian in closed form; None beyond two variables."""
    if dimension == 1:
        @kernel()
        def sharpness(p):
            return hessian(p)[0]
    elif dimension == 2:
        @kernel()
        def sharpness(p):
            a, b, c = hessian(p)
            return (a + c + math.sqrt((a - c) * (a - c) + 4.0 * b * b)) / 2
    else:
        return None
    return sharpness


@functools.cache
def over(function, dimension, width=None):
    """The kernel over(points, out) that fills rows: function(p) of the rows p of ``points`` (n, dimension).

    ``out`` is (n, width) for a function that returns `width` numbers, (n,) for one that returns a float.
    """
    load = vectors(dimension).load
    if width is None:
        @kernel()
        def over(points, out):
            for i in range(points.shape[0]):
                out[i] = function(load(points[i]))
    else:
        store = vectors(width).store

        @kernel()
        def over(points, out):
            for i in range(points.shape[0]):
                store(out[i], function(load(points[i])))
    return over
