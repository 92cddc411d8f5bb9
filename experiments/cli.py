"""Each flag is written once: a field of a frozen dataclass holds its default, help text, check and --quick value.

    @dataclass(frozen=True)
    class WalkSettings(StudySettings):
        steps: int = setting(100, "steps to walk", quick=10, check=at_least(1), metavar="N", group="the walk")

    add_settings(parser, WalkSettings)            # --steps N   steps to walk (100; quick 10)
    settings = read_settings(WalkSettings, args)  # WalkSettings(steps=10) for --quick; UsageError for --steps 0
    settings.recorded()                           # {"steps": 10}, as config.json keeps it

The annotation is the argument's type: int, float, str, bool (--mirror and --no-mirror), a tuple of these (several
values), or one of these "| None" (None where the flag is not given).
"""

import argparse
import difflib
import math
import types
import typing
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import autograd

from .runs.folder import UsageError

MAX_THREADS = 1024
SAME = object()  # --quick changes nothing
YES_OR_NO = {"yes": True, "no": False}
KINDS: dict[Any, str] = {int: "a whole number", float: "a number"}


@dataclass(frozen=True)
class Check:
    """A condition on a value, and how an error message says what was expected."""

    holds: Callable[[Any], bool]
    expected: str


def at_least(minimum: int, unit: str = "") -> Check:
    return Check(lambda value: value >= minimum, f"at least {minimum} {unit}".rstrip())


def between(minimum: int, maximum: int) -> Check:
    """For sizes: far above the maximum the memory of no machine is enough, and the number is a slip of the finger."""
    return Check(lambda value: minimum <= value <= maximum, f"at least {minimum}, at most {maximum:,}")


# Above these a number is a slip of the finger, or asks for more memory than nearly all machines have.
MAX_EPOCHS, MAX_BATCH = 100_000, 1_000_000
MAX_GB = 32
BYTES_OF_A_WEIGHT = 4 * 4  # in float32: itself, its gradient, and Adam's two moments
BYTES_OF_A_VALUE = 4 * 4  # in float32: of a layer's output before and after its activation, and both gradients


def too_much(what: str, gigabytes: float) -> str:
    """What was expected, where a size would take so much memory."""
    return f"less: {what} would take about {gigabytes:,.0f} GB of memory, at most {MAX_GB} GB are planned for"


NOT_NEGATIVE = Check(lambda value: value >= 0, "0 or more")
POSITIVE = Check(lambda value: 0 < value < math.inf, "a number above 0")


@dataclass(frozen=True)
class Flag:
    """What a settings field knows of its command-line flag; see `setting`."""

    help: str
    quick: Any
    check: Check | None
    choices: tuple[str, ...] | None
    metavar: str | None
    group: str | None
    tidy: Callable[[tuple], Iterable] | None
    default_text: str | None
    on_command_line: bool
    recorded: bool
    option: str | None


def setting(
    default: Any,
    help: str,
    *,
    quick: Any = SAME,
    check: Check | None = None,
    choices: Iterable[str] | None = None,
    metavar: str | None = None,
    group: str | None = None,
    tidy: Callable[[tuple], Iterable] | None = None,
    default_text: str | None = None,
    on_command_line: bool = True,
    recorded: bool = True,
    option: str | None = None,
) -> Any:
    """A field of a settings dataclass.

    Args:
        default: value if the flag is not given.
        help: one line for --help; the default is added to it.
        quick: default under --quick, if it is another one.
        check: condition on the value, or on each value of a tuple.
        choices: the only values allowed; several of them are kept in this order, each once.
        metavar: what --help shows in place of the value.
        group: heading in --help.
        tidy: orders or shortens the values of a tuple, as ``sorted`` does.
        default_text: how --help says the default, where the value itself says too little.
        on_command_line: False for a value that only --quick changes.
        recorded: whether config.json keeps it and --resume compares it: False if it changes no result.
        option: the flag, e.g. "--size", where it is not the field's name.
    """
    allowed = None if choices is None else tuple(choices)
    flag = Flag(
        help, quick, check, allowed, metavar, group, tidy, default_text, on_command_line, recorded, option
    )  # fmt: skip
    return field(default=default, metadata={"flag": flag})


@dataclass(frozen=True)
class StudySettings:
    """What a study's settings have in common: they are checked when they are made, from Python too.

    A check over several fields goes into ``check_together`` of the subclass.
    """

    def __post_init__(self) -> None:
        for each, flag in _flags(type(self)):
            value = getattr(self, each.name)
            for one in value if isinstance(value, tuple) else (value,):
                if flag.check and one is not None:
                    require(flag.option or each.name, one, flag.check.holds(one), flag.check.expected)
        self.check_together()

    def check_together(self) -> None:
        """Raise UsageError where the fields contradict each other."""

    def recorded(self) -> dict[str, Any]:
        """The settings that decide the results, as JSON values."""
        values = {each.name: getattr(self, each.name) for each, flag in _flags(type(self)) if flag.recorded}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


Settings = TypeVar("Settings", bound=StudySettings)


def add_settings(parser: argparse.ArgumentParser, settings: type[StudySettings], without: Container[str] = ()) -> None:
    """Add a flag for every field but those in `without`, in groups; a flag that is not given leaves None."""
    hints = typing.get_type_hints(settings)
    groups: dict[str | None, Any] = {None: parser}
    for each, flag in _flags(settings):
        if flag.on_command_line and each.name not in without:
            if flag.group not in groups:
                groups[flag.group] = parser.add_argument_group(str(flag.group))
            options = {"default": None, "help": _help(each, flag), **_kind(hints[each.name], flag)}
            groups[flag.group].add_argument(_flag_name(flag.option or each.name), dest=each.name, **options)


def read_settings(settings: type[Settings], args: argparse.Namespace) -> Settings:
    """The settings that the arguments ask for, with the defaults of --quick where ``args.quick`` is set.

    Raises:
        UsageError: a value fails its check.
    """
    values = {}
    for each, flag in _flags(settings):
        given = getattr(args, each.name, None)
        if given is None:
            given = flag.quick if args.quick and flag.quick is not SAME else each.default
        values[each.name] = _tidied(given, flag)
    return settings(**values)


def setting_names(settings: type[StudySettings]) -> dict[str, str]:
    """The fields that have a flag, in their order: name -> its flag without the dashes, as "size" for image_size."""
    shown = {each.name: flag for each, flag in _flags(settings) if flag.on_command_line}
    return {name: (flag.option or name).lstrip("-").replace("-", "_") for name, flag in shown.items()}


def choices_of(settings: type[StudySettings], name: str) -> tuple[str, ...] | None:
    """The only values that a field may have; None where there is no such list."""
    return next(flag.choices for each, flag in _flags(settings) if each.name == name)


def read_value(settings: type[StudySettings], name: str, text: str) -> Any:
    """The value of one field from text, as its flag reads it; several values are joined by "+", and "none" is None.

    Raises:
        ValueError: the text is of another kind, or not among the choices; says what was expected.
    """
    hint = typing.get_type_hints(settings)[name]
    if isinstance(hint, types.UnionType) and text == "none":
        return None
    flag = next(flag for each, flag in _flags(settings) if each.name == name)
    kind = _kind(hint, flag)
    if kind.get("nargs"):
        return _tidied([_one_value(part, kind["type"]) for part in text.split("+")], flag)
    return _one_value(text, kind.get("type", bool))


def require(name: str, value: Any, holds: bool, expected: str) -> None:
    """UsageError that names the flag, its value and what was expected, unless the condition holds."""
    if not holds:
        shown = " ".join(map(str, value)) if isinstance(value, list | tuple) else value
        raise UsageError(f"{_flag_name(name)} is {shown}, expected {expected}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " (did you mean --lengths?)" if one of the known words is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def add_run_arguments(parser: argparse.ArgumentParser, default_out: Path) -> None:
    """The arguments that every run shares."""
    parser.add_argument("--out", type=Path, default=default_out, metavar="DIR", help="run folder (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="a small run that still makes every output")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="continue the run in --out")
    again.add_argument("--force", action="store_true", help="delete the existing run in --out and start over")


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads", type=int, metavar="N", help="threads to compute with (all cores); any number gives the same bytes"
    )


def use_threads(args: argparse.Namespace) -> None:
    """Compute with --threads threads, with all the cores if it is not given.

    Raises:
        UsageError: fewer than one, or more than any machine has cores for.
    """
    require(
        "threads",
        args.threads,
        args.threads is None or 1 <= args.threads <= MAX_THREADS,
        f"at least 1, at most {MAX_THREADS:,}",
    )
    autograd.set_threads(args.threads or autograd.available_cores())


def _flags(settings: type) -> list[tuple[Field, Flag]]:
    return [(each, each.metadata["flag"]) for each in fields(settings) if "flag" in each.metadata]


def _flag_name(name: str) -> str:
    return name if name.startswith("--") else f"--{name.replace('_', '-')}"


def _help(each: Field, flag: Flag) -> str:
    default = flag.default_text or _shown(each.default)
    quick = "" if flag.quick is SAME else f"; quick {_shown(flag.quick)}"
    return f"{flag.help} ({default}{quick})".replace("%", "%%")


def _shown(value: Any) -> str:
    return " ".join(map(_shown, value)) if isinstance(value, tuple) else "none" if value is None else f"{value}"


def _kind(hint: Any, flag: Flag) -> dict[str, Any]:
    """The options of add_argument that follow from the annotation and the choices."""
    if isinstance(hint, types.UnionType):  # "T | None"
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction}
    several = {"nargs": "+"} if typing.get_origin(hint) is tuple else {}
    one = typing.get_args(hint)[0] if several else hint
    if flag.choices:
        return {"type": _choice(flag.choices), "metavar": flag.metavar or f"{{{','.join(flag.choices)}}}", **several}
    return {"type": one, "metavar": flag.metavar, **several}


def _one_value(text: str, kind: Callable[[str], Any]) -> Any:
    """The text as a value of this kind; ValueError with what was expected."""
    try:
        return YES_OR_NO[_choice(tuple(YES_OR_NO))(text)] if kind is bool else kind(text)
    except argparse.ArgumentTypeError as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError(f"{text!r} is not {KINDS.get(kind, 'a value')}") from None


def _choice(choices: Sequence[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            hint = did_you_mean(text, choices)
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(choices)}{hint}")
        return text

    return parse


def _tidied(value: Any, flag: Flag) -> Any:
    if not isinstance(value, list | tuple):
        return value
    if flag.choices:
        value = [choice for choice in flag.choices if choice in value]
    return tuple(flag.tidy(tuple(value)) if flag.tidy else value)
