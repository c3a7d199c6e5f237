"""Normalized descent beside gradient descent: the orbits of the library, thinned; rates, fuel, own functions."""

import io
import json
import re

import numpy as np
import pytest
from descent import figures, landscapes, orbits, steps, wasm
from descent.demos._normalized import normalized as demo
from descent.figures._normalized import QUANTILES, normalized
from descent.figures._thinned import ROOM, next_shown, predicted, whole
from PIL import Image
from support.wasm_host import hosted

HYPERBOLA = landscapes.named("hyperbola")
FIGURE = normalized(HYPERBOLA, (-0.5, 3.5, -0.5, 3.5), (3, 0.2), conserved="x**2 - y**2", kappa=0.5)


def own(formula):
    return normalized(landscapes.from_formula(formula), (-3, 3, -3, 3), (2, 0.5))


# --- the orbits -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("state", [
    {}, {"alpha": 1.5, "beta": 0.0, "steps": 10.0, "x0": -0.5, "y0": 3.5}, {"alpha": 0.05, "beta": 1.0, "eta": 1e-4},
    {"alpha": 0.3, "beta": 0.25, "steps": 10**2.7, "x0": 1.0, "y0": 2.0, "eta": 0.05},
], ids=str)
def test_both_orbits_are_those_of_the_library_at_the_steps_that_are_shown(state):
    v = FIGURE.values(state)
    start, n = [v["x0"], v["y0"]], round(v["steps"])
    assert v["count"] == n
    for method, o in (("n", orbits.normalized_descent(HYPERBOLA, start, steps.Power(v["alpha"], v["beta"]), n)),
                      ("g", orbits.gradient_descent(HYPERBOLA, start, v["eta"], n))):
        shown = int(v[f"{method}_shown"])
        k = v[f"{method}_gaps"][:shown, 0].astype(int) - 1
        assert np.array_equal(v[f"{method}_points"][:shown], o.points[k])
        h, c = abs(1 - o.points.prod(axis=1)), abs(o.points[:, 0] ** 2 - o.points[:, 1] ** 2)
        assert v[f"{method}_gaps"][:shown, 1] == pytest.approx(h[k], rel=1e-12, abs=1e-15)
        assert v[f"{method}_seconds"][:shown, 1] == pytest.approx(c[k], rel=1e-12, abs=1e-14)
        assert k[-2:].tolist() == [n - 1, n] and [v[f"{method}_x"], v[f"{method}_y"]] == o.points[-1].tolist()
        assert v[f"{method}_gap"] == pytest.approx(max(h[-2:]), rel=1e-12, abs=1e-15)
        assert v[f"{method}_second_first"] == pytest.approx(c[0]) and v[f"{method}_left"] == 0


def test_the_conserved_quantity_is_that_of_the_reference_run():
    """specs/2, section 3 (c), T-11a: C_K = .287986 after 1e5 steps, relative tolerance 1e-4."""
    v = FIGURE.values({"steps": 1e5})
    assert v["n_second"] == pytest.approx(0.287986, rel=1e-4) and v["n_second_first"] == pytest.approx(8.96)
    assert v["fuel"] == pytest.approx(sum(1 / k for k in range(1, 10**5 + 1)), rel=1e-12)
    assert v["g_second"] == pytest.approx(8.95826, rel=1e-4)       # gradient descent stops where it came down


@pytest.mark.parametrize("n", (1, 2, 3, 10, 16, 17, 33, 1000, 99_999, 100_000))
def test_the_thinned_steps_end_with_the_last_pair_and_fit(n):
    shown, k = [], 0
    while k <= n:
        shown.append(k)
        k = next_shown(len(shown) - 1, k, n)
    assert shown[: min(n, 15) + 1] == list(range(min(n, 15) + 1)) and shown[-2:] == [n - 1, n]
    assert len(shown) <= ROOM and all(np.diff(shown) >= 1)
    pairs = np.array(shown[: len(shown) // 2 * 2]).reshape(-1, 2)
    assert (np.diff(pairs) == 1).all()


def test_the_decay_line_is_a_power_for_the_square_root_rule_and_ends_at_the_last_point():
    v = FIGURE.values({"steps": 1e5, "alpha": 1.3})
    line, measured = v["decay"][:v["decay_count"]], v["n_seconds"][:v["decay_count"]]
    assert v["decay_count"] == v["n_shown"] and line[-1] == pytest.approx(measured[-1]) == [100_001, v["n_second"]]
    far = line[:, 0] > 100
    slope = np.diff(np.log(line[far, 1])) / np.diff(np.log(line[far, 0]))
    assert slope == pytest.approx(np.full(len(slope), -0.5 * 1.3**2), rel=1e-2)
    late = (measured[:, 0] > 3e4) & (measured[:, 0] < 9e4)     # the orbit is near the flat minimum: it has this rate
    ratio = np.log(measured[late, 1] / measured[-1, 1]) / np.log(line[late, 1] / line[-1, 1])
    assert ratio == pytest.approx(np.ones(late.sum()), rel=2e-2)


def test_a_decay_line_stops_above_rounding_and_never_overflows():
    alphas, measured = np.full(50, 9.0), np.stack([np.arange(1.0, 52), np.r_[1.0, np.full(50, 1e-11)]], axis=1)
    curve = np.zeros((51, 2))
    assert predicted(alphas, 51, 0.5, measured, curve) == 1 and curve[0].tolist() == [1, 1]
    measured[30, 1] = 1e-9
    assert predicted(alphas, 51, 0.5, measured, curve) == 31
    assert np.isfinite(curve).all() and curve[0, 1] == pytest.approx(1e-9 * np.exp(46)) and curve[30, 1] == 1e-9
    assert predicted(alphas, 51, 0.5, np.zeros((51, 2)), curve) == 0


def test_the_step_line_is_the_rule():
    v = FIGURE.values({"alpha": 0.7, "beta": 0.35, "steps": 300.0})
    line = v["n_steps_shown"][:int(v["n_shown"])]
    assert line[:-1, 1] == pytest.approx(0.7 / line[:-1, 0] ** 0.35, rel=1e-14)
    assert line[-1].tolist() == [301, line[-2, 1]]


@pytest.mark.parametrize("number, expected", [(9.999999, 10), (10.000001, 10), (2.5, 3), (10**4.9, 79433)])
def test_steps_are_whole(number, expected):
    assert whole(number) == expected


# --- what the reader is told ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("state, words", [
    ({}, ["grows without bound", "after 10000 steps", "8.960 to 8.958"]), ({"beta": 0.0}, ["never settle"]),
    ({"beta": 1.0}, ["runs out", "8.960 to 7.412"]), ({"beta": 0.5, "steps": 1e5}, ["without bound"]),
    ({"eta": 1.0, "y0": 3.5}, ["leaves within"]), ({"alpha": 1.5, "beta": 0.0, "steps": 1e5}, ["after 100000"]),
    ({"alpha": 0.05, "beta": 1.0, "steps": 10.0, "eta": 1e-4}, ["after 10 steps"]),
], ids=str)
@pytest.mark.filterwarnings("error")
def test_the_summary_is_whole_at_every_corner_and_there_is_a_picture(state, words):
    v = FIGURE.values(state)
    said = FIGURE.summarise(v)
    assert all(word in said for word in words) and said.endswith(".") and not re.search(r"nan|inf|[{}]", said)
    image = Image.open(io.BytesIO(figures.render(FIGURE, state)))
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20


@pytest.mark.parametrize("formula", ["y**2 + x**2*y**4", "abs(x*y - 1) + abs(x - y)", "x", "3", "log(x)",
                                     "abs(y - x**2)"])
@pytest.mark.filterwarnings("error")
def test_a_function_of_ones_own_has_its_figure(formula):
    figure = own(formula)
    assert set(figure.state) == set(FIGURE.state) and figure.key == FIGURE.key
    for state in ({}, {"beta": 0.0, "alpha": 1.5, "eta": 1.0}, {"x0": -3.0, "y0": 3.0, "alpha": 0.05, "steps": 10.0}):
        v = figure.values(state)
        said = figure.summarise(v)
        assert said.endswith(".") and not re.search(r"nan|inf\b|[{}]", said)
        for lines, count in (("contours", "contour_count"), ("valley", "valley_count")):
            assert np.isfinite(v[lines][:v[count]]).all() and v[count] < len(v[lines])
    figures.render(figure, state)


@pytest.mark.parametrize("formula, written", [
    ("(x**4 - 2*x*y)**2", ", h = x⁴ − 2xy"), ("(exp(x)*y - 1)**2", ", h = y·exp(x) − 1"),
    ("abs(x) + abs(y - 1)", ", h = Σ|hₛ|"), ("(exp(x) + exp(y) + exp(x*y) + x - 7)**2", "")])
def test_the_title_says_what_h_is_where_there_is_room(formula, written):
    assert [f"|h|{written}: f is least at h = 0" == panel["label"] for panel in own(formula).panels[0]] == [False, True]


def test_every_chart_has_a_legend_of_its_own():
    dots = [layer["name"] for column in FIGURE.panels for panel in column for layer in panel["layers"]
            if layer["layer"] == "dots"]
    assert len(dots) == len(set(dots)) == 4     # a legend leaves out what one before it has


def test_a_function_with_a_residual_shows_it_and_the_valley_and_another_its_loss_and_sharpness():
    titles = [panel["label"] for column in own("(x*y - 1)**2").panels for panel in column]
    assert titles[1] == "|h|, h = xy − 1: f is least at h = 0" and titles[3].startswith("sharpness")
    v = own("(x*y - 1)**2").values()
    ends = v["valley"][:v["valley_count"]].reshape(-1, 2)
    assert len(ends) > 50 and np.abs(ends.prod(axis=1) - 1).max() < 0.02
    f, v = landscapes.from_formula("x**4 + y**2"), own("x**4 + y**2").values({"steps": 20.0})
    points = v["n_points"][:int(v["n_shown"])]
    assert np.array_equal(v["n_gaps"][: len(points), 1], f.value(points))
    assert v["n_seconds"][: len(points), 1] == pytest.approx(f.sharpness(points))
    assert v["valley_count"] == 0               # f is nowhere 0 beside the origin


def test_a_run_stops_where_the_gradient_is_exactly_0_rather_than_walk_on_along_an_axis():
    figure = own("y**2 + x**2*y**4")            # the slip makes y = alpha_k in the end, and y = 0 one step later
    v = figure.values({"beta": 0.25})
    assert v["n_left"] == 2 and v["n_y"] == 0 and 0 < v["n_x"] < 1 and v["n_steps"] < 1e4
    assert "stops at" in figure.summarise(v) and "exactly 0" in figure.summarise(v)
    v = FIGURE.values({"x0": 2.0, "y0": 0.5})   # h = 0 at the start, but h has a direction
    assert v["n_left"] == 0 and v["n_steps"] == 1e4
    v = own("3").values()                       # gradient descent needs no direction
    assert (v["n_left"], v["n_steps"]) == (2, 0) and (v["g_left"], v["g_steps"]) == (0, 1e4)


@pytest.mark.parametrize("formula", ["(x*y - 1)**2", "abs(x*y - 1) + abs(x - y)", "log(x) + sqrt(y)", "(x*y)**(1/3)",
                                     "1/x + y", "exp(400*x*y)", "x/log(y)**(1/3)"])
@pytest.mark.filterwarnings("error")
def test_the_levels_of_the_contours_are_quantiles_of_what_the_kernel_computes(formula):
    figure = own(formula)
    values = np.empty((25, 25))
    figure.kernels[0]["heights"](-3.0, 3.0, -3.0, 3.0, values)
    expected = np.unique(np.quantile(values[np.isfinite(values)], QUANTILES))
    assert figure.variants[0]["constants"]["levels"] == pytest.approx(expected, rel=1e-5)


def test_there_are_no_contours_where_there_is_no_value():
    v = own("log(x)").values()
    assert np.isnan(v["height"][:, :50]).all() and (v["height"][:, 50:] < 2).all()
    assert v["n_left"] == 1 or v["n_x"] > 0


# --- the page -------------------------------------------------------------------------------------------------------

def test_the_whole_program_runs_under_wasm_and_agrees():
    hosts, through = hosted(FIGURE)
    assert [host.about["imports"] for host in hosts if host] == [["exp", "pow"], []]    # steps, and the decay
    for state in ({}, {"alpha": 1.5, "beta": 0.25, "steps": 1e3}, {"eta": 1.0, "y0": 3.5}):
        native, through_wasm = FIGURE.values(state), through.values(state)
        for name, value in native.items():
            # NGD alternates across the valley: an ulp of a step stays an ulp, times the steps
            assert np.allclose(through_wasm[name], value, rtol=1e-9, atol=1e-12, equal_nan=True), name
    assert all(wasm.exact(kernel) for kernel in FIGURE.kernels[0].values())


def test_the_description_is_json_and_depends_on_the_options():
    text = FIGURE.description()
    assert text != normalized(HYPERBOLA, (-0.5, 3.5, -0.5, 3.5), (3, 0.2)).description()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("options, word", [
    ({"alpha": 0}, "alpha"), ({"beta": -0.1}, "beta"), ({"beta": np.nan}, "beta"), ({"steps": 0.5}, "steps"),
    ({"steps": 1e6}, "steps"), ({"eta": -1}, "eta"), ({"start": (1,)}, "start"), ({"box": (1, 0, 0, 1)}, "box"),
    ({"conserved": 3}, "text"), ({"conserved": "z"}, "z"), ({"kappa": np.inf}, "kappa"),
    ({"f": landscapes.named("product", n=3)}, "f="), ({"f": "hyperbola"}, "f="),
    ({"f": landscapes.from_formula("log(x)"), "box": (-3, -1, 0, 1)}, "box"),
], ids=lambda value: value if isinstance(value, str) else "-".join(value))
def test_bad_options_are_refused_by_name(options, word):
    with pytest.raises(ValueError, match=re.escape(word)):
        normalized(**{"f": HYPERBOLA, "box": (-1, 1, -1, 1), "start": (1, 1), **options})


@pytest.mark.parametrize("options", [{"alpha": 1.6}, {"beta": 1.1}, {"beta": None}], ids=str)
def test_the_controls_refuse_what_their_sliders_do_not_have(options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
        demo(**options)


def test_another_function_takes_the_place_of_the_hyperbola():
    live = demo(0.5, 0.25)
    assert live.state == {"alpha": 0.5, "beta": 0.25, "steps": 1e4, "eta": 0.01, "x0": 3.0, "y0": 0.2}
    assert [widget.value for widget in live.children[0].children] == [0.5, 0.25, 1e4, 0.01]
    f = landscapes.from_formula("y**2 + x**2*y**4")
    live.landscape = f
    assert live.landscape is f and live.view.description == live.figure.description()
    assert (live.state["x0"], live.state["y0"]) == (2.0, 0.5)
    with pytest.raises(ValueError, match="variables"):
        live.landscape = landscapes.named("product", n=3)
