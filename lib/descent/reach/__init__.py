"""Reach: walk backwards to the starts from which gradient descent, or its flow, ends at a given critical point."""

from .._lazy import names

_HOMES = {"reach": "_reach", "Reach": "_reach", "reach_by_flow": "_flow", "FlowReach": "_flow",
          "backward_path": "_backward", "backward_step": "_backward", "stability_radius": "_stability"}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = names(__name__, _HOMES)
