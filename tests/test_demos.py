"""Live figures: controls tied to a view that carries its description and its modules; faces for page and paper."""

import base64
import gzip
import html
import io
import re
import struct

import ipywidgets
import numpy as np
import pytest
from descent import demos, landscapes, wasm
from descent.demos._basin_map import CHEN
from descent.demos._live import FILES, SOURCES
from ipywidgets.embed import dependency_state
from PIL import Image


@pytest.fixture(scope="module")
def live():
    return demos.basin_map()


@pytest.fixture(scope="module")
def bundle(live):
    return live._repr_mimebundle_()[0]


def unpacked(file):
    """What the page makes of the modules: in Python, as program.js does it."""
    content = gzip.decompress(file)
    count = struct.unpack_from("<I", content)[0]
    lengths, at, modules = struct.unpack_from(f"<{count}I", content, 4), 4 * (count + 1), []
    for length in lengths:
        modules.append(content[at:at + length])
        at += length
    assert at == len(content)
    return modules


def test_the_view_carries_the_description_and_the_modules(live):
    """One for the shared kernels, one for each function, and one for its map without and with vector instructions."""
    assert live.view.description == live.figure.description()
    modules = unpacked(live.view.modules)
    assert modules == live.figure.modules()
    exports = [set(wasm.describe(module)["exports"]) for module in modules]
    functions = [set(kernels) - {"kind_rows"} for kernels in live.figure.kernels]
    assert exports == [set(live.figure.shared), *functions, *[{"kind_rows"}] * 2 * len(functions)]
    n = len(functions)
    assert all(plain != fast for plain, fast in zip(modules[n + 1:2 * n + 1], modules[2 * n + 1:], strict=True))


def test_controls_are_tied_to_the_view_in_the_state_that_a_page_stores(live):
    stored = dependency_state(live)
    links = {state["state"]["target"][1]: state["state"]["source"] for state in stored.values()
             if state["model_name"] == "LinkModel"}
    dropdown, slider = live.children[0].children
    assert links == {"choice": [f"IPY_MODEL_{dropdown.model_id}", "index"],
                     "fraction": [f"IPY_MODEL_{slider.model_id}", "value"]}
    view = stored[live.view.model_id]
    assert {entry["path"][0] for entry in view["buffers"]} == {"modules"}
    assert [base64.b64decode(entry["data"]) for entry in view["buffers"]] == [live.view.modules]


def test_controls_have_labels_and_the_range_that_is_allowed(live):
    dropdown, slider = live.children[0].children
    assert isinstance(dropdown, ipywidgets.Dropdown) and len(dropdown.options) == len(CHEN) == len(live.figure.variants)
    assert [variant["label"] for variant in live.figure.variants] == list(dropdown.options)
    assert (slider.min, slider.max, slider.value) == (0.05, 1.05, 0.38)
    assert all(control.description for control in (dropdown, slider))


def test_the_state_is_what_the_reader_has_set(live):
    assert live.state == live.figure.state == {"choice": 0, "fraction": 0.38, "x0": 0.1, "y0": 2.5}
    start = CHEN["chen-f2"][2]
    moved = demos.basin_map("chen-f2", 0.8)
    assert moved.figure.variants[0]["label"] == CHEN["chen-f2"][0]
    moved.view.x0 = -0.3
    assert moved.state == {"choice": 0, "fraction": 0.8, "x0": -0.3, "y0": start[1]} and start[0] != -0.3


@pytest.mark.parametrize("fraction", [0.05, 1, 1.05, np.float64(0.5)])
def test_the_slider_starts_at_the_fraction(fraction):
    moved = demos.basin_map(fraction=fraction)
    assert moved.children[0].children[1].value == moved.state["fraction"] == fraction


def test_there_is_a_face_for_jupyter_one_for_the_page_and_one_for_paper(live, bundle):
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == live.model_id
    picture = base64.b64decode(bundle["image/png"])
    assert bundle["image/png"] in bundle["text/html"]
    image = Image.open(io.BytesIO(picture))
    assert image.format == "PNG"
    assert f'width="{image.width}" height="{image.height}"' in bundle["text/html"]
    assert f'data-model-id="{live.model_id}"' in bundle["text/html"]
    assert f'alt="{html.escape(live.figure.about)}"' in bundle["text/html"] and len(live.figure.about) > 40


def test_the_source_of_the_view_is_one_module_that_imports_nothing():
    source = demos.view_source()
    assert not re.search(r"^import\b|^export (?!default)", source, flags=re.M)
    assert len(re.findall(r"^export default", source, flags=re.M)) == 1
    assert source == demos.view_source()


def test_each_file_of_the_view_finds_above_it_what_it_imports():
    for position, name in enumerate(FILES):
        text = (SOURCES / name).read_text(encoding="utf-8")
        assert set(re.findall(r'^import .* from "\./(.*)";$', text, flags=re.M)) <= set(FILES[:position])
        assert len(re.findall(r"^import ", text, flags=re.M)) == len(re.findall(r"^import .*;$", text, flags=re.M))


def test_no_two_files_of_the_view_define_the_same_name():
    defined = [re.findall(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", (SOURCES / name).read_text(
        encoding="utf-8"), flags=re.M) for name in FILES]
    names = sorted(name for of_file in defined for name in of_file)
    assert len(names) > 20 and names == sorted(set(names))


@pytest.mark.parametrize("options, word", [
    ({"first": "hyperbola"}, "first"), ({"first": None}, "first"), ({"first": ["chen-f1"]}, "first"),
    *[({"fraction": value}, "fraction") for value in (0, 0.049, 1.06, -1, np.nan, np.inf, None, "0.5", True, [0.5])],
], ids=str)
def test_bad_options_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=f"^{word}="):
        demos.basin_map(**options)


def test_controls_give_addresses_their_limits(live):
    assert live.view.limits == {"choice": [0, 3], "fraction": [0.05, 1.05]}
    assert demos.normalized().view.limits["steps"] == [10, 1e5]


def test_a_landscape_is_set_where_the_figure_is_made_for_it(live):
    f = landscapes.from_formula("(x**2 - y)**2")
    own = demos.normalized()
    before = own.values()
    own.landscape = f
    assert own.landscape is f and own.view.description == own.figure.description()
    assert unpacked(own.view.modules) == own.figure.modules() and own.state == own.figure.state
    after = own.values()
    assert not np.array_equal(before["n_points"], after["n_points"])
    assert after["n_points"][0].tolist() == [own.state["x0"], own.state["y0"]]
    with pytest.raises(ValueError, match="landscape: "):
        live.landscape = f
    for wrong in (None, "x**2", landscapes.named("product", n=3)):
        with pytest.raises(ValueError, match="f="):
            own.landscape = wrong
    assert own.landscape is f                   # nothing is lost
