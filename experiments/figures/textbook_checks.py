"""Numerical derivatives: the step that is neither too long nor too short, and what a kink does to them."""

from pathlib import Path

import numpy as np

from .style import figure, headline
from .textbook_look import powers_of_ten

STEPS = np.geomspace(1e-15, 1, 61)
POINTS = np.linspace(-2, 2, 101)
FORWARD, CENTRAL, SINGLE, COMPLEX = "#e69f00", "#0072b2", "#d55e00", "#009e73"


def errors(method, dtype) -> np.ndarray:
    """The median over 101 points of |difference quotient - cos x| / |cos x|, for sin and each step of STEPS."""
    x = POINTS.astype(dtype)
    exact = np.cos(POINTS)
    found = [method(x, dtype(h)) for h in STEPS]
    return np.array([np.median(np.abs(f - exact) / np.abs(exact)) for f in found])


def forward_difference(x, h):
    return (np.sin(x + h) - np.sin(x)) / h


def central_difference(x, h):
    return (np.sin(x + h) - np.sin(x - h)) / (2 * h)


def complex_step(x, h):
    return np.sin(x + 1j * h).imag / h


def plot_step_sizes(path: Path) -> None:
    """The V: error against step size for differences in float64 and float32; the complex step has no second arm."""
    with figure(path, 7.4, 4.2) as fig:
        drawn = [
            ("forward, float64", FORWARD, forward_difference, np.float64),
            ("central, float32", SINGLE, central_difference, np.float32),
            ("central, float64", CENTRAL, central_difference, np.float64),
            ("complex step, float64", COMPLEX, complex_step, np.float64),
        ]
        axes = fig.subplots()
        best = {}
        for label, colour, method, dtype in drawn:
            error = errors(method, dtype)
            best[label] = error.min()
            axes.plot(STEPS, np.maximum(error, 1e-17), color=colour, label=label)
        headline(
            fig,
            f"Too short a step rounds, too long a step bends: central differences reach {best['central, float64']:.0e} "
            f"in float64 and only {best['central, float32']:.0e} in float32",
        )
        axes.axvline(np.finfo(np.float64).eps ** (1 / 3), color=CENTRAL, linewidth=1, linestyle=(0, (4, 2)))
        axes.annotate("step of gradcheck,\n6e-6", (6e-6, 3e-16), xytext=(8, 0), textcoords="offset points", fontsize=8)
        axes.set_xscale("log")
        axes.set_yscale("log")
        powers_of_ten(axes.xaxis, every=3)
        powers_of_ten(axes.yaxis, every=2)
        axes.set_ylim(1e-17, 10)
        axes.set_xlabel("step h")
        axes.set_ylabel("relative error of d sin(x)/dx, median over x")
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
