"""How many of several differences hold, in words."""

import numpy as np
import pandas as pd

from experiments.prose import number, signed


def tally(rows: pd.DataFrame, units: str) -> str:
    """ "higher AUC in five of seven eras (+0.4 to +1.2 points), lower in none, no difference shown in two".

    ``rows`` has the columns gain, in AUC, and holds; ``units`` is what a row stands for, in the plural.
    """
    told = []
    for word, sign in (("higher AUC", 1), ("lower", -1)):
        held = rows[rows["holds"] & (np.sign(rows["gain"]) == sign)]["gain"]
        span = f"{signed(held.min())} to {signed(held.max())}" if len(held) > 1 else signed(held.sum())
        told.append(
            f"{word} in {number(len(held))} of {number(len(rows))} {units} ({span} points)"
            if len(held)
            else f"{word} in none"
        )
    return f"{', '.join(told)}, no difference shown in {number_or_none(int((~rows['holds']).sum()))}"


def number_or_none(count: int) -> str:
    """A small count as a word, and "none" for 0."""
    return number(count) if count else "none"
