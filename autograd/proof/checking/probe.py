"""A function under test, seen from one of its arguments: numerical derivatives along a direction.

The results y_k, weighted by the cotangents v_k, make one number L = sum_k <v_k, y_k>. With x the argument, u a
direction and h a step,

    central       (L(x + h u) - L(x - h u)) / 2h      dL/du + O(h^2), rounded to about 1e-16 L / h
    complex step  Im L(x + i h u) / h                 dL/du + O(h^2), and nothing is subtracted: h = 1e-30 will do

The complex step (Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998) is
right to the last digits where every operation on the way is analytic, and plainly wrong where one is not (|x|, a
rounding, a library that drops imaginary parts). Which it is shows beside the central difference.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...mode import no_grad
from ...tensor import Tensor
from .arguments import Argument

ROUNDING = 8 * float(np.finfo(np.float64).eps)  # relative error of a result: a few roundings on the way to it
COMPLEX_STEP = 1e-30


@dataclass(frozen=True)
class Probe:
    """Evaluations of `run`, the function on its arguments, with one argument moved from its own value, x.

    `here` are the results at x.
    """

    argument: Argument
    run: Callable[[], list[Tensor]]
    cotangents: Sequence[np.ndarray]
    x: np.ndarray
    here: Sequence[np.ndarray]

    def results_at(self, moved: np.ndarray) -> list[np.ndarray]:
        """The function's results where the argument is `moved`; it is moved back afterwards."""
        try:
            self.argument.value.data = np.asarray(moved)
            with no_grad():
                return [y.data for y in self.run()]
        finally:
            self.argument.value.data = self.x

    def central(self, u: np.ndarray, h: float) -> tuple[float, float]:
        """The derivative along u, and how far off it may be by rounding alone."""
        above, below = self.results_at(self.x + h * u), self.results_at(self.x - h * u)
        size = sum(np.sum(np.abs(v * p)) for v, p in zip(self.cotangents, above, strict=True))
        return self.rise(below, above) / (2 * h), float(ROUNDING * size / h)

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

    def complex_step(self, u: np.ndarray, checked: Sequence[Argument]) -> float | None:
        """The derivative along u, or None where the function does not take complex numbers.

        All arguments of the check become complex for the moment, since an op does not mix the two kinds.
        """
        kept: list[tuple[Any, np.ndarray]] = [(a.value, a.value.data) for a in checked]
        try:
            for tensor, data in kept:
                tensor._array = data.astype(np.complex128)  # past `data`, which keeps a leaf's dtype
            self.argument.value._array = self.x + 1j * COMPLEX_STEP * u
            with no_grad(), warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("error")  # "discarding the imaginary part" and the like
                results = [y.data for y in self.run()]
        except Exception:  # whatever an op says to a complex number, this oracle has nothing to say
            return None
        finally:
            for tensor, data in kept:
                tensor._array = data
        parts = zip(self.cotangents, results, strict=True)
        return float(sum(np.sum(v * y.imag) for v, y in parts) / COMPLEX_STEP)
