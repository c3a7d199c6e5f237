"""MathJax from the installed package sphinx-mathjax-offline, so that a page needs no network.

The package's own Sphinx extension copies all of its 24 MB. The pages load one entry point, its fonts, and,
when a formula or the reader's menu asks for them, TeX extensions and the accessibility modules.
"""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

PACKAGE = "sphinx-mathjax-offline"
PARTS = ("tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions", "a11y", "sre")


def copy_mathjax(app):
    """Copy the needed parts to _static/mathjax, before a page asks for the checksum of the entry point."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    with as_file(files(PACKAGE) / "static" / "mathjax") as source:
        for part in PARTS:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            if (source / part).is_dir():
                shutil.copytree(source / part, target / part, dirs_exist_ok=True)
            else:
                shutil.copy(source / part, target / part)


def setup(app):
    app.connect("builder-inited", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
