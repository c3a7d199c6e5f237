"""The one decorator of compiled code.

A kernel is a numba function on float64 and int32 scalars and C-contiguous arrays. The caller allocates;
nothing inside allocates, raises, prints or keeps random state. That makes one source testable, fast and
compilable to WebAssembly.
"""

import numba

# IEEE arithmetic throughout: x / 0 is inf or nan, no reassociation, no fused multiply-add.
OPTIONS = {"error_model": "numpy", "fastmath": False, "nogil": True}


def kernel(signature=None):
    """Decorate a kernel; it is compiled at its first call, never at import.

    Parameters
    ----------
    signature : str, optional
        Numba signature, such as ``"int32(float64, float64[:, ::1])"``. It is what `descent.wasm` compiles;
        helpers that other kernels call need none. Kernels that a page calls take int32, not int64:
        JavaScript's numbers hold the first, not the second.
    """
    def decorate(function):
        dispatcher = numba.njit(**OPTIONS)(function)
        dispatcher.kernel_signature = signature
        return dispatcher
    return decorate
