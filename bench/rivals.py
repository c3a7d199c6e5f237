"""The work of `basins.classify` by other means: plain numba, NumPy, JAX and C++, all by hand for one landscape.

Each rival is a function (problem, cells, threads) -> (kind, steps, rises), int8 and int32 arrays (cells, cells).
The rules and the order of the operations are the library's.
"""

import concurrent.futures
import ctypes
import dataclasses
import functools
import importlib.util
import pathlib
import subprocess

import measure
import numba
import numpy as np
from descent import basins, landscapes

ARRIVED_GRADIENT2, ARRIVED_DISTANCE2, ARRIVED_RESIDUAL = 1e-8**2, 1e-4**2, 1e-9
STILL_GRADIENT2, WATCHED_GRADIENT2, ESCAPE2 = 1e-10**2, 1e-6**2, 1e8
STABLE, UNSTABLE, BOUNDED, OTHER, DIVERGED = range(5)
CHUNK = 2**16                                   # starts that NumPy takes together: its arrays stay in the cache
FLAGS = ["-std=c++17", "-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC", "-pthread"]


@dataclasses.dataclass(frozen=True)
class Problem:
    """A map: a landscape, the step, half the side of the square, the most steps."""

    title: str
    landscape: str
    parameters: tuple
    eta: float
    half: float
    max_steps: int = 20000

    @property
    def f(self):
        return landscapes.named(self.landscape, **dict(self.parameters))

    @property
    def box(self):
        return -self.half, self.half, -self.half, self.half

    @property
    def constant(self):
        """What loss, gradient and arrived need to know: the scale of the hyperbola, the minimum (m, m) of f4."""
        return self.f.parameters["scale"] if self.landscape == "hyperbola" else float(self.f.minima.points.max())


# --- the landscapes: one text for numbers (numba), arrays (NumPy) and tracers (JAX); c is `Problem.constant`

def hyperbola_loss(c, x, y):
    e = 1.0 - x * y
    return c * (e * e)


def hyperbola_gradient(c, x, y):
    t = 2.0 * c * (1.0 - x * y)
    return -t * y, -t * x


def hyperbola_arrived(c, x, y, gradient2):
    return abs(1.0 - x * y) < ARRIVED_RESIDUAL


def f4_loss(c, x, y):
    e = 1.0 - x * y
    return 0.05 * (x * x) + 0.05 * (y * y) + e * e


def f4_gradient(c, x, y):
    t = 2.0 - 2.0 * x * y
    return 0.1 * x - t * y, 0.1 * y - t * x


def f4_arrived(c, x, y, gradient2):
    near = ((x - c) * (x - c) + (y - c) * (y - c) < ARRIVED_DISTANCE2) | (
        (x + c) * (x + c) + (y + c) * (y + c) < ARRIVED_DISTANCE2)
    return (gradient2 < ARRIVED_GRADIENT2) & near


FORMULAS = {"hyperbola": (hyperbola_loss, hyperbola_gradient, hyperbola_arrived),
            "chen-f4": (f4_loss, f4_gradient, f4_arrived)}


# --- ours

def ours(problem, cells, threads):
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        b = basins.classify(problem.f, problem.eta, problem.box, (cells, cells), problem.max_steps, executor=pool)
    return b.kind, b.steps, b.rises


# --- in bands of rows on threads, for what knows one thread only

def middles(problem, cells):
    return -problem.half + 2 * problem.half * (np.arange(cells) + 0.5) / cells


def empty(cells):
    return tuple(np.empty((cells, cells), kind) for kind in (np.int8, np.int32, np.int32))


def banded(rows, starts):
    """A rival from rows(problem, x, y, kind, steps, rises), which classifies some rows of the grid, about `starts`."""
    def rival(problem, cells, threads):
        x, results = middles(problem, cells), empty(cells)
        edges = np.linspace(0, cells, max(1, cells * cells // starts) + 1).astype(int)
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(rows, problem, x, x[a:b], *(result[a:b] for result in results))
                         for a, b in zip(edges[:-1], edges[1:])]:
                done.result()
        return results
    return rival


@functools.cache
def numba_kernel(landscape):
    """Plain numba: one start after the other."""
    loss_of, gradient, arrived = map(numba.njit, FORMULAS[landscape])

    @numba.njit(error_model="numpy", nogil=True)
    def classify(c, xs, ys, eta, max_steps, kind, steps, rises):
        for i in range(len(ys)):
            for j in range(len(xs)):
                x, y = xs[j], ys[i]
                loss, risen, what, k = loss_of(c, x, y), 0, BOUNDED, 0
                while True:
                    gx, gy = gradient(c, x, y)
                    gradient2 = gx * gx + gy * gy
                    if arrived(c, x, y, gradient2):
                        what = STABLE if risen == 0 else UNSTABLE
                        break
                    if gradient2 < STILL_GRADIENT2:
                        what = OTHER
                        break
                    if not x * x + y * y < ESCAPE2:
                        what = DIVERGED
                        break
                    if k == max_steps:
                        break
                    x, y = x - eta * gx, y - eta * gy
                    after = loss_of(c, x, y)
                    if gradient2 > WATCHED_GRADIENT2 and not after < loss:
                        risen += 1
                    loss, k = after, k + 1
                kind[i, j], steps[i, j], rises[i, j] = what, k, risen

    return classify


def scalar_numba(problem, xs, ys, kind, steps, rises):
    numba_kernel(problem.landscape)(problem.constant, xs, ys, problem.eta, problem.max_steps, kind, steps, rises)


def numpy_arrays(problem, xs, ys, kind, steps, rises):
    """NumPy: all starts of the rows take a step together; those that have ended are left out of the next."""
    loss_of, gradient, arrived = FORMULAS[problem.landscape]
    c, eta = problem.constant, problem.eta
    x, y = np.tile(xs, len(ys)), np.repeat(ys, len(xs))
    kind, steps, rises = kind.reshape(-1), steps.reshape(-1), rises.reshape(-1)
    cell, risen, loss = np.arange(x.size), np.zeros(x.size, np.int32), loss_of(c, x, y)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(problem.max_steps + 1):
            gx, gy = gradient(c, x, y)
            gradient2 = gx * gx + gy * gy
            here, still = arrived(c, x, y, gradient2), gradient2 < STILL_GRADIENT2
            inside = x * x + y * y < ESCAPE2
            going = ~(here | still) & inside if k < problem.max_steps else np.zeros(x.size, bool)
            if not going.all():
                ended = ~going
                at, r = cell[ended], risen[ended]
                kind[at] = np.where(here[ended], np.where(r == 0, STABLE, UNSTABLE),
                                    np.where(still[ended], OTHER, np.where(inside[ended], BOUNDED, DIVERGED)))
                steps[at], rises[at] = k, r
                x, y, gx, gy, gradient2 = x[going], y[going], gx[going], gy[going], gradient2[going]
                cell, risen, loss = cell[going], risen[going], loss[going]
                if not x.size:
                    break
            x, y = x - eta * gx, y - eta * gy
            after = loss_of(c, x, y)
            risen += (gradient2 > WATCHED_GRADIENT2) & ~(after < loss)
            loss = after


# --- JAX

@functools.cache
def jax_rows(landscape):
    """JAX, compiled: the starts of a row take steps together, under masks, until the last of them has ended."""
    import jax
    from jax import lax
    from jax import numpy as jnp
    jax.config.update("jax_enable_x64", True)
    loss_of, gradient, arrived = FORMULAS[landscape]

    def row(c, x, y, eta, max_steps):
        def step(state):
            k, x, y, loss, kind, steps, rises = state
            gx, gy = gradient(c, x, y)
            gradient2 = gx * gx + gy * gy
            now = jnp.where(k >= max_steps, BOUNDED, -1)
            now = jnp.where(x * x + y * y < ESCAPE2, now, DIVERGED)
            now = jnp.where(gradient2 < STILL_GRADIENT2, OTHER, now)
            now = jnp.where(arrived(c, x, y, gradient2), jnp.where(rises == 0, STABLE, UNSTABLE), now)
            kind = jnp.where(kind < 0, now, kind)
            going = kind < 0
            x, y = x - eta * gx, y - eta * gy
            after = loss_of(c, x, y)
            rises += going & (gradient2 > WATCHED_GRADIENT2) & ~(after < loss)
            return k + 1, x, y, after, kind, steps + going, rises

        none = jnp.zeros(x.shape, jnp.int32)
        state = 0, x, jnp.full(x.shape, y), loss_of(c, x, y), none - 1, none, none
        return lax.while_loop(lambda state: (state[4] < 0).any(), step, state)[4:]

    return jax.jit(lambda c, xs, ys, eta, max_steps: lax.map(lambda y: row(c, xs, y, eta, max_steps), ys))


def jax_arrays(problem, cells, threads):
    """Threads are JAX's own; `measure.processors` tells it how many there are."""
    x = middles(problem, cells)
    kind, steps, rises = map(np.asarray, jax_rows(problem.landscape)(problem.constant, x, x, problem.eta,
                                                                     problem.max_steps))
    return kind.astype(np.int8), steps, rises


# --- C++

def compiled(folder):
    """maps.cpp as a library in a folder; None where there is no compiler, or it refuses."""
    if measure.compiler() is None:
        return None
    source, target = pathlib.Path(__file__).with_name("maps.cpp"), pathlib.Path(folder, "maps.so")
    if subprocess.run([measure.compiler(), *FLAGS, source, "-o", target]).returncode:
        return None
    library = ctypes.CDLL(str(target))
    library.classify.argtypes = [ctypes.c_int, ctypes.c_double, ctypes.c_double, ctypes.c_void_p, ctypes.c_int64,
                                 ctypes.c_int64, ctypes.c_int32, ctypes.c_int, ctypes.c_int, *[ctypes.c_void_p] * 3]
    return library


def cpp(library, vectorised):
    def rival(problem, cells, threads):
        box, results = np.array(problem.box), empty(cells)
        library.classify(list(FORMULAS).index(problem.landscape), problem.constant, problem.eta, box.ctypes.data,
                         cells, cells, problem.max_steps, vectorised, threads, *(r.ctypes.data for r in results))
        return results
    return rival


def available(folder):
    """The rivals on this machine by name, ours first."""
    rivals = {"ours": ours, "scalar numba": banded(scalar_numba, CHUNK // 4), "NumPy": banded(numpy_arrays, CHUNK)}
    if importlib.util.find_spec("jax"):
        rivals["JAX"] = jax_arrays
    library = compiled(folder)
    if library:
        rivals |= {"scalar C++": cpp(library, False), "C++ vectors": cpp(library, True)}
    return rivals
