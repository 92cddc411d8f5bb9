"""The page of results in a real browser: nothing complains, every picture decodes, the map answers the mouse."""

import base64
from importlib.resources import files
from pathlib import Path

import pytest

from experiments.report import write_report
from tests.fakes.chromium import Browser, needs_chromium
from tests.fakes.report_sample import QUOTES, write_hostile_runs

AXE = files("axe_core_python") / "axe.min.js"
pytestmark = needs_chromium

# A point of the window where the mouse meets a country, for the first country whose note begins with the words.
FIND = """(words => {
  for (const country of document.querySelectorAll(".map g")) {
    if (!(country.dataset.note || "").startsWith(words)) continue;
    country.scrollIntoView({block: "center", behavior: "instant"});
    const box = country.getBoundingClientRect();
    for (let i = 1; i < 40; i++) for (let j = 1; j < 40; j++) {
      const x = box.left + box.width * i / 40, y = box.top + box.height * j / 40;
      if (country.contains(document.elementFromPoint(x, y))) return [x, y];
    }
  }
})"""
SEA = "(box => [box.left + 3, box.top + box.height / 2])(document.querySelector('.map > svg').getBoundingClientRect())"
NOTE = "(note => note.hidden || !note.offsetWidth ? null : note.textContent)(document.querySelector('.map-note'))"
# Contrast ratio of text and paper by WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) with the relative luminances L.
CONTRAST = """(selector => {
  const light = colour => { const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const ink = light(getComputedStyle(document.querySelector(selector)).color);
  return (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    """The page of runs whose names try to break it."""
    folder = tmp_path_factory.mktemp("browser")
    write_hostile_runs(folder / "runs")
    return write_report(folder / "runs", folder / "out")


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


def test_the_page_loads_with_no_complaint_and_asks_for_no_other_file(browser, page):
    browser.load(page)
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith("data:")] == [page.as_uri()]


def test_every_picture_decodes(browser, page):
    browser.load(page)
    widths = browser.evaluate("Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))")
    assert len(widths) > 20 and min(widths) > 0


def test_the_tooltip_of_the_map_appears_under_the_mouse_and_goes_with_it(browser, page):
    browser.load(page)
    x, y = browser.evaluate(f"{FIND}('Brazil')")
    assert browser.evaluate(NOTE) is None
    browser.move_mouse(x, y)
    assert browser.evaluate(NOTE).startswith("Brazil\nprobability of a rise on 2020-04-13: ")
    for place in (SEA, "[1, 1]"):
        browser.move_mouse(*browser.evaluate(place))
        assert browser.evaluate(NOTE) is None
        browser.move_mouse(x, y)
        assert browser.evaluate(NOTE) is not None


def test_a_hostile_name_is_only_words_in_the_tooltip(browser, page):
    browser.load(page)
    browser.move_mouse(*browser.evaluate(f"{FIND}({QUOTES!r})"))
    assert browser.evaluate(NOTE).startswith(QUOTES)
    assert browser.complaints == []


def test_a_figure_opens_in_full_size_by_keyboard_and_closes_again(browser, page):
    browser.load(page, width=390)
    opened = "(document.querySelector('dialog.zoom[open] img') || {}).naturalWidth || null"
    browser.evaluate("document.querySelector('.frame button').focus()")
    assert browser.evaluate(opened) is None
    browser.press("Enter")
    assert browser.evaluate(opened) == 64
    browser.press("Escape")
    assert browser.evaluate(opened) is None


def test_what_was_found_comes_before_the_contents_and_the_settings(browser, page):
    browser.load(page, width=390)
    places = "['.findings', '.map', 'nav', '#rnn', '.settings'].map(s => document.querySelector(s).offsetTop)"
    tops = browser.evaluate(places)
    assert tops == sorted(tops)
    assert browser.evaluate("document.querySelector('.findings li').getBoundingClientRect().bottom") < 900


@pytest.mark.parametrize("width", [320, 390, 820, 1400])
def test_nothing_sticks_out_sideways(browser, page, width):
    browser.load(page, width=width)
    assert browser.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_axe_finds_nothing_to_mend(browser, page, width, dark):
    """The rules of axe-core, Deque Systems (https://github.com/dequelabs/axe-core)."""
    browser.load(page, width=width, dark=dark)
    browser.evaluate(AXE.read_text(encoding="utf-8") + "; null")
    found = "r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)])"
    violations = browser.evaluate(f"axe.run({{exclude: [['.map g']]}}, {{iframes: false}}).then({found})")
    assert violations == []


def test_a_printed_page_is_small_and_holds_its_pictures(browser, page):
    browser.load(page)
    browser.evaluate("Promise.all([...document.images].map(i => i.decode())).then(() => null)")
    browser.evaluate("document.querySelectorAll('img').forEach(i => i.classList.add('photo'))")
    before = browser.evaluate("[...document.images].map(i => i.src)")
    printed = base64.b64decode(browser.send("Page.printToPDF", printBackground=True)["data"])
    assert printed.count(b"/DCTDecode") > 20  # JPEG
    assert browser.evaluate("[...document.images].map(i => i.src)") == before


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_the_paper(browser, page, dark):
    browser.load(page, dark=dark)
    for selector in ("body", "a", ".task", "figcaption", ".facts dt", "summary"):
        assert browser.evaluate(f"{CONTRAST}({selector!r})") >= 4.5, selector


def test_dark_and_light_differ(browser, page):
    papers = []
    for dark in (False, True):
        browser.load(page, dark=dark)
        papers.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert papers[0] != papers[1]


def test_the_browser_would_tell_of_a_broken_page(browser, tmp_path):
    broken = tmp_path / "broken.html"
    broken.write_text(
        '<!doctype html><meta http-equiv="Content-Security-Policy" content="style-src \'none\'">'
        '<style>p {}</style><img src="missing.png"><script>nothing.here()</script>',
        encoding="utf-8",
    )
    browser.load(broken)
    complaints = "\n".join(browser.complaints)
    for word in ("ERR_FILE_NOT_FOUND", "nothing is not defined", "Content Security Policy"):
        assert word in complaints
    assert len(browser.requests) == 2
