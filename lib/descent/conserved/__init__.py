"""Conserved quantities: functions that stay the same along every descent curve of f, found and proved exactly."""

from .._lazy import names

_HOMES = {"discover": "_discover", "Found": "_discover", "from_symmetry": "_symmetry", "is_conserved": "_proof"}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = names(__name__, _HOMES)
