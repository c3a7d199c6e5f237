"""Print the path of a Chromium that the browser tests can drive; install one if there is none and we may."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
HELP = """\
No Chromium was found, and none could be installed. The browser tests need one. Do one of these:
  install the package `chromium` of your system, or
  run `.venv/bin/python -m playwright install chromium`, or
  set the environment variable CHROMIUM to the path of a Chromium or Chrome."""


def from_environment():
    """The Chromium that the variable CHROMIUM names; a wrong name is an error."""
    name = os.environ.get("CHROMIUM")
    if name and not shutil.which(name):
        sys.exit(f"CHROMIUM={name} is not an executable file")
    return shutil.which(name) if name else None


def on_path():
    """The first Chromium on PATH."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def from_debian():
    """Chromium from the system's packages: only as root and only where apt-get exists."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
        if subprocess.call(command, stdout=sys.stderr) != 0:
            return None
    return on_path()


def playwright_path():
    """Where playwright keeps its own Chromium, if it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def from_playwright():
    """Playwright's Chromium, downloaded if need be."""
    try:
        if path := playwright_path():
            return path
        # Bounded: where the download is blocked, it may hang instead of failing.
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, stdout=sys.stderr, check=True, timeout=600)
        return playwright_path()
    except (ImportError, subprocess.SubprocessError):
        return None


def find():
    """The path of a Chromium, or None."""
    for source in (from_environment, on_path, from_debian, from_playwright):
        if path := source():
            return path
    return None


if __name__ == "__main__":
    print(find() or sys.exit(HELP))
