"""Grids in a static page: a shape that is named by constants, and cells that are neither a number nor a class."""

import csv
import io

import ipywidgets
import pytest
from browser.any_figure import AnyFigure
from browser.live_page import PIXELS
from descent import demos, figures
from descent.figures import vocabulary as v
from descent.kernels import kernel
from support.standalone import page as standalone


@kernel("void(float64, float64, float64, float64, int32, int32, float64, float64[:, ::1])")
def heights(xmin, xmax, ymin, ymax, ny, first, bottom, rows):
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            rows[i, j] = ymin + (ymax - ymin) * (first + i + 0.5) / ny if first + i > 0 else bottom


def live(bottom):
    """A map of y on cells of the shape ["ny", 20], its lowest row at `bottom`; below -1 is the one class."""
    figure = figures.Figure(
        key="grid", name="A grid", about="A map of y, for tests.", state={"bottom": bottom},
        variants=[{"label": "y", "constants": {"ny": 30}, "start": {}}], kernels=[{"heights": heights}],
        buffers={"map": {"type": "f8", "shape": ["ny", 20]}},
        program=[{"kernel": "heights", "grid": "map", "box": [0, 1, 0, 3], "coarse": [3, 2], "args": ["bottom"]}],
        panels=[[v.plane("P", v.axis("x", 0, 1), v.axis("y", 0, 3), [v.shade("map", 0.1, 3, "y", True, [v.BOUNDED])])]],
        summary=["Bottom {bottom:.2f}."])
    return demos.LiveFigure(figure, {"bottom": (ipywidgets.FloatSlider(min=-9, max=9, description="Bottom"), "value")})


@pytest.fixture
def shown(new_context, tmp_path):
    """shown(bottom): the figure in a page of its own, when its fine grid is there."""
    def shown(bottom):
        path = tmp_path / f"grid{bottom}.html"
        path.write_text(standalone(live(bottom)), encoding="utf-8")
        page = new_context("", viewport={"width": 700, "height": 700}).new_page()
        page.goto(path.as_uri())
        return AnyFigure(page, 0)

    return shown


def test_a_shape_that_is_named_by_a_constant_becomes_fine(shown):
    figure = shown(0.0)
    with figure.page.expect_download() as download:
        figure.button("Numbers (CSV)").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))[1:]
    cells = [float(row[7]) for row in rows if row[1] == "y"]
    assert cells == pytest.approx(live(0.0).values()["map"].ravel()) and len(cells) == 600


def test_a_cell_that_is_neither_a_number_nor_a_class_has_the_lowest_colour(shown):
    lowest, between, klass = (shown(bottom).canvases.first.evaluate(PIXELS) for bottom in (0.0, -0.5, -1.0))
    assert lowest == between != klass
