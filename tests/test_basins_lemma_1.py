"""The proofs of Lemma 1, Theorem 2 and Lemma 2 of Chen et al. (2024), line by line, on the functions of the paper."""

import dataclasses

import numpy as np
import pytest
from descent import basins, landscapes, orbits

NAMES = ("chen-f1", "chen-f2", "chen-f3", "chen-f4")
F4 = landscapes.named("chen-f4")
RNG = np.random.default_rng(0)
every_function = pytest.mark.parametrize("name", NAMES)


def certificate(name, fraction=0.5, w=0.5):
    f = landscapes.named(name)
    eta = fraction * f.largest_step(f.minima.points[0])
    return f, eta, basins.invariant_neighbourhood(f, f.minima.points[0], eta, w)


def in_ball(U, n):
    """Random points of the ball, the first quarter of them on its rim."""
    rng = np.random.default_rng(0)
    distance, z = np.sqrt(rng.uniform(size=n)), np.exp(2j * np.pi * rng.uniform(size=n))
    distance[:n // 4] = 1 - 1e-12
    return U.minimum + U.radius * distance[:, None] * np.stack([z.real, z.imag], axis=1)


def member(f, U, x):
    return (np.linalg.norm(x - U.minimum, axis=-1) < U.radius) & (f.value(x) < U.level)


def largest_sharpness(f, centre, s):
    """g(s) of equation (10), by a grid of the disc."""
    turn, distance = np.meshgrid(np.linspace(0, 2 * np.pi, 361), np.linspace(0, s, 41))
    return f.sharpness(centre + distance[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)).max()


# --- the textbook step: equations (1) to (4) ------------------------------------------------------------------------

def test_a_bounded_hessian_makes_the_gradient_lipschitz():
    """Equation (2)."""
    f = landscapes.named("two-wells")
    a, b = RNG.uniform(-3, 3, (2, 5000, 2))
    ratio = np.linalg.norm(f.gradient(a) - f.gradient(b), axis=1) / np.linalg.norm(a - b, axis=1)
    assert ratio.max() <= f.lipschitz and ratio.max() > f.lipschitz / 10


@pytest.mark.parametrize("f, L", [(landscapes.named("two-wells"), 40.12),
                                  (landscapes.named("quadratic", lambdas=(4, 1)), 4)], ids=["two wells", "quadratic"])
def test_the_descent_lemma(f, L):
    """Equation (3), for steps below and beyond 2 / L; (4): below it the loss falls."""
    x = RNG.uniform(-3, 3, (3000, 2))
    g = f.gradient(x)
    for share in (0.1, 0.5, 0.99, 1.5):
        eta = share * 2 / L
        fall = f.value(x) - f.value(x - eta * g)
        assert (fall >= eta * (1 - L * eta / 2) * (g**2).sum(axis=1) - 1e-12).all()
        assert share > 1 or (fall > 0).all()


def test_beyond_two_over_l_a_quadratic_diverges_from_every_start_with_a_top_component_and_no_other():
    f = landscapes.named("quadratic", lambdas=(4, 1))
    for start, grows in [((1e-6, 1), True), ((1, 0), True), ((-0.1, 3), True), ((0, 1), False)]:
        beyond, below = (orbits.gradient_descent(f, start, eta, 1000) for eta in (0.51, 0.49))
        assert (beyond.diverged_at is not None) == grows
        assert below.losses[-1] < 1e-12 and (grows or beyond.losses[-1] < 1e-12)


@pytest.mark.parametrize("half", [1, 2, 4, 8])
def test_f4_has_no_lipschitz_constant_and_its_bound_on_a_square_permits_small_steps_only(half):
    """At the corner (a, -a) the Hessian is 2 a^2 + .1 on and -4 a^2 - 2 off the diagonal: L = 6 a^2 + 2.1."""
    axis = np.linspace(-half, half, 101)
    eigenvalues = np.linalg.eigvalsh(F4.hessian(np.stack(np.meshgrid(axis, axis), axis=-1)))
    assert np.abs(eigenvalues).max() == pytest.approx(6 * half**2 + 2.1, rel=1e-12)
    assert 2 / (6 * half**2 + 2.1) < F4.largest_step(F4.minima.points[0]) / 2


# --- Lemma 1: equations (8) to (22) ---------------------------------------------------------------------------------

@every_function
def test_taylor_with_the_integral_remainder(name):
    """Equation (9); the integrand is a polynomial of degree 5 at most, for which 5 nodes are exact."""
    f = landscapes.named(name)
    theta = RNG.uniform(-1, 1, (200, 2))
    g, nodes, weights = f.gradient(theta), *np.polynomial.legendre.leggauss(5)
    for alpha in (0.05, 0.3, 1.0):
        remainder = 0
        for x, weight in zip((nodes + 1) / 2, weights / 2):
            remainder += weight * (1 - x) * np.einsum("ni,nij,nj->n", g, f.hessian(theta - x * alpha * g), g)
        expected = f.value(theta) - alpha * (g**2).sum(axis=1) + alpha**2 * remainder
        assert f.value(theta - alpha * g) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@every_function
def test_the_largest_sharpness_on_a_ball_starts_at_the_minimum_grows_and_does_not_jump(name):
    """Equations (10) to (18): by (16) each point of the larger ball has a near one in the smaller."""
    f = landscapes.named(name)
    centre, delta = f.minima.points[0], 0.01
    assert largest_sharpness(f, centre, 0) == pytest.approx(f.sharpness(centre)) and f.sharpness(centre) > 0
    for s in (0.05, 0.2, 0.4):
        one = s + delta
        turn = np.linspace(0, 2 * np.pi, 361)
        first = one * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        second = s / (s + delta) * first
        assert np.linalg.norm(first - second, axis=1).max() <= delta * (1 + 1e-12)
        difference = np.linalg.norm(f.hessian(centre + first) - f.hessian(centre + second), axis=(1, 2)).max()
        g = [largest_sharpness(f, centre, radius) for radius in (s, one)]
        assert g[0] <= g[1] <= g[0] + difference + 1e-9


def test_a_quadratic_form_changes_by_at_most_the_frobenius_norm():
    """Equation (13)."""
    one, two = (F4.hessian(RNG.uniform(-2, 2, (2000, 2))) for _ in range(2))
    turn = RNG.uniform(0, 2 * np.pi, 2000)
    e = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    change = np.abs(np.einsum("ni,nij,nj->n", e, one - two, e))
    assert (change <= np.linalg.norm(one - two, axis=(1, 2)) * (1 + 1e-12)).all() and change.max() > 1


@every_function
@pytest.mark.parametrize("fraction", [0.5, 0.8, 0.95])
def test_the_bound_of_the_image_in_the_paper_gives_a_smaller_radius(name, fraction):
    """Equation (20). As |grad f| <= M s where no eigenvalue is below -M, it gives t_1 / (1 + eta M) at least."""
    f, eta, U = certificate(name, fraction)
    turn = np.linspace(0, 2 * np.pi, 721)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)

    def farthest(s):
        return s + eta * np.linalg.norm(f.gradient(U.minimum + s * ring), axis=1).max()

    least = U.curvature_radius / (1 + eta * U.curvature_bound)
    assert farthest(least) <= U.curvature_radius < farthest(1.4 * least) and 1.4 * least < U.radius


@every_function
@pytest.mark.parametrize("fraction, w", [(0.5, 0.5), (0.8, 0.2), (0.95, 0.9)])
def test_along_each_segment_from_the_ball_the_curvature_is_at_most_m_and_the_loss_falls(name, fraction, w):
    """Equations (19), (21) and (22), and with them (8)."""
    f, eta, U = certificate(name, fraction, w)
    assert f.sharpness(U.minimum) < U.curvature_bound < 2 / eta
    assert U.descent_constant == pytest.approx(1 - eta * U.curvature_bound / 2) and U.descent_constant > 0
    x = in_ball(U, 400)
    g = f.gradient(x)
    for alpha in eta * np.linspace(0, 1, 11):
        there = x - alpha * g
        assert (f.sharpness(there) <= U.curvature_bound * (1 + 1e-9)).all()
        assert (f.value(there) - f.value(x) <= -U.descent_constant * alpha * (g**2).sum(axis=1) + 1e-15).all()


# --- Theorem 2: equations (23) to (29) ------------------------------------------------------------------------------

@every_function
@pytest.mark.parametrize("fraction", [0.2, 0.8])
def test_the_level_is_above_the_minimum_and_the_whole_walk_stays_below_it(name, fraction):
    """Equations (23) to (28): no point of the segment from theta to its image leaves U."""
    f, eta, U = certificate(name, fraction)
    assert U.level > f.value(U.minimum)
    turn = np.linspace(0, 2 * np.pi, 7201)
    sphere = U.minimum + U.radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    assert f.value(sphere).min() == pytest.approx(U.level, abs=1e-4 * (U.level - f.value(U.minimum)))
    x = in_ball(U, 2000)
    x = x[member(f, U, x)]
    for alpha in eta * np.linspace(0, 1, 21):
        assert member(f, U, x - alpha * f.gradient(x)).all()
    assert len(x) > 100 and U.contains(f, U.minimum)


def valley():
    f = dataclasses.replace(landscapes.from_formula("x^2 + 100*(y - x^2)^2"),
                            minima=landscapes.FiniteMinima(np.zeros((1, 2))), isolation=np.inf)
    eta = 0.5 * f.largest_step([0, 0])
    return f, eta, basins.invariant_neighbourhood(f, [0, 0], eta)


def test_the_ball_of_a_curved_valley_is_left_and_u_is_not():
    f, eta, U = valley()
    x = in_ball(U, 40000)
    after = x - eta * f.gradient(x)
    leaves = np.linalg.norm(after, axis=1) > U.radius
    assert U.radius < U.curvature_radius and (np.linalg.norm(after, axis=1) <= U.curvature_radius).all()
    assert leaves.sum() > 100 and (f.value(after) < f.value(x)).all()
    low = member(f, U, x)
    assert low.sum() > 1000 and member(f, U, after[low]).all()
    assert (np.linalg.eigvalsh(f.hessian(x))[:, 0] < 0).any()
    # where the gradient points inwards, a step points outwards: 2 x^2 + 200 u (u - x^2) < 0
    u = x[:, 1] - x[:, 0] ** 2
    assert (x * f.gradient(x)).sum(axis=1) == pytest.approx(2 * x[:, 0]**2 + 200 * u * (u - x[:, 0]**2), abs=1e-9)


@pytest.mark.parametrize("name, fraction", [("chen-f1", 0.5), ("chen-f2", 0.5), ("chen-f3", 0.8), ("chen-f4", 0.95)])
def test_where_the_hessian_has_no_negative_eigenvalue_no_step_increases_the_distance(name, fraction):
    f, eta, U = certificate(name, fraction)
    x = in_ball(U, 5000)
    assert np.linalg.eigvalsh(f.hessian(x))[:, 0].min() >= 0 and U.radius == U.curvature_radius
    before, after = (np.linalg.norm(p - U.minimum, axis=1) for p in (x, x - eta * f.gradient(x)))
    assert (after <= before).all()


@every_function
@pytest.mark.parametrize("fraction", [0.5, 0.8, 0.95])
def test_for_the_functions_of_the_paper_the_ball_alone_would_do(name, fraction):
    """specs/4, section 3: the image condition holds with t' = t_1, and the images are within 0.96 t_1."""
    f, eta, U = certificate(name, fraction)
    x = in_ball(U, 2000)
    after = np.linalg.norm(x - eta * f.gradient(x) - U.minimum, axis=1)
    assert U.radius == U.curvature_radius and 0.2 * U.radius < after.max() < 0.96 * U.radius


# --- Lemma 2: equations (32) to (35) --------------------------------------------------------------------------------

@every_function
def test_from_ten_thousand_points_of_u_the_loss_falls_at_every_step_to_the_minimum(name):
    """Lemma 2, specs/4, section 2; cell centres of a grid stand for random points. Beyond the largest step: none."""
    f, eta, U = certificate(name, 0.8)
    (x, y), r, n = U.minimum, U.radius, 240
    axis = r * (2 * (np.arange(n) + 0.5) / n - 1)
    inside = member(f, U, U.minimum + np.stack(np.meshgrid(axis, axis), axis=-1))
    within, beyond = (basins.classify(f, step, (x - r, x + r, y - r, y + r), (n, n), 2000)
                      for step in (eta, 1.01 / 0.8 * eta))
    assert inside.sum() > 10000
    assert (within.kind[inside] == basins.STABLE).all() and (within.limit[inside] == 0).all()
    assert (beyond.limit[inside] == -1).all()


@every_function
def test_the_squares_of_the_gradients_add_up_to_no_more_than_the_fall_of_the_loss(name):
    """Equations (32) to (35): C eta sum |g|^2 <= f(theta_0) - f(theta*), so the gradients tend to 0."""
    f, eta, U = certificate(name, 0.8)
    x = in_ball(U, 100)
    x = x[member(f, U, x)]
    first, total = f.value(x), 0
    for _ in range(300):
        g = f.gradient(x)
        total = total + (g**2).sum(axis=1)
        x = x - eta * g
    assert np.linalg.norm(x - U.minimum, axis=1).max() < 1e-9 and len(x) > 10
    assert (U.descent_constant * eta * total <= (first - f.value(U.minimum)) * (1 + 1e-9)).all()


def test_without_isolation_there_are_starts_that_do_not_move():
    """y^2 + h(x), h = x^6 (2 + sin(1/x)): the slope of h has both signs within every distance of 0, and h >= x^6."""
    def slope(x):
        return x**4 * (6 * x * (2 + np.sin(1 / x)) - np.cos(1 / x))

    x = 1 / (np.pi * np.arange(7, 2000))
    h = 1e-7 * x**2                             # 1/x changes by 1e-7
    numeric = ((x + h)**6 * (2 + np.sin(1 / (x + h))) - (x - h)**6 * (2 + np.sin(1 / (x - h)))) / (2 * h)
    assert slope(x) == pytest.approx(numeric, rel=1e-4)
    assert (np.sign(slope(x)) == np.where(np.arange(7, 2000) % 2, 1, -1)).all()


def test_an_orbit_that_converges_enters_u_and_its_loss_does_not_rise_later():
    """Figure 1 of the paper, and the words after Theorem 2."""
    eta = 0.25
    U = basins.invariant_neighbourhood(F4, F4.minima.points[0], eta)
    orbit = orbits.gradient_descent(F4, [0.1, 2.5], eta, 60)
    inside = [U.contains(F4, x) for x in orbit.points]
    rises = np.flatnonzero(orbit.losses[1:] > orbit.losses[:-1]) + 1
    assert inside.index(True) == 10 and all(inside[10:]) and rises.tolist() == [1, 2]
