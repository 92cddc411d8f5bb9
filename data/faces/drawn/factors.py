"""The factors of a drawn face: names, ranges, the colours they stand for, and their random choice."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Factors = dict[str, np.ndarray]


class Range(NamedTuple):
    """A continuous factor is low + (high - low) r^power with r uniform in 0..1; power > 1 favours low values."""

    low: float
    high: float
    power: float = 1.0


CONTINUOUS = {
    "skin": Range(0, 1, 2.0),  # porcelain .. brown
    "hair_shade": Range(-1, 1),  # darker .. lighter than the colour in the table below
    "hair_length": Range(0, 1),  # to the chin .. out of the picture (shorter in short styles)
    "eye_size": Range(0, 1),
    "eye_openness": Range(0, 1, 0.4),  # closed .. wide
    "gaze_x": Range(-1, 1),  # to the left .. right of the picture
    "gaze_y": Range(-1, 1),  # up .. down
    "brow_angle": Range(-1, 1),  # worried .. stern
    "brow_height": Range(0, 1),
    "mouth_smile": Range(-1, 1, 0.7),  # corners down .. up
    "mouth_open": Range(0, 1, 1.6),
    "blush": Range(0, 1),
    "tilt": Range(-1, 1),  # the head leans to the left .. right of the picture, up to 14 degrees
    "turn": Range(-1, 1),  # the head looks to the left .. right of the picture
}
HAIR_COLOURS = {
    "black": (60, 56, 74),
    "brown": (122, 80, 60),
    "chestnut": (172, 104, 66),
    "blonde": (246, 214, 128),
    "orange": (240, 142, 70),
    "red": (206, 62, 62),
    "pink": (250, 166, 192),
    "violet": (146, 106, 204),
    "blue": (72, 108, 206),
    "aqua": (110, 204, 222),
    "green": (112, 186, 124),
    "silver": (206, 210, 228),
}
EYE_COLOURS = {
    "brown": (136, 78, 44),
    "amber": (236, 166, 40),
    "red": (216, 52, 64),
    "pink": (238, 104, 164),
    "violet": (146, 86, 220),
    "blue": (50, 116, 228),
    "aqua": (34, 182, 206),
    "green": (62, 176, 92),
}
SKIN_TONES = ((255, 240, 230), (255, 226, 206), (246, 204, 172), (212, 158, 120), (160, 108, 80))  # 0 .. 1
OUTFIT_COLOURS = {
    "white": (246, 246, 250),
    "navy": (58, 70, 122),
    "red": (208, 72, 80),
    "green": (92, 150, 110),
    "yellow": (246, 206, 96),
    "lilac": (190, 166, 222),
}
ACCENT_COLOURS = ((226, 62, 84), (255, 205, 70), (86, 160, 240), (250, 140, 190), (250, 250, 255))
HAIR_STYLES = ("straight", "bob", "wavy", "spiky", "twin tails", "ponytail", "buns")
FRINGES = ("blunt", "parted", "swept left", "swept right", "jagged", "between the eyes")
ACCESSORIES = ("none", "ribbon", "hairband", "clip", "flower", "cat ears")
# name: colour above, colour below, colour of the marks, and what they are
BACKGROUNDS = {
    "plain": ((252, 250, 248), (236, 234, 242), (255, 255, 255), "clouds"),
    "sky": ((116, 186, 246), (214, 238, 252), (255, 255, 255), "clouds"),
    "sunset": ((250, 150, 110), (254, 222, 160), (255, 240, 190), "clouds"),
    "blossom": ((255, 222, 232), (250, 190, 210), (255, 246, 250), "petals"),
    "meadow": ((196, 232, 180), (108, 178, 116), (236, 250, 200), "petals"),
    "night": ((36, 38, 86), (98, 84, 150), (255, 244, 200), "stars"),
    "rays": ((255, 208, 120), (255, 232, 180), (255, 250, 230), "rays"),
    "dots": ((176, 224, 226), (192, 234, 230), (250, 255, 255), "dots"),
}
# A category is a whole number: the position of its name here. All are equally frequent.
CATEGORIES = {
    "hair_colour": tuple(HAIR_COLOURS),
    "hair_style": HAIR_STYLES,
    "fringe": FRINGES,
    "eye_colour": tuple(EYE_COLOURS),
    "outfit": tuple(OUTFIT_COLOURS),
    "accessory": ACCESSORIES,
    "background": tuple(BACKGROUNDS),
}
# Random details in [-1, 1] that no factor describes: how many numbers a face has of each.
JITTERS = {
    "accent": 1,  # colour of collar, ribbons and clips
    "strand": 3,
    "wave": 1,
    "lock end": 9,
    "lock place": 7,
    "lock width": 7,
    "side": 1,  # on which a ponytail or a flower sits
    "tail": 1,
    "ahoge": 3,  # place and bend of the lock that stands up, and whether there is one
    "mark across": 6,  # clouds, petals and stars of the background
    "mark down": 6,
    "mark size": 6,
}
JITTER_START = dict(zip(JITTERS, np.cumsum([0, *JITTERS.values()]), strict=False))


def sample_jitters(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Sample the random details of `count` faces: float32 (count, details) in [-1, 1]."""
    return rng.uniform(-1, 1, (count, sum(JITTERS.values()))).astype(np.float32)


def sample_factors(rng: np.random.Generator, count: int) -> Factors:
    """Draw every factor for `count` faces: continuous ones float32 (count,), categories int64 (count,)."""
    factors: Factors = {}
    for name, (low, high, power) in CONTINUOUS.items():
        factors[name] = (low + (high - low) * rng.random(count) ** power).astype(np.float32)
    for name, names in CATEGORIES.items():
        factors[name] = rng.integers(len(names), size=count)
    return factors
