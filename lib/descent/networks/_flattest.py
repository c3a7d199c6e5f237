"""The flattest minimum of a linear network: where on M the largest Hessian eigenvalue is least.

lambda_max is smooth but for ties, and the least value often is one: two eigenvalues meet there. It is approached by

    F_mu(theta) = mu log sum_i exp(lambda_i(theta) / mu),    lambda_max <= F_mu <= lambda_max + mu log d,

for mu falling to 1e-7 of the scale, each minimised on M by Newton's method from where the last one ended.
"""

import dataclasses

import numpy as np

from ._minima import project
from ._third import third_derivative

COARSE = tuple(0.5 / 4**k for k in range(4))    # mu, relative to lambda_max at the balanced minimum: from every start …
FINE = tuple(0.5 / 4**k for k in range(4, 12))  # … and from the best end
STARTS = 4                                      # the balanced minimum, and points near it …
PERTURBATION = 0.3                              # … at this part of its root mean square entry
SEED = 0
MOST_NEWTON_STEPS = 40
MOST_HALVINGS = 40
COARSE_GAIN, FINE_GAIN = 1e-6, 1e-13            # predicted relative gain at which a temperature is done
SUFFICIENT = 1e-4                               # part of the predicted gain that a step must bring
FLATTEST_CURVATURE = 1e-6                       # curvatures below this part of the largest count as this part
LONGEST_STEP = 0.5                              # of |theta|
DIFFERENCE = 1e-3                               # difference quotients: this part of mu, for F_mu bends over mu …
LARGEST_DIFFERENCE = 1e-5                       # … and at most this part of |theta|
NEGLIGIBLE = 1e-14                              # weights below this do not matter
MOST_PARAMETERS = 40                            # Newton's method takes about d^4 operations a step


@dataclasses.dataclass(frozen=True)
class Flattest:
    """Where lambda_max is least on M, as far as the search finds.

    Attributes
    ----------
    theta : (d,), on M
    sharpness : lambda_max there; the least value on M is at most this
    found : (starts,), lambda_max where each start came to at mu = 0.008, before the best is refined; they agree unless
        M has several flat places
    """

    theta: np.ndarray
    sharpness: float
    found: np.ndarray


def flattest(network):
    """The Flattest minimum of a network with regular data. ValueError for more than 40 parameters.

    About a tenth of a second for 8 parameters, ten seconds for 40.
    """
    if network.dimension > MOST_PARAMETERS:
        raise ValueError(f"{network.name} has {network.dimension} parameters; the flattest minimum is sought for "
                         f"at most {MOST_PARAMETERS}")
    start = balanced(network)
    if len(network.shapes) == 1:                # M is a point
        sharpness = float(network.sharpness(start))
        return Flattest(start, sharpness, np.array([sharpness]))
    rng = np.random.default_rng(SEED)
    spread = PERTURBATION * np.linalg.norm(start) / np.sqrt(network.dimension)
    starts = [start]
    while len(starts) < STARTS:
        starts.append(project(network, start + spread * rng.standard_normal(network.dimension)))
    smoothed = SmoothedSharpness(network, float(network.sharpness(start)))
    ends = [_follow(smoothed, theta, COARSE, COARSE_GAIN) for theta in starts]
    found = np.array([network.sharpness(theta) for theta in ends])
    best = ends[int(found.argmin())]
    theta = min(best, _follow(smoothed, best, FINE, FINE_GAIN), key=network.sharpness)
    return Flattest(theta, float(network.sharpness(theta)), found)


def balanced(network):
    """The minimum with layers U S^{1/h}, S^{1/h}, …, S^{1/h} V^T, padded by zeros; U S V^T is the target.

    It is the flattest one for whitened data, X X^T = I, in the filling case.

    Parameters
    ----------
    network : LinearNetwork

    Returns
    -------
    array (d,)
    """
    u, sigma, vt = np.linalg.svd(network.target, full_matrices=False)
    r, h = network.rank, len(network.shapes)
    if h == 1:
        return network.pack([network.target])
    layers = [np.zeros(shape) for shape in network.shapes]
    for layer in layers[1:-1]:
        layer[range(r), range(r)] = sigma[:r] ** (1 / h)
    layers[0][:r] = sigma[:r, None] ** (1 / h) * vt[:r]
    layers[-1][:, :r] = u[:, :r] * sigma[:r] ** (1 / h)
    return network.pack(layers)


def equations(network):
    """The matrix P (dim M_r, d_h d_0) with M = {P vec(mu(theta) - target) = 0}; P J has full rank on M.

    With U and V spanning the target's columns and rows they say U^T (W - target) = 0 and U_perp^T W V = 0. A product W
    of rank r that satisfies them is the target. All of mu(theta) = target are too many equations where r < d_0, d_h:
    their Jacobian is rank deficient, and constrained minimisers stall.
    """
    u, v = network.spaces
    every = np.linalg.qr(u, mode="complete")[0]
    return np.concatenate([np.kron(u.T, np.eye(network.widths[0])), np.kron(every[:, network.rank:].T, v.T)])


class SmoothedSharpness:
    """F_mu on M, in units of `scale`, with the equations of M."""

    def __init__(self, network, scale):
        self.network, self.scale, self.equations = network, scale, equations(network)

    def value_and_gradient(self, theta, mu):
        """F_mu(theta) and its gradient, sum_i w_i D^3 L[v_i, v_i, .] with w_i = exp((lambda_i - F_mu) / mu)."""
        eigenvalues, vectors = np.linalg.eigh(self.network.hessian(theta) / self.scale)
        weights = np.exp((eigenvalues - eigenvalues[-1]) / mu)
        total = weights.sum()
        kept = weights > NEGLIGIBLE * total
        cubic = third_derivative(self.network, theta, vectors.T[kept])
        return eigenvalues[-1] + mu * np.log(total), weights[kept] @ cubic / (total * self.scale)

    def jacobian(self, theta):
        """The derivative of the equations of M."""
        return self.equations @ self.network.jacobian(theta)


def _follow(smoothed, theta, temperatures, goal):
    for mu in temperatures:
        theta = _newton(smoothed, theta, mu, goal)
    return theta


def _newton(smoothed, theta, mu, goal):
    """The minimum of F_mu on M near theta: Newton steps in the tangent space, projected to M, halved to descend."""
    value, gradient = smoothed.value_and_gradient(theta, mu)
    for _ in range(MOST_NEWTON_STEPS):
        step, gain = _newton_step(smoothed, theta, mu, gradient)
        if not gain > goal:
            break
        moved = _descended(smoothed, theta, mu, value, step, gain)
        if moved is None:
            break
        theta, value, gradient = moved
    return theta


def _newton_step(smoothed, theta, mu, gradient):
    """The step (d,) and the gain it promises. Curvatures are taken positive and not too small, steps not too long."""
    jacobian = smoothed.jacobian(theta)
    basis = np.linalg.qr(jacobian.T, mode="complete")[0][:, len(jacobian):]
    multipliers = -np.linalg.lstsq(jacobian.T, gradient, rcond=None)[0]
    size = np.linalg.norm(theta)
    reach = size * min(LARGEST_DIFFERENCE, DIFFERENCE * mu)

    def lagrangian_gradient(point):
        return smoothed.value_and_gradient(point, mu)[1] + smoothed.jacobian(point).T @ multipliers

    columns = [lagrangian_gradient(theta + reach * z) - lagrangian_gradient(theta - reach * z) for z in basis.T]
    curvature = basis.T @ np.array(columns).T / (2 * reach)
    curvatures, axes = np.linalg.eigh((curvature + curvature.T) / 2)
    curvatures = abs(curvatures)
    floor = max(FLATTEST_CURVATURE * curvatures.max(), np.finfo(float).tiny)
    slopes = axes.T @ (basis.T @ gradient)
    step = -slopes / np.maximum(curvatures, floor)
    step *= min(1.0, LONGEST_STEP * size / max(np.linalg.norm(step), np.finfo(float).tiny))
    return basis @ (axes @ step), float(-slopes @ step)


def _descended(smoothed, theta, mu, value, step, gain):
    """The first of theta + t step, t = 1, 1/2, …, projected to M, that brings enough: with F_mu and its gradient; or
    None."""
    for halvings in range(MOST_HALVINGS):
        try:
            trial = project(smoothed.network, theta + step / 2**halvings)
        except ValueError:                      # too far from M
            continue
        trial_value, trial_gradient = smoothed.value_and_gradient(trial, mu)
        if trial_value <= value - SUFFICIENT * gain / 2**halvings:
            return trial, trial_value, trial_gradient
    return None
