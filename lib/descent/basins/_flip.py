"""How a minimum loses its stability at the largest step: the third-order term of gradient descent that decides."""

import numpy as np

from .. import _checks


def flip_coefficient(f, minimum, direction):
    """The number whose sign tells a soft loss of stability, c > 0, from a hard one, c < 0, at the step 2 / lambda_max.

    c = (g^T H^-1 g - d^4 f(e, e, e, e) / 3) / lambda_max with e the unit vector along `direction`, H the Hessian at the
    minimum and g = d^3 f(e, e, .). Two steps move the point minimum + s e by -2 c s^3 along e, up to higher order and
    along the curve to which the other directions contract; eta = (1 + delta) 2 / lambda_max adds 4 delta s. Hence the
    cycle of two points at s = +- sqrt(2 delta / c), where that is real. This project's derivation.

    Parameters
    ----------
    f : Landscape
    minimum : (d,), where the gradient is 0 and the Hessian positive definite
    direction : (d,), an eigenvector of the largest eigenvalue of the Hessian

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For a point that is no such minimum, a direction that is no such eigenvector.

    Notes
    -----
    Where the largest eigenvalue is double, as for chen-f1 and chen-f2, every direction e has its c. The sign decides
    when it is the same for all of them: from s e two steps change the squared distance by -4 c s^4.
    """
    import sympy
    d = _checks.landscape("f", f).dimension
    minimum, e = _checks.point("minimum", minimum, d), _checks.point("direction", direction, d)
    H, largest = f.hessian(minimum), f.largest_step(minimum)
    if np.linalg.norm(f.gradient(minimum)) > 1e-9 or not np.linalg.eigvalsh(H)[0] > 0:
        raise ValueError(f"minimum={minimum.tolist()} is not stationary with a positive definite Hessian")
    e = e / (abs(e).max() or 1)                 # its length may under- or overflow
    if not np.linalg.norm(e) > 0 or np.linalg.norm(H @ e - 2 / largest * e) > 1e-9 * np.linalg.norm(e) / largest:
        raise ValueError(f"direction={e.tolist()} is no eigenvector of lambda_max = {2 / largest:g}")
    e = e / np.linalg.norm(e)
    at = dict(zip(f.symbols, minimum.tolist()))

    def along(expression):
        return sum(float(c) * sympy.diff(expression, x) for c, x in zip(e, f.symbols))

    second = along(along(f.expression))
    g = np.array([float(sympy.diff(second, x).subs(at)) for x in f.symbols])
    return float((g @ np.linalg.solve(H, g) - float(along(along(second)).subs(at)) / 3) * largest / 2)
