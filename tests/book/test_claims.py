"""Every row of book/claims.yml points at a place in the built book and at a test."""

import ast
import importlib.util
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
ROWS = yaml.safe_load((ROOT / "book" / "claims.yml").read_text(encoding="utf8"))
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.get("id")))


def directive():
    """The module that renders the table: it knows which rows are sound."""
    spec = importlib.util.spec_from_file_location("claims_directive", ROOT / "book" / "_ext" / "claims.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Anchors(HTMLParser):
    """Every id of a page."""

    def __init__(self):
        super().__init__()
        self.ids = set()

    def handle_starttag(self, tag, attributes):
        self.ids.update(value for name, value in attributes if name == "id")


def defined_in(path):
    """The names of the test functions of a file, those of classes as Class::function."""
    tree = ast.parse(path.read_text(encoding="utf8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            methods = (child.name for child in node.body if isinstance(child, ast.FunctionDef))
            yield from (f"{node.name}::{name}" for name in methods)


@every_row
def test_row_is_sound(row):
    assert directive().faults(row) == []


def test_ids_are_unique():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids))


def test_faults_are_found():
    sound = dict(ROWS[0])
    faults = directive().faults
    assert faults(sound) == []
    assert faults(sound | {"verdict": "true"})
    assert faults(sound | {"colour": "red"})
    assert faults(sound | {"shown": ""})
    assert faults({key: value for key, value in sound.items() if key != "note"})
    assert faults("chen/eq-30")


@every_row
def test_shown_is_a_place_in_the_book(row):
    if not row["shown"]:
        pytest.skip("not shown")
    page, _, anchor = row["shown"].partition("#")
    assert f"file: book/{page}\n" in (ROOT / "_toc.yml").read_text(encoding="utf8")
    if not HTML.exists():
        pytest.skip("the book is not built: make book")
    anchors = Anchors()
    anchors.feed((HTML / "book" / f"{page}.html").read_text(encoding="utf8"))
    assert anchor in anchors.ids


@every_row
def test_test_exists(row):
    if not row["test"]:
        pytest.skip("not tested")
    file, _, name = row["test"].partition("::")
    assert (ROOT / file).exists(), f"there is no {file}"
    assert name.split("[")[0] in set(defined_in(ROOT / file)), f"{file} has no {name}"
