"""``with autograd.profile() as report:`` measures the time and the memory of each op.

>>> import numpy as np
>>> from autograd import Tensor, profile
>>> x = Tensor(np.ones((100, 100), np.float32), requires_grad=True)
>>> with profile() as report:
...     (x @ x).tanh().sum().backward()
>>> [row.op for row in sorted(report.rows, key=lambda row: row.op)]
['matmul', 'sum', 'tanh']

``print(report)`` shows a table, slowest op first. An op's time is the time of its rule in the forward pass and of its
vector-Jacobian products in the backward pass. A fused op (an LSTM over a whole sequence) is one row; a layer that is
written in ordinary ops appears as those ops. The time of the engine, the optimiser and the user's code is the line
"not in ops", so the column adds up to the time of the block.

Results are the same inside and outside the block, bit for bit. Measuring costs a few microseconds for each op, which
are counted as "not in ops"; outside the block it costs nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from time import perf_counter

import numpy as np

from ..mode import observing


@dataclass
class Row:
    """The calls of one op, their seconds, and the bytes of the arrays that they allocated.

    The backward pass through one op is one backward call, however many of its arguments need a gradient. A result that
    is a view of an argument (`reshape`, `transpose`, a slice) allocates nothing and counts 0 bytes.
    """

    op: str
    calls: int = 0
    seconds: float = 0.0
    bytes: int = 0
    backward_calls: int = 0
    backward_seconds: float = 0.0
    backward_bytes: int = 0

    @property
    def total_seconds(self) -> float:
        """Forward and backward."""
        return self.seconds + self.backward_seconds


@dataclass
class Profile:
    """The report: one row for each op, filled while the block runs; `seconds` is the duration of the block."""

    rows_by_op: dict[str, Row] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rows(self) -> list[Row]:
        """The slowest op first."""
        return sorted(self.rows_by_op.values(), key=lambda row: -row.total_seconds)

    def __str__(self) -> str:
        heading = f"{'op':34}{'forward':^30}  {'backward':^30}  {'total':>10}  share"
        units = f"{'':34}{'calls':>8}{'ms':>11}{'MB':>11}  {'calls':>8}{'ms':>11}{'MB':>11}  {'ms':>10}"
        in_ops = sum(row.total_seconds for row in self.rows)
        lines = [heading, units, *(_line(row, self.seconds) for row in self.rows)]
        for what, seconds in (("not in ops", self.seconds - in_ops), ("all", self.seconds)):
            lines.append(f"{what:98}{1e3 * seconds:10.2f}  {_share(seconds, self.seconds)}")
        return "\n".join(lines)


@contextmanager
def profile() -> Iterator[Profile]:
    """Measure the ops inside this block: time, calls and bytes, forward and backward. Yields a `Profile`.

    The backward pass of an op that ran inside the block is measured wherever `backward` is called.
    """
    report = Profile()
    start = perf_counter()
    try:
        with observing(_Stopwatch(report)):
            yield report
    finally:
        report.seconds += perf_counter() - start


class _Stopwatch:
    """The observer: it times each rule and each vjp."""

    def __init__(self, report):
        self.rows = report.rows_by_op

    def running(self, rule):
        row = self.rows.setdefault(rule.__name__, Row(rule.__name__))

        @wraps(rule)
        def run(*arguments, **options):
            start = perf_counter()
            value, *vjps = rule(*arguments, **options)
            row.seconds += perf_counter() - start
            row.calls += 1
            row.bytes += sum(_new_bytes(v, arguments) for v in (value if type(value) is tuple else (value,)))
            visit = _Visit(row)
            return value, *[vjp and visit.timed(vjp) for vjp in vjps]

        return run

    def computed(self, op, value, node):
        pass

    def shown(self, array):
        return array


class _Visit:
    """The backward pass through one op: its first vjp counts as the call, and all of them add to the time."""

    def __init__(self, row):
        self.row = row
        self.is_counted = False

    def timed(self, vjp):
        def run(g):
            start = perf_counter()
            share = vjp(g)
            self.row.backward_seconds += perf_counter() - start
            self.row.backward_calls += not self.is_counted
            self.row.backward_bytes += _new_bytes(share, g if isinstance(g, list) else [g])
            self.is_counted = True
            return share

        return run


def _new_bytes(result, arguments) -> int:
    """The bytes of an array, or 0 if it shares the memory of an argument."""
    arrays = (a for a in arguments if isinstance(a, np.ndarray))
    return 0 if any(np.may_share_memory(result, a) for a in arrays) else result.nbytes


def _line(row, seconds):
    forward = f"{row.calls:8,}{1e3 * row.seconds:11.2f}{row.bytes / 1e6:11.2f}"
    backward = f"{row.backward_calls:8,}{1e3 * row.backward_seconds:11.2f}{row.backward_bytes / 1e6:11.2f}"
    return f"{row.op:34}{forward}  {backward}  {1e3 * row.total_seconds:10.2f}  {_share(row.total_seconds, seconds)}"


def _share(seconds, whole):
    return f"{100 * seconds / whole:4.0f}%" if whole else ""
