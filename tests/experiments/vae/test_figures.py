from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text
from PIL import Image

from data.errors import DataError
from experiments import style
from experiments.vae.figures import gif as vae_gif
from experiments.vae.figures.architecture import plot_architecture
from experiments.vae.figures.comparison import TICK_LABELS, plot_comparison
from experiments.vae.figures.curves import plot_learning_curve
from experiments.vae.figures.draw import draw_all
from experiments.vae.figures.gif import MAX_BYTES, thinned, write_gif
from experiments.vae.figures.pictures import LABEL, SHOWN_SIDE, plot_samples
from experiments.vae.figures.preparation import fitted
from experiments.vae.figures.sheet import GAP, MARGIN, enlarge, extent, scale_for, tile
from experiments.vae.saved import Curve, SavedVae
from tests.fakes.saved_vae_sample import SIDE, write_vae_run

EACH = ("learning_curve", "reconstructions", "samples", "interpolation", "traversal")
NAMES = {f"{kind}_kl_{weight}.png" for kind in EACH for weight in ("1", "100", "0")} | {
    "architecture.png", "learning_curve.png", "comparison.png", "kl_per_unit.png", "factors.png", "samples.gif",
    "rate_distortion.png", "spectrum.png",
}  # fmt: skip


class Watcher:
    """Stands where write_png stands and remembers what each figure says and whether its words are all inside."""

    def __init__(self) -> None:
        self.write = style.write_png
        self.words: dict[str, str] = {}
        self.clipped: list[str] = []

    def __call__(self, fig: Figure, path: Path) -> None:
        self.write(fig, path)
        renderer = FigureCanvasAgg(fig).get_renderer()
        texts = [text for text in fig.findobj(Text) if isinstance(text, Text) and text.get_visible()]
        self.words[path.name] = " ".join(" ".join(text.get_text() for text in texts).split())
        drawn = fig.get_tightbbox(renderer)  # inches
        if drawn.x0 < -0.01 or drawn.y0 < -0.01 or drawn.x1 > fig.get_figwidth() or drawn.y1 > fig.get_figheight():
            self.clipped.append(path.name)


def watched(folder: Path) -> tuple[Path, list[Path], Watcher]:
    watcher = Watcher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(style, "write_png", watcher)
        return folder, draw_all(folder), watcher


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Every figure of a run of drawn faces at the three weights, once for all tests that only look."""
    return watched(write_vae_run(tmp_path_factory.mktemp("vae") / "run"))


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Every figure of the other kind of run: pictures from files, one weight, two latents."""
    folder = tmp_path_factory.mktemp("vae") / "run"
    return watched(write_vae_run(folder, {0.5: "looser"}, drawn=False, latent=2, likelihood="bernoulli"))


def test_every_figure_of_a_whole_run_is_drawn_and_listed(drawn):
    folder, paths, _ = drawn
    assert {path.name for path in paths} == NAMES
    files = [path for path in folder.rglob("*") if path.suffix in (".png", ".gif", ".unfinished")]
    written = {path for path in files if path.parent.name != "narrow"}
    assert written == set(paths)
    assert {path.name for path in set(files) - written} <= NAMES  # narrow forms of charts


def test_no_figure_is_blank_and_no_word_is_cut_off(drawn, collected):
    for path in drawn[1] + collected[1]:
        with Image.open(path) as picture:
            levels = np.count_nonzero(picture.convert("L").histogram())
        assert levels > 20, path.name
    assert drawn[2].clipped + collected[2].clipped == []


def test_every_figure_of_drawn_faces_says_so_and_none_of_others(drawn, collected):
    assert all("drawn faces" in words for words in drawn[2].words.values())
    assert not any("drawn faces" in words for words in collected[2].words.values())


def test_pictures_from_files_get_a_strip_of_how_they_were_prepared(collected):
    words = collected[2].words["preprocessing.png"]
    for size in ("420 × 300 pixels", "300 × 300 pixels", "30 × 20 pixels", "16 × 16 pixels"):
        assert size in words


def test_titles_name_collapse_and_the_unused_prior(drawn):
    _, _, watcher = drawn
    for name in ("comparison.png", "kl_per_unit.png"):
        assert "KL ×100: collapsed" in watcher.words[name]
        assert "KL ×0: unused prior" in watcher.words[name]
        assert "KL ×1:" not in watcher.words[name]
        assert "KL 0.40 nats, 0 of 4 units above 0.1 nats 3 % of variance kept" in watcher.words[name]


def test_titles_say_the_finding_in_the_runs_numbers(drawn):
    _, _, watcher = drawn
    words = watcher.words
    assert "better than PCA with 4 components, 0.0155" in words["reconstructions_kl_1.png"]
    assert "nearly the same picture for every face" in words["reconstructions_kl_100.png"]
    assert "Frechet distance 15.0; through the linear map 14.0 (other drawn faces 11.0)" in words["samples_kl_1.png"]
    assert "the map saves 6.00 nats" in words["samples_kl_1.png"]
    assert "hardly anything changes" in words["interpolation_kl_100.png"]
    assert "hardly" not in words["interpolation_kl_1.png"]
    assert "a held-out negative ELBO of −970 nats" in words["learning_curve.png"]
    assert "falls from 499 to −970 nats, 20.0 nats above training" in words["learning_curve_kl_1.png"]
    assert "1 of 3 true factors" in words["factors.png"]
    assert "10,015 parameters" in words["architecture.png"]
    assert "linear path, 3,840 parameters" in words["architecture.png"]


def test_pictures_stand_on_their_sheet_pixel_by_pixel(drawn):
    folder, _, _ = drawn
    run = SavedVae.open(folder)
    sheet = np.rint(imread(folder / "figures" / "reconstructions_kl_1.png")[..., :3] * 255).astype(np.uint8)
    scale = scale_for(SIDE, SHOWN_SIDE)
    arrays = run.snapshot(1.0)
    block = tile(np.stack([arrays["originals"][:8], arrays["reconstructions"][:8]]), scale)
    height, width = block.shape[:2]
    strip = sheet[:, MARGIN + LABEL : MARGIN + LABEL + width]
    assert any(np.array_equal(strip[y : y + height], block) for y in range(len(strip) - height))


def test_the_same_run_gives_the_same_bytes(drawn, tmp_path):
    folder, _, _ = drawn
    run = SavedVae.open(write_vae_run(tmp_path / "run"))  # written anew, with the same seed
    plot_comparison(run, tmp_path / "figures" / "comparison.png")
    plot_learning_curve(run, run.weights, tmp_path / "figures" / "learning_curve.png")
    plot_samples(run, 1.0, tmp_path / "figures" / "samples_kl_1.png")
    write_gif(run, 1.0, tmp_path / "samples.gif")
    again = [path for path in tmp_path.rglob("*") if path.suffix in (".png", ".gif")]
    assert len(again) == 4
    for path in again:
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path.name


def test_a_run_stopped_in_training_gets_its_curves_and_its_gif(tmp_path):
    paths = draw_all(write_vae_run(tmp_path / "run", {1.0: "healthy", 0.0: "looser"}, evaluated=False))
    names = ["learning_curve_kl_1.png", "learning_curve_kl_0.png", "learning_curve.png", "samples.gif"]
    assert [path.name for path in paths] == names


def test_one_weight_with_two_latents_gets_its_plane_and_nothing_to_compare(collected):
    names = {path.name for path in collected[1]}
    assert {"manifold_kl_0.5.png", "samples_kl_0.5.png", "samples.gif"} <= names
    assert not {"learning_curve.png", "comparison.png"} & names


def test_damaged_arrays_are_refused_in_one_line_that_names_the_file(tmp_path):
    folder = write_vae_run(tmp_path / "run", {1.0: "healthy"})
    path = folder / "arrays" / "kl_1.npz"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"kl_1\.npz: cannot be read") as caught:
        draw_all(folder)
    assert "\n" not in str(caught.value)


def test_the_gif_shows_the_last_epoch_for_long_and_then_every_other_from_the_first(drawn):
    folder, _, _ = drawn
    with Image.open(folder / "samples.gif") as gif:
        assert (gif.n_frames, gif.info["loop"]) == (6, 0)
        spread, times = [], []
        for i in range(6):
            gif.seek(i)
            spread.append(np.asarray(gif.convert("RGB"), float)[vae_gif.CAPTION :].std())
            times.append(gif.info["duration"])
    assert sorted(spread) == spread[1:] + spread[:1]  # the sample's pictures grow clearer with every epoch
    assert times == [2500, 900, 350, 350, 350, 350]


def test_a_gif_that_would_be_too_large_is_made_with_fewer_frames_and_colours(drawn, tmp_path, monkeypatch):
    run = SavedVae.open(drawn[0])
    whole = (drawn[0] / "samples.gif").stat().st_size
    assert whole <= MAX_BYTES
    monkeypatch.setattr(vae_gif, "MAX_BYTES", whole // 2)
    monkeypatch.setattr(vae_gif, "ATTEMPTS", ((24, 8), (2, 5)))
    write_gif(run, 1.0, tmp_path / "small.gif")
    assert (tmp_path / "small.gif").stat().st_size <= whole // 2
    with Image.open(tmp_path / "small.gif") as gif:
        assert gif.n_frames == 2


@given(count=st.integers(1, 200), most=st.integers(2, 30))
def test_thinned_epochs_keep_both_ends_and_their_order(count, most):
    epochs = list(range(count))
    kept = thinned(epochs, most)
    assert len(kept) <= max(most, 1) and kept[0] == 0 and kept[-1] == count - 1
    assert kept == sorted(set(kept))


@settings(deadline=None)
@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)),
    scale=st.integers(1, 3), gap=st.integers(0, 4), seed=st.integers(0, 99),
)  # fmt: skip
def test_a_tile_holds_every_picture_at_its_place_and_white_between(shape, scale, gap, seed):
    images = np.random.default_rng(seed).integers(0, 255, (*shape, 3), dtype=np.uint8)
    rows, columns, height, width = shape
    sheet = tile(images, scale, gap)
    assert sheet.shape == (extent(rows, height * scale, gap), extent(columns, width * scale, gap), 3)
    covered = np.zeros(sheet.shape[:2], bool)
    for row in range(rows):
        for column in range(columns):
            y, x = row * (height * scale + gap), column * (width * scale + gap)
            part = np.s_[y : y + height * scale, x : x + width * scale]
            np.testing.assert_array_equal(sheet[part], enlarge(images[row, column], scale))
            covered[part] = True
    assert (sheet[~covered] == 255).all()


def test_a_picture_is_enlarged_by_whole_factors_and_never_shrunk_to_nothing():
    assert [scale_for(side, 112) for side in (16, 32, 64, 96, 500)] == [7, 4, 2, 1, 1]
    assert GAP > 0


@pytest.mark.parametrize("size", [(20, 30), (200, 200), (201, 50), (900, 1400)])
def test_any_picture_fits_its_cell(size):
    shown = fitted(np.zeros((*size, 3), np.uint8), 200)
    assert max(shown.shape[:2]) <= 200 < 2 * max(shown.shape[:2]) + 1


def test_the_scale_of_a_curve_leaves_out_the_untrained_network():
    trained = Curve(np.arange(4), np.array([900.0, 3, 2, 1])).trained()
    assert list(trained.values) == [3, 2, 1]
    assert list(Curve(np.array([0]), np.array([5.0])).trained().values) == [5]


def test_labels_beside_a_chart_leave_room_for_long_numbers_on_its_axis():
    axes = Figure(dpi=style.DOTS_PER_INCH).add_axes((0.5, 0.1, 0.4, 0.8))
    axes.set_yticks([-10_000], ["−10,000"], fontsize=style.SETTINGS["ytick.labelsize"])
    FigureCanvasAgg(axes.figure).draw()
    (label,) = axes.get_yticklabels()
    assert axes.bbox.x0 - label.get_window_extent().x0 < TICK_LABELS


def test_the_network_on_a_narrow_screen_is_two_rows_whose_words_do_not_meet(drawn, monkeypatch):
    folder, _, _ = drawn
    run, kept = SavedVae.open(folder), []
    monkeypatch.setattr(style, "write_png", lambda fig, path: kept.append(fig))
    with style.narrow():
        plot_architecture(run, "architecture.png")
    (fig,) = kept
    FigureCanvasAgg(fig).draw()
    titles = [[text for text in axes.texts if text.get_fontweight() == "bold"] for axes in fig.axes]
    assert [[row[i].get_text() for i in (0, -1)] for row in titles] == [["image x", "a draw"], ["a draw", "sigmoid"]]
    for row in titles:
        boxes = [text.get_window_extent() for text in row]
        assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
