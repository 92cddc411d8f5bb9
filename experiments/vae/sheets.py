"""The faces of one KL weight on the page: what `figures.pictures` draws into files, as rows of small pictures."""

import numpy as np

from experiments.page.study import Row, Strip
from experiments.vae.figures.pictures import (
    interpolations_finding,
    reconstructions_finding,
    samples_finding,
    traversals_finding,
)
from experiments.vae.saved import SavedVae
from experiments.vae.words import whole_percent

ACROSS = 8  # pictures in a row; on a phone each is then 44 pixels wide
SAMPLES = 32  # draws of the prior, as many through the linear map
EVERY = 2  # of the pictures of a path


def picture_name(weight: float, what: str) -> str:
    """The name by which scripts find a row: "kl-100-samples"."""
    return f"kl-{weight:g}-{what}"


def reconstructions(run: SavedVae, weight: float) -> Strip:
    """Held-out faces, each with its reconstruction below; the first of them stand at the top of the page."""
    arrays = run.snapshot(weight)
    originals, back = arrays["originals"], arrays["reconstructions"]
    shown = slice(ACROSS, 2 * ACROSS) if len(originals) > ACROSS else slice(ACROSS)
    rows = (Row("held-out faces", originals[None, shown]), Row("reconstructions", back[None, shown]))
    return Strip(rows, "Each face is decoded from its posterior mean.", reconstructions_finding(run, weight))


def samples(run: SavedVae, weight: float) -> Strip:
    """The same draws of the prior as trained and through the linear map, and the nearest training faces."""
    arrays = run.snapshot(weight)
    rows = (
        Row("z drawn from N(0, I), as trained", _grid(arrays["samples"]), picture_name(weight, "samples")),
        Row("the same draws through the linear map", _grid(arrays["samples_mapped"])),
        Row("nearest training faces of the first row through the map", arrays["nearest"][None, :ACROSS]),
    )
    near, held_out = run.nearest_distances(weight)[:ACROSS].mean(), run.held_out_distances(weight).mean()
    note = (
        "The draws are the same for every weight. The nearest training faces, mirrored or not, lie "
        f"at an RMS distance of {near:.2f} (mean); those of held-out faces, which are no copies, at {held_out:.2f}."
    )
    return Strip(rows, note, samples_finding(run, weight))


def interpolations(run: SavedVae, weight: float) -> Strip:
    """Straight lines between the codes of two faces, which stand at the ends; arcs between two draws of the prior."""
    arrays = run.snapshot(weight)
    pairs, lines = arrays["pairs"], arrays["interpolations"][:, ::EVERY]
    between = np.concatenate([pairs[:, :1], lines, pairs[:, 1:]], axis=1)
    rows = (
        Row(f"{run.kind} face, line between two codes, {run.kind} face", between),
        Row("arc between two draws of the prior", arrays["prior_paths"][:, ::EVERY]),
    )
    steps = ", ".join(f"{t:g}" for t in np.linspace(0, 1, lines.shape[1]))
    note = f"The outer faces are {run.kind} and held out; between them the code is at t = {steps} of the way."
    return Strip(rows, note, interpolations_finding(run, weight))


def traversals(run: SavedVae, weight: float) -> Strip:
    """A code moved along the main axes of all codes, from -3 to 3 standard deviations."""
    arrays = run.snapshot(weight)
    rows = tuple(
        Row(f"axis {i + 1}, {whole_percent(float(share))} of the codes' variance", pictures[None, ::EVERY])
        for i, (pictures, share) in enumerate(zip(arrays["traversals"], arrays["traversal_shares"], strict=True))
    )
    note = "The code of one held-out face, moved along the main axes of all codes, from −3 to 3 standard deviations."
    return Strip(rows, note, traversals_finding(run, weight))


def _grid(pictures: np.ndarray) -> np.ndarray:
    """The first pictures (N, S, S, 3) as (rows, ACROSS, S, S, 3)."""
    return pictures[: min(SAMPLES, len(pictures) // ACROSS * ACROSS)].reshape(-1, ACROSS, *pictures.shape[1:])
