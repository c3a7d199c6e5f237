"""What a page of live figures weighs: a budget of the design, the same on every machine."""

import gzip
import re

BUDGET = 40_000                                 # bytes, gzipped, of our own: not the theme, not MathJax
CHAPTER = "book/in-between/stable-and-unstable-starts.html"
STATE = re.compile(rb'<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>', re.S)


def test_the_chapter_stays_within_its_budget(site):
    states = STATE.findall((site / CHAPTER).read_bytes())
    assert len(states) == 1
    parts = {"widget state with WebAssembly": states[0]}
    parts |= {name: (site / "_static" / name).read_bytes() for name in ("figure-view.js", "runtime.js")}
    weights = {name: len(gzip.compress(part, 9, mtime=0)) for name, part in parts.items()}
    assert sum(weights.values()) <= BUDGET, weights
