"""The hair behind a drawn face, and what all hair shares: cuts and strands.

Strands follow the meridians of a sphere, as hair does that falls from a crown: `s` numbers the meridian, and
noise that depends on `s` alone looks like strands.
"""

from dataclasses import dataclass

import numpy as np

from data.faces.drawn.canvas import Array, Canvas, circle, ellipse, smoothstep
from data.faces.drawn.factors import HAIR_STYLES
from data.faces.drawn.look import Brush, Look, mix, paint_some

HEAD_OF_HAIR = 0.80  # radius of the hair around the skull
CENTRE = 0.12  # how far above the middle of the face the skull's own middle lies


@dataclass(frozen=True)
class Cut:
    """How a style hangs, in units of the head; pairs are for hair_length 0 and 1."""

    end: tuple[float, float]  # v where the back hair ends
    side: tuple[float, float]  # v where the two locks beside the face end
    flare: float = 0.06  # how much wider the hair becomes on its way down
    wave: float = 0.0  # how far it swings to either side


CUTS = {
    "straight": Cut(end=(0.45, 1.08), side=(0.45, 1.00)),
    "bob": Cut(end=(0.40, 0.72), side=(0.42, 0.66), flare=-0.22),
    "wavy": Cut(end=(0.45, 1.08), side=(0.45, 0.95), flare=0.10, wave=0.055),
    "spiky": Cut(end=(0.20, 0.55), side=(0.34, 0.60)),
    "twin tails": Cut(end=(0.25, 0.30), side=(0.50, 0.85)),
    "ponytail": Cut(end=(0.25, 0.30), side=(0.50, 0.85)),
    "buns": Cut(end=(0.25, 0.45), side=(0.50, 1.00)),
}


def meridian(u: Array, v: Array) -> Array:
    """Which strand passes through a point: u at the widest part of the head, gathered at the crown above."""
    above = np.minimum(v + 0.05, 0)
    return u / np.sqrt(np.maximum(1 - above * above, 0.08))


def strands(s: Array, look: Look) -> Array:
    """Noise in about [-1, 1] that is constant along every strand."""
    a, b, c = (np.pi * look.jitter("strand", i) for i in range(3))
    return (np.sin(9 * s + a) + np.sin(17 * s + b) + np.sin(29 * s + c)) * np.float32(1 / 2.2)


def by_style(look: Look, value: str, length: Array | None = None) -> Array:
    """A property of each face's cut; one that is a pair is interpolated by the length of the hair."""
    table = np.array([getattr(CUTS[style], value) for style in HAIR_STYLES], np.float32)
    chosen = table[look.hair_style]
    if length is None:
        return chosen[:, None, None]
    short, long = chosen.T[:, :, None, None]
    return short + length * (long - short)


def back_hair(canvas: Canvas, look: Look) -> None:
    """The hair behind the face, of the length `hair_length`, darker towards the neck."""
    gathered: dict[str, Brush] = {
        "twin tails": _twin_tails,
        "ponytail": _ponytail,
        "buns": _buns,
        "spiky": _spikes,
    }
    for style, brush in gathered.items():
        paint_some(canvas, look, look.hair_style == HAIR_STYLES.index(style), brush)
    u, v = canvas.x + 0.05 * look.turn, canvas.y
    u = u + by_style(look, "wave") * np.sin(7.5 * v + 3 * look.jitter("wave")) * np.sign(u)
    noise = strands(meridian(u, v), look)
    half_width = HEAD_OF_HAIR + by_style(look, "flare") * np.maximum(v + CENTRE, 0) ** 2
    end = by_style(look, "end", look.hair_length)
    fall = np.maximum(np.maximum(np.abs(u) - half_width, v - end - 0.06 * noise), -CENTRE - v)
    shape = np.minimum(circle(u, v + CENTRE, HEAD_OF_HAIR) - 0.012 * noise, fall)
    _fill(canvas, shape, noise + 1.3 - 1.6 * np.abs(u), look)


def _fill(canvas: Canvas, shape: Array, depth: Array, look: Look) -> None:
    """Hair with an outline, in shadow where `depth` is above a half or so."""
    canvas.outlined(shape, mix(look.hair, look.hair_shadow, smoothstep(-0.1, 0.7, depth)), look.hair_line)


def _twin_tails(canvas: Canvas, look: Look) -> None:
    """A tail at either side, tied high, swinging out and ending in a tip."""
    u, v = np.abs(canvas.x + 0.04 * look.turn), canvas.y
    _tail(canvas, u, v, look)


def _ponytail(canvas: Canvas, look: Look) -> None:
    """One tail, tied higher, on the left or the right."""
    side = np.where(look.jitter("side") > 0, 1, -1).astype(np.float32)
    _tail(canvas, side * (canvas.x + 0.04 * look.turn), canvas.y + 0.18, look)


def _tail(canvas: Canvas, u: Array, v: Array, look: Look) -> None:
    """A bundle of hair that hangs from (0.7, -0.5), swells at once and tapers to a tip."""
    long = 0.60 + 0.40 * look.hair_length
    t = (v + 0.50 - long) / long  # -1 where it is tied, 1 at the tip
    fall = np.sqrt(np.maximum(1 + t, 0))
    middle = 0.70 + 0.18 * fall
    swell = 0.19 * np.maximum(1 - t, 0) * fall
    shape = np.maximum((np.abs(u - middle) - swell) * 0.9, np.abs(t) * long - long)
    noise = np.sin(34 * (u - middle) + 3 * look.jitter("tail"))
    _fill(canvas, shape, 0.6 * noise + 0.1, look)
    knot = ellipse(u - 0.70, v + 0.47, 0.09, 0.11)
    canvas.outlined(knot, look.accent, look.accent_line)


def _buns(canvas: Canvas, look: Look) -> None:
    """Two round buns on top of the head, with the curl drawn in."""
    u, v = np.abs(canvas.x + 0.02 * look.turn) - 0.55, canvas.y + 0.70
    _fill(canvas, circle(u, v, 0.24), 0.2 + 2.2 * v, look)
    canvas.paint(np.abs(circle(u + 0.03, v - 0.03, 0.12)) - 0.012, look.hair_line, 0.6)


def _spikes(canvas: Canvas, look: Look) -> None:
    """A ring of eleven bent spikes: the radius peaks sharply where |sin(5.5 angle)| touches zero."""
    u, v = canvas.x, canvas.y + 0.05
    radius = circle(u, v, 0.75)
    angle = np.arctan2(v, u) + 0.15 * look.jitter("tail") + 0.9 * radius * np.sign(u)
    spike = 1 - np.abs(np.sin(5.5 * angle - 0.25))
    shape = (radius - (0.22 + 0.16 * look.hair_length) * spike) * 0.75
    _fill(canvas, shape, 0.3 + 0.5 * np.sin(22 * angle), look)
