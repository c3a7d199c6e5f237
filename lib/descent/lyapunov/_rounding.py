"""Shorter rationals below what they stand for."""

import fractions
import math

DIGITS = 6


def below(number):
    """A rational strictly below a number that is not 0: its first six digits, or seven."""
    unit = fractions.Fraction(1)
    while abs(number) < 10 ** (DIGITS - 1) * unit:
        unit /= 10
    while abs(number) >= 10**DIGITS * unit:
        unit *= 10
    return (math.ceil(number / unit) - 1) * unit


def root_below(number):
    """A rational strictly below the square root of a positive number."""
    scale = 10**DIGITS
    while number * scale**2 < 100**DIGITS:
        scale *= 10
    return fractions.Fraction(math.isqrt(math.ceil(number * scale**2) - 1), scale)
