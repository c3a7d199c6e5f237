"""Plain arithmetic for the verifier: polynomials are dicts {exponents: Fraction} without zeros.

It shares no code with the prover but the parser of formulas.
"""

import functools
import itertools
import math
from fractions import Fraction

from ..landscapes._grammar import parse

MOST_PRODUCTS = 300_000                         # of terms, to multiply two polynomials
LARGEST_POWER = 40
LARGEST_DEGREE = 300                            # in one variable
LONGEST_NUMBER = 20_000                         # bits of a coefficient
DEEPEST = 20                                    # bisections of one side
MOST_SIGNS = 8                                  # pieces of both signs: 2^8 patterns


class Rejected(Exception):
    """A certificate that does not hold; says why."""


def demand(condition, otherwise):
    if not condition:
        raise Rejected(otherwise)


def constant(c, dimension):
    return {(0,) * dimension: Fraction(c)} if c else {}


def coordinate(i, dimension):
    return {tuple(int(j == i) for j in range(dimension)): Fraction(1)}


def add(p, q, factor=1):
    """p + factor q."""
    total = dict(p)
    for n, c in q.items():
        total[n] = total.get(n, 0) + factor * c
    return {n: c for n, c in total.items() if c}


def multiply(p, q):
    demand(len(p) * len(q) <= MOST_PRODUCTS, "a polynomial is too long")
    demand(max(map(max, filter(None, (*p, *q))), default=0) <= LARGEST_DEGREE, "a polynomial has too high a degree")
    demand(all(c.numerator.bit_length() + c.denominator.bit_length() <= LONGEST_NUMBER
               for c in (*p.values(), *q.values())), "a polynomial has too long a number")
    product = {}
    for (m, a), (n, b) in itertools.product(p.items(), q.items()):
        key = tuple(i + j for i, j in zip(m, n))
        product[key] = product.get(key, 0) + a * b
    return {n: c for n, c in product.items() if c}


def power(p, k, dimension):
    return functools.reduce(multiply, [p] * k, constant(1, dimension))


def derivative(p, i):
    return {(*n[:i], n[i] - 1, *n[i + 1:]): c * n[i] for n, c in p.items() if n[i]}


def value(p, point):
    return sum((c * math.prod(x**k for x, k in zip(point, n)) for n, c in p.items()), start=Fraction(0))


def divide(p, q):
    """The quotient of p by q, and the remainder: no term of it is divisible by the leading term of q."""
    lead = max(q)
    quotient, remainder, rest = {}, {}, dict(p)
    while rest:
        n = max(rest)
        shift = tuple(i - j for i, j in zip(n, lead))
        if min(shift, default=0) < 0:
            remainder[n] = rest.pop(n)
            continue
        term = {shift: rest[n] / q[lead]}
        quotient = add(quotient, term)
        rest = add(rest, multiply(term, q), -1)
    return quotient, remainder


def is_constant(p):
    return all(not any(n) for n in p)


class Reading:
    """Reads formulas as P / Q, their variables replaced by polynomials; nothing is cancelled.

    ``sign(P, Q)`` gives the signs of the arguments of absolute values. ``divisors`` and ``arguments`` collect the
    numerators of what is divided by and of those arguments.
    """

    def __init__(self, variables, values, dimension, sign=None):
        self.variables, self.values, self.sign = variables, dict(zip(variables, values)), sign
        self.divisors, self.arguments = [], []
        self.dimension, self.one = dimension, constant(1, dimension)

    def read(self, text):
        return self.of(parse(text, self.variables))

    def of(self, node):
        P, Q = self._of(node)
        if is_constant(Q):
            P, Q = {n: c / max(Q.values()) for n, c in P.items()}, self.one
        return P, Q

    def _of(self, node):
        if node.kind == "number":
            return constant(node.value, self.dimension), self.one
        if node.kind == "variable":
            return self.values[node.value], self.one
        if node.kind == "power":
            return self.power(*node.children)
        if node.kind == "call" and node.value == "abs":
            P, Q = self.of(node.children[0])
            if is_constant(P) and Q == self.one:
                return {n: abs(c) for n, c in P.items()}, Q
            if self.sign is not None:
                self.arguments.append(P)
                return {n: c * self.sign(P, Q) for n, c in P.items() if self.sign(P, Q)}, Q
        if node.kind in ("constant", "call"):
            raise Rejected(f"{node.value} is no quotient of polynomials")
        P, Q = self.of(node.children[0])
        if node.kind == "negative":
            return {n: -c for n, c in P.items()}, Q
        for joint, child in zip(node.value, node.children[1:]):
            R, S = self.of(child)
            if joint == "*":
                P, Q = multiply(P, R), multiply(Q, S)
            elif joint == "/":
                P, Q = multiply(P, S), multiply(Q, self.divisor(R))
            else:
                R = {n: c if joint == "+" else -c for n, c in R.items()}
                P, Q = (add(P, R), Q) if Q == S else (add(multiply(P, S), multiply(R, Q)), multiply(Q, S))
        return P, Q

    def power(self, base, exponent):
        k, one = self.of(exponent)
        demand(is_constant(k) and one == self.one, "there is a variable in an exponent")
        k = sum(k.values())
        demand(k.denominator == 1 and abs(k) <= LARGEST_POWER, "an exponent is no whole number, or too large")
        k = int(k)
        if k % 2 == 0 and base.kind == "call" and base.value == "abs":
            base = base.children[0]
        P, Q = self.of(base)
        if k < 0:
            P, Q, k = Q, self.divisor(P), -k
        return power(P, k, self.dimension), power(Q, k, self.dimension)

    def divisor(self, P):
        if not P:
            raise Rejected("a formula divides by 0")
        self.divisors.append(P)
        return P


def plainly(variables, sign=None):
    """A `Reading` in the variables, and A as the last variable of the polynomials."""
    n = len(variables) + 1
    return Reading(variables, [coordinate(i, n) for i in range(n - 1)], n, sign)


def gradient(pieces, signs):
    """w = sum_s signs_s grad h_s, times the squares of the denominators of the h_s = P_s / Q_s."""
    w = []
    for i in range(len(next(iter(pieces[0][1]))) - 1):
        total = {}
        for s, (P, Q) in enumerate(pieces):
            slope = add(multiply(derivative(P, i), Q), multiply(P, derivative(Q, i)), -1)
            for t, (_, other) in enumerate(pieces):
                slope = multiply(slope, multiply(other, other)) if t != s else slope
            total = add(total, slope, signs[s])
        w.append(total)
    return w


def negative_on(p, box):
    """Whether all Bernstein coefficients of p on the box are negative; then p is.

    With x = low + (high - low) t and t^j = sum_k C(k, j) / C(n, j) B_k of degree n.
    """
    coefficients = {n: c.numerator * (math.lcm(*(c.denominator for c in p.values())) // c.denominator)
                    for n, c in p.items()}
    for i, (low, high) in enumerate(box):
        degree = max((n[i] for n in p), default=0)
        rows, total = _monomials(degree, low, high), {}
        for n, c in coefficients.items():
            for k, b in enumerate(rows[n[i]]):
                key = (*n[:i], k, *n[i + 1:])
                total[key] = total.get(key, 0) + c * b
        coefficients = total
    return bool(p) and max(coefficients.values()) < 0


@functools.lru_cache(256)
def _monomials(degree, low, high):
    """The Bernstein coefficients of x^0 … x^degree on [low, high], times a positive number: integers."""
    rows = [[sum(math.comb(m, j) * low ** (m - j) * (high - low) ** j * Fraction(math.comb(k, j), math.comb(degree, j))
                 for j in range(min(m, k) + 1)) for k in range(degree + 1)] for m in range(degree + 1)]
    scale = math.lcm(*(c.denominator for row in rows for c in row))
    return [[int(c * scale) for c in row] for row in rows]


def leaves(tree, axes, box):
    """The boxes of the "0" of a tree of bisections: each "1" halves a side, the sides of the axes in turn."""
    stack = [(list(box), 0)]
    for mark in tree:
        if not stack or mark not in "01":
            raise Rejected("a tree of bisections is no tree")
        sides, depth = stack.pop()
        if mark == "0":
            yield sides
        else:
            demand(axes and depth < DEEPEST * len(box), "a box is bisected too often")
            i = axes[depth % len(axes)]
            low, high = sides[i]
            middle = (low + high) / 2
            stack += [(sides[:i] + [half] + sides[i + 1:], depth + 1) for half in ((middle, high), (low, middle))]
    if stack:
        raise Rejected("a tree of bisections leaves a part of the box out")
