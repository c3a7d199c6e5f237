"""Linear networks: the loss |Y - W_h … W_1 X|^2, its set of minima, and the step beyond which none of them is stable.

Craciun & Ghoshdastidar, *On the Stability of Gradient Descent for Large Learning Rate*.

What `settle` says of a run is one of the numbers CONVERGED, BOUNDED and DIVERGED.
"""

from ._curvature import hessian, hessian_times, largest_eigenvalue, sharpness
from ._descent import BOUNDED, CONVERGED, DIVERGED, path, settle
from ._flattest import Flattest, balanced
from ._layers import gradient, loss, scratch_size
from ._minima import NetworkMinima
from ._network import LinearNetwork
from ._spectrum import Spectrum

__all__ = ["BOUNDED", "CONVERGED", "DIVERGED", "Flattest", "LinearNetwork", "NetworkMinima", "Spectrum", "balanced",
           "gradient", "hessian", "hessian_times", "largest_eigenvalue", "loss", "path", "scratch_size", "settle",
           "sharpness"]
