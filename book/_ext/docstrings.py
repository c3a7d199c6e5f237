"""The public names of a package, and their docstrings taken apart: numpydoc's sections and entries.

Sphinx's own reader of this form, napoleon, turns it into reStructuredText, in which |x|, x_k and x*y are markup. Here
text stays text.
"""

import dataclasses
import functools
import importlib
import inspect
import pkgutil
import re

DELIBERATE = 80                                 # columns: below it, an entry's first line was not broken for its length
LONGEST_DEFAULT = 40                            # characters of a default value in a signature, and of a constant
WITH_ENTRIES = ("Parameters", "Attributes", "Raises", "Returns", "Yields")
INDENT = " " * 4


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry of a section: what stands before " : ", and the blocks behind it."""

    head: str
    blocks: list

    @property
    def names(self):
        """The names of "x, y" or of "**parameters"."""
        return [name.strip(" *") for name in self.head.split(",")]


@dataclasses.dataclass(frozen=True)
class Docstring:
    """The blocks before the first section; the sections, as lists of entries (Parameters …) or of blocks (Notes …).

    A block is the text of a paragraph, or a list of lines: an indented or doctest block, as it stands.
    """

    blocks: list
    sections: dict

    def described(self, *titles):
        """The names that have an entry in one of these sections."""
        return {name for title in titles for entry in self.sections.get(title, []) for name in entry.names}


def parse(text):
    """The docstring of that text."""
    lines = inspect.cleandoc(text or "").splitlines()
    heads = [i for i in range(len(lines) - 1) if lines[i].strip() and re.fullmatch("---+", lines[i + 1])]
    ends = heads[1:] + [len(lines)]
    bodies = {lines[i]: lines[i + 2 : end] for i, end in zip(heads, ends)}
    sections = {title: _entries(body) if title in WITH_ENTRIES else _blocks(body) for title, body in bodies.items()}
    return Docstring(_blocks(lines[: heads[0]] if heads else lines), sections)


def _blocks(lines):
    """Paragraphs as texts, blocks that stand as they are as lists of lines."""
    paragraphs = [part.splitlines() for part in re.split(r"\n(?:\s*\n)+", "\n".join(lines).strip("\n")) if part.strip()]
    return [[line.removeprefix(INDENT) for line in part] if part[0].startswith((INDENT, ">>>"))
            else " ".join(map(str.strip, part)) for part in paragraphs]


def _entries(lines):
    """One entry for each line without indentation, and two for "a : text;  b : text"."""
    found = []
    for line in lines:
        if line[:1].strip():
            found += [[part] for part in re.split(r";  (?=\w+ : )", line)]
        elif found:
            found[-1].append(line.removeprefix(INDENT))
    return [_entry(head, rest) for head, *rest in found]


def _entry(line, rest):
    head, _, first = line.partition(" : ")
    if first and len(line) < DELIBERATE:        # a type: it stays on its own
        rest = ["", *rest]
    return Entry(head, _blocks([first, *rest]))


def fields(value):
    """The fields of a dataclass by their names; {} for all else, also for a class with a dataclass as base."""
    return {field.name: field for field in getattr(value, "__dict__", {}).get("__dataclass_fields__", {}).values()}


def with_fields(docstring, value):
    """The docstring of a value, with an entry for each field of a dataclass that has none: its type."""
    known = docstring.described("Parameters", "Attributes")
    missing = [Entry(name, [inspect.formatannotation(field.type)])
               for name, field in fields(value).items() if name not in known]
    attributes = docstring.sections.get("Attributes", []) + missing
    return Docstring(docstring.blocks, docstring.sections | ({"Attributes": attributes} if attributes else {}))


def modules(package):
    """The public modules of a package, by name, with those of packages in it."""
    found = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module.name.startswith("_"):
            name = f"{package}.{module.name}"
            found |= {name: importlib.import_module(name)} | (modules(name) if module.ispkg else {})
    return found


def public(module):
    """What a module offers, by name: its `__all__`, or what it defines; without compiled kernels."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name, value in vars(module).items()
                 if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__]
    values = {name: getattr(module, name) for name in names}    # what numba compiled has py_func
    return {name: value for name, value in values.items() if not hasattr(value, "py_func")}


def kind(value):
    """What the Python domain of Sphinx calls it."""
    if inspect.isclass(value):
        return "exception" if issubclass(value, Exception) else "class"
    return "function" if callable(value) else "data"


def members(cls):
    """The public methods and properties of a class, by name, and of those of its bases that are ours."""
    package = cls.__module__.partition(".")[0]
    found = {}
    for base in reversed(cls.__mro__):
        if base.__module__.partition(".")[0] == package:
            found |= vars(base)
    wanted = (property, functools.cached_property, staticmethod, classmethod)
    return {name: value for name, value in found.items()
            if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, wanted))}


def member_kind(value):
    return "property" if isinstance(value, (property, functools.cached_property)) else "method"


def parameters(value, method=False):
    """The parameters of a function or class, or of a method without self; [] where Python does not tell them."""
    try:
        found = list(inspect.signature(getattr(value, "__func__", value)).parameters.values())
    except (TypeError, ValueError):
        return []
    return found[1:] if method and not isinstance(value, staticmethod) else found


def has_signature(value):
    """False of what a user does not call: data, exceptions, and classes that document attributes alone, the results."""
    sections = parse(value.__doc__).sections
    return kind(value) == "function" or kind(value) == "class" and ("Parameters" in sections or not sections)


def signature(found):
    """The texts between the parentheses, with the marks * and / for keyword-only and positional-only parameters."""
    texts, previous = [], None
    for parameter in found:
        if previous == parameter.POSITIONAL_ONLY != parameter.kind:
            texts.append("/")
        if parameter.kind == parameter.KEYWORD_ONLY and previous not in (parameter.kind, parameter.VAR_POSITIONAL):
            texts.append("*")
        text = str(parameter.replace(annotation=parameter.empty, default=parameter.empty))
        if parameter.default is not parameter.empty:
            text += "=" + (getattr(parameter.default, "__name__", None) or short(parameter.default))
        texts.append(text)
        previous = parameter.kind
    return texts + ["/"] * (previous == inspect.Parameter.POSITIONAL_ONLY)


def short(value):
    """A value as it is written, "…" where that is long."""
    return repr(value) if len(repr(value)) <= LONGEST_DEFAULT else "…"


def undescribed(value, method=False):
    """The parameters of what is called, and the fields of a dataclass, that have no entry in the docstring."""
    wanted = [parameter.name for parameter in parameters(value, method)] if method or has_signature(value) else []
    wanted += [name for name in fields(value) if name not in wanted]
    return [name for name in wanted if name not in parse(value.__doc__).described("Parameters", "Attributes")]
