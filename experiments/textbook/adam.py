"""Adam on two textbook cases: what the bias correction corrects, and a valley that plain descent zigzags in."""

from pathlib import Path

import numpy as np

from autograd.optim import adam_formula

from ..style import GREY, figure, headline
from .look import powers_of_ten

SGD_COLOUR, ADAM_COLOUR = "#d55e00", "#0072b2"


def step_lengths(gradients: np.ndarray, corrected: bool, beta1: float = 0.9, beta2: float = 0.999) -> np.ndarray:
    """How far Adam moves at each step, in learning rates, when it sees these gradients one after the other."""
    m = v = 0.0
    lengths = []
    for n, g in enumerate(gradients, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        if corrected:
            lengths.append(m / (1 - beta1**n) / np.sqrt(v / (1 - beta2**n)))
        else:
            lengths.append(m / np.sqrt(v))
    return np.array(lengths)


def plot_bias_correction(path: Path) -> None:
    """The length of the first 3,000 steps for a gradient that never changes, with and without the correction."""
    steps = np.arange(1, 3001)
    gradients = np.ones(len(steps))
    with_correction, without = step_lengths(gradients, True), step_lengths(gradients, False)
    with figure(path, 6.4, 3.4) as fig:
        headline(fig, f"Without its bias correction Adam's early steps are up to {without.max():.1f} times too long")
        axes = fig.subplots()
        axes.plot(steps, without, color=SGD_COLOUR, label="m / √v: both averages start at 0")
        axes.plot(steps, with_correction, color=ADAM_COLOUR, label="corrected: m / (1 − 0.9ⁿ), v / (1 − 0.999ⁿ)")
        axes.set_xscale("log")
        powers_of_ten(axes.xaxis)
        axes.set_ylim(0, None)
        axes.set_xlabel("update n, for a gradient that is always 1")
        axes.set_ylabel("length of the step, in learning rates")
        axes.legend()


STEEP = 100.0  # the valley: f = (x^2 + 100 y^2) / 2
START = np.array([-4.0, 0.4])
TAKEN = 60


def descent(rate: float) -> np.ndarray:
    """Plain gradient descent down the valley: the points it visits, (steps + 1, 2)."""
    points = [START]
    for _ in range(TAKEN):
        points.append(points[-1] - rate * points[-1] * [1, STEEP])
    return np.array(points)


def adam_path(rate: float) -> np.ndarray:
    """Adam down the same valley."""
    points, m, v = [START], np.zeros(2), np.zeros(2)
    for n in range(1, TAKEN + 1):
        point, m, v = adam_formula(points[-1], points[-1] * [1, STEEP], m, v, n, rate, beta2=0.99)
        points.append(point)
    return np.array(points)


def height(points: np.ndarray) -> np.ndarray:
    return 0.5 * (points[..., 0] ** 2 + STEEP * points[..., 1] ** 2)


def plot_valley(path: Path) -> None:
    """Both paths over the contour lines, each at a rate near the best for it."""
    slow, fast = descent(0.0185), adam_path(0.15)
    x, y = np.meshgrid(np.linspace(-4.4, 1.2, 300), np.linspace(-0.75, 0.75, 200))
    with figure(path, 7.6, 3.6) as fig:
        headline(
            fig,
            f"In a valley 100 times as steep across as along, {TAKEN} steps bring gradient descent "
            f"to x = {slow[-1, 0]:.1f} and Adam to {fast[-1, 0]:.1f}; the lowest point is at 0",
        )
        axes = fig.subplots()
        axes.grid(False)
        axes.contour(x, y, height(np.stack([x, y], -1)), levels=np.geomspace(0.02, 30, 12), colors=GREY, linewidths=0.5)
        axes.plot(*slow.T, color=SGD_COLOUR, marker=".", markersize=3, linewidth=0.8, label="gradient descent")
        axes.plot(*fast.T, color=ADAM_COLOUR, marker=".", markersize=3, linewidth=0.8, label="Adam")
        axes.plot(0, 0, "k+", markersize=9)
        axes.set_xlabel("x: along the valley")
        axes.set_ylabel("y: across it")
        axes.legend(loc="lower right")
