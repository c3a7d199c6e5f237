"""Checks of the exercises on the edge of stability: a right answer is told so, a wrong one is told what is wrong."""

from fractions import Fraction

import numpy as np
import pytest
from descent import exercises as e

BOWL = {"K": 2, "m": 1.5, "M1": 5, "M2": 1}
STEPS = {"f1": 1, "f2": 1, "f3": None, "f4": 10 / 19}


def outer(eta):
    return np.sqrt((3 + np.sqrt(9 + 4 / eta)) / 2)


def flat(eta):
    a2 = (1 / eta + np.sqrt(1 / eta**2 - 4)) / 2
    return 1 / np.sqrt(a2), np.sqrt(a2)


RIGHT = [
    lambda: e.check_openness(**BOWL), lambda: e.check_openness(2.0, 3 / 2, 5.0, 1.0),
    lambda: e.check_rate(0.5), lambda: e.check_rate(np.float64(0.5)),
    lambda: e.check_flip(9 / 4), lambda: e.check_flip(2.25),
    lambda: e.check_theorem_1(STEPS), lambda: e.check_theorem_1(STEPS | {"f4": 0.526}),
    lambda: e.check_axis_minima(lambda eta: (np.sqrt(3), outer(eta))),
    lambda: e.check_annulus(lambda eta: np.sqrt(1 + 1 / (4 * eta))),
    lambda: e.check_annulus(lambda eta: [np.sqrt(1 + 1 / (4 * eta))]),
    lambda: e.check_stable_minima(flat),
]
WRONG = [                                       # answer, words of the reply
    (lambda: e.check_openness(**BOWL | {"K": 1}), ["K = 1", "3/2"]),
    (lambda: e.check_openness(**BOWL | {"m": 6}), ["m = 6", "smallest"]),
    (lambda: e.check_openness(**BOWL | {"M1": 12.5}), ["M1", "as printed"]),
    (lambda: e.check_openness(**BOWL | {"M1": 4}), ["M1 = 4", "within 1"]),
    (lambda: e.check_openness(**BOWL | {"M2": 2}), ["M2 = 2", "identity"]),
    (lambda: e.check_rate(1.0), ["nearer to 0.5"]), (lambda: e.check_rate(-0.5), ["nearer to 0.5"]),
    (lambda: e.check_flip(2.0), ["At b = 2.05", "the flip should be hard", "nearer"]),
    (lambda: e.check_flip(2.5), ["At b = 2.45", "the flip should be soft", "away"]),
    (lambda: e.check_flip(1e9), ["look between"]), (lambda: e.check_flip(0), ["At b = 0.05"]),
    (lambda: e.check_theorem_1(STEPS | {"f3": 1 / 6}), ["f3", "(1.74, 0)"]),
    (lambda: e.check_theorem_1(STEPS | {"f1": None}), ["f1", "λ_max = 2"]),
    (lambda: e.check_theorem_1(STEPS | {"f4": 1}), ["f4", "1 is not right"]),
    (lambda: e.check_axis_minima(lambda eta: (1.0, outer(eta))), ["lower end 1 ", "too far out", "does not end"]),
    (lambda: e.check_axis_minima(lambda eta: (1.9, outer(eta))), ["lower end 1.9 ", "too far in"]),
    (lambda: e.check_axis_minima(lambda eta: (np.sqrt(3), 3.0)), ["upper end 3 ", "too far out"]),
    (lambda: e.check_axis_minima(lambda eta: (np.sqrt(3), outer(0.05))), ["η = 0.1", "upper", "too far out"]),
    (lambda: e.check_axis_minima(lambda eta: (np.sqrt(3), 2.0)), ["η = 0.05", "upper", "too far in"]),
    (lambda: e.check_annulus(lambda eta: np.sqrt(1 + 1 / (2 * eta))), ["radius", "too far out", "past the origin"]),
    (lambda: e.check_annulus(lambda eta: 1.5), ["η = 0.05", "radius", "too far in", "before the origin"]),
    (lambda: e.check_annulus(lambda eta: -1), ["radius -1", "look between"]),
    (lambda: e.check_stable_minima(lambda eta: (flat(eta)[0], 1 / eta)), ["upper", "too far out"]),
    (lambda: e.check_stable_minima(lambda eta: (1.0, flat(eta)[1])), ["lower", "too far in"]),
    (lambda: e.check_stable_minima(lambda eta: flat(eta)[::-1]), ["lower end first"]),
]
FUNCTIONS = [(e.check_axis_minima, "two numbers"), (e.check_annulus, "one number"),
             (e.check_stable_minima, "two numbers")]


@pytest.mark.parametrize("check", RIGHT, ids=range(len(RIGHT)))
def test_a_right_answer(check):
    assert check().startswith("Right")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("check, words", WRONG, ids=["; ".join(words) for _, words in WRONG])
def test_a_wrong_answer_is_told_what_is_wrong(check, words):
    said = check()
    assert not said.startswith("Right") and all(word in said for word in words), said


@pytest.mark.parametrize("check, words", FUNCTIONS)
@pytest.mark.parametrize("value", [None, "ab", (1, 2, 3), np.nan, (np.inf, 1), (None, 1), 1j], ids=repr)
def test_what_is_not_numbers_is_told_so(check, words, value):
    said = check(lambda eta: value)
    assert words in said and "0.05" in said


@pytest.mark.parametrize("check", [e.check_axis_minima, e.check_annulus, e.check_stable_minima])
def test_a_function_is_asked_for_and_its_mistakes_are_shown(check):
    with pytest.raises(ValueError, match="function"):
        check(2.0)
    with pytest.raises(ZeroDivisionError):
        check(lambda eta: 1 / 0)


@pytest.mark.parametrize("answer", [None, "1", np.nan, [1]], ids=repr)
def test_a_number_is_asked_for(answer):
    for check in (e.check_rate, e.check_flip):
        with pytest.raises(ValueError, match="answer="):
            check(answer)
    with pytest.raises(ValueError, match="M1="):
        e.check_openness(**BOWL | {"M1": answer})
    if answer is not None:
        with pytest.raises(ValueError, match="f1="):
            e.check_theorem_1(STEPS | {"f1": answer})


@pytest.mark.parametrize("answer", [None, {}, {"f1": 1}, STEPS | {"f5": 1}], ids=repr)
def test_all_four_functions_are_asked_for(answer):
    with pytest.raises(ValueError, match="answer="):
        e.check_theorem_1(answer)


@pytest.mark.parametrize("name", e.__all__)
def test_a_check_keeps_its_name_and_its_documentation(name):
    check = getattr(e, name)
    assert check.__name__ == name and check.__doc__.startswith("Check")


def test_a_long_reply_is_printed_in_lines(capsys):
    said = e.check_theorem_1(STEPS | {"f3": 1 / 6})
    print(said)
    lines = capsys.readouterr().out.splitlines()
    assert len(said) > 100 and "\n" not in said and max(map(len, lines)) <= 100 and " ".join(lines) == said


def test_a_step_of_any_kind_of_number_is_compared():
    answer = {"f1": Fraction(1, 2), "f2": 1, "f3": None, "f4": 10 / 19}
    assert "f1: 0.5 is not right" in e.check_theorem_1(answer)
