"""Whether an expression is the zero function: exact, by polynomial arithmetic over a tower of generators.

Each exp(m), |p|^(1/q), log|p|, root of a constant and pi becomes a generator: a new variable, subject to the polynomial
relation that it satisfies, |p|^2 = p^2 for example. When the numerator reduces to 0 modulo the relations, the
expression is 0 wherever it is defined: every generator stands for a function with that relation. When it does not, a
rational point where ball arithmetic excludes 0 proves that the expression is not 0.
"""

import functools
import math
import random

import flint
import sympy
from sympy.polys.rings import PolyRing

from ..landscapes._formula import _terms

LONGEST = 10**5                                 # terms of a numerator, before they cancel
LONGEST_FACTORED = 1000                         # terms of a polynomial under a root, a logarithm or an absolute value
PRECISION = 200                                 # bits, of a ball
FIRST_POINTS, MORE_POINTS = 6, 60
SCALES = (1, 4, sympy.Rational(1, 4))           # of the points
TRIAL_DIVISION = 10**4                          # primes up to here are split off constants under roots


class Size(sympy.Function):
    """|u|. SymPy's Abs differentiates to real and imaginary parts, as its plain symbols are complex."""

    nargs = 1

    def fdiff(self, argindex=1):
        return Sign(self.args[0])


class Sign(sympy.Function):
    """sign(u), where u is not 0."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sympy.S.Zero


def vanishes(expression, symbols):
    """True: 0 wherever it is defined; False: not 0 somewhere; None: undecided.

    Parameters
    ----------
    expression : SymPy expression of +, *, rational and constant powers, exp, log, sin, cos, tan, `Size`, `Sign`
    symbols : its variables

    Raises
    ------
    ValueError
        When the numerator may have more than 10^5 terms, or a polynomial within a function more than 1000.
    """
    points = _points(len(symbols))
    if _refuted(expression, symbols, points[:FIRST_POINTS]):
        return False
    rest = _Tower().normal_form(expression, symbols)
    if rest == 0:
        return True
    if rest.free_symbols <= set(symbols):       # a polynomial
        return False
    return False if _refuted(expression, symbols, points[FIRST_POINTS:]) else None


class _Tower:
    """The generators of one expression; those that stand for positive functions are positive symbols."""

    def __init__(self):
        self.symbols, self.meanings = {}, {}    # what it stands for -> symbol, and back; later ones rest on earlier
        self.relations = []                     # expressions in variables and generators that are 0

    def normal_form(self, expression, symbols):
        """The numerator modulo the relations, in variables and new symbols."""
        expression = self.rewrite(expression)
        if expression.has(sympy.zoo, sympy.nan):
            raise ValueError("the expression divides by 0 wherever it is real")
        places = [expression, *self.relations]
        roots = self.roots(places)
        order = [root.as_base_exp()[0] for root in reversed(roots.values())]
        ring = PolyRing([*order, *symbols], sympy.QQ, sympy.lex)
        expression, *places = (ring.from_expr(_numerator(place.xreplace(roots))) for place in places)
        # the latest first: they have the generators that come first in the order
        return expression.rem([relation for relation in places[::-1] if relation]).as_expr()

    def generator(self, *meaning, positive=True):
        """The symbol of a function, and whether it is new."""
        new = meaning not in self.symbols
        if new:
            symbol = sympy.Dummy(positive=True if positive else None)
            self.symbols[meaning], self.meanings[symbol] = symbol, meaning
        return self.symbols[meaning], new

    def rewrite(self, e):
        """e in variables and generators."""
        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*map(self.rewrite, e.args))
        if e.is_Pow and e.exp.is_Integer:
            return self.rewrite(e.base) ** e.exp
        if e.is_Pow:
            self.assume_positive(e.base)        # a root is real only there
            return self.size(e.base, e.exp)
        if e is sympy.E or isinstance(e, sympy.exp):
            return self.exponential(sympy.S.One if e is sympy.E else e.args[0])
        if isinstance(e, Size):
            return self.size(e.args[0], sympy.S.One)
        if isinstance(e, Sign):
            return self.size(e.args[0], sympy.S.One) / self.rewrite(e.args[0])
        if isinstance(e, sympy.log):
            self.assume_positive(e.args[0])
            return sympy.Add(*(k * self.logarithm(p) for p, k in self.factors(e.args[0])))
        if isinstance(e, (sympy.sin, sympy.cos, sympy.tan)):
            i, new = self.generator("i", positive=False)
            self.relations += [i**2 + 1] * new
            turn = self.exponential(sympy.I * e.args[0])
            sine, cosine = -i * (turn - 1 / turn) / 2, (turn + 1 / turn) / 2
            return {sympy.sin: sine, sympy.cos: cosine, sympy.tan: sine / cosine}[e.func]
        return self.generator(e)[0]             # pi

    def exponential(self, u):
        """exp(u), as a product of rational powers of exp(m)."""
        return sympy.Mul(*(self.generator("exp", m, positive=not m.has(sympy.I))[0] ** q
                           for m, q in short(u).expand().as_coefficients_dict().items()))

    def logarithm(self, p):
        """log|p| of an irreducible factor."""
        kind, *rest = self.meanings.get(p, (None,))
        return self.rewrite(rest[0]) if kind == "exp" else self.generator("log", p, positive=False)[0]

    def size(self, u, exponent):
        """|u|^exponent for a constant exponent, as a product over the irreducible factors of u."""
        result = sympy.S.One
        for m, q in short(exponent).expand().as_coefficients_dict().items():
            for p, k in self.factors(u):
                if m != 1:                      # an irrational power: no relation
                    result *= self.generator("power", p, m)[0] ** (q * k)
                elif p in self.meanings and p.is_positive:
                    result *= p ** (q * k)
                else:
                    symbol, new = self.generator("size", p)
                    sure = p.is_Integer or u.is_number and _sign(u)         # factors made it positive
                    self.relations += [symbol - p if sure else symbol**2 - p**2] * new
                    result *= symbol ** (q * k)
        return result

    def assume_positive(self, u):
        if not u.is_number:
            self.relations.append(self.size(u, sympy.S.One) - self.rewrite(u))

    def factors(self, u):
        """[(p, k), …] with |u| the product of |p|^k; p primes, irreducible polynomials, or whatever has no factors."""
        rewritten = self.rewrite(u)
        if u.is_number and not rewritten.is_Rational:
            return [(-rewritten if _sign(u) < 0 else rewritten, 1)]
        if u.has(sympy.sin, sympy.cos, sympy.tan):
            return [(rewritten, 1)]             # its factors would be complex
        found, roots = [], self.roots([rewritten])
        back = {root.as_base_exp()[0]: g ** (1 / root.as_base_exp()[1]) for g, root in roots.items()}
        for part, sign in zip(sympy.together(rewritten.xreplace(roots)).as_numer_denom(), (1, -1)):
            constant, factors = sympy.factor_list(short(part, LONGEST_FACTORED))
            found += [(p, k * sign) for p, k in _primes(constant)]
            for p, k in factors:
                base, power = p.xreplace(back).as_base_exp()
                kind, *rest = self.meanings.get(base, (None,))
                found.append((rest[0] if kind == "size" else base, k * power * sign))
        return found

    def roots(self, places):
        """{generator: root ** n}, such that in these places only whole powers of the roots occur."""
        return {g: sympy.Dummy(positive=True) ** math.lcm(*(int(power.exp.q) for place in places
                                                            for power in place.atoms(sympy.Pow) if power.base == g))
                for g in self.meanings}


def _primes(rational):
    """[(p, k), …] with |rational| the product of p^k; large factors are left whole."""
    return [(sympy.Integer(p), k * sign) for number, sign in ((rational.p, 1), (rational.q, -1))
            for p, k in sympy.factorint(abs(number), limit=TRIAL_DIVISION).items()]


def _numerator(expression):
    return short(sympy.fraction(sympy.together(expression))[0])


def short(polynomial, most=LONGEST):
    """The polynomial, if it has at most so many terms when it is expanded."""
    if _terms(polynomial) > most:
        raise ValueError(f"a polynomial of up to {_terms(polynomial)} terms would have to be expanded, at most {most} "
                         f"are: {str(polynomial)[:60]}…")
    return polynomial


@functools.cache
def _points(dimension):
    """Rational points, the same in every run, at several scales; every other one has positive entries."""
    draw = random.Random(20260208)
    return [[SCALES[i % len(SCALES)] * sympy.Rational(draw.randint(1 if i % 2 else -10**4, 10**4), 10**4)
             for _ in range(dimension)] for i in range(MORE_POINTS)]


def _refuted(expression, symbols, points):
    """Whether the expression is proved to be other than 0 at one of the points."""
    return any(_sign(expression, dict(zip(symbols, point))) for point in points)


def _sign(expression, at=None):
    """1 or -1 where ball arithmetic proves the sign; else 0."""
    before = flint.ctx.prec
    try:
        flint.ctx.prec = PRECISION
        value = ball(expression, at)
        return (value > 0) - (value < 0) if value.is_finite() else 0
    finally:
        flint.ctx.prec = before


def ball(e, at):
    """A ball that contains the value of the expression at a rational point; not finite where it is not real."""
    if e.is_Symbol:
        return ball(at[e], at)
    if e.is_Rational:
        return flint.arb(flint.fmpq(int(e.p), int(e.q)))
    if e.is_NumberSymbol:
        return {sympy.pi: flint.arb.pi, sympy.E: flint.arb.const_e}[e]()
    parts = [ball(part, at) for part in e.args]
    if e.is_Add:
        return sum(parts[1:], parts[0])
    if e.is_Mul:
        return math.prod(parts[1:], start=parts[0])
    if e.is_Pow and e.exp.is_Integer:
        return parts[0] ** int(e.exp)
    if e.is_Pow:
        return parts[0] ** parts[1] if parts[0] > 0 else flint.arb.nan()
    if isinstance(e, sympy.log):
        return parts[0].log() if parts[0] > 0 else flint.arb.nan()
    return {Size: abs, Sign: flint.arb.sgn, sympy.exp: flint.arb.exp, sympy.sin: flint.arb.sin,
            sympy.cos: flint.arb.cos, sympy.tan: flint.arb.tan}[e.func](parts[0])
