"""Bring the live figures of a page to life without a kernel.

myst-nb writes the state of a page's widgets into the page. Every anywidget model carries the text of its
view module there, so that ten figures would store it ten times. This extension takes the text out of the
state and adds two classic scripts instead: figure-view.js, the same module, and runtime.js, which draws the
controls and mounts the view. They are classic scripts because browsers refuse module scripts on file://
pages.
"""

import json
import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
STATE = "ipywidgets_state"  # the name under which myst-nb files the state among a page's scripts
GLOBAL = "globalThis.descentView = "
REFERENCE = re.compile(r"IPY_MODEL_(\w+)")


def classic_script(module):
    """The ES module `module` as a classic script that leaves its default export in globalThis.descentView."""
    if len(re.findall(r"^\s*export\b", module, re.M)) != 1 or module.count("export default ") != 1:
        raise ExtensionError("the figure view must have one `export default` and no other export")
    if re.search(r"^\s*import\b", module, re.M):
        raise ExtensionError("the figure view must not import: a classic script cannot")
    return f"(() => {{\n{module.replace('export default ', GLOBAL)}\n}})();\n"


def says_nothing(model):
    """True of a layout or style model in which every setting has its default."""
    if not model["model_name"].endswith(("LayoutModel", "StyleModel")):
        return False
    return all(value in (None, "") for key, value in model["state"].items() if not key.startswith("_"))


def lighten(models, view_source):
    """Remove the text of our view, and settings that set nothing, from a page's models; count the views."""
    views = [model["state"] for model in models.values() if model["state"].get("_esm") == view_source]
    for state in views:
        state.pop("_esm")
        state.pop("_css", None)
    empty = {identity for identity, model in models.items() if says_nothing(model)}
    for identity in empty:
        del models[identity]
    for model in models.values():
        for key, value in list(model["state"].items()):
            found = REFERENCE.fullmatch(value) if isinstance(value, str) else None
            if found and found[1] in empty:
                del model["state"][key]
    return len(views)


def write_scripts(static, view_source):
    """Write figure-view.js and runtime.js to the folder of static files."""
    static.mkdir(parents=True, exist_ok=True)
    (static / "figure-view.js").write_text(classic_script(view_source), encoding="utf8")
    with as_file(files("descent.demos") / "js" / "static-runtime.js") as runtime:
        shutil.copy(runtime, static / "runtime.js")


def prepare_pages(app, env):
    """After all pages are read: rewrite the widget state of those that have one; give them the scripts."""
    pages = [name for name in env.found_docs if STATE in NbMetadataCollector.get_js_files(env, name)]
    if app.builder.format != "html" or not pages:
        return
    from descent.demos import view_source  # here, because a book without live figures does not need it

    source = view_source()
    write_scripts(Path(app.outdir, "_static"), source)
    for name in sorted(pages):
        _, attributes = NbMetadataCollector.get_js_files(env, name)[STATE]
        state = json.loads(attributes["body"])
        if lighten(state["state"], source) == 0:
            LOGGER.warning("the widgets of this page are no live figures: they stay dead", location=name)
        # "</" ends a script element wherever it stands; in JSON, "<\/" means the same.
        body = json.dumps(state, separators=(",", ":")).replace("</", "<\\/")
        NbMetadataCollector.add_js_file(env, name, STATE, None, {**attributes, "body": body})
        for script in ("figure-view.js", "runtime.js"):
            NbMetadataCollector.add_js_file(env, name, script, script, {"defer": "defer"})


def setup(app):
    app.connect("env-updated", prepare_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
