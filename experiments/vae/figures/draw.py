"""All figures of problem 2 and the GIF, drawn from a run folder alone."""

import os
from pathlib import Path

from experiments.style import narrow
from experiments.vae.figures.architecture import plot_architecture
from experiments.vae.figures.comparison import plot_comparison
from experiments.vae.figures.curves import plot_learning_curve
from experiments.vae.figures.gif import write_gif
from experiments.vae.figures.pictures import (
    plot_interpolations,
    plot_manifold,
    plot_reconstructions,
    plot_samples,
    plot_traversals,
)
from experiments.vae.figures.preparation import plot_preparation
from experiments.vae.figures.rate import plot_rate_distortion, plot_spectrum
from experiments.vae.figures.units import plot_factors, plot_kl_per_unit
from experiments.vae.saved import SavedVae

OF_ONE_WEIGHT = {
    "reconstructions": plot_reconstructions,
    "samples": plot_samples,
    "interpolation": plot_interpolations,
    "traversal": plot_traversals,
}


def draw_all(run_folder: str | os.PathLike[str]) -> list[Path]:
    """Draw every figure for which the run has numbers into its folder ``figures``, and ``samples.gif``.

    Returns the paths in the order of the problem's items. Raises DataError where the folder holds no run.
    """
    run = SavedVae.open(run_folder)
    folder = run.folder / "figures"
    drawn = _draw_preparation(run, folder)
    drawn += _draw_curves(run, folder)
    for weight in run.weights:
        if run.has_snapshot(weight):
            drawn += _draw_weight(run, weight, folder)
    drawn += _draw_together(run, folder) + _draw_charts(run, folder)
    with narrow():
        _draw_curves(run, folder)
        _draw_charts(run, folder)
        _draw_architecture(run, folder)
    if run.frames(run.reference):
        drawn.append(run.folder / "samples.gif")
        write_gif(run, run.reference, drawn[-1])
    return drawn


def _draw_preparation(run: SavedVae, folder: Path) -> list[Path]:
    drawn = []
    if run.stages():
        drawn.append(folder / "preprocessing.png")
        plot_preparation(run, drawn[-1])
    return drawn + _draw_architecture(run, folder)


def _draw_architecture(run: SavedVae, folder: Path) -> list[Path]:
    if not run.config.get("layers"):
        return []
    plot_architecture(run, folder / "architecture.png")
    return [folder / "architecture.png"]


def _draw_curves(run: SavedVae, folder: Path) -> list[Path]:
    drawn = [folder / f"learning_curve_kl_{weight:g}.png" for weight in run.weights]
    for weight, path in zip(run.weights, drawn, strict=True):
        plot_learning_curve(run, [weight], path)
    if len(run.weights) > 1:
        drawn.append(folder / "learning_curve.png")
        plot_learning_curve(run, run.weights, drawn[-1])
    return drawn


def _draw_weight(run: SavedVae, weight: float, folder: Path) -> list[Path]:
    drawn = [folder / f"{kind}_kl_{weight:g}.png" for kind in OF_ONE_WEIGHT]
    for plot, path in zip(OF_ONE_WEIGHT.values(), drawn, strict=True):
        plot(run, weight, path)
    if "manifold" in run.snapshot(weight):
        drawn.append(folder / f"manifold_kl_{weight:g}.png")
        plot_manifold(run, weight, drawn[-1])
    return drawn


def _draw_together(run: SavedVae, folder: Path) -> list[Path]:
    """The sheet that holds all weights."""
    evaluated = [weight for weight in run.weights if run.has_snapshot(weight)]
    if len(evaluated) < 2:
        return []
    path = folder / "comparison.png"
    plot_comparison(run, path)
    return [path]


def _draw_charts(run: SavedVae, folder: Path) -> list[Path]:
    """What compares all weights in one chart."""
    drawn = []
    evaluated = [weight for weight in run.weights if run.has_snapshot(weight)]
    if evaluated:
        drawn.append(folder / "kl_per_unit.png")
        plot_kl_per_unit(run, drawn[-1])
        drawn.append(folder / "spectrum.png")
        plot_spectrum(run, drawn[-1])
    if any(run.distortion(weight) > 0 for weight in evaluated):
        drawn.append(folder / "rate_distortion.png")
        plot_rate_distortion(run, drawn[-1])
    if run.has("factors.csv"):
        drawn.append(folder / "factors.png")
        plot_factors(run, drawn[-1])
    return drawn
