"""Soft or hard: the coefficient by hand, against the second iterate, and against the cycles that it predicts."""

import numpy as np
import pytest
import sympy
from descent import basins, landscapes, orbits

F1, F2, F3, F4 = (landscapes.named(name) for name in ("chen-f1", "chen-f2", "chen-f3", "chen-f4"))
ROWS = [(F1, (0, 1), 9), (F2, (0, 1), -4), (F3, (1, 1), 20), (F4, (1, 1), 80 / 19), (F2, (1, 0), -3), (F1, (3, 0), 10)]
every_row = pytest.mark.parametrize("f, line, c", ROWS, ids=[f"{f.name} along {line}" for f, line, _ in ROWS])
Y = sympy.Symbol("y")


@every_row
def test_the_coefficient_by_hand(f, line, c):
    assert basins.flip_coefficient(f, f.minima.points[0], line) == pytest.approx(c, rel=1e-12)


@pytest.mark.parametrize("f, c", [(F1, 9), (F2, -4)], ids=["f1", "f2"])
def test_it_is_a_squared_plus_b_of_the_step_on_the_invariant_line(f, c):
    """On x = 0 a step is G(y) = -y + a y^2 + b y^3, and G(G(y)) = y - 2 (a^2 + b) y^3 + …"""
    x, y = f.symbols
    slope = sympy.diff(f.expression, y).subs(x, 0)
    G = sympy.expand(y - slope)
    assert sympy.diff(f.expression, x).subs(x, 0) == 0
    twice = sympy.Poly(sympy.expand(G.subs(y, G)), y)
    assert [twice.coeff_monomial(y**k) for k in (1, 2, 3)] == [1, 0, -2 * c]
    assert G.coeff(y, 2) ** 2 + G.coeff(y, 3) == c


@pytest.mark.parametrize("f", [F1, F2], ids=["f1", "f2"])
def test_a_double_eigenvalue_has_a_coefficient_in_every_direction(f):
    """Two steps at the largest one change the squared distance by -4 c s^4, from s e."""
    for angle in np.linspace(0, np.pi, 12):
        e, s = np.array([np.cos(angle), np.sin(angle)]), 1e-3
        end = orbits.gradient_descent(f, s * e, 1.0, 2).points[-1]
        c = basins.flip_coefficient(f, (0, 0), e)
        assert ((end**2).sum() - s * s) / s**4 == pytest.approx(-4 * c, abs=0.1)
        assert c * (1 if f is F1 else -1) > 0                              # one sign for all directions


@pytest.mark.parametrize("f, line, c", ROWS[:4], ids=[row[0].name for row in ROWS[:4]])
@pytest.mark.parametrize("delta", [1e-3, 1e-2])
def test_the_cycle_of_two_points_is_where_the_coefficient_says(f, line, c, delta):
    """s = +- sqrt(2 delta / c): beyond the largest step for c > 0, where it attracts on the line; below for c < 0."""
    m, e = f.minima.points[0], np.array(line) / np.linalg.norm(line)
    eta, s = (1 + np.sign(c) * delta) * f.largest_step(m), np.sqrt(2 * delta / abs(c))
    if c > 0:
        last = orbits.gradient_descent(f, m + 0.3 * s * e, eta, 20000).points[-2:]
        assert np.ptp((last - m) @ e) / 2 == pytest.approx(s, rel=0.06 if delta > 5e-3 else 7e-3)
    else:
        for share, grows in ((0.97, False), (1.03, True)):
            end = orbits.gradient_descent(f, m + share * s * e, eta, 20000).points[-1]
            assert (np.linalg.norm(end - m) < s) != grows


def test_f1_has_two_cycles_that_attract_where_the_coefficient_is_least():
    """The one in direction (-4, 3): c = 97/25, so s = 5 sqrt(2 delta / 97)."""
    assert basins.flip_coefficient(F1, (0, 0), (-4, 3)) == pytest.approx(97 / 25)
    delta = 1e-3
    o = orbits.gradient_descent(F1, (-0.01, 0.01), 1 + delta, 30000)
    half = (o.points[-1] - o.points[-2]) / 2
    assert np.linalg.norm(half) == pytest.approx(5 * np.sqrt(2 * delta / 97), rel=0.01)
    assert abs(half[0] / half[1]) == pytest.approx(4 / 3, rel=0.03) and half[0] * half[1] < 0


@pytest.mark.parametrize("arguments, word", [
    ((F4, (0.5, 0.5), (1, 1)), "minimum"), ((F4, (0, 0), (1, 1)), "minimum"), ((F4, (1,), (1, 1)), "minimum"),
    ((F4, F4.minima.points[0], (1, 0)), "direction"), ((F4, F4.minima.points[0], (1, -1)), "direction"),
    ((F1, (0, 0), (0, 0)), "direction"), ((F1, (0, 0), (np.nan, 0)), "direction"),
    ((landscapes.named("hyperbola"), (1, 1), (1, 1)), "minimum"), (("f1", (0, 0), (0, 1)), "f="),
], ids=str)
def test_bad_arguments_are_refused_by_name(arguments, word):
    with pytest.raises(ValueError, match=word):
        basins.flip_coefficient(*arguments)
