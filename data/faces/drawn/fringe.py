"""The hair of a drawn face that falls over the forehead and beside the cheeks.

A lock is a wedge that ends in a tip; a fringe is a union of locks. The lock that is nearest to a pixel
also says where across it the pixel lies, so that each lock can be lit from the left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from data.faces.drawn.canvas import Array, Canvas, circle, smoothstep
from data.faces.drawn.factors import FRINGES
from data.faces.drawn.features import head_outline
from data.faces.drawn.hair import CENTRE, HEAD_OF_HAIR, by_style, meridian, strands
from data.faces.drawn.look import Look, mix, paint_some

PLACES = np.linspace(-0.57, 0.57, 7).astype(np.float32)  # the meridians of the seven locks, left to right


class FringeCut(NamedTuple):
    """v of the tips of the seven locks, how far they lean as they fall, and how slender they are."""

    tips: tuple[float, ...]
    lean: float = 0.0
    slope: float = 2.4


FRINGE_CUTS = {
    "blunt": FringeCut((0.08, 0.04, 0.02, 0.03, 0.02, 0.04, 0.08), slope=1.0),
    "parted": FringeCut((0.36, 0.12, -0.14, -0.60, -0.14, 0.12, 0.36)),
    "swept left": FringeCut((0.32, 0.17, 0.11, 0.05, -0.05, -0.15, 0.24), lean=0.35),
    "swept right": FringeCut((0.24, -0.15, -0.05, 0.05, 0.11, 0.17, 0.32), lean=-0.35),
    "jagged": FringeCut((0.26, 0.02, 0.15, -0.04, 0.11, 0.00, 0.24), lean=0.12),
    "between the eyes": FringeCut((0.30, -0.02, -0.10, 0.30, -0.10, -0.02, 0.30)),
}


class Lock(NamedTuple):
    """A wedge of hair: v and meridian of its tip, how slender it is, how far it leans as it falls."""

    tip: Array | float
    place: Array | float
    slope: Array | float
    lean: Array | float


@dataclass(frozen=True)
class Fringe:
    """The front hair of a batch of faces, planes (B, H, W)."""

    locks: Array  # distance to the union of all locks
    side: Array  # where across the nearest lock: negative on its left, 0 on its middle line, positive right
    s: Array  # the meridian


def fringe(canvas: Canvas, look: Look) -> Fringe:
    """The nearest lock of every pixel, and where across it the pixel lies."""
    s = meridian(canvas.x - 0.15 * look.turn, canvas.y)
    nearest, side = np.full_like(s, 9), np.zeros_like(s)
    for lock in _locks(look):
        above = lock.tip - canvas.y
        across = s - lock.place + lock.lean * above
        width = np.abs(across)
        # A straight wedge is slope |across| = above; the square makes it bulge like a leaf.
        wedge = (lock.slope * width * (1 + 2 * width) - above) / np.sqrt(1 + lock.slope * lock.slope)
        closer = wedge < nearest
        np.copyto(nearest, wedge, where=closer)
        np.copyto(side, 2 * lock.slope * across, where=closer)
    return Fringe(nearest, side, s)


def _locks(look: Look) -> Iterator[Lock]:
    """Seven locks over the forehead, each a little off the cut, and two beside each cheek."""
    cuts = [FRINGE_CUTS[name] for name in FRINGES]
    tips = np.array([cut.tips for cut in cuts], np.float32)[look.fringe][:, :, None, None]
    lean, slope = np.array([(cut.lean, cut.slope) for cut in cuts], np.float32)[look.fringe].T[:, :, None, None]
    for k, place in enumerate(PLACES):
        tip = tips[:, k] + 0.06 * look.jitter("lock end", k)
        slender = slope * (1 + 0.33 * look.jitter("lock width", k))
        yield Lock(tip, place + 0.03 * look.jitter("lock place", k), slender, lean)
    hang = by_style(look, "side", look.hair_length)
    for k, side in enumerate((-1, 1)):
        yield Lock(hang + 0.1 * look.jitter("lock end", 7 + k), 0.68 * side, 6, -0.08 * side)
        yield Lock(0.1, 0.70 * side, 2, 0)  # at the temple, where the other two would leave a gap


def fringe_shadow(canvas: Canvas, look: Look, front: Fringe) -> None:
    """The shadow that the fringe throws on the face: the fringe grown a little, on skin only."""
    outline = head_outline(canvas.x, canvas.y, look)
    canvas.paint(np.maximum(front.locks - 0.045, outline + 0.012), look.skin_shadow, 0.85)


def front_hair(canvas: Canvas, look: Look, front: Fringe) -> None:
    """The locks, cut by the outline of the hair, each in shadow on its right, with a bright ring over all."""
    u, v = canvas.x - 0.03 * look.turn, canvas.y
    noise = strands(front.s, look)
    dome = circle(u, v + CENTRE, HEAD_OF_HAIR) - 0.012 * noise
    below = np.maximum(np.abs(u) - HEAD_OF_HAIR + 0.02, -CENTRE - v)
    shape = np.maximum(np.minimum(dome, below), front.locks)
    right = smoothstep(0.05, 0.35, front.side) * smoothstep(-0.55, 0.0, v)
    shadow = np.maximum(0.75 * right, 0.5 * smoothstep(0.2, 0.7, noise))
    colour = mix(look.hair, look.hair_shadow, shadow)
    ring = v + 0.45 - 0.30 * front.s * front.s + 0.05 * noise
    shine = smoothstep(0.10, 0.03, np.abs(ring)) * smoothstep(0.72, 0.45, np.abs(front.s))
    canvas.outlined(shape, mix(colour, look.hair_light, 0.8 * shine), look.hair_line)


def ahoge(canvas: Canvas, look: Look) -> None:
    """The single lock that stands up on a third of the heads."""
    paint_some(canvas, look, look.jitter("ahoge", 2).ravel() > 0.3, _ahoge)


def _ahoge(canvas: Canvas, look: Look) -> None:
    u, v = canvas.x - 0.25 * look.jitter("ahoge", 0), canvas.y + 0.86
    bend = 1.8 * v * v * np.sign(look.jitter("ahoge", 1))
    shape = np.maximum(np.abs(u - bend) - 0.035 - 0.12 * v, np.maximum(v - 0.12, -0.30 - v)) * 0.8
    canvas.outlined(shape, look.hair, look.hair_line)
