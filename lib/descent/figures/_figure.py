"""A figure: state, a program of kernel calls, panels of layers. One description for the page, Jupyter and the PNG."""

import dataclasses
import json

import numpy as np

from .. import _checks, wasm
from ._checked import check
from ._summary import fill

DTYPES = {"f8": np.float64, "i4": np.int32, "i1": np.int8}
DESCRIBED = ("key", "name", "about", "state", "variants", "choice", "buffers", "program", "panels", "summary",
             "publish", "play")


@dataclasses.dataclass(frozen=True)
class Figure:
    """A live figure, before anything is drawn.

    A description that the page could not draw is refused: a ValueError names the entry, its value and what is allowed.

    Attributes
    ----------
    key : short name for addresses and files, of letters, digits and hyphens
    name : accessible name, one phrase
    about : what the figure shows, for who does not see it: the picture's alternative text
    state : dict of str to number or bool; what controls and handles set. An int takes whole numbers, a float reals
    variants : list of dicts: ``label``, ``constants`` (numbers and nested lists, by name, the same for all), ``start``
        (state to set when the variant is chosen)
    kernels : list of dicts of str to kernel, one for each variant
    buffers : dict of str to dict: ``type`` f8, i4 or i1; ``shape``, of ints and names of constants; ``names``
        (optional), under which the entries of a one-dimensional buffer are known as numbers. The first call that names
        a buffer fills it, later ones read it
    program : list of calls, in order. ``kernel``; ``args``, of numbers and names; ``result`` (optional), the name of
        what it returns. A heavy call fills a grid in the background, see the notes
    panels : list of columns, lists of panels, see `descent.figures.vocabulary`
    summary : list of templates, one for each sentence that says what the figure now shows. A template is text with
        numbers, or ``{"choose": name, "among": [template, …]}``, or a list of such parts. A number has N digits and one
        of three forms: {name:.Nf}, {name:.Ne}, {name:.N%}; with .Ne an exact zero is 0
    choice : name of the state entry that is the index of the variant, None when there is one variant
    shared : dict of str to kernel, those that are the same for all variants
    publish : names of values that controls follow, such as the end of a slider's range
    play : None, or what the play button does: ``entry`` of the state, ``first``, ``last`` and ``step`` of its values,
        the time of one in ``ms``

    Notes
    -----
    A call that fills a grid names the buffer, ``grid``; its bounds, ``box``, four names or numbers; ``coarse``, the
    shape of a first quick pass; ``shares`` (optional), names for the fractions of the classes. The page calls the
    kernel for one band of rows after the other, as (xmin, xmax, ymin, ymax, ny, first, *args, rows): ``ny``, the height
    of the whole grid, and ``first``, the index of the band's first row, are int32; ``rows`` is the band, (its height,
    nx). Row 0 is at ymin, and values are those at the centres of cells. No other call reads a grid. For example:

        @kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1])")
        def distances(xmin, xmax, ymin, ymax, ny, first, x0, rows):
            for i in range(rows.shape[0]):
                for j in range(rows.shape[1]):
                    x = xmin + (xmax - xmin) * (j + 0.5) / rows.shape[1]
                    y = ymin + (ymax - ymin) * (first + i + 0.5) / ny
                    rows[i, j] = math.sqrt((x - x0) * (x - x0) + y * y)

        buffers={"far": {"type": "f8", "shape": [400, 400]}}
        program=[{"kernel": "distances", "grid": "far", "box": [-2, 2, -2, 2], "coarse": [50, 50], "args": ["x0"]}]
    """

    key: str
    name: str
    about: str
    state: dict
    variants: list
    kernels: list
    buffers: dict
    program: list
    panels: list
    summary: list
    choice: str | None = None
    shared: dict = dataclasses.field(default_factory=dict)
    publish: tuple = ()
    play: dict | None = None

    def __post_init__(self):
        check(self)
        for variant in self.variants:
            self._checked(variant["start"])

    def description(self):
        """All but the kernels, as JSON text; the same figure gives the same text."""
        whole = [name for name, value in self.state.items() if type(value) is int]     # JSON does not tell 1 from 1.0
        return json.dumps({**{name: getattr(self, name) for name in DESCRIBED}, "whole": whole}, separators=(",", ":"),
                          allow_nan=False)

    def modules(self):
        """The WebAssembly modules, b"" for one without kernels.

        Of the shared kernels, then of each variant; of the kernels that fill grids, for each variant; the same again
        with vector instructions.
        """
        filling = {call["kernel"] for call in self.program if "grid" in call}
        called = {call["kernel"] for call in self.program if "grid" not in call}
        near = [{name: kernel for name, kernel in kernels.items() if name in called or name not in filling}
                for kernels in (self.shared, *self.kernels)]
        grids = [{name: kernel for name, kernel in {**self.shared, **kernels}.items() if name in filling}
                 for kernels in self.kernels]
        return [wasm.compile(kernels, simd) if kernels else b""
                for group, simd in ((near, False), (grids, False), (grids, True)) for kernels in group]

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
        scope = self._checked(state or {})
        choice = scope[self.choice] if self.choice else 0
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
                kernel(*[scope.get(bound, bound) for bound in call["box"]], len(grid), 0, *args, grid)
                scope |= {name: float(np.mean(grid == k)) for k, name in enumerate(call.get("shares", []))}
            else:
                result = kernel(*args)
                if "result" in call:
                    scope[call["result"]] = result
            for arg in call["args"]:
                for i, name in enumerate(self.buffers.get(arg, {}).get("names", []) if isinstance(arg, str) else []):
                    scope[name] = float(scope[arg][i])
        return scope

    def _checked(self, state):
        """The whole state: the figure's own, with the entries of `state`, of the types of the figure's own."""
        unknown = sorted(set(state) - set(self.state))
        if unknown:
            raise ValueError(f"state has no {unknown}; it has {sorted(self.state)}")
        whole = {}
        for name, own in self.state.items():
            value = state.get(name, own)
            if isinstance(own, bool):
                if not isinstance(value, (bool, np.bool_)):
                    raise ValueError(f"{name}={value!r} must be True or False")
                whole[name] = int(value)
            elif isinstance(own, int):
                most = len(self.variants) - 1 if name == self.choice else 2**31 - 1
                whole[name] = _checks.whole(name, value, 0 if name == self.choice else -(2**31), most)
            else:
                whole[name] = _checks.finite(name, value)
        return whole

    def summarise(self, values):
        """The sentences of the summary for those values."""
        return " ".join(fill(sentence, values) for sentence in self.summary)
