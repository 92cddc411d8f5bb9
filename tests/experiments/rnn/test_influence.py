"""What the text says of slopes and weekdays, from rows that say one thing and the opposite."""

import pandas as pd
import pytest

from experiments.rnn.discussion.influence import influence_finding, right_by_weekday, weekday_frame, what_it_looks_at
from experiments.rnn.figures.influence import plot_influence
from experiments.rnn.saved import SavedRnn, open_run
from tests.fakes.saved_run_sample import write_run


def slopes_of(values: list[float]) -> pd.DataFrame:
    """influence.csv of the GRU, from the last day back."""
    rows = [("gru", back, value, abs(value)) for back, value in enumerate(values, start=1)]
    return pd.DataFrame(rows, columns=["model", "days_back", "slope", "size"])


def told(tmp_path, values) -> str:
    run = open_run(write_run(tmp_path))
    slopes_of(values).to_csv(tmp_path / "influence.csv", index=False)
    return what_it_looks_at(run)


def test_the_last_days_are_told_with_their_sign_and_share(tmp_path) -> None:
    text = told(tmp_path, [-0.6, 0.2, 0.1, 0.1])
    assert "More cases on the last day make a rise less likely (−0.60 per factor of e)" in text
    assert "on the day before it make one more likely (+0.20)" in text
    assert "The last day alone has 60.0 % of the size of all 4 slopes, the last three 90.0 %" in text
    assert "week" not in text
    turned = slopes_of([0.6, -0.2, 0.2])
    assert influence_finding(turned, "gru") == (
        "More cases on the last day make a rise more likely; it has 60% of the size of all slopes"
    )


@pytest.mark.parametrize(("seventh", "said"), [(0.3, "the net has found the week"), (0.1, "no weekly cycle shows")])
def test_a_week_is_found_only_where_the_seventh_day_stands_out(tmp_path, seventh, said) -> None:
    assert said in told(tmp_path, [-0.6, 0.2, 0.1, 0.1, 0.1, 0.2, seventh, 0.1])


def test_weekdays_are_counted_once_whatever_the_seeds_and_the_best_and_worst_are_told(tmp_path) -> None:
    run = open_run(write_run(tmp_path, splits=("country",)))
    rows = []
    for seed in (0, 1):
        for day in range(6, 13):  # 2020-04-06 was a Monday
            for number in range(10):
                label = int(number < (9 if day == 8 else 2 if day == 12 else 5))
                right = number < (8 if day == 7 else 1 if day == 11 else 5)
                decision = label if right else 1 - label
                where = (f"c{number}", f"2020-04-{day:02}")
                rows.append(("gru", 7, "country", seed, *where, 0.25 + decision / 2, label, decision))
    header = ["model", "length", "split", "seed", "country", "day", "probability", "label", "decision"]
    pd.DataFrame(rows, columns=header).to_csv(tmp_path / "predictions.csv", index=False)
    assert weekday_frame(run)["windows"].tolist() == [10] * 7
    text = right_by_weekday(run)
    assert "right most often on a Tuesday (80.0 %) and least on a Saturday (10.0 %)" in text
    assert "most frequent on a Wednesday (90.0 %) and rarest on a Sunday (20.0 %)" in text


def test_runs_without_slopes_or_with_few_weekdays_say_nothing(sample: SavedRnn, tmp_path) -> None:
    assert what_it_looks_at(sample) == ""
    assert right_by_weekday(sample) == ""  # all its predictions are of one day


def test_the_figure_is_drawn(tmp_path) -> None:
    plot_influence(slopes_of([-0.6, 0.2, 0.1]), tmp_path / "influence.png", model="gru", simulated=False)
    assert (tmp_path / "influence.png").stat().st_size > 5000
