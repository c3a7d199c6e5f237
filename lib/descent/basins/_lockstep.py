"""Many starts side by side: the same steps as one start at a time, for the arithmetic units that a processor has.

A lane holds a start on its way. All lanes take a step together, in a loop without branches, which LLVM turns into
vector instructions. A lane about which a rule may have something to say holds still; when enough time is lost by that,
the rules of `verdict` are asked, and starts that are decided make room for the next ones. Since a lane does the
arithmetic of `fate` in the same order, it gets the same numbers, to the last bit.
"""

import functools
import math

from .._scratch import scratch
from .._vectors import vectors
from ..kernels import kernel
from ._kinds import ASK, BOUNDED, OTHER, STABLE, UNDECIDED, UNSTABLE, WATCHED_GRADIENT2, ruling, verdict
from ._lanes import AGE, CELL, COLUMN, GOES, KIND, LANES, LIST, MARK, RISES, columns

ABREAST = 16                                    # advance in groups of so many: no vector is left half full
PATIENCE = 2                                    # steps that may be lost in each lane before the rules are asked
ROUNDING = 1e-9                                 # a margin for that of the bounds
LOOK = 16                                       # steps between two looks whether a lane is where it has been before
REMEMBER, SHARE = 48, 8                         # … at a point so many steps ago, or such a share of its age


@functools.cache
def lockstep(f, start, record, proved):
    """The kernel that finds the fate of every start of a table.

    lockstep(where, first, rows, nx, eta, neighbourhoods, max_steps, out): the starts are start(where, nx, i, j) for the
    rows i = first, …, first + rows - 1 and the columns j = 0, …, nx - 1, the rest is as for `fate`. For each start it
    calls record(out, cell, kind, steps, rises, limit, p, eta): its index by rows, and as in `Basins`, with the point p
    that decided; before, when the start begins, with what it overwrites then. What ``where`` and ``out`` are is the
    business of the two kernels.

    Parameters
    ----------
    f : Landscape
    start, record : kernels
    proved : whether starts are stopped in neighbourhoods; without, ``neighbourhoods`` has no rows
    """
    space, d = vectors(f.dimension), f.dimension
    get, put, same, choose, move = (columns(d)[name] for name in ("get", "put", "same", "choose", "move"))
    POINT, SLOPE, FORMER, LOSS = (COLUMN * d * i for i in range(4))     # … and floats: p, grad f(p), a former p, f(p)
    value, gradient, decide, rule = f.kernels.value, f.kernels.gradient, verdict(f), ruling(f, proved)
    descend, norm2, load = space.descend, space.norm2, space.load
    floats, wholes = scratch("float64", LOSS + COLUMN), scratch("int64", LIST + COLUMN)

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
            counts[GOES + n + k] = -1 if rule(p, loss, norm2(slope), near) == UNDECIDED else 0

    @kernel()
    def advance(numbers, counts, n, eta, near):
        """One step of the lanes that go on; how many hold afterwards."""
        held = n
        for j in range(n):
            p, slope, loss = get(numbers, POINT, j), get(numbers, SLOPE, j), numbers[LOSS + j]
            age, rises, goes = counts[AGE + j], counts[RISES + j], counts[GOES + j]
            moves = goes != 0
            q = descend(p, eta, slope)
            after, onward = value(q), gradient(q)
            age -= goes
            rises = rises + 1 if moves & (norm2(slope) > WATCHED_GRADIENT2) & (not after < loss) else rises
            goes = -1 if moves & (rule(q, after, norm2(onward), near) == UNDECIDED) else 0
            put(numbers, POINT, j, choose(moves, q, p))
            put(numbers, SLOPE, j, choose(moves, onward, slope))
            numbers[LOSS + j] = after if moves else loss
            counts[AGE + j], counts[RISES + j], counts[GOES + j] = age, rises, goes
            held += goes
        return held

    @kernel()
    def look(numbers, counts, n):
        """Hold the lanes that are where they have been before; others remember where they are, if it is time to."""
        for j in range(n):
            p, former, age, mark = get(numbers, POINT, j), get(numbers, FORMER, j), counts[AGE + j], counts[MARK + j]
            back = same(p, former) & (mark < age)
            due = (not back) & (age - mark >= max(REMEMBER, age // SHARE))
            counts[GOES + j] = 0 if back else counts[GOES + j]
            counts[MARK + j] = age if due else mark
            put(numbers, FORMER, j, choose(due, p, former))

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
    def judge(numbers, counts, n, near, max_steps):
        """The kind of each lane, as far as that goes without branches; none holds any longer."""
        for j in range(n):
            kind = rule(get(numbers, POINT, j), numbers[LOSS + j], norm2(get(numbers, SLOPE, j)), near)
            over = (counts[AGE + j] == max_steps) | (counts[GOES + j] == 0)
            counts[KIND + j] = ASK if over & (kind == UNDECIDED) else kind
            counts[GOES + j] = -1

    @kernel()
    def finish(numbers, counts, n, eta, neighbourhoods, near, max_steps, out):
        """Record the starts that are decided, and close up: how many lanes are left."""
        judge(numbers, counts, n, near, max_steps)
        decided = 0
        for j in range(n):                      # a list first, without branches: no processor could guess them
            counts[LIST + decided] = j
            decided += counts[KIND + j] != UNDECIDED
        for i in range(decided - 1, -1, -1):    # from the end, so the last lane is always one that goes on
            j = counts[LIST + i]
            kind, limit = counts[KIND + j], 0
            p, steps, rises = get(numbers, POINT, j), counts[AGE + j], counts[RISES + j]
            if kind == ASK:
                loss = numbers[LOSS + j]
                kind, limit, _ = decide(p, loss, norm2(get(numbers, SLOPE, j)), neighbourhoods)
                if kind == UNDECIDED and steps < max_steps:
                    period = steps - counts[MARK + j]
                    if period == 0 or not same(p, get(numbers, FORMER, j)):
                        continue
                    more, p = run_on(p, loss, eta, period, max_steps - steps)
                    rises, steps = rises + more, max_steps      # round and round, until the steps are done
            kind = BOUNDED if kind == UNDECIDED else kind
            fate = UNSTABLE if (kind == STABLE) & (rises > 0) else kind
            record(out, counts[CELL + j], fate, steps, rises, limit if kind == STABLE else -1, p, eta)
            n -= 1
            if j < n:
                move(numbers, counts, n, j)
        return n

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
        numbers, counts = floats(), wholes()
        for j in range(LOSS + COLUMN):
            numbers[j] = 0.0
        near = bounds(neighbourhoods)
        n = wide = held = lost = begun = time = deadline = 0
        while True:
            if lost >= PATIENCE * n or held == n or time == deadline:
                n = finish(numbers, counts, n, eta, neighbourhoods, near, max_steps, out)
                while n < LANES and begun < rows * nx:
                    i, j = begun // nx, begun % nx
                    more = min(LANES - n, nx - j)
                    for k in range(more):       # row by row first: what is then overwritten here and there is at hand
                        record(out, begun + k, OTHER, 0, 0, -1, start(where, nx, first + i, j), eta)
                    begin(numbers, counts, n, where, nx, first + i, j, begun, more, near)
                    begun, n = begun + more, n + more
                if n == 0:
                    return
                lost = 0
                wide = (n + ABREAST - 1) // ABREAST * ABREAST
                for j in range(n, wide):        # empty lanes hold
                    counts[GOES + j] = 0
            if time == deadline:
                oldest = 0
                for j in range(n):
                    oldest = max(oldest, counts[AGE + j])
                deadline = time + max_steps - oldest
            if time % LOOK == 0:
                look(numbers, counts, n)
            held = advance(numbers, counts, wide, eta, near) - (wide - n)
            lost += held
            time += 1

    return lockstep
