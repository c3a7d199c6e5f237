"""Step-size rules: alpha_k for k = 0, 1, …"""

import dataclasses

import numpy as np

from . import _checks


@dataclasses.dataclass(frozen=True)
class Constant:
    """alpha_k = alpha."""

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
    """alpha_k = alpha / (k + 1)^beta, beta >= 0."""

    alpha: float
    beta: float

    def __post_init__(self):
        object.__setattr__(self, "alpha", _checks.positive("alpha", self.alpha))
        object.__setattr__(self, "beta", _checks.finite("beta", self.beta))
        if self.beta < 0:
            raise ValueError(f"beta={self.beta!r} must be at least 0: steps do not grow")

    def __call__(self, k):
        with np.errstate(over="ignore"):        # the step is then too small for a number: 0
            return self.alpha / np.power(k + 1.0, self.beta)

    @property
    def supremum(self):
        """The largest step, the first."""
        return self.alpha

    def nonsummable(self, p=1):
        """True when the sum of alpha_k^p diverges: when p beta <= 1."""
        return _checks.positive("p", p) * self.beta <= 1


def rule(value):
    """A rule as it is; a number as the constant rule."""
    return value if callable(value) else Constant(value)
