"""Checks of exercises: a right answer is told so, a wrong one is told what is wrong."""

import numpy as np
import pytest
from descent import exercises, landscapes

RIGHT = [
    lambda eta: (-2 / 3, 1 / (3 * eta)),        # specs/4, section 1, slice of f1
    lambda eta: [-2 / 3, 1 / (3 * eta)],
    lambda eta: np.array([-2 / 3, 1 / (3 * eta)]),
    lambda eta: (-0.6667, round(1 / (3 * eta), 4)),
]
WRONG = [
    (lambda eta: (-0.5, 1.0), "lower", "too far in"),
    (lambda eta: (-0.7, 1 / (3 * eta)), "lower", "too far out"),
    (lambda eta: (-2 / 3, 1 / (2 * eta)), "upper", "too far out"),
    (lambda eta: (-2 / 3, 1 / (4 * eta)), "upper", "too far in"),
    (lambda eta: (-2 / 3, 5 / 3), "0.5", "upper"),              # right at 0.2 only
    (lambda eta: (1 / (3 * eta), -2 / 3), "0.2", "does not contain"),
    (lambda eta: (0.1, 1.0), "0.2", "does not contain"),
    (lambda eta: (-1e300, 1e300), "lower", "too far out"),
]
UNREADABLE = [None, 3.0, (1,), (1, 2, 3), ("a", "b"), "ab", (np.nan, 1), (-1, np.inf), (None, 1), (-0.5, 1j),
              (-10**400, 1)]


@pytest.mark.parametrize("answer", RIGHT, ids=["tuple", "list", "array", "rounded"])
def test_a_right_answer(answer):
    assert exercises.check_slice(answer).startswith("Right")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("answer, where, what", WRONG, ids=[f"{what}, {where}" for _, where, what in WRONG])
def test_a_wrong_answer_is_told_which_end_is_wrong_and_how(answer, where, what):
    said = exercises.check_slice(answer)
    assert not said.startswith("Right") and where in said and what in said


@pytest.mark.parametrize("value", UNREADABLE, ids=lambda value: repr(value)[:20])
def test_what_is_not_two_numbers_is_told_so(value):
    said = exercises.check_slice(lambda eta: value)
    assert "two numbers" in said and repr(value)[:20] in said


@pytest.mark.parametrize("answer", [None, (-2 / 3, 1.0)])
def test_an_answer_that_is_not_a_function_is_told_so(answer):
    with pytest.raises(ValueError, match="answer"):
        exercises.check_slice(answer)


def test_a_mistake_inside_the_answer_is_shown_as_python_shows_it():
    with pytest.raises(ZeroDivisionError):
        exercises.check_slice(lambda eta: (1 / 0, 1))
    with pytest.raises(TypeError, match="positional"):
        exercises.check_slice(lambda: (1, 2))


# --- the short ones -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("check", [
    lambda: exercises.check_largest_step(1 / 6), lambda: exercises.check_largest_step(0.167),
    lambda: exercises.check_rises((0, 2.4)), lambda: exercises.check_rises([0.1, 2.5], 2),
    lambda: exercises.check_rises((0.75, -2.85), 4),
    lambda: exercises.check_sharp((1.5, 2)), lambda: exercises.check_stable_again(0.38, 0.408),
    lambda: exercises.check_shrink(3.3166), lambda: exercises.check_shrink(11**0.5),
])
def test_a_right_short_answer(check):
    assert check().startswith("Right")


def test_why_the_loss_falls_from_the_sharp_start_of_the_solution():
    """The gradient points along the sharpest direction nearly; on the segment the curvature falls below 2 / eta."""
    f, start, eta = landscapes.named("chen-f4"), np.array([1.5, 2.0]), 0.2
    g, H = f.gradient(start), f.hessian(start)
    values, vectors = np.linalg.eigh(H)
    assert abs(vectors[:, -1] @ g) > 0.99 * np.linalg.norm(g) and g @ H @ g > 0.99 * values[-1] * g @ g
    end = start - eta * g
    assert f.sharpness(end) == pytest.approx(3.2, abs=0.05)
    inner = 2 * (f.value(end) - f.value(start) + eta * g @ g) / (eta**2 * g @ g)        # Taylor's formula, solved
    assert inner == pytest.approx(8.5, abs=0.05)


@pytest.mark.parametrize("check, words", [
    (lambda: exercises.check_largest_step(1 / 12), ["sharpness of 24", "their sum"]),
    (lambda: exercises.check_rises((1.5, 2)), ["is stable"]), (lambda: exercises.check_rises((3, 3)), ["diverged"]),
    (lambda: exercises.check_rises((1, -1)), ["other"]),
    (lambda: exercises.check_rises((0.1, 2.5)), ["find another"]),
    (lambda: exercises.check_rises((0.1, 2.5), 3), ["rises at 2 "]),
    (lambda: exercises.check_sharp((1, 1)), ["not above 2/η = 10"]),
    (lambda: exercises.check_sharp((0.5, 2.5)), ["rises, from 0.388 to 0.471"]),
    (lambda: exercises.check_stable_again(0.2, 0.408), ["At η = 0.2", "stable, not unstable"]),
    (lambda: exercises.check_stable_again(0.38, 0.41), ["At η = 0.41", "unstable, not stable"]),
    (lambda: exercises.check_stable_again(0.4, 0.3), ["0.4 is not below 0.3"]),
    (lambda: exercises.check_shrink(10), ["divide the length at 0.9 by the length at 0.99"]),
    (lambda: exercises.check_shrink(0.3015), ["new over old"]),
])
def test_a_wrong_short_answer_is_told_what_is_wrong(check, words):
    said = check()
    assert not said.startswith("Right") and all(word in said for word in words), said


@pytest.mark.parametrize("check, answers", [
    (lambda: exercises.check_largest_step(1 / 4), ["12", "0.16", "1/6", "[8"]),
    (lambda: exercises.check_shrink(10), ["3.3", "0.47", "0.14"]),
])
def test_a_wrong_short_answer_is_not_told_the_right_one(check, answers):
    assert not any(answer in check() for answer in answers)


@pytest.mark.parametrize("check, word", [
    (lambda: exercises.check_largest_step(0), "answer"), (lambda: exercises.check_rises((1,)), "start"),
    (lambda: exercises.check_rises((1, 1), 0), "least"), (lambda: exercises.check_sharp(None), "start"),
    (lambda: exercises.check_stable_again("a", 1), "smaller"), (lambda: exercises.check_stable_again(1, -1), "larger"),
    (lambda: exercises.check_shrink(np.nan), "answer"),
])
def test_what_is_no_short_answer_is_refused_by_name(check, word):
    with pytest.raises(ValueError, match=word):
        check()


@pytest.mark.parametrize("start", [(1e5, 0), (0, -1e160)], ids=str)
def test_a_start_from_which_numbers_end_is_refused_in_words(start):
    assert "nearer than 10000" in exercises.check_sharp(start)
