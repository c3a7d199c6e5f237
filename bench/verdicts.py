"""d-Lyapunov verdicts and searches for conserved quantities: how long each takes, and how much work it is."""

import statistics
import time

from descent import conserved, landscapes, lyapunov

REPEATS = 3

# name, landscape, g, point, radius (None: only sampled), options of check
VERDICTS = (
    ("1.1 hyperbola", ("hyperbola", {}), "(x**2 - y**2)**2", (2, "1/2"), "1/20", {}),
    ("1.1 at a flat minimum", ("hyperbola", {}), "(x**2 - y**2)**2", (1, 1), "1/20", {}),
    ("4.1 two steps", ("lazy-valley", {}), "x**2", (1, 0), None, {"p": 4, "m": 2, "step_sizes": (.3, .1, .03, .01)}),
    ("4.3 cubic", ("cubic", {}), "(1/x - 1/y)**2", ("1/2", "239/250"), "1/40", {}),
    ("4.4 ellipse", ("conic", {"a": 1, "b": 2}), "(y/x**2)**2", ("1/3", "2/3"), "1/40", {}),
    ("4.4 hyperbola", ("conic", {"a": 1, "b": -2}), "(y*x**2)**2", ("9/8", "3/8"), "1/40", {}),
    ("4.6 n = 3", ("product", {"n": 3}), "(x1**2 - x2**2)**2 + (x1**2 - x3**2)**2 + (x2**2 - x3**2)**2",
     (2, "1/2", 1), "1/50", {}),
    ("4.7", ("l1-product", {}), "(x1**2 + x2**2 - x3**2 - 70710678/100000000)**2", (0, "2/3", "3/2"), "1/50", {}),
)
SEARCHES = (
    ("1.1 degree 2", ("hyperbola", {}), {}),
    ("4.1 degree 6: none", ("lazy-valley", {}), {"degree": 6}),
    ("4.2 with logarithms", ("parabola", {}), {"degree": 1, "logs": True}),
    ("4.3 Laurent", ("cubic", {}), {"degree": 1, "laurent": True}),
    ("4.5 diag(2, 1)", ("bilinear", {}), {}),
    ("4.6 n = 4", ("product", {"n": 4}), {}),
    ("4.8", ("rank-one-l1", {}), {}),
)


def seconds(work):
    """The median time of a call and its result; the first call, which compiles, does not count."""
    result, times = work(), []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def named(description):
    name, parameters = description
    return landscapes.named(name, **parameters)


def main():
    import sympy

    print(f"\n{'d-Lyapunov verdicts (aim 2 s)':32} {'check, s':>9} {'holds':>6} {'certify, s':>11} {'verify, s':>10}"
          "  verdict")
    for title, landscape, g, at, radius, options in VERDICTS:
        f, at = named(landscape), [sympy.Rational(entry) for entry in at]
        sampled, found = seconds(lambda: lyapunov.check(f, g, at, **options))
        line = f"{title:32} {sampled:9.2f} {str(found.holds):>6}"
        if radius is not None:
            proving, z = seconds(lambda: lyapunov.certify(f, g, at, sympy.Rational(radius)))
            verifying, _ = seconds(lambda: lyapunov.verify(z))
            verdict = "proved" if z.proved else "refuted" if z.refutation else "inconclusive"
            line += f" {proving:11.3f} {verifying:10.3f}  {verdict}, boxes: {z.boxes}"
        print(line)
    print(f"\n{'conserved quantities (aim 1 s)':32} {'search, s':>9}  found")
    for title, landscape, options in SEARCHES:
        f = named(landscape)
        searching, found = seconds(lambda: conserved.discover(f, **options))
        print(f"{title:32} {searching:9.3f}  {len(found)}")


if __name__ == "__main__":
    main()
