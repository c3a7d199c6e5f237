"""Numba kernels as WebAssembly modules. Knows nothing of gradient descent.

`compile` turns kernels into one module: bytes that a browser or wasmtime instantiates with nothing but a memory.
The module describes its own calling convention in a custom section (see `describe`).
"""

from ._compile import compile, exact
from ._module import describe

__all__ = ["compile", "describe", "exact"]
