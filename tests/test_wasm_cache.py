"""The same kernels give the same bytes; the caches give back code, and never that of other kernels."""

import collections
import hashlib
import os
import subprocess
import sys
import types

import numba
import numpy as np
import pytest
from descent import _cache as files
from descent import _tree, landscapes, orbits, wasm
from descent.figures._isolines import values_grid
from descent.kernels import kernel
from descent.wasm import _cache, _compile
from support.programs import program
from support.wasm_host import Host

FRESH = """
import hashlib
from descent import landscapes, orbits, wasm
from descent.figures._isolines import values_grid
if {first}:
    wasm.compile({{"other": orbits.gradient_path(landscapes.named("chen-f2"))}})
f = landscapes.named("chen-f1")
loss = values_grid(f.kernels.value)
print(hashlib.sha256(wasm.compile({{"path": orbits.gradient_path(f), "loss": loss}})).hexdigest())
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
        kernels = {"path": orbits.gradient_path(f), "loss": values_grid(f.kernels.value)}
        made.append(hashlib.sha256(wasm.compile(kernels)).hexdigest())
    made += [run.communicate(timeout=300)[0].strip() for run in runs]
    assert len(set(made)) == 1 and len(made[0]) == 64
    assert {name: len(list((empty_cache / name).glob("*.wasm"))) for name in ("1", "2", "here", "once more")} == {
        "1": 1, "2": 2, "here": 1, "once more": 1}


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
    [path] = empty_cache.glob("*.wasm")
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
# Two kernels that differ in one thing only, and their values at 3: whatever decides the code decides the key
PAIRS = {
    "digits that run together": (["def k(x): return x * 1.0 - 23.0", "def k(x): return x * 1.02 - 3.0"],
                                 (-20, 3 * 1.02 - 3)),
    "operation": (["def k(x): return x + 7.0", "def k(x): return x * 7.0"], (10, 21)),
    "function inside": ([f"def k(x):\n def h(y): return y + {c}\n return h(x)" for c in (1.0, 2.0)], (4, 5)),
}
OUTSIDE = {
    "number": ("def k(x): return x + c", (1.0, 2.0)),
    "tuple": ("def k(x): return x + c[1]", ((0.0, 1.0), (0.0, 2.0))),
    "array": ("def k(x): return x + c[2000]", (np.where(LONG == 2000, 1, LONG), np.where(LONG == 2000, 2, LONG))),
    "tuple of arrays": ("def k(x): return x + c[0][2000]", [(np.where(LONG == 2000, i, LONG), LONG) for i in (1, 2)]),
    "fields": ("def k(x): return x + c.b", [collections.namedtuple("Fields", names)(1.0, 2.0)
                                            for names in ("b a", "a b")]),
    "helper": ("def k(x): return c(x)", (helper("lambda x: x + 1.0"), helper("lambda x: x + 2.0"))),
    "default of a helper": ("def k(x): return c(x)", [helper(f"lambda x, y={i}: x + y") for i in (1.0, 2.0)]),
    "helper of a helper": ("def k(x): return c(x)", [kernel()((lambda h: lambda x: h(x))(helper(f"lambda x: x + {i}")))
                                                     for i in (1.0, 2.0)]),
    "number of a module": ("def k(x): return x + c.c", (module_with(1.0), module_with(2.0))),
    "helper of a module": ("def k(x): return c.c(x)", [module_with(helper(f"lambda x: x + {i}")) for i in (1.0, 2.0)]),
    "module of a module": ("def k(x): return x + c.c.c", [module_with(module_with(i)) for i in (1.0, 2.0)]),
    "module, in a function inside": ("def k(x):\n def h(y): return y + c.c\n return h(x)",
                                     [module_with(i) for i in (1.0, 2.0)]),
    "function that is jitted on the way": ("def k(x): return c(x)", [
        numba.extending.register_jitable(eval(f"lambda x: x + {i}")) for i in (1.0, 2.0)]),
    "vectorised function": ("def k(x): return c(x)", [numba.vectorize(eval(f"lambda x: x + {i}")) for i in (1.0, 2.0)]),
}


def values_at_3(k):
    """Native, and through WebAssembly, which may refuse what it cannot tell apart."""
    try:
        return [k(3.0), Host(wasm.compile({"k": k})).call("k", 3)]
    except ValueError:
        return [k(3.0)]


@pytest.mark.parametrize("texts, values", PAIRS.values(), ids=PAIRS)
def test_kernels_that_differ_in_their_text_are_kept_apart(texts, values, empty_cache):
    assert [values_at_3(program(text)) for text in texts] == [[value, value] for value in values]


@pytest.mark.parametrize("text, outside", OUTSIDE.values(), ids=OUTSIDE)
def test_kernels_that_differ_in_what_they_take_from_outside_are_kept_apart(text, outside, empty_cache):
    first, second = (values_at_3(program(text, c=c)) for c in outside)
    assert set(first) == {4.0} and set(second) == {5.0}


def test_signatures_are_kept_apart(empty_cache):
    for signature in ("float64(float64)", "float64(int32)"):
        assert Host(wasm.compile({"k": program("def k(x): return x / 2", signature)})).call("k", 3) == 1.5


def test_kernels_that_are_written_alike_have_one_fingerprint():
    first, second = (program("def k(x): return h(x) + c + t[0]", h=helper("lambda x: x + 1"), c=2.0, t=np.ones(3))
                     for _ in range(2))
    assert first is not second and _tree.fingerprint(first) == _tree.fingerprint(second)


# --- native code ----------------------------------------------------------------------------------------------------

NATIVE = """
import sys, types
from support.programs import program
sys.modules[{module!r}] = types.ModuleType({module!r})
h = program("def k(x): return x / 3 + {amount}", None, __name__={module!r})
k = program("def k(x): return h(x)", h=h) if {through!r} else h
print(k(1.0), sum(k.stats.cache_hits.values()))
"""


def in_a_new_process(folder, amount=0.5, module="support.programs", through=False):
    """The value of a kernel, and how often its native code was found; it lies in a module, or calls one that does."""
    script = NATIVE.format(amount=amount, module=module, through=through)
    run = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True,
                         env={**os.environ, "DESCENT_CACHE": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)})
    value, hits = run.stdout.split()
    return float(value), int(hits)


def test_a_new_process_finds_native_code_and_makes_anew_what_is_damaged(tmp_path):
    assert in_a_new_process(tmp_path) == (1 / 3 + 0.5, 0)
    assert in_a_new_process(tmp_path) == (1 / 3 + 0.5, 1)
    assert in_a_new_process(tmp_path, 0.25) == (1 / 3 + 0.25, 0)
    for path in tmp_path.glob("*.native"):
        path.write_bytes(path.read_bytes()[:-3])
    assert in_a_new_process(tmp_path) == (1 / 3 + 0.5, 0)


@pytest.mark.parametrize("through", [False, True], ids=["kernel", "helper"])
def test_native_code_of_a_module_that_is_no_more_is_made_anew(tmp_path, through):
    """As from one version of the library to the next: what is kept names modules, imported when it is read."""
    assert in_a_new_process(tmp_path, module="gone", through=through)[0] == 1 / 3 + 0.5
    assert in_a_new_process(tmp_path, module="come", through=through)[0] == 1 / 3 + 0.5


def test_generated_kernels_are_kept_in_a_notebook_too_which_replaces_builtins(empty_cache):
    text = ("from descent import landscapes; import builtins; builtins.input = lambda: ''; "
            "f = landscapes.named('chen-f1'); "
            "print(f.value([1.0, 2.0]), sum(f.kernels.value.stats.cache_hits.values()))")
    said = [subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout.split()
            for _ in range(2)]
    assert said == [["16.0", "0"], ["16.0", "1"]]


MAPS = """
import sys
from descent import basins, landscapes
for name in sys.argv[1:]:
    b = basins.classify(landscapes.named(name), 0.55, (0.7, 1.25, 0.65, 1.2), (4, 4), max_steps=300)
    print(name, *b.kind.flat, *b.period.flat)
"""


def test_kept_code_does_not_mix_with_code_of_another_process(empty_cache):
    """Numba numbers its symbols anew in each process: kept and new code, of functions with one name, meet here."""
    def run(*names):
        return subprocess.run([sys.executable, "-c", MAPS, *names], capture_output=True, text=True,
                              check=True).stdout.splitlines()

    alone = {name: run(name) for name in ("chen-f4", "hyperbola")}
    assert run("chen-f1", "hyperbola", "chen-f4")[1:] == alone["hyperbola"] + alone["chen-f4"]
