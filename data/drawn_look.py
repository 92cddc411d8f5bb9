"""The factors of a drawn face: their names, ranges and random choice, and the colours that they mean."""

import math
from collections.abc import Callable, Iterable
from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.drawn_canvas import Array, Canvas

Factors = dict[str, np.ndarray]


class Range(NamedTuple):
    """A continuous factor is low + (high - low) r^power, r uniform in 0..1: power > 1 favours the low end."""

    low: float
    high: float
    power: float = 1.0


CONTINUOUS = {
    "skin": Range(0, 1, 2.0),  # porcelain .. brown
    "hair_shade": Range(-1, 1),  # darker .. lighter than the name of its colour says
    "hair_length": Range(0, 1),  # chin .. out of the picture (less for styles that are short by nature)
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
# Free choices in [-1, 1] for each face that no factor names, and how many of each: strands, where locks
# end ...
JITTERS = {
    "accent": 1,
    "strand": 3,
    "wave": 1,
    "lock end": 9,
    "lock place": 7,
    "lock width": 7,
    "side": 1,
    "tail": 1,
    "ahoge": 3,
    "mark across": 6,
    "mark down": 6,
    "mark size": 6,
}
_JITTER_START = dict(zip(JITTERS, np.cumsum([0, *JITTERS.values()]), strict=False))
MAX_TILT = math.radians(14)


def sample_jitters(rng: np.random.Generator, count: int) -> Array:
    return rng.uniform(-1, 1, (count, sum(JITTERS.values()))).astype(np.float32)


def sample_factors(rng: np.random.Generator, count: int) -> Factors:
    """Draw every factor for `count` faces: continuous ones float32 (count,), categories int64 (count,)."""
    factors: Factors = {}
    for name, (low, high, power) in CONTINUOUS.items():
        factors[name] = (low + (high - low) * rng.random(count) ** power).astype(np.float32)
    for name, names in CATEGORIES.items():
        factors[name] = rng.integers(len(names), size=count)
    return factors


class Look:
    """B faces as the brushes need them: colours (3, B, 1, 1), numbers (B, 1, 1), categories (B,)."""

    def __init__(self, factors: Factors, jitters: Array) -> None:
        number = {name: np.asarray(factors[name], np.float32)[:, None, None] for name in CONTINUOUS}
        self.jitters = jitters
        self.tilt = number["tilt"] * MAX_TILT
        self.turn = number["turn"]
        self.shift = 0.15 * self.turn  # of what lies in front: eyes, nose, mouth
        self.eye_scale = 0.78 + 0.36 * number["eye_size"]
        self.openness = number["eye_openness"]
        self.gaze_x, self.gaze_y = number["gaze_x"], number["gaze_y"]
        self.brow_angle, self.brow_height = number["brow_angle"], number["brow_height"]
        self.smile, self.mouth_open = number["mouth_smile"], number["mouth_open"]
        self.blush, self.hair_length = number["blush"], number["hair_length"]
        self.hair_style, self.fringe = factors["hair_style"], factors["fringe"]
        self.accessory, self.background = factors["accessory"], factors["background"]
        self._set_skin(factors["skin"])
        self._set_hair(factors["hair_colour"], number["hair_shade"])
        self._set_eyes(factors["eye_colour"])
        self._set_surroundings(factors["outfit"])

    def some(self, chosen: NDArray[np.bool_]) -> "Look":
        """The look of the chosen faces of the batch."""
        part = copy(self)
        for name, value in vars(self).items():
            vars(part)[name] = value[:, chosen] if value.ndim == 4 else value[chosen]
        return part

    def jitter(self, name: str, index: int = 0) -> Array:
        """One of the free choices of that name in [-1, 1] for each face, (B, 1, 1)."""
        return self.jitters[:, _JITTER_START[name] + index, None, None]

    def narrow(self, side: int) -> Array:
        """How narrow the left (-1) or right (1) half of the face is seen when the head turns that way."""
        return 1 - 0.27 * np.maximum(side * self.turn, 0)

    def _set_skin(self, tone: np.ndarray) -> None:
        stops = np.asarray(SKIN_TONES) / 255
        where = np.linspace(0, 1, len(stops))
        self.skin = _planes([np.interp(tone, where, stops[:, channel]) for channel in range(3)])
        self.skin_shadow = self.skin * rgb(237, 204, 204)
        self.skin_line = self.skin * rgb(178, 128, 122)
        self.blush_colour = mix(self.skin, rgb(250, 110, 120), 0.75)
        self.mouth_line = self.skin * rgb(140, 76, 76)

    def _set_hair(self, colour: np.ndarray, shade: Array) -> None:
        base = _pick(HAIR_COLOURS.values(), colour)
        lighter = mix(base, rgb(255, 255, 255), 0.25 * np.maximum(shade, 0))
        self.hair = lighter * (1 - 0.25 * np.maximum(-shade, 0))
        self.hair_shadow = self.hair * rgb(168, 158, 188)
        self.hair_line = self.hair * rgb(102, 86, 106)
        self.hair_light = mix(self.hair, rgb(255, 255, 255), 0.55)
        self.brow = mix(self.hair_line, rgb(60, 40, 40), 0.3)
        self.lash = mix(self.hair_line, rgb(40, 24, 34), 0.75)

    def _set_eyes(self, colour: np.ndarray) -> None:
        self.iris = _pick(EYE_COLOURS.values(), colour)
        self.iris_dark = self.iris * 0.36
        self.iris_light = mix(self.iris, rgb(255, 255, 255), 0.5)
        self.pupil = self.iris * 0.16

    def _set_surroundings(self, outfit: np.ndarray) -> None:
        self.outfit = _pick(OUTFIT_COLOURS.values(), outfit)
        self.accent = _pick(ACCENT_COLOURS, (np.abs(self.jitter("accent").ravel()) * 4.999).astype(int))
        self.accent_line = self.accent * 0.55
        above, below, marks, _ = zip(*BACKGROUNDS.values(), strict=True)
        self.sky_above, self.sky_below = _pick(above, self.background), _pick(below, self.background)
        self.marks = _pick(marks, self.background)


Brush = Callable[[Canvas, Look], None]


def paint_some(canvas: Canvas, look: Look, chosen: NDArray[np.bool_], brush: Brush) -> None:
    """Let a brush paint on the chosen faces of the batch only."""
    if chosen.any():
        part = canvas.some(chosen)
        brush(part, look.some(chosen))
        canvas.colours[:, chosen] = part.colours


def rgb(red: int, green: int, blue: int) -> Array:
    """A colour given in levels 0..255, the same for all faces: (3, 1, 1, 1)."""
    return _planes([[red / 255], [green / 255], [blue / 255]])


def mix(a: Array, b: Array, share: Array | float) -> Array:
    return a + share * (b - a)


def _pick(table: Iterable[tuple[int, int, int]], which: np.ndarray) -> Array:
    """The colour of each face, out of a table of levels."""
    return _planes((np.asarray(list(table)) / 255)[which].T)


def _planes(colours: ArrayLike) -> Array:
    """Colours (3, B) as planes (3, B, 1, 1) that stretch over pictures."""
    return np.asarray(colours, np.float32)[:, :, None, None]
