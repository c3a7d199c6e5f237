"""Checks of the exercises on a neighbourhood: a right answer is told so, a wrong one is told what is wrong."""

from fractions import Fraction

import numpy as np
import pytest
from descent import exercises

FUNCTIONS = ["check_best_step", "check_reach", "check_certificate", "check_count", "check_area"]


def certificate(eta, w):
    radius = np.sqrt(w * (2 / eta - 1) / 3)
    return radius, radius**2 / 2 + radius**4 / 4


RIGHT = [                                       # derived in the solutions of the chapter
    ("check_best_step", (lambda L: (1 / L, 1 / (2 * L)),)),
    ("check_best_step", (lambda L: np.array([1, 0.5]) / L,)),
    ("check_reach", (lambda eta: ((2 / eta - 1) / 3) ** 0.5,)),
    ("check_reach", (lambda eta: round(((2 / eta - 1) / 3) ** 0.5, 4),)),
    ("check_broken_promise", ([1.35, 1.35], 0.26)),
    ("check_leaving", ([0.28, 0.1254],)),
    ("check_leaving", ((-0.28, 0.1254),)),      # the valley is its own mirror image
    ("check_certificate", (certificate,)),
    ("check_margin", (0.89,)),
    ("check_margin", (0.885,)),
    ("check_count", (lambda fall, C, eta, epsilon: fall / (C * eta * epsilon**2),)),
    ("check_count", (lambda fall, C, eta, epsilon: int(fall / (C * eta * epsilon**2)),)),
    ("check_area", (lambda radius, low, high: np.pi * radius**2 * (low / high) ** 0.5,)),
]
WRONG = [
    ("check_best_step", (lambda L: (2 / L, 0.0),), ["L = 0.5", "step 4 ", "promised more"]),
    ("check_best_step", (lambda L: (-1 / L, 0.0),), ["promised more"]),
    ("check_best_step", (lambda L: (1 / L, 1 / L),), ["step is right", "not 2."]),
    ("check_best_step", (lambda L: (1.0, 0.5),), ["L = 0.5", "promised more"]),          # right at L = 1 only
    ("check_reach", (lambda eta: (2 / eta) ** 0.5,), ["η = 0.1", "too large"]),
    ("check_reach", (lambda eta: 1.0,), ["η = 0.1", "too small", "2/η = 20"]),
    ("check_reach", (lambda eta: -((2 / eta - 1) / 3) ** 0.5,), ["not above 0"]),
    ("check_broken_promise", ([1.1, 1.0], 0.2), ["Inside t′", "theorem"]),
    ("check_broken_promise", ([0.6, 0.6], 0.26), ["kept", "promised are"]),             # towards the origin
    ("check_broken_promise", ([1.9, 1.9], 0.26), ["nearer than 3 t′"]),
    ("check_broken_promise", ([1.35, 1.35], 0.27), ["not in (0, η]"]),
    ("check_broken_promise", ([1.35, 1.35], 0), ["not in (0, η]"]),
    ("check_leaving", ([0.28, 0.2],), ["not in the ball"]),
    ("check_leaving", ([0.2, 0.1],), ["image is in the ball"]),
    ("check_leaving", ([0.28, 0.0784],), ["image is in the ball", "higher above the floor"]),
    ("check_leaving", ([0.1, 0.28],), ["image is in the ball", "nearer the floor"]),
    ("check_leaving", ([0.0, 0.0],), ["image is in the ball"]),
    ("check_certificate", (lambda eta, w: (2 * certificate(eta, w)[0], 0.1),), ["η = 0.5, w = 0.5", "too large"]),
    ("check_certificate", (lambda eta, w: (certificate(eta, 0.5)[0], certificate(eta, 0.5)[1]),), ["w = 0.25"]),
    ("check_certificate", (lambda eta, w: (certificate(eta, w)[0], 0.1),), ["t′ is right", "not 0.1"]),
    ("check_margin", (0.5,), ["not in U", "distance is 0.3182", "t′ = 0.2132"]),
    ("check_margin", (0.88,), ["not in U"]),    # within t', above the level
    ("check_margin", (0.95,), ["C can be larger"]),
    ("check_margin", (1,), ["not between 0 and 1"]),
    ("check_margin", (-0.1,), ["not between 0 and 1"]),
    ("check_count", (lambda fall, C, eta, epsilon: fall / (C * eta * epsilon),), ["allows more"]),
    ("check_count", (lambda fall, C, eta, epsilon: fall / (C * eta**2 * epsilon**2),), ["further than to f(θ*)"]),
    ("check_area", (lambda radius, low, high: np.pi * radius**2,), ["t′ = 0.2", "0.1257", "0.0288"]),
    ("check_area", (lambda radius, low, high: np.pi * radius**2 * low / high,), ["counting"]),
]
UNREADABLE = [None, "a", np.nan, np.inf, (1, 2, 3), 1j, -10**400]


@pytest.mark.parametrize("name, answer", RIGHT, ids=[name for name, _ in RIGHT])
def test_a_right_answer(name, answer):
    assert getattr(exercises, name)(*answer).startswith("Right")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name, answer, told", WRONG, ids=[f"{name}: {told[0]}" for name, _, told in WRONG])
def test_a_wrong_answer_is_told_what_is_wrong(name, answer, told):
    said = getattr(exercises, name)(*answer)
    assert not said.startswith("Right") and said.endswith(".")
    assert [words for words in told if words not in said] == []


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("value", UNREADABLE, ids=lambda value: repr(value)[:20])
def test_what_is_no_number_is_told_so(name, value):
    said = getattr(exercises, name)(lambda *_: value)
    assert "number" in said and repr(value)[:20] in said


@pytest.mark.parametrize("name, answer", [*((name, (0.5,)) for name in FUNCTIONS), ("check_margin", ("w",)),
                                          ("check_leaving", ([1, 2, 3],)), ("check_broken_promise", ([1, 1], None)),
                                          ("check_broken_promise", ("ab", 0.1)), ("check_margin", (np.nan,))], ids=str)
def test_an_answer_of_another_kind_is_refused_by_name(name, answer):
    with pytest.raises(ValueError, match=r"^(answer|w|point|alpha)[ =]"):
        getattr(exercises, name)(*answer)


@pytest.mark.parametrize("point, alpha", [((1.0, 1.0), 1e-300), ((1.0, 1.0), 0.2)], ids=str)
def test_a_promise_inside_the_radius_is_not_called_broken(point, alpha):
    assert "theorem" in exercises.check_broken_promise(point, alpha)


def test_a_fall_that_rounding_hides_is_not_called_broken():
    assert "larger α" in exercises.check_broken_promise((1.35, 1.35), 1e-300)


@pytest.mark.parametrize("w", [Fraction(1, 2), np.float32(0.5)], ids=str)
def test_a_margin_may_be_any_kind_of_number(w):
    assert "With w = 0.5" in exercises.check_margin(w)
