"""The trapping region of the hyperbola is exactly an ellipse."""

import dataclasses
import math

import numpy as np

from .. import _checks


@dataclasses.dataclass(frozen=True)
class Ellipse:
    """x^2 + y^2 - s x y < 4/s - s: gradient descent on scale (1 - xy)^2 maps inside to inside, outside to outside.

    With Q = x^2 + y^2 - s x y, K = 4/s - s, z = x y, one step from (x, y) to (x', y') gives
    K - Q(x', y') = (K - Q(x, y)) (1 - s^2 z (1 - z)), and the last factor is at least 1 - s^2 / 4.

    Attributes
    ----------
    s : 2 scale eta, in (0, 2)
    level : 4/s - s
    area : 2 pi sqrt(4 - s^2) / s
    half_width : the largest |x|, which is the largest |y|: 2 / sqrt(s)
    """

    s: float
    level: float
    area: float
    half_width: float

    def contains(self, x):
        """Whether points (…, 2) lie inside: an array (…) of bool, a bool for one point."""
        x = np.asarray(x, dtype=float)
        if x.ndim == 0 or x.shape[-1] != 2:
            raise ValueError(f"x has shape {x.shape}; points of the plane have 2 entries")
        with np.errstate(over="ignore", invalid="ignore"):     # what is not finite is not inside
            return ((x * x).sum(axis=-1) - self.s * x[..., 0] * x[..., 1] < self.level)[()]


def trapping_ellipse(eta, scale=1.0):
    """The set of starts from which gradient descent on scale (1 - x y)^2 stays bounded, up to its boundary.

    Settles, on this example, the question after forward-invariant sets in Craciun & Ghoshdastidar, Section 5; the
    derivation is this project's. Starts inside stay inside for every step below 1 / scale; whether they converge
    is another question (yes almost everywhere for scale eta < 1/2).

    Parameters
    ----------
    eta : step size, 0 < eta < 1 / scale
    scale : factor of the hyperbola, above 0

    Returns
    -------
    Ellipse

    Raises
    ------
    ValueError
        For a step outside (0, 1 / scale): beyond, no ellipse is left.
    """
    eta, scale = _checks.positive("eta", eta), _checks.positive("scale", scale)
    s = 2 * scale * eta
    if not s < 2:
        raise ValueError(f"eta={eta!r} must be below 1 / scale = {1 / scale:.12g}: beyond it nothing is trapped")
    return Ellipse(s, 4 / s - s, 2 * math.pi * math.sqrt(4 - s * s) / s, 2 / math.sqrt(s))
