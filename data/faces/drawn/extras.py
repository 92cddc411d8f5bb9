"""Accessories in the hair: one brush each, painted on the faces that wear it."""

import numpy as np

from data.faces.drawn.canvas import Array, Canvas, circle, ellipse, segment
from data.faces.drawn.factors import ACCESSORIES
from data.faces.drawn.hair import CENTRE, HEAD_OF_HAIR, meridian
from data.faces.drawn.look import Brush, Look, paint_some, rgb


def behind_the_head(canvas: Canvas, look: Look) -> None:
    """Paint the accessories behind the head, before the head."""
    _paint_worn(canvas, look, "cat ears", cat_ears)


def on_the_hair(canvas: Canvas, look: Look) -> None:
    """Paint the accessories on the hair, after the hair."""
    for name, brush in (("ribbon", ribbon), ("hairband", hairband), ("clip", clip), ("flower", flower)):
        _paint_worn(canvas, look, name, brush)


def _paint_worn(canvas: Canvas, look: Look, name: str, brush: Brush) -> None:
    paint_some(canvas, look, look.accessory == ACCESSORIES.index(name), brush)


def _beside(canvas: Canvas, look: Look, across: float, above: float) -> tuple[Array, Array]:
    """Coordinates around a place on the left or right of the hair, x pointing outwards."""
    side = np.where(look.jitter("side") > 0, 1, -1).astype(np.float32)
    return side * (canvas.x - 0.05 * look.turn) - across, canvas.y + above


def cat_ears(canvas: Canvas, look: Look) -> None:
    """Two pointed ears in the colour of the hair, pink inside."""
    u, v = np.abs(canvas.x + 0.02 * look.turn) - 0.50, canvas.y + 0.98
    u = u - 0.10 * (0.3 - v)
    ear = np.maximum(np.abs(u) - 0.62 * v - 0.01 + 0.28 * v * v, v - 0.6) * 0.8
    canvas.outlined(ear, look.hair, look.hair_line)
    canvas.paint(ear + 0.085, look.blush_colour)


def ribbon(canvas: Canvas, look: Look) -> None:
    """A bow: two lobes that widen outwards and a knot."""
    u, v = _beside(canvas, look, 0.48, 0.62)
    u, v = 0.86 * u + 0.5 * v, 0.86 * v - 0.5 * u  # turned to lie along the head
    out = np.abs(u)
    lobes = np.maximum(np.abs(v) - 0.04 - 0.62 * out + 0.9 * out * out, out - 0.30) * 0.85
    canvas.outlined(lobes, look.accent, look.accent_line)
    canvas.paint(np.maximum(lobes, np.abs(v + 0.02) - 0.014 - 0.05 * out), look.accent * 0.78)
    knot = ellipse(u, v, 0.07, 0.08)
    canvas.outlined(knot, look.accent, look.accent_line)


def hairband(canvas: Canvas, look: Look) -> None:
    """A band over the head from ear to ear."""
    s = meridian(canvas.x - 0.15 * look.turn, canvas.y)
    dome = circle(canvas.x - 0.03 * look.turn, canvas.y + CENTRE, HEAD_OF_HAIR + 0.02)
    band = np.maximum(np.abs(canvas.y + 0.66 - 0.62 * s * s) - 0.05, dome)
    canvas.outlined(band, look.accent, look.accent_line)


def clip(canvas: Canvas, look: Look) -> None:
    """Two crossed hair clips at the temple."""
    u, v = _beside(canvas, look, 0.44, 0.22)
    for slant in (-0.16, 0.16):
        bar = segment(u + 0.10, v + slant / 2, 0.20, slant)
        canvas.paint(bar - 0.045, look.accent_line)
        canvas.paint(bar - 0.027, look.accent)


def flower(canvas: Canvas, look: Look) -> None:
    """Five petals: the radius follows |cos(5/2 angle)|."""
    u, v = _beside(canvas, look, 0.52, 0.46)
    petals = np.sqrt(u * u + v * v) - 0.11 - 0.075 * np.abs(np.cos(2.5 * np.arctan2(v, u)))
    canvas.outlined(petals, look.accent, look.accent_line)
    canvas.paint(circle(u, v, 0.05), rgb(255, 222, 110))
