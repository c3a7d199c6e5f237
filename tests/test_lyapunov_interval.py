"""Float64 intervals: they hold the exact numbers, and what they prove on a box, exact arithmetic proves too."""

import fractions
import functools
import itertools
import math
import random
import types

import numpy as np
import pytest
from descent import landscapes, wasm
from descent.lyapunov import _bernstein, _interval, _interval_bernstein, _live_proof, _live_tables
from descent.lyapunov._live_proof import FACTS, INCONCLUSIVE, LEAF, PROVED, REFUTED, outlines, prove
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.wasm_host import Host

Q = fractions.Fraction
DEPTH, MAX_BOXES = 12, 400
LARGEST, TINY, SMALLEST = 1.7976931348623157e308, 2.0**-1022, 5e-324

finite = st.floats(allow_nan=False, allow_infinity=False)
ordinary = finite.filter(lambda v: abs(v) < 1e150)


def intervals(floats):
    return st.tuples(floats, floats).map(sorted).map(tuple)


def holds(interval, exact):
    """Whether an exact number is between bounds; an infinite bound holds, NaN is no bound and claims nothing."""
    low, high = interval
    return (not math.isfinite(low) or Q(low) <= exact) and (not math.isfinite(high) or Q(high) >= exact)


# Arithmetic

@settings(deadline=None)                       # a kernel compiles at its first call
@given(finite)
@example(0.0)
@example(-0.0)
@example(SMALLEST)
@example(-SMALLEST)
@example(TINY)
@example(-TINY)
@example(-2.0**-969)
@example(2.0**-1021)
@example(1.0)
@example(-1.0)
@example(LARGEST)
def test_a_bound_moves_outward_by_one_float_or_two(v):
    up, down = math.nextafter(v, math.inf), math.nextafter(v, -math.inf)
    assert up <= _interval.above(v) <= math.nextafter(up, math.inf)
    assert down >= _interval.below(v) >= math.nextafter(down, -math.inf)


@settings(deadline=None)                       # a kernel compiles at its first call
@given(st.floats(2.0**-960, 1e300), st.sampled_from([-1, 1]))
def test_a_bound_moves_by_exactly_one_float_away_from_the_subnormal_numbers(size, sign):
    v = sign * size
    assert _interval.above(v) == math.nextafter(v, math.inf) and _interval.below(v) == math.nextafter(v, -math.inf)


def test_no_bound_comes_back_from_infinity():
    for v in (math.inf, -math.inf, math.nan):
        assert not _interval.above(v) < math.inf and not _interval.below(v) > -math.inf


@settings(deadline=None)                       # a kernel compiles at its first call
@given(intervals(finite), intervals(finite), finite)
@example((SMALLEST, SMALLEST), (0.0, SMALLEST), 0.5)
@example((-0.0, 0.0), (-SMALLEST, -0.0), -0.0)
@example((LARGEST, LARGEST), (-LARGEST, LARGEST), 2.0)
@example((1.0, 3.0), (0.1, 0.2), -1 / 3)
def test_operations_hold_every_exact_result(a, b, s):
    for p, q in itertools.product(a, b):        # the ends; inside, the exact results lie between
        assert holds(_interval.add(a, b), Q(p) + Q(q))
        assert holds(_interval.mean(a, b), (Q(p) + Q(q)) / 2)
        assert holds(_interval.scale(s, a), Q(s) * Q(p))
        if s > 0:
            assert holds(_interval.divide(a, s), Q(p) / Q(s))


@settings(deadline=None)                       # a kernel compiles at its first call
@given(intervals(ordinary), intervals(ordinary), ordinary, st.floats(1.0, 1e15))
def test_operations_on_points_are_as_narrow_as_rounding_allows(a, b, s, binomial):
    p, q = (a[0], a[0]), (b[0], b[0])
    for result in (_interval.add(p, q), _interval.mean(p, q), _interval.scale(s, p), _interval.divide(p, binomial)):
        low, high = result
        for _ in range(4):
            low = math.nextafter(low, math.inf)
        assert result[0] < result[1] <= low


# Bernstein coefficients

def random_polynomial(rng, degrees, scale=1):
    """{exponents: Fraction}, dense."""
    return {exponents: Q(rng.randint(-999, 999), rng.randint(1, 99)) * scale
            for exponents in itertools.product(*(range(n + 1) for n in degrees))}


def value(polynomial, point):
    """Exact at rational points, a float at floats."""
    return sum(c * math.prod(x**n for x, n in zip(point, exponents)) for exponents, c in polynomial.items())


def combined(*multiples):
    """The sum of factors times polynomials."""
    total = {}
    for factor, polynomial in multiples:
        for exponents, c in polynomial.items():
            total[exponents] = total.get(exponents, 0) + factor * c
    return total


def exact_coefficients(polynomial, degrees, box):
    """Bernstein coefficients by their definition: with x = low + width t, sum_m C(k, m) / C(n, m) of the powers."""
    coefficients = {}
    for index in itertools.product(*(range(n + 1) for n in degrees)):
        total = Q(0)
        for exponents, c in polynomial.items():
            for (low, high), n, e, k in zip(box, degrees, exponents, index):
                low, high = Q(low), Q(high)
                c = c * sum(Q(math.comb(k, m), math.comb(n, m)) * math.comb(e, m) * low**(e - m) * (high - low)**m
                            for m in range(min(e, k) + 1))
            total += c
        coefficients[index] = total
    return coefficients


def random_box(rng):
    """Three sides, of floats; some contain 0, some are narrow."""
    sides = []
    for _ in range(3):
        centre, half = rng.uniform(-3, 3), rng.choice([1.0, 0.1, 1e-3]) * rng.uniform(0.1, 1)
        sides.append((centre - half, centre + half))
    return sides


@pytest.mark.parametrize("seed", range(10))
def test_bernstein_coefficients_and_their_bisections_hold_the_exact_ones(seed):
    rng = random.Random(seed)
    degrees = [rng.randint(0, 3) for _ in range(3)]
    lengths = tuple(n + 1 for n in degrees)
    polynomial, box = random_polynomial(rng, degrees), random_box(rng)
    c = _live_tables.tensor(polynomial).reshape(2, -1)
    _interval_bernstein.to_bernstein(c, 0, lengths, tuple(itertools.chain(*box)))
    other = np.zeros_like(c)
    for _ in range(6):
        exact = list(exact_coefficients(polynomial, degrees, box).values())
        assert all(Q(low) <= e <= Q(high) for low, high, e in zip(*c.tolist(), exact))
        size = sum(abs(p) * math.prod(4**n for n in exponents) for exponents, p in polynomial.items())
        assert (c[1] - c[0]).max() < 1e-13 * float(size)
        axis, keep_lower = rng.randrange(3), rng.random() < 0.5
        _interval_bernstein.halve(c, other, 0, lengths, axis)
        low, high = Q(box[axis][0]), Q(box[axis][1])
        box[axis] = (low, (low + high) / 2) if keep_lower else ((low + high) / 2, high)
        c, other = (other, c) if keep_lower else (c, other)


def test_the_largest_degree_that_a_table_may_have_is_still_enclosed():
    n = _interval_bernstein.LARGEST_DEGREE
    polynomial = {(k, 0, 0): Q((-1)**k, k + 1) for k in range(n + 1)}
    c = _live_tables.tensor(polynomial).reshape(2, -1)
    _interval_bernstein.to_bernstein(c, 0, (n + 1, 1, 1), (0.25, 0.75, 0.0, 1.0, 0.0, 1.0))
    exact = exact_coefficients(polynomial, [n, 0, 0], [(0.25, 0.75), (0, 1), (0, 1)])
    assert all(Q(low) <= e <= Q(high) for low, high, e in zip(*c.tolist(), exact.values()))


# The proof

def run(N, D, *numbers, depth=DEPTH, max_boxes=MAX_BOXES, leaves=64, by=prove):
    """What the kernel says and fills; `numbers` are x, y, radius, step, omega."""
    arrays = {name: np.full(buffer["shape"], -7.0)
              for name, buffer in _live_tables.buffers([(N, D)], depth, leaves).items()}
    verdict = by(N, D, *numbers, max_boxes, *arrays.values())
    facts = types.SimpleNamespace(**dict(zip(FACTS, arrays["facts"].tolist())))
    return types.SimpleNamespace(
        verdict=verdict, arrays=arrays, facts=facts, leaves=arrays["leaves"][:int(facts.leaf_count)],
        witness=(facts.witness_x, facts.witness_y, facts.witness_A),
        box=[(facts.xmin, facts.xmax), (facts.ymin, facts.ymax), (-numbers[3], numbers[3])])


def random_case(rng):
    """N, D and the numbers of a call whose verdict is open: -omega is near the largest R on a grid in the box."""
    scale = Q(10) ** rng.choice([0, 0, 0, -250, 150, -320])
    N = random_polynomial(rng, [rng.randint(0, 3), rng.randint(0, 3), rng.randint(0, 2)], scale)
    D = {(0, 0, 0): Q(rng.choice([1, -3]))}
    if rng.random() < 0.4:
        D = combined((1, D), (Q(1, 3000), random_polynomial(rng, [rng.randint(0, 2) for _ in range(3)])))
    x, y, radius, step = rng.uniform(-2, 2), rng.uniform(-2, 2), rng.choice([2.0, 0.5, 0.01]), rng.choice([1.0, 0.1])
    grid = [(x + i * radius, y + j * radius, k * step) for i in (-1, -0.3, 0.2, 1) for j in (-1, -0.4, 0.3, 1)
            for k in (-1, 0.1, 1)]
    over, under = ({exponents: float(c) for exponents, c in p.items()} for p in (N, D))
    R = [value(over, point) / value(under, point) for point in grid]
    margin = rng.choice([1, 0.2, 0.1, 0.05, 0.02, 1e-13, 0, -0.1])
    return N, D, x, y, radius, step, -max(R) - margin * (max(R) - min(R))


def compare_with_the_exact_engine(seeds):
    """Verdicts on random cases against exact ones; how often each was given."""
    seen = {PROVED: 0, REFUTED: 0, INCONCLUSIVE: 0}
    bisected = 0
    for seed in seeds:
        N, D, x, y, radius, step, omega = random_case(random.Random(seed))
        z = run(_live_tables.tensor(N), _live_tables.tensor(D), x, y, radius, step, omega)
        seen[z.verdict] += 1
        (xmin, xmax), (ymin, ymax), _ = z.box
        assert xmin <= Q(x) - Q(radius) and Q(x) + Q(radius) <= xmax
        assert ymin <= Q(y) - Q(radius) and Q(y) + Q(radius) <= ymax
        box = [tuple(map(Q, side)) for side in z.box]
        s = 1 if value(D, [low for low, _ in box]) > 0 else -1
        both = [combined((s, N), (s * Q(omega), D)), combined((-s, D))]
        if z.verdict == PROVED:
            exact, _, boxes = _bernstein.prove_negative(both, box, DEPTH, MAX_BOXES)
            assert exact == "proved" and boxes <= z.facts.boxes
            bisected += z.facts.boxes > 1
        if z.verdict == REFUTED:
            assert all(low <= w <= high for w, (low, high) in zip(z.witness, box))
            witness = list(map(Q, z.witness))
            assert value(D, witness) * s > 0
            assert value(N, witness) / value(D, witness) + Q(omega) >= 0
    return seen, bisected


def test_what_is_proved_is_proved_exactly_and_what_is_refuted_is_false_at_the_witness():
    seen, bisected = compare_with_the_exact_engine(range(200))
    assert min(seen.values()) >= 20 and bisected >= 10      # no verdict is rare


@pytest.mark.long
def test_thousands_of_proofs_and_refutations_agree_with_exact_arithmetic():
    seen, _ = compare_with_the_exact_engine(range(10**6, 10**6 + 5000))
    assert min(seen.values()) >= 400


def table(**coefficients):
    """A polynomial from its coefficients, by monomials such as xxA; the constant is called one."""
    return _live_tables.tensor({tuple(name.count(v) for v in "xyA"): Q(c) for name, c in coefficients.items()})


ONE = table(one=1)


@pytest.mark.parametrize("margin, verdict", [(2.0**-40, PROVED), (2.0**-60, INCONCLUSIVE)])
def test_a_margin_below_the_rounding_is_inconclusive(margin, verdict):
    cube = {(3, 0, 0): Q(1), (2, 0, 0): Q(-3), (1, 0, 0): Q(3), (0, 0, 0): -1 - Q(margin)}     # (x - 1)^3 - margin
    z = run(_live_tables.tensor(cube), ONE, 0.875, 0.0, 0.125, 1.0, 0.0)
    assert z.verdict == verdict
    box = [tuple(map(Q, side)) for side in z.box]
    assert _bernstein.prove_negative([cube], box, DEPTH, MAX_BOXES)[0] == "proved"


@pytest.mark.parametrize("N", [table(one=-1e308, xx=-1e308), table(one=1e308, xx=1e308), table(x=-1e308, xy=1e308)])
def test_an_overflow_is_inconclusive_after_no_more_boxes_than_allowed(N):
    z = run(N, ONE, 10.0, 10.0, 1.0, 1.0, 0.0, max_boxes=50)
    assert z.verdict == INCONCLUSIVE and z.facts.boxes <= 50 and np.isnan(z.witness).all()


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_no_number_is_inconclusive(place, number):
    numbers = [1.0, 1.0, 0.1, 0.1, 0.5]
    N = table(xxA=1, y=-1, A=1)
    assert run(N, ONE, *numbers).verdict == PROVED
    numbers[place] = number
    assert run(N, ONE, *numbers).verdict == INCONCLUSIVE


def test_a_denominator_that_vanishes_in_the_box_is_inconclusive_and_reported():
    for N, D in ((-5, table(x=1)), (-5, table(x=-1)), (5, table(one=Q(1, 100), xx=-1))):   # the last at x = +-0.1
        z = run(table(one=N), D, 0.0, 0.0, 0.5, 0.5, 1.0)
        assert z.verdict == INCONCLUSIVE and z.facts.vanishing == 1
    for D, verdict in ((table(x=1), PROVED), (table(x=-1), REFUTED)):       # R = -5 / x and 5 / x near x = 1
        z = run(table(one=-5), D, 1.0, 0.0, 0.5, 0.5, 1.0)
        assert z.verdict == verdict and z.facts.vanishing == 0


def test_a_constant_is_not_bisected():
    assert run(table(one=-1), ONE, 0.0, 0.0, 1.0, 1.0, 0.5).verdict == PROVED
    assert run(table(one=-1), ONE, 0.0, 0.0, 1.0, 1.0, 1.5).verdict == REFUTED
    open_one = table(one=-1)
    open_one[1] = 1.0                           # anything from -1 to 1
    z = run(open_one, ONE, 0.0, 0.0, 1.0, 1.0, 0.0)
    assert z.verdict == INCONCLUSIVE and z.facts.boxes == 1


def test_after_an_open_box_the_search_goes_on_to_a_witness():
    # (1/1000 - (x - 5/8)^2) (x + 1/3)^2 touches 0 at -1/3, where no box is proved, and is positive about 5/8
    bump = np.polynomial.Polynomial([Q(1, 1000) - Q(25, 64), Q(5, 4), Q(-1)])
    square = np.polynomial.Polynomial([Q(1, 9), Q(2, 3), Q(1)])
    N = _live_tables.tensor({(i, 0, 0): c for i, c in enumerate((bump * square).coef)})
    z = run(N, ONE, 0.0, 0.0, 1.0, 1.0, 0.0)
    assert z.verdict == REFUTED and abs(z.witness[0] - 0.625) < 0.05
    assert z.leaves[:-1, 4].max() == INCONCLUSIVE and z.leaves[-1, 4] == REFUTED
    assert run(N, ONE, 0.0, 0.0, 1.0, 1.0, 0.0, max_boxes=5).verdict == INCONCLUSIVE
    assert run(N, ONE, -0.4, 0.0, 0.5, 1.0, 0.0).verdict == INCONCLUSIVE


def test_a_witness_counts_only_with_its_value_at_its_own_floats():
    N, box, facts = table(x=1), (-1.0, 1.0, 0.0, 1.0, 0.0, 1.0), np.zeros(len(FACTS))
    positive, scratch = np.ones((2, 3)), np.zeros((2, 3))   # coefficients that claim N > 0 on any part of the box
    for lower_corner, refuted in ((0.0, False), (0.5, True)):
        place = np.array([1.0, lower_corner, 0.0, 0.0, 0.25, 1.0, 1.0])
        assert _live_proof._refutes(N, ONE, 1.0, 0.0, box, place, positive, scratch, facts) == refuted
    assert facts[4] in (0.0, 0.5)               # ends of the second part


def test_the_leaves_of_a_proof_tile_the_rectangle():
    z = run(table(xx=-1, xy=Q("1.9"), yy=-1, one=Q("-0.01")), ONE, 0.25, 0.0, 1.0, 1.0, 0.0, leaves=1000)
    assert z.verdict == PROVED and len(z.leaves) > 10 and (z.leaves[:, 4] == PROVED).all()
    x0, y0, x1, y1, _ = z.leaves.T
    assert math.isclose(np.sum((x1 - x0) * (y1 - y0)), 4.0, rel_tol=1e-12)
    x, y = np.random.default_rng(5).uniform(-1, 1, (2, 1000, 1)) + [[[0.25]], [[0.0]]]
    assert (((x0 <= x) & (x <= x1) & (y0 <= y) & (y <= y1)).sum(axis=1) == 1).all()
    # two children for each box that was bisected, in turn along x and along y
    assert z.facts.boxes == 2 * len(z.leaves) - 1
    assert np.isclose((x1 - x0).min(), 2 * 0.5 ** math.ceil(z.facts.deepest / 2))
    few = run(table(xx=-1, xy=Q("1.9"), yy=-1, one=Q("-0.01")), ONE, 0.25, 0.0, 1.0, 1.0, 0.0, leaves=3)
    assert few.verdict == PROVED and np.array_equal(few.leaves, z.leaves[:3])


def test_outlines_are_the_four_sides_of_the_leaves_of_one_verdict():
    leaves = np.array([[0.0, 0.0, 1.0, 2.0, PROVED], [1.0, 0.0, 2.0, 2.0, INCONCLUSIVE], [9.0] * LEAF])
    segments = np.full((7, 4), -7.0)
    assert outlines(leaves, 2, PROVED, segments) == 4
    assert segments[:4].tolist() == [[0, 0, 1, 0], [1, 0, 1, 2], [1, 2, 0, 2], [0, 2, 0, 0]]
    assert (segments[4:] == -7).all()
    assert outlines(leaves[[0, 0]], 2, PROVED, segments) == 4       # what does not fit is left out
    assert outlines(leaves, 2, REFUTED, segments) == 0


# Examples of the paper

def largest_1_1(box):
    """R = c^2 (A^2 - 2) of g = c^2, c = x^2 - y^2 > 0: from c(x_+) = (1 - A^2) c."""
    (xmin, _), (_, ymax), (_, step) = box
    return (xmin**2 - ymax**2)**2 * (step**2 - 2)


def largest_4_4_ellipse(box):
    """R = -4 y / (x (1 - 2 A))^2 of g = y / x^2: from g(x_+) = g (1 - 4 A) / (1 - 2 A)^2."""
    (_, xmax), (ymin, _), (_, step) = box
    return -4 * ymin / (xmax * (1 + 2 * step))**2


def largest_4_4_hyperbola(box):
    """R = x^2 y (16 A - 12) of g = x^2 y: from g(x_+) = g (1 - 2 A)^2 (1 + 4 A)."""
    (xmin, _), (ymin, _), (_, step) = box
    return xmin**2 * ymin * (16 * step - 12)


@pytest.mark.parametrize("f, g, x, y, largest", [
    (landscapes.named("hyperbola"), "(x**2 - y**2)**2", 2.0, 0.5, largest_1_1),
    (landscapes.named("conic", a=1, b=2), "y/x**2", 0.7071, 0.5, largest_4_4_ellipse),
    (landscapes.named("conic", a=1, b=-2), "x**2*y", 1.2247, 0.5, largest_4_4_hyperbola),
], ids=["1.1", "4.4e", "4.4h"])
@pytest.mark.parametrize("radius, step", [(0.05, 0.02), (0.2, 0.1)])
def test_the_best_omega_is_proved_and_a_larger_one_refuted(f, g, x, y, largest, radius, step):
    N, D = _live_tables.tables(f, g)
    best = -largest(run(N, D, x, y, radius, step, 0.0).box)
    assert run(N, D, x, y, radius, step, best * (1 - 1e-12)).verdict == PROVED
    z = run(N, D, x, y, radius, step, best * (1 + 1e-12))
    assert z.verdict == REFUTED
    assert run(N, D, x, y, radius, step, best).verdict == INCONCLUSIVE


CUBIC = landscapes.named("cubic")               # Example 4.3
C = "(1/x - 1/y)**2"


@pytest.mark.parametrize("g, x, y, omega, verdict", [
    (C, 0.5, 0.956, 0.01, PROVED), (C, 0.5, 0.956, 20.0, REFUTED),
    (C, 1.25, -0.984, 0.01, REFUTED),           # |c| increases where xy < 0
    ("-x*y/(x - y)", 1.25, -0.984, 0.01, PROVED),
    ("-x*y/(x - y)", 1.0, 0.0, 0.01, REFUTED),  # (1, 0): g is 0 there, and stays
    (C, 1.0, 0.0, 0.01, INCONCLUSIVE),          # 1 / y
])
def test_the_verdicts_of_example_4_3(g, x, y, omega, verdict):
    z = run(*_live_tables.tables(CUBIC, g), x, y, 0.025, 0.02, omega)
    assert z.verdict == verdict
    assert z.facts.vanishing == (verdict == INCONCLUSIVE)


def test_the_flat_minimum_is_refuted_for_every_omega():
    N, D = _live_tables.tables(landscapes.named("hyperbola"), "(x**2 - y**2)**2")
    for omega in (1.0, 1e-3, 1e-6):
        assert run(N, D, 1.0, 1.0, 0.05, 0.02, omega).verdict == REFUTED


# Tables

@pytest.mark.parametrize("h, g", [("x*y - 1", "(x**2 - y**2)**2"), ("x**3 + y**3 - 1", C), ("x**2 - 2*y**2", "x**2*y"),
                                  ("x**3 + y**3 - 1", "-x*y/(x - y)"), ("y", "x/(x - 1) + 3/x")])
def test_tables_are_the_change_of_g_in_one_step(h, g):
    N, D = _live_tables.tables(CUBIC, g, h)
    assert np.array_equal(N[0], N[1]) and np.array_equal(D[0], D[1])        # integers
    N, D = ({index: Q(c) for index, c in np.ndenumerate(tensor[0])} for tensor in (N, D))
    rng = random.Random(3)
    for _ in range(5):
        x, y, A = (Q(rng.randint(-50, 50), 17) + Q(1, 1000) for _ in range(3))
        slope = {"x*y - 1": (y, x), "x**3 + y**3 - 1": (3 * x * x, 3 * y * y), "x**2 - 2*y**2": (2 * x, -4 * y),
                 "y": (0, 1)}[h]
        ahead = eval(g, {"x": x - A * slope[0], "y": y - A * slope[1]})
        assert ahead - eval(g, {"x": x, "y": y}) == A * A * value(N, (x, y, A)) / value(D, (x, y, A))


def test_a_divisor_of_g_that_cancels_from_its_change_still_vanishes():
    _, D = _live_tables.tables(CUBIC, "x/(x - 1)", "y")     # w = (0, 1): g does not change at all
    z = run(np.zeros_like(D), D, 1.0, 0.0, 0.5, 0.5, -1.0)
    assert z.verdict == INCONCLUSIVE and z.facts.vanishing == 1


def test_coefficients_are_rounded_outward_and_kept_when_they_are_floats():
    between = {(0, 0, 0): Q(1, 3), (1, 0, 0): Q(-1, 3), (1, 0, 1): Q(1, 10), (2, 0, 1): Q(-1, 10)}
    low, high = _live_tables.tensor({**between, (0, 0, 1): Q(3, 8), (2, 0, 0): Q(1, 10**400)})
    assert low.shape == (3, 1, 2)
    for index, exact in between.items():        # the nearest float is below two of them and above two
        assert Q(low[index]) < exact < Q(high[index]) and high[index] == math.nextafter(low[index], 1)
    assert low[0, 0, 1] == high[0, 0, 1] == 0.375
    assert (low[2, 0, 0], high[2, 0, 0]) == (0.0, SMALLEST)


@pytest.mark.parametrize("arguments, message", [
    ((landscapes.named("product", n=3), "x1**2 - x2**2"), "3 variables"),
    ((landscapes.from_formula("x**4 + y**2 + x"), "x"), "h=None"),
    ((CUBIC, "x**2 - y**2"), "not conserved"),
    ((CUBIC, "exp(x)"), "exp"),
    ((CUBIC, "abs(1/x - 1/y)"), "abs"),
    ((CUBIC, "z"), "z"),
    ((3, "x"), "f=3"),
    ((landscapes.named("hyperbola"), "*".join(["10**40"] * 8) + "*(x**2 - y**2)"), "float64"),
])
def test_what_has_no_table_is_refused_in_words(arguments, message):
    with pytest.raises(ValueError, match=message):
        _live_tables.tables(*arguments)


def test_a_degree_that_is_too_large_is_refused():
    most = _interval_bernstein.LARGEST_DEGREE
    assert _live_tables.tensor({(0, most, 0): 1}).shape == (2, 1, most + 1, 1)
    with pytest.raises(ValueError, match="degree 51"):
        _live_tables.tensor({(0, most + 1, 0): 1})


def test_a_constant_g_does_not_change():
    N, D = _live_tables.tables(CUBIC, 7.5)
    assert N.tolist() == [[[[0.0]]]] * 2 and run(N, D, 0.0, 0.0, 1.0, 1.0, 0.0).verdict == INCONCLUSIVE
    assert run(N, D, 0.0, 0.0, 1.0, 1.0, 0.5).verdict == REFUTED


# WebAssembly

@pytest.fixture(scope="module")
def host():
    return Host(wasm.compile({"prove": prove, "outlines": outlines}))


def test_the_module_in_a_page_is_exact_and_gives_the_same_bits(host):
    assert host.about["imports"] == []
    seen = set()
    for seed in range(3000, 3060):
        N, D, *numbers = random_case(random.Random(seed))
        tensors = _live_tables.tensor(N), _live_tables.tensor(D)
        native, through_wasm = (run(*tensors, *numbers, by=by) for by in (prove, functools.partial(host.call, "prove")))
        assert native.verdict == through_wasm.verdict
        seen.add(native.verdict)
        for name in ("facts", "leaves"):
            assert native.arrays[name].tobytes() == through_wasm.arrays[name].tobytes()
        drawn, drawn_through_wasm = np.zeros((256, 4)), np.zeros((256, 4))
        leaves = native.leaves, len(native.leaves), PROVED
        assert outlines(*leaves, drawn) == host.call("outlines", *leaves, drawn_through_wasm)
        assert drawn.tobytes() == drawn_through_wasm.tobytes()
    assert seen == {PROVED, REFUTED, INCONCLUSIVE}


def test_what_overflows_in_a_page_is_inconclusive_too(host):
    z = run(table(one=-1e308, xx=-1e308), ONE, 10.0, 10.0, 1.0, 1.0, 0.0, by=functools.partial(host.call, "prove"))
    assert z.verdict == INCONCLUSIVE
