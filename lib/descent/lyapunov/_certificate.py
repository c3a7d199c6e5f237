"""A certificate: what was asked, the verdict, and all that is needed to check it again."""

import dataclasses
import fractions
import hashlib
import json


@dataclasses.dataclass(frozen=True)
class Proof:
    """That g falls by omega0 A^2 in every step x - A w, |A| <= reach, from the box; w = sum_s signs_s grad h_s.

    ``shortest`` < |w| and |w|^2 < ``longest`` on the box. ``common`` is a factor that is cancelled in
    g(x - A w) - g(x) = A^2 N / D. ``tree`` bisects the box, in preorder: "1" for a box that is split, "0" for one where
    the Bernstein coefficients show all inequalities.
    """

    signs: tuple
    omega0: fractions.Fraction
    reach: fractions.Fraction
    shortest: fractions.Fraction
    longest: fractions.Fraction
    common: str
    tree: str


@dataclasses.dataclass(frozen=True)
class Refutation:
    """A point and a direction w of f there with g(x - A w) - g(x) = c A^k + higher powers, and c > 0 or k > 2 or c = 0.

    w / |w| is a normalized subgradient of f at ``point``: the limit of gradients of f, normalized, as t -> 0+ at
    point + t ``approach``. There the h_s have the ``signs``. Of a sum of squares w is sum_s approach_s grad h_s, the
    limit where weights_s h_s / t tends to approach_s.
    ``order`` is k, None where g does not change at all for small A; ``coefficient`` is c.
    """

    point: tuple
    direction: tuple
    signs: tuple
    approach: tuple
    order: int | None
    coefficient: fractions.Fraction


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Whether g is a 2-d-Lyapunov function of f, (p, m) = (2, 1): proved, refuted with a witness, or neither.

    Attributes
    ----------
    formula, variables : f as text, and its variables
    kind, pieces, weights : how f is made of the h_s: "modulus", phi(|h|); "moduli", sum_s |h_s|; "squares",
        sum_s weights_s h_s^2; "multiple", q h^2 with q > 0 at the point; None when none of these is known
    g : text
    at, radius : Fractions; the box |x_i - at_i| <= radius, which contains the ball. Radius 0: some neighbourhood
    proved : bool
        For every x in the box, every normalized subgradient u of f at x and 0 <= alpha <= step_bound:
        g(x - alpha u) <= g(x) - constant alpha^2.
    constant, step_bound : Fractions, None where nothing is proved. Radius 0: there is such a step bound, none is given
    refutation : Refutation or None
        No omega > 0 and step bound have that property on the box; for radius 0, on any neighbourhood of `at`.
    reason : str, why there is neither proof nor refutation; else empty
    boxes : int, the boxes of the proof
    work : int, the boxes that were looked at
    fixed, fixed_tree : the sign that each piece has on the box, 0 where it may have both, and the proof of it
    proofs : tuple of Proof, one for each sign pattern
    second_order : tuple of rows of Fractions, N^T H N of the pointwise test (radius 0)
    digest : str, of all the above: it shows a change by accident; what is claimed does not rest on it
    """

    formula: str
    variables: tuple
    kind: str | None
    pieces: tuple
    weights: tuple
    g: str
    at: tuple
    radius: fractions.Fraction
    proved: bool = False
    constant: fractions.Fraction | None = None
    step_bound: fractions.Fraction | None = None
    refutation: Refutation | None = None
    reason: str = ""
    boxes: int = 0
    work: int = 0
    fixed: tuple = ()
    fixed_tree: str = ""
    proofs: tuple = ()
    second_order: tuple = ()
    digest: str = ""

    def __str__(self):
        from ._sentence import sentence
        return sentence(self)

    def save(self, path):
        """Write the certificate to a file, as JSON; `descent.lyapunov.load` reads it."""
        with open(checked_path(path), "w", encoding="utf-8") as file:
            json.dump(plain(self), file, indent=1)
            file.write("\n")


def checked_path(path):
    """`path` if it is one: to `open` a number is an open file, and True is the standard output."""
    if not isinstance(path, str) and not hasattr(path, "__fspath__") or "\0" in str(path):
        raise ValueError(f"path={path!r} must be the path of a file, text or a pathlib.Path")
    return path


def sealed(certificate):
    """The certificate with its digest."""
    return dataclasses.replace(certificate, digest=digest(certificate))


def digest(certificate):
    """SHA-256 of all fields but the digest itself."""
    fields = plain(dataclasses.replace(certificate, digest=""))
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def plain(value):
    """What JSON can hold: rationals as text p/q, records as objects."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, fractions.Fraction):
        return str(value)
    return [plain(entry) for entry in value] if isinstance(value, tuple) else value
