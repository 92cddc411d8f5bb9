"""The verdict on one derivative: right, wrong, at a kink, or not to be judged.

There are three numbers: `analytic` (from backward), the complex step, and differences. Where the function is analytic,
the complex step decides: it knows neither truncation nor cancellation. That it is analytic shows in differences, which
must agree with the complex step as far as they can see. Elsewhere differences decide, with their error bar; and where
the error bar is longer than the derivative, nobody can tell, and the verdict says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .differences import Difference, best_difference
from .kinks import KINK, judge_error
from .probe import COMPLEX_STEP, Probe, noise_of

Along = Callable[[np.ndarray], float]

EPS = float(np.finfo(np.float64).eps) ** (1 / 3)
RIGHT, WRONG, AT_KINK, UNSURE = "right", "wrong", "kink", "unsure"
SEEN = 1e-6  # how well a plain central difference confirms the complex step
RESOLUTION = 3e-5  # relative error bar beyond which differences cannot tell a wrong gradient
INVISIBLE = 1e-6  # an error that changes the results by less than this share may be rounding
ROUNDINGS = 64  # how many roundings a backward pass may add up
CLEARLY = 1e4  # an error so many times as large as the noise of the complex step is none of its roundings
NEARBY = (0.0, 0.5, 1.5, 2.0)  # multiples of x where the derivative is looked at for its ordinary size


@dataclass(frozen=True)
class Verdict:
    """What was found for one derivative.

    numeric      the derivative that decided, NaN if none could
    by_complex   whether it is that of the complex step
    difference   that of differences, where they could see it
    step, error  of the differences
    """

    verdict: str
    numeric: float
    by_complex: bool
    difference: float
    step: float
    error: float = 0.0
    is_rounding: bool = False


@dataclass(frozen=True)
class Judge:
    """Judges derivatives in one argument.

    rtol, atol  as for `gradcheck`
    step        the step of differences, relative to the direction; None for the best one
    nearby      gives backward's gradient with the argument scaled by a factor: how noisy is backward itself?
    """

    probe: Probe
    rtol: float
    atol: float | None
    step: float | None
    nearby: Callable[[float], np.ndarray]

    def allowed(self, analytic: float, numeric: float) -> float:
        """max(atol, rtol * size of the derivative)."""
        return max(self.atol or 0.0, self.rtol * max(abs(analytic), abs(numeric)))

    def __call__(self, u: np.ndarray, analytic: float, along: Along) -> Verdict:
        """The verdict on `analytic`, the derivative along u; `along` gives that of any gradient of this shape."""
        h = self.step or EPS
        if not np.isfinite(analytic):
            value, _ = self.probe.central(u, h)
            return Verdict(WRONG, value, False, value, h)
        exact = self.probe.complex_step(u)
        difference, rounding = self.probe.central(u, h)
        if exact is not None:
            size = max(abs(exact), abs(difference))
            exactly_zero = analytic == exact == difference == 0
            if exactly_zero or (abs(exact - difference) <= SEEN * size + 4 * rounding and 4 * rounding <= 1e-3 * size):
                return self._by_complex_step(u, analytic, exact, difference, h, along)
        elif quick := self._by_plain_difference(u, analytic, difference, rounding, h):
            return quick
        return self._closely(u, analytic, exact, along)

    def _by_plain_difference(self, u, analytic, difference, rounding, h) -> Verdict | None:
        """The verdict where one look is enough: both agree, or they are far apart and no step changes that."""
        error, size = abs(analytic - difference), max(abs(analytic), abs(difference))
        if not 4 * rounding <= RESOLUTION * size or difference == 0:
            return None
        if error <= self.allowed(analytic, difference):
            return Verdict(RIGHT, difference, False, difference, h, rounding)
        others = [self.probe.central(u, factor * h)[0] for factor in (0.5, 37)]
        clear = error > 1e-2 * size and all(abs(difference - other) <= 1e-3 * error for other in others)
        if clear and judge_error(self.probe, u, h, analytic, difference, rounding) != KINK:
            return Verdict(WRONG, difference, False, difference, h, rounding)
        return None

    def _closely(self, u, analytic, exact, along) -> Verdict:
        """What plain differences do not confirm: look at all step sizes."""
        best = best_difference(self.probe, u, self.step)
        if exact is not None and not abs(exact - best.value) > 4 * best.error + SEEN * abs(exact):
            seen = best.value if best.error < 1e-3 * abs(best.value) else np.nan
            return self._by_complex_step(u, analytic, exact, seen, best.step, along)
        return self._by_differences(u, analytic, best)

    def _by_complex_step(self, u, analytic, exact, difference, h, along) -> Verdict:
        error = abs(analytic - exact)
        if error <= self.allowed(analytic, exact):
            return Verdict(RIGHT, exact, True, difference, h)
        if self.atol is None and self.rtol and self._is_rounding(u, analytic, exact, along):
            return Verdict(RIGHT, exact, True, difference, h, is_rounding=True)
        return Verdict(WRONG, exact, True, difference, h)

    def _by_differences(self, u, analytic, best: Difference) -> Verdict:
        error, bar = abs(analytic - best.value), 4 * best.error
        size = max(abs(analytic), abs(best.value))
        verdict = UNSURE
        if not np.isfinite(best.value):
            verdict = UNSURE
        elif error > self.allowed(analytic, best.value) + bar:
            kink = judge_error(self.probe, u, best.step, analytic, best.central, best.error)
            verdict = AT_KINK if kink == KINK else WRONG
        elif bar <= max(RESOLUTION * size, self.atol or 0.0) or analytic == best.value == 0:
            verdict = RIGHT
        elif (
            abs(analytic) <= ROUNDINGS * np.finfo(float).eps * self._largest_cotangent()
            and bar <= 1e-6 * self._largest_cotangent()
        ):
            return Verdict(RIGHT, best.value, False, best.value, best.step, best.error, is_rounding=True)
        elif judge_error(self.probe, u, best.step, analytic + 2 * bar, best.central, best.error) == KINK:
            verdict = AT_KINK
        return Verdict(verdict, best.value, False, best.value, best.step, best.error)

    def _largest_cotangent(self):
        return max((float(np.abs(v).max(initial=0)) for v in self.probe.cotangents), default=0.0)

    def _is_rounding(self, u, analytic, exact, along) -> bool:
        """Whether backward and the complex step differ by rounding alone, as 1 - y^2 does for tanh at x = 20.

        Such an error is small beside the derivative's ordinary size, that at other multiples of x; and backward is
        exactly 0, or the error jumps about from one multiple of x to the next, which that of a wrong formula does not.
        """
        error = abs(analytic - exact)
        if analytic == 0:
            shorter = self.probe.complex_step(u, COMPLEX_STEP / 1000)
            if shorter is not None and abs(shorter) < abs(exact) / 100:
                return True  # all that the complex step sees is its own truncation: the derivative is 0
        if error > INVISIBLE * self.probe.size():
            return False
        x = self.probe.x
        elsewhere = [self.probe.complex_step(u, at=factor * x) for factor in NEARBY]
        ordinary = max([abs(d) for d in elsewhere if d is not None and np.isfinite(d)], default=0.0)
        floor = ROUNDINGS * np.finfo(float).eps * ordinary
        if analytic == 0 and error <= floor:
            return True
        return self._is_erratic(u, along, error, max(floor, ROUNDINGS * np.finfo(float).eps * self.probe.size()))

    def _is_erratic(self, u, along, error, floor) -> bool:
        """Whether the error jumps about from one multiple of x to the next, as rounding does and no formula."""
        for spacing in (1e-6, 1e-4, 1e-2):
            factors = 1 + spacing * np.arange(8)
            found = [self.probe.complex_step(u, at=factor * self.probe.x) for factor in factors]
            if None in found:
                return False
            exact = np.array(found, float)
            noise = noise_of(exact)
            if spacing < 1e-3 and error <= 16 * noise:
                return True  # the complex step itself is not more accurate
            if error > max(floor, CLEARLY * noise):
                return False  # no other spacing changes that; a wrong gradient has many such elements
            of_backward = np.array([along(self.nearby(factor)) for factor in factors])
            off = of_backward / np.where(exact == 0, np.nan, exact) - 1
            if error <= floor and not noise_of(off) < abs(off[0]) / 16:
                return True
        return False
