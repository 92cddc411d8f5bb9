"""A function under test, seen from one of its arguments: numerical derivatives along a direction.

The results y_k, weighted by the cotangents v_k, make one number L = sum_k <v_k, y_k>. With x the argument, u a
direction and h a step,

    central       (L(x + h u) - L(x - h u)) / 2h      dL/du + O(h^2), rounded to about 1e-16 L / h
    complex step  Im L(x + i h u) / h                 dL/du + O(h^2), and nothing is subtracted: h = 1e-30 will do

The complex step (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998) is
right to the last digits where every operation on the way is analytic, and plainly wrong where one is not (|x|, a
rounding, a library that drops imaginary parts). An op that gives real numbers for complex ones is found out here;
otherwise the central difference beside it tells which it is.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...mode import no_grad, observing
from ...tensor import Tensor
from .arguments import Argument

ROUNDING = 8 * float(np.finfo(np.float64).eps)  # relative error of a result after a few roundings on the way to it
COMPLEX_STEP = 1e-30
NOISE_POINTS = 7
NOISE_SPACINGS = (1e-9, 1e-6, 1e-3)  # relative to the scale of the argument; the coarse ones for coarse rounding


@dataclass
class Probe:
    """Evaluations of `run`, the function on its arguments, with one argument moved from its own value, x.

    `here` are the results at x; `checked` all arguments that hold floating numbers.
    """

    argument: Argument
    run: Callable[[], list[Tensor]]
    cotangents: Sequence[np.ndarray]
    x: np.ndarray
    here: Sequence[np.ndarray]
    checked: Sequence[Argument]
    takes_complex: bool = True
    depends: list[np.ndarray] = field(default_factory=list)  # which results the last complex step has moved

    def results_at(self, moved: np.ndarray) -> list[np.ndarray]:
        """The function's results where the argument is `moved`; it is moved back afterwards."""
        try:
            self.argument.value.data = np.asarray(moved)
            with no_grad(), np.errstate(all="ignore"):
                return [y.data for y in self.run()]
        finally:
            self.argument.value.data = self.x

    def central(self, u: np.ndarray, h: float, moving: Sequence[np.ndarray] | None = None) -> tuple[float, float]:
        """The derivative along u, and how far off it may be by the rounding of the results alone.

        NaN where the function is not finite at x + h u or x - h u. `moving` tells which results depend on x; if None,
        those that differ between the two.
        """
        try:
            above, below = self.results_at(self.x + h * u), self.results_at(self.x - h * u)
        except (ValueError, ArithmeticError):
            return math.nan, math.inf
        if moving is None:
            moving = [a != b for a, b in zip(above, below, strict=True)]
        return self.rise(below, above) / (2 * h), float(ROUNDING * self._size(above, moving) / h)

    def moving(self, u: np.ndarray) -> list[np.ndarray]:
        """Which results depend on x along u: those that change over some step, however long; all if none does.

        A result that depends on x may yet stay the same, bit by bit, over a short step: rounding hides the change.
        """
        found = self.depends or [np.zeros(y.shape, bool) for y in self.here]
        for h in (-10.0, -1.0, -0.25, 0.25, 1.0, 10.0):
            try:
                there = self.results_at(self.x + h * u)
            except (ValueError, ArithmeticError):
                continue
            found = [f | (y != z) for f, y, z in zip(found, self.here, there, strict=True)]
        return found if any(f.any() for f in found) else [np.ones(y.shape, bool) for y in self.here]

    def _size(self, results, moving) -> float:
        parts = zip(self.cotangents, results, moving, strict=True)
        return float(sum(np.sum(np.abs(v * y) * m) for v, y, m in parts))

    def one_sided(self, u: np.ndarray, h: float) -> tuple[np.ndarray, np.ndarray]:
        """The slopes to the left and to the right, one for each weighted result: their sums are those of L.

        Corners of several results may cancel in the sum, so that a corner must be looked for in each by itself.
        """
        below, above = self.results_at(self.x - h * u), self.results_at(self.x + h * u)
        return self._rises(below, self.here) / h, self._rises(self.here, above) / h

    def _rises(self, start, end) -> np.ndarray:
        parts = zip(self.cotangents, start, end, strict=True)
        return np.concatenate([np.ravel(v * (e - s)) for v, s, e in parts])

    def rise(self, start: Sequence[np.ndarray], end: Sequence[np.ndarray]) -> float:
        """L at the end less L at the start; numbers near each other are subtracted before they are summed."""
        return float(sum(np.sum(v * (e - s)) for v, s, e in zip(self.cotangents, start, end, strict=True)))

    def size(self) -> float:
        """How large the results are: the sum of |v_k y_k|."""
        return float(sum(np.sum(np.abs(v * y)) for v, y in zip(self.cotangents, self.here, strict=True)))

    def noise(self, u: np.ndarray) -> float:
        """The rounding noise of L near x, measured: everything that is not smooth on a very small scale.

        From the differences of high order of L at equal distances (Moré and Wild, "Estimating computational noise",
        2011): for a smooth function they vanish, for noise they do not.
        """
        return min(self._noise(u), self._noise(-u))  # a corner on one side is no noise

    def _noise(self, u) -> float:
        found = 0.0
        for spacing in NOISE_SPACINGS:
            try:
                points = [self.results_at(self.x + k * spacing * u) for k in range(NOISE_POINTS)]
            except (ValueError, ArithmeticError):
                break
            values = np.array([self.rise(self.here, point) for point in points])
            found = max(found, float(noise_of(values)))
            rises = np.diff(values)
            if rises.all() and np.ptp(rises) > 1e-9 * np.abs(rises).max():
                break  # all points differ, and not by the same: this spacing is coarser than the rounding
        return found

    def complex_step(self, u: np.ndarray, h: float = COMPLEX_STEP, at: np.ndarray | None = None) -> float | None:
        """The derivative along u at x (or `at`), or None where some op does not take complex numbers, or drops them.

        All arguments of the check become complex for the moment, since an op does not mix the two kinds.
        """
        if at is None:
            self.depends = []
        if not self.takes_complex:
            return None
        kept: list[tuple[Any, np.ndarray]] = [(a.value, a.value._array) for a in self.checked]
        x = self.x if at is None else at
        try:
            for tensor, array in kept:
                tensor._array = array.astype(np.complex128)  # past `data`, which keeps a leaf's dtype
            self.argument.value._array = x + 1j * h * u
            with no_grad(), observing(_KeepsComplex()), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error")  # "discarding the imaginary part" and the like
                results = [y.data for y in self.run()]
        except Exception:  # whatever an op says to a complex number, the complex step has no answer
            self.takes_complex = self.takes_complex and at is not None  # elsewhere x may leave the domain
            return None
        finally:
            for tensor, array in kept:
                tensor._array = array
        if at is None and not all(np.allclose(y.real, z, rtol=1e-6) for y, z in zip(results, self.here, strict=True)):
            return None  # a comparison went another way than for the real number
        if at is None:
            self.depends = [y.imag != 0 for y in results]
        parts = zip(self.cotangents, results, strict=True)
        return float(sum(np.sum(v * y.imag) for v, y in parts) / h)


def noise_of(values: np.ndarray) -> float:
    """The standard deviation of the noise in the values of a smooth function at equal distances (along axis 0)."""
    found = []
    for order in range(3, len(values) - 1):
        gamma = math.factorial(order) ** 2 / math.factorial(2 * order)
        found.append(np.sqrt(gamma * np.mean(np.diff(values, order, axis=0) ** 2, axis=0)))
    return np.max(found, axis=0)


class _KeepsComplex:
    """The observer of the engine: an op that gives floating numbers for truly complex ones is not analytic."""

    def running(self, rule):
        def checked(*arrays, **options):
            value, *vjps = rule(*arrays, **options)
            given = [a for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "c"]
            values = value if isinstance(value, tuple) else (value,)
            if any(a.imag.any() for a in given) and any(np.asarray(y).dtype.kind == "f" for y in values):
                raise TypeError(f"{rule.__name__} drops imaginary parts")
            return value, *vjps

        checked.__name__ = rule.__name__
        return checked

    def computed(self, op, value, node):
        pass

    def shown(self, array):
        return array
