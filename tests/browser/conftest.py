"""The built site in a real Chromium, from a local server and from the disk, with every other address out of reach."""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
# DESCENT_SITE names another copy of the site: broken on purpose, to see that a test can fail.
SITE = Path(os.environ.get("DESCENT_SITE", ROOT / "_build" / "html"))
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
INLINE = ("blob", "data", "about")  # schemes of addresses that leave neither the page nor the browser


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.fail(f"there is no built book in {SITE}: run `make book`", pytrace=False)
    return SITE


@pytest.fixture(scope="module")
def server(site):
    """The address of a server of the site."""
    handler = functools.partial(QuietHandler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    """One Chromium for the tests of a module."""
    path = shutil.which(os.environ.get("CHROMIUM", "")) or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not path:
        pytest.fail("no Chromium: `make test` looks for one and says how to get one", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


class Watch:
    """What a context must not do: leave for the network, or log an error."""

    def __init__(self, context, served):
        self.elsewhere, self.errors = [], []
        self.served = served
        context.route(self.is_elsewhere, self.refuse)
        context.route_web_socket(self.is_elsewhere, lambda socket: self.elsewhere.append(socket.url))
        context.on("console", self.note)
        context.on("weberror", lambda error: self.errors.append(str(error.error.stack or error.error)))

    def is_elsewhere(self, address):
        parts = urlsplit(address)
        local = parts.netloc == self.served or parts.scheme in INLINE or parts.scheme == "file" and not parts.netloc
        return not local

    def refuse(self, route):
        self.elsewhere.append(route.request.url)
        route.abort()

    def note(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text}  at {message.location['url']}:{message.location['lineNumber']}")

    def check(self):
        assert not self.elsewhere, f"requests that leave the machine: {self.elsewhere}"
        assert not self.errors, f"errors in the console: {self.errors}"


@pytest.fixture
def new_context(browser):
    """new_context(served, **options): a watched browser context; `served` is the only host:port it may ask."""
    opened = []

    def new_context(served, **options):
        context = browser.new_context(**options)
        context.set_default_timeout(20_000)
        opened.append((context, Watch(context, served)))
        return context

    yield new_context
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        watch.check()


@pytest.fixture
def open_page(new_context, server, site):
    """open_page(scheme, path, before=None, **options): a page of the site over "http" or as a "file".

    `before(page)` runs before anything is loaded; the options are those of a playwright context.
    """
    def open_page(scheme, path, before=None, **options):
        base = {"http": server, "file": site.resolve().as_uri()}[scheme]
        page = new_context(urlsplit(server).netloc, **options).new_page()
        if before:
            before(page)
        page.goto(f"{base}/{path}")
        return page

    return open_page
