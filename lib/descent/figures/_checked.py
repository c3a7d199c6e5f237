"""What a figure's description may say: names of what exists, in the shapes that kernels and layers take."""

import inspect
import math
import re
import reprlib

# The entries of a layer that name something. () is an array of one dimension, (n,) one of n columns, "optional" one of
# one dimension or None; "grid", which a call fills; "count", of rows of the array before it; "number"; "state", a float
# that a drag sets; "runs"; "template".
LAYERS = {
    "heat": {"grid": "grid"}, "shade": {"grid": "grid", "low": "number", "high": "number"},
    "segments": {"values": (4,), "count": "count"}, "path": {"points": (2,), "count": "count", "runs": "runs"},
    "curve": {"x": "optional", "values": (), "count": "count", "runs": "runs"},
    "dots": {"points": (2,), "count": "count"}, "bars": {"values": (), "count": "count"}, "marks": {"points": (2,)},
    "level": {"value": "number"}, "band": {"low": "number", "high": "number"},
    "text": {"x": "number", "y": "number", "template": "template"}, "handle": {"x": "state", "y": "state"},
}
NUMBER = re.compile(r"\{(\w+):\.\d+[fe%]\}", re.ASCII)      # what both Python and the page write


def check(figure):
    """Raise a ValueError that names the first entry which the page could not draw, its value and what is allowed."""
    if not (isinstance(figure.key, str) and re.fullmatch("[A-Za-z0-9-]+", figure.key)):
        _refuse("key", figure.key, "of letters, digits and hyphens: it is in addresses")
    for name, value in figure.state.items():
        if type(value) not in (bool, int, float):
            _refuse(f"state: {name}", value, "True or False, an int (whole numbers) or a float (reals)")
    if len(figure.kernels) != len(figure.variants) or not figure.variants:
        _refuse("kernels", figure.kernels, f"a list of {len(figure.variants)}, one for each variant")
    if len(figure.variants) > 1 or figure.choice is not None:
        _one_of("choice", figure.choice, _of_type(figure, int), "an int of the state, which picks the variant:")
    if figure.play is not None:
        _entries("play", figure.play, ("entry", "first", "last", "step", "ms"))
        _one_of("play: entry", figure.play["entry"], figure.state)
    for i, (variant, own) in enumerate(zip(figure.variants, figure.kernels)):
        _entries(f"variants[{i}]", variant, ("label", "constants", "start"))
        _Variant(figure, variant["constants"], {**figure.shared, **own}).check()


class _Variant:
    """A variant: the shapes of all that names stand for, () for numbers."""

    def __init__(self, figure, constants, kernels):
        self.figure, self.constants, self.kernels = figure, constants, kernels
        self.shapes = {name: () for name in figure.state}
        self.cases = {name: 2 for name, value in figure.state.items() if type(value) is bool}
        self.cases |= {figure.choice: len(figure.variants)}
        self.grids = {call["grid"] for call in figure.program if "grid" in call}
        self.unfilled = set(figure.buffers)

    def check(self):
        for name, value in self.constants.items():
            self.add("constants", name, _shape(value))
        for name, buffer in self.figure.buffers.items():
            self.buffer(f"buffers: {name}", name, buffer)
        for i, call in enumerate(self.figure.program):
            self.call(f"program[{i}]", call)
        for i, column in enumerate(self.figure.panels):
            if not isinstance(column, (list, tuple)):
                _refuse(f"panels[{i}]", column, "a list of panels: panels is a list of columns")
            for panel in column:
                self.panel(f"panel “{panel['label']}”", panel)
        if not isinstance(self.figure.summary, (list, tuple)):
            _refuse("summary", self.figure.summary, "a list of templates")
        for i, template in enumerate(self.figure.summary):
            self.template(f"summary[{i}]", template)
        for name in self.figure.publish:
            self.number("publish", name)

    def add(self, where, name, shape=()):
        if name in self.shapes:
            _refuse(where, name, "a new name: it is in use")
        self.shapes[name] = shape

    def buffer(self, where, name, buffer):
        _entries(where, buffer, ("type", "shape"), ("names",))
        _one_of(f"{where}: type", buffer["type"], ("f8", "i4", "i1"))
        shape = tuple(self.constants.get(n, n) if isinstance(n, str) else n for n in buffer["shape"])
        if not shape or not all(type(n) is int and n > 0 for n in shape):
            _refuse(f"{where}: shape", buffer["shape"], "of ints and names of constants, each at least 1")
        if "names" in buffer and (len(buffer["names"]),) != shape:
            _refuse(f"{where}: names", buffer["names"], f"one for each entry; the shape is {shape}")
        self.add("buffers", name, shape)

    def call(self, where, call):
        grid = ("grid", "box", "coarse") if "grid" in call else ()
        _entries(where, call, ("kernel", "args", *grid), ("shares",) if grid else ("result",))
        _one_of(f"{where}: kernel", call["kernel"], self.kernels)
        for arg in call["args"]:
            if not isinstance(arg, str):
                self.number(f"{where}: args", arg)
            else:                               # a grid comes later, for layers alone
                _one_of(f"{where}: args", arg, set(self.shapes) - self.grids)
        if grid:
            _one_of(f"{where}: grid", call["grid"], [b for b in self.figure.buffers if len(self.shapes[b]) == 2])
            for bound in call["box"]:
                self.number(f"{where}: box", bound)
            if (len(call["box"]), len(call["coarse"])) != (4, 2):
                _refuse(where, call, "with four bounds in box and two ints in coarse")
        kernel = self.kernels[call["kernel"]]
        takes = inspect.signature(getattr(kernel, "py_func", kernel))
        try:                                    # a grid's kernel also takes bounds, ny, first; rows
            takes.bind(*call["args"], *range(7 if grid else 0))
        except TypeError:
            _refuse(f"{where}: args", call["args"], f"what the kernel takes, {call['kernel']}{takes}")
        filled = [arg for arg in call["args"] if arg in self.unfilled]
        self.unfilled -= set(filled)
        named = [name for arg in filled for name in self.figure.buffers[arg].get("names", ())]
        for name in (*([call["result"]] if "result" in call else ()), *call.get("shares", ()), *named):
            self.add(where, name)

    def panel(self, where, panel):
        for axis in (panel["x"], panel["y"]):
            for end in ("low", "high"):
                if axis[end] is not None or not axis["fit"]:
                    self.number(f"{where}: axis “{axis['label']}”: {end}", axis[end])
        for layer in panel["layers"]:
            kind, rows = layer["layer"], 0
            _one_of(f"{where}: layer", kind, LAYERS)
            for entry, takes in LAYERS[kind].items():
                rows = self.entry(f"{where}: {kind}: {entry}", layer[entry], takes, rows) or rows

    def entry(self, where, value, takes, rows):
        """Check an entry of a layer; the number of rows where it is an array."""
        if takes == "state":
            _one_of(where, value, _of_type(self.figure, float), "a float of the state:")
        elif takes == "grid":
            _one_of(where, value, self.grids)
        elif takes == "template":
            self.template(where, value)
        elif takes == "runs":
            for part in value if isinstance(value, list) and value else _refuse(where, value, "a list of runs"):
                self.number(f"{where}: last", 0 if part["last"] is None else part["last"])
        elif takes in ("number", "count"):
            self.number(where, value)
            known = self.constants.get(value, 0) if isinstance(value, str) else value
            if takes == "count" and not 0 <= known <= rows:
                _refuse(where, value, f"from 0 to {rows}, the rows of the array")
        elif takes != "optional" or value is not None:
            columns = () if takes == "optional" else takes
            _one_of(where, value, [name for name, shape in self.shapes.items() if shape and shape[1:] == columns])
            return self.shapes[value][0]

    def number(self, where, value):
        if isinstance(value, str):
            _one_of(where, value, [name for name, shape in self.shapes.items() if shape == ()])
        elif type(value) not in (int, float) or not math.isfinite(value):
            _refuse(where, value, "a finite number or its name")

    def template(self, where, template):
        if isinstance(template, list):
            for part in template:
                self.template(where, part)
        elif isinstance(template, dict):
            _entries(where, template, ("choose", "among"))
            self.number(f"{where}: choose", template["choose"])
            if len(template["among"]) < self.cases.get(template["choose"], 1):
                _refuse(f"{where}: among", template["among"], f"{self.cases[template['choose']]} templates")
            self.template(where, list(template["among"]))
        else:
            for name in NUMBER.findall(template):
                self.number(where, name)
            if re.search("[{}]", NUMBER.sub("", template)):
                _refuse(where, template, "text in which each number is {name:.Nf}, {name:.Ne} or {name:.N%}")


def _of_type(figure, kind):
    return [name for name, value in figure.state.items() if type(value) is kind]


def _shape(value):
    """The shape of a constant: a number, or lists of the same length."""
    if not isinstance(value, list):
        return ()
    return (len(value), *_shape(value[0])) if value else (0,)


def _refuse(where, value, allowed):
    raise ValueError(f"{where}: {reprlib.repr(value)} must be {allowed}")


def _one_of(where, value, names, what="one of"):
    if not isinstance(value, str) or value not in names:
        _refuse(where, value, f"{what} {', '.join(sorted(names)) or 'there is none'}")


def _entries(where, given, wanted, optional=()):
    """Refuse a dict without all that is wanted, or with more than is known."""
    if set(wanted) - set(given) or set(given) - {*wanted, *optional}:
        _refuse(where, sorted(given), ", ".join(wanted) + (f", and may be {optional[0]}" if optional else ""))
