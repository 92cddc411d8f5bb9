"""Which step size? The error of a numerical derivative against its step size is a V, in float64 and in float32.

The reference is the backward pass of tanh at 101 points in float64. A large step has a large truncation error. A small
step subtracts nearly equal numbers, so rounding dominates. The complex step has no subtraction.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..rules.elementwise import tanh
from .checking.judge import EPS

STEPS = np.geomspace(1e-15, 1, 61)
POINTS = np.linspace(-2, 2, 101)


def forward_difference(f: Callable[..., Any], x: np.ndarray, h: Any) -> np.ndarray:
    """(f(x + h) - f(x)) / h, with truncation error h/2 f''."""
    return (f(x + h) - f(x)) / h


def central_difference(f: Callable[..., Any], x: np.ndarray, h: Any) -> np.ndarray:
    """(f(x + h) - f(x - h)) / 2h, with truncation error h^2/6 f''': even powers cancel."""
    return (f(x + h) - f(x - h)) / (2 * h)


def complex_step(f: Callable[..., Any], x: np.ndarray, h: Any) -> np.ndarray:
    """Im f(x + ih) / h, with truncation error h^2/6 f''' and no loss of digits in a subtraction."""
    return f(x + 1j * h).imag / h


METHODS: dict[str, tuple[Callable[..., np.ndarray], type]] = {
    "forward, float64": (forward_difference, np.float64),
    "central, float32": (central_difference, np.float32),
    "central, float64": (central_difference, np.float64),
    "complex step, float64": (complex_step, np.float64),
}


def curves() -> dict[str, np.ndarray]:
    """For each method, the relative error of d tanh(x)/dx at each of STEPS: the median over the points."""
    value, vjp = tanh(POINTS)
    exact = vjp(np.ones_like(value))
    found = {}
    for name, (method, dtype) in METHODS.items():
        x: np.ndarray = POINTS.astype(dtype)
        derivatives = np.stack([method(_value, x, dtype(h)) for h in STEPS])
        found[name] = np.median(np.abs(derivatives - exact) / exact, axis=1)
    return found


def _value(x):
    return tanh(x)[0]


def show(path: Path | None = None) -> bool:
    """Print the curves as a table with the best step of each method. If a path is given, draw them too."""
    found = curves()
    print("relative error of the derivative of tanh, median over 101 points, against backward in float64\n")
    print(f"{'step':>10}" + "".join(f"{name:>24}" for name in found))
    for i in range(0, len(STEPS), 4):
        print(f"{STEPS[i]:>10.0e}" + "".join(f"{error[i]:>24.1e}" for error in found.values()))
    for name, error in found.items():
        print(f"{name:22} best: {error.min():.0e} at a step of {STEPS[np.argmin(error)]:.0e}")
    print(f"gradcheck steps by {EPS:.0e}, central, in float64")
    if path is not None:
        draw(found, path)
        print(path)
    return True


def draw(found: dict[str, np.ndarray], path: Path) -> None:
    """Save the figure of the error curves."""
    from matplotlib.figure import Figure  # imported here: only this figure needs matplotlib

    figure = Figure(figsize=(8.0, 4.6), layout="constrained")
    axes = figure.subplots()
    colours = ("#e69f00", "#d55e00", "#0072b2", "#009e73")
    for (name, error), colour in zip(found.items(), colours, strict=True):
        axes.loglog(STEPS, np.maximum(error, 1e-17), color=colour, label=name)
    best = {name: error.min() for name, error in found.items()}
    axes.axvline(EPS, color="grey", linestyle="--", linewidth=1, label=f"gradcheck's step, {EPS:.0e}")
    axes.set_title(
        f"Too short a step rounds, too long a step bends: central differences reach\n{best['central, float64']:.0e} "
        f"in float64 and only {best['central, float32']:.0e} in float32",
        loc="left",
    )
    axes.set_xlabel("step h")
    axes.set_ylabel("relative error of d tanh(x)/dx, median over x")
    axes.legend(loc="lower right", fontsize=8)
    unfinished = path.with_name(f".unfinished-{path.name}")
    figure.savefig(unfinished, dpi=120)
    os.replace(unfinished, path)
