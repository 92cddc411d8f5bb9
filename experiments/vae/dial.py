"""The KL dial: the rate-distortion curve of the trained weights, on which a visitor drags from one to the next."""

from pathlib import Path
from typing import Any

import numpy as np

from experiments.page.dial import Dial, Point
from experiments.page.pictures import grid_of_pictures
from experiments.runs.saved import CONFIG, read_config
from experiments.vae.figures.rate import rate_finding
from experiments.vae.saved import SavedVae
from experiments.vae.sheets import ACROSS, picture_name
from experiments.vae.story import FACES
from experiments.vae.words import nats, times

SWEEP = Path("study-vae", "weights")  # where `python -m experiments study vae` trains many weights, beside the run
MIN_RATE = 0.05  # nats: a smaller KL is drawn here, because the axis is logarithmic
TEXT = "A larger weight of the KL term gives a shorter code and a worse picture."
HOW = (
    "Drag along the curve, or move the slider with the arrow keys: the reconstructions and the samples of each weight "
    "come up."
)


def dial(run: SavedVae) -> tuple[Dial, ...]:
    """The dial of the sweep of weights that lies beside a run, else of the run itself; nothing without a rate."""
    sweep = _sweep(run.folder.parent / SWEEP)
    for source in (sweep, run) if sweep else (run,):
        evaluated = [weight for weight in source.weights if source.has_snapshot(weight)]
        weights = sorted(weight for weight in evaluated if source.distortion(weight) > 0)
        if len(weights) > 1:
            return (_dial(source, weights, own=source is run),)
    return ()


def _sweep(folder: Path) -> SavedVae | None:
    """The finished run of many weights in a folder, if there is one."""
    if not (folder / CONFIG).is_file() or not read_config(folder, "vae")["finished"]:
        return None
    return SavedVae.open(folder)


def _dial(run: SavedVae, weights: list[float], own: bool) -> Dial:
    line = run.linear_curve()
    points = tuple(_point(run, weight) for weight in weights)
    what = (
        f"the {len(weights)} weights of this run"
        if own
        else f"the {len(weights)} weights of the sweep in {SWEEP.parent}"
    )
    caption = (
        f"Points: {what}, on {run.config['data']['held_out']:,} held-out faces of {run.image_size} pixels, after "
        f"{run.config.get('epochs', '?')} epochs. The error is that of a drawn code. "
        "Line: the best linear code of any weight, in theory."
    )
    pictures = [_own_pictures(weight) if own else _pictures(run, weight) for weight in weights]
    first = run.reference if run.reference in weights else weights[0]
    faces = FACES if own else _address(run.snapshot(weights[0])["originals"][None, :ACROSS])
    return Dial(
        heading=rate_finding(run, first, line),
        text=TEXT,
        how=HOW,
        caption=caption,
        x_label="rate: KL, nats per image",
        y_label="distortion: squared error per value",
        line_label="best linear code",
        line=() if line is None else tuple(zip(line.rates.tolist(), line.distortions.tolist(), strict=True)),
        points=points,
        data={
            "faces": faces,
            "start": weights.index(first),
            "pictures": pictures,
        },
    )


def _point(run: SavedVae, weight: float) -> Point:
    rate, distortion = run.final(weight, "kl"), run.distortion(weight)
    words = f"KL {times(weight)}: a code of {nats(rate)}, squared error {distortion:.4f}"
    return Point(times(weight), max(rate, MIN_RATE), distortion, words)


def _own_pictures(weight: float) -> dict[str, Any]:
    """The names of the pictures on the page."""
    return {what: picture_name(weight, what) for what in ("reconstructions", "samples")}


def _pictures(run: SavedVae, weight: float) -> dict[str, Any]:
    """The pictures themselves: some reconstructions, some samples."""
    arrays = run.snapshot(weight)
    return {what: _address(arrays[what][None, :ACROSS]) for what in ("reconstructions", "samples")}


def _address(pictures: np.ndarray) -> str:
    return grid_of_pictures(pictures).address
