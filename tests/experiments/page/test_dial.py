"""The KL dial: where its points stand, and that a slider or a finger swaps the pictures."""

import shutil

import numpy as np
import pandas as pd
import pytest

from experiments.page.dial import BOTTOM, LEFT, RIGHT, TOP, _round_numbers
from experiments.report import write_report
from experiments.vae.dial import SWEEP, dial
from experiments.vae.saved import SavedVae
from tests.fakes.chromium import Browser, needs_chromium
from tests.fakes.saved_vae_sample import write_vae_run

DIAL = "document.querySelector('.dial')"
SAID = f"{DIAL}.querySelector('output').value"
SOURCES = f"[...{DIAL}.querySelectorAll('img')].map(i => i.src)"
KINDS = {1.0: "healthy", 10.0: "short", 100.0: "collapsed", 0.0: "unused prior"}


def write_consistent_run(folder, kinds=None, **options):
    """A run whose reconstruction term is that of its squared error: D/2 (log(2 pi s^2) + 1)."""
    run = SavedVae.open(write_vae_run(folder, kinds, **options))
    table = pd.read_csv(folder / "final.csv")
    for weight in run.weights:
        mse = run.final(weight, "mse")
        term = 3 * run.image_size**2 / 2 * (np.log(2 * np.pi * mse) + 1)
        table.loc[(table["kl_weight"] == weight) & (table["metric"] == "reconstruction"), "value"] = term
    table.to_csv(folder / "final.csv", index=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dial")
    write_consistent_run(folder / "vae")
    return folder


@pytest.fixture(scope="module")
def swept(runs, tmp_path_factory):
    """The same run beside a sweep of more weights."""
    folder = shutil.copytree(runs, tmp_path_factory.mktemp("swept") / "runs")
    write_consistent_run(folder / SWEEP, KINDS)
    return folder


def test_points_stand_where_the_logarithms_of_rate_and_distortion_are(runs):
    run = SavedVae.open(runs / "vae")
    (shown,) = dial(run)
    x, y = (np.array([getattr(mark, axis) for mark in shown.marks]) for axis in ("x", "y"))
    rates = np.log([run.final(weight, "kl") for weight in sorted(run.weights)])
    errors = np.log([run.distortion(weight) for weight in sorted(run.weights)])
    assert np.corrcoef(x, rates)[0, 1] > 0.99999 and np.corrcoef(y, errors)[0, 1] < -0.99999
    assert (x > LEFT).all() and (x < RIGHT).all() and (y > TOP).all() and (y < BOTTOM).all()


def test_the_theoretical_curve_of_linear_codes_is_drawn_and_stays_in_the_frame(runs):
    run = SavedVae.open(runs / "vae")
    (shown,) = dial(run)
    places = np.array([pair.split(",") for pair in shown.polyline.split()], float)
    assert len(places) > 5
    assert (places >= (LEFT, TOP)).all() and (places <= (RIGHT, BOTTOM)).all()
    curve = run.linear_curve()
    assert f"{shown.across(curve.rates[3])},{shown.up(curve.distortions[3])}" in shown.polyline


@pytest.mark.parametrize(("kinds", "dials"), [({1.0: "healthy"}, 0), ({1.0: "healthy", 100.0: "collapsed"}, 1)])
def test_two_weights_are_enough_for_a_dial_and_one_is_not(tmp_path, kinds, dials):
    write_consistent_run(tmp_path / "vae", kinds)
    assert len(dial(SavedVae.open(tmp_path / "vae"))) == dials


def test_a_sweep_beside_the_run_is_shown_instead_and_named(runs, swept):
    (own,), (of_sweep,) = dial(SavedVae.open(runs / "vae")), dial(SavedVae.open(swept / "vae"))
    assert "the 3 weights of this run" in own.caption
    assert "the 4 weights of the sweep in study-vae" in of_sweep.caption and len(of_sweep.points) == 4
    assert of_sweep.data["pictures"][0]["samples"].startswith("data:image/webp")


def test_a_run_without_a_distortion_has_no_dial(tmp_path):
    write_vae_run(tmp_path / "vae")  # its reconstruction term would mean a squared error below 0
    write_consistent_run(tmp_path / "one", {1.0: "healthy"})
    for name in ("vae", "one"):
        assert dial(SavedVae.open(tmp_path / name)) == ()


@needs_chromium
@pytest.mark.parametrize("kind", ["own", "sweep"])
def test_the_slider_and_a_finger_swap_the_pictures(kind, runs, swept, tmp_path):
    with Browser() as browser:
        browser.load(write_report(runs if kind == "own" else swept, tmp_path / "out"), width=390)
        browser.evaluate(f"{DIAL}.querySelector('input').focus()")
        start, pictures = browser.evaluate(SAID), browser.evaluate(SOURCES)
        assert start.startswith("KL ×1:") and len(pictures) == 3
        browser.press("ArrowLeft")
        assert browser.evaluate(SAID).startswith("KL ×0:")
        x, y = browser.evaluate(
            f"(m => {{ m.scrollIntoView({{block: 'center', behavior: 'instant'}}); const r = m.getBoundingClientRect();"
            f" return [r.left + r.width / 2, r.top + r.height / 2]; }})([...{DIAL}.querySelectorAll('circle')].at(-1))"
        )
        browser.drag([(x - 60, y + 40), (x, y)])
        assert browser.evaluate(SAID).startswith("KL ×100:")
        faces, reconstructions, samples = browser.evaluate(SOURCES)
        assert faces == pictures[0] and reconstructions != pictures[1]
        if kind == "own":
            assert samples == browser.evaluate("document.querySelector('[data-name=kl-100-samples]').src")
        assert browser.evaluate("document.documentElement.scrollWidth") == 390
        assert browser.complaints == []


@pytest.mark.parametrize(("low", "high"), [(0.0112, 0.035), (0.012, 0.0236), (0.01, 0.5), (3, 400), (1.1, 2.2)])
def test_an_axis_has_at_least_three_labels_and_not_too_many(low, high):
    found = _round_numbers(low, high)
    assert 3 <= len(found) <= 8
    assert all(low <= number <= high for number in found)


@needs_chromium
def test_how_to_turn_the_dial_is_said_only_where_it_turns(runs, tmp_path):
    how = "document.querySelector('.dial .how').getClientRects().length"
    page = write_report(runs, tmp_path)
    with Browser() as browser:
        for scripts in (True, False):
            browser.load(page, scripts=scripts)
            assert browser.evaluate(how) == int(scripts)
