"""Room for numbers inside a kernel: on the stack, where nothing is allocated and nothing is freed."""

import functools

from numba.core import cgutils, types
from numba.extending import intrinsic

LINE = 64                                       # bytes that a processor's cache takes at a time


@functools.cache
def scratch(kind, n):
    """The function scratch() that a kernel calls: n numbers, undefined at first, gone when the kernel returns.

    They are read and written as ``room[i]`` with 0 <= i < n; unlike an array it does not take i < 0 for an index from
    the end, which would keep LLVM from turning loops into vector instructions.

    Parameters
    ----------
    kind : "float64" or "int64"
    n : length, small: the stack of a WebAssembly module has 65536 bytes
    """
    @intrinsic
    def scratch(typing):
        number = getattr(types, kind)

        def generate(context, builder, signature, arguments):
            room = cgutils.alloca_once(builder, context.get_data_type(number), size=n)
            room.align = LINE           # a vector that lies across two lines takes longer to read
            return room

        return types.CPointer(number)(), generate

    return scratch
