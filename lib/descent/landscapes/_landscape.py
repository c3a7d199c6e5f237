"""What a landscape is: a function with its derivatives and the facts that are known of it."""

import dataclasses
import functools
import math
import types

import numpy as np

from .. import _checks
from ..kernels import kernel
from . import _codegen


@dataclasses.dataclass(frozen=True, eq=False)
class Landscape:
    """A function on R^d to descend on.

    Points are arrays (d,); `value`, `gradient`, `hessian` and `sharpness` take arrays (…, d) of points as well.

    Attributes
    ----------
    name, parameters : what `descent.landscapes.named` takes to make it again
    expression : SymPy expression in ``variables``
    variables : tuple of str
    minima, flat_minima : FiniteMinima or a set with the same ``distance`` and ``sample``
    isolation : radius around each minimum within which there is no other stationary point (inf: none anywhere)
    lipschitz : Lipschitz constant of the gradient, None when there is no global one
    residual : SymPy expression h with f = phi(|h|), None when there is none
    reference : where the function comes from
    """

    name: str
    parameters: dict
    expression: object
    variables: tuple
    minima: object
    flat_minima: object
    reference: str
    isolation: float = 0.0
    lipschitz: float | None = None
    residual: object = None

    @property
    def dimension(self):
        """d, the number of variables."""
        return len(self.variables)

    @functools.cached_property
    def formula(self):
        """The function in LaTeX."""
        import sympy
        return sympy.latex(self.expression)

    @functools.cached_property
    def _symbols(self):
        import sympy
        return [sympy.Symbol(name) for name in self.variables]

    @functools.cached_property
    def kernels(self):
        """Kernels of a tuple p of d floats: ``value``, ``gradient``, ``hessian``, ``sharpness``, ``residual``.

        A gradient is a tuple of d, a Hessian its upper triangle by rows. There is a sharpness kernel for one and two
        variables, a residual kernel where there is a residual; else None.
        """
        value, gradient, hessian = _codegen.derivatives(self.expression, self._symbols)
        residual = None if self.residual is None else _codegen.function("residual", self._symbols, self.residual)
        return types.SimpleNamespace(value=value, gradient=gradient, hessian=hessian,
                                     sharpness=_sharpness(hessian, self.dimension), residual=residual)

    def value(self, x):
        """f(x): a float for one point, an array (…) for points (…, d)."""
        return self._at("value", x, ())[()]

    def gradient(self, x):
        """The gradient, of the shape of x."""
        return self._at("gradient", x, (self.dimension,))

    def hessian(self, x):
        """The Hessian: (d, d) for one point, (…, d, d) for points (…, d)."""
        row, column = np.triu_indices(self.dimension)
        upper = self._at("hessian", x, (len(row),))
        full = np.empty(upper.shape[:-1] + (self.dimension, self.dimension))
        full[..., row, column] = full[..., column, row] = upper
        return full

    def sharpness(self, x):
        """The largest eigenvalue of the Hessian: a float for one point, an array (…) for points (…, d)."""
        return np.linalg.eigvalsh(self.hessian(x))[..., -1][()]

    def largest_step(self, minimum):
        """2 / lambda_max at a minimum: beyond it gradient descent does not settle there."""
        return 2 / float(self.sharpness(_checks.point("minimum", minimum, self.dimension)))

    def _at(self, which, x, width):
        """One kernel at points (…, d): an array (…, *width)."""
        x = _checks.points("x", x, self.dimension)
        function = getattr(self.kernels, which)
        rows = [function(tuple(point)) for point in x.reshape(-1, self.dimension).tolist()]
        return np.array(rows, dtype=float).reshape(x.shape[:-1] + width)

    def __reduce__(self):
        from . import named
        return functools.partial(named, **self.parameters), (self.name,)


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
