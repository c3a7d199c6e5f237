"""Where the numbers of lanes lie: a column for each, in two rooms, one of floats and one of whole numbers.

Between columns lies room: a processor that sees the same last 12 bits in two addresses may let one wait for the other.
"""

import functools

from .._generated import define
from .._scratch import LINE

LANES = 128
COLUMN = LANES + LINE // 8

# Whole numbers; the first four move with a lane. GOES: -1 while it goes on, 0 while it holds still. LIST: of lanes.
AGE, CELL, RISES, MARK, GOES, KIND, LIST = (COLUMN * i for i in range(7))


@functools.cache
def columns(d):
    """Kernels for the columns of lanes."""
    def each(pattern, joint=", "):
        return joint.join(pattern.format(i=i, at=i * COLUMN) for i in range(d))

    def moved(array, count):
        return "; ".join(f"{array}[{COLUMN * i} + target] = {array}[{COLUMN * i} + source]" for i in range(count))

    source = f"""
def move(numbers, counts, source, target): {moved("numbers", 3 * d + 1)}; {moved("counts", 4)}
def get(numbers, at, j): return ({each("numbers[at + {at} + j]")},)
def put(numbers, at, j, p): {each("numbers[at + {at} + j] = p[{i}]", "; ")}
def same(p, q): return {each("(p[{i}] == q[{i}])", " & ")}
def choose(first, p, q): return ({each("p[{i}] if first else q[{i}]")},)
"""
    return define(source)
