"""environment.yml holds the pins of requirements.lock."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_environment_is_what_the_lock_says():
    command = [sys.executable, "tools/environment.py", "--check"]
    check = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert check.returncode == 0, check.stderr


def test_every_package_of_the_lock_is_pinned():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf8").splitlines()
    names = [line.split("==")[0] for line in lock if "==" in line and not line.startswith(" ")]
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf8"))["dependencies"][-1]["pip"]
    assert [pin.split("==")[0] for pin in listed] == [*names, "-e ."]
