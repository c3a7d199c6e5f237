"""A live figure: controls, and the view that draws a figure description with its kernels."""

import base64
import functools
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
         "theme.js", "view.js")


@functools.cache
def view_source():
    """The view as one ES module: the files of js/ in order, their imports of each other left out."""
    parts = [re.sub(r"^(import .*;\n|export (?!default))", "", (SOURCES / name).read_text(encoding="utf-8"), flags=re.M)
             for name in FILES]
    style = json.dumps((SOURCES / "figure.css").read_text(encoding="utf-8"))
    return f"const STYLE = {style};\n" + "".join(parts)


class View(anywidget.AnyWidget):
    """The drawing part. Its state: the description, the modules, and the entries of the figure's state."""

    _esm = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    modules = traitlets.List(traitlets.Bytes()).tag(sync=True)


class LiveFigure(ipywidgets.VBox):
    """A figure with its controls.

    Parameters
    ----------
    figure : descent.figures.Figure
    controls : dict of str to (widget, trait)
        For each entry of the figure's state that has one, an ipywidgets control and the trait that is tied to it.
    """

    def __init__(self, figure, controls):
        entries = {name: (traitlets.Int if isinstance(value, int) else traitlets.Float)(value).tag(sync=True)
                   for name, value in figure.state.items()}
        view = type("View", (View,), entries)(_esm=view_source(), description=figure.description(),
                                              modules=figure.modules())
        self.figure, self.view = figure, view
        for name, (widget, trait) in controls.items():
            ipywidgets.jslink((widget, trait), (view, name))
        super().__init__([ipywidgets.HBox([widget for widget, _ in controls.values()]), view])

    @property
    def state(self):
        """The present state, as the reader has set it."""
        return {name: getattr(self.view, name) for name in self.figure.state}

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
