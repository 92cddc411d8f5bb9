"""What happened on the day that the map is about, where a table of counts holds it: scored.csv.

A file that somebody names (--score) must hold that day. Without one, the run looks into the file of its own data, which
may go on after --end, and into the full series if it was downloaded before.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.covid.choose import KNOWN_NAMES, RAW
from data.covid.counts import CaseCounts, load_cases
from data.errors import DataError
from experiments.rnn.tables import codes
from experiments.runs.folder import UsageError
from rnn.choice import Recalibration
from rnn.trial import Trial, TrialResult


@dataclass(frozen=True)
class NextDay:
    """New cases of each country on the day after the data, by code, or by name if it has none."""

    source: str
    cases: Mapping[str, int]


def find_next_day(score: str | None, data: str, cases: CaseCounts, raw: Path = RAW) -> NextDay | None:
    """The day after `cases` in the file `score`; if that is None, in the file `data` or the series in `raw`, if they
    have it.

    Raises:
        UsageError: `score` is given and cases are simulated.
        DataError: `score` cannot be read, or does not hold that day and the one before it.
    """
    if cases.simulated:
        if score is not None:
            raise UsageError(f"--score {score}: the counts are simulated, nothing happened on the day after them")
        return None
    if score is not None:
        return _read(score, cases)
    for path in (Path(data), raw / KNOWN_NAMES[1]):
        if path.is_file():
            with suppress(DataError):  # nobody asked for it
                return _read(str(path), cases)
    return None


def _read(source: str, cases: CaseCounts) -> NextDay:
    last, found = cases.dates[-1], load_cases(source)
    if not np.isin([last, last + 1], found.dates).all():
        raise DataError(
            f"--score {source}: holds {found.dates[0]} to {found.dates[-1]}, expected {last + 1} and the day before: "
            "give a file that goes on, or leave --score out"
        )
    both = found.between(str(last), str(last + 1))
    return NextDay(both.source, dict(zip(_keys(both.countries), both.new_cases[:, 0].tolist(), strict=True)))


def _keys(countries: Iterable[str]) -> list[str]:
    names = list(countries)
    return [code or name for code, name in zip(codes(names), names, strict=True)]


def scored_frame(world_map: pd.DataFrame, forecasts: Mapping[Trial, TrialResult], happened: NextDay) -> pd.DataFrame:
    """scored.csv: for every country of the map that `happened` has, what was forecast and what came.

    Columns: country, in_c, probability, recalibrated (the same corrected on the validation cut, see `rnn.choice`; mean
    over the seeds), fell (whether its count fell on the last day), before (new cases of the last day, as the map knew
    them), after (those of the day after, as `happened` has them) and rose. Counts are revised later, so a country may
    rise in one file and not in the other.
    """
    corrected = [
        Recalibration(result.choice["slope"], result.choice["intercept"])(np.array(result.probability))
        for result in forecasts.values()
    ]
    last = [[int(count) for count in days.split()] for days in world_map["last_days"]]
    table = world_map[["country", "in_c", "probability"]].assign(
        recalibrated=np.mean(corrected, axis=0).round(6),
        fell=[int(len(days) > 1 and days[-1] < days[-2]) for days in last],
    )
    keys = [code or name for code, name in zip(world_map["code"], world_map["country"], strict=True)]
    table = table.assign(before=[days[-1] for days in last], after=[happened.cases.get(key, -1) for key in keys])
    table = table[[key in happened.cases for key in keys]]
    return table.assign(rose=(table["after"] > table["before"]).astype(int))
