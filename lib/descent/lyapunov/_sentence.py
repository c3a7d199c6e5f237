"""A certificate in words."""

import decimal


def sentence(z):
    """One sentence of what is proved, refuted or open."""
    question = f"g = {z.g} along normalized gradient descent of f = {z.formula}"
    point = _point(z.at)
    if z.proved and z.radius:
        return (f"Proved: for every x within {z.radius} of {point} in each variable, every direction u of normalized "
                f"gradient descent at x and every step 0 <= alpha <= {_below(z.step_bound)}, "
                f"g(x - alpha u) <= g(x) - {_below(z.constant)} alpha^2; {question}. Exact, {_boxes(z.boxes)}.")
    if z.proved:
        return (f"Proved: around {point} and for small steps alpha, g(x - alpha u) <= g(x) - {_below(z.constant)} "
                f"alpha^2 in every direction u of normalized gradient descent at x; {question}. Exact, by the second "
                f"derivatives at the point.")
    if z.refutation:
        witness = z.refutation
        change = ("does not change" if witness.order is None else
                  f"changes by ({witness.coefficient}) A^{witness.order} + higher powers of A")
        return (f"Refuted: from x = {_point(witness.point)}, along the direction w = {_point(witness.direction)} of "
                f"normalized gradient descent there, g(x - A w) {change} for small A > 0, so no omega > 0 gives a "
                f"decrease of omega alpha^2; {question}.")
    return f"Inconclusive around {point}, radius {z.radius}: {z.reason}; {question}."


def _point(x):
    return f"({', '.join(map(str, x))})"


def _below(number):
    """A positive rational as a decimal of three digits, not above it."""
    with decimal.localcontext(prec=3, rounding=decimal.ROUND_FLOOR):
        return format(decimal.Decimal(number.numerator) / decimal.Decimal(number.denominator), "f")


def _boxes(count):
    return f"{count} box" + "es" * (count != 1)
