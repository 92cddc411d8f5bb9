"""Check one exercise: each gradient the reader wrote is checked alone, while the engine supplies the others.

So a mistake in one gradient does not affect the verdict on the others, and a half-finished exercise can be checked.
"""

import importlib.util
import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np

from ..proof.checking.report import GradientError
from ..proof.gradcheck import check_rule
from .catalogue import Exercise
from .diagnosis import known_mistake

SOLVED, UNFINISHED, WRONG, NOT_STARTED = "solved", "unfinished", "wrong", "not started"


class Mistake(Exception):
    """A mistake that prevents a numerical check: a wrong shape, a missing return, a failed import. One line."""


@dataclass(frozen=True)
class Verdict:
    """The state of an exercise, and a remark on each gradient, by the name of its argument."""

    state: str
    remarks: dict[str, str]

    @property
    def message(self) -> str:
        """The first remark that asks for a fix; "" if there is none."""
        return next((remark for remark in self.remarks.values() if remark not in (SOLVED, NOT_STARTED)), "")


def judge_file(exercise: Exercise, path: Path) -> Verdict:
    """Import the reader's file and check its function."""
    try:
        function = load_function(path, exercise.name)
    except Mistake as mistake:
        return Verdict(WRONG, {"file": str(mistake)})
    return judge(exercise, function)


def judge(exercise: Exercise, function: Callable[..., Any]) -> Verdict:
    """Check an answer: like a rule, it returns the value and one gradient function per argument."""
    names = list(inspect.signature(function).parameters)
    drawn = [sample.draw(np.random.default_rng(0)) for sample in exercise.samples]
    remarks = {}
    for position, name in enumerate(names[: len(drawn[0])]):
        if isinstance(drawn[0][position], np.ndarray) and drawn[0][position].dtype.kind == "f":
            remarks[name] = _remark(exercise, function, drawn, position)
    said = set(remarks.values())
    if said == {SOLVED}:
        return Verdict(SOLVED, remarks)
    if said == {NOT_STARTED}:
        return Verdict(NOT_STARTED, remarks)
    return Verdict(UNFINISHED if said == {SOLVED, NOT_STARTED} else WRONG, remarks)


def _remark(exercise, function, drawn, position) -> str:
    """Solved, not started, or what is wrong with the gradient of one argument."""
    answer = _with_one_gradient(exercise, function, position)
    for sample, arrays in zip(exercise.samples, drawn, strict=True):
        try:
            check_rule(answer, arrays, sample.options)
        except NotImplementedError:
            return NOT_STARTED
        except GradientError as error:
            return _explained(error, known_mistake(exercise, function, position))
        except Mistake as mistake:
            return str(mistake)
        except Exception as error:  # the reader's code may raise anything; the reader should see it
            return _where(error, function)
    return SOLVED


def _explained(error: GradientError, mistake: str | None) -> str:
    """The error message. A known mistake that gives the same numbers replaces the general hint."""
    if mistake is None:
        return str(error)
    return f"{str(error).split('; hint: ')[0]}; hint: these are the numbers of a known mistake: {mistake}"


def _with_one_gradient(exercise, function, position):
    """The engine's rule with one gradient replaced by the reader's; the reader's forward pass is compared."""
    name = list(inspect.signature(function).parameters)[position]

    @wraps(function)
    def rule(*arrays, **options):
        value, *gradients = function(*arrays, **options)
        expected, *right = exercise.solution(*arrays, **options)
        if np.shape(value) != np.shape(expected) or not np.allclose(value, expected):
            raise Mistake("the forward pass has changed: write only the gradients, leave the value as it was")
        if len(gradients) != len(right):
            raise Mistake(f"there are {len(gradients)} gradients, expected {len(right)}, one for each argument")
        shapes = {arrays[position].shape} if exercise.exact_shape else {arrays[position].shape, np.shape(value)}
        right[position] = _guarded(gradients[position], name, shapes)
        return expected, *right

    return rule


def _guarded(gradient, name, shapes):
    """The reader's gradient. Raises `Mistake` if it is no array, has a wrong shape, or changes g."""

    def guarded(g):
        before = np.copy(g)
        share = gradient(g)
        if not isinstance(share, np.ndarray | np.generic):
            found = "nothing: is the return missing?" if share is None else f"a {type(share).__name__}"
            raise Mistake(f"the gradient of {name}: expected an array, found {found}")
        if share.shape not in shapes:
            raise Mistake(
                f"the gradient of {name} has shape {share.shape}, expected {' or '.join(map(str, sorted(shapes)))}"
            )
        if not np.array_equal(before, g):
            raise Mistake(f"the gradient of {name} changes g in place: others may need it, work on a copy")
        return np.asarray(share)

    return guarded


def load_function(path: Path, name: str) -> Callable[..., Any]:
    """Import a file under its own module name and return its function `name`.

    Raises:
        Mistake: the file is missing, cannot be imported, or has no such function.
    """
    if not path.is_file():
        raise Mistake(f"{path}: no such file: --copy restores the blank one")
    spec = importlib.util.spec_from_file_location(f"exercise_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise Mistake(f"{path}:{error.lineno}: {error.msg}") from error
    except Exception as error:
        raise Mistake(f"{path}: the import fails with {type(error).__name__}: {error}") from error
    function = getattr(module, name, None)
    if not callable(function):
        raise Mistake(f"{path}: there is no function {name}")
    return function


def _where(error: Exception, function: Callable[..., Any]) -> str:
    """Describe an exception in one line, with the last line of the reader's file in its traceback."""
    file = inspect.getsourcefile(inspect.unwrap(function))
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}{place}"
