"""Drawn faces: anime-like faces of any size, rendered from a random seed, whose true factors are known.

They replace real pictures where there are none. They also answer a question that real pictures cannot: whether a
latent unit of a model has learned the colour of the hair, the turn of the head or the smile.
"""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from data.faces.drawn import extras as drawn_extras
from data.faces.drawn import eyes as drawn_eyes
from data.faces.drawn import features as drawn_features
from data.faces.drawn import fringe as drawn_fringe
from data.faces.drawn import hair as drawn_hair
from data.faces.drawn.canvas import Array, Box, Canvas, blank_canvas
from data.faces.drawn.factors import CATEGORIES, CONTINUOUS, Factors, sample_factors, sample_jitters
from data.faces.drawn.look import Look
from data.faces.load import Faces, is_image_array
from data.npz_cache import CACHE, Arrays, cached_arrays

Images = NDArray[np.uint8]

DRAWING = 1  # goes into the cache's file names: raise it when the same seed must give other pixels
REACH, MIDDLE = 1.04, -0.04  # half the side and the vertical centre of the picture, in units of the head
NECK = 0.7  # the point about which the head tilts
BATCH = 12  # faces painted together; their arrays fit into the processor's cache


def draw_faces(rng: np.random.Generator, count: int, size: int = 64) -> tuple[Images, Factors]:
    """Draw `count` random faces: images uint8 (count, size, size, 3) and their true factors, each (count,).

    `data.faces.drawn.factors` lists the factors: `CONTINUOUS` with ranges, `CATEGORIES` with the names that
    numbers stand for. Raises ValueError for less than one face or 16 pixels.
    """
    if count < 1 or size < 16:
        raise ValueError(f"draw_faces needs count >= 1 and size >= 16, got count={count}, size={size}")
    factors, jitters = sample_factors(rng, count), sample_jitters(rng, count)
    images = np.empty((count, size, size, 3), np.uint8)
    for start in tqdm(range(0, count, BATCH), "drawing faces", unit=" batches", disable=None, leave=False):
        part = slice(start, start + BATCH)
        look = Look({name: values[part] for name, values in factors.items()}, jitters[part])
        images[part] = render(look, size)
    return images, factors


def load_drawn_faces(seed: int = 0, count: int = 12_000, size: int = 64, *, cache: Path | None = CACHE) -> Faces:
    """The drawn faces of a random seed, from the cache, or drawn and then cached."""
    kept = cache and Path(cache) / f"drawn-{count}-{size}-seed{seed}-v{DRAWING}.npz"

    def draw() -> Arrays:
        images, factors = draw_faces(np.random.default_rng(seed), count, size)
        return {"images": images, **factors}

    def is_usable(arrays: Arrays) -> bool:
        expected = {"images", *CONTINUOUS, *CATEGORIES}
        return set(arrays) == expected and is_image_array(arrays["images"], size, count)

    factors = cached_arrays(kept, draw, is_usable)
    images = factors.pop("images")
    names = tuple(f"drawn face {i}" for i in range(count))
    content_hash = hashlib.sha256(images.tobytes()).hexdigest()
    return Faces(images, names, (), f"the renderer, seed {seed}", content_hash, drawn=True, factors=factors)


def render(look: Look, size: int) -> Images:
    """Paint the faces of a look from back to front: uint8 (B, size, size, 3)."""
    level = blank_canvas(len(look.tilt), size, REACH, MIDDLE)
    head = level.tilted(look.tilt, NECK)

    def part(box: Box) -> Canvas:
        return level.within(box).tilted(look.tilt, NECK)

    drawn_features.background(level, look)
    drawn_extras.behind_the_head(head, look)
    drawn_hair.back_hair(head, look)
    drawn_features.body(level.within(drawn_features.BODY_BOX), look)
    drawn_features.face(part(drawn_features.FACE_BOX), look)
    drawn_features.blush(part(drawn_features.CHEEKS_BOX), look)
    fringe = drawn_fringe.fringe(head, look)
    drawn_fringe.fringe_shadow(head, look, fringe)
    drawn_features.nose(part(drawn_features.NOSE_BOX), look)
    drawn_features.mouth(part(drawn_features.MOUTH_BOX), look)
    for side, box in drawn_eyes.EYES_BOXES.items():
        drawn_eyes.eye(part(box), look, side)
    drawn_fringe.front_hair(head, look, fringe)
    drawn_fringe.ahoge(head, look)
    drawn_extras.on_the_hair(head, look)
    drawn_eyes.brows(part(drawn_eyes.BROWS_BOX), look)
    return _levels(level.colours)


def _levels(colours: Array) -> Images:
    """Colours (3, B, H, W) in [0, 1] as levels 0..255, channels last."""
    return np.moveaxis(np.clip(colours * 255 + 0.5, 0, 255).astype(np.uint8), 0, -1)
