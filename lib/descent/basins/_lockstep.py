"""Many starts side by side: the same steps as one start at a time, for the arithmetic units that a processor has.

A lane holds a start on its way. All lanes take a step together, in a loop without branches, which LLVM turns into
vector instructions. A lane about which a rule may have something to say holds still; when enough lanes hold, the rules
of `verdict` are asked, lane by lane, and starts that are decided make room for the next ones. Since a lane does the
arithmetic of `fate` in the same order, it gets the same numbers, to the last bit.
"""

import functools
import math

from .._generated import define
from .._scratch import scratch
from .._vectors import vectors
from ..kernels import kernel
from ._kinds import ASK, BOUNDED, STABLE, UNDECIDED, UNSTABLE, WATCHED_GRADIENT2, ruling, verdict

LANES = 128
CROWD = 4                                       # the rules are asked when one lane in so many holds still
ROUNDING = 1e-9                                 # a margin for that of the bounds
LONGEST_PERIOD = 64                             # of the cycles that are found

# Columns of a lane: whole numbers …
AGE, CELL, RISES, KIND, MARK = (LANES * i for i in range(5))
INDEX, FATE, STEPS, RISEN, LIMIT = (LANES * i for i in range(5))     # … and of the list of those that have ended


@functools.cache
def columns(d):
    """Kernels for the columns of lanes."""
    def each(pattern, joint=", "):
        return joint.join(pattern.format(i=i, at=i * LANES) for i in range(d))

    def moved(array, count):
        return "; ".join(f"{array}[{LANES * i} + target] = {array}[{LANES * i} + source]" for i in range(count))

    source = f"""
def move(numbers, counts, source, target): {moved("numbers", 3 * d + 1)}; {moved("counts", 5)}
def get(numbers, at, j): return ({each("numbers[at + {at} + j]")},)
def put(numbers, at, j, p): {each("numbers[at + {at} + j] = p[{i}]", "; ")}
def same(p, q): return {each("(p[{i}] == q[{i}])", " & ")}
def choose(first, p, q): return ({each("p[{i}] if first else q[{i}]")},)
"""
    return define(source)


@functools.cache
def lockstep(f, start, record):
    """The kernel that finds the fate of every start of a table.

    lockstep(where, first, rows, nx, eta, neighbourhoods, max_steps, out): the starts are start(where, nx, i, j) for the
    rows i = first, …, first + rows - 1 and the columns j = 0, …, nx - 1, the rest is as for `fate`. Now and then it
    calls record(out, ended, ends, n, eta) for n starts that have ended. For k = 0, …, n - 1 ``ended[INDEX + k]`` is the
    start's index by rows, ``ended[FATE + k]`` its kind, STEPS, RISEN and LIMIT are as in `Basins`, and the point that
    decided is columns(d)["get"](ends, 0, k). What ``where`` and ``out`` are is the business of the two kernels.

    Parameters
    ----------
    f : Landscape
    start, record : kernels
    """
    space, d = vectors(f.dimension), f.dimension
    get, put, same, choose, move = (columns(d)[name] for name in ("get", "put", "same", "choose", "move"))
    POINT, SLOPE, FORMER, LOSS = (LANES * d * i for i in range(4))      # … and floats: p, grad f(p), a former p, f(p)
    value, gradient, decide, rule = f.kernels.value, f.kernels.gradient, verdict(f), ruling(f)
    descend, norm2, load = space.descend, space.norm2, space.load
    floats, wholes = scratch("float64", LOSS + LANES), scratch("int64", MARK + LANES)
    list_of_ended, list_of_ends = scratch("int64", LIMIT + LANES), scratch("float64", d * LANES)

    @kernel()
    def begin(numbers, counts, n, where, nx, i, j, cell, more, near):
        """Put `more` starts of row i, from column j on, into the lanes n, n + 1, …"""
        for k in range(more):
            p = start(where, nx, i, j + k)
            loss, slope = value(p), gradient(p)
            put(numbers, POINT, n + k, p)
            put(numbers, SLOPE, n + k, slope)
            put(numbers, FORMER, n + k, p)
            numbers[LOSS + n + k] = loss
            counts[AGE + n + k] = counts[RISES + n + k] = counts[MARK + n + k] = 0
            counts[CELL + n + k] = cell + k
            counts[KIND + n + k] = rule(p, loss, norm2(slope), near)

    @kernel()
    def advance(numbers, counts, n, eta, near, max_steps):
        """One step of the lanes that do not hold; how many hold afterwards."""
        held = 0
        for j in range(n):
            p, slope, loss = get(numbers, POINT, j), get(numbers, SLOPE, j), numbers[LOSS + j]
            before = counts[KIND + j]
            moves = before == UNDECIDED
            q = descend(p, eta, slope)
            after, onward = value(q), gradient(q)
            age = counts[AGE + j] + moves
            counts[AGE + j] = age
            counts[RISES + j] += moves & (norm2(slope) > WATCHED_GRADIENT2) & (not after < loss)
            kind = rule(q, after, norm2(onward), near)
            kind = ASK if (kind == UNDECIDED) & ((age == max_steps) | same(q, get(numbers, FORMER, j))) else kind
            kind = kind if moves else before
            counts[KIND + j] = kind
            held += kind != UNDECIDED
            put(numbers, POINT, j, choose(moves, q, p))
            put(numbers, SLOPE, j, choose(moves, onward, slope))
            numbers[LOSS + j] = after if moves else loss
        return held

    @kernel()
    def run_on(p, loss, eta, period, left):
        """`left` more steps from a point of a cycle: rises on the way, and where they end."""
        once, tail, last, q = 0, 0, p, p
        for k in range(period):
            if k == left % period:
                tail, last = once, q
            slope = gradient(q)
            q = descend(q, eta, slope)
            after = value(q)
            if norm2(slope) > WATCHED_GRADIENT2 and not after < loss:
                once += 1
            loss = after
        return left // period * once + tail, last

    @kernel()
    def finish(numbers, counts, n, eta, neighbourhoods, max_steps, ended, ends):
        """Put the starts that are decided into a list, and close up: how many they are, how many lanes are left."""
        found = j = 0
        while j < n:
            kind = counts[KIND + j]
            if kind == UNDECIDED:
                j += 1
                continue
            p, steps, rises, limit = get(numbers, POINT, j), counts[AGE + j], counts[RISES + j], 0
            if kind == ASK:
                loss = numbers[LOSS + j]
                kind, limit, _ = decide(p, loss, norm2(get(numbers, SLOPE, j)), neighbourhoods)
                if kind == UNDECIDED and steps < max_steps:
                    period = steps - counts[MARK + j]
                    if period == 0 or not same(p, get(numbers, FORMER, j)):
                        counts[KIND + j] = UNDECIDED
                        j += 1
                        continue
                    more, p = run_on(p, loss, eta, period, max_steps - steps)
                    rises, steps = rises + more, max_steps      # round and round, until the steps are done
            kind = BOUNDED if kind == UNDECIDED else kind
            ended[FATE + found] = UNSTABLE if (kind == STABLE) & (rises > 0) else kind
            ended[INDEX + found], ended[STEPS + found], ended[RISEN + found] = counts[CELL + j], steps, rises
            ended[LIMIT + found] = limit if kind == STABLE else -1
            put(ends, 0, found, p)
            found += 1
            n -= 1
            move(numbers, counts, n, j)
        return found, n

    @kernel()
    def bounds(neighbourhoods):
        """The level below which, and the square of the radius about 0 within which, all neighbourhoods lie."""
        level, reach = -math.inf, 0.0
        for i in range(neighbourhoods.shape[0]):
            level = max(level, neighbourhoods[i, d + 1])
            reach = max(reach, math.sqrt(norm2(load(neighbourhoods[i]))) + math.sqrt(neighbourhoods[i, d]))
        return level, reach * reach * (1 + ROUNDING)

    @kernel()
    def lockstep(where, first, rows, nx, eta, neighbourhoods, max_steps, out):
        numbers, counts, ended, ends = floats(), wholes(), list_of_ended(), list_of_ends()
        near = bounds(neighbourhoods)
        n = held = begun = time = 0
        while True:
            if held * CROWD >= n:
                found, n = finish(numbers, counts, n, eta, neighbourhoods, max_steps, ended, ends)
                record(out, ended, ends, found, eta)
                if n <= LANES // 2:
                    while n < LANES and begun < rows * nx:
                        i, j = begun // nx, begun % nx
                        more = min(LANES - n, nx - j)
                        begin(numbers, counts, n, where, nx, first + i, j, begun, more, near)
                        begun, n = begun + more, n + more
                    if n == 0:
                        return
            if time % LONGEST_PERIOD == 0:
                for j in range(n):
                    put(numbers, FORMER, j, get(numbers, POINT, j))
                    counts[MARK + j] = counts[AGE + j]
            held = advance(numbers, counts, n, eta, near, max_steps)
            time += 1

    return lockstep
