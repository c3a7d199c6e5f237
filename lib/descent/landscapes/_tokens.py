"""The words of a formula, each with its place in the text, and errors that point at a place."""

import re
import unicodedata

_SAME = str.maketrans("−·×", "-**")             # minus sign, middle dot, multiplication sign
_TOKEN = re.compile(r"(?P<space>[ \t]+)|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
                    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<operator>\*\*|[-+*/^()−·×])")
_ADVICE = {"|": "write abs(…) for an absolute value", "π": "write pi", "√": "write sqrt(…)", "÷": "write /",
           "⋅": "write *", "∗": "write *", "–": "write -", "—": "write -", ",": "a decimal point is a dot",
           "[": "use round parentheses", "{": "use round parentheses", "=": "give one side only, a formula",
           "\n": "write the formula on one line", "\r": "write the formula on one line"}


class FormulaError(ValueError):
    """A formula that cannot be accepted; ``column`` is where, counted from 0."""

    column = 0


def refuse(text, column, why):
    """Raise a FormulaError that points at a column of the text."""
    first, last = max(0, column - 40), column + 30
    shown = "".join(c if c.isprintable() and unicodedata.east_asian_width(c) not in "WF"
                    and not unicodedata.combining(c) else "?" for c in text[first:last])
    before, behind = "…" * (first > 0), "…" * (last < len(text))
    error = FormulaError(f"text: at column {column} {why}\n    {before}{shown}{behind}\n"
                         f"    {' ' * (len(before) + column - first)}^")
    error.column = column
    raise error


def tokens(text):
    """(kind, text, column) of each word, then ("end", "", length)."""
    column, found = 0, []
    while column < len(text):
        match = _TOKEN.match(text, column)
        if match is None:
            c = text[column]
            name = f"{c} " if c.isprintable() else ""
            refuse(text, column, f"there is {name}(U+{ord(c):04X}), which no formula contains"
                   + (f": {_ADVICE[c]}" if c in _ADVICE else "; allowed are numbers, names, + - * / ** ^ ( )"))
        if match.lastgroup != "space":
            found.append((match.lastgroup, match.group().translate(_SAME), column))
        column = match.end()
    return [*found, ("end", "", len(text))]
