"""Native code of kernels, kept from one process to the next.

Numba's own cache keys a closure over compiled functions by identities that change with every process, so kernels that
are specialised on a landscape would never be found again. Here the key is the fingerprint of the whole tree.
"""

import hashlib
import pickle
import sys

import numba
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from . import _cache, _tree

FORMAT = 2                                      # of what is kept


class NativeCache(_Cache):
    """What a dispatcher asks before it compiles, and tells after it has."""

    def __init__(self, dispatcher):
        self.dispatcher, self.enabled = dispatcher, True

    @property
    def cache_path(self):
        return str(_cache.folder())

    def load_overload(self, sig, target_context):
        target_context.refresh()
        name = self._name(sig, target_context.codegen())
        content = _cache.load(name) if name else None
        try:
            return None if content is None else CompileResult._rebuild(target_context, *pickle.loads(content))
        except ImportError:                     # it names a module that is no more
            return None

    def save_overload(self, sig, data):
        name = self._name(sig, data.codegen)
        if name and not data.lifted and not data.library.has_dynamic_globals:
            try:
                content = dumps(data._reduce())
            except (pickle.PicklingError, TypeError):
                return                          # its globals hold what has no form on disk
            _cache.keep(name, content)

    def enable(self):
        self.enabled = True

    def disable(self):
        self.enabled = False

    def flush(self):
        pass

    def _name(self, sig, codegen):
        """File name for a signature on this processor; None where nothing is kept."""
        if not self.enabled:
            return None
        try:
            fingerprint = _tree.fingerprint(self.dispatcher)
        except ValueError:                      # it reaches what has no content of its own
            return None
        # Numba numbers the symbols of a process. Code kept by two processes would have the same symbols for other
        # functions, and the linker would take one for the other: the fingerprint in the name tells them apart.
        function = self.dispatcher.py_func
        if fingerprint not in function.__qualname__:
            function.__qualname__ += f"_{fingerprint}"
        versions = FORMAT, numba.__version__, sys.version, sorted(_tree.OPTIONS.items())
        # kept code names the module of its function, which must be there when it is loaded
        key = fingerprint, function.__module__, str(sig), codegen.magic_tuple(), versions
        return hashlib.sha256(repr(key).encode()).hexdigest() + ".native"
