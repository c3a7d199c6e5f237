"""The built site is whole and needs nothing from elsewhere."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
PAGES = sorted(page for page in HTML.rglob("*.html") if "_static" not in page.parts)  # templates lie there

pytestmark = pytest.mark.skipif(not PAGES, reason="the book is not built: make book")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HTML).as_posix())

# Elements that make a browser fetch something, with the attributes that say what.
FETCHING = {
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "source": ["src", "srcset"],
    "iframe": ["src"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "object": ["data"],
    "embed": ["src"],
}
STYLE_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?(?!data:)((?:https?:)?//[^"')\s]+)""")
# Addresses in text that is no reference: a namespace is a name, and a data block is not executed.
SCRIPT_URL = re.compile(r"""["'`](?:https?:)?//(?!www\.w3\.org/)[^"'`\s]+""")


class Page(HTMLParser):
    """What a page fetches, links to, and can be linked at."""

    def __init__(self, path):
        super().__init__()
        self.path, self.fetched, self.links, self.ids, self.images = path, [], [], set(), []
        self.styles, self.scripts, self.inside = [], [], None
        self.feed(path.read_text(encoding="utf8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        self.fetched += [attributes[key] for key in FETCHING.get(tag, ()) if attributes.get(key)]
        if "style" in attributes:
            self.styles.append(attributes["style"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append(attributes)
        executed = "json" not in attributes.get("type", "")
        self.inside = {"style": self.styles, "script": self.scripts if executed else None}.get(tag)

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside is not None:
            self.inside.append(data)


@cache
def parsed(path):
    return Page(path)


def is_local(address):
    return urlsplit(address).scheme in ("", "data", "file") and not urlsplit(address).netloc


def target(page, address):
    """The file and the anchor that a local address on a page leads to."""
    parts = urlsplit(address)
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path, unquote(parts.fragment)


@every_page
def test_nothing_is_fetched_from_elsewhere(page):
    found = parsed(page)
    elsewhere = [address for address in found.fetched if not is_local(address)]
    elsewhere += [address for text in found.styles for address in STYLE_URL.findall(text)]
    elsewhere += [address for text in found.scripts for address in SCRIPT_URL.findall(text)]
    assert not elsewhere


@every_page
def test_what_is_fetched_is_there(page):
    files = [address for address in parsed(page).fetched if not address.startswith("data:")]
    assert not [address for address in files if not target(page, address)[0].exists()]


def test_no_style_sheet_fetches_from_elsewhere():
    found = {f.name: STYLE_URL.findall(f.read_text(encoding="utf8")) for f in HTML.rglob("*.css")}
    assert found and not {name: addresses for name, addresses in found.items() if addresses}


@every_page
def test_links_lead_somewhere(page):
    dead = []
    for address in filter(is_local, parsed(page).links):
        path, anchor = target(page, address)
        if not path.exists():
            dead.append(address)
        elif anchor and path.suffix == ".html" and anchor not in parsed(path).ids:
            dead.append(address)
    assert not dead


@every_page
def test_images_have_alternative_text(page):
    without = [image.get("src") for image in parsed(page).images if not image.get("alt", "").strip()]
    assert not without


def test_the_site_says_what_it_was_built_from():
    assert re.fullmatch(r"[0-9a-f]{64}\n", (HTML.parent / "key.sha256").read_text())
