"""Convolution of any kernel, stride, padding and dilation: a matrix product for every window.

In memory order (H, W, C, N) a window of one image row is a matrix where it lies, (kW C, N). To have all kH rows of
the kernel in it, the rows that one row of the output sees are first laid side by side, the padding included,

    rows[w, i, c, n]  =  x[n, s r + d i - p, w - p, c]               kH copies of long runs for each output row r

and then all its windows are overlapping parts of that array, views that NumPy makes without a copy:

    rows       |w=0: i=0 1 2|w=1: i=0 1 2|w=2: i=0 1 2|w=3: ...
    window 0   '------------- kW kH C, N -------------'                    (kW = 3)
    window 1                '---------- the next, stride 1 ---------...

    y[r, q] (F, N)      =  w (F, kW kH C)  @  window[r, q] (kW kH C, N)
    dw^T (kW kH C, F)   =  sum over r, q of   window[r, q]  @  g[r, q]^T (N, F)
    dx: window[r, q]  <+  w^T @ g[r, q]       every window's share, added to the pixels it was a view of

With dilation along W a window is no one part of the row, and is copied. Output rows are independent of each other but
for dx, where neighbours overlap; there each thread's rows have an array of their own.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .conv_layout import empty_hwcn, to_nhwc
from .products import in_row_order
from .threads import in_parallel

PIECES = 4  # into which the output rows are cut


def serves(geometry):
    """Every convolution."""
    return True


def lower_image(read, geometry):
    """The image side as the products below want it: (H, W, C, N)."""
    return read()


def lower_output(read, geometry):
    """The output side likewise, (OH, OW, F, N)."""
    return read()


def to_output(read, weight, geometry, finish=None):
    """y (N, OH, OW, F), and the lowered image."""
    image = lower_image(read, geometry)
    y = empty_hwcn(geometry.output_shape, weight.dtype)
    matrix = _matrix(weight)

    def run(output_rows):
        rows = _Rows(geometry, image.dtype)
        for r in output_rows:
            rows.gather(image, r)
            np.matmul(matrix, rows.windows(), out=y[r])
            if finish is not None:
                finish(y[r])

    in_parallel(run, _pieces(geometry))
    return to_nhwc(y), image


def to_weight(image, output, geometry):
    """dw (F, kH, kW, C) from both lowered sides."""
    shares = {}

    def run(output_rows):
        rows = _Rows(geometry, image.dtype)
        total = 0
        for r in output_rows:
            rows.gather(image, r)
            total = total + np.matmul(rows.windows(), in_row_order(output[r].swapaxes(-1, -2))).sum(axis=0)
        shares[output_rows.start] = total

    in_parallel(run, _pieces(geometry))
    dw = np.sum([shares[start] for start in sorted(shares)], axis=0)  # (kW kH C, F)
    kernel_height, kernel_width = geometry.kernel
    dw = dw.reshape(kernel_width, kernel_height, geometry.channels, geometry.filters)
    return np.ascontiguousarray(dw.transpose(3, 1, 0, 2))


def to_image(read, weight, geometry, finish=None):
    """dx (N, H, W, C), and the lowered output side."""
    output = lower_output(read, geometry)
    matrix = in_row_order(_matrix(weight).T)
    parts = {}

    def run(output_rows):
        rows = _Rows(geometry, output.dtype)
        reached = rows.seen_from(output_rows)
        part = np.zeros((len(reached), *rows.image_row), output.dtype)
        for r in output_rows:
            rows.add_windows(np.matmul(matrix, output[r]))
            rows.scatter(part, r, reached.start)
        parts[output_rows.start] = reached, part

    in_parallel(run, _pieces(geometry))
    dx = _laid_together([parts[start] for start in sorted(parts)], empty_hwcn(geometry.image_shape, output.dtype))
    if finish is not None:
        finish(dx)
    return to_nhwc(dx), output


def _laid_together(parts, out):
    """`out` (H, W, C, N) from parts of its rows in ascending order; where they overlap they add, the rest is 0."""
    done = 0
    for rows, part in parts:
        both = max(0, done - rows.start)
        out[done : rows.start] = 0
        out[rows.start : rows.start + both] += part[:both]
        out[rows.start + both : rows.stop] = part[both:]
        done = max(done, rows.stop)
    out[done:] = 0
    return out


def _matrix(weight):
    """The weight (F, kH, kW, C) as (F, kW kH C)."""
    return weight.swapaxes(1, 2).reshape(len(weight), -1)


def _pieces(geometry):
    """The output rows in about equal ranges: what the threads share out."""
    count = geometry.output[0]
    pieces = min(PIECES, count)
    return [range(k * count // pieces, (k + 1) * count // pieces) for k in range(pieces)]


class _Rows:
    """The image rows that one output row sees, side by side: an array (W + 2 p, kH, C, N)."""

    def __init__(self, geometry, dtype):
        self.geometry = geometry
        width = geometry.image[1] + 2 * geometry.padding[1]
        # the columns of padding keep these zeros
        self.array = np.zeros((width, geometry.kernel[0], geometry.channels, geometry.batch), dtype)
        self.inside = self.array[geometry.padding[1] : geometry.padding[1] + geometry.image[1]]

    @property
    def image_row(self):
        """The shape of a row of the image."""
        return (self.geometry.image[1], self.geometry.channels, self.geometry.batch)

    def seen_from(self, output_rows):
        """The range of image rows that some output rows see."""
        height, stride, offsets = self.geometry.image[0], self.geometry.stride[0], self.geometry.tap_offsets(0)
        first = min(max(stride * output_rows[0] + offsets[0], 0), height)
        last = min(max(stride * output_rows[-1] + offsets[-1] + 1, first), height)
        return range(first, last)

    def gather(self, image, r):
        """Fill in the rows that output row r sees."""
        for i, offset in enumerate(self.geometry.tap_offsets(0)):
            row = self.geometry.stride[0] * r + offset
            self.inside[:, i] = image[row] if 0 <= row < len(image) else 0

    def scatter(self, image, r, first):
        """The adjoint of `gather`: add to the rows that output row r sees; `image` begins with row `first`."""
        for i, offset in enumerate(self.geometry.tap_offsets(0)):
            row = self.geometry.stride[0] * r + offset
            if 0 <= row < self.geometry.image[0]:
                image[row - first] += self.inside[:, i]

    def windows(self):
        """The windows (OW, kW kH C, N): a view, unless dilation tears them apart."""
        column, *within = self.array.strides
        shape = (self.geometry.output[1], self.geometry.kernel[1], *self.array.shape[1:])
        strides = (self.geometry.stride[1] * column, self.geometry.dilation[1] * column, *within)
        windows = as_strided(self.array, shape, strides, writeable=False)
        return windows.reshape(len(windows), -1, self.geometry.batch)

    def add_windows(self, shares):
        """The adjoint of `windows`: the sum of the shares (OW, kW kH C, N) of the windows that see a number."""
        shares = shares.reshape(len(shares), self.geometry.kernel[1], *self.array.shape[1:])
        self.array[...] = 0
        stride, dilation = self.geometry.stride[1], self.geometry.dilation[1]
        for j in range(self.geometry.kernel[1]):
            first = dilation * j
            self.array[first : first + stride * (len(shares) - 1) + 1 : stride] += shares[:, j]
