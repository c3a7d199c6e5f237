"""How near a minimum gradient descent must start to stay within a given distance: the delta of Lemma 2."""

import numpy as np

from .. import _checks

ANGLES = 3600                                   # of a circle
RADII, COARSE_ANGLES = 200, 360                 # of the scan for the first crossing
HALVINGS = 50


def stability_radius(f, minimum, eps):
    """The largest r with max f over |z - minimum| <= r below min f over |z - minimum| = eps.

    From every start nearer to the minimum than r, gradient descent with any steps alpha_k < 2/L stays within eps:
    f does not increase along the whole segment from x to x - alpha grad f(x), which therefore cannot cross the sphere.
    It is a delta(eps) of Josz & Ouyang (2025), Lemma 2. For a quadratic of eigenvalues l1 >= l2 it is eps sqrt(l2/l1).

    Parameters
    ----------
    f : Landscape of one or two variables
    minimum : (d,), an isolated minimum
    eps : above 0

    Returns
    -------
    float
        In (0, eps). Maxima and minima over a circle are taken over 3600 angles: numerical, not a rigorous enclosure.

    Raises
    ------
    ValueError
        When f on the sphere does not exceed f(minimum) everywhere: no isolated minimum, or eps reaches beyond its well.
    """
    if _checks.landscape("f", f).dimension not in (1, 2):
        raise ValueError(f"f={f.name} has {f.dimension} variables; the stability radius is computed for one or two")
    centre, eps = _checks.point("minimum", minimum, f.dimension), _checks.positive("eps", eps)

    def on_sphere(r, angles):
        if f.dimension == 1:
            return f.value(centre + r * np.array([[-1.0], [1.0]]))
        turn = 2 * np.pi * np.arange(angles) / angles
        return f.value(centre + r * np.stack([np.cos(turn), np.sin(turn)], axis=1))

    rim, level = float(on_sphere(eps, ANGLES).min()), float(f.value(centre))
    # two neighbouring angles may straddle a zero of f - level and see no less than this
    unseen = 0.0 if f.dimension == 1 else np.linalg.norm(f.hessian(centre), 2) / 2 * (2 * np.pi * eps / ANGLES) ** 2
    if not rim > level + unseen:
        raise ValueError(f"eps={eps!r}: f is {rim:.12g} somewhere on that sphere, not above f(minimum) = {level:.12g}; "
                         f"minimum={centre.tolist()} is no isolated minimum, or eps reaches beyond its well")
    low, high = 0.0, eps
    for r in eps * np.arange(1, RADII + 1) / RADII:
        if not on_sphere(r, COARSE_ANGLES).max() < rim:
            high = r
            break
        low = r
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if on_sphere(middle, ANGLES).max() < rim:
            low = middle
        else:
            high = middle
    return float(low)
