from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from experiments import style
from experiments.rnn.figures.calibration import calibration_error, confusion, reliability
from experiments.rnn.figures.correlation import clustered_order, plot_all_correlations, plot_some_correlations
from experiments.rnn.figures.draw import busiest, draw_figures
from experiments.rnn.figures.lengths import headline_finding, plot_headline
from experiments.rnn.figures.windows import plot_threshold
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
    plot_headline(sample.table("results.csv"), tmp_path / "again.png", length=7, simulated=True)
    assert (tmp_path / "again.png").read_bytes() == (sample.folder / "figures" / "headline.png").read_bytes()


def test_a_figure_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), style.figure(tmp_path / "x.png", 3, 3, simulated=False):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_names_with_dollars_and_tags_are_drawn_as_they_are(tmp_path: Path) -> None:
    names = ["$x^{$", "<script>", "a & b"]
    table = pd.DataFrame(np.eye(3) + 0.5 * (1 - np.eye(3)), index=names, columns=names)
    plot_some_correlations(table, names, tmp_path / "some.png", choice="three", simulated=False)
    plot_all_correlations(table, tmp_path / "all.png", threshold=0.4, simulated=False)
    assert (tmp_path / "some.png").exists() and (tmp_path / "all.png").exists()


def test_a_threshold_that_leaves_no_country_out_is_drawn(sample: SavedRnn, tmp_path: Path) -> None:
    everybody = sample.table("countries.csv").assign(in_c="yes")
    plot_threshold(sample.table("windows.csv"), everybody, tmp_path / "x.png", threshold=0.3, simulated=False)
    assert (tmp_path / "x.png").exists()


@given(st.integers(0, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_clustered_order_is_a_permutation(count: int, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (count, count))
    values = (values + values.T) / 2
    if count:
        values[0, :] = values[:, 0] = np.nan
    assert sorted(clustered_order(values)) == list(range(count))


def test_clustered_order_brings_groups_together() -> None:
    rng = np.random.default_rng(3)
    group = rng.permutation(np.repeat([0, 1, 2], 5))
    similarity = np.where(group[:, None] == group, 0.9, 0.1) + rng.uniform(0, 0.05, (15, 15))
    ordered = group[clustered_order((similarity + similarity.T) / 2)]
    assert (np.diff(ordered) != 0).sum() == 2


def test_clustered_order_puts_similar_ends_side_by_side() -> None:
    places = np.array([0.0, 1.0, 2.2, 3.5, 5.0, 6.1, 7.5])
    shuffled = np.random.default_rng(1).permutation(places)
    ordered = shuffled[clustered_order(-np.abs(shuffled[:, None] - shuffled))]
    assert ordered.tolist() in (sorted(places), sorted(places, reverse=True))


def test_clusters_are_as_similar_as_their_pairs_on_average() -> None:
    # After a and b, the mean of the pairs a-c and b-c (0.4) loses against c-d (0.5): c and d must stand together.
    values = np.array([[1, 0.9, 0.8, -0.2], [0.9, 1, 0, 0.55], [0.8, 0, 1, 0.5], [-0.2, 0.55, 0.5, 1]])
    assert clustered_order(values) in ([1, 0, 2, 3], [3, 2, 0, 1])


def test_the_busiest_countries_come_first() -> None:
    table = pd.DataFrame({"country": ["a", "b", "c"], "last_days": ["1 2", "30 1", "5 5"]})
    assert busiest(table, 2) == ["b", "c"]


def test_reliability_compares_predicted_with_observed_shares() -> None:
    predictions = pd.DataFrame(
        {"probability": [0.25] * 40 + [0.95] * 40, "label": [1, 0, 0, 0] * 10 + [1] * 40, "seed": 0}
    )
    table = reliability(predictions)
    assert table["predicted"].tolist() == pytest.approx([0.25, 0.95])
    assert table["observed"].tolist() == pytest.approx([0.25, 1.0])
    assert table["error"].iloc[0] == pytest.approx(np.sqrt(0.25 * 0.75 / 40))
    assert calibration_error(predictions) == pytest.approx(0.5 * 0.05)


def test_seeds_that_repeat_windows_do_not_narrow_the_error_bars() -> None:
    one = pd.DataFrame({"probability": [0.25] * 40, "label": [1, 0, 0, 0] * 10, "seed": 0})
    both = pd.concat([one, one.assign(seed=1)])
    assert reliability(both)["error"].iloc[0] == pytest.approx(reliability(one)["error"].iloc[0])


def test_confusion_has_what_happened_in_rows() -> None:
    predictions = pd.DataFrame({"probability": [0.9, 0.5, 0.1, 0.2], "label": [1, 0, 1, 0]})
    assert confusion(predictions).tolist() == [[1, 1], [1, 1]]
    assert confusion(predictions.iloc[[0, 1, 1]]).tolist() == [[0, 2], [0, 1]]


@pytest.mark.parametrize(
    ("gain", "scatter", "said"),
    [
        (0.04, 0.001, "beats logistic regression by"),
        (-0.01, 0.02, "within noise"),
        (-0.06, 0.001, "falls short of logistic regression by"),
    ],
)
def test_the_headline_says_what_the_numbers_say(tmp_path: Path, gain: float, scatter: float, said: str) -> None:
    results = open_run(write_run(tmp_path, gain=gain, scatter=scatter, cells=("gru",))).table("results.csv")
    assert said in headline_finding(results, 7, ("country", "time"))


def test_by_time_the_headline_gives_no_verdict(tmp_path: Path) -> None:
    results = open_run(write_run(tmp_path, gain=0.04, scatter=0.001)).table("results.csv")
    assert "beats" not in headline_finding(results, 7, ("time",))
