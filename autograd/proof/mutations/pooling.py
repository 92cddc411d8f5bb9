"""Broken backward passes of pooling and upsampling: wrong factors, windows that overwrite or are misplaced."""

from functools import partial

import numpy as np

from .mutant import mutant, spoiled


def _pair(size):
    return size if isinstance(size, tuple) else (size, size)


def windows(x, y, kernel_size, stride=None, padding=0):
    """For every window, the position (r, q) of its result and the slice of the padded image that it reads."""
    kernel, padding = _pair(kernel_size), _pair(padding)
    stride = kernel if stride is None else _pair(stride)
    for r, q in np.ndindex(*y.shape[1:3]):
        top, left = stride[0] * r, stride[1] * q
        yield (r, q), (slice(None), slice(top, top + kernel[0]), slice(left, left + kernel[1]))


def pool(share, x, y, kernel_size, stride=None, padding=0, add=True, cropped=True):
    """dx: the sum over windows of `share(seen, r, q)`, collected on a padded canvas that is then cropped."""
    rows, columns = _pair(padding)
    widths = [(0, 0), (rows, rows), (columns, columns), (0, 0)]
    image, canvas = np.pad(x, widths, constant_values=-np.inf), np.pad(0 * x, widths)
    for (r, q), seen in windows(x, y, kernel_size, stride, padding):
        canvas[seen] = share(image[seen], r, q) + (canvas[seen] if add else 0)
    top, left = (rows, columns) if cropped else (0, 0)
    return canvas[:, top : top + x.shape[1], left : left + x.shape[2]]


def to_the_largest(g, y, x, kernel_size, stride=None, padding=0, **changes):
    """The right gradient of max_pool2d, except for `changes`."""

    def share(seen, r, q):
        return (seen == y[:, r : r + 1, q : q + 1]) * g[:, r : r + 1, q : q + 1]

    return pool(share, x, y, kernel_size, stride, padding, **changes)


def to_all(g, y, x, kernel_size, stride=None, padding=0, inside=False, **changes):
    """The right gradient of avg_pool2d, except for `changes`; `inside` leaves padding out of the pixel count."""

    def share(seen, r, q):
        area = np.isfinite(seen).sum((1, 2), keepdims=True) if inside else seen[0, :, :, 0].size
        return g[:, r : r + 1, q : q + 1] / area * np.ones_like(seen)

    return pool(share, x, y, kernel_size, stride, padding, **changes)


def max_pool2d(kind, bug, **changes):
    """A mutant of max_pool2d whose dx is that of `to_the_largest`, changed."""
    return mutant("max_pool2d", kind, bug, x=partial(to_the_largest, **changes))


def avg_pool2d(kind, bug, **changes):
    """A mutant of avg_pool2d whose dx is that of `to_all`, changed."""
    return mutant("avg_pool2d", kind, bug, x=partial(to_all, **changes))


def to_every_pixel(g, y, x, kernel_size, stride=None, padding=0):
    """Every pixel of a window gets all of g."""
    area = np.prod(_pair(kernel_size))
    return area * to_all(g, y, x, kernel_size, stride, padding)


def times_the_result(g, y, x, kernel_size, stride=None, padding=0):
    """The right pixel gets g times its value."""
    return to_the_largest(g * y, y, x, kernel_size, stride, padding)


def area(dx, y, x, kernel_size, *sizes, **options):
    """Too large by the number of pixels in a window."""
    return dx * np.prod(_pair(kernel_size))


def copies(dx, y, x, scale):
    """Too small by the number of copies."""
    return dx / np.prod(_pair(scale))


def first_copy(g, y, x, scale):
    """The gradient of only the first copy of each pixel."""
    down, across = _pair(scale)
    return g[:, ::down, ::across]


def tiled(g, y, x, scale):
    """As if the whole image had been tiled, instead of each pixel repeated."""
    down, across = _pair(scale)
    n, height, width, c = x.shape
    return g.reshape(n, down, height, across, width, c).sum((1, 3))


POOLING = [
    mutant("max_pool2d", "dropped term", "to every pixel of the window", x=to_every_pixel),
    mutant("max_pool2d", "formula", "times the maximum", x=times_the_result),
    max_pool2d("dropped term", "where windows overlap, the last one wins", add=False),
    max_pool2d("shifted", "padding forgotten", cropped=False),
    spoiled("avg_pool2d", "factor", "that of a sum", "x", area),
    avg_pool2d("formula", "padding not counted", inside=True),
    avg_pool2d("dropped term", "where windows overlap, the last one wins", add=False),
    avg_pool2d("shifted", "padding forgotten", cropped=False),
    spoiled("upsample2d", "factor", "mean over copies, not sum", "x", copies),
    mutant("upsample2d", "dropped term", "the first copy alone", x=first_copy),
    mutant("upsample2d", "formula", "copies sought a whole image apart", x=tiled),
]
