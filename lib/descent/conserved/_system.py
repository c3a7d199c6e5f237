"""A landscape in exact arithmetic: polynomial fields along its gradients, and the sums of terms that they conserve."""

import math

import flint
import sympy
from scipy.cluster.hierarchy import DisjointSet
from sympy.polys.constructor import construct_domain
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyRing

from .._symbolic import residuals
from ._zero import short

LARGEST_ORDER = 8                               # of all roots in the constants together
LONGEST = 1000                                  # terms of h
MOST_ENTRIES, LARGEST_BLOCK = 500, 10**4        # of the system, and of a block with its zeros, for each unknown allowed


class System:
    """What the coefficients of a conserved sum of terms have to satisfy.

    Attributes
    ----------
    K : SymPy domain, the field of the constants: QQ, QQ<sqrt(2)>, ZZ(pi), …
    ring : the polynomials over K in the variables of f
    fields : for each residual h = n / d of f, the polynomials d^2 grad h
    arguments : the irreducible factors of the arguments, in their order, each once
    """

    def __init__(self, f, arguments):
        pairs = [_fraction(f, h) for h in residuals(f)]
        arguments = [_polynomial(f"logs[{i}]", p, f) for i, p in enumerate(arguments)]
        self.K = _constants(f, [*(part for pair in pairs for part in pair), *arguments])
        self.ring = PolyRing(f.symbols, self.K)
        self.fields = []
        for n, d in pairs:
            n, d = self._element(n), self._element(d)
            self.fields.append([d * n.diff(x) - n * d.diff(x) for x in self.ring.gens])
        factors = [p.monic() for q in arguments for p, _ in self._element(q).factor_list()[1]]
        self.arguments = list(dict.fromkeys(factors))

    def _element(self, polynomial):
        coefficients = sympy.Poly(polynomial, *self.ring.symbols).as_dict()
        return self.ring.from_dict({m: self.K.from_sympy(c) for m, c in coefficients.items()})

    def nullspace(self, terms, limit, report):
        """The conserved sums of terms: dicts {index of a term: coefficient}, a basis in reduced echelon form.

        The last term of each basis vector has the coefficient 1, and occurs in no other; the earlier terms are the
        simpler ones, so the basis has as few of the complicated ones as can be. ValueError when the work is out of
        proportion to a limit of so many unknowns.
        """
        entries = len(terms) * sum(len(part) for field in self.fields for part in field)
        if entries > MOST_ENTRIES * limit:
            raise ValueError(f"limit={limit}: the linear system has up to {entries} entries, at most "
                             f"{MOST_ENTRIES * limit} are solved for; take a lower degree, or a larger limit")
        unknowns = set(range(len(terms)))
        equations = {}
        for i, term in enumerate(terms):
            drifts = [term.drift(field) for field in self.fields]
            if None in drifts:
                unknowns.remove(i)
            else:
                for s, drift in enumerate(drifts):
                    for monomial, a in drift.items():
                        if a:
                            equations.setdefault((s, monomial), {})[i] = a
        report(len(terms) - len(unknowns))
        return list(self._solutions(unknowns, list(equations.values()), limit, report, len(terms) - len(unknowns)))

    def _solutions(self, unknowns, equations, limit, report, done):
        """Solves the blocks, sets of unknowns that share no equation, one by one."""
        blocks = DisjointSet(unknowns)
        for equation in equations:
            first = next(iter(equation))
            for i in equation:
                blocks.merge(first, i)
        rows = {}
        for equation in equations:
            rows.setdefault(blocks[next(iter(equation))], []).append(equation)
        for block in blocks.subsets():
            columns = sorted(block)
            own = rows.get(blocks[columns[0]], [])
            if len(own) * len(block) > LARGEST_BLOCK * limit:
                raise ValueError(f"limit={limit}: {len(own)} equations are to be solved for {len(block)} unknowns; "
                                 "take a lower degree, or a larger limit")
            yield from self._block(columns, own)
            done += len(block)
            report(done)

    def _block(self, columns, rows):
        """The solutions of equations in these unknowns alone."""
        place = {i: j for j, i in enumerate(columns)}
        rows = [{place[i]: a for i, a in row.items()} for row in rows]
        if self.K.is_QQ:
            vectors = _rational_nullspace(rows, len(columns), self.K)
        else:
            matrix = DomainMatrix(dict(enumerate(rows)), (len(rows), len(columns)), self.K)
            vectors = matrix.nullspace().to_sparse().rep.values()
        for vector in vectors:
            last = vector[max(vector)]
            yield {columns[j]: a / last for j, a in vector.items()}


def _rational_nullspace(rows, n, K):
    """A basis, by FLINT's dense elimination.

    On 968 unknowns without structure it takes 1.4 s, where SymPy's sparse elimination (which its dense matrices fall
    back to) did not end in 50 s: it fills in. Where there is structure, the blocks are small.
    """
    matrix = flint.fmpq_mat(len(rows), n)
    for k, row in enumerate(rows):
        for j, a in row.items():
            matrix[k, j] = flint.fmpq(int(a.numerator), int(a.denominator))
    reduced, rank = matrix.rref()
    pivots = [next(j for j in range(n) if reduced[k, j] != 0) for k in range(rank)]
    for free in sorted(set(range(n)) - set(pivots)):
        entries = ((pivots[k], reduced[k, free]) for k in range(rank))
        yield {free: K.one, **{j: -K(int(a.p), int(a.q)) for j, a in entries if a != 0}}


def primitive(coefficients):
    """Rational coefficients, not all 0, as SymPy integers without common divisor; no sign changes."""
    denominator = math.lcm(*(int(a.denominator) for a in coefficients))
    divisor = math.gcd(*(int(a.numerator) * (denominator // int(a.denominator)) for a in coefficients))
    return [sympy.Rational(int(a.numerator) * denominator, int(a.denominator) * divisor) for a in coefficients]


def _fraction(f, h):
    """(n, d) with h = n / d, polynomials."""
    n, d = sympy.together(h).as_numer_denom()
    if not (n.is_polynomial(*f.symbols) and d.is_polynomial(*f.symbols)):
        raise ValueError(f"f={f.name}: {h} is not a rational function; conserved quantities are searched for f = "
                         "phi(|h|) or a sum of |h|, h a quotient of polynomials. is_conserved can check others")
    return short(n, LONGEST), short(d, LONGEST)


def _polynomial(name, p, f):
    if not p.is_polynomial(*f.symbols) or not p.free_symbols:
        raise ValueError(f"{name}={p} must be a polynomial in {', '.join(f.variables)}, and no constant")
    return short(p, LONGEST)


def _constants(f, polynomials):
    """The field of the coefficients; pi and e count as algebraically independent, which is not known."""
    roots = {power for p in polynomials for power in p.atoms(sympy.Pow) if power.exp.is_Rational and power.exp.q > 1}
    if math.prod(int(power.exp.q) for power in roots) > LARGEST_ORDER:
        raise ValueError(f"f={f.name} has the roots {', '.join(map(str, sorted(roots, key=str)))}; the orders of all "
                         f"roots may multiply to {LARGEST_ORDER} here")
    coefficients = [c for p in polynomials for c in sympy.Poly(p, *f.symbols).coeffs()]
    field, _ = construct_domain(coefficients, extension=True, field=True)
    if not (field.is_QQ or field.is_Algebraic or field.is_FractionField and {*field.symbols} <= {sympy.pi, sympy.E}):
        raise ValueError(f"f={f.name} has constants that are not handled here: they may be rational, have roots, or "
                         "have pi and e, but not roots with pi or e, and no other functions of numbers")
    return field
