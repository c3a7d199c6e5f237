"""Modules that have been compiled before: in memory, and in the user's cache folder from one process to the next."""

import functools
import hashlib
import pathlib

import llvmlite
import numba

from .. import _cache as files

_memory = {}


def get(key, make):
    """The bytes kept under `key`, or made now and kept."""
    digest = hashlib.sha256(repr((key, numba.__version__, llvmlite.__version__, _compiler())).encode()).hexdigest()
    if digest not in _memory:
        module = files.load(f"{digest}.wasm")
        if module is None:
            module = make()
            files.keep(f"{digest}.wasm", module)
        _memory[digest] = module
    return _memory[digest]


@functools.cache
def _compiler():
    """A hash of this package's source: what it makes changes with it."""
    sources = sorted(pathlib.Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
