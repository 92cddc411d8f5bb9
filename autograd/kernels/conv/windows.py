"""Convolution of any kernel, stride, padding and dilation: a matrix product for every window.

In memory order (H, W, C, N) a window of one image row is a matrix where it lies, (kW C, N). To have all kH rows of
the kernel in it, the rows that one row r of the output sees are first laid side by side, the padding included,

    rows[r, w, i, c, n]  =  x[n, s r + d i - p, w - p, c]               kH copies of long runs

and then all its windows are overlapping parts of that array, views that NumPy makes without a copy:

    rows       |w=0: i=0 1 2|w=1: i=0 1 2|w=2: i=0 1 2|w=3: ...
    window 0   '------------- kW kH C, N -------------'                    (kW = 3)
    window 1                '---------- the next, stride 1 ---------...

    y[r, q] (F, N)      =  w (F, kW kH C)  @  window[r, q] (kW kH C, N)
    dw^T (kW kH C, F)   =  sum over r, q of   window[r, q]  @  g[r, q]^T (N, F)
    dx: window[r, q]   <+  w^T @ g[r, q]       every window's share, added to the pixels that it was a view of

With dilation along W a window is not contiguous in the row, and is copied. The work goes band by band: as many output
rows as stay in the cache. Bands are independent in y and dw. In dx neighbouring bands overlap: each writes to an array
of its own, and these are added up at the end.

Nothing is prepared beforehand: a lowered side is the whole array in this memory order, (H, W, C, N) or (OH, OW, F, N).

Taught by docs/15-fast-convolution.md.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..products import in_row_order, multiply, sum_of_products
from ..threads import in_parallel
from .geometry import seen_through
from .layout import empty_hwcn, to_nhwc

MAX_BAND = 2**18  # elements of the image rows of a band, about: they should stay in the cache


def serves(geometry):
    """Every convolution."""
    return True


def lower_image(image, geometry):
    """The image side as the products below want it: (H, W, C, N)."""
    return image.whole()


def lower_output(output, geometry):
    """The output side likewise, (OH, OW, F, N)."""
    return output.whole()


def to_output(image, weight, geometry, finish=None):
    """y (N, OH, OW, F)."""
    image = image.whole()
    y = empty_hwcn(geometry.output_shape, weight.dtype)
    matrix = _matrix(weight)

    def run(band):
        multiply(matrix, _Rows(geometry, band, image.dtype).gather(image).windows(), out=y[band])
        if finish is not None:
            finish(y[band], rows=band)

    in_parallel(run, _bands(geometry))
    return to_nhwc(y)


def to_weight(image, output, geometry):
    """dw (F, kH, kW, C) from both lowered sides."""

    def run(band):
        windows = _Rows(geometry, band, image.dtype).gather(image).windows()
        return sum_of_products(windows, output[band])

    dw = np.sum(in_parallel(run, _bands(geometry)), axis=0)  # (kW kH C, F)
    kernel_height, kernel_width = geometry.kernel
    dw = dw.reshape(kernel_width, kernel_height, geometry.channels, geometry.filters)
    return np.ascontiguousarray(dw.transpose(3, 1, 0, 2))


def to_image(output, weight, geometry, finish=None):
    """dx (N, H, W, C)."""
    output = output.whole()
    matrix = in_row_order(_matrix(weight).T)

    def run(band):
        out = np.empty((*output[band].shape[:2], len(matrix), geometry.batch), output.dtype)
        return _Rows(geometry, band, output.dtype).add_windows(multiply(matrix, output[band], out)).scatter()

    dx = _overlap_added(in_parallel(run, _bands(geometry)), empty_hwcn(geometry.image_shape, output.dtype))
    if finish is not None:
        finish(dx)
    return to_nhwc(dx)


def _overlap_added(parts, out):
    """`out` (H, W, C, N) from pairs (first row, rows), in ascending order; where two overlap, their sum."""
    done = 0
    for first, part in parts:
        both = max(0, done - first)
        out[done:first] = 0
        out[first : first + both] += part[:both]
        out[first + both : first + len(part)] = part[both:]
        done = max(done, first + len(part))
    out[done:] = 0
    return out


def _matrix(weight):
    """The weight (F, kH, kW, C) as (F, kW kH C)."""
    return weight.swapaxes(1, 2).reshape(len(weight), -1)


def _bands(geometry):
    """The output rows in about equal slices, an even number of them: two threads then have equal shares."""
    count = geometry.output[0]
    numbers = count * geometry.image[1] * geometry.kernel[0] * geometry.channels * geometry.batch
    bands = min(count, 2 * math.ceil(numbers / (2 * MAX_BAND)))
    return [slice(k * count // bands, (k + 1) * count // bands) for k in range(bands)]


class _Rows:
    """The image rows that each of a band of R output rows sees, side by side: an array (R, W + 2 p, kH, C, N)."""

    def __init__(self, geometry, band, dtype):
        self.geometry, self.band = geometry, band
        padding, width = geometry.padding[1], geometry.image[1]
        shape = (band.stop - band.start, width + 2 * padding, geometry.kernel[0], geometry.channels, geometry.batch)
        self.array = np.empty(shape, dtype)
        self.inside = self.array[:, padding : padding + width]

    def gather(self, image):
        """Copy the rows of the image in, with zeros as padding."""
        padding = self.geometry.padding[1]
        self.array[:, :padding] = self.array[:, self.array.shape[1] - padding :] = 0
        for i, outputs, pixels in self._taps():
            rows = self.inside[:, :, i]
            rows[: outputs.start] = rows[outputs.stop :] = 0
            if outputs.start < outputs.stop:
                rows[outputs] = image[pixels]
        return self

    def scatter(self):
        """The adjoint of `gather`: the first image row that the band sees, and the sums for it and later rows."""
        height, stride, offsets = self.geometry.image[0], self.geometry.stride[0], self.geometry.tap_offsets(0)
        first = min(max(stride * self.band.start + offsets[0], 0), height)
        last = min(max(stride * (self.band.stop - 1) + offsets[-1] + 1, first), height)
        image = np.zeros((last - first, *self.inside.shape[1:2], *self.inside.shape[3:]), self.array.dtype)
        for i, outputs, pixels in self._taps():
            if outputs.start < outputs.stop:
                image[pixels.start - first : pixels.stop - first : pixels.step] += self.inside[outputs, :, i]
        return first, image

    def _taps(self):
        """For each tap along H: the rows of the band that see a pixel through it, and the rows of these pixels."""
        height, stride = self.geometry.image[0], self.geometry.stride[0]
        for i, offset in enumerate(self.geometry.tap_offsets(0)):
            yield i, *seen_through(stride * self.band.start + offset, stride, height, len(self.array))

    def windows(self):
        """The windows (R, OW, kW kH C, N): a view without dilation along W, else a copy."""
        row, column, *within = self.array.strides
        shape = (len(self.array), self.geometry.output[1], self.geometry.kernel[1], *self.array.shape[2:])
        strides = (row, self.geometry.stride[1] * column, self.geometry.dilation[1] * column, *within)
        windows = as_strided(self.array, shape, strides, writeable=False)
        return windows.reshape(*shape[:2], -1, self.geometry.batch)

    def add_windows(self, shares):
        """The adjoint of `windows`: add the share (R, OW, kW kH C, N) of every window to the elements that it sees."""
        count, width = shares.shape[:2]
        shares = shares.reshape(count, width, self.geometry.kernel[1], *self.array.shape[2:])
        self.array[...] = 0
        stride, dilation = self.geometry.stride[1], self.geometry.dilation[1]
        for j in range(self.geometry.kernel[1]):
            first = dilation * j
            self.array[:, first : first + stride * (width - 1) + 1 : stride] += shares[:, :, j]
        return self
