"""What a landscape is: a function with its derivatives and the facts that are known of it."""

import dataclasses
import functools

import numpy as np

from .. import _checks

MANY = 2**11                                    # points for which it pays to compile a loop over them


@dataclasses.dataclass(frozen=True, eq=False)
class Landscape:
    """A function on R^d to descend on.

    Points are arrays (d,); `value`, `gradient`, `hessian` and `sharpness` take arrays (…, d) of points as well.

    Attributes
    ----------
    name, parameters : what `descent.landscapes.named` takes to make it again
    expression : SymPy expression in ``variables``, plain symbols
    variables : tuple of str
    minima, flat_minima : None when unknown, else sets with ``points`` (None when not finite), ``distance(x)`` and
        ``sample(rng, n)``
    reference : where the function comes from
    isolation : radius around each minimum within which there is no other stationary point (inf: none anywhere)
    lipschitz : Lipschitz constant of the gradient, None when there is no global one
    residual : SymPy expression h with f = phi(|h|), the tuple of pieces of an L1 objective, None when there is none
    pieces : tuple of SymPy expressions h_s with f = sum_s |h_s|, None when f is not of that form
    stationary : array (s, d) of the other isolated stationary points, None when they are not listed
    vanishing : SymPy expression that vanishes on the minima alone, where neither residual nor pieces do
    kinks : SymPy expressions on whose zeros there is no Hessian; None: found in the expression
    normal : d SymPy expressions w, whose direction a normalized step takes, where it is none of the usual ones
    constant_where : SymPy expression, f is locally constant where it is negative
    rest : unit vector, the direction where w = 0; None: the first
    latex : the function in LaTeX, where SymPy's is hard to read
    remake : (function, arguments) that make it again when it is unpickled; None: `descent.landscapes.named`
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
    pieces: tuple | None = None
    stationary: np.ndarray | None = None
    vanishing: object = None
    kinks: tuple | None = None
    normal: tuple | None = None
    constant_where: object = None
    rest: tuple | None = None
    latex: str | None = None
    remake: tuple | None = None

    def __post_init__(self):
        if self.pieces is not None and self.residual is None:
            object.__setattr__(self, "residual", self.pieces)

    @property
    def dimension(self):
        """d, the number of variables."""
        return len(self.variables)

    @functools.cached_property
    def formula(self):
        """The function in LaTeX."""
        import sympy
        return self.latex or sympy.latex(self.expression)

    @functools.cached_property
    def symbols(self):
        """The SymPy symbols of the variables."""
        import sympy
        return [sympy.Symbol(name) for name in self.variables]

    @functools.cached_property
    def kernels(self):
        """The compiled functions: value, gradient, hessian, sharpness, direction, residual, pieces, kinks."""
        from ._kernels import Kernels
        return Kernels(self)

    def value(self, x):
        """f(x): a float for one point, an array (…) for points (…, d)."""
        return self._at("value", x, ())[()]

    def gradient(self, x):
        """The gradient, of the shape of x; on a kink one vector of the Bouligand subdifferential."""
        return self._at("gradient", x, (self.dimension,))

    def direction(self, x):
        """One unit vector of the normalized subdifferential, of the shape of x; 0 where f is locally constant."""
        return self._at("direction", x, (self.dimension,))

    def hessian(self, x):
        """The Hessian: (d, d) for one point, (…, d, d) for points (…, d); ValueError on a kink."""
        kinked = np.argwhere(np.atleast_1d(self.on_kink(x)))
        if len(kinked):
            point = np.atleast_2d(np.asarray(x, dtype=float))[tuple(kinked[0])]
            raise ValueError(f"x={point.tolist()} lies on a kink of {self.name}: there is no Hessian")
        row, column = np.triu_indices(self.dimension)
        upper = self._at("hessian", x, (len(row),))
        full = np.empty(upper.shape[:-1] + (self.dimension, self.dimension))
        full[..., row, column] = full[..., column, row] = upper
        return full

    def sharpness(self, x):
        """The largest Hessian eigenvalue: a float, or an array (…) for points (…, d); inf where the Hessian overflows.

        ValueError on a kink.
        """
        hessian = self.hessian(x)
        finite = np.isfinite(hessian).all(axis=(-2, -1))
        largest = np.where(np.isfinite(np.asarray(x, dtype=float)).all(axis=-1), np.inf, np.nan)
        largest[finite] = np.linalg.eigvalsh(hessian[finite])[..., -1]
        return largest[()]

    def on_kink(self, x):
        """True where there is no Hessian: a bool, or an array (…) for points (…, d)."""
        if self.kernels.kinks is None:
            return np.zeros(_checks.points("x", x, self.dimension).shape[:-1], bool)[()]
        return (self._at("kinks", x, (len(self.kernels.kinks((0.0,) * self.dimension)),)) == 0).any(axis=-1)

    def largest_step(self, minimum):
        """2 / lambda_max at a minimum: beyond it gradient descent does not settle there."""
        sharpness = float(self.sharpness(_checks.point("minimum", minimum, self.dimension)))
        if not sharpness > 0:
            raise ValueError(f"minimum={minimum!r} has sharpness {sharpness:g}: not a strict minimum")
        return 2 / sharpness

    def _at(self, which, x, width):
        """One kernel at points (…, d): an array (…, *width)."""
        x = _checks.points("x", x, self.dimension)
        points, function = np.ascontiguousarray(x.reshape(-1, self.dimension)), getattr(self.kernels, which)
        if len(points) < MANY:
            found = np.array([function(tuple(point)) for point in points.tolist()], dtype=float)
        else:
            from ._kernels import over
            found = np.empty((len(points), *width))
            over(function, self.dimension, *width)(points, found)
        return found.reshape(x.shape[:-1] + width)

    def __reduce__(self):
        from . import named
        return self.remake or (functools.partial(named, **self.parameters), (self.name,))
