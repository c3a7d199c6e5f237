"""Regularizers along normalized gradient descent: is g a (p, m)-d-Lyapunov function near a point?

`check` measures the decrease on samples and finds counterexamples; `certify` proves it over a box in exact arithmetic,
and `verify` checks such a proof again.

Source: C. Josz, Implicit regularization of normalized gradient descent, Definitions 2.4 and 2.5, Proposition 2.6.
"""

from .._lazy import names

_HOMES = {"check": "_check", "Check": "_check", "certify": "_certify", "Certificate": "_certificate",
          "load": "_load", "verify": "_verify", "Verification": "_verify"}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = names(__name__, _HOMES)
