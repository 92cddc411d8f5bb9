"""The factors of a batch of drawn faces, converted to the colours and numbers that the brushes use."""

import math
from collections.abc import Callable, Iterable
from copy import copy

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.faces.drawn.canvas import Array, Canvas
from data.faces.drawn.factors import (
    ACCENT_COLOURS,
    BACKGROUNDS,
    CONTINUOUS,
    EYE_COLOURS,
    HAIR_COLOURS,
    JITTER_START,
    OUTFIT_COLOURS,
    SKIN_TONES,
    Factors,
)

MAX_TILT = math.radians(14)


class Look:
    """B faces as the brushes need them: colours (3, B, 1, 1), numbers (B, 1, 1), categories (B,)."""

    def __init__(self, factors: Factors, jitters: Array) -> None:
        number = {name: np.asarray(factors[name], np.float32)[:, None, None] for name in CONTINUOUS}
        self.jitters = jitters
        self.tilt = number["tilt"] * MAX_TILT
        self.turn = number["turn"]
        self.shift = 0.15 * self.turn  # how far eyes, nose and mouth move when the head turns
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
        # In colours the batch is the second axis, in all other arrays the first.
        vars(part).update({k: v[:, chosen] if v.ndim == 4 else v[chosen] for k, v in vars(self).items()})
        return part

    def jitter(self, name: str, index: int = 0) -> Array:
        """One of the random details of that name, in [-1, 1] for each face, (B, 1, 1)."""
        return self.jitters[:, JITTER_START[name] + index, None, None]

    def narrow(self, side: int) -> Array:
        """Width of the left (-1) or right (1) half of the face relative to a face seen from the front."""
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
    """Between two colours or positions: a where the share is 0, b where it is 1."""
    return a + share * (b - a)


def _pick(table: Iterable[tuple[int, int, int]], which: np.ndarray) -> Array:
    """The colour of each face, out of a table of levels."""
    return _planes((np.asarray(list(table)) / 255)[which].T)


def _planes(colours: ArrayLike) -> Array:
    """Colours (3, B) as planes (3, B, 1, 1) that stretch over pictures."""
    return np.asarray(colours, np.float32)[:, :, None, None]
