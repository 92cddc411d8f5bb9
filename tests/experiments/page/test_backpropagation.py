"""The player of a tiny net on the page, in a real browser: it runs under the page's policy and tells the truth."""

import numpy as np

from experiments.page.backpropagation import backpropagation, tiny_net
from experiments.report import write_report
from tests.fakes.chromium import Browser, needs_chromium
from tests.fakes.report_sample import write_vae

INSIDE = "document.querySelector('.played iframe').contentDocument"


def test_the_gradient_of_the_tiny_net_is_that_of_its_formula():
    x, w, b, v = np.array([1, -0.5]), np.array([[0.5, -1], [1.5, 0.8]]), np.array([0.1, 0.2]), np.array([1.2, -0.7])
    hidden = np.tanh(x @ w + b)
    assert np.isclose(float(tiny_net().data), (hidden @ v - 1) ** 2)


@needs_chromium
def test_the_player_steps_forward_and_back_under_the_policy_of_the_page(tmp_path):
    write_vae(tmp_path / "vae")
    with Browser() as browser:
        browser.load(write_report(tmp_path, tmp_path / "out"))
        browser.evaluate(f"{INSIDE}.getElementById('last').click()")
        said = browser.evaluate(f"{INSIDE}.getElementById('said').textContent")
        assert "share" in said and "the sum so far" in said
        browser.evaluate(f"{INSIDE}.getElementById('back').focus()")
        browser.press("ArrowLeft")
        browser.press("ArrowLeft")
        assert browser.evaluate(f"{INSIDE}.getElementById('said').textContent") != said
        height, needed = browser.evaluate(
            f"[document.querySelector('.played iframe').offsetHeight, {INSIDE}.documentElement.scrollHeight]"
        )
        assert height >= needed > 300
        assert browser.complaints == []


def test_the_document_needs_nothing_else():
    assert "src=" not in backpropagation() and "href=" not in backpropagation()
