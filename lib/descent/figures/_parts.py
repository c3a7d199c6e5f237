"""What several figures are made of: steps as fractions, a circle, names of the shares of a map."""

from ..basins._circle import direction
from ..kernels import kernel

SHARES = ["stable_share", "unstable_share", "bounded_share", "other_share", "diverged_share"]
OUTLINE = 73                                    # points of a circle


def scaled_step(largest):
    """The kernel step(fraction) -> fraction * 2 / lambda_max."""
    @kernel("float64(float64)")
    def step(fraction):
        return fraction * largest

    return step


@kernel("float64(float64)")
def limit_sharpness(eta):
    """2 / eta: gradient descent is repelled from a minimum that is sharper."""
    return 2 / eta


@kernel("void(float64, float64, float64, float64[:, ::1])")
def circle(x, y, radius, outline):
    """Points of a circle in order, the last one the first."""
    for k in range(outline.shape[0]):
        across, up = direction(4.0 * k / (outline.shape[0] - 1))
        outline[k, 0], outline[k, 1] = x + radius * across, y + radius * up
