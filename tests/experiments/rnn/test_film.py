"""The map of several days: which days, in which colours, and what is said of them."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from experiments.rnn.saved import open_run
from experiments.rnn.world_map import film
from experiments.rnn.world_map.svg import COLOURS
from tests.fakes.saved_run_sample import write_run

DAYS = [f"2020-04-{day:02d}" for day in range(1, 15)]


@pytest.fixture
def run(tmp_path):
    """A run whose net gave France 10 % on the first seven days and 90 % on the last; it rose on all."""
    folder = write_run(tmp_path / "run", cells=("gru",), lengths=(3,), seeds=(0, 1))
    path = folder / "predictions.csv"
    shown = open_run(folder).table("world_map.csv")
    assert "France" in set(shown["country"])
    rows = [
        ("gru", 3, "time", seed, "France", day, 0.1 + 0.8 * (place >= 7) + 0.02 * (seed - 0.5), 1, int(place >= 7))
        for seed in (0, 1)
        for place, day in enumerate(DAYS)
    ]
    rows += [("gru", 3, "country", 0, "France", day, 0.5, 1, 1) for day in DAYS]
    rows += [("gru", 7, "time", 0, "France", day, 0.5, 1, 1) for day in DAYS]
    pd.DataFrame(rows, columns=pd.read_csv(path).columns).to_csv(path, index=False)
    return open_run(folder)


def test_the_days_are_evenly_apart_and_the_last_is_one_of_them(run):
    assert list(film.forecasts(run)) == DAYS[1::2]


def test_a_probability_is_the_mean_over_the_seeds_of_the_test_by_time(run):
    days = film.forecasts(run)
    assert [table["probability"].tolist() for table in days.values()] == [[pytest.approx(0.1)]] * 3 + [
        [pytest.approx(0.9)]
    ] * 4


def test_each_picture_has_the_colours_of_its_day(run):
    path = film.write_film(run)
    assert path == run.folder / "figures" / film.FILE
    assert path.stat().st_size < 500_000
    low, high = (np.array(to_rgb(colour)) * 255 for colour in (COLOURS[0], COLOURS[-1]))
    with Image.open(path) as pictures:
        assert pictures.n_frames == 7
        for place in (0, 6):
            pictures.seek(place)
            world = np.asarray(pictures.convert("RGB"), dtype=float)[60:-60]
            found = [(np.abs(world - colour).max(axis=2) < 1).sum() for colour in (low, high)]
            assert (found[0] > found[1]) == (place == 0)
            assert max(found) > 50


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        ([0.9, 0.2], "the count rises in 1 of 2 countries, 100 % of the answers are right"),
        ([0.2, 0.9], "the count rises in 1 of 2 countries, 0 % of the answers are right"),
        ([0.5, 0.5], "the count rises in 1 of 2 countries, 50 % of the answers are right"),
    ],
)
def test_the_caption_says_what_happened_whether_the_net_was_right_or_not(probability, said):
    table = pd.DataFrame({"probability": probability, "label": [1, 0]})
    assert film.caption("2020-04-01", table) == f"2020-04-01: {said}"


def test_without_a_split_by_time_there_is_no_film(tmp_path):
    folder = write_run(tmp_path / "run", cells=("gru",), splits=("country",), lengths=(3,), seeds=(0,))
    assert film.write_film(open_run(folder)) is None
