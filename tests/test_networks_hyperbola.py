"""The network 1-1-1, (1 - x y)^2: tables of its basins, its two-cycle, equality cases (spec 3, sections 1, 3.3, 5)."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import sympy
from descent import basins, landscapes, maps, orbits, reach
from descent.networks import LinearNetwork
from hypothesis import given, settings
from hypothesis import strategies as st
from support.programs import program

HYPERBOLA, HALF = landscapes.named("hyperbola"), landscapes.named("hyperbola", scale=0.5)
CHAIN = LinearNetwork((1, 1, 1), [[1]], [[1]])
BOX = (-4, 4, -4, 4)


def iterated(f, points, eta, n):
    """Where n steps take each of the points (m, 2); points that escape stay where they did."""
    run = program("""def k(points, eta, n):
    for i in range(points.shape[0]):
        p = (points[i, 0], points[i, 1])
        for _ in range(n):
            p = step(p, eta)
            if not p[0] * p[0] + p[1] * p[1] < 1e8:
                break
        points[i, 0], points[i, 1] = p""", None, step=maps.gradient_step(f))
    ends = np.array(points, dtype=float)
    run(ends, eta, n)
    return ends


# the grid of Figure 1 -------------------------------------------------------------------------------------------------

# spec 3, section 5, cell-centred, N = 800: eta, converged, bounded, median and most iterations. On the antidiagonal,
# the stable manifold of the saddle, a rounding of the grid decides: the most iterations are those of the other cells.
# (The 474 of .05 are of a start on it.)
GRID = [(0.05, 0.999256, 1, 49, None), (0.1, 0.897094, 0.897656, 31, 5738), (0.125, 0.778775, 0.779253, 26, 8927),
        (0.2, 0.480600, 0.480928, 16, 2439), (0.3, 0.311753, 0.312166, 17, 2931), (0.4, 0.224534, 0.224916, 42, 5780),
        (0.45, 0.194509, 0.194853, 90, 5171), (0.49, 0.174325, 0.174650, 482, 12669), (0.5, 0, 0.170022, None, None),
        (0.6, 0, 0.130922, None, None), (0.8, 0, 0.073600, None, None), (0.9, 0, 0.047544, None, None),
        (1.0, 0, 0.000444, None, None), (1.05, 0, 0, None, None)]


@pytest.mark.parametrize("eta, converged, bounded, median, most", [
    pytest.param(*row, marks=[pytest.mark.long] * (row[0] not in (0.3, 1.0))) for row in GRID])
def test_the_grid_of_figure_1(eta, converged, bounded, median, most):
    b = basins.classify(HYPERBOLA, eta, BOX, (800, 800), max_steps=20000 if eta < 0.5 else 5000)
    antidiagonal = np.eye(800, dtype=bool)[:, ::-1]
    to_minima = b.kind <= basins.UNSTABLE
    assert 1 - b.fraction(basins.DIVERGED) == pytest.approx(bounded, abs=6e-7)      # one cell is 1.6e-6
    assert to_minima.mean() == pytest.approx(converged, abs=2e-3)
    assert not (b.kind == basins.OTHER)[~antidiagonal].any()                        # only it ends at the saddle
    if median is not None:
        assert np.median(b.steps[to_minima]) == median
    if most is not None:
        assert b.steps[to_minima & ~antidiagonal].max() == most
    if eta == 1:                                # {Q <= K} is the diagonal; near the saddle starts leave slowly
        off = ~antidiagonal & ~np.eye(800, dtype=bool)
        assert (b.kind[off] == basins.DIVERGED).all()


@pytest.mark.parametrize("eta, n, share", [(0.3, 400, 0.310775), (0.3, 801, 0.311454), (0.2, 400, 0.478675),
                                           (0.2, 801, 0.479736)])
def test_the_grid_with_its_ends(eta, n, share):
    """linspace(-4, 4, N). With N = 801 four points outside, (4, 1/4) and its images, are minima and so stay."""
    half = 4 / (n - 1)
    b = basins.classify(HYPERBOLA, eta, (-4 - half, 4 + half, -4 - half, 4 + half), (n, n))
    points = np.stack(np.meshgrid(*[np.linspace(-4, 4, n)] * 2), axis=-1)
    e = basins.trapping_ellipse(eta)
    assert e.contains(points).mean() == pytest.approx(share, abs=6e-7)
    x, y = points[..., 0], points[..., 1]
    border = abs(x * x + y * y - e.s * x * y - e.level) < 1e-9     # rounding decides there: (2, -2), (2.8, -.88) at .2
    differ = (e.contains(points) != (b.kind != basins.DIVERGED)) & ~border
    assert differ.sum() == (4 if n == 801 else 0) and border.sum() <= 10
    assert (b.steps[differ] == 0).all() and np.allclose(np.abs(x * y)[differ], 1)


# spec 3, section 5, "Length ratio": the part of the hyperbola within [-4, 4]^2 that is stable, x^2 + 1/x^2 < 1/eta
LENGTHS = [(0.05, 1), (16 / 257, 1), (0.1, 0.7281180684), (0.125, 0.6193730370), (0.2, 0.4208863690),
           (0.25, 0.3370265770), (0.3, 0.2708196555), (0.35, 0.2142378076), (0.4, 0.1617494131), (0.45, 0.1067548558),
           (0.49, 0.0454253665), (0.5, 0)]


def length(left, right):
    return scipy.integrate.quad(lambda x: math.sqrt(1 + x**-4), left, right, epsabs=1e-13, epsrel=1e-13)[0]


@pytest.mark.parametrize("eta, ratio", LENGTHS)
def test_the_stable_part_of_the_hyperbola(eta, ratio):
    """Figure 1(b); the end of the stable part is where the library's largest step is eta."""
    whole = length(0.25, 4)
    assert whole == pytest.approx(6.300367674201255, abs=1e-13)

    def excess(x):
        return HYPERBOLA.largest_step((x, 1 / x)) - eta

    if excess(1) <= 1e-12:
        end = 1.0
    else:
        end = 4.0 if excess(4) >= -1e-12 else scipy.optimize.brentq(excess, 1, 4, xtol=1e-15)
    assert length(1 / end, end) / whole == pytest.approx(ratio, abs=6e-11)
    if 16 / 257 < eta < 0.5:
        assert end**2 + end**-2 == pytest.approx(1 / eta, rel=1e-12)


def test_the_stable_minima_of_figure_1a_and_2a():
    """x^2 + 1/x^2 = 10/3 at x = sqrt 3; with the 1/2 and eta = .4, x^2 + y^2 < 5 for x in [.4568503, 2.1889011]."""
    for f, eta, printed in ((HYPERBOLA, 0.3, (1 / math.sqrt(3), math.sqrt(3))), (HALF, 0.4, (0.4568503, 2.1889011))):
        total = 1 / eta if f is HYPERBOLA else 2 / eta
        ends = [math.sqrt((total + sign * math.sqrt(total * total - 4)) / 2) for sign in (-1, 1)]
        assert ends == pytest.approx(printed, abs=5e-8)
        for x, inwards in zip(ends, (1e-6, -1e-6)):
            outer, inner = x - inwards, x + inwards
            assert f.largest_step((outer, 1 / outer)) < eta < f.largest_step((inner, 1 / inner))


@pytest.mark.parametrize("draws", [300, pytest.param(20_000, marks=pytest.mark.long)])
def test_figure_2a_starts_in_the_ellipse_end_at_stable_minima(draws):
    starts = np.random.default_rng(2).uniform((-0.2, 0), 3.5, (draws, 2))       # the figure's box reaches to 2.5
    inside = basins.trapping_ellipse(0.4, scale=0.5).contains(starts)
    assert 0.5 * draws < inside.sum() < draws
    ends = iterated(HALF, starts, 0.4, 20_000)
    assert np.abs(1 - ends[inside].prod(axis=1)).max() < 1e-9
    assert (ends[inside] ** 2).sum(axis=1).max() < 5 + 1e-9
    assert ((ends[~inside] ** 2).sum(axis=1) >= 1e8).all()      # the control: outside, none stays


def test_the_literal_definition_14_has_no_weakly_stable_minimum_where_half_the_starts_converge():
    """Printed 2 eta, meant 2 / eta: for 1/2 (1 - x y)^2 and eta = .4, x^2 + y^2 < .8 contains no minimum."""
    eta, hyperbola = 0.4, np.geomspace(0.1, 10, 2001)
    smallest_nonzero = np.array([HALF.sharpness((x, 1 / x)) for x in hyperbola])
    assert smallest_nonzero.min() == pytest.approx(2, rel=1e-12)
    assert not (smallest_nonzero < 2 * eta).any() and (smallest_nonzero < 2 / eta).any()
    b = basins.classify(HALF, eta, BOX, (400, 400))
    assert b.fraction(basins.STABLE) + b.fraction(basins.UNSTABLE) == pytest.approx(0.481, abs=2e-3)
    # with the smallest eigenvalue of all, which is 0, every minimum would be weakly stable
    assert abs(np.linalg.eigvalsh(HALF.hessian(np.stack([hyperbola, 1 / hyperbola], axis=-1)))[:, 0]).max() < 1e-12


# trapped without convergence ------------------------------------------------------------------------------------------

def pair(s):
    """(p, q) with p q = 1/s, p^2 + q^2 = 1 + 1/s."""
    total, difference = math.sqrt(1 + 3 / s), math.sqrt(1 - 1 / s)
    return (total + difference) / 2, (total - difference) / 2


@pytest.mark.parametrize("s", [1.01, 1.1, 1.2, 1.23, 1.3, 1.8])
def test_the_two_cycle_of_the_diagonal_and_its_multipliers(s):
    p, q = pair(s)
    g = maps.gradient_step(HYPERBOLA)
    assert g((p, p), s / 2) == pytest.approx((q, q), abs=1e-13) and g((q, q), s / 2) == pytest.approx((p, p), abs=1e-13)
    first, second = (np.eye(2) - s / 2 * CHAIN.hessian([t, t]) for t in (p, q))
    # along the diagonal and across it
    assert np.array([1, 1]) @ second @ first == pytest.approx([7 - 4 * s - 2 * s * s] * 2, abs=1e-10)
    assert np.array([1, -1]) @ second @ first == pytest.approx([3 - 2 * s, 2 * s - 3], abs=1e-10)
    if s == 1.1:
        assert (p, q) == pytest.approx((1.11606297145230, 0.814551626874541), abs=1e-14)


@pytest.mark.parametrize("s, attracts", [(1.05, True), (1.2, True), (1.23, True), (1.245, False), (1.3, False)])
def test_the_two_cycle_attracts_up_to_the_root_of_five_minus_one(s, attracts):
    p, q = pair(s)
    end = iterated(HYPERBOLA, [(p + 1e-3, p - 2e-3)], s / 2, 20_000)[0]
    distance = min(np.linalg.norm(end - p), np.linalg.norm(end - q))
    assert (distance < 1e-8) == attracts and (distance > 1e-2) != attracts
    assert attracts == (s < math.sqrt(5) - 1)


def exponents(s, n):
    """Lyapunov exponents of a diagonal orbit, along and across: the means of log |1 - eta lambda| of the Hessian."""
    orbit = orbits.gradient_descent(CHAIN, [0.7, 0.7], s / 2, n).points[1000:]
    assert (orbit[:, 0] == orbit[:, 1]).all()
    hessians = np.eye(2) - s / 2 * CHAIN.hessian(orbit)
    return (np.log(np.abs(hessians[:, 0, 0] + hessians[:, 0, 1])).mean(),
            np.log(np.abs(hessians[:, 0, 0] - hessians[:, 0, 1])).mean())


@pytest.mark.parametrize("s, along", [
    (1.05, None), (1.5, 0.49), pytest.param(1.2, None, marks=pytest.mark.long),
    pytest.param(1.3, None, marks=pytest.mark.long), pytest.param(1.8, 0.81, marks=pytest.mark.long)])
def test_the_diagonal_attracts_while_it_is_chaotic(s, along):
    """Section 1: transverse exponents are negative; along, +.49 at s = 1.5 and +.81 at 1.8."""
    found = exponents(s, 60_000 if along else 5000)
    assert found[1] < 0
    if along:
        assert found[0] == pytest.approx(along, abs=0.015)      # two digits, and a sample
    else:
        assert found[0] < 0                                     # a stable cycle


def test_the_trap_ends_where_the_cubic_leaves_its_interval():
    """On the diagonal the ellipse is |x| <= sqrt(1 + 2/s); max |g| reaches its end at s = 2: 4 (1+s)^3 = 27 (2+s)."""
    def top(s):
        return math.sqrt((1 + s) / (3 * s))                     # g' = 0
    for s in (1.5, 1.9, 1.999, 2.001, 2.1):
        image = maps.gradient_step(HYPERBOLA)((top(s), top(s)), s / 2)[0]
        assert (image < math.sqrt(1 + 2 / s)) == (4 * (1 + s) ** 3 < 27 * (2 + s)) == (s < 2)
    assert orbits.gradient_descent(HYPERBOLA, [top(1.999)] * 2, 0.9995, 10_000).diverged_at is None
    assert orbits.gradient_descent(HYPERBOLA, [top(2.1)] * 2, 1.05, 100).diverged_at is not None


# what the flow conserves ----------------------------------------------------------------------------------------------

@settings(deadline=None)
@given(x=st.floats(-3, 3), y=st.floats(-3, 3), eta=st.floats(1e-2, 0.9))
def test_the_square_of_the_difference_is_a_lyapunov_function_while_s_e_is_below_root_two(x, y, eta):
    """V = (x^2 - y^2)^2 falls by V w (2 - w), w = s^2 e^2 (section 1): the control is w > 2, where it rises."""
    image_x, image_y = maps.gradient_step(HYPERBOLA)((x, y), eta)
    w = (2 * eta * (1 - x * y)) ** 2
    before, after = (x * x - y * y) ** 2, (image_x**2 - image_y**2) ** 2
    assert before - after == pytest.approx(before * w * (2 - w), abs=1e-11 * (1 + abs(x) + abs(y)) ** 16)


@pytest.mark.parametrize("x, y, falls", [(2, 0.6, True), (3, 1.1, False)])
def test_beyond_it_rises(x, y, falls):
    # s = 1: e = -.2 and e = -2.3
    before, after = orbits.gradient_descent(HYPERBOLA, [x, y], 0.5, 1).points
    assert ((after[0] ** 2 - after[1] ** 2) ** 2 < (x * x - y * y) ** 2) == falls


# critical points of G on M --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("eta, count", [(0.1, 4), (0.2, 4), (0.25, 2), (0.3, 0), (0.4, 0)])
def test_the_critical_minima_of_the_map(eta, count):
    """S(G) on M is lambda = 1/eta, x^2 + y^2 = 1 / (2 eta): four points for eta < 1/4, two at it, none above."""
    x = sympy.Symbol("x")
    roots = sympy.real_roots(sympy.Poly(2 * sympy.Rational(str(eta)) * (x**4 + 1) - x**2, x), multiple=False)
    assert len(roots) == count
    for root, _ in roots:
        point = np.array([float(root), float(1 / root)])
        assert np.linalg.eigvalsh(np.eye(2) - eta * CHAIN.hessian(point)) == pytest.approx([0, 1], abs=1e-12)


def test_convergence_to_a_critical_minimum_is_superlinear():
    """eta = .1: x^2 + y^2 = 5. A step takes a distance t from M to t^2 there, to a multiple of t at another minimum."""
    def residual(x, t):
        start = np.array([x, 1 / x]) + t * np.array([1 / x, x]) / math.hypot(x, 1 / x)
        return math.sqrt(orbits.gradient_descent(HYPERBOLA, start, 0.1, 1).losses[1])
    critical = math.sqrt((5 + math.sqrt(21)) / 2)
    assert residual(critical, 1e-3) / residual(critical, 1e-4) == pytest.approx(100, rel=0.01)
    assert residual(1.5, 1e-3) / residual(1.5, 1e-4) == pytest.approx(10, rel=0.01)


# equality -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("k, scaled", [(10**2, 0.7405), (10**4, 0.7111), (10**6, 0.70738),
                                       pytest.param(10**7, 0.70719, marks=pytest.mark.long)])
def test_a_minimum_at_exactly_two_over_eta_may_attract(k, scaled):
    """Theorems 15 and 16 at equality (3.3): s = 1, from (1.3, .4), the distance to (1, 1) is about 1 / sqrt(2 k)."""
    assert HYPERBOLA.largest_step((1, 1)) == 0.5
    end = iterated(HYPERBOLA, [(1.3, 0.4)], 0.5, k)[0]
    assert np.linalg.norm(end - 1) * math.sqrt(k) == pytest.approx(scaled, abs=6e-5 if k < 10**6 else 6e-6)


def test_just_beyond_it_no_minimum_attracts_and_just_below_it_some_do():
    """The control of the case of equality."""
    for eta, near in ((0.499, True), (0.501, False)):
        residual = abs(1 - iterated(HYPERBOLA, [(1.3, 0.4)], eta, 20_000)[0].prod())
        assert (residual < 1e-12) == near and (residual > 0.01) != near


@pytest.mark.parametrize("cells, steps", [(51, 10_000), pytest.param(201, 10**5, marks=pytest.mark.long)])
def test_at_equality_almost_every_trapped_start_converges(cells, steps):
    """M_WS is empty at s = 1, and yet |C| > 0: distance below 1 / sqrt(K) for all but the antidiagonal, 99.8 %."""
    axis = np.linspace(-2, 2, cells)
    starts = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    starts = starts[basins.trapping_ellipse(0.5).contains(starts)]
    ends = iterated(HYPERBOLA, starts, 0.5, steps)
    near = np.minimum(np.linalg.norm(ends - 1, axis=1), np.linalg.norm(ends + 1, axis=1)) < steps**-0.5
    assert near[abs(starts.sum(axis=1)) > 1e-9].mean() > 0.9998    # of the 201^2, four are slower, like (.7, -.42)
    if cells == 201:
        assert near.mean() == pytest.approx(0.998, abs=5e-4)


# Theorem 48 -----------------------------------------------------------------------------------------------------------

def test_backward_steps_give_the_stable_fibre_of_a_minimum():
    """A start on it ends at that minimum to 1e-9; one as far off, but straight along the normal, ends elsewhere."""
    minimum, eta = np.array([2.0, 0.5]), 0.05
    normal = np.array([0.5, 2.0]) / math.hypot(0.5, 2)
    on_fibre = reach.backward_path(HYPERBOLA, minimum + 1e-5 * normal, eta, 15, lipschitz=9)[0]
    away = np.linalg.norm(on_fibre - minimum)
    assert away > 0.02
    ends = iterated(HYPERBOLA, [on_fibre, minimum + away * normal], eta, 300)
    assert np.linalg.norm(ends[0] - minimum) < 1e-9 < 1e-4 < np.linalg.norm(ends[1] - minimum)
