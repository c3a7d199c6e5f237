"""Interval arithmetic in float64, rounded outward: an interval is a pair (low, high) that holds the exact number.

IEEE arithmetic rounds to nearest. So each bound is moved outward by a unit in the last place, with + - * alone, which
WebAssembly computes bit for bit (S. M. Rump, P. Zimmermann, S. Boldo & G. Melquiond, Computing predecessor and
successor in rounding to nearest, BIT 49, 2009, Algorithm 1).

Why `above` and `below` are always outward. Let v be a finite float and 2^e <= |v| < 2^(e + 1).

- The floats next to v are at most 2^(e - 52) away. So a number that rounds to v is at most 2^(e - 53) from it, and v
  plus more than 2^(e - 53) rounds to the float above v, or to a larger one.
- OVER_HALF |v| is at least (1 + 2^-52) 2^(e - 53). Where that is not subnormal, it is a float, so the rounded product
  is not below it: the shift is more than 2^(e - 53).
- Where the product is subnormal, it rounds by SMALLEST / 2 at most. Adding SMALLEST is then exact, and makes the shift
  more than 2^(e - 53) again.
- Where v is subnormal or 0, its neighbours are SMALLEST away, and so far it is shifted at least.

Beyond the largest float, `above` gives inf or NaN and `below` gives -inf or NaN; the operations hand NaN on to each
bound that depends on it, and comparisons with NaN are false. So an overflow never proves anything.

A fused multiply-add rounds less often: the bounds would still be outward, but no longer the same in WebAssembly.
Kernels are compiled without.
"""

from ..kernels import kernel

OVER_HALF = 2.0**-53 * (1 + 2.0**-52)
SMALLEST = 2.0**-1074


@kernel()
def above(v):
    """A float above every number that rounds to v: the next float, or the one after next."""
    return v + (abs(v) * OVER_HALF + SMALLEST)


@kernel()
def below(v):
    """A float below every number that rounds to v."""
    return v - (abs(v) * OVER_HALF + SMALLEST)


@kernel()
def add(a, b):
    """a + b."""
    return below(a[0] + b[0]), above(a[1] + b[1])


@kernel()
def scale(s, a):
    """s a, for a float s."""
    if s < 0:
        return below(s * a[1]), above(s * a[0])
    return below(s * a[0]), above(s * a[1])


@kernel()
def divide(a, s):
    """a / s, for a float s > 0."""
    return below(a[0] / s), above(a[1] / s)


@kernel()
def mean(a, b):
    """(a + b) / 2. It rounds once: halving is exact, but below 2^-1021, where the sum was exact."""
    return below(0.5 * (a[0] + b[0])), above(0.5 * (a[1] + b[1]))
