"""Modules that have been compiled before: in memory, and in the user's cache folder from one process to the next."""

import hashlib
import os
import pathlib
import tempfile

import llvmlite
import numba

_memory = {}


def folder():
    """Where modules are kept: $DESCENT_CACHE, else descent/ in $XDG_CACHE_HOME or ~/.cache."""
    if "DESCENT_CACHE" in os.environ:
        return pathlib.Path(os.environ["DESCENT_CACHE"])
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "descent"


def get(key, make):
    """The bytes kept under `key`, or made now and kept. A cache that cannot be written is done without."""
    digest = hashlib.sha256(repr((key, numba.__version__, llvmlite.__version__, _compiler())).encode()).hexdigest()
    if digest not in _memory:
        path = folder() / f"{digest}.wasm"
        try:
            _memory[digest] = path.read_bytes()
        except OSError:
            _memory[digest] = make()
            _keep(path, _memory[digest])
    return _memory[digest]


def _compiler():
    """The source of this package: what it makes changes with it."""
    return [path.read_bytes() for path in sorted(pathlib.Path(__file__).parent.glob("*.py"))]


def _keep(path, module):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(module)
        os.replace(file.name, path)             # atomic: another process reads all of it or nothing
    except OSError:
        pass
