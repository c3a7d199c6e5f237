"""The verifier: that f is made of the pieces h_s as a certificate says."""

import functools
import math
from fractions import Fraction

from ..landscapes._grammar import parse
from ._polynomials import Rejected, add, constant, demand, divide, is_constant, multiply, plainly, power, value


def check_form(z, pieces):
    """f = phi(|h|), or a sum of |h_s|, or of weights_s h_s^2, or q h^2 with q > 0 at the point."""
    counts = {"modulus": 1, "multiple": 1, "moduli": len(pieces), "squares": len(pieces)}
    demand(z.kind in counts and len(pieces) == counts[z.kind] > 0, "f is of no known form")
    demand(len(z.weights) == (len(pieces) if z.kind == "squares" else 0), "weights for another form of f")
    if z.kind == "modulus":
        demand(_is_power(z, *pieces[0]) or _has_even_powers(z, *pieces[0]), "f is not seen to increase with |h|")
    elif z.kind == "moduli":
        arguments = [_modulus(z, term) for term in _terms(parse(z.formula, z.variables))]
        demand(len(arguments) == len(pieces), "f has another number of absolute values")
        for P, Q in pieces:                     # in any order: SymPy writes a sum in its own
            same = (i for i, (R, S) in enumerate(arguments) for factor in (1, -1)
                    if not add(multiply(P, S), multiply(R, Q), factor))
            i = next(same, None)
            demand(i is not None, "an absolute value in f is of another piece")
            del arguments[i]
    elif z.kind == "squares":
        demand(min(z.weights) > 0, "a weight is not positive")
        total, below = {}, constant(1, len(z.variables) + 1)
        for c, (P, Q) in zip(z.weights, pieces):
            P, Q = multiply(P, P), multiply(Q, Q)
            total, below = add(multiply(total, Q), multiply(P, below), c), multiply(below, Q)
        F, G = plainly(z.variables).read(z.formula)
        demand(multiply(F, below) == multiply(total, G), "f is not that sum of squares")
    else:
        (P, Q), (F, G) = pieces[0], plainly(z.variables).read(z.formula)
        q, rest = divide(multiply(F, multiply(Q, Q)), multiply(G, multiply(P, P)))
        demand(not rest and value(q, (*z.at, 0)) > 0, "f is not q h^2 with q > 0 at the point")


def _is_power(z, P, Q):
    """Whether f is written as c |p_1|^k_1 |p_2|^k_2 …, c > 0, and h is p_1^(k_1 / k) p_2^(k_2 / k) … or so, k > 0."""
    factors = _powers(z, parse(z.formula, z.variables))
    if not factors:
        return False
    k = functools.reduce(_common_divisor, (abs(k) for _, k in factors))
    R = S = constant(1, len(z.variables) + 1)
    for node, exponent in factors:
        p, q = plainly(z.variables).of(node)
        n = int(exponent / k)
        p, q, n = (p, q, n) if n > 0 else (q, p, -n)
        R, S = multiply(R, power(p, n, len(z.variables) + 1)), multiply(S, power(q, n, len(z.variables) + 1))
    left, right = multiply(P, S), multiply(R, Q)
    if not left or not right:
        return False
    return not add(left, right, -left[max(left)] / right.get(max(left), 1))


def _powers(z, node):
    """[(p, k), …] for c |p|^k … as it is written, c > 0; None when it is not written so."""
    if node.kind == "call" and node.value == "abs":
        return [(node.children[0], Fraction(1))]
    if node.kind == "call" and node.value == "sqrt":
        inner = _powers(z, node.children[0])
        return None if inner is None else [(p, k / 2) for p, k in inner]
    if node.kind == "power":
        base, exponent = node.children
        k = _number(exponent)
        absolute = base.kind == "call" and base.value == "abs"
        if not k or not (absolute or (k.denominator == 1 and k % 2 == 0)):
            return None
        return [(base.children[0] if absolute else base, k)]
    if node.kind == "product":
        found = []
        for joint, child in zip("*" + "".join(node.value), node.children):
            if _is_positive(child):
                continue
            part = _powers(z, child)
            if part is None:
                return None
            found += [(p, k if joint == "*" else -k) for p, k in part]
        return found
    return None


def _is_positive(node):
    """Whether a node is seen to be a positive number."""
    if node.kind == "call":
        return node.value in ("exp", "sqrt") and _is_positive(node.children[0])
    if node.kind in ("product", "power"):
        return all(map(_is_positive, node.children))
    return node.kind == "constant" or (node.kind == "number" and node.value > 0)


def _number(node):
    """The Fraction that a sign, product or quotient of numbers other than 0 is; else None."""
    if node.kind == "number":
        return node.value
    if node.kind in ("negative", "product"):
        parts = [_number(child) for child in node.children]
        if None in parts or 0 in parts:
            return None
        if node.kind == "negative":
            return -parts[0]
        return functools.reduce(lambda a, step: a * step[1] if step[0] == "*" else a / step[1],
                                zip(node.value, parts[1:]), parts[0])
    return None


def _common_divisor(a, b):
    """The largest rational of which a and b are whole multiples."""
    denominator = math.lcm(a.denominator, b.denominator)
    return Fraction(math.gcd(int(a * denominator), int(b * denominator)), denominator)


def _has_even_powers(z, P, Q):
    """Whether f = sum_k c_k h^(2 k), polynomials, with no c_k < 0 and some c_k > 0, k > 0."""
    try:
        F, G = plainly(z.variables).read(z.formula)
    except Rejected:
        return False
    if not is_constant(G) or not is_constant(Q) or is_constant(P):
        return False
    k = 0
    while F:                                    # the remainder by h is the constant term
        F, c = divide(F, P)
        if not is_constant(c) or (c and (k % 2 or min(c.values()) < 0)):
            return False
        k += 1
    return k > 1


def _terms(node):
    return node.children if node.kind == "sum" and set(node.value) == {"+"} else [node]


def _modulus(z, term):
    """(P, Q) of h where a term is written as |h|."""
    factors = _powers(z, term)
    demand(factors and all(k == 1 for _, k in factors), "f is not written as a sum of absolute values")
    return plainly(z.variables, lambda P, Q: 1).of(term)
