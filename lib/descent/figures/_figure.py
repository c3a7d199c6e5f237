"""A figure: state, a program of kernel calls, panels of layers. One description for the page, Jupyter and the PNG."""

import dataclasses
import json

import numpy as np

from .. import _checks, wasm

DTYPES = {"f8": np.float64, "i4": np.int32, "i1": np.int8}


@dataclasses.dataclass(frozen=True)
class Figure:
    """A live figure, before anything is drawn.

    Attributes
    ----------
    name : accessible name, one phrase
    about : what the figure shows, for who does not see it: the picture's alternative text
    state : dict of str to number; what controls set
    variants : list of dicts: ``label``, ``constants`` (numbers and nested lists, by name), ``start`` (state to set
        when the variant is chosen)
    choice : name of the state entry that is the index of the variant
    shared : dict of str to kernel, those that are the same for all variants
    kernels : list of dicts of str to kernel, one for each variant
    buffers : dict of str to dict: ``type`` f8, i4 or i1; ``shape``, of ints and names of constants; ``names``
        (optional), under which the entries of a one-dimensional buffer are known as numbers. The first call that names
        a buffer fills it, later ones read it
    program : list of calls, in order. ``kernel``; ``args``, of numbers and names; ``result`` (optional), the name of
        what it returns. A heavy call fills a grid row by row: ``grid`` is its buffer, ``box`` the four names of its
        bounds, ``coarse`` the shape of a first quick pass, ``shares`` the names of the fractions of the classes; the
        kernel is called as (xmin, xmax, ymin, ymax, ny, first row, *args, rows).
    panels : list of dicts, see `descent.figures._vocabulary`
    summary : list of templates, one for each sentence that says what the figure now shows. A template is text with
        {name:.3f}, or ``{"choose": name, "among": [template, …]}``, or a list of such parts
    """

    name: str
    about: str
    state: dict
    variants: list
    choice: str
    shared: dict
    kernels: list
    buffers: dict
    program: list
    panels: list
    summary: list

    def description(self):
        """All but the kernels, as JSON text; the same figure gives the same text."""
        keys = ("name", "about", "state", "variants", "choice", "buffers", "program", "panels", "summary")
        return json.dumps({key: getattr(self, key) for key in keys}, separators=(",", ":"), allow_nan=False)

    def modules(self):
        """The WebAssembly modules: of the shared kernels, then of each variant."""
        return [wasm.compile(kernels) for kernels in (self.shared, *self.kernels)]

    def values(self, state=None):
        """Everything that the figure draws, computed natively by the kernels.

        Parameters
        ----------
        state : dict, optional
            Entries that differ from the figure's own state.

        Returns
        -------
        dict of str to float or array
        """
        unknown = set(state or {}) - set(self.state)
        if unknown:
            raise ValueError(f"state has no {sorted(unknown)}; it has {sorted(self.state)}")
        scope = {name: _checks.finite(name, value) for name, value in {**self.state, **(state or {})}.items()}
        choice = _checks.whole(self.choice, scope[self.choice], 0, len(self.variants) - 1)
        scope |= {name: np.array(value, dtype=float) if isinstance(value, list) else value
                  for name, value in self.variants[choice]["constants"].items()}
        for name, buffer in self.buffers.items():
            shape = [length if isinstance(length, int) else int(scope[length]) for length in buffer["shape"]]
            scope[name] = np.zeros(shape, DTYPES[buffer["type"]])
        kernels = {**self.shared, **self.kernels[choice]}
        for call in self.program:
            kernel = kernels[call["kernel"]]
            args = [scope[arg] if isinstance(arg, str) else arg for arg in call["args"]]
            if "grid" in call:
                grid = scope[call["grid"]]
                kernel(*[scope[bound] for bound in call["box"]], len(grid), 0, *args, grid)
                scope |= {name: float(np.mean(grid == k)) for k, name in enumerate(call["shares"])}
            else:
                result = kernel(*args)
                if "result" in call:
                    scope[call["result"]] = result
            for arg in call["args"]:
                for i, name in enumerate(self.buffers.get(arg, {}).get("names", []) if isinstance(arg, str) else []):
                    scope[name] = float(scope[arg][i])
        return scope

    def summarise(self, values):
        """The sentences of the summary for those values."""
        return " ".join(fill(sentence, values) for sentence in self.summary)


def fill(template, values):
    """A summary template with its numbers."""
    if isinstance(template, list):
        return "".join(fill(part, values) for part in template)
    if isinstance(template, dict):
        return fill(template["among"][int(values[template["choose"]])], values)
    return template.format(**values)
