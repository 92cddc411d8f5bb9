"""world_map.csv as the map needs it: checked rows, bins of probability, and the map's words."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd
from pygal_maps_world.maps import World

from data.errors import DataError
from experiments.letters import readable

# Edges of the bins in per cent: narrow around one half, where the difference matters.
EDGES = (0, 30, 40, 45, 50, 55, 60, 70, 100)
LABELS = tuple(f"{low}-{high} %" for low, high in pairwise(EDGES))
NO_DATA = "no data"

# An older map package has no shape for these and draws their land as part of another country.
DRAWN_WITHIN = {"ss": "Sudan", "xk": "Serbia"}


def drawable_codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, lower case, of the countries that the installed map package has a shape for."""
    return frozenset(World.area_names)


def mark_drawn(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its column ``drawn`` filled: "yes" where the map has a shape and there is a probability."""
    has_shape = table["code"].isin(drawable_codes()) & table["probability"].notna()
    return table.assign(drawn=np.where(has_shape, "yes", "no"))


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its column ``drawn`` filled for the installed shapes.

    Raises:
        DataError: a probability lies outside 0 to 1, or two countries claim one shape.
    """
    bad = table[(table["probability"] < 0) | (table["probability"] > 1)]
    if len(bad):
        row = bad.iloc[0]
        raise DataError(f"world_map.csv, {row['country']}: probability {row['probability']} is not between 0 and 1")
    shared = share_a_code(table["country"], table["code"])
    if shared:
        raise DataError(f"world_map.csv: {shared}")
    return mark_drawn(table)


def share_a_code(countries: Iterable[str], codes: Iterable[str]) -> str | None:
    """An error's words about countries that claim the same shape of the map; None if none do."""
    names: dict[str, list[str]] = {}
    for name, code in zip(countries, codes, strict=True):
        names.setdefault(code, []).append(name)
    for code, together in names.items():
        if code and len(together) > 1:
            return f"{' and '.join(together)} share the code {code!r}; give each country its own"
    return None


def bins(probability: pd.Series) -> np.ndarray:
    """Number of each probability's bin, (n,); a bin holds its lower edge, the last one both; -1 for no data."""
    shares = probability.to_numpy(dtype=np.float64)
    number = np.searchsorted(np.array(EDGES) / 100, shares, side="right") - 1
    return np.where(np.isnan(shares), -1, np.minimum(number, len(LABELS) - 1))


def shown(probability: float) -> str:
    """A probability in words that agree with its colour: rounded, but never up to the next bin.

    >>> shown(0.4213), shown(0.49995), shown(0.5)
    ('42.1 %', '49.9 %', '50.0 %')
    """
    tenths = round(1000 * probability)
    crosses = any(probability < edge / 100 <= tenths / 1000 for edge in EDGES)
    return f"{(tenths - crosses) / 10:.1f} %"


def coverage(table: pd.DataFrame) -> str:
    """One line: how many countries are drawn, and which are not, and why."""
    missing = table[table["drawn"] != "yes"]
    kinds = {
        "no shape on this map": missing[(missing["code"] != "") & missing["probability"].notna()],
        "no place": missing[missing["code"] == ""],
        "no prediction": missing[(missing["code"] != "") & missing["probability"].isna()],
    }
    parts = [f"{len(table) - len(missing)} of {len(table)} countries drawn"]
    for kind, rows in kinds.items():
        if len(rows):
            parts.append(f"{kind} ({len(rows)}): {', '.join(map(_with_host, rows['country'], rows['code']))}")
    return readable("; ".join(parts))


def _with_host(country: str, code: str) -> str:
    host = "" if code in drawable_codes() else DRAWN_WITHIN.get(code, "")
    return f"{country} (its land is drawn as {host})" if host else country


def title(table: pd.DataFrame, event: str, model: str, length: int) -> str:
    """What the map shows and finds, in one sentence."""
    drawn = table[table["drawn"] == "yes"]
    day = table["day"].iloc[0] if len(table) else "the next day"
    above = int((drawn["probability"] >= 0.5).sum())
    return (
        f"Chance that {day} brings {event} ({model}, last {length} days): "
        f"one half or more in {above} of {len(drawn)} countries"
    )


def tooltip(row: pd.Series) -> str:
    """What a browser shows when the mouse rests on a country."""
    days = row["last_days"].split()
    outside = "\noutside C: no net was trained on it" if row["in_c"] == "no" else ""
    return readable(
        f"{row['country']}\nprobability of a rise on {row['day']}: {shown(row['probability'])}\n"
        f"new cases in the last {len(days)} days: {', '.join(days)}{outside}"
    )
