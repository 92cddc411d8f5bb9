"""The players of the pages: they are what the command writes, they tell the truth, and each works in a browser."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from autograd import Tensor, conv2d
from experiments.textbook.graphs import diamond, neuron
from experiments.textbook.moons import FILM_STEPS, STEPS, accuracy, logits, recorded
from experiments.textbook.players import PLAYERS, read_player, three_walks
from tests.fakes.chromium import Browser, needs_chromium
from tests.house.test_documentation import ROOT

DOCS = ROOT / "docs"
in_a_browser = needs_chromium
SAID = "document.getElementById('said').textContent"


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


def open_player(browser, name):
    browser.load(DOCS / "players" / name)
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith("file:")] == []


@pytest.mark.parametrize("name", PLAYERS)
def test_a_player_is_what_the_command_writes_and_a_page_links_to_it(name, tmp_path):
    PLAYERS[name](tmp_path / name)
    strip = re.compile(r'<script type="application/json" id="data">.*?</script>', re.DOTALL)
    written, kept = ((folder / name).read_text(encoding="utf-8") for folder in (tmp_path, DOCS / "players"))
    assert strip.sub("", written) == strip.sub("", kept)  # numbers differ in the last digit between machines
    assert [page for page in DOCS.glob("*.md") if f"](players/{name})" in page.read_text(encoding="utf-8")]


def test_no_player_is_left_over():
    assert {path.name for path in (DOCS / "players").glob("*.html")} == set(PLAYERS)


def test_the_three_walks_through_the_diamond_give_what_page_3_says():
    walks = three_walks(read_player(diamond()))
    assert [walk["note"] for walk in walks] == [
        "7 visits; dy/dx = 30: right",
        "5 visits; dy/dx = 12: wrong, 30 is right",
        "5 visits; dy/dx = 30: right",
    ]


@in_a_browser
@pytest.mark.parametrize("name", PLAYERS)
def test_on_a_dark_telephone_nothing_is_cut_and_the_text_is_light(browser, name):
    browser.load(DOCS / "players" / name, width=390, height=844, dark=True)
    for knob, value in {"padding": 2, "place": 99}.items():  # the widest picture, and all that can be said in it
        turn = f"k => {{ k.value = {value}; k.dispatchEvent(new Event('input')); }}"
        browser.evaluate(f"[document.getElementById('{knob}')].filter(k => k).forEach({turn})")
    wide = (
        "[...document.querySelectorAll('body, body *')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)"
    )
    assert browser.evaluate(f"{wide}.map(e => e.id || e.tagName)") == []
    assert browser.evaluate("document.documentElement.scrollWidth") == 390
    ink, paper = (
        f"getComputedStyle(document.body).{name}.match(/[0-9]+/g).map(Number)" for name in ("color", "backgroundColor")
    )
    assert browser.evaluate(f"Math.min(...{ink}) - Math.max(...{paper})") > 150


@in_a_browser
def test_the_neuron_is_dragged_and_its_gradients_follow(browser):
    open_player(browser, "neuron.html")
    titles = [box["title"] for box in read_player(neuron())["boxes"]]
    w = titles.index("w")
    knob = f"document.getElementById('knob{w}')"
    browser.evaluate(f"{knob}.value = 0.5; {knob}.dispatchEvent(new Event('input'))")
    slope = 1 - np.tanh(0.5 * -1 + 1.5) ** 2
    told = browser.evaluate(f"document.getElementById('tried{w}').textContent")
    assert told == f"w = 0.5: gradient {-slope:.6f}, finite difference {-slope:.6f}"
    browser.evaluate("document.getElementById('last').click()")
    assert f"mul → x: g × slope = share: {slope:.4g} × 0.5 = {slope / 2:.4g}" in browser.evaluate(SAID)


@in_a_browser
def test_the_browser_computes_the_neuron_as_the_engine_does(browser):
    open_player(browser, "neuron.html")
    shown = json.loads(browser.evaluate("JSON.stringify(data.walks[0].steps.filter(s => s.kind === 'share'))"))
    expected = [step for step in read_player(neuron())["walks"][0]["steps"] if step["kind"] == "share"]
    for mine, engines in zip(shown, expected, strict=True):
        for number in ("g", "slope", "share", "sum"):
            assert mine[number]["numbers"] == pytest.approx(engines[number]["numbers"])


@in_a_browser
def test_the_diamond_is_walked_in_three_orders(browser):
    open_player(browser, "diamond.html")
    for i, (visits, gradient) in enumerate([(7, 30), (5, 12), (5, 30)]):
        browser.evaluate(f"document.getElementById('walk{i}').click()")
        browser.evaluate("document.getElementById('last').click()")
        note = browser.evaluate("document.getElementById('note').textContent")
        assert note.startswith(f"{visits} visits; dy/dx = {gradient}")
        x = "[...document.querySelectorAll('#picture g')].find(g => g.getAttribute('aria-label') === 'x')"
        assert browser.evaluate(f"{x}.querySelector('.gradient').textContent") == f"gradient {gradient}"


@in_a_browser
def test_the_recurrence_is_stepped_by_keys(browser):
    open_player(browser, "recurrence.html")
    browser.evaluate("document.getElementById('place').value")
    for _ in range(9):
        browser.press("ArrowRight")
    assert "sum → h6 = cell" in browser.evaluate(SAID)


@in_a_browser
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 0), (4, 2, 1), (2, 3, 2)])
def test_who_reads_and_who_paints_is_what_the_convolution_does(browser, kernel, stride, padding):
    open_player(browser, "convolution.html")
    for name, value in {"kernel": kernel, "stride": stride, "padding": padding}.items():
        element = f"document.getElementById('{name}')"
        browser.evaluate(f"{element}.value = {value}; {element}.dispatchEvent(new Event('input'))")
    x = Tensor(np.ones((1, 7, 7, 1)), requires_grad=True)
    y = conv2d(x, np.ones((1, kernel, kernel, 1)), stride=stride, padding=padding)
    g = np.zeros(y.shape)
    g[0, 1, 1, 0] = 1
    y.backward(g)
    browser.evaluate("document.getElementById('output 1 1').dispatchEvent(new Event('mouseenter'))")
    touched = browser.evaluate("[...document.querySelectorAll('#input td.touched:not(.border)')].map(td => td.id)")
    assert touched == [f"input {r} {c}" for r, c in np.argwhere(x.grad[0, :, :, 0])]
    browser.evaluate("document.getElementById('input 3 4').dispatchEvent(new Event('mouseenter'))")
    image = np.zeros((1, 7, 7, 1))
    image[0, 3, 4] = 1
    seen = conv2d(Tensor(image), np.ones((1, kernel, kernel, 1)), stride=stride, padding=padding).data[0, :, :, 0]
    touched = browser.evaluate("[...document.querySelectorAll('#output td.touched')].map(td => td.id)")
    assert touched == [f"output {r} {c}" for r, c in np.argwhere(seen)]


@in_a_browser
def test_the_convolution_is_walked_by_keys(browser):
    open_player(browser, "convolution.html")
    browser.evaluate("document.getElementById('output').focus()")
    browser.press("ArrowDown")
    browser.press("ArrowRight")
    assert browser.evaluate(SAID).startswith("forward: y[1,1] reads 9 pixels of x.")


@in_a_browser
def test_two_moons_are_stepped_and_the_browser_computes_the_net_as_the_engine_does(browser):
    open_player(browser, "moons.html")
    assert browser.evaluate(SAID).startswith("step 0 of 150: loss 0.6")
    browser.press("ArrowRight")
    assert browser.evaluate(SAID).startswith("step 1 of 150")
    browser.evaluate("document.getElementById('last').click()")
    right = 100 * accuracy(recorded(), STEPS)
    assert f"{right:.1f} % of 200 points" in browser.evaluate(SAID)
    frames = json.loads(browser.evaluate("JSON.stringify(data.frames)"))
    for frame in frames[:: len(frames) // 3]:
        for x, y in ((0.5, 0.2), (-1.0, 1.2)):
            mine = browser.evaluate(f"logit(data.frames.find(f => f.step === {frame['step']}).weights, {x}, {y})")
            engines = logits(recorded().weights[frame["step"]], np.array([[x, y]]))
            assert mine == pytest.approx(engines[0], abs=1e-2)


@in_a_browser
def test_two_moons_are_asked_for_a_probability_under_the_mouse_and_drawn_on_both_sides(browser):
    open_player(browser, "moons.html")
    browser.evaluate("document.getElementById('last').click()")
    field = "document.getElementById('field')"
    box = browser.evaluate(f"(b => [b.left, b.top, b.width, b.height])({field}.getBoundingClientRect())")
    browser.move_mouse(box[0] + 0.4 * box[2], box[1] + 0.05 * box[3])
    asked = browser.evaluate("document.getElementById('asked').textContent")
    assert asked.endswith("upper moon with probability 1.000")
    pixel = "({0}.getContext('2d').getImageData(0.4 * {0}.width, {1} * {0}.height, 1, 1).data.slice(0, 3).join(' '))"
    upper, lower = (browser.evaluate(pixel.format(field, y)) for y in (0.05, 0.95))
    assert (upper, lower) == ("128 185 217", "243 207 128")  # half of the way from white to blue and to orange


@in_a_browser
def test_two_moons_play_by_themselves_to_the_end(browser):
    open_player(browser, "moons.html")
    browser.evaluate("go(data.frames.length - 3); document.getElementById('play').click()")
    stopped = "document.getElementById('play').textContent === 'play'"
    wait = f"const look = () => {stopped} ? done(place) : setTimeout(look, 20); look();"
    last = browser.evaluate(f"new Promise(done => {{ {wait} }})")
    assert last == browser.evaluate("data.frames.length - 1")


def test_the_film_opens_with_the_last_step():
    with Image.open(DOCS / "figures" / "moons.webp") as film:
        assert film.n_frames == 1 + len(FILM_STEPS)
        first = np.asarray(film.convert("RGB"), float)
        film.seek(film.n_frames - 1)
        assert np.abs(np.asarray(film.convert("RGB"), float) - first).mean() < 5
        film.seek(1)
        assert np.abs(np.asarray(film.convert("RGB"), float) - first).mean() > 10
