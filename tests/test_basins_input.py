"""What a caller may pass to the basins: bad input is refused by name, numbers of every kind are taken."""

import fractions

import numpy as np
import pytest
from descent import basins, landscapes

F = landscapes.named("chen-f4")
BOX = (-3, 3, -3, 3)


def classify(f=F, eta=0.2, box=BOX, shape=(2, 3), max_steps=50):
    return basins.classify(f, eta, box, shape, max_steps)


def identify(value):
    return repr(value)[:24]


@pytest.mark.parametrize("f", [None, "chen-f4", 3, np.sin], ids=identify)
def test_f_is_a_landscape(f):
    with pytest.raises(ValueError, match=r"\bf="):
        classify(f=f)
    with pytest.raises(ValueError, match=r"\bf="):
        basins.invariant_neighbourhood(f, [0, 0], 0.1)


NOT_POSITIVE = [0, -0.0, -1, np.nan, np.inf, -np.inf, None, "0.2", "abc", b"1", 1j, np.complex128(1), np.array([0.2]),
                [0.2], {}, True, np.True_, 10**400]


@pytest.mark.parametrize("eta", NOT_POSITIVE, ids=identify)
@pytest.mark.filterwarnings("error")
def test_the_step_is_a_positive_number(eta):
    with pytest.raises(ValueError, match=r"\beta="):
        classify(eta=eta)
    with pytest.raises(ValueError, match=r"\beta="):
        basins.invariant_neighbourhood(F, F.minima.points[0], eta)


@pytest.mark.parametrize("box", [
    (3, -3, -3, 3), (-3, 3, 3, -3), (-3, -3, -3, 3), (-3, np.nan, -3, 3), (-3, np.inf, -3, 3), (-3, 3),
    (-3, 3, -3, 3, 0), None, "abcd", ("-3", "3", "-3", "3"), (1j, 2, 3, 4), np.array([-3, 3, -3, 3 + 0j]),
    (10**400, 3, -3, 3), ((-3, 3), (-3, 3)), np.array(BOX)[:, None], {1, 2, 3, 4}, 3, len,
    (-1e308, 1e308, -3, 3), (-3, 3, -1.7e308, 1.7e308),
], ids=identify)
@pytest.mark.filterwarnings("error")
def test_the_box_is_four_numbers_and_neither_empty_nor_too_wide(box):
    with pytest.raises(ValueError, match=r"\bbox\b"):
        classify(box=box)


@pytest.mark.parametrize("shape", [
    2, (2,), (2, 2, 2), None, "22", ("2", "2"), np.array(2), (0, 2), (2, -1), (2.5, 2), (np.nan, 2), (np.inf, 2),
    (None, 2), (True, 2), (np.True_, 2), ((2,), 2), [[2], [2]], (1j, 2), (10**5, 10**5), (10**9, 1), (10**400, 1),
    {}, len,
], ids=identify)
def test_the_shape_is_two_whole_numbers_that_fit_in_memory(shape):
    with pytest.raises(ValueError, match=r"\bshape\b"):
        classify(shape=shape)


NOT_WHOLE = [0, -1, 1.5, np.nan, np.inf, None, "5", "abc", [3], np.array([5]), True, np.True_, 1j, 2**31, 10**400]


@pytest.mark.parametrize("max_steps", NOT_WHOLE, ids=identify)
def test_the_cap_is_a_whole_number(max_steps):
    with pytest.raises(ValueError, match=r"\bmax_steps="):
        classify(max_steps=max_steps)


@pytest.mark.parametrize("kind", [5, -1, 1.5, None, "stable", np.nan, np.inf, True, [0], 1j], ids=identify)
def test_a_fraction_is_of_one_of_the_five_kinds(kind):
    with pytest.raises(ValueError, match=r"\bkind="):
        classify().fraction(kind)


@pytest.mark.parametrize("minimum", [[0, 0], [1], None, "a", [np.nan, 1], F.minima.points, F.minima.points[0] + 1e-6],
                         ids=identify)
def test_a_neighbourhood_is_around_a_listed_minimum(minimum):
    with pytest.raises(ValueError, match=r"\bminimum\b"):
        basins.invariant_neighbourhood(F, minimum, 0.1)


@pytest.mark.parametrize("w", [0, 1, -0.5, 2, np.nan, None, "0.5", True], ids=identify)
def test_the_margin_is_between_0_and_1(w):
    with pytest.raises(ValueError, match=r"\bw="):
        basins.invariant_neighbourhood(F, F.minima.points[0], 0.1, w)


def test_a_curve_of_minima_has_no_neighbourhood():
    with pytest.raises(ValueError, match="isolated minima"):
        basins.invariant_neighbourhood(landscapes.named("hyperbola"), [1, 1], 0.1)


def test_only_points_of_the_plane_can_be_contained():
    U = basins.invariant_neighbourhood(F, F.minima.points[0], 0.1)
    assert U.contains(F, F.minima.points[0]) and not U.contains(F, [0, 0])
    for x in ([1], None, [np.nan, 1], "ab"):
        with pytest.raises(ValueError, match=r"\bx\b"):
            U.contains(F, x)


@pytest.mark.parametrize("given", [
    {"eta": np.float64(0.25)}, {"eta": np.float32(0.25)}, {"eta": np.array(0.25)}, {"eta": fractions.Fraction(1, 4)},
    {"box": np.array(BOX)}, {"box": list(map(np.float32, BOX))}, {"shape": [2, 3]}, {"shape": np.array([2, 3])},
    {"shape": (2.0, np.int32(3))}, {"max_steps": np.int64(50)}, {"max_steps": 50.0}, {"max_steps": np.array(50)},
], ids=lambda given: " ".join(f"{name} {identify(value)}" for name, value in given.items()))
def test_numbers_of_every_kind_are_taken(given):
    assert np.array_equal(classify(**{"eta": 0.25, **given}).kind, classify(eta=0.25).kind)


@pytest.mark.parametrize("eta", [5e-324, 1e308])
@pytest.mark.parametrize("box", [BOX, (0, 5e-324, 0, 5e-324), (1e300, 1.1e300, 0, 1), (-8e307, 8e307, -1, 1)])
@pytest.mark.filterwarnings("error")
def test_extreme_numbers_end_as_one_of_the_five_kinds(eta, box):
    b = classify(eta=eta, box=box)
    assert np.isin(b.kind, range(5)).all() and (b.steps <= 50).all()


def test_a_single_cell_a_row_and_a_column_are_grids():
    for shape in ((1, 1), (1, 9), (9, 1)):
        assert classify(shape=shape).kind.shape == shape
