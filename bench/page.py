"""Pages of live figures in Chromium: what they weigh, and how long a reader waits after moving a slider."""

import dataclasses
import functools
import gzip
import http.server
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading

from descent import demos
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support.standalone import page as standalone  # noqa: E402

SITE = ROOT / "_build" / "html"
CHAPTER = "book/in-between/stable-and-unstable-starts.html"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

# Move the slider, then wait for the coarse and the fine map; two more frames, so that the pixels are on the screen.
MEASURE = """async (value) => {
  const figure = document.querySelector(".live-figure"), slider = figure.querySelector("input[type=range]");
  const painted = (fine) => new Promise((done) => {
    const hear = ({ detail }) => {
      if (detail.fine !== fine) return;
      figure.removeEventListener("descent-painted", hear);
      requestAnimationFrame(() => done(performance.now()));
    };
    figure.addEventListener("descent-painted", hear);
  });
  const coarse = painted(false), fine = painted(true), start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  return [await coarse - start, await fine - start];
}"""

# The same for what does not wait for the map: the orbit and its charts, which one frame draws.
MEASURE_ORBIT = """async (key) => {
  const handle = document.querySelector(".live-figure .handle"), start = performance.now();
  handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}"""


# How long the main thread is busy at a time while the slider moves every frame: a message comes back when it is free.
MEASURE_BLOCKS = """async (frames) => {
  const slider = document.querySelector(".live-figure input[type=range]"), gaps = [];
  const { port1, port2 } = new MessageChannel();
  let last = performance.now(), open = true;
  port1.onmessage = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (open) port2.postMessage(0);
  };
  port2.postMessage(0);
  for (let k = 0; k < frames; k++) {
    slider.value = Number(slider.min) + (Number(slider.max) - Number(slider.min)) * (0.5 + 0.4 * Math.sin(k / 9));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(done));
  }
  open = false;
  return gaps.filter((gap) => gap > 0.5).sort((a, b) => a - b);
}"""


def zipped(text):
    return len(gzip.compress(text.encode(), 9))


def weight():
    """Gzipped bytes of our part of each page with live figures."""
    scripts = {name: (SITE / "_static" / name).read_text(encoding="utf-8") for name in ("figure-view.js", "runtime.js")}
    for path in sorted(SITE.glob("book/**/*.html")):
        html = path.read_text(encoding="utf-8")
        state = re.search(r'<script type="application/vnd.jupyter.widget-state\+json"[^>]*>(.*?)</script>', html, re.S)
        if not state:
            continue
        parts = {**scripts, "widget state with WebAssembly": state[1]}
        print(f"{path.stem[:40]:40} {'bytes':>9} {'gzipped':>9}")
        for name, text in parts.items():
            print(f"{name:40} {len(text.encode()):9} {zipped(text):9}")
        print(f"{'together (budget 40000)':40} {'':9} {sum(map(zipped, parts.values())):9}")


def larger(folder, cells):
    """A page with the map of the chapter, cells x cells."""
    figure = demos.basin_map().figure
    grid = {**figure.buffers["kinds"], "shape": [cells, cells]}
    figure = dataclasses.replace(figure, buffers={**figure.buffers, "kinds": grid})
    live = demos.basin_map()
    live.figure, live.view.description = figure, figure.description()
    path = pathlib.Path(folder, f"map-{cells}.html")
    path.write_text(standalone(live), encoding="utf-8")
    return path.as_uri()


def scaling(driver, chromium):
    """Slider to the whole map, and how long the main thread is busy, for two sizes and numbers of workers."""
    print(f"\n{'map of f4, slider to pixels, ms':32} {'coarse':>8} {'whole':>8} {'worst':>8}   "
          "main thread busy: 95 % / worst (budget 16)")
    with tempfile.TemporaryDirectory() as folder:
        for cells in (400, 1000):
            address = larger(folder, cells)
            for workers in (1, 2):
                browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.add_init_script("Object.defineProperty(navigator, 'hardwareConcurrency', "
                                     f"{{ value: {workers} }})")
                page.goto(address)
                page.locator(".descent-figure[data-grid=fine]").wait_for(timeout=60000)
                values = ("0.2", "0.4", "0.6", "0.8", "0.5", "0.3", "0.7")
                coarse, full = zip(*(page.evaluate(MEASURE, value) for value in values))
                blocks = page.evaluate(MEASURE_BLOCKS, 200)
                print(f"{f'{cells} x {cells}, workers: {workers}':32} {statistics.median(coarse):8.1f} "
                      f"{statistics.median(full):8.1f} {max(full):8.1f}   "
                      f"{blocks[int(0.95 * len(blocks))]:8.1f} / {blocks[-1]:.1f}")
                browser.close()


def waiting(address, chromium):
    """Median and worst time from the slider to the pixels, for each function over the whole slider."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/{CHAPTER}")
        page.locator(".live-figure").scroll_into_view_if_needed()
        fine = page.locator(".descent-figure[data-grid=fine]")
        fine.wait_for(timeout=30000)
        since = page.evaluate("performance.now()")
        print(f"\nfirst interactive, at most {since:.0f} ms after navigation; "
              f"{page.evaluate('navigator.hardwareConcurrency')} processors")
        print(f"{'slider to pixels, ms':32} {'coarse':>8} {'worst':>8} {'400x400':>8} {'worst':>8}   "
              "(budget: medians 25 and 150)")
        for index, name in enumerate(page.locator(".live-figure select option").all_text_contents()):
            page.locator(".live-figure select").select_option(index=index)
            fine.wait_for()
            values = [round(0.05 + 0.05 * k, 2) for k in range(21)]
            times = [page.evaluate(MEASURE, str(value)) for value in [*values, *reversed(values)]
                     if page.locator(".live-figure input[type=range]").input_value() != str(value)]
            coarse, full = zip(*times)
            print(f"{name:32} {statistics.median(coarse):8.1f} {max(coarse):8.1f} "
                  f"{statistics.median(full):8.1f} {max(full):8.1f}")
        orbit = [page.evaluate(MEASURE_ORBIT, "ArrowLeft" if k % 2 else "ArrowRight") for k in range(40)]
        print(f"{'start point to pixels':32} {statistics.median(orbit):8.1f} {max(orbit):8.1f}"
              "   (two frames of the screen)")
        browser.close()
        scaling(driver, chromium)


def main():
    if not (SITE / CHAPTER).exists():
        sys.exit("bench: the book is not built; run `make book` first")
    chromium = subprocess.run([sys.executable, ROOT / "tools" / "chromium.py"], check=True, capture_output=True,
                              text=True).stdout.strip().splitlines()[-1]
    weight()
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        waiting(f"http://127.0.0.1:{server.server_port}", chromium)
        server.shutdown()


if __name__ == "__main__":
    main()
