"""The parameters of a linear network, and the map mu that multiplies its layers."""

import functools
import operator

import numpy as np

from .. import _checks

MOST_PARAMETERS = 10**6                         # a vector of 8 MB; Lanczos' method keeps 32
MOST_DENSE = 2000                               # parameters of a network whose Hessian is formed: 32 MB
MOST_ENTRIES = 10**7                            # of a Jacobian that is formed: 80 MB
MOST_LAYERS = 50


class LayerProduct:
    """mu: R^d -> R^{d_h x d_0}, theta -> W_h … W_1 (Craciun & Ghoshdastidar, equation (4)): what the widths alone say.

    Its attributes are among those of `LinearNetwork`.
    """

    def __init__(self, widths):
        self.widths = _widths(widths)
        self.shapes = tuple((rows, inner) for inner, rows in zip(self.widths, self.widths[1:]))
        self.dimension = sum(rows * inner for rows, inner in self.shapes)
        if self.dimension > MOST_PARAMETERS:
            raise ValueError(f"widths={widths!r} need {self.dimension} parameters; at most {MOST_PARAMETERS} are "
                             "allowed")
        self.rank = min(self.widths)
        self.dim_image = self.rank * (self.widths[0] + self.widths[-1] - self.rank)
        self.name = "linear network " + "-".join(map(str, self.widths))

    def unpack(self, theta):
        """The layers [W_1, …, W_h] of theta (d,), or of points (…, d): arrays (…, d_i, d_{i-1})."""
        theta, ends = self._points(theta), np.cumsum([rows * inner for rows, inner in self.shapes])
        return [block.reshape(theta.shape[:-1] + shape)
                for block, shape in zip(np.split(theta, ends[:-1], axis=-1), self.shapes)]

    def pack(self, layers):
        """The theta of layers [W_1, …, W_h]."""
        try:
            layers = [np.asarray(layer, dtype=float) for layer in layers]
        except (TypeError, ValueError):
            raise ValueError(f"layers={layers!r} must be the matrices W_1, …, W_h of shapes {self.shapes}") from None
        shapes = tuple(layer.shape for layer in layers)
        if shapes != self.shapes:
            raise ValueError(f"layers have shapes {shapes}; {self.name} has {self.shapes}")
        return np.concatenate([layer.ravel() for layer in layers])

    def product(self, theta):
        """mu(theta) = W_h … W_1, equation (4): (d_h, d_0), or (…, d_h, d_0) for points (…, d)."""
        return functools.reduce(lambda done, layer: layer @ done, self.unpack(theta))

    def jacobian(self, theta):
        """The derivative of mu at theta (d,): (d_h d_0, d), rows in the order of mu's entries by rows.

        The column of entry (a, b) of W_i is W_{>i}[:, a] times W_{<i}[b, :]. ValueError where it would have more than
        10^7 entries.
        """
        self.require_jacobian()
        layers = self.unpack(self._point(theta))
        below, above = [np.eye(self.widths[0])], [np.eye(self.widths[-1])]
        for layer in layers[:-1]:
            below.append(layer @ below[-1])
        for layer in layers[:0:-1]:
            above.append(above[-1] @ layer)
        return np.concatenate([np.kron(up, down.T) for up, down in zip(above[::-1], below)], axis=1)

    def require_jacobian(self):
        """ValueError where the Jacobian of mu is too large to be formed."""
        entries = self.widths[-1] * self.widths[0] * self.dimension
        if entries > MOST_ENTRIES:
            raise ValueError(f"{self.name}: the Jacobian of the product, and with it the projection to M, needs "
                             f"{entries} entries; at most {MOST_ENTRIES} are formed. `balanced` gives a minimum of any "
                             "network")

    def require_hessian(self):
        """ValueError where the Hessian is too large to be formed."""
        if self.dimension > MOST_DENSE:
            raise ValueError(f"{self.name} has {self.dimension} parameters; a Hessian is formed for at most "
                             f"{MOST_DENSE}. `hessian_times` gives its products with vectors, `sharpness` its largest "
                             "eigenvalue")

    def _point(self, theta):
        return _checks.point("theta", theta, self.dimension)

    def _points(self, theta):
        try:
            theta = np.asarray(theta, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"theta={theta!r} must be {self.dimension} numbers") from None
        if theta.ndim == 0 or theta.shape[-1] != self.dimension:
            raise ValueError(f"theta has shape {theta.shape}; points of {self.name} have {self.dimension} entries")
        return theta


def _widths(widths):
    try:
        checked = tuple(_checks.whole("widths", operator.index(d) if not isinstance(d, bool) else d, 1, MOST_PARAMETERS)
                        for d in widths)
    except TypeError:
        raise ValueError(f"widths={widths!r} must be whole numbers (d_0, …, d_h)") from None
    if not 2 <= len(checked) <= MOST_LAYERS + 1:
        raise ValueError(f"widths={widths!r} must be (d_0, …, d_h) with 1 to {MOST_LAYERS} layers")
    return checked
