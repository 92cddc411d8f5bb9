"""Windows: L days in a row of one country, labelled by what the day after them brought.

With x the daily new cases of a country, the window (x[t-L], ..., x[t-1]) asks about the *target day* t:

    target "new-cases"     label = x[t] > x[t-1]    are there more new cases than the day before? (equal counts: no)
    target "cumulative"    label = x[t] > 0         does the total of confirmed cases rise?

(The total c rises on day t where c[t] > c[t-1], that is x[t] > 0; the inputs are the daily counts in both cases.)
Windows come country by country in the order of the rows, and by time within a country.

**Distinct windows.** Half of all windows of the spring of 2020 are all zeros, before the first case, and they flatter
every model. `distinct` keeps the first of identical windows, with its label; the order above decides which is first.

**The same question for every length.** Each L has its own windows: the longer ones start later in the series, and
fewer of them are repeated. Comparing the accuracy of L = 3 with that of L = 14 on their own windows would compare two
examinations. `comparable_windows` asks every length about the same pairs of country and target day:

  - target days that leave room for the longest window;
  - with `distinct`, the pairs whose *longest* window occurs for the first time.

The second is one rule for all lengths, and the mildest one: two equal long windows end in two equal short ones, so
every pair that a shorter length alone would keep is among them. For a short length this leaves repeated windows, and
rightly so: that it cannot tell apart what a longer one can is the very effect of L that is to be measured.
On the course's file (C at 0.4, L from 3 to 14) there are 5,606 pairs; their windows of 3 days have 3,686 different
contents and 397 are all zeros. With a single length, the pairs are simply that length's own distinct windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TARGETS = ("new-cases", "cumulative")
KEEPS = ("distinct", "nonzero", "all")


@dataclass(frozen=True, eq=False)
class Windows:
    """n windows of one length L.

    values   (n, L) daily new cases, oldest first
    labels   (n,) bool, True where the count rises on the target day
    country  (n,) row of the series that the window is from
    day      (n,) column of the series that the label is about; the window is the L columns before it
    """

    values: np.ndarray
    labels: np.ndarray
    country: np.ndarray
    day: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def length(self) -> int:
        """L, in days."""
        return self.values.shape[1]

    def take(self, which: np.ndarray) -> "Windows":
        """The windows that a mask or an array of positions selects."""
        return Windows(self.values[which], self.labels[which], self.country[which], self.day[which])


def make_windows(
    new_cases: np.ndarray,
    length: int,
    countries: np.ndarray | None = None,
    target: str = "new-cases",
    first_target: int | None = None,
) -> Windows:
    """All windows of `length` days that have a next day to be asked about.

    Args:
        new_cases: (countries, days), daily new cases x.
        length: L, at least 1; the label of target "new-cases" compares with the last day of the window.
        countries: rows to use, as a mask or as positions; all of them if None.
        target: "new-cases" or "cumulative", see above.
        first_target: earliest target day; L, the first that is possible, if None.

    Raises:
        ValueError: a length that leaves no target day, or an unknown target.
    """
    new_cases = np.asarray(new_cases)
    if new_cases.ndim != 2:
        raise ValueError(f"new_cases has shape {new_cases.shape}, expected (countries, days)")
    days = new_cases.shape[1]
    first = length if first_target is None else first_target
    if not 1 <= length <= first < days:
        raise ValueError(
            f"length {length} with the first target day {first} does not fit into {days} days: "
            f"expected 1 <= length <= first target day < {days}"
        )
    rows = np.arange(len(new_cases)) if countries is None else np.arange(len(new_cases))[countries]
    x = new_cases[rows]
    targets = np.arange(first, days)
    columns = targets[:, None] + np.arange(-length, 0)  # (targets, L): the days before each target
    return Windows(
        values=x[:, columns].reshape(-1, length),
        labels=_labels(x, targets, target).ravel(),
        country=np.repeat(rows, len(targets)),
        day=np.tile(targets, len(rows)),
    )


def _labels(x, targets, target):
    if target == "new-cases":
        return x[:, targets] > x[:, targets - 1]
    if target == "cumulative":
        return x[:, targets] > 0
    raise ValueError(f"target is {target!r}, expected one of {', '.join(TARGETS)}")


def distinct(windows: Windows) -> Windows:
    """The first of identical windows, with its label, in unchanged order."""
    return windows.take(first_occurrences(windows.values))


def first_occurrences(values: np.ndarray) -> np.ndarray:
    """Ascending positions of the rows of (n, L) that do not occur further up."""
    _, first = np.unique(values, axis=0, return_index=True)
    return np.sort(first)


def comparable_windows(
    new_cases: np.ndarray,
    lengths: Sequence[int],
    countries: np.ndarray | None = None,
    target: str = "new-cases",
    keep: str = "distinct",
) -> dict[int, Windows]:
    """Windows of several lengths about the same pairs of country and target day, as the module docstring says.

    Args:
        lengths: the lengths L to compare.
        keep: "distinct", "all", or "nonzero" for the pairs whose longest window has a day with cases.
        new_cases, countries, target: as for `make_windows`.

    Returns:
        Windows by length; `labels`, `country` and `day` are equal for all of them.

    Raises:
        ValueError: an unknown `keep`, and as `make_windows`.
    """
    longest = max(lengths)
    windows = {n: make_windows(new_cases, n, countries, target, first_target=longest) for n in lengths}
    kept = kept_of(windows[longest], keep)
    return {n: w.take(kept) for n, w in windows.items()}


def kept_of(longest: Windows, keep: str) -> np.ndarray:
    """The mask (n,) of the windows, of the longest L, that `keep` keeps; ValueError if it is none of `KEEPS`."""
    if keep not in KEEPS:
        raise ValueError(f"keep is {keep!r}, expected one of {', '.join(KEEPS)}")
    if keep == "nonzero":
        return np.any(longest.values, axis=1)
    kept = np.full(len(longest), keep == "all")
    if keep == "distinct":
        kept[first_occurrences(longest.values)] = True
    return kept
