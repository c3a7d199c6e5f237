"""What an import of the library costs: no heavy package, nothing compiled; names that wait are there when asked for."""

import importlib
import os
import subprocess
import sys

import pytest

LAYERS = ("landscapes", "steps", "maps", "orbits", "basins", "reach", "lyapunov", "conserved", "flatness", "networks")
WAITING = ("landscapes", "reach", "lyapunov", "conserved")
HEAVY = ("matplotlib", "sympy", "mpmath", "flint", "scipy.integrate", "scipy.linalg", "scipy.optimize", "scipy.special",
         "scipy.stats", "ipywidgets", "anywidget", "tqdm", "distributed")


def run(program, **environment):
    return subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True,
                          env=os.environ | environment).stdout.split()


def test_no_heavy_package_is_imported():
    program = f"import sys; from descent import {', '.join(LAYERS)}; print(*(m for m in {HEAVY} if m in sys.modules))"
    assert run(program) == []
    # the control: a landscape is made by SymPy
    assert "sympy" in run(program.replace("; print", "; landscapes.names(); print"))


def test_nothing_is_compiled_until_it_is_called(tmp_path):
    program = f"""
import gc
from numba.core import event
from numba.core.dispatcher import Dispatcher
with event.install_recorder("numba:compile") as compiled:
    from descent import {", ".join(LAYERS)}
dispatchers = [d for d in gc.get_objects() if issubclass(type(d), Dispatcher)]
kernels = [d for d in dispatchers if str(d.py_func.__module__).startswith("descent")]
print(len(compiled.buffer), any(d.overloads for d in kernels), steps.divide_by_powers in kernels)
with event.install_recorder("numba:compile") as compiled:
    steps.array(steps.Power(1, 0.5), 0, 3)
print(len(compiled.buffer) > 0, bool(steps.divide_by_powers.overloads))
"""
    # in a new cache: from a full one the native code is read, and that is no compilation
    assert run(program, DESCENT_CACHE=str(tmp_path)) == ["0", "False", "True", "True", "True"]


@pytest.mark.parametrize("name", WAITING)
def test_names_that_wait_are_there_and_are_listed(name):
    package = importlib.import_module(f"descent.{name}")
    for public in package.__all__:
        assert getattr(package, public) is getattr(package, public)
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match=f"module 'descent.{name}' has no attribute 'nothing'"):
        package.nothing
    with pytest.raises(ImportError, match="nothing"):
        exec(f"from descent.{name} import nothing")


def test_they_are_listed_before_they_are_asked_for():
    assert run("from descent import reach; print('reach_by_flow' in dir(reach), 'reach_by_flow' in vars(reach))") == [
        "True", "False"]
