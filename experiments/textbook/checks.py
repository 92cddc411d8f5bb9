"""Numerical derivatives: the step that is neither too long nor too short, and what a kink does to them."""

from pathlib import Path

import numpy as np

from autograd.proof.checking.judge import EPS
from autograd.proof.step_sizes import STEPS, curves

from ..style import figure, headline
from .look import powers_of_ten

FORWARD, CENTRAL, SINGLE, COMPLEX = "#e69f00", "#0072b2", "#d55e00", "#009e73"
COLOURS = {
    "forward, float64": FORWARD,
    "central, float32": SINGLE,
    "central, float64": CENTRAL,
    "complex step, float64": COMPLEX,
}


def plot_step_sizes(path: Path) -> None:
    """The V: error against step size for differences in float64 and float32; the complex step has no second arm."""
    with figure(path, 7.4, 4.2) as fig:
        axes = fig.subplots()
        best = {}
        for label, error in curves().items():
            best[label] = error.min()
            axes.plot(STEPS, np.maximum(error, 1e-17), color=COLOURS[label], label=label)
        headline(
            fig,
            f"Too short a step rounds, too long a step bends: central differences reach {best['central, float64']:.0e} "
            f"in float64 and only {best['central, float32']:.0e} in float32",
        )
        axes.axvline(EPS, color=CENTRAL, linewidth=1, linestyle=(0, (4, 2)))
        axes.annotate("step of gradcheck,\n6e-6", (6e-6, 3e-16), xytext=(8, 0), textcoords="offset points", fontsize=8)
        axes.set_xscale("log")
        axes.set_yscale("log")
        powers_of_ten(axes.xaxis, every=3)
        powers_of_ten(axes.yaxis, every=2)
        axes.set_ylim(1e-17, 10)
        axes.set_xlabel("step h")
        axes.set_ylabel("relative error of d tanh(x)/dx, median over x")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def plot_kinks(path: Path) -> None:
    """The central difference of relu near its corner, at two step sizes: wrong within a step, and nowhere else."""
    x = np.linspace(-0.25, 0.25, 1001)
    with figure(path, 6.6, 3.2) as fig:
        headline(fig, "Within one step of relu's corner a difference shows neither slope; a shorter step comes closer")
        axes = fig.subplots()
        axes.plot(x, (x > 0) * 1.0, color="black", linewidth=1, label="what backward says")
        for h, colour in ((0.1, SINGLE), (0.05, CENTRAL)):
            difference = (np.maximum(x + h, 0) - np.maximum(x - h, 0)) / (2 * h)
            axes.plot(x, difference, color=colour, label=f"central difference, h = {h}")
        axes.set_xlabel("x")
        axes.set_ylabel("slope of relu")
        axes.legend(loc="upper left")
