"""Step-size rules: alpha_k for k = 0, 1, …"""

import bisect
import dataclasses
import math

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
                if self.beta == 0.5:            # as in `divided_by_power`
                    return self.alpha / (np.sqrt if isinstance(k, np.ndarray) else math.sqrt)(k + 1)
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
    alphas, beta = undivided(rule, first, count)
    if beta > 0:
        divide_by_powers(alphas, float(first), beta)
    return alphas


def undivided(rule, first, count):
    """An array (count,) and beta, such that alpha_k = array[k - first] / (k + 1)^beta; checked as in `array`.

    A kernel that takes them divides while it waits for something else.

    Parameters
    ----------
    rule, first, count : as for `array`
    """
    if not isinstance(rule, (Constant, Power)):
        alphas = [_checks.positive(f"rule({k})", rule(k)) for k in range(first, first + count)]
        return np.array(alphas, dtype=float), 0.0
    beta = rule.beta if isinstance(rule, Power) else 0.0
    if count and not rule(first + count - 1) > 0:
        k = first + bisect.bisect_left(range(first, first + count), True, key=lambda k: not rule(k) > 0)
        raise ValueError(f"rule({k})={rule(k)!r} must be above 0: with beta={beta:g} the steps fall below the smallest "
                         "number")
    return np.full(count, rule.alpha), beta


@kernel()
def divided_by_power(alpha, k, beta):
    """alpha / (k + 1)^beta, k a float. A square root is rounded exactly, everywhere; pow is not."""
    if beta == 0.0:
        return alpha
    return alpha / (math.sqrt(k + 1.0) if beta == 0.5 else (k + 1.0) ** beta)


@kernel()
def divide_by_powers(alphas, first, beta):
    """alphas[i] /= (first + i + 1)^beta by the scalar pow: NumPy's depends on the processor."""
    for i in range(alphas.size):
        alphas[i] = divided_by_power(alphas[i], first + i, beta)
