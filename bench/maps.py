"""Convergence maps: ours against the rivals on the same work, and how the time grows with points and shrinks with
workers. `python bench/maps.py` prints; `make bench` also writes what the book's page on performance shows."""

import dataclasses
import functools
import logging
import tempfile
from importlib.util import find_spec

import numpy as np
from descent import basins, landscapes
from measure import ROUNDS, THREADS, in_turn, processors
from rivals import Problem, available, ours

CELLS = 1000
SIDES, FEW_ROUNDS = (200, 400, 1000, 2000, 4000), 3
F4 = landscapes.named("chen-f4")
HALF, ONE = (("scale", 0.5),), (("scale", 1.0),)
PROBLEMS = (
    Problem("hyperbola, η = 0.15", "hyperbola", HALF, 0.15, 4.0),
    Problem("hyperbola, η = 0.3", "hyperbola", HALF, 0.3, 4.0),
    Problem("hyperbola, η = 0.6", "hyperbola", HALF, 0.6, 4.0),
    Problem("hyperbola, scale 1, η = 0.6", "hyperbola", ONE, 0.6, 4.0, max_steps=1000),
    Problem("f4, 0.38 of its largest step", "chen-f4", (), 0.38 * F4.largest_step(F4.minima.points[0]), 3.0),
)
EXACT = 1.0                                     # share of starts with the same kind, steps and rises
NEARLY = 0.999                                  # JAX fuses multiplications and additions: last bits differ


def same(results, expected):
    """The share of the starts with the same kind, steps and rises."""
    return float(np.mean(np.logical_and.reduce([a == b for a, b in zip(results, expected)])))


def compare(rivals, problem, cells, threads, rounds=ROUNDS):
    """One row: seconds, ratios to ours, and the shares of equal starts, by rival."""
    works = {name: functools.partial(run, problem, cells, threads) for name, run in rivals.items()}
    with processors(threads):
        for run in rivals.values():             # compiles; the shapes are those of the real work
            run(dataclasses.replace(problem, max_steps=1), cells, threads)
        times, ratios, results = in_turn(works, rounds)
    shares = {name: same(result, results["ours"]) for name, result in results.items()}
    for name, share in shares.items():
        if share < (NEARLY if name == "JAX" else EXACT):
            raise SystemExit(f"bench: {problem.title}, {name}: only {share:.6f} of the starts have our result")
    return {"title": problem.title, "threads": threads, "cells": cells, "steps": int(results["ours"][1].sum()),
            "times": times, "ratios": ratios, "same": shares}


def line(row, names):
    cells = "".join(f"{1e3 * row['times'][name]:9.0f}" + (f" {row['ratios'][name]:5.1f}x" if name != "ours" else "")
                    for name in names)
    differing = [f"{name} {100 * share:.3f} %" for name, share in row["same"].items() if share < EXACT]
    return f"{row['title']:32}{row['threads']:3}{cells}   {', '.join(differing) or 'all'}"


def table(rivals):
    """All problems, one thread and all."""
    heads = "".join(f"{name:>9}" if name == "ours" else f"{name:>16}" for name in rivals)
    print(f"\n{f'maps, {CELLS} x {CELLS}, ms, and times ours':32}{'thr':>3}{heads}   same results")
    rows = []
    for problem in PROBLEMS:
        for threads in dict.fromkeys((1, THREADS)):
            rows.append(compare(rivals, problem, CELLS, threads))
            print(line(rows[-1], rivals), flush=True)
    return rows


def by_points(rivals):
    """One problem, grids from 200 x 200 on: nanoseconds a start on one thread, and ours on all."""
    problem = PROBLEMS[1]
    titles = [*rivals, "ours, all threads"]
    print(f"\n{problem.title + ', ns a start':32}   " + "".join(f"{name:>18}" for name in titles))
    rows = []
    for cells in SIDES:
        row = compare(rivals, problem, cells, 1, FEW_ROUNDS)
        everywhere, _, _ = in_turn({"ours": lambda: ours(problem, cells, THREADS)}, FEW_ROUNDS)
        row["times"]["ours, all threads"] = everywhere["ours"]
        print(f"{f'{cells} x {cells}':32}   " + "".join(f"{1e9 * row['times'][name] / cells**2:18.1f}"
                                                       for name in titles), flush=True)
        rows.append(row)
    return rows


def by_workers(rivals):
    """Two problems on 1, 2, 4, … and all workers: threads, and the processes of a Dask cluster."""
    rows, counts = [], sorted({*(2**k for k in range(THREADS.bit_length())), THREADS})
    print(f"\n{'seconds by number of workers':32}   " + "".join(f"{n:>9}" for n in counts))
    for problem, cells in ((PROBLEMS[1], 2000), (PROBLEMS[4], CELLS)):
        kinds = {"threads": rivals["ours"]}
        if "C++ vectors" in rivals:
            kinds["C++ vectors, threads"] = rivals["C++ vectors"]
        measured, _, _ = in_turn({(kind, n): functools.partial(run, problem, cells, n)
                                  for kind, run in kinds.items() for n in counts})
        times = {kind: [measured[kind, n] for n in counts] for kind in kinds}
        if find_spec("distributed"):
            times["Dask processes"] = [on_dask(problem, cells, n) for n in counts]
        title = f"{problem.title}, {cells} × {cells}"
        print(title)
        for kind, of in times.items():
            print(f"{'  ' + kind:32}   " + "".join(f"{seconds:9.3f}" for seconds in of), flush=True)
            rows.append({"title": title, "kind": kind, "workers": counts, "times": of})
    return rows


def on_dask(problem, cells, workers):
    """Seconds on a local cluster of processes; the results come back over its connections."""
    import distributed
    local = {"host": "127.0.0.1", "dashboard_address": None, "silence_logs": logging.ERROR}
    with (distributed.LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **local) as cluster,
          distributed.Client(cluster) as client):
        executor = client.get_executor()

        def work():
            b = basins.classify(problem.f, problem.eta, problem.box, (cells, cells), problem.max_steps,
                                executor=executor)
            return b.kind, b.steps, b.rises

        if same(work(), ours(problem, cells, THREADS)) < EXACT:      # this call also loads the kernels
            raise SystemExit(f"bench: {problem.title} on Dask is not what threads give")
        return in_turn({"": work})[0][""]


def main():
    """Print the tables; the numbers, for the page on performance."""
    with tempfile.TemporaryDirectory() as folder:
        rivals = available(folder)
        for name, needed in (("JAX", "an installed JAX"), ("C++ vectors", "a C++ compiler that takes maps.cpp")):
            if name not in rivals:
                print(f"\n{needed} is missing: the table goes without")
        return {"maps": table(rivals), "points": by_points(rivals), "workers": by_workers(rivals)}


if __name__ == "__main__":
    main()
