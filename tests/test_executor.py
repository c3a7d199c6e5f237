"""Basins on any executor: threads, processes, a Dask cluster; progress, failure, and functions of one variable."""

import concurrent.futures
import dataclasses
import multiprocessing
import pickle
import threading

import numpy as np
import pytest
from descent import basins, landscapes, orbits

F4 = landscapes.named("chen-f4")
H = landscapes.named("hyperbola", scale=0.5)
JOB = {"f": F4, "eta": 0.3, "box": (-3, 3, -3, 3), "shape": (70, 940), "max_steps": 3000}


def assert_same(a, b):
    for field in dataclasses.fields(a):
        left, right = getattr(a, field.name), getattr(b, field.name)
        assert np.array_equal(left, right) and getattr(left, "dtype", 0) == getattr(right, "dtype", 0), field.name


@pytest.fixture(scope="module")
def threaded():
    return basins.classify(**JOB)


# --- the same on every executor

def test_one_thread_gives_what_many_give(threaded):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert_same(basins.classify(**JOB, executor=pool), threaded)


def test_processes_give_what_threads_give(threaded):
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn) as pool:
        told = []
        result = basins.classify(**JOB, executor=pool, progress=lambda *now: told.append(now))
        assert told == [(i, 64) for i in range(1, 65)]
        assert_same(result, threaded)


def test_a_dask_cluster_gives_what_threads_give(threaded):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                                  host="127.0.0.1") as cluster, distributed.Client(cluster) as client:
        assert_same(basins.classify(**JOB, executor=client.get_executor()), threaded)


@pytest.mark.parametrize("f", [F4, H], ids=lambda f: f.name)
def test_landscapes_travel(f):
    copy = pickle.loads(pickle.dumps(f))
    assert copy.name == f.name and copy.parameters == f.parameters
    assert copy.value([1.5, 0.2]) == f.value([1.5, 0.2])
    assert np.array_equal(copy.gradient([1.5, 0.2]), f.gradient([1.5, 0.2]))


# --- progress, failure, the reader's stop

class Recorder(concurrent.futures.Executor):
    """Runs nothing by itself: every future is as the test makes it."""

    def __init__(self, make):
        self.make, self.futures = make, []

    def submit(self, function, *arguments):
        future = concurrent.futures.Future()
        self.make(future, len(self.futures), lambda: function(*arguments))
        self.futures.append(future)
        return future


def test_when_a_band_fails_the_rest_is_cancelled_and_the_reason_is_told():
    def make(future, i, run):
        if i < 3:
            future.set_result(run())
        elif i == 3:
            future.set_exception(OSError("worker lost"))
    executor, told = Recorder(make), []
    with pytest.raises(OSError, match="worker lost"):
        basins.classify(**JOB, executor=executor, progress=lambda *now: told.append(now))
    assert told == [(1, 64), (2, 64), (3, 64)]
    assert len(executor.futures) == 64 and all(future.cancelled() for future in executor.futures[4:])


def test_a_function_of_progress_may_stop_the_work():
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt
    executor = Recorder(lambda future, i, run: future.set_result(run()) if i < 10 else None)
    with pytest.raises(KeyboardInterrupt):
        basins.classify(**JOB, executor=executor, progress=stop)
    assert all(future.cancelled() for future in executor.futures[10:])


def test_threads_are_gone_after_a_failure():
    before = threading.active_count()

    def stop(done, total):
        raise RuntimeError("enough")
    with pytest.raises(RuntimeError, match="enough"):
        basins.classify(**JOB, progress=stop)
    assert threading.active_count() == before


def test_an_executor_stays_open_for_the_next_map(threaded):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        basins.classify(**JOB, executor=pool)
        assert_same(basins.classify(**JOB, executor=pool), threaded)


def test_bands_are_rows_in_order():
    """A map of few rows is what its rows are, each alone a map of the same centres."""
    whole = basins.classify(F4, 0.3, (-3, 3, -3, 3), (3, 50))
    for i in range(3):
        low = -3 + 2 * i
        row = basins.classify(F4, 0.3, (-3, 3, low, low + 2), (1, 50))
        assert np.array_equal(row.kind[0], whole.kind[i]) and np.array_equal(row.steps[0], whole.steps[i])


@pytest.mark.parametrize("progress", [1, "bar", [True]])
def test_bad_progress_is_refused_before_any_work(progress):
    executor = Recorder(lambda future, i, run: future.set_result(run()))
    with pytest.raises(ValueError, match="^progress="):
        basins.classify(**JOB, executor=executor, progress=progress)
    assert executor.futures == []


# --- one variable: specs/1, sections 0 and 1

W1 = landscapes.named("two-wells-1d")
BOX = (-6, 6)
SHARP, FLAT = 1.9966359208, -1.9596769304


def fractions(b):
    """The shares of the starts that end at the flat and at the sharp minimum."""
    sharp = int(np.argmin(np.abs(W1.minima.points[:, 0] - SHARP)))
    return np.mean(b.limit == 1 - sharp), np.mean(b.limit == sharp)


def test_the_map_of_a_line():
    b = basins.classify(W1, 0.05, BOX, (40,))
    assert b.kind.shape == b.steps.shape == b.limit.shape == b.period.shape == (40,) == b.shape and b.box == BOX
    assert_same(b, basins.classify(W1, 0.05, BOX, 40))
    for j in (0, 13, 25, 39):
        x = -6 + 12 * (j + 0.5) / 40
        end = orbits.gradient_descent(W1, [x], 0.05, 3000).points[-1]
        assert end == pytest.approx(W1.minima.points[b.limit[j]], abs=1e-8)


def test_its_minima():
    assert np.sort(W1.minima.points[:, 0]) == pytest.approx([FLAT, SHARP], abs=1e-10)
    assert [2 / W1.sharpness([SHARP]), 2 / W1.sharpness([FLAT])] == pytest.approx([0.0625272, 0.9905588], abs=5e-8)


@pytest.mark.parametrize("eta", [0.01, 0.03, 0.0624])
def test_small_steps_have_no_bias(eta):
    """Row 1: flat .58037, sharp .41963 of 8000 starts, whatever the step."""
    flat, sharp = fractions(basins.classify(W1, eta, BOX, (8000,)))
    assert flat == pytest.approx(0.58037, abs=6e-5) and sharp == pytest.approx(0.41963, abs=6e-5)


def test_the_sharp_minimum_is_lost_beyond_two_over_its_curvature():
    """Row 2: the threshold is .0625272; what it loses stays near it and does not go to the flat one."""
    assert fractions(basins.classify(W1, 0.0624, BOX, (200,))) == (0.58, 0.42)
    for eta in (0.0626, 0.0627, 0.1, 0.3, 0.43):
        b = basins.classify(W1, eta, BOX, (200,), max_steps=5000)
        assert fractions(b) == (0.58, 0) and b.fraction(basins.BOUNDED) == 0.42


def test_larger_steps_send_all_to_the_flat_minimum():
    """Row 2, the third regime, from .4336 on for 200 starts and 5000 steps: between .4334, as above, and .4338."""
    assert fractions(basins.classify(W1, 0.4334, BOX, (200,), max_steps=5000)) == (0.58, 0)
    for eta in (0.4338, 0.45, 0.6, 0.9, 0.98):
        b = basins.classify(W1, eta, BOX, (200,), max_steps=5000)
        assert fractions(b) == (1, 0)
        # those that come over from the sharp side rise on their way
        assert b.fraction(basins.STABLE) + b.fraction(basins.UNSTABLE) == 1 and b.fraction(basins.UNSTABLE) >= 0.42


@pytest.mark.parametrize("box, shape, name", [
    ((-6, 6, -6, 6), (10,), "box"), ((6, -6), (10,), "box"), ((-6,), (10,), "box"), (BOX, (10, 10), "shape"),
    (BOX, (0,), "shape"), (BOX, (), "shape"), (BOX, (10**9,), "shape"), (BOX, (2.5,), "shape")])
def test_bad_lines_are_refused(box, shape, name):
    with pytest.raises(ValueError, match=rf"^{name}"):
        basins.classify(W1, 0.05, box, shape)
