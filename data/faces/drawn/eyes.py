"""The eyes of a drawn face, which carry most of its expression: iris, lids, lashes and brows.

Each eye has its own coordinates: p runs from its middle outwards (so one drawing serves both eyes), q
down. The lids are curves over t = (p / half-width)^2, which is 0 in the middle and 1 at the corners.
"""

from dataclasses import dataclass

import numpy as np

from data.faces.drawn.canvas import Array, Box, Canvas, circle, ellipse, smoothstep
from data.faces.drawn.look import Look, rgb

EYES_BOXES = {-1: Box(-0.90, 0.26, -0.30, 0.68), 1: Box(-0.26, 0.90, -0.30, 0.68)}
BROWS_BOX = Box(-0.9, 0.9, -0.5, 0.32)
LEVEL, SPACING = 0.20, 0.31  # of the eyes' middles


@dataclass(frozen=True)
class Opening:
    """An eye's coordinates, the curves of its lids, and the distance to the area between them.

    `steep` = 1 / sqrt(1 + slope^2) turns a height above the upper lid into a distance from it.
    """

    p: Array
    q: Array
    half_width: Array
    upper: Array
    lower: Array
    steep: Array
    inside: Array


def eye(canvas: Canvas, look: Look, side: int) -> None:
    """White, iris, the lid's shadow, lashes; `side` is -1 on the left of the picture, 1 on the right."""
    opening = _opening(canvas, look, side)
    canvas.paint(opening.inside, rgb(252, 250, 252))
    _iris(canvas, look, opening, side)
    lid_shadow = np.maximum(opening.inside, opening.q - opening.upper - 0.055)
    canvas.paint(lid_shadow, look.lash, 0.35)
    _lashes(canvas, look, opening)


def _outwards(canvas: Canvas, look: Look, side: int) -> Array:
    """p: distance from the eye's middle, away from the nose; squeezed on the side that turns away."""
    return side * (canvas.x - look.shift) / look.narrow(side) - SPACING


def _opening(canvas: Canvas, look: Look, side: int) -> Opening:
    """The lids. The upper one moves between a round arch and, closed, a line that sags below the middle."""
    p, q = _outwards(canvas, look, side), canvas.y - LEVEL
    half_width = 0.205 * look.eye_scale
    t = np.minimum((p / half_width) ** 2, 1.2)
    opened = -0.245 * look.eye_scale * (1 - t * (0.35 + 0.65 * t)) - 0.12 * p
    closed = 0.05 + 0.075 * (1 - t)
    upper = closed + look.openness * (opened - closed)
    lower = 0.175 * look.eye_scale * (1 - t * t) - 0.05 * p
    slope = 0.9 * look.openness * np.sqrt(t) * (0.5 + 2 * t)
    steep = 1 / np.sqrt(1 + slope * slope)
    inside = np.maximum(np.maximum((upper - q) * steep, (q - lower) * 0.8), np.abs(p) - half_width)
    return Opening(p, q, half_width, upper, lower, steep, inside)


def _iris(canvas: Canvas, look: Look, opening: Opening, side: int) -> None:
    """Dark above and bright below, a pupil, a large highlight towards the light and a small one opposite."""
    scale = look.eye_scale
    x = (side * (opening.p + 0.012) - 0.075 * look.gaze_x) / scale
    y = (opening.q - 0.06 * look.gaze_y + 0.015) / scale

    def part(distance: Array) -> Array:
        return np.maximum(distance * scale, opening.inside)

    canvas.paint(part(ellipse(x, y, 0.135, 0.19)), look.iris_dark)
    depth = smoothstep(-0.10, 0.15, y) - 0.35
    canvas.paint(part(ellipse(x, y, 0.112, 0.165)), look.iris + depth * (look.iris_light - look.iris_dark))
    canvas.paint(part(ellipse(x, y + 0.01, 0.055, 0.085)), look.pupil)
    canvas.paint(part(ellipse(x, y - 0.11, 0.07, 0.04)), look.iris_light, 0.7)
    canvas.paint(part(ellipse(x + 0.055, y + 0.075, 0.05, 0.055)), rgb(255, 255, 255))
    canvas.paint(part(circle(x - 0.06, y - 0.075, 0.026)), rgb(255, 255, 255), 0.9)


def _lashes(canvas: Canvas, look: Look, eye: Opening) -> None:
    """A thick upper lash line with a wing at the outer corner, a fine lower one, the fold of the lid."""
    thickness = 0.026 + 0.022 * smoothstep(-0.1, 0.2, eye.p)
    reach = np.maximum(eye.p - 1.13 * eye.half_width, -eye.p - eye.half_width)
    canvas.paint(np.maximum((np.abs(eye.q - eye.upper + 0.01) - thickness) * eye.steep, reach), look.lash)
    middle = np.abs(eye.p - 0.02) - 0.75 * eye.half_width
    canvas.paint(np.maximum(np.abs(eye.q - eye.lower) - 0.010, middle), look.lash, 0.55)
    fold = np.maximum(np.abs(eye.q - eye.upper + 0.085) - 0.008, middle)
    canvas.paint(fold, look.skin_line, 0.7 * look.openness)


def brows(canvas: Canvas, look: Look) -> None:
    """Two tapering strokes over the fringe, as is custom: inner ends raised look worried, lowered stern."""
    for side in (-1, 1):
        p, q = _outwards(canvas, look, side), canvas.y + 0.115 + 0.07 * look.brow_height
        middle = -0.5 * look.brow_angle * p + 1.1 * p * p - 0.015
        stroke = np.abs(q - middle) - 0.025 * (1 - (p * (1 / 0.2)) ** 2)
        canvas.paint(np.maximum(stroke, np.abs(p) - 0.17), look.brow, 0.8)
