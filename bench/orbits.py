"""Long orbits: every step waits for the one before, so a loop by hand is the limit. `--steps 1e8` for longer ones."""

import argparse
import ctypes
import math
import pathlib
import subprocess
import tempfile

import measure
import numba
import numpy as np
from descent import landscapes, orbits, steps

SHORT = 10**5                                   # steps of the loops that nothing compiles; their times are scaled
FLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]


def divided(alpha, k, beta):
    return alpha if beta == 0 else alpha / (math.sqrt(k + 1.0) if beta == 0.5 else (k + 1.0) ** beta)


def hyperbola(p, alpha, beta, n, divided=divided):
    x, y = p
    for k in range(n):
        if not x * x + y * y < 1e8:
            break
        t, eta = -2.0 * x * y + 2.0, divided(alpha, k, beta)
        x, y = x - eta * (-t * y), y - eta * (-t * x)
    return x, y


def product2(p, alpha, beta, n, divided=divided):
    x, y = p
    for k in range(n):
        if not x * x + y * y < 1e8:
            break
        s, a, length = 1.0 if x * y - 1.0 >= 0.0 else -1.0, divided(alpha, k, beta), math.sqrt(y * y + x * x)
        x, y = x - a * (s * y / length), y - a * (s * x / length)
    return x, y


def product3(p, alpha, beta, n, divided=divided):
    x, y, z = p
    for k in range(n):
        if not x * x + y * y + z * z < 1e8:
            break
        u, v, w, a = y * z, x * z, x * y, divided(alpha, k, beta)
        s, length = 1.0 if u * x - 1.0 >= 0.0 else -1.0, math.sqrt(u * u + v * v + w * w)
        x, y, z = x - a * (s * u / length), y - a * (s * v / length), z - a * (s * w / length)
    return x, y, z


def with_arrays(loop, x, alpha, beta, n):
    """The same by NumPy, a point an array."""
    x = np.array(x)
    for k in range(n):
        if not (x * x).sum() < 1e8:
            break
        if loop is hyperbola:
            x = x - divided(alpha, k, beta) * ((-2.0 * x[0] * x[1] + 2.0) * -x[::-1])
        else:
            w = x[::-1] if loop is product2 else np.array([x[1] * x[2], x[0] * x[2], x[0] * x[1]])
            s = 1.0 if w[0] * x[0] - 1.0 >= 0.0 else -1.0
            x = x - divided(alpha, k, beta) * (s * w / np.sqrt((w * w).sum()))
    return x


GRADIENT, NORMALIZED = orbits.gradient_descent_end, orbits.normalized_descent_end

# title, landscape, its parameters, the method, the loop by hand, start, alpha, beta
WORKLOADS = (
    ("gradient descent, hyperbola", "hyperbola", {}, GRADIENT, hyperbola, (3.0, 0.2), 0.01, 0),
    ("normalized, product n = 2", "product", {"n": 2}, NORMALIZED, product2, (3.0, 0.2), 0.001, 0),
    ("  alpha_k = (k + 1)^(-1/2)", "product", {"n": 2}, NORMALIZED, product2, (3.0, 0.2), 1, 0.5),
    ("  alpha_k = (k + 1)^(-3/4)", "product", {"n": 2}, NORMALIZED, product2, (3.0, 0.2), 1, 0.75),
    ("normalized, product n = 3", "product", {"n": 3}, NORMALIZED, product3, (2.0, 0.5, 1.0), 0.001, 0),
    ("  alpha_k = (k + 1)^(-1/2)", "product", {"n": 3}, NORMALIZED, product3, (2.0, 0.5, 1.0), 1, 0.5),
)


def numba_loop(loop):
    """By hand for one function: what a reader writes who needs no library."""
    jit = numba.njit(error_model="numpy")
    compiled, size = jit(loop), jit(divided)
    return lambda p, alpha, beta, n: compiled(p, float(alpha), float(beta), n, size)


def cpp_loops(folder):
    """The loops of orbits.cpp by name; None where there is no compiler."""
    if measure.compiler() is None:
        return None
    source, target = pathlib.Path(__file__).with_name("orbits.cpp"), pathlib.Path(folder, "orbits.so")
    subprocess.run([measure.compiler(), *FLAGS, source, "-o", target], check=True)
    library = ctypes.CDLL(str(target))

    def called(name):
        function = getattr(library, name)
        function.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_longlong]

        def run(p, alpha, beta, n):
            p = np.array(p, dtype=float)
            function(p.ctypes.data, alpha, beta, n)
            return p

        return run

    return {loop.__name__: called(loop.__name__) for loop in (hyperbola, product2, product3)}


def compare(workload, n, cpp):
    """Seconds of n steps and ratios to ours by name, and the names of those whose end differs.

    Loops that nothing compiles make SHORT steps, and are compared with ours after as many.
    """
    _, name, parameters, method, loop, x0, alpha, beta = workload
    f, rule, by_hand = landscapes.named(name, **parameters), steps.Power(alpha, beta), numba_loop(loop)
    long = {"ours": lambda: method(f, x0, rule, n).last, "numba": lambda: by_hand(x0, alpha, beta, n)}
    if cpp:
        long["C++"] = lambda: cpp[loop.__name__](x0, alpha, beta, n)
    short = {"ours": lambda: method(f, x0, rule, SHORT).last, "Python": lambda: loop(x0, alpha, beta, SHORT),
             "NumPy": lambda: with_arrays(loop, x0, alpha, beta, SHORT)}
    method(f, x0, rule, 1)
    by_hand(x0, alpha, beta, 1)
    seconds, ratios, ends = measure.in_turn(long)
    slow, _, early = measure.in_turn(short, rounds=1)
    for key in ("Python", "NumPy"):
        seconds[key] = slow[key] * n / SHORT
        ratios[key] = seconds[key] / seconds["ours"]
    differing = [key for of in (ends, early) for key in of if not np.array_equal(of[key], of["ours"])]
    return seconds, ratios, differing


def main(n=10**7):
    """Print the table for orbits of n steps; a ratio is how many times our time.

    Its rows: (title, seconds, ratios, names of those whose end differs).
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cpp = cpp_loops(folder)
        rivals = ("numba", *(["C++"] if cpp else []), "Python", "NumPy")
        print(f"\n{f'orbits of {n:.0e} steps, ns a step':32}{'ours':>7}"
              + "".join(f"{name:>9}{'ratio':>8}" for name in rivals) + "   same end")
        for workload in WORKLOADS:
            seconds, ratios, differing = compare(workload, n, cpp)
            print(f"{workload[0]:32}{1e9 * seconds['ours'] / n:7.1f}"
                  + "".join(f"{1e9 * seconds[name] / n:9.1f}{ratios[name]:8.2f}" for name in rivals)
                  + ("   bit for bit" if not differing else f"   NOT {', '.join(differing)}"), flush=True)
            rows.append((workload[0], seconds, ratios, differing))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=float, default=1e7)
    main(int(parser.parse_args().steps))
