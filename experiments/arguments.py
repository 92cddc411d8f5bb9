"""What the commands' arguments share: defaults that --quick changes, and one line for a value out of range."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from .run_folder import UsageError


def chosen(args: argparse.Namespace, names: Iterable[str], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The named arguments as given; `defaults` for those that were not."""
    given = {name: getattr(args, name) for name in names}
    return {name: defaults.get(name) if value is None else value for name, value in given.items()}


def require(name: str, value: Any, holds: bool, expected: str) -> None:
    """UsageError that names the flag, its value and what was expected, unless the condition holds."""
    if not holds:
        shown = " ".join(map(str, value)) if isinstance(value, list) else value
        raise UsageError(f"--{name.replace('_', '-')} is {shown}, expected {expected}")
