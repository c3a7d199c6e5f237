"""load: read a certificate from its file. Texts and numbers are read by their grammars, nothing is evaluated."""

import dataclasses
import json
import os
import re
from fractions import Fraction

from ._certificate import Certificate, Proof, Refutation, checked_path

LARGEST_FILE = 10**7                            # bytes
_RATIONAL = re.compile(r"-?[0-9]{1,1000}(/[0-9]{1,1000})?")


def load(path):
    """The certificate in a file that `Certificate.save` wrote. It is read, not checked: `verify` does that.

    Parameters
    ----------
    path : path of the file

    Returns
    -------
    Certificate

    Raises
    ------
    ValueError
        For what is no path, and for a file that holds no certificate, with the field that is wrong.
    OSError
        For a file that cannot be read.
    """
    if os.path.getsize(checked_path(path)) > LARGEST_FILE:
        raise ValueError(f"path={path!r}: the file has more than {LARGEST_FILE} bytes: it is no certificate")
    with open(path, encoding="utf-8") as file:
        try:
            fields = json.load(file)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"path={path!r} is no JSON file: {error}") from None
    try:
        return _record(Certificate, fields, "certificate")
    except _Wrong as error:
        raise ValueError(f"path={path!r} holds no certificate: {error}") from None


class _Wrong(Exception):
    pass


def _record(kind, fields, where):
    """A dataclass from a dict with exactly its fields."""
    names = [field.name for field in dataclasses.fields(kind)]
    if not isinstance(fields, dict) or set(fields) != set(names):
        raise _Wrong(f"{where} must have the fields {', '.join(names)}")
    return kind(**{name: _READERS[kind][name](fields[name], f"{where}.{name}") for name in names})


def _rational(value, where):
    if not isinstance(value, str) or not _RATIONAL.fullmatch(value):
        raise _Wrong(f"{where}={value!r:.80} must be the text of a rational number, such as '-1/2'")
    p, _, q = value.partition("/")
    if q and int(q) == 0:
        raise _Wrong(f"{where}={value!r:.80} has the denominator 0")
    return Fraction(int(p), int(q or 1))


def _of_type(kind, words):
    def read(value, where):
        if type(value) is not kind:
            raise _Wrong(f"{where}={value!r:.80} must be {words}")
        return value
    return read


def _optional(reader):
    return lambda value, where: None if value is None else reader(value, where)


def _tuple(reader):
    def read(value, where):
        if not isinstance(value, list):
            raise _Wrong(f"{where}={value!r:.80} must be a list")
        return tuple(reader(entry, f"{where}[{i}]") for i, entry in enumerate(value))
    return read


_text, _whole, _truth = _of_type(str, "text"), _of_type(int, "a whole number"), _of_type(bool, "true or false")


def _proof(value, where):
    return _record(Proof, value, where)


def _refutation(value, where):
    return _record(Refutation, value, where)


_READERS = {
    Certificate: {
        "formula": _text, "variables": _tuple(_text), "kind": _optional(_text), "pieces": _tuple(_text),
        "weights": _tuple(_rational), "g": _text, "at": _tuple(_rational), "radius": _rational, "proved": _truth,
        "constant": _optional(_rational), "step_bound": _optional(_rational), "refutation": _optional(_refutation),
        "reason": _text, "boxes": _whole, "work": _whole, "fixed": _tuple(_whole), "fixed_tree": _text,
        "proofs": _tuple(_proof), "second_order": _tuple(_tuple(_rational)), "digest": _text},
    Proof: {"signs": _tuple(_whole), "omega0": _rational, "reach": _rational, "shortest": _rational,
            "longest": _rational, "common": _text, "tree": _text},
    Refutation: {"point": _tuple(_rational), "direction": _tuple(_rational), "signs": _tuple(_whole),
                 "approach": _tuple(_rational), "order": _optional(_whole), "coefficient": _rational},
}
