"""Notebooks are stored as an author writes them: without results, so that a change shows as one."""

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKED = "NBVAL_CHECK_OUTPUT"  # nbval compares the stored output of these cells with a fresh one
FOUND = (ROOT / "book").rglob("*.ipynb")
NOTEBOOKS = sorted(path for path in FOUND if ".ipynb_checkpoints" not in path.parts)

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_format(path):
    nbformat.validate(nbformat.read(path, as_version=4))


def test_only_checked_cells_store_outputs(path):
    for cell in code_cells(path):
        assert CHECKED in cell.source or not cell.outputs, f"this cell stores an output:\n{cell.source}"


def test_checked_cells_store_text(path):
    for cell in code_cells(path):
        if CHECKED in cell.source:
            assert cell.outputs, f"nothing to compare with:\n{cell.source}"
            kinds = {output.output_type for output in cell.outputs}
            assert kinds == {"stream"}, f"not a text:\n{cell.source}"


def test_execution_counts(path):
    """None, but 1 in a checked cell: nbval compares nothing in a cell that was never run."""
    for cell in code_cells(path):
        wanted = 1 if CHECKED in cell.source else None
        assert cell.execution_count == wanted, f"the execution count is not {wanted}:\n{cell.source}"


def test_kernel(path):
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
