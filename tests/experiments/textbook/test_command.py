"""The figures of the pages in docs/: each one that a page shows is drawn by the command, and is small."""

import re

import pytest
from PIL import Image

from experiments.__main__ import main
from experiments.textbook import figures as textbook
from experiments.textbook import time
from experiments.textbook.adam import step_lengths
from experiments.textbook.look import power_of_ten
from experiments.textbook.players import PLAYERS
from experiments.textbook.vae import fit
from tests.house.test_documentation import ROOT

DOCS = ROOT / "docs"
MAX_BYTES = 150_000
QUICK = ["adam_bias_correction.png", "kinks.png", "step_sizes.png", "vae_estimators.png"]


def shown():
    """The figures that the pages point to, by the name of the page."""
    return {
        page.name: re.findall(r"\]\(figures/([^)]+)\)", page.read_text(encoding="utf-8")) for page in DOCS.glob("*.md")
    }


def test_every_figure_of_a_page_is_there_and_is_drawn_by_the_command():
    for page, names in shown().items():
        for name in names:
            assert (DOCS / "figures" / name).is_file(), f"{page} shows figures/{name}, which is not there"
            assert name in textbook.FIGURES, f"{page} shows figures/{name}, which experiments textbook does not draw"


def test_every_chapter_has_a_picture():
    assert [page for page, names in shown().items() if page[0].isdigit() and not names] == []


def test_every_figure_that_is_drawn_is_shown_and_small():
    assert set(textbook.FIGURES) == {name for names in shown().values() for name in names}
    for name in textbook.FIGURES:
        assert (DOCS / "figures" / name).stat().st_size < MAX_BYTES


def test_the_command_draws_every_figure_of_its_table(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("experiments.textbook.command.FIGURES", {name: textbook.FIGURES[name] for name in QUICK})
    assert main(["textbook", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [
        *(str(tmp_path / "figures" / name) for name in QUICK),
        *(str(tmp_path / "players" / name) for name in PLAYERS),
    ]
    for name in QUICK:
        with Image.open(tmp_path / "figures" / name) as drawn, Image.open(DOCS / "figures" / name) as committed:
            assert drawn.size == committed.size


def test_without_correction_adams_first_step_is_three_times_too_long():
    assert step_lengths([1.0], corrected=True) == pytest.approx([1.0])
    assert step_lengths([1.0], corrected=False) == pytest.approx([0.1 / 0.001**0.5])


def test_a_unit_of_the_smallest_autoencoder_carries_what_the_formula_says():
    kl, error = fit(ratio=30, weight=3, steps=600)
    assert kl == pytest.approx(1.1513, abs=1e-3)  # log(10) / 2
    assert error == pytest.approx(3, abs=1e-2)


def test_powers_of_ten_are_written_in_raised_digits():
    assert [power_of_ten(value) for value in (1e-12, 0.01, 1, 100)] == ["10⁻¹²", "10⁻²", "10⁰", "10²"]


def test_page_7_says_what_the_cells_keep_a_day(capsys):
    time.main()
    page = " ".join((DOCS / "07-through-time.md").read_text(encoding="utf-8").split())
    rnn, lstm, gru, alone = (float(line.split()[-3]) for line in capsys.readouterr().out.splitlines())
    assert rnn == pytest.approx(0.5, abs=0.02)  # "loses half of what is left"
    assert f"the LSTM keeps {lstm:.2f} of it, the GRU {gru:.2f}" in page
    assert f"Along its cell alone the LSTM would keep {alone:.2f}" in page
