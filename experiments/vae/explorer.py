"""The part of the page on which a visitor moves a code and sees what the decoder of every KL weight makes of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.page.player import Player, packed
from experiments.page.study import Row, Strip
from experiments.vae.models import load_vae, model_file
from experiments.vae.saved import SavedVae
from experiments.vae.sheets import ACROSS
from experiments.vae.story import FACES
from experiments.vae.words import name
from vae.compact import STEP, CompactDecoder, CompactLayer, compact_decoders, fine_step
from vae.snapshot import as_bytes
from vae.trained import Trained

DIRECTIONS, UNITS = 8, 6  # sliders
REACH = 3  # standard deviations that the still pictures go to either side
TEXT = (
    "The decoders of this run, working in the page. Start at a held-out face or at a draw of the prior, go towards "
    "another face, and move the code. A slider counts standard deviations of the codes. Touch a picture to make its "
    "model the first to follow."
)


def explorer(run: SavedVae) -> tuple[Player, ...]:
    """The player of a run that kept its models and pictures; nothing for any other, and nothing for grey pictures."""
    weights = [weight for weight in run.weights if run.has(model_file(weight)) and run.has_snapshot(weight)]
    if not weights:
        return ()
    faces = run.snapshot(weights[0])["originals"][:ACROSS]
    if faces.shape[-1] != 3 or len(faces) < 2:
        return ()
    factors = _readable_factors(run, weights)
    directions = [factor.replace("_", " ") for factor in factors] or [
        f"direction {i + 1}" for i in range(min(DIRECTIONS, run.latent))
    ]
    units = [f"unit {i + 1}" for i in range(min(UNITS, run.latent))]
    trained = [load_vae(run.folder, weight) for weight in weights]
    decoders = compact_decoders(trained)
    data = {
        "size": run.image_size,
        "latent": run.latent,
        "faces": FACES,
        "count": len(faces),
        "legends": ["What is known of a face" if factors else "Main directions of the codes", "Units by their KL"],
        "sliders": [directions, units],
        "models": [
            {"name": name(weight), "decoder": decoder_data(decoder), "codes": _fine(_codes(each, faces))}
            | _moves(run, weight, each, factors, len(directions), len(units))
            for weight, each, decoder in zip(weights, trained, decoders, strict=True)
        ],
        "pictures": pictures_data(decoders),
    }
    still = _still(run, weights, trained, factors, directions[0])
    return (Player("explorer", "Move the code: what does the decoder make of it?", TEXT, data, still),)


def _still(run: SavedVae, weights: list[float], trained: list[Trained], factors: list[str], direction: str) -> Strip:
    """The first face in the hands of every model, moved along the first direction."""
    face = run.snapshot(weights[0])["originals"][:1]
    shifts = np.arange(-REACH, REACH + 1)[:, None]
    rows = []
    for weight, each in zip(weights, trained, strict=True):
        move = _directions(run, weight, each, factors, 1)
        rows.append(Row(name(weight), as_bytes(each.decode(each.encode(face)[0] + shifts * move))[None]))
    return Strip(
        tuple(rows),
        f"The code of one held-out face, moved from −{REACH} to {REACH} standard deviations of the codes.",
        f"What every decoder makes of the direction “{direction}”",
    )


def decoder_data(decoder: CompactDecoder) -> dict[str, Any]:
    """A decoder as decoder.js reads it."""
    path = None if decoder.path is None else _fine(decoder.path)
    return {"layers": list(map(_layer, decoder.layers)), "path": path}


def pictures_data(decoders: Sequence[CompactDecoder]) -> dict[str, Any] | None:
    """The pictures that the linear paths of all decoders share, as decoder.js reads them; None without paths."""
    pictures = decoders[0].pictures
    return None if pictures is None else packed(pictures, step=STEP, deflated=True)


def _readable_factors(run: SavedVae, weights: list[float]) -> list[str]:
    """The known factors that the codes hold best, for which every model has a direction."""
    if not run.has("factors.csv"):
        return []
    table = run.table("factors.csv")
    best = table[table["kl_weight"] == run.reference].sort_values("r_squared", ascending=False, kind="stable")["factor"]
    return [each for each in best if all(f"direction_{each}" in run.snapshot(weight) for weight in weights)][
        :DIRECTIONS
    ]


def _codes(trained: Trained, faces: np.ndarray) -> np.ndarray:
    """The posterior means of faces as eps, the code that a compact decoder reads."""
    return trained.linear_map.to_noise(trained.encode(faces)[0])


def _moves(
    run: SavedVae, weight: float, trained: Trained, factors: list[str], directions: int, units: int
) -> dict[str, Any]:
    """What a slider of each direction and of each unit adds to eps for one standard deviation."""
    arrays, factor = run.snapshot(weight), trained.linear_map.factor
    moves = _directions(run, weight, trained, factors, directions)
    loud = np.argsort(arrays["kl_per_unit"], kind="stable")[::-1][:units]
    singles = np.zeros((units, run.latent))
    singles[np.arange(units), loud] = np.sqrt(np.diag(_covariance(trained))[loud])
    return {"directions": _fine(moves @ factor.T), "units": _fine(singles @ factor.T)}


def _directions(run: SavedVae, weight: float, trained: Trained, factors: list[str], count: int) -> np.ndarray:
    """What one standard deviation of each direction adds to the latents z: those of factors, else the main axes."""
    if factors:
        return np.array([run.snapshot(weight)[f"direction_{each}"] for each in factors[:count]])
    variances, axes = np.linalg.eigh(_covariance(trained))
    largest = np.argsort(variances)[::-1][:count]
    return (axes[:, largest] * np.sqrt(variances[largest])).T


def _covariance(trained: Trained) -> np.ndarray:
    """That of the codes, which the linear map has."""
    deviation = np.linalg.inv(trained.linear_map.factor)
    return deviation @ deviation.T


def _layer(layer: CompactLayer) -> dict[str, Any]:
    weight = packed(layer.weight, deflated=True)
    return {"slope": layer.slope, "weight": weight, "scale": _fine(layer.scale), "bias": _fine(layer.bias)}


def _fine(array: np.ndarray) -> dict[str, Any]:
    """Floats in two bytes each."""
    step = fine_step(array)
    return packed(np.rint(array / step).astype(np.int16), step=step, deflated=True)
