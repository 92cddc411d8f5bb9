"""Which pixels a convolution's kernel touches: the sizes of one convolution, checked once and named.

Along one axis, with kernel size k, stride s, padding p and dilation d, output position m reads the input
positions

    s m + d i - p        for the taps i = 0 .. k-1

    k = 3, s = 2, p = 1, d = 1:      input       . 0 1 2 3 4 5 .        (. is padding: a zero, never stored)
                                     m = 0 sees  . 0 1
                                     m = 1 sees      1 2 3
                                     m = 2 sees          3 4 5

so the dilated kernel spans d (k - 1) + 1 positions, and n inputs give

    M = floor((n + 2 p - d (k - 1) - 1) / s) + 1

outputs. The transposed convolution runs the arrows backwards. Several n give the same M (the floor forgets up
to s - 1 trailing inputs: above, the padding on the right), so it takes an output_padding to say which is
meant:

    n = (M - 1) s - 2 p + d (k - 1) + 1 + output_padding        0 <= output_padding < s

Taught by docs/06-convolution.md.
"""

from dataclasses import dataclass

import numpy as np

Pair = tuple[int, int]


@dataclass(frozen=True)
class ConvGeometry:
    """Every size of one convolution. The image side is (N, H, W, C), the output side (N, OH, OW, F).

    A transposed convolution has the geometry of the convolution it mirrors: it reads the output side and
    writes the image side.
    """

    batch: int
    image: Pair  # H, W
    channels: int
    output: Pair  # OH, OW
    filters: int
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair

    @property
    def image_shape(self):
        return (self.batch, *self.image, self.channels)

    @property
    def output_shape(self):
        return (self.batch, *self.output, self.filters)

    @property
    def weight_shape(self):
        return (self.filters, *self.kernel, self.channels)

    def tap_offsets(self, axis):
        """Where tap i reads, before the stride: d i - p for i = 0 .. k-1, along H (axis 0) or W (axis 1)."""
        d, p = self.dilation[axis], self.padding[axis]
        return [d * i - p for i in range(self.kernel[axis])]


def conv_geometry(image_shape, weight_shape, stride=1, padding=0, dilation=1):
    """The geometry of conv2d of x (N, H, W, C) with weight (F, kH, kW, C); ValueError names bad sizes."""
    batch, height, width, channels = _four(image_shape, "conv2d", "x", "(N, H, W, C)")
    filters, *kernel, weight_channels = _four(weight_shape, "conv2d", "weight", "(F, kH, kW, C)")
    if channels != weight_channels:
        raise ValueError(
            f"conv2d: x has {channels} channels (shape {tuple(image_shape)}), "
            f"weight expects {weight_channels} (shape {tuple(weight_shape)}); the last axes must agree"
        )
    sizes = _sizes("conv2d", kernel, stride, padding, dilation)
    output = window_counts("conv2d", (height, width), *sizes)
    return ConvGeometry(batch, (height, width), channels, output, filters, *sizes)


def conv_transpose_geometry(z_shape, weight_shape, stride=1, padding=0, output_padding=0, dilation=1):
    """The geometry of the convolution that conv_transpose2d of z (N, OH, OW, F) with weight mirrors."""
    batch, rows, columns, filters = _four(z_shape, "conv_transpose2d", "x", "(N, H, W, C_in)")
    weight_filters, *kernel, channels = _four(weight_shape, "conv_transpose2d", "weight", "(C_in, kH, kW, F_out)")
    if filters != weight_filters:
        raise ValueError(
            f"conv_transpose2d: x has {filters} channels (shape {tuple(z_shape)}), "
            f"weight expects {weight_filters} (shape {tuple(weight_shape)}); "
            "x's last axis and weight's first must agree"
        )
    kernel, stride, padding, dilation = _sizes("conv_transpose2d", kernel, stride, padding, dilation)
    extra = as_pair("conv_transpose2d", "output_padding", output_padding, minimum=0)
    if extra[0] >= stride[0] or extra[1] >= stride[1]:
        raise ValueError(
            f"conv_transpose2d: output_padding {extra} must be smaller than stride {stride}: "
            "it picks one of the sizes that the stride maps to the same input"
        )
    height, width = (
        (m - 1) * s - 2 * p + d * (k - 1) + 1 + e
        for m, k, s, p, d, e in zip((rows, columns), kernel, stride, padding, dilation, extra, strict=True)
    )
    if min(height, width) < 1:
        raise ValueError(
            f"conv_transpose2d: padding {padding} leaves nothing of the output: its size would be {height} x {width}"
        )
    sides = (batch, (height, width), channels, (rows, columns), filters)
    return ConvGeometry(*sides, kernel, stride, padding, dilation)


def window_counts(op, size, kernel, stride, padding, dilation=(1, 1)):
    """How many windows fit along each axis. Raises ValueError when the kernel is larger than the input."""
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    padded = tuple(n + 2 * p for n, p in zip(size, padding, strict=True))
    if spans[0] > padded[0] or spans[1] > padded[1]:
        raise ValueError(
            f"{op}: the kernel spans {spans[0]} x {spans[1]} pixels (size {kernel}, dilation {dilation}), "
            f"more than the input's {padded[0]} x {padded[1]} (size {tuple(size)}, padding {padding})"
        )
    rows, columns = ((n - k) // s + 1 for n, k, s in zip(padded, spans, stride, strict=True))
    return rows, columns


def seen_through(offset, stride, size, count):
    """One tap along one axis: the outputs m of 0 .. count-1 whose s m + offset is a pixel of 0 .. size-1.

    Returns two slices of equal length, the outputs and these pixels; the other outputs see padding.
    """
    start = max(0, -(offset // stride))  # -(a // b) is ceil(-a / b)
    stop = max(start, min(count, (size - 1 - offset) // stride + 1))
    return slice(start, stop), slice(stride * start + offset, stride * stop + offset, stride)


def as_pair(op, name, value, minimum):
    """`value` as (along H, along W): a whole number counts for both. Raises ValueError below `minimum`."""
    pair = tuple(value) if isinstance(value, (tuple, list, np.ndarray)) else (value, value)
    if len(pair) == 2 and all(
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) and v >= minimum for v in pair
    ):
        return int(pair[0]), int(pair[1])
    raise ValueError(f"{op}: {name} must be one int or a pair, each at least {minimum}, not {value!r}")


def _sizes(op, kernel, stride, padding, dilation):
    return (
        as_pair(op, "the weight's kernel size", tuple(kernel), minimum=1),
        as_pair(op, "stride", stride, minimum=1),
        as_pair(op, "padding", padding, minimum=0),
        as_pair(op, "dilation", dilation, minimum=1),
    )


def _four(shape, op, name, meaning):
    if len(shape) != 4:
        raise ValueError(f"{op}: {name} must have four axes {meaning}, not shape {tuple(shape)}")
    if 0 in shape:
        raise ValueError(f"{op}: {name} has shape {tuple(shape)}, expected at least one of everything, {meaning}")
    return shape
