"""The same kernels give the same bytes; the cache gives them back, and never those of other kernels."""

import hashlib
import os
import subprocess
import sys
import types

import numpy as np
import pytest
from support.programs import program
from support.wasm_host import Host

from descent import landscapes, orbits, wasm
from descent.figures._basin_map import loss_grid
from descent.kernels import kernel
from descent import _cache as files
from descent import _tree
from descent.wasm import _cache, _compile

FRESH = """
import hashlib
from descent import landscapes, orbits, wasm
from descent.figures._basin_map import loss_grid
if {first}:
    wasm.compile({{"other": orbits.gradient_path(landscapes.named("chen-f2"))}})
f = landscapes.named("chen-f1")
print(hashlib.sha256(wasm.compile({{"path": orbits.gradient_path(f), "loss": loss_grid(f)}})).hexdigest())
"""


@pytest.fixture
def empty_cache(monkeypatch, tmp_path):
    """Nothing in memory, an empty folder."""
    monkeypatch.setattr(_cache, "_memory", {})
    monkeypatch.setenv("DESCENT_CACHE", str(tmp_path))
    return tmp_path


def test_a_fresh_process_another_hash_seed_and_another_history_give_the_same_bytes(empty_cache, monkeypatch):
    runs = [subprocess.Popen([sys.executable, "-c", FRESH.format(first=first)], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONHASHSEED": seed, "DESCENT_CACHE": str(empty_cache / seed)})
            for seed, first in (("1", False), ("2", True))]
    f = landscapes.named("chen-f1")
    made = []
    for folder in ("here", "once more"):
        monkeypatch.setenv("DESCENT_CACHE", str(empty_cache / folder))
        _cache._memory.clear()
        made.append(hashlib.sha256(wasm.compile({"path": orbits.gradient_path(f), "loss": loss_grid(f)})).hexdigest())
    made += [run.communicate(timeout=300)[0].strip() for run in runs]
    assert len(set(made)) == 1 and len(made[0]) == 64
    assert [len(list(folder.iterdir())) for folder in sorted(empty_cache.iterdir())] == [1, 2, 1, 1]


def test_a_second_process_reads_what_the_first_has_kept(empty_cache, monkeypatch):
    module = wasm.compile({"k": program("def k(x): return x + 1")})
    _cache._memory.clear()                      # as a new process
    monkeypatch.setattr(_compile, "_compile", lambda *args: pytest.fail("compiled again"))
    assert wasm.compile({"k": program("def k(x): return x + 1")}) == module


@pytest.mark.parametrize("damage", [
    lambda kept: b"", lambda kept: kept[:len(kept) // 2], lambda kept: kept[:-1], lambda kept: kept + b"x",
    lambda kept: kept[:60] + bytes([kept[60] ^ 1]) + kept[61:],
], ids=["empty", "half", "last byte", "one byte more", "one bit"])
def test_a_damaged_file_of_the_cache_is_made_anew(empty_cache, damage):
    k = program("def k(x): return x + 1")
    module = wasm.compile({"k": k})
    [path] = empty_cache.iterdir()
    kept = path.read_bytes()
    path.write_bytes(damage(kept))
    _cache._memory.clear()
    assert wasm.compile({"k": k}) == module
    assert path.read_bytes() == kept


def test_a_cache_that_cannot_be_written_does_no_harm(empty_cache, monkeypatch):
    (empty_cache / "file").write_text("in the way")
    monkeypatch.setenv("DESCENT_CACHE", str(empty_cache / "file" / "folder"))
    assert Host(wasm.compile({"k": program("def k(x): return x + 1")})).call("k", 1.0) == 2.0


def test_an_empty_name_of_the_cache_means_the_usual_one(monkeypatch, tmp_path):
    monkeypatch.setenv("DESCENT_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert files.folder() == tmp_path / "descent"


def helper(text):
    return kernel()(eval(text))


def module_with(c):
    module = types.ModuleType("constants")
    module.c = c
    return module


LONG = np.arange(5000.0)                        # its repr leaves the middle out
# Two kernels that differ in one thing only: whatever decides the code decides the key
PAIRS = {
    "digits that run together": ("def k(x): return x * 1.0 - 23.0", "def k(x): return x * 1.02 - 3.0"),
    "operation": ("def k(x): return x + 7.0", "def k(x): return x * 7.0"),
    "function inside": tuple(f"def k(x):\n def h(y): return y + {c}\n return h(x)" for c in (1.0, 2.0)),
    "signature": (("def k(x): return x / 2", "float64(float64)"), ("def k(x): return x / 2", "float64(int32)")),
}
OUTSIDE = {
    "number": ("def k(x): return x + c", 1.0, 2.0),
    "tuple": ("def k(x): return x + c[1]", (0.0, 1.0), (0.0, 2.0)),
    "array": ("def k(x): return x + c[2000]", LONG, -LONG),
    "tuple of arrays": ("def k(x): return x + c[0][2000] + c[1][0]", (LONG, np.ones(5)),
                        (np.where(LONG == 2000, -1.0, LONG), np.ones(5))),
    "helper": ("def k(x): return c(x)", helper("lambda x: x + 1.0"), helper("lambda x: x + 2.0")),
    "default of a helper": ("def k(x): return c(x)", helper("lambda x, y=1.0: x + y"), helper("lambda x, y=2.0: x + y")),
    "attribute of a module": ("def k(x): return x + c.c", module_with(1.0), module_with(2.0)),
    "helper of a helper": ("def k(x): return c(x)", *(kernel()((lambda h: lambda x: h(x))(helper(text)))
                                                      for text in ("lambda x: x + 1.0", "lambda x: x + 2.0"))),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_kernels_that_differ_in_their_text_are_kept_apart(pair, empty_cache):
    for text in pair:
        k = program(*text) if isinstance(text, tuple) else program(text)
        assert Host(wasm.compile({"k": k})).call("k", 3) == k(3)
    assert len(list(empty_cache.iterdir())) == 2


@pytest.mark.parametrize("text, first, second", OUTSIDE.values(), ids=OUTSIDE)
def test_kernels_that_differ_in_what_they_take_from_outside_are_kept_apart(text, first, second, empty_cache):
    for c in (first, second):
        k = program(text, c=c)
        assert Host(wasm.compile({"k": k})).call("k", 3) == k(3.0)
    assert len(list(empty_cache.iterdir())) == 2


def test_kernels_that_are_written_alike_have_one_fingerprint():
    first, second = (program("def k(x): return h(x) + c + t[0]", h=helper("lambda x: x + 1"), c=2.0, t=np.ones(3))
                     for _ in range(2))
    assert first is not second and _tree.fingerprint(first) == _tree.fingerprint(second)
