"""Every number that a live figure draws is a kernel's, or a constant of its description: the page draws and knows none.

A figure's table (its CSV) is compared with what Python computes by the same kernels, and with that of the same figure
whose kernels have been replaced by others of the same shape.
"""

import csv
import dataclasses
import io
import re

import numpy as np
import pytest
from browser.any_figure import AnyFigure
from descent import demos, wasm
from descent.demos._live import packed
from support.programs import program
from support.standalone import page as standalone

NAMES = [name for name in demos.__all__ if name not in ("LiveFigure", "view_source")]
TOLERANCE = 1e-9                                # where a kernel takes a power or a sine from the browser

every_figure = pytest.mark.parametrize("name", NAMES)
QUICK = ("normalized", "rewind")                # whose kernels compile in a few seconds


@pytest.fixture
def table(new_context, tmp_path):
    """table(live): the rows that the page of a LiveFigure offers as its numbers, but those of its state."""
    def table(live):
        path = tmp_path / "figure.html"
        path.write_text(standalone(live), encoding="utf-8")
        browser_page = new_context("", viewport={"width": 1280, "height": 900}).new_page()
        browser_page.goto(path.as_uri())
        shown = AnyFigure(browser_page, 0)
        with browser_page.expect_download() as download:
            shown.button("Numbers (CSV)").click()
        rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))[1:]
        return [row for row in rows if row[0] != "state"]

    return table


def number(name, values):
    return float(values[name]) if isinstance(name, str) else float(name)


def expected(figure):
    """The numbers x, y, to_x, to_y of every row of the table, by layer, from the native kernels; grids as values."""
    values = figure.values()
    for panel in (panel for column in figure.panels for panel in column):
        for layer in panel["layers"]:
            kind = layer["layer"]
            n = int(number(layer["count"], values)) if "count" in layer else None
            if kind in ("heat", "shade"):
                yield kind, layer, values[layer["grid"]].ravel()
            elif kind == "segments":
                yield kind, layer, values[layer["values"]][:n]
            elif kind in ("path", "dots", "marks"):
                yield kind, layer, values[layer["points"]][:n]
            elif kind in ("curve", "bars"):
                y = values[layer["values"]][:n]
                x = np.arange(n) + (kind == "bars") if layer.get("x") is None else values[layer["x"]][:n]
                yield kind, layer, np.stack([x, y], axis=1)
            elif kind in ("level", "band"):
                yield kind, layer, np.array([[number(layer[key], values) for key in ("value", "low", "high")
                                              if key in layer]])
            else:                               # handle, text
                yield kind, layer, np.array([[number(layer["x"], values), number(layer["y"], values)]])


def assert_drawn(rows, figure, exact):
    """The rows of the table are the figure's native numbers, in the order of its layers."""
    rows = iter(rows)
    for kind, layer, numbers in expected(figure):
        block = [next(rows) for _ in range(len(numbers))]
        if kind in ("heat", "shade"):
            labels = {(k if kind == "heat" else -1 - k): c["label"] for k, c in enumerate(layer["classes"])}
            assert [row[7] for row in block] == [labels.get(int(cell), f"{cell:g}") for cell in numbers]
            continue
        drawn = np.array([[float(cell) for cell in row[3:7] if cell] for row in block]).reshape(numbers.shape)
        if exact:
            assert np.array_equal(drawn, numbers), layer
        else:
            # a number next to a threshold of a kernel may fall on its other side
            assert np.isclose(drawn, numbers, rtol=TOLERANCE, atol=TOLERANCE).mean() > 0.99, layer
    assert next(rows, None) is None


def is_exact(figure):
    return all(wasm.exact(kernel) for group in (figure.shared, *figure.kernels) for kernel in group.values())


@every_figure
def test_the_page_draws_what_python_computes(table, name):
    live = getattr(demos, name)()
    assert_drawn(table(live), live.figure, is_exact(live.figure))


# --- other kernels of the same shape

def moved(kernel, positions):
    """A kernel that does the same, and then moves the numbers that it wrote: its result, arrays at those positions.

    They become smaller: some are indices of what another kernel reads.
    """
    result, arguments = re.fullmatch(r"(\w+)\((.*)\)", kernel.kernel_signature).groups()
    kinds = re.findall(r"(\w+)(\[[^\]]*\])?", arguments)
    lines = [f"def k({', '.join(f'a{i}' for i in range(len(kinds)))}):",
             f"    out = inner({', '.join(f'a{i}' for i in range(len(kinds)))})"]
    for i in positions:
        kind, dimensions = kinds[i]
        depth = dimensions.count(",") + 1
        lines += [f"{'    ' * (axis + 1)}for i{axis} in range(a{i}.shape[{axis}]):" for axis in range(depth)]
        entry = f"a{i}[{', '.join(f'i{axis}' for axis in range(depth))}]"
        change = {"int8": f"1 - {entry} % 2", "int32": f"{entry} + 1"}.get(kind, f"0.99 * {entry} - 0.001")
        lines.append(f"{'    ' * (depth + 1)}{entry} = {change}")
    lines.append("    return " + ("0.99 * out - 0.001" if result == "float64" else "out"))
    return program("\n".join(lines), kernel.kernel_signature, inner=kernel)


def with_other_kernels(figure):
    """The figure with all its kernels moved; buffers with names hold counts and choices, they stay."""
    written, places = set(), {}
    for call in figure.program:
        shift = 6 if "grid" in call else 0      # the box, the rows of the grid, the first row
        mine = [arg for arg in call["args"] if isinstance(arg, str) and arg in figure.buffers and arg not in written]
        written |= set(mine)
        at = [shift + call["args"].index(arg) for arg in mine if "names" not in figure.buffers[arg]]
        at += [shift + len(call["args"])] if "grid" in call else []
        places[call["kernel"]] = sorted({*places.get(call["kernel"], []), *at})
    shared, *kernels = ({name: moved(kernel, places.get(name, [])) for name, kernel in group.items()}
                        for group in (figure.shared, *figure.kernels))
    return dataclasses.replace(figure, shared=shared, kernels=kernels)


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long)
                                  for name in NAMES])
def test_with_other_kernels_the_page_draws_other_numbers(table, name):
    live = getattr(demos, name)()
    other = with_other_kernels(live.figure)
    before, after = dict(numbered(live.figure)), dict(numbered(other))
    fixed = {name for variant in other.variants for name in (*variant["constants"], *other.state)}
    drawn = 0
    for at, (layer, numbers) in before.items():
        names = {value for value in layer.values() if isinstance(value, str)}
        if layer["layer"] in ("text", "handle", "level", "band") or names & fixed or not numbers.size:
            continue
        drawn += 1
        shared = min(len(numbers), len(after[at][1]))
        changed = numbers[:shared] != after[at][1][:shared]
        changed = (changed if changed.ndim == 1 else changed[:, -1]).mean()     # beside it an index may stand
        # the start of a cell may have changed its class, which is then changed back
        assert changed > 0.5 if layer["layer"] in ("heat", "shade") else changed == 1, layer
    assert drawn > 0
    live.figure, live.view.modules = other, packed(other.modules())
    assert_drawn(table(live), other, is_exact(other))


def numbered(figure):
    return ((i, (layer, numbers)) for i, (_, layer, numbers) in enumerate(expected(figure)))
