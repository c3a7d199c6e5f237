"""The public names of the library: each has a docstring that is whole, and stands as written on the API page."""

import importlib.util
import inspect
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "_build" / "html" / "book" / "api.html"


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


docstrings = load("docstrings")
MODULES = docstrings.modules("descent")
PUBLIC = {f"{name}.{key}": value for name, module in MODULES.items()
          for key, value in docstrings.public(module).items()}
MEMBERS = {f"{name}.{key}": value for name, owner in PUBLIC.items() if inspect.isclass(owner)
           for key, value in docstrings.members(owner).items()}
CONSTANTS = [name for name, value in PUBLIC.items() if docstrings.kind(value) == "data"]
DOCUMENTED = {name: value for name, value in (PUBLIC | MEMBERS).items() if name not in CONSTANTS}
# Known gaps: whoever closes one removes it here.
every_documented = pytest.mark.parametrize("name", DOCUMENTED)
page_is_built = pytest.mark.skipif(not PAGE.exists(), reason="the book is not built: make book")


class Page(HTMLParser):
    """The ids and the headings of the API page, and its text without markup."""

    def __init__(self):
        super().__init__()
        self.ids, self.headings, self.parts = [], [], []
        article = re.search(r"<article.*?</article>", PAGE.read_text(encoding="utf8"), re.S)
        self.feed(article[0])
        self.text = squeezed("".join(self.parts))

    def handle_starttag(self, tag, attributes):
        self.ids += [value for key, value in attributes if key == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_data(self, data):
        self.parts.append(data)


def squeezed(text):
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def page():
    return Page()


def blocks(docstring):
    """All its texts: free ones, and those of its sections with the heads of their entries."""
    yield from docstring.blocks
    for items in docstring.sections.values():
        for item in items:
            yield from [item.head, *item.blocks] if isinstance(item, docstrings.Entry) else [item]


def test_no_module_is_forgotten():
    found = {path.stem for path in (ROOT / "lib" / "descent").iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {name for name in MODULES if name.count(".") == 1} == {f"descent.{name}" for name in found if name[0] != "_"}
    assert {name for name in MODULES if name.count(".") > 1} == {"descent.figures.vocabulary"}


@every_documented
def test_there_is_a_docstring(name):
    assert DOCUMENTED[name].__doc__.strip()


@pytest.mark.parametrize("name", [name for name in PUBLIC if name in DOCUMENTED])
def test_parameters_and_fields_are_described(name):
    assert docstrings.undescribed(PUBLIC[name]) == []


@pytest.mark.parametrize("name", MEMBERS)
def test_parameters_of_a_method_are_described_all_or_none(name):
    if "Parameters" in docstrings.parse(MEMBERS[name].__doc__).sections:
        assert docstrings.undescribed(MEMBERS[name], method=True) == []


@every_documented
def test_no_parameter_is_described_that_is_none(name):
    value = DOCUMENTED[name]
    called = {parameter.name for parameter in docstrings.parameters(value)}
    assert docstrings.parse(value.__doc__).described("Parameters") <= called


@every_documented
def test_no_attribute_is_described_that_is_none(name):
    value = DOCUMENTED[name]
    if fields := docstrings.fields(value):
        known = docstrings.parse(value.__doc__).described("Attributes")
        assert known <= {*fields, *vars(value)}


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_are_named_by_a_docstring_of_their_module(name):
    module, _, key = name.rpartition(".")
    texts = [MODULES[module].__doc__, *(value.__doc__ for other, value in DOCUMENTED.items()
                                        if other.startswith(module + "."))]
    assert any(re.search(rf"\b{key}\b", text) for text in texts)


@page_is_built
def test_every_public_name_is_a_target(page):
    wanted = [*MODULES, *PUBLIC, *MEMBERS]
    assert sorted(identity for identity in page.ids if identity.startswith("descent.")) == sorted(wanted)


@page_is_built
def test_headings_are_in_order(page):
    assert page.headings == [1] + [2] * len(MODULES)


@page_is_built
@every_documented
def test_the_text_stands_as_written(page, name):
    for block in blocks(docstrings.parse(DOCUMENTED[name].__doc__)):
        text = "".join(block) if isinstance(block, list) else block
        shown = re.sub(r"``?([^`]+)``?", r"\1", text)
        assert squeezed(shown) in page.text


def test_the_parts_of_a_docstring():
    parsed = docstrings.parse("""|x*y| at x_k, for the ``first`` `k`.

    Second paragraph,
    of two lines.

        x -> y

    Parameters
    ----------
    a, b : (d,), finite
    radius : above 0;  name : str
        One of two.
    **others
    long : a first line that is so long that the next one goes on with the sentence, which is no type
        of anything.

    Raises
    ------
    ValueError
        When not.

    Notes
    -----
    A note.
    """)
    entries = [(entry.names, entry.blocks) for entry in parsed.sections["Parameters"]]
    assert parsed.blocks == ["|x*y| at x_k, for the ``first`` `k`.", "Second paragraph, of two lines.", ["x -> y"]]
    assert entries == [(["a", "b"], ["(d,), finite"]), (["radius"], ["above 0"]), (["name"], ["str", "One of two."]),
                       (["others"], []),
                       (["long"], ["a first line that is so long that the next one goes on with the sentence, which is "
                                   "no type of anything."])]
    assert [(entry.head, entry.blocks) for entry in parsed.sections["Raises"]] == [("ValueError", ["When not."])]
    assert parsed.sections["Notes"] == ["A note."]


def sample(a, /, b: int, *, c=squeezed, d: float = 0.5, e="x" * 50, **rest):
    """Nothing.

    Parameters
    ----------
    a, b, c : of the first three
    """


def test_the_signature():
    texts = docstrings.signature(docstrings.parameters(sample))
    assert ", ".join(texts) == "a, /, b, *, c=squeezed, d=0.5, e=…, **rest"


def test_gaps_are_found():
    assert docstrings.undescribed(sample) == ["d", "e", "rest"]
