from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from experiments import style
from experiments.rnn.discussion.titles import headline_finding, length_finding
from experiments.rnn.figures.correlation import plot_all_correlations, plot_some_correlations
from experiments.rnn.figures.curves import draw_chosen
from experiments.rnn.figures.draw import busiest, draw_figures
from experiments.rnn.figures.lengths import plot_headline
from experiments.rnn.figures.windows import plot_threshold
from experiments.rnn.gains import Gains
from experiments.rnn.redraw import redraw
from experiments.rnn.saved import SavedRnn, open_run
from tests.fakes.saved_run_sample import write_run

NAMES = {
    "correlation_all.png",
    "correlation_dozen.png",
    "headline.png",
    "lengths.png",
    "curves_country.png",
    "curves_time.png",
    "curves_random.png",
    "threshold.png",
    "calibration.png",
    "confusion.png",
}


class Watcher:
    """Stands where write_png stands and remembers what each figure says and where its words lie."""

    def __init__(self) -> None:
        self.write = style.write_png
        self.words: dict[str, str] = {}
        self.clipped: list[str] = []
        self.covered: list[str] = []

    def __call__(self, fig: Figure, path: Path) -> None:
        self.write(fig, path)
        renderer = FigureCanvasAgg(fig).get_renderer()
        texts = [text for text in fig.findobj(Text) if isinstance(text, Text) and text.get_visible()]
        self.words[path.name] = " ".join(text.get_text() for text in texts)
        drawn = fig.get_tightbbox(renderer)  # inches
        if drawn.x0 < -0.01 or drawn.y0 < -0.01 or drawn.x1 > fig.get_figwidth() or drawn.y1 > fig.get_figheight():
            self.clipped.append(path.name)
        for stamp in fig.texts:
            area = stamp.get_window_extent(renderer)
            if any(axes.get_tightbbox(renderer).overlaps(area) for axes in fig.axes):
                self.covered.append(path.name)


@pytest.fixture(scope="module")
def drawn(sample: SavedRnn):
    with pytest.MonkeyPatch.context() as patch:
        watcher = Watcher()
        patch.setattr(style, "write_png", watcher)
        yield draw_figures(sample), watcher


def test_every_figure_of_a_run_is_drawn_and_shows_something(drawn) -> None:
    paths, _ = drawn
    assert {path.name for path in paths} == NAMES
    for path in paths:
        pixels = imread(path)
        height, width = pixels.shape[:2]
        assert 700 <= width <= 1400 and 400 <= height <= 1200, path.name
        assert pixels[:, :, :3].std() > 0.05, path.name
        assert path.stat().st_size < 300_000, path.name


def test_nothing_leaves_the_canvas_and_nothing_lies_under_the_stamp(drawn) -> None:
    _, watcher = drawn
    assert watcher.clipped == []
    assert watcher.covered == []


def test_simulated_data_are_stamped_on_every_figure(drawn) -> None:
    _, watcher = drawn
    assert all("simulated data" in words for words in watcher.words.values())


def test_the_smallest_run_is_redrawn_whole_and_real_data_bear_no_stamp(
    quick: SavedRnn, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Watcher()
    monkeypatch.setattr(style, "write_png", watcher)
    assert redraw(quick.folder).startswith("14 of 15 countries drawn")
    assert set(watcher.words) == NAMES - {"curves_country.png", "curves_random.png"}
    made = {path.name for path in quick.folder.iterdir()}
    assert made >= {"figures", "world_map.svg", "world_map.png", "tables.md", "discussion.md"}
    assert not any("simulated" in words for words in watcher.words.values())
    assert watcher.clipped == []


def test_equal_tables_give_equal_bytes(sample: SavedRnn, drawn, tmp_path: Path) -> None:
    results = sample.table("results.csv")
    title = headline_finding(results, Gains(sample.table("gains.csv")), 7)
    plot_headline(results, tmp_path / "again.png", title=title, length=7, simulated=True)
    assert (tmp_path / "again.png").read_bytes() == (sample.folder / "figures" / "headline.png").read_bytes()


def test_a_figure_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), style.figure(tmp_path / "x.png", 3, 3, simulated=False):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_names_with_dollars_and_tags_are_drawn_as_they_are(tmp_path: Path) -> None:
    names = ["$x^{$", "<script>", "a & b"]
    table = pd.DataFrame(np.eye(3) + 0.5 * (1 - np.eye(3)), index=names, columns=names)
    plot_some_correlations(table, names, tmp_path / "some.png", choice="three", simulated=False)
    plot_all_correlations(table, None, tmp_path / "all.png", threshold=0.4, simulated=False)
    assert (tmp_path / "some.png").exists() and (tmp_path / "all.png").exists()


@pytest.mark.parametrize(
    ("changes", "said"), [(0.05, "a shared trend"), (0.45, "and 0.45 for changes from day to day")]
)
def test_the_title_of_the_correlations_says_what_is_left_of_them_in_the_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: float, said: str
) -> None:
    watcher = Watcher()
    monkeypatch.setattr(style, "write_png", watcher)
    tables = [pd.DataFrame(np.where(np.eye(3), 1, r), index=list("abc"), columns=list("abc")) for r in (0.5, changes)]
    plot_all_correlations(*tables, tmp_path / "all.png", threshold=0.4, simulated=False)
    words = " ".join(watcher.words["all.png"].split())
    assert said in words and "the median is 0.50 for daily new cases" in words
    assert ("a shared trend" in words) == (changes < 0.1)


def test_a_threshold_that_leaves_no_country_out_is_drawn(sample: SavedRnn, tmp_path: Path) -> None:
    everybody = sample.table("countries.csv").assign(in_c="yes")
    plot_threshold(sample.table("windows.csv"), everybody, tmp_path / "x.png", threshold=0.3, simulated=False)
    assert (tmp_path / "x.png").exists()


def test_the_busiest_countries_come_first() -> None:
    table = pd.DataFrame({"country": ["a", "b", "c"], "last_days": ["1 2", "30 1", "5 5"]})
    assert busiest(table, 2) == ["b", "c"]


@pytest.mark.parametrize(("gain", "said"), [(0.04, "by time +4"), (-0.06, "by time −")])
def test_the_headline_tells_every_split_whoever_wins(tmp_path: Path, gain: float, said: str) -> None:
    run = open_run(write_run(tmp_path, gain=gain, scatter=0.001, cells=("gru",)))
    title = headline_finding(run.table("results.csv"), Gains(run.table("gains.csv")), 7)
    assert said in title
    for split in ("by time", "by country", "on random windows"):
        assert f"{split} {'+' if gain > 0 else '−'}" in title
    assert title.count("[") == title.count("GRU against logistic regression") == 3


def test_the_title_of_the_lengths_tells_every_split(sample: SavedRnn) -> None:
    title = length_finding(sample.table("results.csv"), Gains(sample.table("gains.csv")))
    assert "L = 7 instead of 3 days" in title
    assert title.count("points") == 3


def test_the_chosen_epoch_is_an_upright_line_in_the_panel_and_in_the_legend():
    axes = Figure().subplots()
    draw_chosen(axes, 3.0)
    (handle,), _ = axes.get_legend_handles_labels()
    assert (handle.get_marker(), handle.get_linestyle()) == ("|", "None")
    assert list(axes.lines[0].get_xdata()) == [3.0, 3.0]
