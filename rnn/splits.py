"""Which windows train and which test. Three protocols, and what each of them answers.

    time      Does it work on days to come? Windows whose target is among the last 14 days are test. Nothing of a test
              day was seen in training. The hardest: the epidemic of April is not that of March.
    country   Does it work for a country never seen? 30 % of the countries, drawn by seed, are test.
    random    The course's: 30 % of the windows, drawn by seed. Neighbouring windows of one country overlap in all but
              one day and may fall on both sides, so its accuracy is no promise for new days or new countries.

The training part is cut once more in the same way (`validation`): the last 14 of its days (a third of them if they are
few), 20 % of its countries, or 20 % of its windows. Whatever is chosen, the number of epochs, the cell, L, is chosen on
that cut, and the test part has no say.

Two things that these splits do not hide from training, said here because a reader should know: the set C is chosen by
correlations over all days, and `windows.distinct` keeps the first of identical windows before the split is made.

Every function returns a mask (n,), True for the windows to hold out.
"""

import numpy as np

from .windows import Windows

SPLITS = ("time", "country", "random")
TEST_DAYS = 14
TEST_SHARE = 0.3
VALIDATION_SHARE = 0.2


def split(windows: Windows, how: str, days: int, rng: np.random.Generator) -> np.ndarray:
    """The mask of one protocol by its name.

    Args:
        windows: what to divide.
        how: one of `SPLITS`.
        days: columns of the series that the windows are from.
        rng: draws the countries or windows; the split by time draws nothing.

    Raises:
        ValueError: an unknown protocol, or one that leaves nothing to train or nothing to test on.
    """
    if how == "time":
        test = by_time(windows, days)
    elif how == "country":
        test = by_country(windows, rng)
    elif how == "random":
        test = by_chance(windows, rng)
    else:
        raise ValueError(f"split is {how!r}, expected one of {', '.join(SPLITS)}")
    for name, count in (("train", (~test).sum()), ("test", test.sum())):
        if count == 0:
            advice = "take more countries, more days or shorter windows"
            raise ValueError(f"split {how!r} leaves 0 windows to {name} on: {advice}")
    return test


def validation(known: Windows, how: str, rng: np.random.Generator) -> np.ndarray:
    """The mask of the windows to choose by, among the windows `known` to training; `how` as for `split`.

    Raises:
        ValueError: nothing would be left to fit to, or nothing to choose by.
    """
    if how == "time":
        days = np.unique(known.day)
        held_out = by_time(known, days[-1] + 1, max(1, min(TEST_DAYS, len(days) // 3)))
    elif how == "country":
        held_out = by_country(known, rng, max(VALIDATION_SHARE, 1 / len(np.unique(known.country))))
    else:
        held_out = by_chance(known, rng, max(VALIDATION_SHARE, 1 / len(known)))
    if held_out.all() or not held_out.any():
        raise ValueError(
            f"split {how!r} leaves {len(known)} windows to train on, too few to set some aside for choosing the number "
            "of epochs: take more countries, more days or shorter windows"
        )
    return held_out


def by_time(windows: Windows, days: int, test_days: int = TEST_DAYS) -> np.ndarray:
    """Targets on the last `test_days` of the series are test."""
    return windows.day >= days - test_days


def by_country(windows: Windows, rng: np.random.Generator, share: float = TEST_SHARE) -> np.ndarray:
    """All windows of a `share` of the countries are test."""
    countries = np.unique(windows.country)
    held_out = rng.permutation(countries)[: round(share * len(countries))]
    return np.isin(windows.country, held_out)


def by_chance(windows: Windows, rng: np.random.Generator, share: float = TEST_SHARE) -> np.ndarray:
    """A `share` of the windows, whatever country and day, is test."""
    test = np.zeros(len(windows), dtype=bool)
    test[rng.permutation(len(windows))[: round(share * len(windows))]] = True
    return test
