"""Regularizers along normalized gradient descent: is g a (p, m)-d-Lyapunov function near a point?

`check` measures the decrease on samples and finds counterexamples; `certify` proves it over a box in exact arithmetic,
and `verify` checks such a proof again.

Source: C. Josz, Implicit regularization of normalized gradient descent, Definitions 2.4 and 2.5, Proposition 2.6.
"""

import importlib

_HOMES = {"check": "_check", "Check": "_check", "certify": "_certify", "Certificate": "_certificate",
          "load": "_load", "verify": "_verify", "Verification": "_verify"}

__all__ = sorted(_HOMES)


def __getattr__(attribute):
    # SymPy and exact arithmetic wait until somebody asks for a verdict
    if attribute in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[attribute]}", __name__), attribute)
    raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")
