"""The chapter's notebook in a real JupyterLab: the same figure, with ipywidgets and a kernel."""

import csv
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from browser.live_page import LivePage

BOOK = Path(__file__).resolve().parents[2] / "book"
NOTEBOOK = "stable-and-unstable-starts.ipynb"
OWN = (                                         # a notebook of a reader: a function of their own, and what is drawn
    'from descent import demos, landscapes\nlive = demos.normalized()\nlive',
    'live.landscape = landscapes.from_formula("(x**2 + y**2/4 - 1)**2")',
    'import json\nvalues = live.values()\n'
    'print(json.dumps([live.state, values["n_points"][:int(values["n_shown"])].tolist()]))',
)
START, RUN, STOP = 60, 120, 20                  # seconds, at most: the server, all cells of the notebook, the end
SETTINGS = {                                    # no question about news, no look for updates; all cells are in the page
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    "notebook-extension/tracker": '{"windowingMode": "none"}',
}
FOLDERS = {                                     # none of the machine's own settings
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """address(name): the address, with token, of a notebook in a JupyterLab on a copy of the chapter's folder."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(BOOK / "in-between", home / "book", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    cells = [{"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [],
              "source": text} for i, text in enumerate(OWN)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (home / "book" / "own.ipynb").write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4,
                                                         "nbformat_minor": 5}))
    for name, text in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = os.environ | {name: str(home / folder) for name, folder in FOLDERS.items()}
    token, port = secrets.token_hex(16), free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
               "--ServerApp.port_retries=0", f"--ServerApp.root_dir={home / 'book'}",
               f"--IdentityProvider.token={token}", "--LabApp.extension_manager=readonly", "--LabApp.news_url="]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with (home / "server.log").open("w") as log:
        # a session of its own: the server and its kernels are one process group, which ends as one
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        end = time.monotonic() + START
        while not answers(f"{base}/api?token={token}"):
            if server.poll() is not None or time.monotonic() > end:
                pytest.fail("JupyterLab does not start:\n" + (home / "server.log").read_text()[-3000:], pytrace=False)
            time.sleep(0.2)
        yield lambda name: f"{base}/lab/tree/{name}?token={token}&reset"      # no notebook of before
    finally:
        stop(server)


def stop(server):
    """End the server, which ends its kernels; then whatever is left of its group."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, sign)
            server.wait(STOP)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


class LabPage(LivePage):
    """The figure in a notebook: the same view, other controls."""

    def __init__(self, page):
        super().__init__(page)
        self.place = page.locator(".jp-OutputArea-output").filter(has=page.locator(".descent-figure"))
        self.slider = self.place.locator(".noUi-handle")
        self.function = self.place.locator("select")


@pytest.fixture
def notebook(lab, new_context, request):
    """The notebook with all cells run and its figure alive; the chapter's, or the one that the test names."""
    address = lab(getattr(request, "param", NOTEBOOK))
    page = new_context(address.split("/")[2], viewport={"width": 1400, "height": 1000}).new_page()
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=START * 1000)
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=START * 1000)  # earlier, cells do not run
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    live = LabPage(page)
    live.figure.wait_for(state="attached", timeout=RUN * 1000)
    # the last cell has run, so that nothing scrolls any more
    page.wait_for_function("""() => [...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")]
        .every((prompt) => /^\\[\\d+\\]:$/.test(prompt.textContent.trim()))""", timeout=RUN * 1000)
    yield live.bring_to_life()
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.locator("#jp-main-statusbar").get_by_text("No Kernel").wait_for()


def test_the_figure_lives_in_jupyterlab(notebook):
    live = notebook
    before = live.seen()
    assert "0.38 of the largest" in before[0]

    live.press(live.slider, *["ArrowRight"] * 5)
    stepped = live.seen()
    assert "0.43 of the largest" in stepped[0]
    assert stepped[1] != before[1]

    live.drag(live.centre(live.handle), live.on_plane(0.7, 0.6))
    assert live.centre(live.handle) == pytest.approx(live.on_plane(0.7, 0.6), abs=1)
    dragged = live.seen()
    assert dragged[0] != stepped[0] and dragged[1] != stepped[1]

    live.press(live.handle, "ArrowLeft", "Shift+ArrowDown")
    keyed = live.seen()
    assert keyed[0] != dragged[0] and keyed[1] != dragged[1]

    live.choose(1)
    chosen = live.seen()
    assert "0.43 of the largest" in chosen[0] and chosen[1] != keyed[1]


@pytest.mark.parametrize("notebook", ["own.ipynb"], indirect=True)
def test_a_function_of_ones_own_is_drawn_and_python_goes_on_with_the_state_of_the_page(notebook):
    live, page = notebook, notebook.page
    said = live.figure.locator(".summary > span").first.filter(has_text="Normalized descent")
    said.filter(has_not_text="x² − y²").wait_for()      # what the hyperbola conserves, and this does not
    assert live.figure.get_by_role("button", name="Link to this state").count() == 0
    live.press(live.slider.first, *["ArrowRight"] * 3)
    live.press(live.handle.first, "Shift+ArrowLeft")

    page.locator(".jp-Notebook .jp-CodeCell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    output = page.locator(".jp-Notebook .jp-CodeCell").nth(2).locator(".jp-OutputArea-output pre")
    with page.expect_download() as download:
        live.figure.get_by_role("button", name="Numbers (CSV)").click()
    rows = list(csv.reader(download.value.path().open(encoding="utf-8")))
    drawn = {row[1]: float(row[7]) for row in rows if row[0] == "state"}
    path = [[float(row[3]), float(row[4])] for row in rows if row[1] == "iterates of normalized descent"]
    page.wait_for_function("([e, x0]) => e.isConnected && e.textContent.includes(x0)",
                           arg=[output.element_handle(), json.dumps(drawn["x0"])])
    state, points = json.loads(output.inner_text())
    assert state == drawn and len(path) > 50
    assert path == [pytest.approx(point, rel=1e-9, abs=1e-12) for point in points]
