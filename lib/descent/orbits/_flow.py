"""The gradient flow, which gradient descent follows as the step goes to zero; and the flow run backwards."""

import dataclasses

import numpy as np

from .. import _checks
from ._path import ESCAPE_RADIUS2, outside

RTOL, ATOL = 1e-12, 1e-14
MOST_EVALUATIONS = 300_000                      # of the gradient: some seconds


@dataclasses.dataclass(frozen=True)
class Flow:
    """A solution of dx/dt = -grad f(x), or of dx/dt = +grad f(x).

    Attributes
    ----------
    times : (m,), from 0 to the end
    points : (m, d)
    losses : (m,)
    solution : dense output, a function of t
    diverged_at : time at which |x|^2 reached 1e8 and the integration stopped, else None
    """

    times: np.ndarray
    points: np.ndarray
    losses: np.ndarray
    solution: object
    diverged_at: float | None

    def __call__(self, t):
        """x(t): (d,) for a number, (…, d) for times (…); 0 <= t <= the last of ``times``."""
        t = np.asarray(t, dtype=float)
        if not ((t >= 0) & (t <= self.times[-1])).all():
            raise ValueError(f"t={t} must lie in [0, {self.times[-1]:g}]")
        if t.size == 0:
            return np.empty((*t.shape, self.points.shape[1]))
        return np.moveaxis(self.solution(t.ravel()).reshape(-1, *t.shape), 0, -1)


def gradient_flow(f, x0, t_end, reverse=False):
    """The gradient flow from x0 up to time t_end, by DOP853 with relative tolerance 1e-12.

    Parameters
    ----------
    f : Landscape or LinearNetwork
    x0 : (d,), finite
    t_end : end time, above 0
    reverse : follow +grad f, uphill

    Returns
    -------
    Flow

    Raises
    ------
    ValueError
        For bad arguments, or when the integrator fails (f is not smooth along the way) or would need more than 3e5
        gradients: on a kink, or as near a minimum its step is a few times 1 / lambda_max, however long the time.
    """
    x0, t_end = _checks.point("x0", x0, _checks.landscape("f", f).dimension), _checks.positive("t_end", t_end)
    if outside(x0):
        return Flow(np.zeros(1), x0[None], f.value(x0[None]), lambda t: np.repeat(x0[:, None], t.size, axis=1), 0.0)
    import scipy.integrate
    sign, left = (1.0 if reverse else -1.0), MOST_EVALUATIONS

    def velocity(t, x):
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"t_end={t_end!r} is too far: {MOST_EVALUATIONS} gradients of {f.name} from "
                             f"x0={x0.tolist()} lead only to t={t:g}")
        return sign * f.gradient(x)

    def escape(t, x):
        return ESCAPE_RADIUS2 - x @ x

    escape.terminal = True
    run = scipy.integrate.solve_ivp(velocity, (0.0, t_end), x0, method="DOP853", rtol=RTOL, atol=ATOL,
                                    dense_output=True, events=escape)
    if not run.success:
        raise ValueError(f"the flow of {f.name} from x0={x0.tolist()} cannot be followed beyond t={run.t[-1]:g}: "
                         f"{run.message}")
    return Flow(run.t, run.y.T.copy(), f.value(run.y.T), run.sol, float(run.t[-1]) if run.status == 1 else None)
