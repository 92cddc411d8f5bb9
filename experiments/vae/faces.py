"""The faces of a run: the split, what config.json says of them, and some of them before and after preparation."""

from typing import Any

import numpy as np

from data.faces.load import Faces, preparation_stages, split_faces
from experiments.runs.folder import RunFolder, UsageError
from experiments.vae.settings import MIN_IMAGES, VaeSettings
from vae.snapshot import SHOWN

HELD_OUT_SHARE, MAX_HELD_OUT = 0.1, 1000
STAGES_SHOWN = 4


def split(faces: Faces, seed: int) -> tuple[Faces, Faces]:
    """Training and held-out faces.

    Raises:
        UsageError: there are too few different faces.
    """
    too_few = f"--data: {len(faces)} pictures are too few: at least {MIN_IMAGES} different ones are needed"
    if len(faces) < MIN_IMAGES:
        raise UsageError(too_few)
    wanted = min(max(round(HELD_OUT_SHARE * len(faces)), SHOWN), MAX_HELD_OUT)
    try:
        training, held_out = split_faces(faces, wanted, seed)
    except ValueError as error:
        raise UsageError(f"{too_few} ({error})") from None
    if min(len(training), len(held_out)) < SHOWN:
        raise UsageError(f"{too_few}; many of these are copies of each other")
    return training, held_out


def facts(faces: Faces, training: Faces, held_out: Faces) -> dict[str, Any]:
    """What config.json says of the data; a resumed run must have the same."""
    return {
        "source": faces.source,
        "drawn": faces.drawn,
        "sha256": faces.content_hash,
        "images": len(faces),
        "training": len(training),
        "held_out": len(held_out),
        "skipped": [list(item) for item in faces.skipped],
    }


def save_stages(folder: RunFolder, faces: Faces, settings: VaeSettings) -> None:
    """Write some pictures as they were, cropped and resized, to `arrays/preprocessing.npz`; drawn faces have none."""
    if faces.path is None:
        return
    arrays: dict[str, np.ndarray] = {}
    stages = preparation_stages(faces.path, STAGES_SHOWN, settings.image_size, settings.seed)
    for i, stage in enumerate(stages):
        arrays |= {f"original_{i}": stage.original, f"crop_{i}": stage.cropped, f"resized_{i}": stage.resized}
    folder.write_arrays("arrays/preprocessing.npz", arrays)
