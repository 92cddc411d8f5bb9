"""The order of days in a heading or a column of dates."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from data.errors import DataError


class Order(NamedTuple):
    """`indices` put the dates in order; `remarks` tell what order the file has, if it is another one."""

    indices: list[int]
    remarks: list[str]


def sorted_or_refused(dates: Sequence[date], cells: Sequence[str], error: Callable[[int, str], DataError]) -> Order:
    """How to sort `dates`, which were written as `cells`.

    Dates that were sorted as text (2/1/20, 2/10/20, 2/11/20, 2/2/20) or newest first are put in order. Any other
    disorder is more likely a slip of the keyboard, and refused, as a repeated date is. Raises DataError.
    """
    indices = sorted(range(len(dates)), key=dates.__getitem__)
    for before, after in pairwise(indices):
        if dates[before] == dates[after]:
            raise error(after, f"read as {dates[after]}, repeats the date before it")
    if indices == [*range(len(dates))]:
        return Order(indices, [])
    if list(cells) == sorted(cells):
        return Order(indices, ["the dates were sorted as text (1/10 before 1/9); they are put in order"])
    if indices == [*reversed(range(len(dates)))]:
        return Order(indices, ["the newest day came first; the days are put in order"])
    i = next(i for i in range(1, len(dates)) if dates[i] < dates[i - 1])
    raise error(i, f"read as {dates[i]}, comes after {dates[i - 1]}")
