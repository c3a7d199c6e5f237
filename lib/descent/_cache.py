"""What has been compiled before, from one process to the next: files in the user's cache folder."""

import hashlib
import os
import pathlib
import tempfile

CHECKSUM = hashlib.sha256().digest_size         # bytes before the content: a damaged file counts as none


def folder():
    """Where files are kept: $DESCENT_CACHE, else descent/ in $XDG_CACHE_HOME or ~/.cache."""
    if os.environ.get("DESCENT_CACHE"):
        return pathlib.Path(os.environ["DESCENT_CACHE"])
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "descent"


def load(name):
    """The content kept under a name, None when there is none or it is damaged."""
    try:
        kept = (folder() / name).read_bytes()
    except (OSError, RuntimeError):             # RuntimeError: no home folder
        return None
    content = kept[CHECKSUM:]
    return content if hashlib.sha256(content).digest() == kept[:CHECKSUM] else None


def keep(name, content):
    """Keep content under a name. A folder that cannot be written is done without."""
    try:
        path = folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(content).digest() + content)
        os.replace(file.name, path)             # atomic: another process reads all of it or nothing
    except (OSError, RuntimeError):
        pass
