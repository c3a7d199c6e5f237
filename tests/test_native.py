"""Native code kept by several processes: read back together, each kernel still computes its own function."""

import os
import subprocess
import sys

import pytest

# Two kernels of one shape: the helper is long enough that the optimiser leaves it a function, with a symbol of its own
SCRIPT = '''
import sys
from support.programs import program

def make(amount):
    h = program(f"""def h(x):
    for i in range(20):
        x = {amount} * x / (1 + x * x) + 1 / (i + 3 + x * x) if x < 3 else x / (2 + {amount} * i) - 1 / (2 + x * x)
        for j in range(i):
            x = x / (1.5 + j) + {amount} / (1 + x * x)
    return x
k = h""", None)
    return program("def k(x): return h(x) + 2 * h(x + 1) * h(x - h(x)) - h(2 * x) / h(x * x + 1) + h(h(x + 3))", h=h)

for amount in sys.argv[1:]:
    k = make(float(amount))
    print(k(0.5), k.py_func(0.5), sum(k.stats.cache_hits.values()))
'''


def in_a_new_process(folder, *amounts):
    """For each amount: the value of its kernel, the value by Python, how often its native code was found."""
    run = subprocess.run([sys.executable, "-c", SCRIPT, *amounts], stdout=subprocess.PIPE, text=True, check=True,
                         env={**os.environ, "DESCENT_CACHE": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)})
    return [tuple(map(float, line.split())) for line in run.stdout.splitlines()]


@pytest.mark.parametrize("order", [("0.5", "0.25"), ("0.25", "0.5")], ids=" then ".join)
def test_code_kept_by_two_processes_is_not_mixed_up_by_a_third(tmp_path, order):
    """Numba numbers the functions of a process, so two processes give the same symbol to different functions."""
    for amount in ("0.5", "0.25"):
        [(value, by_python, hits)] = in_a_new_process(tmp_path, amount)
        assert value == by_python and hits == 0
    for value, by_python, hits in in_a_new_process(tmp_path, *order):
        assert value == by_python and hits == 1
