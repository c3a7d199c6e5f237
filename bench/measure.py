"""Times of rivals in turn, and the machine that they were taken on."""

import contextlib
import datetime
import importlib.metadata
import importlib.util
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import time

ROUNDS = 5
ENOUGH = 2.0                                    # seconds after which a slow rival is not asked again
THREADS = os.cpu_count() or 1


@contextlib.contextmanager
def processors(n):
    """Keep all threads of this process on n processors: JAX takes all that it finds. Where Linux runs; else nothing."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)

    def settle(where):
        for task in os.listdir("/proc/self/task"):
            with contextlib.suppress(ProcessLookupError):       # a thread that has ended meanwhile
                os.sched_setaffinity(int(task), where)

    settle(sorted(allowed)[:n])
    try:
        yield
    finally:
        settle(allowed)


def in_turn(works, rounds=ROUNDS):
    """Call each of `works` (name: function) in turn, several times; nothing is warmed up here.

    What else the machine does slows all alike, so a ratio is taken within a round. The first name is what the others
    are compared with. Returns medians of seconds, medians of ratios, and the last results, by name.
    """
    first, times, results = next(iter(works)), {name: [] for name in works}, {}
    for _ in range(rounds):
        for name, work in works.items():
            if name != first and sum(times[name]) > ENOUGH:
                continue
            start = time.perf_counter()
            results[name] = work()
            times[name].append(time.perf_counter() - start)
    ratios = {name: statistics.median(b / a for a, b in zip(times[first], of)) for name, of in times.items()}
    return {name: statistics.median(of) for name, of in times.items()}, ratios, results


def processor():
    """The name of the processor, as the system tells it."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def compiler():
    """Where a C++ compiler is, None where there is none."""
    return shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")


def machine():
    """What a reader needs to know of the machine, the versions and the day."""
    from llvmlite import binding
    features = [name for name in ("sse2", "avx2", "avx512f", "neon") if binding.get_host_cpu_features().get(name)]
    versions = {"Python": platform.python_version()}
    versions |= {name: importlib.metadata.version(name) for name in ("numba", "numpy", "jax", "distributed")
                 if importlib.util.find_spec(name)}
    if compiler():
        versions["C++ compiler"] = subprocess.run([compiler(), "--version"], check=True, capture_output=True,
                                                  text=True).stdout.splitlines()[0]
    return {"processor": processor(), "family": binding.get_host_cpu_name(), "vectors": (features or ["none"])[-1],
            "threads": THREADS, "system": platform.system(), "versions": versions,
            "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
