"""The set M of minima of a linear network: all theta whose layers multiply to the target."""

import dataclasses

import numpy as np

from .. import _checks

CUTOFF = 1e-10                                  # singular values of J below this part of the largest are taken for zero
MOST_STEPS = 60
MOST_HALVINGS = 30
ROUNDING = 1e-14                                # |mu - target| below this part of |target| is rounding
ACCEPTED = 1e-10                                # … and up to this part still counts as on M
MOST_DRAWS = 1000
SPREAD = 0.5                                    # of the normal starts of `sample`, before the retraction
MOST_POINTS = 10**6


def project(network, theta):
    """A point of M near theta: Gauss-Newton steps theta - J^+ (mu(theta) - target), halved while they overshoot.

    ValueError, in words, where they do not arrive, or where the Jacobian is too large to be formed.
    """
    start, size = theta, float(np.linalg.norm(network.target)) or 1.0
    error = network.product(theta) - network.target
    for _ in range(MOST_STEPS):
        if np.linalg.norm(error) <= ROUNDING * size:
            break
        step = np.linalg.lstsq(network.jacobian(theta), -error.ravel(), rcond=CUTOFF)[0]
        moved = _descended(network, theta, step, error)
        if moved is None:
            break
        theta, error = moved
    if not np.linalg.norm(error) <= ACCEPTED * size:
        raise ValueError(f"theta={start.tolist()} leads to no minimum: after {MOST_STEPS} Gauss-Newton steps the "
                         f"product of the layers is still {np.linalg.norm(error):.3g} away "
                         "from the target; start elsewhere")
    return theta


def _descended(network, theta, step, error):
    """theta + t step and its error, t = 1, 1/2, … the first that brings the product nearer to the target; or None."""
    for halvings in range(MOST_HALVINGS):
        trial = theta + step / 2**halvings
        trial_error = network.product(trial) - network.target
        if np.linalg.norm(trial_error) < np.linalg.norm(error):
            return trial, trial_error
    return None


@dataclasses.dataclass(frozen=True)
class NetworkMinima:
    """The minima of a network whose layers multiply to its target; it has no list of points.

    Attributes
    ----------
    network : LinearNetwork
    points : None
    """

    network: object
    points: None = None

    def distance(self, theta):
        """How far the projection to M moves theta, of shape (d,): an upper bound of the distance, equal to it to first
        order near M."""
        theta = _checks.point("theta", theta, self.network.dimension)
        return float(np.linalg.norm(self.network.project(theta) - theta))

    def sample(self, rng, n):
        """n points: normal draws of standard deviation 1/2 of each entry, projected to M: an array (n, d)."""
        n = _checks.whole("n", n, 0, MOST_POINTS)
        self.network.require_jacobian()
        points, failures = [], 0
        while len(points) < n:
            try:
                points.append(project(self.network, SPREAD * rng.standard_normal(self.network.dimension)))
            except ValueError:
                failures += 1
                if failures > MOST_DRAWS:
                    raise
        return np.array(points).reshape(n, self.network.dimension)
