"""Convolution of any kernel, stride, padding and dilation: one matrix product for every row of the kernel.

Write the sum over the kernel's rows i outside, and let the sum over its columns j and the channels c be a
product of matrices. For one row m of the output, with memory order (H, W, N, C),

    y[m]  =  sum over i of   U[s m + d i - p]  @  w[:, i]^T
     (OW N, F)                   (OW N, kW C)        (kW C, F)

where U[r] is image row r *unfolded*: for each output column the kW pixels that the kernel sees, in a row.

    image row r          . a b c d .          (. is padding)
    unfolded, kW = 3     [. a b] [a b c] [b c d] [c d .]

Unfolding rows only, not whole windows ("im2col"), copies each pixel kW times and not kH kW times, and a row
is unfolded when it is first needed and forgotten when the window has passed. Rows of padding are skipped, not
multiplied by zero.

Gradient of the weight: the same sum with the roles changed,

    dw[:, i]  =  sum over m of   g[m]^T  @  U[s m + d i - p]

Gradient of the input: output m sees pixel t through tap i where s m + d i - p = t, so m = (t + p - d i) / s
where that is whole. Pixels with the same remainder t mod s, a "phase", are seen through the same taps:

    s = 2, k = 4, p = 1:    even pixels t = 2u are seen through taps 1, 3 by outputs u, u-1
                            odd pixels t = 2u+1 are seen through taps 0, 2 by outputs u+1, u

so each phase of dx is an ordinary convolution of g, with stride 1 and the phase's share of the kernel. Every
number of dx is written once; nothing is scattered.
"""

import numpy as np

from .conv_geometry import seen_through
from .conv_layout import empty_hwnc, to_hwnc, to_nhwc


def serves(geometry):
    """Every convolution."""
    return True


def lower_image(x, geometry):
    """The image side as the products below want it: x in memory order (H, W, N, C)."""
    return to_hwnc(x)


def lower_output(g, geometry):
    """The output side likewise."""
    return to_hwnc(g)


def to_output(image, weight, geometry, finish):
    """y (N, OH, OW, F) from the lowered image."""
    y = empty_hwnc(geometry.output_shape, image.dtype)
    kernel_rows = [weight[:, i].reshape(len(weight), -1).T for i in range(geometry.kernel[0])]
    rows = UnfoldedRows(image, geometry.tap_offsets(0), geometry.tap_offsets(1), geometry.stride, y.shape[1])
    _correlate(rows, kernel_rows, y, finish)
    return to_nhwc(y)


def to_image(output, weight, geometry, finish):
    """dx (N, H, W, C) from the lowered output side: one convolution with stride 1 per phase of pixels."""
    dx = empty_hwnc(geometry.image_shape, output.dtype)
    row_stride, column_stride = geometry.stride
    for row_phase in range(min(row_stride, dx.shape[0])):
        row_taps, row_offsets = _taps_seeing(row_phase, geometry, axis=0)
        for column_phase in range(min(column_stride, dx.shape[1])):
            column_taps, column_offsets = _taps_seeing(column_phase, geometry, axis=1)
            pixels = dx[row_phase::row_stride, column_phase::column_stride]
            # (F, kj, C) -> (kj F, C): what one row of the share of the kernel does to unfolded output rows
            kernel_rows = [weight[:, i, column_taps].swapaxes(0, 1).reshape(-1, weight.shape[-1]) for i in row_taps]
            rows = UnfoldedRows(output, row_offsets, column_offsets, (1, 1), pixels.shape[1])
            _correlate(rows, kernel_rows, pixels, finish)
    return to_nhwc(dx)


def to_weight(image, output, geometry):
    """dw (F, kH, kW, C) from both lowered sides."""
    rows = UnfoldedRows(image, geometry.tap_offsets(0), geometry.tap_offsets(1), geometry.stride, output.shape[1])
    dw = np.zeros((geometry.kernel[0], geometry.filters, rows.width), image.dtype)
    product = np.empty_like(dw[0])
    for m, g in enumerate(output.reshape(len(output), -1, geometry.filters)):
        for i, unfolded in rows.seen_from(m):
            np.add(dw[i], np.matmul(g.T, unfolded, out=product), out=dw[i])
    kernel_height, kernel_width = geometry.kernel
    return dw.reshape(kernel_height, geometry.filters, kernel_width, geometry.channels).swapaxes(0, 1)


class UnfoldedRows:
    """The rows of an (H, W, N, C) array, unfolded along the columns when a window first reaches them.

    Output row m sees the source rows stride m + row_offsets[i]; they lie within a span that slides down, and
    only the span is kept. An unfolded row is a matrix (columns N, kW C).
    """

    def __init__(self, source, row_offsets, column_offsets, stride, columns):
        width, batch, channels = source.shape[1:]
        self.source, self.row_offsets, self.stride = source, row_offsets, stride
        self.width = len(column_offsets) * channels
        span = max(row_offsets, default=0) - min(row_offsets, default=0) + 1
        # where a column sees no pixel the buffer keeps these zeros for ever: they are the padding
        self.kept = np.zeros((span, columns, batch, len(column_offsets), channels), source.dtype)
        self.kept_row = [-1] * span
        self.columns = [seen_through(offset, stride[1], width, columns) for offset in column_offsets]
        self.unfolding_changes_nothing = list(column_offsets) == [0] and stride[1] == 1 and columns == width

    def seen_from(self, m):
        """Pairs (tap i, unfolded source row) for the taps of output row m that fall inside the source."""
        for i, offset in enumerate(self.row_offsets):
            row = self.stride[0] * m + offset
            if 0 <= row < len(self.source):
                yield i, self._unfolded(row)

    def _unfolded(self, row):
        if self.unfolding_changes_nothing:
            return self.source[row].reshape(-1, self.width)
        slot = row % len(self.kept)
        kept = self.kept[slot]
        if self.kept_row[slot] != row:
            self.kept_row[slot] = row
            for j, (outputs, pixels) in enumerate(self.columns):
                kept[outputs, :, j] = self.source[row, pixels]
        return kept.reshape(kept.shape[0] * kept.shape[1], self.width)


def _correlate(rows, kernel_rows, out, finish):
    """out[m] = sum over i of (unfolded row seen through tap i) @ kernel_rows[i], then changed by `finish`."""
    columns, batch, channels = out.shape[1:]
    total = np.empty((columns * batch, channels), out.dtype)
    product = np.empty_like(total)
    for m in range(len(out)):
        first = True
        for i, unfolded in rows.seen_from(m):
            np.matmul(unfolded, kernel_rows[i], out=total if first else product)
            if not first:
                np.add(total, product, out=total)
            first = False
        if first:  # the window lies in the padding
            total[...] = 0
        row = total.reshape(columns, batch, channels)
        if finish is not None:
            finish(row)
        out[m] = row


def _taps_seeing(phase, geometry, axis):
    """The taps that see the pixels t = s u + phase, and the offsets of their outputs m = u + offset."""
    s = geometry.stride[axis]
    seeing = [
        (i, (phase - offset) // s) for i, offset in enumerate(geometry.tap_offsets(axis)) if (phase - offset) % s == 0
    ]
    return [i for i, _ in seeing], [offset for _, offset in seeing]
