"""Learning-rate schedules: functions of the number of steps taken so far, to be given to an optimiser as its rate.

>>> Adam(parameters, learning_rate=warm_up(100, cosine_decay(3e-3, steps=2000)))

They depend on the step alone and hold no state: a run that is resumed at step n continues with the same rates. Being
partial applications of plain functions, they can be copied and pickled with the optimiser.
"""

import math
from collections.abc import Callable
from functools import partial

Schedule = Callable[[int], float]


def cosine_decay(start: float, steps: int, end: float = 0.0) -> Schedule:
    """From `start` down half a cosine to `end` over `steps` steps, and `end` from then on.

    rate(n) = end + (start - end) (1 + cos(pi n / steps)) / 2

    Source: Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), eq. 5, one period.
    """
    _require_positive("cosine_decay", steps=steps)
    return partial(_cosine_decay, start, steps, end)


def _cosine_decay(start, steps, end, n):
    return end + (start - end) * (1 + math.cos(math.pi * min(n / steps, 1))) / 2


def step_decay(start: float, every: int, factor: float) -> Schedule:
    """`start`, multiplied by `factor` after each `every` steps: rate(n) = start * factor^floor(n / every)."""
    _require_positive("step_decay", every=every)
    return partial(_step_decay, start, every, factor)


def _step_decay(start, every, factor, n):
    return start * factor ** (n // every)


def warm_up(steps: int, schedule: Schedule | float) -> Schedule:
    """`schedule` (or a constant rate) times (n + 1) / steps during the first `steps` steps, unchanged afterwards.

    Adam's first averages come from few gradients and are noisy; small steps limit the harm.
    Source: Goyal et al., "Accurate, large minibatch SGD" (2017), section 2.2.
    """
    _require_positive("warm_up", steps=steps)
    return partial(_warm_up, steps, schedule)


def _warm_up(steps, schedule, n):
    rate = schedule(n) if callable(schedule) else schedule
    return rate * min((n + 1) / steps, 1)


def _require_positive(function, **arguments):
    for name, value in arguments.items():
        if value <= 0:
            raise ValueError(f"{function}: {name} is {value}, expected at least 1")
