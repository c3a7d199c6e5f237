"""Build the book into _build/html, unless what is there was built from the same sources.

The key is a hash of everything that a page is made of. jupyter-book's own cache looks at the notebooks
alone and would not see a change in the library, so another key means: remove _build and execute all
notebooks afresh.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
KEY = ROOT / "_build" / "key.sha256"
SOURCES = ("lib/descent", "book", "_config.yml", "_toc.yml", "requirements.lock", "tools/book.py")
IGNORED = ("__pycache__", ".ipynb_checkpoints")


def source_files():
    """Every file that a page depends on, in a fixed order."""
    for name in SOURCES:
        path = ROOT / name
        files = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(f for f in files if f.is_file() and not set(f.parts) & set(IGNORED))


def key():
    """sha256 over the names and contents of the sources."""
    digest = hashlib.sha256()
    for file in source_files():
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def build():
    """Run jupyter-book with warnings as errors; return its exit code."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)
    # -n: a reference to nothing is a warning. --keep-going: show all warnings, not the first one alone.
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    return subprocess.call([jupyter_book, "build", ".", "-W", "--keep-going", "-n"], cwd=ROOT)


def show_tracebacks():
    """Print what myst-nb wrote about the notebooks that failed."""
    for report in sorted((HTML / "reports").rglob("*.err.log")):
        print(f"\n--- {report.relative_to(ROOT)}\n{report.read_text(encoding='utf8')}", file=sys.stderr)


def main():
    current = key()
    up_to_date = KEY.exists() and KEY.read_text().strip() == current and (HTML / "index.html").exists()
    if not up_to_date:
        code = build()
        if code != 0:
            show_tracebacks()
            sys.exit("The book is not built: see the warnings and errors above.")
        KEY.write_text(current + "\n")
    print(f"The book: {(HTML / 'index.html').as_uri()}" + (" (up to date)" if up_to_date else ""))


if __name__ == "__main__":
    main()
