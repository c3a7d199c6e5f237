"""The page on performance: every number on it comes from one run of the benchmark."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from descent.basins._lockstep import LOOK, REMEMBER, SHARE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "book" / "performance.md").read_text(encoding="utf8")


def module():
    """bench/report.py, which writes what the page includes."""
    spec = importlib.util.spec_from_file_location("report", ROOT / "bench" / "report.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


REPORT = module()
DATA = json.loads(REPORT.DATA.read_text(encoding="utf8"))
FRAGMENT = REPORT.FRAGMENT.read_text(encoding="utf8")


def test_the_tables_are_those_of_the_data():
    assert REPORT.fragment(DATA) == FRAGMENT


@pytest.mark.parametrize("name", REPORT.FIGURES.values())
def test_the_figures_are_of_the_same_run(name):
    assert f"<dc:date>{DATA['machine']['when']}</dc:date>" in (REPORT.ASSETS / name).read_text(encoding="utf8")


def test_the_page_tells_when_the_library_looks_for_a_cycle():
    assert f"look every {LOOK} steps" in PAGE and f"after {REMEMBER} steps at first" in PAGE
    assert SHARE == 8 and "after an eighth of its age" in PAGE


def test_the_page_shows_every_part_once():
    """An include whose marker is missing would be a warning; a part that nothing includes would be lost in silence."""
    parts = re.findall(r"<!-- (\w+) -->", FRAGMENT)
    shown = re.findall(r":start-after: <!-- (\w+) -->\n:end-before: <!-- (\w+) -->", PAGE)
    assert shown == list(zip(parts[:-1], parts[1:]))


def test_no_time_and_no_ratio_is_typed_by_hand():
    assert not re.findall(r"\d[\d.]*\s?(?:ns|ms|µs|seconds?|s|×|times|%)(?![\w])", PAGE)


def test_the_same_work_was_done():
    """Every start has the same kind, steps and rises with each rival; JAX alone, which fuses, may differ."""
    rows = DATA["maps"] + DATA["points"]
    assert rows and all(share == 1 for row in rows for name, share in row["same"].items() if name != "JAX")
    assert all(name in row["same"] for row in rows for name in row["ratios"])
    assert all(row["same"].get("JAX", 1) >= 0.999 for row in rows)


def test_orbits_end_where_those_by_hand_end():
    assert DATA["orbits"]["rows"] and not any(differing for *_, differing in DATA["orbits"]["rows"])


def test_what_is_slower_is_said():
    """One entry for each rival that beat the library on a map."""
    said = FRAGMENT.split("<!-- slower -->")[1].split("<!-- points -->")[0].count("\n- ")
    assert said == sum(ratio < REPORT.NOISE for row in DATA["maps"] for ratio in row["ratios"].values())
