"""The one decorator of compiled code.

A kernel is a numba function on float64 and int32 scalars and C-contiguous arrays. The caller allocates;
nothing inside allocates, raises, prints or keeps random state. That makes one source testable, fast and
compilable to WebAssembly.
"""

import numba

from ._native import NativeCache
from ._tree import OPTIONS


def kernel(signature=None):
    """Decorate a kernel; it is compiled at its first call, never at import, and kept for the next process.

    Parameters
    ----------
    signature : str, optional
        Numba signature, such as ``"int32(float64, float64[:, ::1])"``. It is what `descent.wasm` compiles;
        helpers that other kernels call need none. Kernels that a page calls take int32, not int64:
        JavaScript's numbers hold the first, not the second.
    """
    def decorate(function):
        function.__globals__.setdefault("__name__", __name__)   # generated code has no module; kept code needs one
        dispatcher = numba.njit(**OPTIONS)(function)
        dispatcher.kernel_signature = signature
        dispatcher._cache = NativeCache(dispatcher)     # numba's own would not know closures over kernels again
        return dispatcher
    return decorate
