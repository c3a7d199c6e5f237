"""Derivatives of linear networks: this library, NumPy by hand, and PyTorch where it is installed.

All three compute the same numbers, compared in the same run. Sharpness is the largest eigenvalue of the Hessian by the
same method, formed for few parameters and by Lanczos' method for many: what differs is the product H v.
"""

import functools
import statistics
import time

import numpy as np
from descent.networks import LinearNetwork
from descent.networks._lanczos import largest_eigenvalue
from descent.networks._network import FEW_PARAMETERS

CASES = (((3, 2, 3), 4), ((10, 10, 10, 10), 11), ((10, 10, 10, 10), 200), ((50, 50, 50), 51), ((50, 50, 50), 200))
REPEATS = 5                                     # rounds; in each, all libraries take turns
LEAST = 0.02                                    # seconds a round, of as many calls as fit
EQUAL = 1e-10                                   # relative to the norm


class Ours:
    """The kernels behind `LinearNetwork`."""

    title = "ours"

    def __init__(self, network, theta, v):
        self.gradient = functools.partial(network.gradient, theta)
        self.product = functools.partial(network.hessian_times, theta, v)
        self.sharpness = functools.partial(network.sharpness, theta)


class Plain:
    """Backpropagation by hand: NumPy's matrix products, and through them the processor's library for these."""

    title = "NumPy"

    def __init__(self, network, theta, v):
        self.network, self.layers = network, network.unpack(theta)
        self.gradient = self._gradient
        self.product = functools.partial(self._times, v)
        self.sharpness = functools.partial(sharpness, self._times, network.dimension)

    def _gradient(self):
        outputs = [self.network.X]
        for w in self.layers:
            outputs.append(w @ outputs[-1])
        slope, blocks = 2 * (outputs.pop() - self.network.Y), []
        for w in self.layers[:0:-1]:
            blocks.append((slope @ outputs.pop().T).ravel())
            slope = w.T @ slope
        blocks.append((slope @ self.network.X.T).ravel())
        return np.concatenate(blocks[::-1])

    def _times(self, v):
        moves, outputs, moved = self.network.unpack(v), [self.network.X], [None]
        for w, u in zip(self.layers, moves):
            moved.append(u @ outputs[-1] if moved[-1] is None else u @ outputs[-1] + w @ moved[-1])
            outputs.append(w @ outputs[-1])
        slope, slope_moved, blocks = 2 * (outputs.pop() - self.network.Y), 2 * moved.pop(), []
        for w, u in zip(self.layers[:0:-1], moves[:0:-1]):
            output = outputs.pop()
            blocks.append((slope_moved @ output.T + slope @ moved.pop().T).ravel())
            slope, slope_moved = w.T @ slope, u.T @ slope + w.T @ slope_moved
        blocks.append((slope_moved @ self.network.X.T).ravel())
        return np.concatenate(blocks[::-1])


class Torch:
    """PyTorch, float64, as a user writes it: torch.func.grad, and jvp of it for H v; not compiled, one thread, for
    these matrices are too small for more."""

    title = "torch"

    def __init__(self, network, theta, v):
        import torch

        self.X, self.Y, self.shapes = torch.tensor(network.X), torch.tensor(network.Y), network.shapes
        self.slope, self.theta = torch.func.grad(self._loss), torch.tensor(theta)
        self.gradient = lambda: self.slope(self.theta).numpy()
        self.product = functools.partial(self._times, v)
        self.sharpness = functools.partial(sharpness, self._times, network.dimension)

    def _loss(self, theta):
        output, start = self.X, 0
        for rows, inner in self.shapes:
            output = theta[start:start + rows * inner].reshape(rows, inner) @ output
            start += rows * inner
        return ((self.Y - output) ** 2).sum()

    def _times(self, v):
        import torch

        return torch.func.jvp(self.slope, (self.theta,), (torch.tensor(v),))[1].numpy()


def sharpness(times, d):
    """As `LinearNetwork.sharpness`, with another product."""
    if d > FEW_PARAMETERS:
        return largest_eigenvalue(times, d)
    return np.linalg.eigvalsh(np.array([times(unit) for unit in np.eye(d)]))[-1]


def medians(works):
    """The median time of a call to each work; they take turns, so that all see the same machine."""
    calls = []
    for work in works:
        work()                                  # compiles, and does not count
        start = time.perf_counter()
        work()
        calls.append(max(1, int(LEAST / (time.perf_counter() - start))))
    times = [[] for _ in works]
    for _ in range(REPEATS):
        for work, count, of_work in zip(works, calls, times):
            start = time.perf_counter()
            for _ in range(count):
                work()
            of_work.append((time.perf_counter() - start) / count)
    return [statistics.median(of_work) for of_work in times]


def measure(widths, n, libraries):
    """(quantity, median times in the order of the libraries) of one network with n data points.

    AssertionError where the results differ.
    """
    rng = np.random.default_rng(0)
    network = LinearNetwork(widths, rng.standard_normal((widths[0], n)), rng.standard_normal((widths[-1], n)))
    theta, v = rng.standard_normal((2, network.dimension)) / np.sqrt(max(widths))
    made = [library(network, theta, v) for library in libraries]
    for quantity in ("gradient", "product", "sharpness"):
        works = [getattr(library, quantity) for library in made]
        right = works[0]()
        for library, work in zip(made[1:], works[1:]):
            assert np.linalg.norm(work() - right) <= EQUAL * np.linalg.norm(right), (widths, n, quantity, library.title)
        yield quantity, medians(works)


def main():
    libraries, note = [Ours, Plain], "torch is not installed"
    try:
        import torch
    except ImportError:
        pass
    else:
        torch.set_num_threads(1)
        libraries.append(Torch)
        note = f"torch {torch.__version__}"
    print(f"\n{'linear networks, microseconds':32} {'':9}" + "".join(f" {library.title:>10}" for library in libraries)
          + "".join(f" {library.title + '/ours':>11}" for library in libraries[1:]) + f"   ({note})")
    for widths, n in CASES:
        for quantity, times in measure(widths, n, libraries):
            print(f"{'-'.join(map(str, widths)) + f', {n} data points':32} {quantity:9}"
                  + "".join(f" {1e6 * t:10.1f}" for t in times) + "".join(f" {t / times[0]:11.1f}" for t in times[1:]))


if __name__ == "__main__":
    main()
