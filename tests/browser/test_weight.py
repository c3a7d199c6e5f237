"""What a page of live figures weighs: a budget of the design, the same on every machine."""

import gzip
import re

import pytest
from browser.conftest import SITE
from browser.test_duties import FIGURES

BUDGET = 40_000                                 # bytes, gzipped, of our own: not the theme, not MathJax
STATE = re.compile(rb'<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>', re.S)
# the gallery shows all figures at once, for contributors
PAGES = sorted({page for page, _ in FIGURES if not page.startswith("book/contributing/")})


@pytest.mark.parametrize("page", PAGES)
def test_a_page_stays_within_its_budget(site, page):
    states = STATE.findall((SITE / page).read_bytes())
    assert len(states) == 1
    parts = {"widget state with WebAssembly": states[0]}
    parts |= {name: (SITE / "_static" / name).read_bytes() for name in ("figure-view.js", "runtime.js")}
    weights = {name: len(gzip.compress(part, 9, mtime=0)) for name, part in parts.items()}
    assert sum(weights.values()) <= BUDGET, weights
