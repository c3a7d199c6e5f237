"""A linear network with the quadratic loss: a landscape in the entries of its layers."""

import functools

import numpy as np

from .. import _checks
from . import _curvature, _descent, _layers
from ._flattest import flattest
from ._lanczos import largest_eigenvalue
from ._minima import NetworkMinima, project
from ._product import MOST_DENSE, LayerProduct
from ._spectrum import spectrum
from ._target import condensed, data, target

FEW_PARAMETERS = 64                             # to here the Hessian and LAPACK are faster than Lanczos' method


class LinearNetwork(LayerProduct):
    """L(theta) = |Y - W_h … W_1 X|^2, W_i of shape (d_i, d_{i-1}) (Craciun & Ghoshdastidar, equations (2)-(5)).

    A landscape: points theta are arrays (d,), W_1, …, W_h one behind the other, each by rows; `value`, `gradient`,
    `hessian` and `sharpness` take arrays (…, d) as well.

    Parameters
    ----------
    widths : (d_0, …, d_h), each at least 1
    X : (d_0, n), finite
    Y : (d_h, n), finite

    Attributes
    ----------
    widths : tuple of int
    shapes : those of W_1, …, W_h
    dimension : d_theta, the number of parameters
    rank : r, the least width
    dim_image : r (d_0 + d_h - r), the dimension of the matrices of rank r
    X, Y : the data
    target : (d_h, d_0), W_r bar: the product of the layers at every minimum
    target_singular_values : those of Y X^T C^{-1/2}, C = X X^T, of which the target keeps the first r
    least_loss : the loss at every minimum
    degeneracy : None, or in words what the theorems assume of the data and these lack: X X^T is singular (Remark 19;
        `target` is then the one of least norm), or sigma_r = sigma_{r+1} (`target` is then one of many), or the target
        has rank below r. What depends on it says so: `dim_minima`, `critical_step`, `flattest`.
    minima : NetworkMinima, with ``distance`` and ``sample``

    Raises
    ------
    ValueError
        For widths, X or Y that do not fit each other, are not finite, or need more than 10^6 parameters.
    """

    residual = None
    reference = "Craciun & Ghoshdastidar, On the Stability of Gradient Descent for Large Learning Rate, section 3.1"

    def __init__(self, widths, X, Y):
        super().__init__(widths)
        self.X, self.Y = data(X, Y, self.widths)
        self._target = target(self.X, self.Y, self.rank, len(self.shapes))
        self.target, self.least_loss = self._target.matrix, self._target.loss
        self.target_singular_values, self.degeneracy = self._target.singular_values, self._target.degeneracy
        for array in (self.X, self.Y, self.target, self.target_singular_values):
            array.flags.writeable = False
        self.parameters = {"widths": self.widths, "X": self.X, "Y": self.Y}
        self.minima, self.flat_minima = NetworkMinima(self), None

    def __repr__(self):
        return f"LinearNetwork(widths={self.widths}, X={self.X.tolist()}, Y={self.Y.tolist()})"

    def __reduce__(self):
        return LinearNetwork, (self.widths, self.X, self.Y)

    @property
    def formula(self):
        """The function in LaTeX."""
        return r"\lVert Y - " + " ".join(f"W_{{{i}}}" for i in range(len(self.shapes), 0, -1)) + r" X \rVert^2"

    @functools.cached_property
    def variables(self):
        """The names of the coordinates of theta."""
        return ("x", "y") if self.dimension == 2 else tuple(f"x{k + 1}" for k in range(self.dimension))

    @property
    def dim_minima(self):
        """d_theta - r (d_0 + d_h - r), the dimension of the manifold M of minima (Theorem 9); ValueError where the
        data are degenerate."""
        self.require_regular("dim_minima")
        return self.dimension - self.dim_image

    @functools.cached_property
    def lipschitz(self):
        """The gradient's Lipschitz constant: 2 lambda_max(X X^T) without hidden layer, else None."""
        return 2 * float(np.linalg.norm(self.X, 2)) ** 2 if len(self.shapes) == 1 else None

    def value(self, theta):
        """The loss: a float for one point, an array (…) for points (…, d)."""
        scratch = self.scratch()
        return self._each(theta, (), lambda point: _layers.loss(*self.data, point, scratch))[()]

    def gradient(self, theta):
        """The gradient, of the shape of theta."""
        scratch = self.scratch()

        def at(point):
            out = np.empty(self.dimension)
            _layers.gradient(*self.data, point, scratch, out)
            return out

        return self._each(theta, (self.dimension,), at)

    def hessian(self, theta):
        """The Hessian, both terms of equation (7): (d, d), or (…, d, d) for points (…, d).

        ValueError for more than 2000 parameters: `hessian_times` and `sharpness` do without it.
        """
        self.require_hessian()
        scratch, direction = self.scratch(), np.empty(self.dimension)

        def at(point):
            out = np.empty((self.dimension, self.dimension))
            _curvature.hessian(*self.data, point, scratch, direction, out)
            return out

        return self._each(theta, (self.dimension, self.dimension), at)

    def hessian_times(self, theta, v):
        """H(theta) v, both terms of equation (7), without forming H: two to three times the work of a gradient.

        Parameters
        ----------
        theta : (d,)
        v : (d,), or directions (…, d)

        Returns
        -------
        array of the shape of v
        """
        times = self._times(self._point(theta))
        v = _checks.points("v", v, self.dimension)
        if not np.isfinite(v).all():
            raise ValueError(f"v={v!r} must be finite")
        return self._each(v, (self.dimension,), times)

    def gauss_newton(self, theta):
        """The first term of the Hessian alone, J^T (2 I x X X^T) J at theta (d,): equation (18).

        The paper takes it for the Hessian on M. The second term vanishes there in the filling case only; in the other
        the eigenvalues differ, and their signs agree as long as sigma_r > sigma_{r+1}. ValueError for more than 2000
        parameters.
        """
        self.require_hessian()
        images = self.jacobian(theta).T.reshape(self.dimension, self.widths[-1], self.widths[0]) @ self.data[1]
        moved = images.reshape(self.dimension, -1)
        return 2 * moved @ moved.T

    def sharpness(self, theta):
        """The largest eigenvalue of the Hessian: a float for one point, an array (…) for points (…, d).

        Up to 64 parameters from the Hessian itself, beyond by Lanczos' method from products with vectors, to about
        1e-11 of the largest |eigenvalue|.

        Raises
        ------
        ValueError
            Where the Hessian is not finite.
        RuntimeError
            Where Lanczos' method does not converge and the Hessian is too large to be formed.
        """
        if self.dimension <= FEW_PARAMETERS:
            return _largest(self.hessian(theta))[()]
        return self._each(theta, (), self._lanczos)[()]

    def largest_step(self, minimum):
        """2 / lambda_max at a minimum: beyond it gradient descent does not settle there. ValueError where lambda_max is
        not positive."""
        sharpness = float(self.sharpness(self._point(minimum)))
        if not sharpness > 0:
            raise ValueError(f"minimum={minimum!r} has sharpness {sharpness:g}: not a minimum with a largest step")
        return 2 / sharpness

    def project(self, theta):
        """A point of M near theta (d,): Gauss-Newton steps theta - J^+ (mu(theta) - target).

        Raises
        ------
        ValueError
            In words, where the steps do not reach M: from a stationary point of the distance, such as 0; and where the
            Jacobian of the product would have more than 10^7 entries (`balanced` gives a minimum of any network).
        """
        return project(self, self._point(theta))

    def spectrum(self, theta, tolerance=1e-8):
        """The Spectrum at theta (d,): the Hessian's eigenvalues and how many are positive, zero and negative."""
        return spectrum(self.hessian(self._point(theta)), tolerance)

    def flattest(self):
        """The Flattest minimum: where lambda_max is least on M, and its value there. ValueError for degenerate data."""
        return self._flattest

    def critical_step(self):
        """eta_C = 2 / min over M of lambda_max: beyond it gradient descent settles at no minimum (Theorem 16).

        The least lambda_max is sought from several fixed starts, so this is a lower bound of eta_C that is attained at
        ``flattest().theta``; see `Flattest`.
        """
        return 2 / self._flattest.sharpness

    def descent_path(self, points, alphas):
        """Fill points (n+1, d) from points[0] by descent with the steps alphas (n,); returns the last k reached."""
        return _descent.path(*self.data, points, alphas, self.scratch(), np.empty(self.dimension))

    def require_regular(self, what):
        """ValueError where the data are degenerate."""
        if self.degeneracy is not None:
            raise ValueError(f"{what} of {self.name} is not defined for these data: {self.degeneracy}")

    @functools.cached_property
    def _flattest(self):
        self.require_regular("the flattest minimum")
        return flattest(self)

    @property
    def spaces(self):
        """Orthonormal bases of the target's column space (d_h, r) and row space (d_0, r)."""
        return self._target.left, self._target.right

    @functools.cached_property
    def data(self):
        """What every kernel takes first: widths, X, Y. More than d_0 + 1 (and 16) data points are condensed to d_0 + 1
        that give the same loss for every theta, for the kernels' work grows with their number."""
        return np.array(self.widths, dtype=np.int32), *condensed(self.X, self.Y)

    def scratch(self):
        """A new scratch array for the kernels."""
        return np.empty(_layers.scratch_size(self.widths, self.data[1].shape[1]))

    def _times(self, theta):
        """The function v -> H(theta) v of arrays (d,)."""
        scratch = self.scratch()

        def times(v):
            out = np.empty(self.dimension)
            _curvature.hessian_times(*self.data, theta, v, scratch, out)
            return out

        return times

    def _lanczos(self, theta):
        try:
            return largest_eigenvalue(self._times(theta), self.dimension)
        except RuntimeError:                    # it did not converge
            if self.dimension > MOST_DENSE:
                raise
            return _largest(self.hessian(theta))

    def _each(self, theta, width, function):
        theta = self._points(theta)
        rows = [function(point) for point in np.ascontiguousarray(theta.reshape(-1, self.dimension))]
        return np.array(rows, dtype=float).reshape(theta.shape[:-1] + width)


def _largest(hessians):
    """The largest eigenvalues of Hessians (…, d, d)."""
    if not np.isfinite(hessians).all():
        raise ValueError("theta is not finite, or so large that the Hessian overflows")
    return np.linalg.eigvalsh(hessians)[..., -1]
