"""Kernels from program texts."""

import pickle

import numba
import pytest
from descent._generated import define
from descent._vectors import vectors


def test_each_function_of_a_text_is_a_kernel_with_the_text_for_docstring():
    text = "def twice(x): return 2 * x\ndef plus(x, y): return x + y"
    made = define(text)
    assert list(made) == ["twice", "plus"]
    assert made["twice"](1.5) == 3 and made["plus"](1.0, 2.5) == 3.5
    assert made["twice"].signatures and made["twice"].__doc__ == text


def test_what_the_code_takes_from_outside_is_passed_by_name():
    inner = define("def square(x): return x * x")["square"]
    made = define("def k(x): return c + square(x)", square=inner, c=1.0)
    assert list(made) == ["k"] and made["k"](3.0) == 10
    with pytest.raises(numba.TypingError, match="square"):
        define("def k(x): return square(x)")["k"](3.0)


def test_their_globals_hold_what_can_be_kept():
    scope = define("def k(x): return abs(x)")["k"].py_func.__globals__
    assert "__builtins__" not in scope and define("def k(x): return abs(x)")["k"](-2.0) == 2
    pickle.dumps({name: value for name, value in scope.items() if name != "k"})


@pytest.mark.parametrize("d", [1, 2, 5])
def test_vectors_of_every_length(d):
    space, p, q = vectors(d), tuple(range(1, d + 1)), tuple([1.0] * d)
    assert space.descend(tuple(map(float, p)), 2.0, q) == tuple(k - 2.0 for k in p)
    assert space.norm2(tuple(map(float, p))) == sum(k * k for k in p)
    assert space.distance2(tuple(map(float, p)), q) == sum((k - 1) ** 2 for k in p)
