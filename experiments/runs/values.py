"""What a saved value may be: its type and range, checked where the value is read back, in one line if it fails.

check_fields(config, {"epochs": Number(1, whole=True), "data.drawn": FLAG, "seconds": optional(Number(0))}, path)
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from data.errors import DataError

LARGEST = sys.float_info.max  # JSON has no largest number: an integer above it becomes no float


class Expected(Protocol):
    """A condition on a value, and how a message says what was expected."""

    @property
    def words(self) -> str: ...

    def holds(self, value: Any) -> bool:
        """Whether a value read from JSON is of this kind."""


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`, not NaN; with `whole` an integer. JSON's must be finite, a table's need not."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    @property
    def words(self) -> str:
        """ "a whole number from 0 to 9" and the like."""
        kind = "a whole number" if self.whole else "a number"
        if self.high < math.inf:
            return f"{kind} from {self.low:g} to {self.high:g}"
        return kind if self.low == -math.inf else f"{kind} of at least {self.low:g}"

    def holds(self, value: Any) -> bool:
        """Whether a value read from JSON is such a number."""
        kinds = (int,) if self.whole else (int, float)
        return type(value) in kinds and abs(value) <= LARGEST and self.low <= value <= self.high

    def holds_all(self, column: pd.Series) -> bool:
        """Whether a column of a table has such numbers only; where it need not be whole, fields may be empty."""
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            return False
        if self.whole and not pd.api.types.is_integer_dtype(column):
            return column.empty
        return bool(column.dropna().between(self.low, self.high).all())


@dataclass(frozen=True)
class Kind:
    """Any other kind of value."""

    words: str
    test: Callable[[Any], bool]

    def holds(self, value: Any) -> bool:
        """Whether a value read from JSON is of this kind."""
        return self.test(value)


def _is_day(value: Any) -> bool:
    try:
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


DAY = Kind("a day such as 2020-01-31", _is_day)
TEXT = Kind("a text", lambda value: type(value) is str)
FLAG = Kind("true or false", lambda value: type(value) is bool)
COUNT = Number(0, whole=True)
POSITIVE_COUNT = Number(1, whole=True)
ANY_NUMBER = Number()


def one_of(choices: Iterable[str]) -> Kind:
    allowed = tuple(choices)
    return Kind(f"one of {', '.join(allowed)}", lambda value: value in allowed)


def list_of(each: Expected) -> Kind:
    return Kind(
        f"a list, each {each.words}", lambda value: isinstance(value, list) and all(each.holds(one) for one in value)
    )


def optional(expected: Expected) -> Kind:
    """The value may be missing or null."""
    return Kind(f"nothing or {expected.words}", lambda value: value is None or expected.holds(value))


def object_of(fields: Mapping[str, Expected]) -> Kind:
    """A JSON object with these entries; it may have more."""
    return Kind(
        "an object with " + ", ".join(f"{name} ({each.words})" for name, each in fields.items()),
        lambda value: isinstance(value, dict) and all(each.holds(value.get(name)) for name, each in fields.items()),
    )


def check_fields(values: Mapping[str, Any], fields: Mapping[str, Expected], where: Path) -> None:
    """Check entries of a JSON object; "a.b" names the entry b of the object a.

    Raises:
        DataError: names the file, the entry, its value and what was expected.
    """
    for name, expected in fields.items():
        value: Any = values
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if not expected.holds(value):
            raise DataError(f"{where}: {name} is {brief(value)}, expected {expected.words}: run the study again")


def brief(value: Any) -> str:
    """A value as JSON, cut to 60 characters."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
