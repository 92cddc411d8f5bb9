"""The parts of a drawn face other than eyes and hair, one small function each.

`u` runs right and `v` down from the middle of the head, in units of about half a picture's width: a
face's eyes lie near v = 0.2, its chin near 0.75, the top of its hair near -0.9. `turn` moves what is
nearer to the viewer (eyes, nose, mouth) further to the side than the outline of the head: parallax makes
a flat drawing turn.
"""

import numpy as np

from data.faces.drawn.canvas import Array, Box, Canvas, circle, ellipse, segment, smooth_union, smoothstep, teardrop
from data.faces.drawn.factors import BACKGROUNDS
from data.faces.drawn.look import Brush, Look, paint_some, rgb

# The part of the picture that each feature can reach, however the head is tilted and turned.
BODY_BOX = Box(-2, 2, 0.2, 2)
FACE_BOX = Box(-0.9, 0.9, -0.75, 0.92)
CHEEKS_BOX = Box(-0.85, 0.85, 0.0, 0.78)
NOSE_BOX = Box(-0.4, 0.4, 0.25, 0.6)
MOUTH_BOX = Box(-0.45, 0.45, 0.32, 0.85)


def background(canvas: Canvas, look: Look) -> None:
    """A gradient from the upper to the lower colour, then clouds, petals, stars, rays or dots on it."""
    down = smoothstep(-1.1, 1.1, canvas.y)
    canvas.colours[...] = look.sky_above + down * (look.sky_below - look.sky_above)
    brushes: dict[str, Brush] = {
        "clouds": _clouds,
        "petals": _petals,
        "stars": _stars,
        "rays": _rays,
        "dots": _dots,
    }
    kinds = [marks for _, _, _, marks in BACKGROUNDS.values()]
    for marks, brush in brushes.items():
        numbers = [number for number, kind in enumerate(kinds) if kind == marks]
        paint_some(canvas, look, np.isin(look.background, numbers), brush)


def _clouds(canvas: Canvas, look: Look) -> None:
    _discs(canvas, look, 0.36, 0.55)


def _petals(canvas: Canvas, look: Look) -> None:
    _discs(canvas, look, 0.16, 0.65)


def _stars(canvas: Canvas, look: Look) -> None:
    _discs(canvas, look, 0.04, 0.95)


def _discs(canvas: Canvas, look: Look, radius: float, opacity: float) -> None:
    for i in range(6):
        x = canvas.x - 1.1 * look.jitter("mark across", i)
        y = canvas.y - 1.1 * look.jitter("mark down", i)
        canvas.paint(circle(x, y, radius * (1 + 0.4 * look.jitter("mark size", i))), look.marks, opacity)


def _rays(canvas: Canvas, look: Look) -> None:
    angle = np.arctan2(canvas.y + 0.1, canvas.x) + 0.2 * look.jitter("mark across")
    canvas.tint(0.75 * smoothstep(-0.12, 0.12, np.sin(14 * angle)), look.marks)


def _dots(canvas: Canvas, look: Look) -> None:
    x, y = (np.mod(along, 0.5) - 0.25 for along in (canvas.x + 0.25 * look.jitter("mark across"), canvas.y))
    canvas.paint(circle(x, y, 0.11), look.marks, 0.8)


def body(canvas: Canvas, look: Look) -> None:
    """Neck with the shadow of the chin, shoulders in the outfit's colour, a collar in the accent's."""
    x, y = canvas.x - 0.04 * look.turn, canvas.y
    neck = np.maximum(np.abs(x) - 0.17 - 0.25 * np.maximum(y - 0.95, 0), 0.3 - y)
    canvas.outlined(neck, look.skin, look.skin_line)
    canvas.paint(np.maximum(neck, y - 0.86 + 0.5 * x * x), look.skin_shadow, 0.8)
    shoulders = np.maximum(ellipse(x, y - 1.5, 1.0, 0.62), -ellipse(x, y - 0.84, 0.2, 0.2))
    canvas.outlined(shoulders, look.outfit, look.outfit * 0.5)
    collar = np.abs(ellipse(x, y - 0.84, 0.27, 0.25)) - 0.03
    canvas.paint(np.maximum(collar, shoulders), look.accent)


def head_outline(u: Array, v: Array, look: Look) -> Array:
    """Distance to the face: a round skull that tapers to a small chin, with soft cheeks between."""
    u = u - 0.075 * look.turn * (1 + v)  # the chin swings further than the forehead
    taper = teardrop(u, v + 0.08, 0.58, 0.13, 0.68)
    cheeks = ellipse(u, v - 0.24, 0.475, 0.37)
    return smooth_union(taper, cheeks, 0.15)


def face(canvas: Canvas, look: Look) -> None:
    """Skin with a darker line at the jaw and a soft shadow on the side away from the light."""
    outline = head_outline(canvas.x, canvas.y, look)
    canvas.outlined(outline, look.skin, look.skin_line)
    away = head_outline(canvas.x + 0.07, canvas.y + 0.03, look)
    canvas.paint(np.maximum(outline + 0.012, -away), look.skin_shadow, 0.45)


def blush(canvas: Canvas, look: Look) -> None:
    """Two soft pink spots below the eyes, on skin only."""
    skin = canvas.coverage(head_outline(canvas.x, canvas.y, look) + 0.012)
    for side in (-1, 1):
        u = canvas.x - look.shift - side * 0.36 * look.narrow(side)
        v = canvas.y - 0.42
        share = np.exp(-((u * (1 / 0.16)) ** 2) - (v * (1 / 0.09)) ** 2)
        canvas.tint(share * skin * (0.85 * look.blush), look.blush_colour)


def nose(canvas: Canvas, look: Look) -> None:
    """A short stroke of shadow."""
    stroke = segment(canvas.x - 1.25 * look.shift, canvas.y - 0.37, 0.02 + 0.02 * look.turn, 0.045)
    canvas.paint(stroke - 0.014, look.skin_line, 0.75)


def mouth(canvas: Canvas, look: Look) -> None:
    """A line, curved up or down by the smile, that opens into a mouth with teeth and a tongue."""
    u, v = canvas.x - 1.15 * look.shift, canvas.y - 0.53
    half_width = 0.125 + 0.03 * look.smile
    t = np.minimum((u / half_width) ** 2, 1.5)
    upper = look.smile * 0.06 * (0.4 - t)
    lower = upper + look.mouth_open * 0.18 * (1 - t)
    between = np.abs(u) - half_width
    inside = np.maximum(np.maximum(upper - v, v - lower), between)
    visible = np.minimum(8 * look.mouth_open, 1)
    canvas.paint(inside - 0.02, look.mouth_line, visible)
    canvas.paint(inside, rgb(160, 54, 62), visible)
    tongue = ellipse(u, v - upper - 0.17 * look.mouth_open, 0.08, 0.07)
    canvas.paint(np.maximum(inside, tongue), rgb(240, 126, 126), visible)
    teeth = np.maximum(inside, v - upper - 0.035)
    canvas.paint(teeth, rgb(255, 255, 255), np.clip(3 * look.mouth_open - 1, 0, 1))
    canvas.paint(np.maximum(np.abs(v - upper) - 0.014, between), look.mouth_line)
