"""The grammar of formulas: from text to a tree, by recursive descent, in a bounded number of steps.

    sum     = product { ("+" | "-") product }
    product = unary { ("*" | "/") unary }
    unary   = { "+" | "-" } power
    power   = atom [ ("**" | "^") unary ] | atom superscript
    atom    = number | variable | constant | function "(" sum ")" | "(" sum ")"

Precedence and associativity are Python's: ``-x**2`` is -(x^2), ``2**3**2`` is 2^9, ``a/b/c`` is (a/b)/c. What
somebody typed is never evaluated: what is no word of this grammar is refused, with its position.
"""

import dataclasses
import fractions

from ._tokens import refuse, tokens

FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "sqrt", "abs")
CONSTANTS = ("pi", "e")

LONGEST_TEXT = 1000                             # characters
MOST_NODES = 200                                # of the tree
DEEPEST = 25                                    # parentheses, signs and powers within each other
LONGEST_NUMBER = 40                             # characters
LARGEST_NUMBER = fractions.Fraction(10) ** 100

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OTHER_NAMES = {"ln": "log", "tg": "tan", "Abs": "abs", "fabs": "abs", "Pi": "pi", "PI": "pi", "E": "e"}


@dataclasses.dataclass(frozen=True)
class Node:
    """A node of the tree.

    ``kind`` and ``value``: "number" (a Fraction), "variable" and "constant" (the name), "call" (the function),
    "negative", "power" (children: base, exponent), "sum" and "product" (the operators between the children).
    """

    kind: str
    value: object
    children: tuple
    column: int


def parse(text, variables):
    """The tree of a formula.

    Raises
    ------
    FormulaError
        For what is not in the grammar, and for more than 1000 characters, 200 nodes, 25 levels.
    """
    if len(text) > LONGEST_TEXT:
        refuse(text, LONGEST_TEXT, f"the formula goes on, to {len(text)} characters; at most {LONGEST_TEXT} are read")
    return _Parser(text, variables).formula()


class _Parser:
    def __init__(self, text, variables):
        self.text, self.variables = text, variables
        self.tokens, self.position = tokens(text), 0
        self.nodes = self.depth = self.open = 0

    def formula(self):
        tree = self.sum()
        if self.next("end") is None:
            self.refuse_operator()
        return tree

    def sum(self):
        return self.chain("sum", self.product, "+", "-")

    def product(self):
        return self.chain("product", self.unary, "*", "/")

    def chain(self, kind, part, *operators):
        """Parts joined by operators of one precedence, from the left: one node however long it is."""
        column, parts, joints = self.tokens[self.position][2], [part()], ""
        while joint := self.next(*operators):
            joints += joint[1]
            parts.append(part())
        if self.at("(") or self.tokens[self.position][0] in ("number", "name"):
            self.refuse(f"there is {self.found()} right behind a factor: write * between them")
        return self.node(kind, joints, parts, column) if joints else parts[0]

    def unary(self):
        sign = self.next("-", "+")
        if sign is None:
            return self.power()
        operand = self.deeper(self.unary)
        return operand if sign[1] == "+" else self.node("negative", None, [operand], sign[2])

    def power(self):
        base = self.atom()
        if power := self.next("**", "^"):
            return self.node("power", None, [base, self.deeper(self.unary)], power[2])
        if raised := self.next("superscript"):
            exponent = self.number(("number", raised[1].translate(_SUPERSCRIPTS), raised[2]))
            if self.at("**", "^") or self.tokens[self.position][0] == "superscript":
                self.refuse(f"there is {self.found()} behind a raised number: write parentheses")
            return self.node("power", None, [base, exponent], raised[2])
        return base

    def atom(self):
        if token := self.next("number"):
            return self.number(token)
        if token := self.next("name"):
            return self.name(token)
        return self.parenthesis() if self.at("(") else self.refuse_operand()

    def parenthesis(self):
        start = self.next("(")
        self.open += 1
        inside = self.deeper(self.sum)
        self.open -= 1
        if self.next(")") is None:
            self.open += 1
            self.refuse_operator(f"; the ( of column {start[2]} is open")
        return inside

    def number(self, token):
        _, text, column = token
        mantissa, _, exponent = text.lower().partition("e")
        if len(text) > LONGEST_NUMBER:
            refuse(self.text, column, f"there is a number of {len(text)} characters; at most {LONGEST_NUMBER} are read")
        size = abs(int(exponent or 0))
        value = fractions.Fraction(mantissa) * fractions.Fraction(10) ** int(exponent or 0) if size <= 200 else None
        if value is None or value and not 1 / LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            refuse(self.text, column, f"there is the number {text}; a number is 0 or between 1e-100 and 1e100")
        return self.node("number", value, [], column)

    def name(self, token):
        _, name, column = token
        if name in self.variables:
            return self.node("variable", name, [], column)
        if name in CONSTANTS:
            return self.node("constant", name, [], column)
        if name not in FUNCTIONS:
            self.refuse_name(name, column)
        if not self.at("("):
            self.refuse(f"there is {self.found()}; {name} needs its argument in parentheses: {name}(…)")
        return self.node("call", name, [self.parenthesis()], column)

    def node(self, kind, value, children, column):
        self.nodes += 1
        if self.nodes > MOST_NODES:
            refuse(self.text, column, f"the formula has more than {MOST_NODES} numbers, names and operations")
        return Node(kind, value, tuple(children), column)

    def deeper(self, part):
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse(f"more than {DEEPEST} parentheses, signs and powers stand within each other")
        inside = part()
        self.depth -= 1
        return inside

    def at(self, *words):
        kind, word, _ = self.tokens[self.position]
        return kind == "operator" and word in words

    def next(self, *words):
        """The next token, taken, when it is one of the operators or of the kind; else None."""
        token = self.tokens[self.position]
        if not self.at(*words) and (token[0] == "operator" or token[0] not in words):
            return None
        self.position += 1
        return token

    def found(self):
        kind, word, _ = self.tokens[self.position]
        return "the end" if kind == "end" else word if len(word) <= 30 else word[:30] + "…"

    def refuse(self, why):
        refuse(self.text, self.tokens[self.position][2], why)

    def refuse_operator(self, more=""):
        self.refuse(f"there is {self.found()}, where an operator (+ - * / ** ^)"
                    + (" or )" if self.open else " or the end") + f" can stand{more}")

    def refuse_operand(self):
        self.refuse(f"there is {self.found()}, where a number, {self.vocabulary()} or ( can stand")

    def refuse_name(self, name, column):
        product = len(name) < 9 and all(letter in self.variables for letter in name)
        advice = f"; write {_OTHER_NAMES.get(name, '*'.join(name))}" if name in _OTHER_NAMES or product else ""
        shown = name if len(name) <= 30 else name[:30] + "…"
        refuse(self.text, column, f"there is the name {shown}; known are {self.vocabulary()}{advice}")

    def vocabulary(self):
        return (f"a variable ({', '.join(self.variables)}), a constant ({', '.join(CONSTANTS)}), "
                f"a function ({', '.join(FUNCTIONS)})")
