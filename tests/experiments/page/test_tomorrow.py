"""The recurrent nets of the page, in a real browser: they answer as Python does, to the mouse and to the keyboard."""

import json
import shutil

import numpy as np
import pytest

from autograd import Tensor, sigmoid, stack
from experiments.page.days import Answer, Days
from experiments.page.scripts import bundle
from experiments.report import write_report
from experiments.rnn.models import load_rnn, model_file
from experiments.rnn.saved import open_run
from experiments.rnn.tomorrow import _models, tomorrow
from rnn.classifier import CELLS
from rnn.features import INPUTS, net_inputs
from rnn.scaling import signed_log
from rnn.trained import TrainedNets, load
from rnn.trial import EVERYTHING, Trial
from tests.fakes.chromium import Browser, needs_chromium
from tests.fakes.report_sample import HOSTILE, write_hostile_runs, write_nets

pytestmark = needs_chromium
PLAYER = "document.querySelector('.tomorrow')"
ANSWERS = f"[...{PLAYER}.querySelectorAll('.label output')].map(o => o.value)"
COUNTS = f"[...{PLAYER}.querySelectorAll('.counts output')].map(o => Number(o.value.replaceAll(',', '')))"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return write_hostile_runs(tmp_path_factory.mktemp("tomorrow"))


@pytest.fixture(scope="module")
def page(runs, tmp_path_factory):
    return write_report(runs, tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


def open_player(browser: Browser, page) -> None:
    browser.load(page)
    browser.evaluate(
        "new Promise(done => { const look = () => "
        f"'ready' in {PLAYER}.dataset ? done() : setTimeout(look, 10); look(); }})"
    )


def counts_of(runs, country: str) -> np.ndarray:
    return open_run(runs / "rnn").counts().loc[country].to_numpy()


def choose(browser: Browser, control: str, value: str) -> None:
    browser.evaluate(
        f"(c => {{ c.value = '{value}'; c.dispatchEvent(new Event('change')); }})({PLAYER}.querySelector('{control}'))"
    )


def answers_of_the_page(browser: Browser, cell: str, trained: TrainedNets, windows: np.ndarray):
    """Probabilities (n,) and gradients (n, L) as the page's script finds them."""
    asked = json.dumps({"models": _models(cell, trained), "logs": signed_log(windows, np.float64).tolist()})
    script = bundle(["numbers", "recurrent"])
    found = browser.evaluate(
        f"""(() => {{ {script}
          const {{ models, logs }} = {asked};
          for (const model of models)
            for (const name in model.parameters) model.parameters[name] = arrayOf(model.parameters[name]);
          return logs.map((days) => classifyByAll(models, days));
        }})()"""
    )
    return np.array([each["probability"] for each in found]), np.array([each["gradient"] for each in found])


def inputs_of(logs: Tensor, kind: str, counts: np.ndarray) -> Tensor:
    """`rnn.features.net_inputs` in ops of the engine, from the logs on."""
    if kind == "log":
        return logs.reshape(*logs.shape, 1)
    signs = Tensor(net_inputs(counts, kind)[..., 2])
    return stack([logs, logs - logs[:, -1:], signs], axis=2)


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("cell", CELLS)
def test_probabilities_and_gradients_are_those_of_python(browser, runs, tmp_path, cell, kind):
    config = open_run(runs / "rnn").config
    length, seeds = config["map"]["length"], config["map"]["seeds"]
    write_nets(tmp_path, length, seeds, kind)
    trained = TrainedNets(
        tuple(load(tmp_path / model_file(Trial(cell, length, EVERYTHING, seed))) for seed in range(seeds))
    )
    rng = np.random.default_rng(3)
    windows = np.rint(rng.standard_normal((50, length)) * 10.0 ** rng.integers(0, 5, (50, 1)))
    probability, gradient = answers_of_the_page(browser, cell, trained, windows)
    np.testing.assert_allclose(probability, trained.probability(windows), atol=1e-5)
    logs = Tensor(signed_log(windows), requires_grad=True)
    for net in trained.nets:
        sigmoid(net.classifier(inputs_of(logs, kind, windows))).sum().backward()
    np.testing.assert_allclose(gradient, logs.grad / seeds, atol=1e-5)


def test_the_player_starts_with_a_country_and_the_answers_of_the_run(browser, page, runs):
    open_player(browser, page)
    (player,) = tomorrow(open_run(runs / "rnn"))
    days = counts_of(runs, player.data["countries"][0])[-7:]
    assert browser.evaluate(COUNTS) == list(days)
    expected = [load_rnn(runs / "rnn", cell).probability(days[None])[0] for cell in ("rnn", "lstm", "gru")]
    assert browser.evaluate(ANSWERS) == [f"{100 * p:.1f} %" for p in expected]
    assert browser.complaints == []


def test_the_still_chart_gives_the_same_answers_and_gradients_as_the_player(browser, runs):
    (player,) = tomorrow(open_run(runs / "rnn"))
    days = counts_of(runs, player.data["countries"][0])[-7:]
    assert list(player.still.counts) == list(days)
    for cell, answer in zip(("rnn", "lstm", "gru"), player.still.answers, strict=True):
        probability, gradient = answers_of_the_page(browser, cell, load_rnn(runs / "rnn", cell), days[None])
        assert answer.words == f"{100 * probability[0]:.1f} %"
        np.testing.assert_allclose(answer.slopes, gradient[0], atol=1e-5)


def test_bars_of_the_still_chart_stand_on_their_lines_and_inside_it():
    answers = (Answer("GRU", "50 %", (0.5, -1.0, 0.0)), Answer("RNN", "1 %", (0.0, 0.0, 0.0)))
    chart = Days("", "", ("04-01", "04-02", "04-03"), (0, 100, -5), answers)
    assert [bar.y + bar.height for bar in chart.bars] == [150] * 3
    assert [bar.height > 0 for bar in chart.bars] == [False, True, False]
    (_, line, (up, down, _)), (_, low, _) = chart.rows
    assert up.y + up.height == pytest.approx(line) and down.y == line
    assert up.height == pytest.approx(down.height / 2, abs=0.1)
    assert low + 24 <= chart.size[1] and chart.bars[-1].x + chart.bars[-1].width < chart.size[0]


def test_a_slider_moves_by_keyboard_and_the_answers_follow(browser, page):
    open_player(browser, page)
    counts, answers = browser.evaluate(COUNTS), browser.evaluate(ANSWERS)
    browser.evaluate(f"{PLAYER}.querySelectorAll('.board input')[6].focus()")
    for _ in range(60):
        browser.press("ArrowUp")
    assert browser.evaluate(COUNTS)[:6] == counts[:6] and browser.evaluate(COUNTS)[6] > 1.5 * counts[6]
    assert browser.evaluate(ANSWERS) != answers
    assert browser.evaluate(f"{PLAYER}.querySelectorAll('.board input')[6].ariaLabel") == "new cases on the last day"


def test_dragging_across_the_days_draws_them(browser, page):
    open_player(browser, page)
    left, top, width, height = browser.evaluate(
        f"(b => {{ b.scrollIntoView({{block: 'center', behavior: 'instant'}}); const r = b.getBoundingClientRect();"
        f" return [r.left, r.top, r.width, r.height]; }})({PLAYER}.querySelector('.board'))"
    )
    browser.drag([(left + width * (day + 0.5) / 7, top + height * (1 - day / 7) - 1) for day in range(7)])
    counts = browser.evaluate(COUNTS)
    assert counts == sorted(counts) and counts[0] < 2 and counts[6] > 1000


def test_a_country_is_chosen_by_its_name_whatever_that_is(browser, page):
    open_player(browser, page)
    names = browser.evaluate(f"[...{PLAYER}.querySelectorAll('option')].map(o => o.textContent)")
    assert set(HOSTILE) <= set(names)
    before = browser.evaluate(COUNTS)
    choose(browser, "select", "3")
    assert browser.evaluate(COUNTS) != before


def test_a_day_is_chosen_by_its_date_and_what_came_after_it_is_told(browser, page, runs):
    open_player(browser, page)
    (player,) = tomorrow(open_run(runs / "rnn"))
    series = counts_of(runs, player.data["countries"][0])  # of 20 days, the last of which is 2020-04-12
    choose(browser, "input[type=date]", "2020-04-02")
    assert browser.evaluate(COUNTS) == list(series[3:10])
    rise = "a rise" if series[10] > series[9] else "no rise"
    told = browser.evaluate(f"{PLAYER}.querySelector('.choice output').value")
    assert told == f"The day after brought {series[10]:,.0f}: {rise}."
    choose(browser, "input[type=date]", "2020-03-01")  # before the data
    assert browser.evaluate(COUNTS) == list(series[3:10])


def test_a_run_that_kept_no_counts_offers_its_last_days(runs, tmp_path):
    shutil.copytree(runs / "rnn", tmp_path / "rnn")
    (tmp_path / "rnn" / "counts.csv").unlink()
    (player,) = tomorrow(open_run(tmp_path / "rnn"))
    assert player.data["counts"]["shape"][1] == player.data["length"]


def test_without_nets_there_is_no_player(runs, tmp_path):
    run = open_run(runs / "rnn")
    assert tomorrow(type(run)(tmp_path, run.config)) == ()
