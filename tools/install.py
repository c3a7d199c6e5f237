"""Make .venv hold what requirements.lock and pyproject.toml ask for.

A stamp file inside .venv carries the hash of both files: same hash, nothing to do. The script runs under the
reader's own python3 and uses nothing new, so that an old Python gets as far as the message about its age.
"""

import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.sha256")
OLDEST = (3, 11)


def key():
    """Hash of the files that decide what is installed."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def installed():
    """The hash of the last complete installation, or None."""
    if not os.path.exists(PYTHON) or not os.path.exists(STAMP):
        return None
    with open(STAMP) as file:
        return file.read().strip()


def create():
    """Create an empty environment with pip in it."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Python 3.11 or newer is needed, and {sys.executable} is {found}.\n"
                 "Name another one: make PYTHON=/path/to/python3.11")
    try:
        import ensurepip  # noqa: F401  (Debian and Ubuntu ship Python without it)
        import venv
    except ImportError:
        sys.exit("This Python cannot create virtual environments: its module venv or ensurepip is missing.\n"
                 "On Debian and Ubuntu: apt-get install python3-venv.\n"
                 "Or name another Python: make PYTHON=/path/to/python3")
    print("Creating .venv", flush=True)
    venv.create(VENV, with_pip=True, clear=True)


def pip(*arguments):
    """Run the environment's pip; stop with its own message when it fails."""
    command = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *arguments]
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit(f"pip install {' '.join(arguments)} failed, see above")


def usable():
    """True if .venv has a Python that can run pip."""
    command = [PYTHON, "-m", "pip", "--version"]
    return os.path.exists(PYTHON) and subprocess.call(command, stdout=subprocess.DEVNULL) == 0


def main():
    wanted = key()
    if installed() == wanted:
        return
    if not usable():
        create()
    print("Installing requirements.lock into .venv", flush=True)
    # Wheels only: no step needs a compiler.
    pip("--only-binary", ":all:", "--require-hashes", "-r", "requirements.lock")
    pip("--no-deps", "--no-build-isolation", "--editable", ".")
    with open(STAMP, "w") as file:
        file.write(wanted + "\n")


if __name__ == "__main__":
    main()
