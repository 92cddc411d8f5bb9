"""What a gradient check has to say: a report if all is well, or an error."""

from dataclasses import dataclass
from typing import Any


class GradientError(AssertionError):
    """A gradient is wrong. The message says where and by how much; so do the attributes, for those it speaks of.

    Attributes: `op` (the one at fault, where it is known), `argument` (its name) and `position`, `index` (None in a
    directional check), `analytic` (what backward says), `numeric` (what differences say), `absolute` and `relative`
    (the error), `pattern` (one of `hints.PATTERNS`, or None) and `hint` (a sentence on it, or "").
    """

    def __init__(self, message: str, **details: Any):
        super().__init__(message)
        self.op: str | None = details.get("op")
        self.argument: str | None = details.get("argument")
        self.position: int | None = details.get("position")
        self.index: tuple[int, ...] | None = details.get("index")
        self.analytic: float | None = details.get("analytic")
        self.numeric: float | None = details.get("numeric")
        self.absolute: float | None = details.get("absolute")
        self.relative: float | None = details.get("relative")
        self.pattern: str | None = details.get("pattern")
        self.hint: str = details.get("hint", "")


@dataclass(frozen=True)
class ArgumentReport:
    """How well backward and the numerical derivatives agreed on one argument: the worst of `checked` derivatives.

    absolute, relative  the largest error, against the complex step where the function is analytic, else differences
    differences         the largest relative error against central differences, for those derivatives that they can see
    complex_step        the largest relative error against the complex step; None where the function is not analytic
    skipped             how many elements were not judged; `remark` tells which and why, and what else there is to tell
    """

    argument: str
    position: int
    shape: tuple[int, ...]
    checked: int
    absolute: float
    relative: float
    differences: float = 0.0
    complex_step: float | None = None
    skipped: int = 0
    remark: str = ""

    def __str__(self) -> str:
        text = f"{self.argument} {self.shape}: {self.checked} checked"
        if self.checked:
            by = "complex step" if self.complex_step is not None else "differences"
            text += f", worst error {self.absolute:.1e} absolute, {self.relative:.1e} relative ({by})"
        return text + (f"; {self.remark}" if self.remark else "")


@dataclass(frozen=True, repr=False)
class Report:
    """What a successful check looked at, argument by argument, and how many random generators it replayed."""

    arguments: tuple[ArgumentReport, ...]
    generators: int = 0

    @property
    def checked(self) -> int:
        """How many derivatives were compared."""
        return sum(a.checked for a in self.arguments)

    @property
    def skipped(self) -> int:
        """How many elements lie too near a kink to be compared."""
        return sum(a.skipped for a in self.arguments)

    @property
    def absolute(self) -> float:
        """The worst absolute error."""
        return max(a.absolute for a in self.arguments)

    @property
    def relative(self) -> float:
        """The worst relative error."""
        return max(a.relative for a in self.arguments)

    @property
    def differences(self) -> float:
        """The worst relative error against central differences."""
        return max(a.differences for a in self.arguments)

    @property
    def complex_step(self) -> float | None:
        """The worst relative error against the complex step, None if no argument is analytic."""
        return max((a.complex_step for a in self.arguments if a.complex_step is not None), default=None)

    def __repr__(self) -> str:
        head = "gradients agree:"
        if self.generators:
            plural = "generator" if self.generators == 1 else "generators"
            head = f"gradients agree ({self.generators} random {plural} replayed at each evaluation):"
        return "\n  ".join([head, *map(str, self.arguments)])


def label(position: int, name: str) -> str:
    """How messages call an argument: 1 (weight), or 1 where the name is unknown."""
    return f"{position} ({name})" if name else str(position)
