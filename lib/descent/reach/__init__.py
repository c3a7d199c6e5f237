"""Reach: walk backwards to the starts from which gradient descent, or its flow, ends at a given critical point."""

from ._backward import backward_path, backward_step
from ._flow import FlowReach, reach_by_flow
from ._reach import Reach, reach
from ._stability import stability_radius

__all__ = ["FlowReach", "Reach", "backward_path", "backward_step", "reach", "reach_by_flow", "stability_radius"]
