"""The table of contents, the notebooks on disk, and the notebooks that nbval runs are the same set."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))


def entries(node):
    """Every file that a part of the table of contents names, without its ending."""
    if isinstance(node, dict):
        yield from (node[key] for key in ("root", "file") if key in node)
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from entries(child)


def notebooks():
    """Every notebook of the book, relative to the root of the repository."""
    found = (path.relative_to(ROOT) for path in (ROOT / "book").rglob("*.ipynb"))
    return {path for path in found if ".ipynb_checkpoints" not in path.parts}


def test_every_entry_is_one_file():
    for entry in entries(TOC):
        found = [ending for ending in (".md", ".ipynb") if (ROOT / (entry + ending)).exists()]
        assert len(found) == 1, f"_toc.yml names {entry}, on disk with the endings {found}"


def test_no_entry_is_named_twice():
    named = list(entries(TOC))
    assert len(named) == len(set(named))


def test_every_notebook_is_in_the_toc():
    missing = {path.with_suffix("").as_posix() for path in notebooks()} - set(entries(TOC))
    assert not missing, f"not in _toc.yml: {sorted(missing)}"


def test_every_notebook_is_run_by_the_tests():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "book"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    collected = {Path(line.split("::")[0]) for line in listing.splitlines() if "::" in line}
    assert collected == notebooks()
