"""Step-size rules: their formula, their largest step, which of them sum to infinity."""

import dataclasses
import fractions

import numpy as np
import pytest
from descent import steps
from hypothesis import given
from hypothesis import strategies as st

positive = st.floats(1e-3, 1e3)


@given(alpha=positive, k=st.integers(0, 10**9))
def test_a_constant_rule_is_constant(alpha, k):
    rule = steps.Constant(alpha)
    assert rule(k) == rule.supremum == alpha
    assert rule.nonsummable() and rule.nonsummable(p=7)


@given(alpha=positive, beta=st.floats(0, 5), k=st.integers(0, 10**6))
def test_power_steps_are_alpha_over_a_power_and_do_not_grow(alpha, beta, k):
    rule = steps.Power(alpha, beta)
    assert rule(k) == pytest.approx(alpha / (k + 1) ** beta, rel=1e-15)     # a power is good to some ulp
    assert rule(k + 1) <= rule(k) <= rule(0) == rule.supremum == alpha


@pytest.mark.parametrize("beta", [0, 0.25, 0.5, 1, 1.5, 2, 3])
@pytest.mark.parametrize("p", [0.5, 1, 2, 4])
def test_nonsummable_agrees_with_cauchys_condensation(beta, p):
    """A decreasing sum of a_k diverges exactly when that of 2^j a_(2^j) does; for powers that one is geometric."""
    rule = steps.Power(1.0, beta)
    condensed = [2**j * rule(2**j - 1) ** p for j in (8, 16)]   # where beta p = 1, powers of two without rounding
    assert rule.nonsummable(p) == (condensed[1] >= condensed[0])


def test_the_usual_square_root_steps():
    rule = steps.Power(1.0, 0.5)
    assert [rule(k) for k in (0, 3, 99)] == [1.0, 0.5, 0.1]
    assert rule.nonsummable() and rule.nonsummable(2) and not rule.nonsummable(3)


def test_steps_too_small_for_a_number_are_zero():
    assert steps.Power(1.0, 2000.0)(1) == 0.0


def test_a_number_stands_for_the_constant_rule_and_a_function_for_itself():
    assert steps.rule(0.3) == steps.Constant(0.3)
    assert steps.rule(max) is max


def test_rules_are_values():
    assert steps.Power(1, 0.5) == steps.Power(1.0, 0.5) and hash(steps.Power(1, 0.5)) == hash(steps.Power(1.0, 0.5))
    with pytest.raises(dataclasses.FrozenInstanceError):
        steps.Constant(1.0).alpha = 2.0


@pytest.mark.parametrize("number", [np.float32(0.5), np.float64(0.5), np.array(0.5), fractions.Fraction(1, 2)])
def test_any_real_number_is_a_step(number):
    assert steps.Constant(number).alpha == 0.5 and type(steps.Constant(number).alpha) is float


NOT_POSITIVE = [0, -0.0, -1, np.nan, np.inf, None, "0.3", "abc", b"1", 1j, np.complex128(1), np.array([0.3]), [1, 2],
                {}, True, np.True_, 10**400]


@pytest.mark.parametrize("value", NOT_POSITIVE, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("call, name", [
    (steps.Constant, "alpha"), (lambda v: steps.Power(v, 1), "alpha"), (steps.rule, "alpha"),
    (steps.Constant(1).nonsummable, "p"), (steps.Power(1, 1).nonsummable, "p"),
], ids=["constant", "power", "rule", "constant-p", "power-p"])
def test_what_is_not_a_positive_number_is_refused_by_name(call, name, value):
    with pytest.raises(ValueError, match=rf"^{name}="):
        call(value)


@pytest.mark.parametrize("beta", [-1, -1e-9, np.nan, np.inf, None, "1", True])
def test_a_growing_or_absent_exponent_is_refused_by_name(beta):
    with pytest.raises(ValueError, match=r"^beta="):
        steps.Power(1, beta)
