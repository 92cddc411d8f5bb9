"""The latent units: the KL of each, and how well a linear map reads the true factors of drawn faces from them."""

import os

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from experiments.prose import listed
from experiments.style import GREY, figure, headline
from experiments.vae.figures.look import colours, markers
from experiments.vae.saved import SavedVae
from experiments.vae.words import latent_facts, name, nats, title
from vae.diagnostics import SILENT_NATS

LOWEST = 0.01  # nats: smaller values are drawn here, because a KL can be 0


def plot_kl_per_unit(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """A panel for each weight: the units' held-out KL as dots, largest first, all on one scale."""
    weights = [weight for weight in run.weights if run.has_snapshot(weight)]
    with figure(path, max(6.0, 1.2 + 3.4 * len(weights)), 3.9, drawn=run.drawn) as fig:
        totals = listed([f"{nats(_kl(run, weight).sum())} at {name(weight)}" for weight in weights])
        headline(fig, f"The latent code of a held-out face costs {totals}")
        panels = fig.subplots(1, len(weights), sharey=True, squeeze=False)[0]
        for axes, weight in zip(panels, weights, strict=True):
            draw_kl(axes, run, weight)
            axes.set_title(f"{title(run, weight)}\n{latent_facts(run, weight)}".strip())
        panels[0].set_ylabel("KL of a unit (nats), logarithmic")


def draw_kl(axes: Axes, run: SavedVae, weight: float) -> None:
    """Dots of one weight on the scale that all weights share; below the dashed line a unit tells almost nothing."""
    kl = np.sort(_kl(run, weight))[::-1]
    axes.plot(np.arange(1, len(kl) + 1), np.maximum(kl, LOWEST), "o", markersize=3.5, color=colours(run)[weight])
    axes.axhline(SILENT_NATS, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yscale("log")
    highest = max(float(_kl(run, other).max()) for other in run.weights if run.has_snapshot(other))
    axes.set_ylim(0.7 * LOWEST, 10.0 ** np.ceil(np.log10(max(highest, SILENT_NATS) * 1.3)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}" if value > LOWEST else f"≤ {LOWEST:g}"))
    axes.set_xlim(0.3, len(kl) + 0.7)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
    axes.set_xlabel("latent units, largest first")


def plot_factors(run: SavedVae, path: str | os.PathLike[str]) -> None:
    """A row for each true factor: its R squared for each weight, factors that are read best on top."""
    table = run.table("factors.csv").pivot_table(index="factor", columns="kl_weight", values="r_squared")
    weights = [weight for weight in run.weights if weight in table.columns]
    first = run.reference if run.reference in weights else weights[0]
    table = table.loc[table[first].sort_values(kind="stable").index]
    with figure(path, 8.0, 1.6 + 0.24 * len(table), drawn=run.drawn) as fig:
        axes = fig.subplots()
        headline(fig, _factors_finding(table[first], first))
        rows = np.arange(len(table))
        dodge = np.linspace(0.2, -0.2, len(weights)) if len(weights) > 1 else [0]  # so that equal scores do not overlap
        for weight, shift in zip(weights, dodge, strict=True):
            scores = table[weight].to_numpy(float)
            axes.scatter(
                np.clip(scores, 0, 1), rows + shift, s=26, color=colours(run)[weight], marker=markers(run)[weight],
                label=name(weight), alpha=0.9, linewidth=0, zorder=3, clip_on=False,
            )  # fmt: skip
        axes.set_yticks(rows, [factor.replace("_", " ") for factor in table.index])
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.7, len(table) - 0.3)
        axes.set_xlabel("R² of a linear map from drawn z to the factor, on faces that the fit did not see")
        axes.legend(loc="lower right")
        if (table[weights] < 0).to_numpy().any():
            note = "R² below 0 (worse than predicting the mean) is drawn at 0"
            axes.text(1.0, 1.01, note, transform=axes.transAxes, ha="right", color=GREY, fontsize=8)


def _factors_finding(scores, weight: float) -> str:
    readable = int((scores > 0.5).sum())
    best = str(scores.idxmax()).replace("_", " ")
    return (
        f"{name(weight)}: {readable} of {len(scores)} true factors can be read from the code with R² above "
        f"0.5, best of all {best} ({scores.max():.2f})"
    )


def _kl(run: SavedVae, weight: float) -> np.ndarray:
    return run.snapshot(weight)["kl_per_unit"].astype(float)
