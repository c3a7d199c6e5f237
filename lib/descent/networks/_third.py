"""Third derivatives of a linear network's loss along given directions."""

import numpy as np


def third_derivative(network, theta, directions):
    """D^3 L(theta)[v, v, .] for each row v of `directions` (m, d): an array (m, d).

    Twice the coefficient of s^2 in the gradient at theta + s v. F_i and D_i (see `_layers`) are polynomials in s here,
    cut behind s^2.
    """
    layers, moves = network.unpack(theta), network.unpack(directions)
    _, x, y = network.data
    f = [(x, 0 * x, 0 * x)]
    for w, v in zip(layers, moves):
        f0, f1, f2 = f[-1]
        f.append((w @ f0, w @ f1 + v @ f0, w @ f2 + v @ f1))
    f0, f1, f2 = f.pop()
    d0, d1, d2 = 2 * (f0 - y), 2 * f1, 2 * f2
    blocks = []
    for w, v in zip(layers[::-1], moves[::-1]):
        f0, f1, f2 = f.pop()
        second = d2 @ _t(f0) + d1 @ _t(f1) + d0 @ _t(f2)
        blocks.append(2 * second.reshape(len(directions), -1))
        d0, d1, d2 = w.T @ d0, w.T @ d1 + _t(v) @ d0, w.T @ d2 + _t(v) @ d1
    return np.concatenate(blocks[::-1], axis=1)


def _t(matrices):
    return np.swapaxes(matrices, -1, -2)
