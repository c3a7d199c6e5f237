"""The backward step as a minimisation: Newton's method with a line search, in whatever arithmetic it is given."""

import functools
import types

from .._generated import define
from .._vectors import vectors
from ..kernels import kernel

SOLVED, INDEFINITE, UNSOLVED = range(3)
EPS = 2.0**-52                                  # unit of rounding of float64
MOST_ITERATIONS = 100                           # of Newton; 3 to 7 are usual
MOST_HALVINGS = 60                              # of one Newton step
ARMIJO = 1e-4                                   # fraction of the predicted decrease that a step must deliver
STEP_ROUNDING = 2                               # in units of rounding: a Newton step that changes y no more
RESIDUAL_ROUNDING = 64                          # the same of the equation, for ill-conditioned steps


@functools.cache
def newton_system(d):
    """The kernel solve(h, alpha, r) -> (x, least): (I - alpha H) x = r by L D L^T, written out for d variables.

    ``h``: the upper triangle of H by rows. ``least``: the smallest pivot; I - alpha H is positive definite exactly
    when it is above 0, else x means nothing.
    """
    def less(term, ks):
        return "".join(" - " + term.format(k=k) for k in ks)

    lines, upper = [], {}
    for i in range(d):
        for j in range(i, d):
            upper[j, i] = f"1 - alpha * h[{len(upper)}]" if i == j else f"-alpha * h[{len(upper)}]"
    for j in range(d):
        lines.append(f"p{j} = {upper[j, j]}" + less(f"l{j}_{{k}} * l{j}_{{k}} * p{{k}}", range(j)))
        lines += [f"l{i}_{j} = ({upper[i, j]}" + less(f"l{i}_{{k}} * l{j}_{{k}} * p{{k}}", range(j)) + f") / p{j}"
                  for i in range(j + 1, d)]
    lines += [f"y{i} = r[{i}]" + less(f"l{i}_{{k}} * y{{k}}", range(i)) for i in range(d)]
    lines += [f"x{i} = y{i} / p{i}" + less(f"l{{k}}_{i} * x{{k}}", range(i + 1, d)) for i in reversed(range(d))]
    least = "p0" if d == 1 else f"min({', '.join(f'p{i}' for i in range(d))})"
    source = "\n    ".join(["def solve(h, alpha, r):", *lines,
                            f"return ({', '.join(f'x{i}' for i in range(d))},), {least}"])
    return define(source)["solve"]


def newton(gradient, hessian, space, solve, eps):
    """The function back(z, alpha) -> (y, status): the y with y - alpha grad f(y) = z.

    It is where phi(y) = |y - z|^2 / 2 - alpha f(y) is least, strongly convex of modulus 1 - alpha L when alpha L < 1
    (Josz & Ouyang, Fact 1, for -f). Newton's method from y = z + alpha grad f(z), with Armijo's rule on |grad phi|^2:
    values of phi cannot be told apart closer to the solution than the square root of rounding, its gradient can.

    Parameters
    ----------
    gradient, hessian : of tuples of numbers, the Hessian its upper triangle by rows
    space : the functions of `descent._vectors.vectors`
    solve : that of `newton_system`
    eps : unit of rounding of the numbers

    Returns
    -------
    function
        Its status: SOLVED; INDEFINITE when I - alpha H(y) is not positive definite at the y returned; UNSOLVED when
        the equation is not solved to rounding within 100 iterations.
    """
    descend, norm2 = space.descend, space.norm2
    step_rounding2, residual_rounding2 = (STEP_ROUNDING * eps) ** 2, (RESIDUAL_ROUNDING * eps) ** 2

    def back(z, alpha):
        y = descend(z, -alpha, gradient(z))
        rest = descend(descend(z, 1, y), -alpha, gradient(y))           # z - (y - alpha g) = -grad phi(y)
        for _ in range(MOST_ITERATIONS):
            dy, least = solve(hessian(y), alpha, rest)
            if not least > 0:
                return y, INDEFINITE
            last = norm2(dy) <= step_rounding2 * max(1.0, norm2(y))
            before = norm2(rest)
            t = 1.0
            for _ in range(MOST_HALVINGS):
                new = descend(y, -t, dy)
                left = descend(descend(z, 1, new), -alpha, gradient(new))
                if norm2(left) <= (1 - 2 * ARMIJO * t) * before:
                    break
                if last or before <= residual_rounding2 * (norm2(z) + norm2(y)):
                    return y, SOLVED                            # rounding, no longer Newton, moves y
                t = t / 2
            if last:
                return new, SOLVED
            y, rest = new, left
        return y, UNSOLVED

    return back


@functools.cache
def backward(f):
    """The kernel back(z, alpha) -> (y, status) of a landscape, on tuples of floats."""
    return kernel()(newton(f.kernels.gradient, f.kernels.hessian, vectors(f.dimension), newton_system(f.dimension),
                           EPS))


def plain(space):
    """The same functions of points for other numbers than floats: uncompiled."""
    return types.SimpleNamespace(**{name: function.py_func for name, function in vars(space).items()})
