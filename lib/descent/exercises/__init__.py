"""Checks of the exercises: each says what is wrong with a wrong answer. They run where the notebook runs."""

from ._edge import (
    check_annulus,
    check_axis_minima,
    check_flip,
    check_openness,
    check_rate,
    check_stable_minima,
    check_theorem_1,
)
from ._neighbourhood import (
    check_area,
    check_best_step,
    check_broken_promise,
    check_certificate,
    check_count,
    check_leaving,
    check_margin,
    check_reach,
)
from ._reply import replying
from ._starts import (
    check_largest_step,
    check_rises,
    check_sharp,
    check_shrink,
    check_slice,
    check_stable_again,
)

__all__ = ["check_annulus", "check_area", "check_axis_minima", "check_best_step", "check_broken_promise",
           "check_certificate", "check_count", "check_flip", "check_largest_step", "check_leaving", "check_margin",
           "check_openness", "check_rate", "check_reach", "check_rises", "check_sharp", "check_shrink", "check_slice",
           "check_stable_again", "check_stable_minima", "check_theorem_1"]

globals().update({name: replying(globals()[name]) for name in __all__})
