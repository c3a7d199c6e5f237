"""A page with live figures and nothing else: what the book's extension puts into a page, without the book."""

import importlib.util
import json
from pathlib import Path

from descent import demos
from ipywidgets.embed import dependency_state

ROOT = Path(__file__).resolve().parents[2]
THEMES = ":root { color-scheme: light dark } @media (prefers-color-scheme: dark) { body { background: #16181c } }"
RUNTIME = ROOT / "lib" / "descent" / "demos" / "js" / "static-runtime.js"


def _extension():
    """The book's extension, which is no package."""
    spec = importlib.util.spec_from_file_location("live", ROOT / "book" / "_ext" / "live.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(*figures, between=""):
    """The HTML text of a page with those live figures, one below the other."""
    state = {}
    for figure in figures:
        state |= dependency_state(figure, drop_defaults=False)
    live = _extension()
    live.lighten(state, demos.view_source())
    body = json.dumps({"version_major": 2, "version_minor": 0, "state": state}).replace("</", "<\\/")
    places = between.join(figure._repr_mimebundle_()[0]["text/html"] for figure in figures)
    style = (ROOT / "book" / "assets" / "book.css").read_text(encoding="utf-8")
    head = (f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>figures</title>'
            f"<style>{THEMES}{style}</style>"
            f'<script type="application/vnd.jupyter.widget-state+json">{body}</script>')
    scripts = "".join(f"<script>{text}</script>" for text in (live.classic_script(demos.view_source()),
                                                              RUNTIME.read_text(encoding="utf-8")))
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{places}</main>{scripts}</body></html>'
