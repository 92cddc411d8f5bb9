"""A canvas for a batch of pictures, and the signed distances that shapes are made of.

A shape is given by its **signed distance**: a number for every pixel, negative inside the shape, zero on its
edge, positive outside, in the units of the coordinates. Distances make drawing easy:

- union of shapes = minimum of distances, intersection = maximum, a line of half-width w = |distance| - w;
- **anti-aliasing** is one line. A pixel whose centre lies on the edge is half covered; one whose centre lies
  half a pixel inside is fully covered. So coverage = 1/2 - distance / pixel, cut to [0, 1], and the shape's
  colour is mixed in by that share: edges come out smooth at any size.

Everything works on a batch of B faces at once: planes of pixels have shape (B, H, W), and what differs from
face to face has shape (B, 1, 1), or (3, B, 1, 1) for colours. All arrays are float32.
Source of the formulas: I. Quilez, "2D distance functions", https://iquilezles.org/articles/distfunctions2d/
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Box(NamedTuple):
    """A part of the picture in the canvas's coordinates; painting only there saves time."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass
class Canvas:
    """Colours (3, B, H, W) in [0, 1], the coordinates x and y of the pixel centres, the width of a pixel."""

    colours: Array
    x: Array
    y: Array
    pixel: float

    def paint(self, distance: Array, colour: Array, opacity: Array | float | None = None) -> None:
        """Fill a shape with a colour (3, B, 1, 1) or (3, B, H, W), smoothly at its edge."""
        share = self.coverage(distance)
        self.tint(share if opacity is None else share * opacity, colour)

    def outlined(self, distance: Array, fill: Array, line: Array, width: float = 0.026) -> None:
        """Fill a shape and draw its edge as a line of that width."""
        self.paint(distance - width / 2, line)
        self.paint(distance + width / 2, fill)

    def tint(self, share: Array, colour: Array) -> None:
        """Mix a colour in by a share (B, H, W) in [0, 1]."""
        self.colours += share * (colour - self.colours)

    def coverage(self, distance: Array) -> Array:
        """The share of each pixel that lies inside the shape."""
        return np.clip(0.5 - distance * (1 / self.pixel), 0, 1)

    def within(self, box: Box) -> "Canvas":
        """The part of this canvas inside a box; painting there paints here. The canvas must not be tilted."""
        rows = _span(self.y[0, :, 0], box.top, box.bottom)
        columns = _span(self.x[0, 0, :], box.left, box.right)
        part = (..., rows, columns)
        return Canvas(self.colours[part], self.x[part], self.y[part], self.pixel)

    def tilted(self, angle: Array, pivot: float) -> "Canvas":
        """The same pixels in coordinates turned clockwise by `angle` (radians) about (0, pivot)."""
        sine, cosine = np.sin(angle), np.cos(angle)
        down = self.y - pivot
        x, y = self.x * cosine + down * sine, down * cosine - self.x * sine
        return Canvas(self.colours, x, y + pivot, self.pixel)

    def some(self, chosen: NDArray[np.bool_]) -> "Canvas":
        """A copy of the chosen pictures of the batch."""
        return Canvas(self.colours[:, chosen], self.x[chosen], self.y[chosen], self.pixel)


def blank_canvas(count: int, size: int, reach: float, middle: float) -> Canvas:
    """A canvas of `size` x `size` pixels: x runs from -reach to reach, y down from middle - reach."""
    pixel = 2 * reach / size
    axis = ((np.arange(size) + 0.5) * pixel - reach).astype(np.float32)
    shape = (count, size, size)
    x, y = np.broadcast_to(axis, shape), np.broadcast_to(axis[:, None] + middle, shape)
    return Canvas(np.ones((3, *shape), np.float32), x, y, pixel)


def _span(axis: Array, low: float, high: float) -> slice:
    return slice(int(np.searchsorted(axis, low)), int(np.searchsorted(axis, high)))


def circle(x: Array, y: Array, radius: Array | float) -> Array:
    """Distance to a circle around the origin."""
    return np.sqrt(x * x + y * y) - radius


def ellipse(x: Array, y: Array, width: Array | float, height: Array | float) -> Array:
    """Distance to an ellipse with these half-axes, to first order: f / |grad f| of f = |(x/w, y/h)| - 1.

    It is exact on the axes and good near the edge, which is where anti-aliasing looks.
    """
    a, b = x * (1 / width), y * (1 / height)
    length = np.sqrt(a * a + b * b) + np.float32(1e-6)
    a, b = a * (1 / width), b * (1 / height)
    return (length - 1) * length / (np.sqrt(a * a + b * b) + np.float32(1e-6))


def segment(x: Array, y: Array, to_x: Array | float, to_y: Array | float) -> Array:
    """Distance to the straight line from the origin to (to_x, to_y)."""
    along = np.clip((x * to_x + y * to_y) * (1 / (to_x * to_x + to_y * to_y)), 0, 1)
    dx, dy = x - along * to_x, y - along * to_y
    return np.sqrt(dx * dx + dy * dy)


def teardrop(x: Array, y: Array, upper: float, lower: float, height: float) -> Array:
    """Distance to the hull of a circle of radius `upper` at the origin and one of `lower` at (0, height).

    The sides are the common tangents of the two circles ("uneven capsule" in the source above).
    """
    x = np.abs(x)
    sine = (upper - lower) / height
    cosine = (1 - sine * sine) ** 0.5
    along = y * cosine - x * sine  # how far down the tangent, measured from where it leaves the upper circle
    side = x * cosine + y * sine - upper
    from_upper, from_lower = circle(x, y, upper), circle(x, y - height, lower)
    return np.where(along < 0, from_upper, np.where(along > height * cosine, from_lower, side))


def smooth_union(a: Array, b: Array, blend: float) -> Array:
    """The union of two shapes with the crease between them filled in over a distance of `blend`."""
    overlap = np.maximum(blend - np.abs(a - b), 0)
    return np.minimum(a, b) - overlap * overlap * (0.25 / blend)


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 up to `low`, 1 from `high` on, the cubic 3t^2 - 2t^3 between; falls when `low` is the larger."""
    t = np.clip((value - low) * (1 / (high - low)), 0, 1)
    return t * t * (3 - 2 * t)
