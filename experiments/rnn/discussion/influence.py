"""The discussion of problem 1: what the nets look at, and on which days they are right."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from experiments.prose import percent, sentence
from experiments.rnn.saved import SavedRnn
from experiments.rnn.summary import splits_in
from experiments.rnn.words import SPLIT_PHRASES, the

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7


def what_it_looks_at(run: SavedRnn) -> str:
    """Which of the last days move the answer of the map's net, and which way."""
    if not run.has("influence.csv"):
        return ""
    influence = run.table("influence.csv")
    mine = influence[influence["model"] == run.map_model].set_index("days_back").sort_index()
    share = mine["size"] / mine["size"].sum()
    way = "less" if mine["slope"][1] < 0 else "more"
    text = (
        f"The slope of the logit in the logarithm of each day's count, averaged over the windows asked about, tells "
        f"what {the(run.map_model)} of the map looks at. More cases on the last day make a rise {way} likely "
        f"({_signed(mine['slope'][1])} per factor of e)."
    )
    if len(mine) > 1:
        opposite = "more" if mine["slope"][2] > 0 else "less"
        text += (
            f" More cases on the day before it make one {opposite} likely ({_signed(mine['slope'][2])}). The last day "
            f"alone has {percent(share[1])} of the size of all {len(mine)} slopes, the last three "
            f"{percent(share[share.index <= 3].sum())}."
        )
    if len(mine) > WEEK:
        weekly = mine["size"][WEEK] > max(mine["size"][WEEK - 1], mine["size"][WEEK + 1])
        text += (
            f" A week back, {WEEK} days before the day in question, the slope is {_signed(mine['slope'][WEEK])} and "
            f"its size {mine['size'][WEEK]:.2f}, "
            + ("larger" if weekly else "not larger")
            + f" than on both days beside it ({mine['size'][WEEK - 1]:.2f} and {mine['size'][WEEK + 1]:.2f})"
            + (": the net has found the week." if weekly else ": no weekly cycle shows in it.")
        )
    return text


def influence_finding(influence: pd.DataFrame, model: str) -> str:
    """The title of the figure: how much of the slope lies on the last day, and which way it points."""
    mine = influence[influence["model"] == model].set_index("days_back").sort_index()
    share = mine["size"][1] / mine["size"].sum()
    way = "less" if mine["slope"][1] < 0 else "more"
    return f"More cases on the last day make a rise {way} likely; it has {share:.0%} of the size of all slopes"


def right_by_weekday(run: SavedRnn) -> str:
    """Accuracy of the map's net by the weekday that is asked about, on each split."""
    if not run.has("predictions.csv"):
        return ""
    rows, parts = weekday_frame(run).to_dict("records"), []
    for split in dict.fromkeys(row["split"] for row in rows):
        here = [row for row in rows if row["split"] == split]
        if len(here) < len(WEEKDAYS):
            continue
        right = sorted(here, key=lambda row: row["accuracy"])
        rising = sorted(here, key=lambda row: row["rises"])
        parts.append(
            f"{sentence(SPLIT_PHRASES[split])} it is right most often on a {_day(right[-1], 'accuracy')} and least on "
            f"a {_day(right[0], 'accuracy')}; rises are most frequent on a {_day(rising[-1], 'rises')} and rarest on a "
            f"{_day(rising[0], 'rises')}."
        )
        if split == "time":
            parts.append("These are two days of each name, too few to tell one weekday from another.")
    return " ".join(parts)


def _day(row: Mapping[Any, Any], share: str) -> str:
    return f"{row['weekday']} ({percent(row[share])})"


def weekday_frame(run: SavedRnn) -> pd.DataFrame:
    """Columns split, weekday, windows, rises, accuracy and mean probability of the map's net, Monday first.

    Windows are counted once, whatever the seeds.
    """
    table = run.table("predictions.csv")
    mine = table[(table["model"] == run.map_model) & (table["length"] == run.map_length)]
    days = pd.to_datetime(mine["day"]).dt.day_of_week
    mine = mine.assign(place=days, right=mine["decision"] == mine["label"])
    rows = []
    for split in splits_in(mine):
        for place, here in mine[mine["split"] == split].groupby("place"):
            once = here.drop_duplicates(["country", "day"])
            means = [float(here[column].mean()) for column in ("label", "right", "probability")]
            rows.append((split, WEEKDAYS[int(str(place))], len(once), *means))
    return pd.DataFrame(rows, columns=["split", "weekday", "windows", "rises", "accuracy", "probability"])


def _signed(slope: float) -> str:
    return f"{slope:+.2f}".replace("-", "−")
