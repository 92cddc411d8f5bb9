"""Rate and distortion: the length of the code against the error of the picture, and what the code describes."""

import os

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from experiments.style import GREY, NarrowFigure, figure, headline
from experiments.vae.figures.look import colours, markers
from experiments.vae.saved import RateCurve, SavedVae
from experiments.vae.words import name, nats, times, whole_percent

DESCRIBED = 0.5  # a frequency is described if the residual has less than this share of the pictures' power


def plot_rate_distortion(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """KL against squared error: a marker for each weight, a line for the best linear codes of all weights."""
    line = run.linear_curve()
    weights = [weight for weight in run.weights if run.distortion(weight) > 0]
    with figure(path, 7.2, 4.6, drawn=run.drawn) as fig:
        headline(fig, rate_finding(run, run.reference if run.reference in weights else weights[0], line))
        axes = fig.subplots()
        if line is not None:
            axes.plot(line.rates, line.distortions, color=GREY, linewidth=1.6, label="best linear code, any weight")
        for weight in weights:
            rate, error = run.final(weight, "kl"), run.distortion(weight)
            axes.plot(rate, error, markers(run)[weight], color=colours(run)[weight], markersize=8, label=name(weight))
            bent = run.final(weight, "kl_mapped")
            if np.isfinite(bent):
                axes.plot([rate, bent], [error, error], color=colours(run)[weight], linewidth=1.2, linestyle=":")
        axes.plot([], [], color=GREY, linewidth=1.2, linestyle=":", label="saved by the linear map")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("rate: KL, nats per image")
        axes.set_ylabel("distortion: squared error per value, z drawn")
        plain = FuncFormatter(lambda value, _: f"{value:g}")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(plain)
            axis.set_minor_formatter(plain if axis is axes.yaxis else FuncFormatter(lambda *_: ""))
        _limit(axes, run, weights)
        axes.legend(loc="upper right")


def _limit(axes: Axes, run: SavedVae, weights: list[float]) -> None:
    """Around the markers, not the whole line: a linear code may cost anything."""
    rates = [run.final(weight, "kl") for weight in weights]
    errors = [run.distortion(weight) for weight in weights]
    axes.set_xlim(max(min(rates) / 2, 0.05), max(rates) * 2)
    axes.set_ylim(min(errors) / 1.35, max(errors) * 1.35)


def rate_finding(run: SavedVae, w: float, line: RateCurve | None) -> str:
    rate, error = run.final(w, "kl"), run.distortion(w)
    start = f"{name(w)} reaches a squared error of {error:.4f} with a code of {nats(rate)}"
    if line is None or not line.rates.min() <= rate <= line.rates.max():
        return start
    linear = float(np.exp(np.interp(np.log(rate), np.log(line.rates[::-1]), np.log(line.distortions[::-1]))))
    beside = f"{whole_percent(abs(1 - error / linear))} {'less' if error < linear else 'more'}"
    return f"{start}, {beside} than the best linear code of that length"


def plot_spectrum(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """Power by frequency: of held-out faces, of the residuals of reconstructions, and the assumed noise level."""
    weights = [weight for weight in run.weights if run.has_snapshot(weight)]
    pictures = run.snapshot(weights[0])["picture_spectrum"]
    cycles = np.arange(1, len(pictures))  # the mean of a picture, frequency 0, is left out
    with figure(path, 7.2, 4.4, drawn=run.drawn) as fig:
        headline(fig, _spectrum_finding(run, weights, pictures))
        axes = fig.subplots()
        axes.plot(cycles, pictures[1:], color="black", linewidth=2, label="held-out faces (around the mean face)")
        for weight in weights:
            colour, residual = colours(run)[weight], run.snapshot(weight)["residual_spectrum"]
            marker = markers(run)[weight]
            axes.plot(cycles, residual[1:], color=colour, linewidth=1.3, marker=marker, markersize=4, alpha=0.8,
                      markevery=(weights.index(weight), 3), label=f"residual, {name(weight)}")  # fmt: skip
            sigma = run.verdicts.get(weight, {}).get("sigma")
            if sigma:
                axes.axhline(sigma**2, color=colour, linewidth=1, linestyle="--")
        if run.likelihood == "gaussian":
            axes.plot([], [], color=GREY, linewidth=1, linestyle="--", label="assumed noise σ², equal everywhere")
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlabel("cycles per picture")
        axes.set_ylabel("mean square of a frequency's value")
        if isinstance(fig, NarrowFigure):  # which moves it below the panel
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
        else:
            axes.legend(loc="upper right")


def _spectrum_finding(run: SavedVae, weights: list[float], pictures: np.ndarray) -> str:
    parts = []
    for weight in weights:
        left = run.snapshot(weight)["residual_spectrum"][1:] / pictures[1:]
        described = int((left < DESCRIBED).cumprod().sum())
        parts.append(f"{described} cycles at {times(weight)}" if described else f"none at {times(weight)}")
    return f"The code describes at least half of the power up to {', '.join(parts)}; finer detail stays in the residual"
