"""Conserved quantities: functions that stay the same along every descent curve of f, found and proved exactly."""

from ._discover import Found, discover
from ._proof import is_conserved
from ._symmetry import from_symmetry

__all__ = ["Found", "discover", "from_symmetry", "is_conserved"]
