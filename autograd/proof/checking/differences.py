"""A derivative from differences, with an honest error bar: many step sizes, Richardson extrapolation, measured noise.

A central difference over a step h is off by c h^2 for a smooth function, and by noise / h for the rounding inside the
function. Two steps, h and h / r, cancel the c h^2:

    R = (r^2 C(h / r) - C(h)) / (r^2 - 1)

What R still changes against C(h / r) tells how large the truncation was; the noise is measured (``Probe.noise``). The
step for which the sum of the two is least gives the derivative, and that sum is its error bar (Ridders, "Accurate
computation of F'(x) and F'(x) F''(x)", 1982; Press et al., Numerical Recipes, section 5.7).
"""

import math
from dataclasses import dataclass

import numpy as np

from .probe import Probe

MAX_STEP, RATIO, LEVELS = 0.5, 4.0, 15  # steps from 0.5 to 2e-9, relative to the scale of the argument


@dataclass(frozen=True)
class Difference:
    """A derivative, how far off it may be, the step h that it comes from, and C(h); `noise` is that of L."""

    value: float
    error: float
    step: float
    central: float
    noise: float


def best_difference(probe: Probe, u: np.ndarray, only: float | None = None) -> Difference:
    """The most accurate difference along u; with `only`, that over this step and its half."""
    ratio = RATIO if only is None else 2.0
    steps = [MAX_STEP / RATIO**j for j in range(LEVELS)] if only is None else [only, only / 2]
    noise, moving = probe.noise(u), probe.moving(u)
    found = [probe.central(u, h, moving) for h in steps]
    central, rounding = (np.array(column) for column in zip(*found, strict=True))
    usable = np.isfinite(central)
    rises = np.abs(2 * central * steps)[usable]
    if rises.any() and not rises.all():  # no change at all over some steps: they are shorter than the rounding
        usable &= central != 0
        noise = max(noise, float(rises[rises > 0].min()) / 2)
    best = Difference(math.nan, math.inf, steps[-1], math.nan, noise)
    for j in range(len(steps) - 1):
        if usable[j] and usable[j + 1]:
            value = (ratio**2 * central[j + 1] - central[j]) / (ratio**2 - 1)
            error = abs(value - central[j + 1]) + max(noise / steps[j + 1], rounding[j + 1])
            if error < best.error:
                best = Difference(float(value), float(error), steps[j], float(central[j]), noise)
    return best
