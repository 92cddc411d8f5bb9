"""Figures for a telephone: panels one below the other, with the labels that the wide figure gives its outer ones."""

import imageio.v3 as imageio
import numpy as np

from experiments.style import NARROW, NARROW_DOTS, figure, narrow, narrow_path


def draw(path):
    with figure(path, 9.0, 4.0) as fig:
        panels = fig.subplots(2, 3, sharex=True, sharey="row", squeeze=False)
        panels[0, 0].set_ylabel("accuracy")
        panels[1, 1].set_xlabel("days")
        panels[0, 0].plot([0, 5], [0, 9])
    return fig, panels


def test_a_narrow_figure_stacks_its_panels_and_keeps_the_wide_one(tmp_path):
    path = tmp_path / "chart.png"
    draw(path)
    with narrow():
        _, panels = draw(path)
    assert panels.shape == (2, 3)
    wide, slim = imageio.imread(path), imageio.imread(narrow_path(path))
    assert wide.shape[1] > wide.shape[0] and slim.shape[0] > 2 * slim.shape[1]
    assert slim.shape[1] == int(NARROW * NARROW_DOTS)
    places = np.array([[axes.get_position().y0 for axes in row] for row in panels])
    assert (np.diff(places.T.ravel()) < 0).all()  # column by column, from above


def test_every_narrow_panel_has_the_labels_and_scales_of_its_row_and_column(tmp_path):
    with narrow():
        _, panels = draw(tmp_path / "chart.png")
    assert [axes.get_ylabel() for axes in panels[0]] == ["accuracy"] * 3
    assert panels[0, 1].get_xlabel() == "days"
    assert panels[0, 2].get_ylim() == panels[0, 0].get_ylim() != panels[1, 0].get_ylim()
    assert panels[1, 2].get_xlim() == panels[0, 0].get_xlim()


def test_one_panel_is_one_panel(tmp_path):
    with narrow(), figure(tmp_path / "chart.png", 8.0, 9.0) as fig:
        fig.subplots().plot([0, 1])
    assert imageio.imread(narrow_path(tmp_path / "chart.png")).shape[0] <= 5 * NARROW_DOTS


def test_words_beside_a_panel_that_long_names_make_small_stay_inside_and_above_the_stamp(tmp_path):
    with narrow(), figure(tmp_path / "chart.png", 9.0, 4.0, simulated=True) as fig:
        for axes in fig.subplots(1, 2):
            axes.set_yticks([0], ["Sao Tome and Principe (with Sierra Leone)"], fontsize=6.5)
            axes.set_xlabel("threshold on the Pearson correlation (no unit)")
            axes.set_title("the run's threshold, 0.7, keeps 173", loc="left")
    words = fig.get_tightbbox()
    assert words.x0 >= -0.01 and words.x1 <= NARROW + 0.01
    below = min(axes.xaxis.label.get_window_extent().y0 for axes in fig.axes)
    assert below >= fig.texts[-1].get_window_extent().y1
