"""A live figure: controls, and the view that draws a figure description with its kernels."""

import base64
import functools
import gzip
import html
import json
import pathlib
import re
import struct

import anywidget
import ipywidgets
import traitlets

from ..figures import render

SOURCES = pathlib.Path(__file__).parent / "js"
# in this order each file finds above it what it imports
FILES = ("module.js", "pool.js", "program.js", "summary.js", "axes.js", "layers.js", "panel.js", "legend.js",
         "theme.js", "table.js", "buttons.js", "view.js")
TRAITS = {bool: traitlets.Bool, int: traitlets.Int, float: traitlets.Float}
# what each control is tied by, and the entries of a state that it can set
CONTROLS = {ipywidgets.FloatSlider: ("value", float), ipywidgets.FloatLogSlider: ("value", float),
            ipywidgets.IntSlider: ("value", int), ipywidgets.Checkbox: ("value", bool),
            ipywidgets.Dropdown: ("index", int), ipywidgets.ToggleButtons: ("index", int)}


@functools.cache
def view_source():
    """The view as one ES module: the files of js/ in order, their imports of each other left out."""
    parts = [re.sub(r"^(import .*;\n|export (?!default))", "", (SOURCES / name).read_text(encoding="utf-8"), flags=re.M)
             for name in FILES]
    style = json.dumps((SOURCES / "figure.css").read_text(encoding="utf-8"))
    return f"const STYLE = {style};\n" + "".join(parts)


def packed(modules):
    """Modules as one gzip file, half the weight of each for itself: their number and lengths, then their bytes."""
    lengths = struct.pack(f"<{len(modules) + 1}I", len(modules), *map(len, modules))
    return gzip.compress(lengths + b"".join(modules), mtime=0)


class View(anywidget.AnyWidget):
    """The drawing part. Its state: description, modules, the entries of the figure's state, what it publishes."""

    _esm = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    modules = traitlets.Bytes().tag(sync=True)  # see `packed`
    limits = traitlets.Dict().tag(sync=True)    # of the controls: what an address may set


def _limits(controls):
    """The least and the largest value of each control, where the figure does not change them."""
    limits = {}
    for name, (widget, _, *moving) in controls.items():
        if hasattr(widget, "options"):
            limits[name] = [0, len(widget.options) - 1]
        elif isinstance(widget, ipywidgets.FloatLogSlider):
            limits[name] = [widget.base**widget.min, widget.base**widget.max]
        elif hasattr(widget, "max") and not any(moving):
            limits[name] = [widget.min, widget.max]
    return limits


def _set(figure, name, widget, trait, limits):
    """Give the control of an entry of the state its value there; refuse one that cannot have it."""
    if name not in figure.state:
        raise ValueError(f"controls: {name!r} must be an entry of the state, one of {', '.join(figure.state)}")
    if CONTROLS.get(type(widget)) != (trait, type(figure.state[name])):
        fit = [f"({kind.__name__}, {key!r})" for kind, (key, entry) in CONTROLS.items()
               if entry is type(figure.state[name])]
        raise ValueError(f"controls: {name}=({type(widget).__name__}, {trait!r}) must be one of {', '.join(fit)}: "
                         f"{name} is {figure.state[name]!r}")
    if set(limits) - {"min", "max"} or set(limits.values()) - set(figure.publish):
        raise ValueError(f"controls: {name}: limits={limits!r} must tie min and max to names of {figure.publish!r}")
    try:
        setattr(widget, trait, figure.state[name])
    except traitlets.TraitError:
        pass                                    # an index that the list does not have
    if getattr(widget, trait) != figure.state[name]:
        raise ValueError(f"controls: {name}={figure.state[name]!r} of the state must be a value of its control, which "
                         f"is at {getattr(widget, trait)!r}")


class LiveFigure(ipywidgets.VBox):
    """A figure with its controls, which are set to the figure's own state.

    Parameters
    ----------
    figure : descent.figures.Figure
    controls : dict of str to (widget, trait) or (widget, trait, limits)
        For each entry of the figure's state that has one, an ipywidgets control and the trait that is tied to it:
        for a float FloatSlider and FloatLogSlider, for an int IntSlider, for a bool Checkbox by ``"value"``; for an int
        Dropdown and ToggleButtons by ``"index"``. ``limits``: a dict of the slider's ``"min"`` and ``"max"`` to names
        that the figure publishes.
    remake : function of a Landscape, optional
        Makes the figure of another function; `landscape` calls it.
    """

    def __init__(self, figure, controls, remake=None):
        for name, (widget, trait, *limits) in controls.items():
            _set(figure, name, widget, trait, dict(*limits))
        values = figure.values() if figure.publish else {}
        entries = {name: TRAITS[type(value)](value).tag(sync=True) for name, value in figure.state.items()}
        entries |= {name: traitlets.Float(float(values[name])).tag(sync=True) for name in figure.publish}
        view = type("View", (View,), entries)(_esm=view_source(), description=figure.description(),
                                              modules=packed(figure.modules()), limits=_limits(controls))
        self.figure, self.view, self._remake, self._landscape = figure, view, remake, None
        for name, (widget, trait, *limits) in controls.items():
            for end, published in dict(*limits).items():
                ipywidgets.jslink((view, published), (widget, end))
            ipywidgets.jslink((widget, trait), (view, name))
        super().__init__([ipywidgets.HBox([widget for widget, *_ in controls.values()]), view])

    @property
    def state(self):
        """The present state, as the reader has set it: a dict of str to number or bool."""
        return {name: getattr(self.view, name) for name in self.figure.state}

    def values(self):
        """What the figure draws in its present state, by the same kernels: a dict of str to float or array."""
        return self.figure.values(self.state)

    @property
    def landscape(self):
        """The function that was set, None before. Setting it compiles its kernels and draws it: a Landscape."""
        return self._landscape

    @landscape.setter
    def landscape(self, f):
        if self._remake is None:
            raise ValueError(f"landscape: the figure “{self.figure.name}” is made for its own functions")
        figure = self._remake(f)
        if set(figure.state) != set(self.figure.state) or set(figure.publish) != set(self.figure.publish):
            raise ValueError("landscape: the figure of another function must have the same state")
        self.figure, self._landscape = figure, f
        with self.view.hold_sync():             # the page gets all of it at once
            self.view.modules = packed(figure.modules())
            for name, value in figure.state.items():
                setattr(self.view, name, value)
            self.view.description = figure.description()

    def _repr_mimebundle_(self, **kwargs):
        """The widget; for a page the place where it comes to life, with a picture; for paper the picture."""
        data = super()._repr_mimebundle_(**kwargs)
        bundle, metadata = data if isinstance(data, tuple) else (data, {})
        png = render(self.figure, self.state)
        width, height = struct.unpack(">II", png[16:24])
        picture = base64.b64encode(png).decode()
        page = (f'<div class="live-figure" data-model-id="{self.model_id}"><img src="data:image/png;base64,{picture}" '
                f'alt="{html.escape(self.figure.about)}" width="{width}" height="{height}"></div>')
        return {**bundle, "text/html": page, "image/png": picture}, metadata
