"""The one decorator: compiled at the first call, IEEE arithmetic, no fused or reordered operations."""

import numpy as np
import pytest
from support.programs import program


def test_a_kernel_is_compiled_at_its_first_call_and_keeps_its_signature():
    k = program("def k(x): return x + 1", "float64(float64)")
    assert k.signatures == [] and k.kernel_signature == "float64(float64)"
    assert k(1.5) == 2.5 and len(k.signatures) == 1


@pytest.mark.parametrize("x, y, quotient", [(1.0, 0.0, np.inf), (-1.0, 0.0, -np.inf), (1.0, -0.0, -np.inf)])
def test_division_by_zero_is_infinite(x, y, quotient):
    assert program("def k(x, y): return x / y", None)(x, y) == quotient


def test_zero_by_zero_is_not_a_number():
    assert np.isnan(program("def k(x, y): return x / y", None)(0.0, 0.0))


def test_operations_round_one_by_one_in_the_order_they_are_written():
    x = 1 + 2.0**-30
    square = program("def k(x, y): return x * x - y", None)
    assert square(x, 1 + 2.0**-29) == 0.0       # a fused multiply-add would keep the 2^-60
    total = program("def k(x, y, z): return (x + y) + z", None)
    assert total(1e16, -1e16, 1.0) == 1.0 and total(1.0, 1e16, -1e16) == 0.0
