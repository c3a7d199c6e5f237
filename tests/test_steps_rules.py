"""Step sizes as arrays: what an orbit takes its steps from."""

import numpy as np
import pytest
from descent import steps
from hypothesis import given, settings
from hypothesis import strategies as st

RULES = {"constant": steps.Constant(0.3), "power": steps.Power(1.3, 0.4), "no decay": steps.Power(0.7, 0),
         "function": lambda k: 0.1 / (1 + k % 3)}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(deadline=None)
@given(first=st.integers(0, 10**9), count=st.integers(0, 40))
def test_the_array_holds_what_the_rule_gives_bit_for_bit(rule, first, count):
    assert steps.array(rule, first, count).tolist() == [rule(k) for k in range(first, first + count)]


@pytest.mark.parametrize("beta", [0.25, 0.4, 0.5, 0.75, 1])
def test_the_array_holds_what_the_rule_gives_far_out(beta):
    # NumPy's own power differs from it in the last bit at 241 (beta = 1/2) to 14287 of these places on AVX-512
    rule, count = steps.Power(1.3, beta), 300_001
    assert steps.array(rule, 0, count).tolist() == [rule(k) for k in range(count)]


@settings(deadline=None)
@given(borders=st.lists(st.integers(1, 999), min_size=1, max_size=5, unique=True).map(sorted), beta=st.floats(0, 2))
def test_pieces_join_to_the_whole(borders, beta):
    rule, ends = steps.Power(1.0, beta), [0, *borders, 1000]
    pieces = [steps.array(rule, low, high - low) for low, high in zip(ends[:-1], ends[1:])]
    assert np.array_equal(np.concatenate(pieces), steps.array(rule, 0, 1000))


def test_the_first_steps_by_hand():
    assert steps.array(steps.Power(3, 0.5), 0, 4).tolist() == [3, 3 / np.sqrt(2), 3 / np.sqrt(3), 1.5]
    assert steps.array(steps.Constant(0.5), 7, 2).tolist() == [0.5, 0.5]
    assert steps.array(steps.Constant(0.5), 7, 0).shape == (0,)


def test_square_roots_are_rounded_exactly():
    rule, k = steps.Power(1.0, 0.5), np.arange(10**6)
    assert np.array_equal(rule(k), 1 / np.sqrt(k + 1)) and np.array_equal(steps.array(rule, 0, 10**6), rule(k))
    assert rule(2**80 - 1) == 2.0**-40 and type(rule(3)) is float


def test_a_function_is_asked_for_the_very_steps_it_is_used_at():
    asked = []
    steps.array(lambda k: asked.append(k) or 1.0, 5, 3)
    assert asked == [5, 6, 7]


def test_a_number_is_a_constant_rule_and_a_rule_is_itself():
    rule = steps.Power(1, 0.5)
    assert steps.rule(rule) is rule
    assert steps.rule(0.25) == steps.Constant(0.25) and steps.rule(1) == steps.Constant(1.0)


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, "much", None])
def test_a_bad_step_is_named_with_its_place(value):
    with pytest.raises(ValueError, match=r"rule\(12\)="):
        steps.array(lambda k: 1.0 if k < 12 else value, 10, 5)


@pytest.mark.parametrize("beta, first_zero", [(1e300, 1), (1100, 1), (700, 2)])
def test_steps_that_vanish_in_rounding_are_refused(beta, first_zero):
    # 2^-1100 < 2^-1075, the smallest float's half; 3^-700 = 2^-1109.5
    steps.array(steps.Power(1, beta), 0, first_zero)
    with pytest.raises(ValueError, match=rf"rule\({first_zero}\)=0.0 must be above 0"):
        steps.array(steps.Power(1, beta), 0, 5)
