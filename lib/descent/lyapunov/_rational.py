"""Formulas as quotients P / Q of polynomials over the rationals, with nothing cancelled.

What must not vanish for a formula to be that quotient are its divisors; what must not change sign, the arguments of its
absolute values. Both are read off the formula as it is written, so that whoever reads it again finds the same.
"""

import fractions
import math

import flint
import sympy

from .._symbolic import rational
from ..landscapes._grammar import parse


def ring(variables):
    """The ring of polynomials in the variables, and last the step A, which has a name that no variable has."""
    return flint.fmpq_mpoly_ctx.get(with_step(variables), "lex")


def with_step(variables):
    """The names of the variables and of the step: A, or A_, A__ … where the names before are taken."""
    step = "A"
    while step in variables:
        step += "_"
    return (*variables, step)


def exact(number):
    """A Fraction as an fmpq."""
    return flint.fmpq(number.numerator, number.denominator)


def fraction(number):
    """An fmpq as a Fraction."""
    return fractions.Fraction(int(number.numerator), int(number.denominator))


def evaluated(P, point):
    """The Fraction P(x, A = 0) at a point x of Fractions."""
    return fraction(P(*map(exact, point), 0))


def at_rest(P):
    """P(x, A = 0), a polynomial."""
    return P.context().from_dict({exponents: c for exponents, c in P.to_dict().items() if exponents[-1] == 0})


def written(expression):
    """A SymPy expression as text of the grammar of `descent.landscapes.from_formula`; floats as shortest decimals."""
    changes = {number: rational("number", number) for number in expression.atoms(sympy.Float)}
    return str(expression.xreplace(changes | {sympy.E: sympy.Symbol("e")})).replace("Abs(", "abs(")


LARGEST_POWER = 40
MOST_TERMS = 10**5                              # of a power of a polynomial


class NotRational(ValueError):
    """A formula that is no quotient of polynomials over the rationals."""


class Reader:
    """Reads formulas into pairs (P, Q) of polynomials.

    ``sign(P, Q)`` is asked for the sign of every argument of an absolute value. ``divisors`` and ``arguments`` collect
    the numerators of what is divided by and of the arguments of absolute values.
    """

    def __init__(self, name, variables, sign=None):
        self.name, self.variables, self.sign = name, tuple(variables), sign
        self.ring = ring(variables)
        self.divisors, self.arguments = [], []

    def read(self, text):
        """(P, Q) of a text; where Q is constant, Q = 1."""
        self.text = text
        return self._read(parse(text, self.variables))

    def _read(self, node):
        P, Q = getattr(self, "_" + node.kind)(node)
        return (P / Q.leading_coefficient(), self.ring.constant(1)) if Q.is_constant() else (P, Q)

    def _number(self, node):
        return self.ring.constant(flint.fmpq(node.value.numerator, node.value.denominator)), self.ring.constant(1)

    def _variable(self, node):
        return self.ring.gens()[self.variables.index(node.value)], self.ring.constant(1)

    def _constant(self, node):
        self._refuse(node.value)

    def _negative(self, node):
        P, Q = self._read(node.children[0])
        return -P, Q

    def _sum(self, node):
        P, Q = self._read(node.children[0])
        for joint, child in zip(node.value, node.children[1:]):
            R, S = self._read(child)
            R = R if joint == "+" else -R
            P, Q = (P + R, Q) if Q == S else (P * S + R * Q, Q * S)
        return P, Q

    def _product(self, node):
        P, Q = self._read(node.children[0])
        for joint, child in zip(node.value, node.children[1:]):
            R, S = self._read(child)
            P, Q = (P * R, Q * S) if joint == "*" else (P * S, Q * self._divisor(R))
        return P, Q

    def _power(self, node):
        base, exponent = node.children
        n = self._number_of(exponent)
        if n.denominator != 1:
            self._refuse(f"the exponent {n}")
        if n % 2 == 0 and base.kind == "call" and base.value == "abs":
            base = base.children[0]             # |p|^2 = p^2, whatever the sign
        P, Q = self._read(base)
        n = int(n)
        if abs(n) > LARGEST_POWER or any(math.comb(p.total_degree() * abs(n) + len(self.variables),
                                                   len(self.variables)) > MOST_TERMS for p in (P, Q)):
            self._refuse(f"a power that is too long, with the exponent {n}")
        return (P**n, Q**n) if n >= 0 else (Q**-n, self._divisor(P) ** -n)

    def _call(self, node):
        if node.value != "abs":
            self._refuse(node.value)
        P, Q = self._read(node.children[0])
        if P.is_constant() and Q.is_one():
            return self.ring.constant(abs(P.leading_coefficient())) if P else P, Q
        if self.sign is None:
            self._refuse("abs")
        _collect(P, self.arguments)
        return P * self.sign(P, Q), Q

    def _divisor(self, P):
        if not P:
            raise NotRational(f"{self.name}={self.text} divides by 0")
        _collect(P, self.divisors)
        return P

    def _number_of(self, node):
        P, Q = self._read(node)
        if not (P.is_constant() and Q.is_one()):
            self._refuse("a variable exponent")
        return fraction(P.leading_coefficient()) if P else fractions.Fraction(0)

    def _refuse(self, what):
        raise NotRational(f"{self.name}={self.text} has {what}; it must be a quotient of polynomials with rational "
                          "coefficients, or of absolute values of such")


def _collect(P, polynomials):
    if not P.is_constant() and P not in polynomials:
        polynomials.append(P)
