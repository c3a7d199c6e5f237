"""Step-size rules: alpha_k for k = 0, 1, …"""

import dataclasses

import numpy as np

from . import _checks
from .kernels import kernel


@dataclasses.dataclass(frozen=True)
class Constant:
    """alpha_k = alpha.

    Parameters
    ----------
    alpha : above 0
    """

    alpha: float

    def __post_init__(self):
        object.__setattr__(self, "alpha", _checks.positive("alpha", self.alpha))

    def __call__(self, k):
        return self.alpha

    @property
    def supremum(self):
        """The largest step."""
        return self.alpha

    def nonsummable(self, p=1):
        """True when the sum of alpha_k^p diverges; for constant steps it does, for every p."""
        _checks.positive("p", p)
        return True


@dataclasses.dataclass(frozen=True)
class Power:
    """alpha_k = alpha / (k + 1)^beta; 0 where that is too small for a number.

    Parameters
    ----------
    alpha : the first step, above 0
    beta : at least 0
    """

    alpha: float
    beta: float

    def __post_init__(self):
        object.__setattr__(self, "alpha", _checks.positive("alpha", self.alpha))
        object.__setattr__(self, "beta", _checks.finite("beta", self.beta))
        if self.beta < 0:
            raise ValueError(f"beta={self.beta!r} must be at least 0: steps do not grow")

    def __call__(self, k):
        try:
            with np.errstate(over="ignore"):    # of an array k
                return self.alpha / (k + 1) ** self.beta
        except OverflowError:                   # of a number k: the step is too small for a number
            return 0.0

    @property
    def supremum(self):
        """The largest step, the first."""
        return self.alpha

    def nonsummable(self, p=1):
        """True when the sum of alpha_k^p diverges: when p beta <= 1."""
        return _checks.positive("p", p) * self.beta <= 1


def rule(value):
    """A rule as it is; a number as the constant rule.

    Parameters
    ----------
    value : a function of k, such as `Constant` and `Power` are, or a number above 0
    """
    return value if callable(value) else Constant(value)


def array(rule, first, count):
    """alpha_first … as an array (count,), each checked to be positive and finite; bit for bit what rule(k) gives.

    Parameters
    ----------
    rule : function of k
    first : the first k, from 0
    count : how many
    """
    if not isinstance(rule, (Constant, Power)):
        return np.array([_checks.positive(f"rule({k})", rule(k)) for k in range(first, first + count)], dtype=float)
    alphas = np.full(count, rule.alpha)
    if isinstance(rule, Power):
        divide_by_powers(alphas, float(first), rule.beta)
        if count and not alphas[-1] > 0:
            k = first + int(np.argmin(alphas))
            raise ValueError(f"rule({k})={float(alphas[-1])!r} must be above 0: with beta={rule.beta:g} the steps "
                             "fall below the smallest number")
    return alphas


@kernel()
def divide_by_powers(alphas, first, beta):
    """alphas[i] /= (first + i + 1)^beta by the scalar pow: NumPy's depends on the processor."""
    for i in range(alphas.size):
        alphas[i] /= (first + i + 1.0) ** beta
