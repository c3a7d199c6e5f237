"""The terms of a search, Laurent monomials and logarithms, and what each adds to <grad c, v> for a polynomial field v.

Laurent polynomials are dicts {exponents: coefficient}; coefficients are elements of the field K of the system.
"""

import dataclasses
import math

import sympy


@dataclasses.dataclass(frozen=True)
class Monomial:
    """x^m, with exponents of either sign."""

    exponents: tuple

    @property
    def degree(self):
        return sum(map(abs, self.exponents))

    def expression(self, symbols):
        return sympy.Mul(*(x**k for x, k in zip(symbols, self.exponents)))

    def drift(self, field):
        """<grad x^m, v> as a Laurent polynomial: the sum of m_i x^m / x_i v_i."""
        result = {}
        for i, k in enumerate(self.exponents):
            for monomial, a in field[i].items() if k else ():
                shifted = _over(tuple(map(sum, zip(self.exponents, monomial))), i)
                result[shifted] = result.get(shifted, 0) + k * a
        return result

    def gradient(self, point):
        """The gradient at a point of K^n without zeros."""
        value = math.prod(x**k for x, k in zip(point, self.exponents))
        return [k * value / x for x, k in zip(point, self.exponents)]


@dataclasses.dataclass(frozen=True)
class Log:
    """log|P| of an irreducible polynomial P."""

    argument: object
    degree = math.inf                           # simpler than no monomial

    def expression(self, symbols):
        return sympy.log(sympy.Abs(self.argument.as_expr(*symbols)))

    def drift(self, field):
        """<grad P, v> / P as a Laurent polynomial; None when it is none.

        It has a pole on P = 0 then, which no other term has: log|P| has the coefficient 0 in every conserved sum.
        """
        along = sum((self.argument.diff(x) * part for x, part in zip(self.argument.ring.gens, field)),
                    self.argument.ring.zero)
        if self.argument in self.argument.ring.gens:
            i = self.argument.ring.gens.index(self.argument)
            return {_over(monomial, i): a for monomial, a in along.items()}
        cofactor, rest = along.div(self.argument)
        return None if rest else dict(cofactor)

    def gradient(self, point):
        """The gradient at a point where P is not 0."""
        value = self.argument(*point)
        return [self.argument.diff(x)(*point) / value for x in self.argument.ring.gens]


def _over(exponents, i):
    """The exponents of x^m / x_i."""
    return (*exponents[:i], exponents[i] - 1, *exponents[i + 1:])
