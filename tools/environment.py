"""Write environment.yml (read by conda and by Binder) from requirements.lock.

pip refuses an editable install in a file with hashes, so the pins go in without them. --check compares only.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "environment.yml"
HEAD = """\
# Written by tools/environment.py from requirements.lock (make lock). Do not edit.
name: where-gradient-descent-goes
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
"""
PIN = re.compile(r"^(?P<pin>[A-Za-z0-9._-]+==[^\s;\\]+)\s*(?P<marker>;[^\\]+)?\\?$")


def pins(lock):
    """The lines `name==version ; marker` of a lock file with hashes."""
    for line in lock.splitlines():
        if match := PIN.match(line):
            marker = (match["marker"] or "").strip()
            yield f"{match['pin']} {marker}".strip()


def environment(lock):
    """The text of environment.yml. pip reads the list as a requirements file and understands the markers."""
    # A marker contains quotes and a semicolon, so every such pin is quoted for YAML.
    lines = [f'      - "{pin}"' if ";" in pin else f"      - {pin}" for pin in pins(lock)]
    return HEAD + "\n".join([*lines, "      - -e ."]) + "\n"


def main():
    wanted = environment((ROOT / "requirements.lock").read_text(encoding="utf8"))
    if "--check" not in sys.argv[1:]:
        ENVIRONMENT.write_text(wanted, encoding="utf8")
    elif not ENVIRONMENT.exists() or ENVIRONMENT.read_text(encoding="utf8") != wanted:
        sys.exit("environment.yml differs from requirements.lock: run python tools/environment.py")


if __name__ == "__main__":
    main()
