"""The part of the page on which a visitor moves a code and sees what the decoder of every KL weight makes of it."""

from typing import Any

import numpy as np

from experiments.page.player import Player, packed
from experiments.vae.models import load_vae, model_file
from experiments.vae.saved import SavedVae
from experiments.vae.words import name
from vae.compact import CompactLayer, compact_decoder
from vae.trained import Trained

FACES = 16  # to start from
DIRECTIONS, UNITS = 8, 6  # sliders
TEXT = (
    "The decoders of this run, working in the page. Start at a held-out face or at a draw of the prior, go towards "
    "another face, and move the code. A slider counts standard deviations of the codes."
)


def explorer(run: SavedVae) -> tuple[Player, ...]:
    """The player of a run that kept its models and pictures; nothing for any other, and nothing for grey pictures."""
    weights = [weight for weight in run.weights if run.has(model_file(weight)) and run.has_snapshot(weight)]
    if not weights:
        return ()
    faces = run.snapshot(weights[0])["originals"][:FACES]
    if faces.shape[-1] != 3 or len(faces) < 2:
        return ()
    factors = _readable_factors(run, weights)
    directions = [factor.replace("_", " ") for factor in factors] or [
        f"direction {i + 1}" for i in range(min(DIRECTIONS, run.latent))
    ]
    units = [f"unit {i + 1}" for i in range(min(UNITS, run.latent))]
    data = {
        "size": run.image_size,
        "latent": run.latent,
        "faces": packed(faces, deflated=True),
        "legends": ["What is known of a face" if factors else "Main directions of the codes", "Units by their KL"],
        "sliders": [directions, units],
        "models": [_model(run, weight, faces, factors, len(directions), len(units)) for weight in weights],
    }
    return (Player("explorer", "Move the code: what does the decoder make of it?", TEXT, data),)


def _readable_factors(run: SavedVae, weights: list[float]) -> list[str]:
    """The known factors that the codes hold best, for which every model has a direction."""
    if not run.has("factors.csv"):
        return []
    table = run.table("factors.csv")
    best = table[table["kl_weight"] == run.reference].sort_values("r_squared", ascending=False, kind="stable")["factor"]
    return [each for each in best if all(f"direction_{each}" in run.snapshot(weight) for weight in weights)][
        :DIRECTIONS
    ]


def _model(
    run: SavedVae, weight: float, faces: np.ndarray, factors: list[str], directions: int, units: int
) -> dict[str, Any]:
    """A decoder as explorer.js reads it, the codes of the faces, and the moves that the sliders make."""
    trained, arrays = load_vae(run.folder, weight), run.snapshot(weight)
    inverse = np.linalg.inv(trained.linear_map.factor)
    covariance = inverse @ inverse.T
    if factors:
        moves = np.array([arrays[f"direction_{factor}"] for factor in factors])
    else:
        variances, axes = np.linalg.eigh(covariance)
        largest = np.argsort(variances)[::-1][:directions]
        moves = (axes[:, largest] * np.sqrt(variances[largest])).T
    loud = np.argsort(arrays["kl_per_unit"], kind="stable")[::-1][:units]
    singles = np.zeros((units, run.latent))
    singles[np.arange(units), loud] = np.sqrt(np.diag(covariance)[loud])
    return {
        "name": name(weight),
        "decoder": _decoder(trained),
        "codes": _floats(trained.encode(faces)[0]),
        "mean": _floats(trained.linear_map.mean),
        "inverse": _floats(inverse),
        "directions": _floats(moves),
        "units": _floats(singles),
    }


def _decoder(trained: Trained) -> dict[str, Any]:
    decoder = compact_decoder(trained.model)
    return {"layers": list(map(_layer, decoder.layers)), "path": decoder.path and _layer(decoder.path)}


def _layer(layer: CompactLayer) -> dict[str, Any]:
    weight = packed(layer.weight, deflated=True)
    return {"slope": layer.slope, "weight": weight, "scale": packed(layer.scale), "bias": packed(layer.bias)}


def _floats(array: np.ndarray) -> dict[str, Any]:
    return packed(np.asarray(array, np.float32))
