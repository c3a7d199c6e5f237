"""What the benchmark found, for the book: the numbers, a fragment of the page on performance, its two figures."""

import json
import pathlib

ASSETS = pathlib.Path(__file__).resolve().parent.parent / "book" / "assets"
DATA, FRAGMENT = ASSETS / "performance.json", ASSETS / "performance.md"
FIGURES = {"maps": "performance-maps.svg", "scaling": "performance-scaling.svg"}
OURS, NOISE = "ours", 0.95                      # a rival with a ratio below NOISE was faster
STYLES = {  # colours that colour-blind readers tell apart, and a second cue
    OURS: ("#000000", "o"), "scalar numba": ("#e69f00", "s"), "NumPy": ("#0072b2", "^"), "JAX": ("#cc79a7", "D"),
    "scalar C++": ("#009e73", "v"), "C++ vectors": ("#d55e00", "P"), "ours, all threads": ("#000000", "*"),
    "threads": ("#000000", "o"), "C++ vectors, threads": ("#d55e00", "P"), "Dask processes": ("#0072b2", "^")}


def short(number):
    """About two digits: 0.45, 3.1, 28."""
    return f"{number:.2f}" if number < 0.995 else f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def fragment(data):
    """The text that book/performance.md includes, in parts that begin with a comment."""
    parts = {"machine": machine_text(data["machine"]), "maps": maps_text(data["maps"]),
             "slower": slower_text(data["maps"]), "points": points_text(data["points"]),
             "workers": workers_text(data["workers"]), "orbits": orbits_text(data["orbits"]), "end": ""}
    return "\n\n".join(f"<!-- {name} -->\n\n{text}" for name, text in parts.items()).rstrip() + "\n"


def machine_text(machine):
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if name != "C++ compiler")
    compiler = machine["versions"].get("C++ compiler")
    return (f"Measured on {machine['when'][:10]}, with {machine['system']} on a processor that calls itself "
            f"“{machine['processor']}” (LLVM knows it as `{machine['family']}`; vector instructions: "
            f"`{machine['vectors']}`). Hardware threads: {machine['threads']}. Versions: {versions}. "
            + (f"C++ compiler: {compiler}." if compiler else "There was no C++ compiler."))


def table(head, rows):
    lines = [head, [":--", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def maps_text(rows):
    names = [name for name in rows[0]["times"] if name != OURS]
    body = [[row["title"], row["threads"], f"{1e3 * row['times'][OURS]:.0f}",
             *(short(row["ratios"][name]) for name in names)] for row in rows]
    cells = rows[0]["cells"]
    exact = sorted({name for name in names if all(row["same"][name] == 1 for row in rows)}, key=names.index)
    near = [name for name in names if name not in exact]
    text = f"In this run, every start had the same kind, steps and rises, bit for bit, with: {', '.join(exact)}."
    for name in near:
        share = 1 - min(row["same"][name] for row in rows)
        text += f" With {name}, {share * 1e6:.0f} starts in a million differed where it differed most."
    alt = (f"A chart with a row for each map. Marks give the time of each rival over ours on one thread, on a "
           f"logarithmic axis. {spans(rows, names)}.")
    return "\n\n".join([table(["map", "threads", "ours, ms", *(f"{name}, × ours" for name in names)], body),
                        f"Grids have {cells} × {cells} starts. Above 1, ours is faster.", text,
                        figure("maps", alt, "Time over ours, one thread. Right of the line, ours is faster.")])


def spans(rows, names):
    """From where to where the ratios of each rival go on one thread, in words."""
    found = {name: [row["ratios"][name] for row in rows if row["threads"] == 1] for name in names}
    return "; ".join(f"{name}: {short(min(of))} to {short(max(of))} times ours" for name, of in found.items())


def slower_text(rows):
    """Where a rival is faster: said by the numbers, not by us."""
    found = [f"- {name} on *{row['title']}*, threads: {row['threads']}: {short(ratio)} of our time"
             for row in rows for name, ratio in row["ratios"].items() if ratio < NOISE]
    if not found:
        return f"In this run, no rival needed less than {NOISE} of our time."
    return f"In this run, these rivals needed less than {NOISE} of our time:\n\n" + "\n".join(found)


def points_text(rows):
    names = list(rows[0]["times"])
    body = [[f"{row['cells']} × {row['cells']}",
             *(f"{1e9 * row['times'][name] / row['cells']**2:.0f}" for name in names)] for row in rows]
    return table([f"{rows[0]['title']}: ns a start", *names], body)


def workers_text(rows):
    widest = max((row["workers"] for row in rows), key=len)
    body = [[row["title"], row["kind"], *(f"{seconds:.3f}" for seconds in row["times"])] for row in rows]
    alt = ("Two charts. Left: nanoseconds a start against the number of starts, both axes logarithmic, a line for each "
           "rival. Right: speed-up against the number of workers, with a grey line where n workers are n times as "
           "fast. The two tables hold the same numbers.")
    return "\n\n".join([table(["seconds", "workers are", *widest], body),
                        figure("scaling", alt, "Time a start by size of the grid; speed-up by number of workers.")])


def orbits_text(found):
    names = [name for name in found["rows"][0][2] if name != OURS]
    body = [[title, f"{1e9 * seconds[OURS] / found['steps']:.1f}", *(short(ratios[name]) for name in names)]
            for title, seconds, ratios, _ in whole_titles(found["rows"])]
    text = f"Orbits of {found['steps']} steps; loops that nothing compiles make fewer, and their time is scaled. "
    differing = sorted({f"{name} ({title})" for title, _, _, names in whole_titles(found["rows"]) for name in names})
    text += f"Another end had: {', '.join(differing)}." if differing else "All ends are the same, bit for bit."
    return "\n\n".join([table(["orbit", "ours, ns a step", *(f"{name}, × ours" for name in names)], body), text])


def whole_titles(rows):
    """Indented titles are variants of the last one that is not."""
    last = ""
    for title, *rest in rows:
        last = last if title.startswith(" ") else title
        yield (f"{last}, {title.strip()}" if title.startswith(" ") else title).replace("alpha_k", "α_k"), *rest


def figure(name, alt, caption):
    return f":::{{figure}} assets/{FIGURES[name]}\n:alt: {alt}\n:width: 100%\n\n{caption}\n:::"


# --- the figures

def draw(data, folder=ASSETS):
    """Both figures, on white: the dark theme lays pictures on a light card."""
    import matplotlib
    matplotlib.use("agg")
    from matplotlib import pyplot as plt
    with plt.rc_context({"svg.hashsalt": "descent", "font.size": 10, "axes.spines.top": False,
                         "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
                         "axes.axisbelow": True}):
        for name, drawn in (("maps", draw_maps(plt, data["maps"])),
                            ("scaling", draw_scaling(plt, data["points"], data["workers"]))):
            # no name of a program; the time of the run tells that picture and table belong together
            drawn.savefig(pathlib.Path(folder, FIGURES[name]), bbox_inches="tight",
                          metadata={"Date": data["machine"]["when"], "Creator": None})
            plt.close(drawn)


def style(name):
    colour, marker = STYLES[name]
    return {"color": colour, "marker": marker, "label": name}


def draw_maps(plt, rows):
    rows = [row for row in rows if row["threads"] == 1][::-1]
    drawn, axes = plt.subplots(figsize=(7.2, 0.6 * len(rows) + 1.4), layout="constrained")
    axes.axvline(1, color="#555555", linewidth=1)
    for name in rows[0]["ratios"]:
        if name != OURS:
            axes.plot([row["ratios"][name] for row in rows], range(len(rows)), linestyle="none", markersize=8,
                      **style(name))
    axes.set(xscale="log", yticks=range(len(rows)), yticklabels=[row["title"] for row in rows],
             xlabel="time over ours, one thread", ylim=(-0.6, len(rows) - 0.4))
    axes.xaxis.set_major_formatter("{x:g}")
    drawn.legend(loc="outside upper center", ncols=3, frameon=False)
    return drawn


def draw_scaling(plt, points, workers):
    drawn, (left, right) = plt.subplots(1, 2, figsize=(7.6, 4.4), layout="constrained")
    starts = [row["cells"] ** 2 for row in points]
    for name in points[0]["times"]:
        left.plot(starts, [1e9 * row["times"][name] / n for row, n in zip(points, starts)],
                  linestyle="--" if name.endswith("threads") else "-", **style(name))
    left.set(xscale="log", yscale="log", xlabel="starts", ylabel="nanoseconds a start", title=points[0]["title"])
    counts = workers[0]["workers"]
    right.plot(counts, counts, color="#bbbbbb", label="n times as fast")
    for row, line in zip(workers, lines(workers)):
        right.plot(counts, [row["times"][0] / seconds for seconds in row["times"]], linestyle=line,
                   **style(row["kind"]) | {"label": f"{row['kind']}: {row['title'].split(',')[0]}"})
    right.set(xlabel="workers", ylabel="times as fast as one", xticks=counts, title="workers")
    for axes in (left, right):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False, fontsize=8, handlelength=3.5)
    return drawn


def lines(workers):
    """A line style for each problem."""
    titles = list(dict.fromkeys(row["title"] for row in workers))
    return [("-", "--", ":")[titles.index(row["title"])] for row in workers]


def write(data):
    """Replace what the page shows by this run."""
    DATA.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    FRAGMENT.write_text(fragment(data), encoding="utf-8")
    draw(data)
    print(f"\nWritten for the book: {DATA.name}, {FRAGMENT.name}, {', '.join(FIGURES.values())}")
