"""The bars of the product: orbits of the library from a start by number, the spread of the squares and its rate."""

import io
import json
import re

import numpy as np
import pytest
from descent import figures, landscapes, orbits, steps
from descent.demos._balance import balance as demo
from descent.figures._balance import MOMENTS, STEPS, balance, random
from PIL import Image
from support.wasm_host import hosted

FIGURE = balance()
CORNERS = [{"choice": choice, "alpha": alpha, "beta": beta, "seed": seed, "moment": moment}
           for choice, seed, moment in ((0, 0, MOMENTS - 1), (4, 100, 0))
           for alpha in (0.05, 1.5) for beta in (0.0, 1.0)]


def spread(points):
    return np.ptp(points**2, axis=1)


@pytest.mark.parametrize("state", [{}, {"choice": 0, "alpha": 0.4, "beta": 0.25, "seed": 3},
                                   {"choice": 4, "alpha": 1.5, "beta": 0.0, "seed": 77}], ids=str)
def test_the_orbit_is_that_of_normalized_descent(state):
    v = FIGURE.values(state)
    f = landscapes.named("product", n=int(v["n"]))
    o = orbits.normalized_descent(f, v["points"][0], steps.Power(v["alpha"], v["beta"]), STEPS)
    assert np.array_equal(v["points"], o.points)
    rows = v["spreads"][:int(v["shown"])]
    assert rows[:, 1] == pytest.approx(spread(o.points)[rows[:, 0].astype(int) - 1], abs=1e-15)
    assert rows[-2:, 0].tolist() == [STEPS, STEPS + 1]
    assert v["largest"] == pytest.approx(1.05 * (o.points**2).max())
    assert (v["first_spread"], v["last_spread"]) == pytest.approx(tuple(spread(o.points)[[0, -1]]))


@pytest.mark.parametrize("moment, k", [(0, 0), (1, 1), (9, 9), (MOMENTS - 2, STEPS - 1), (MOMENTS - 1, STEPS)])
def test_the_bars_are_the_squares_at_the_step(moment, k):
    v = FIGURE.values({"moment": moment, "choice": 3})
    assert (v["k"], v["k1"]) == (k, k + 1) and np.array_equal(v["squares"], v["points"][k] ** 2)
    assert (v["low"], v["high"]) == pytest.approx((v["squares"].min(), v["squares"].max()))
    assert v["high"] < v["largest"]


@pytest.mark.parametrize("n", range(2, 7))
def test_the_spread_has_the_rate_of_the_flat_minimum(n):
    """Josz, Example 4.6; specs/2: each x_i^2 - x_j^2 falls like K^(-alpha^2 / n), here from near the flat minimum."""
    f, rng = landscapes.named("product", n=n), np.random.default_rng(n)
    start = 1 + 1e-3 * rng.uniform(-1, 1, n)
    o = orbits.normalized_descent(f, start, steps.Power(0.5, 0.5), STEPS)
    figure = balance(n, alpha=0.5)
    alphas, measured, curve = figure.values()["alphas"], np.zeros((2, 2)), np.zeros((2, 2))
    measured[:, 0], measured[:, 1] = (1001, STEPS + 1), spread(o.points)[[1000, STEPS]]
    kappa = figure.variants[n - 2]["constants"]["kappa"]
    assert figure.shared["predicted"](alphas, 2, kappa, measured, curve) == 2
    assert curve[0, 1] == pytest.approx(measured[0, 1], rel=5e-3)      # the line goes through the last point
    assert np.log(curve[0, 1] / curve[1, 1]) == pytest.approx(0.25 / n * np.log(10), rel=1e-3)


def test_the_numbers_of_a_start_are_splitmix64_of_a_counter():
    """The constants of Steele, Lea & Flood (2014), in Python's whole numbers."""
    def expected(seed, index):
        mask = 2**64 - 1
        z = (64 * seed + index + 1) * 0x9E3779B97F4A7C15 & mask
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        return ((z ^ (z >> 31)) >> 11) / 2**53

    assert all(random(seed, i) == expected(seed, i) for seed in (0, 1, 12, 2**31 - 1) for i in range(6))
    drawn = np.array([[random(seed, i) for i in range(6)] for seed in range(101)])
    assert 0 <= drawn.min() < 0.01 and 0.99 < drawn.max() < 1
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 4 / np.sqrt(12 * 101)          # four standard deviations
    assert len(np.unique(drawn)) == drawn.size


def test_starts_are_positive_and_change_with_the_seed_alone():
    starts = {seed: FIGURE.values({"seed": seed, "choice": 4})["points"][0] for seed in (0, 12, 100)}
    assert all(((0.3 <= x) & (x < 2.5)).all() for x in starts.values())
    assert np.array_equal(FIGURE.values({"seed": 12})["points"][0], starts[12][:3])
    assert not np.array_equal(starts[0], starts[12])


@pytest.mark.parametrize("beta, words", [(0.0, "do not shrink"), (0.5, "without bound"), (0.55, "freeze")])
def test_the_summary_tells_of_the_fuel(beta, words):
    v = FIGURE.values({"beta": beta})
    assert words in FIGURE.summarise(v)
    assert v["fuel"] == pytest.approx((1.2**2 / np.arange(1.0, STEPS + 1) ** (2 * beta)).sum(), rel=1e-12)


@pytest.mark.parametrize("alpha, beta, words", [
    (0.05, 1.0, "from 5.03 to 5.03 in"), (1.2, 0.5, "from 5.03 to 0.15 in"), (1.5, 0.5, "from 5.03 to 9.2e-03 in"),
    (1.2, 0.0, "from 5.03 to 0 in")])           # the squares become equal, to the last bit
def test_the_summary_says_the_last_difference_in_digits_that_tell_it(alpha, beta, words):
    v = FIGURE.values({"alpha": alpha, "beta": beta})
    last = float(words.split()[3])
    assert words in FIGURE.summarise(v) and v["last_spread"] == pytest.approx(last, rel=0.05)


@pytest.mark.parametrize("state", CORNERS, ids=str)
@pytest.mark.filterwarnings("error")
def test_every_corner_of_the_controls_has_a_picture_and_whole_sentences(state):
    v = FIGURE.values(state)
    assert all(np.isfinite(v[name]).all() for name in ("points", "spreads", "decay", "squares", "facts", "now"))
    said = FIGURE.summarise(v)
    assert said.endswith(".") and not re.search(r"nan|inf|unbounded value|[{}]", said)
    image = Image.open(io.BytesIO(figures.render(FIGURE, state)))
    assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 20


def test_play_runs_the_slider_from_the_start_to_the_last_step():
    play, slider = FIGURE.play, demo().children[0].children[-1]
    assert (play["first"], play["last"], play["step"]) == (slider.min, slider.max, slider.step)
    assert FIGURE.values({play["entry"]: play["last"]})["k"] == STEPS


def test_the_whole_program_runs_under_wasm_and_agrees():
    hosts, through = hosted(FIGURE)
    assert [host.about["imports"] for host in hosts if host] == [["exp", "pow"], *[[]] * 5]
    for choice in range(5):
        state = {"choice": choice, "seed": 5, "moment": 40}
        native, through_wasm = FIGURE.values(state), through.values(state)
        assert np.array_equal(through_wasm["points"][0], native["points"][0])       # the start is exact
        for name, value in native.items():
            assert np.allclose(through_wasm[name], value, rtol=1e-9, atol=1e-12), name


def test_the_description_is_json_and_depends_on_the_options():
    text = FIGURE.description()
    assert text == balance().description() != balance(seed=3).description()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("make", (balance, demo))
@pytest.mark.parametrize("options", [{"n": 1}, {"n": 7}, {"n": 2.5}, {"alpha": 0}, {"alpha": "1"}, {"beta": -0.1},
                                     {"beta": np.nan}, {"seed": -1}, {"seed": 1.5}, {"seed": None}], ids=str)
def test_bad_options_are_refused_by_name(make, options):
    with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
        make(**options)


def test_the_controls_are_tied_to_the_state_and_refuse_what_they_do_not_have():
    live = demo(5, 0.8, 0.25, 7)
    assert live.state == {"choice": 3, "alpha": 0.8, "beta": 0.25, "seed": 7, "moment": 0}
    number, *sliders = live.children[0].children
    assert number.index == 3 and [slider.value for slider in sliders] == [0.8, 0.25, 7, 0]
    for options in ({"alpha": 1.6}, {"beta": 1.1}, {"seed": 101}):
        with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
            demo(**options)
