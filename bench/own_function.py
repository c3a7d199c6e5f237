"""A function of the reader's own in a live figure: how long a notebook waits until the page can draw it."""

import statistics
import time

from descent import demos, landscapes

REPEATS = 5


def main():
    live = demos.normalized()
    live.landscape = landscapes.from_formula("(x**2 - 2*y)**2")         # what all functions share is compiled
    times = []
    for k in range(REPEATS):
        f = landscapes.from_formula(f"(x**2 + y**2/4 - 1.{time.time_ns()}{k})**2")      # one that no cache has seen
        start = time.perf_counter()
        live.landscape = f
        times.append(time.perf_counter() - start)
    print(f"\n{'own function, set and compiled':32} {statistics.median(times):9.2f} s   (aim 0.5)")


if __name__ == "__main__":
    main()
