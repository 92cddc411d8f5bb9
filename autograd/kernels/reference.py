"""The kernels as the textbook writes them: loops over every index, slow and obvious, the fast ones' measure.

Shapes, with the letters of the formulas:

    image   x   (N, H, W, C)         n, row, column, c
    output  y   (N, OH, OW, F)       n, r, q, f
    weight  w   (F, kH, kW, C)       f, i, j, c

A convolution is one sum over seven indices of a product of three numbers, and `_touches` lists its terms:

    <g, conv2d(x, w)> = sum over n r q f i j c of   g[n,r,q,f] * w[f,i,j,c] * x[n,row,column,c]
                        with row = s r + d i - p,  column = s q + d j - p,  inside the image

Linear in each of the three arrays: leave one of them out of the product and what remains is the gradient with
respect to it. That is all of a convolution's backward pass, and of the transposed convolution's too.
"""

import numpy as np

from .conv.geometry import conv_geometry, conv_transpose_geometry, window_counts


def _touches(geometry):
    """Every (n, r, q, f, i, j, c, row, column) whose pixel lies inside the image: the seven loops."""
    (height, width), (rows, columns) = geometry.image, geometry.output
    for n in range(geometry.batch):
        for r in range(rows):
            for q in range(columns):
                for i, row_offset in enumerate(geometry.tap_offsets(0)):
                    for j, column_offset in enumerate(geometry.tap_offsets(1)):
                        row = geometry.stride[0] * r + row_offset
                        column = geometry.stride[1] * q + column_offset
                        if 0 <= row < height and 0 <= column < width:
                            for f in range(geometry.filters):
                                for c in range(geometry.channels):
                                    yield n, r, q, f, i, j, c, row, column


def conv2d(x, weight, stride=1, padding=0, dilation=1):
    """y[n,r,q,f] = sum over i j c of w[f,i,j,c] x[n,row,column,c]."""
    geometry = conv_geometry(x.shape, weight.shape, stride, padding, dilation)
    y = np.zeros(geometry.output_shape, x.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(geometry):
        y[n, r, q, f] += weight[f, i, j, c] * x[n, row, column, c]
    return y


def conv2d_gradient_of_input(g, weight, x_shape, stride=1, padding=0, dilation=1):
    """dL/dx[n,row,column,c] = sum of w[f,i,j,c] g[n,r,q,f] over all the windows that saw the pixel."""
    geometry = conv_geometry(x_shape, weight.shape, stride, padding, dilation)
    dx = np.zeros(x_shape, g.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(geometry):
        dx[n, row, column, c] += weight[f, i, j, c] * g[n, r, q, f]
    return dx


def conv2d_gradient_of_weight(g, x, kernel, stride=1, padding=0, dilation=1):
    """dL/dw[f,i,j,c] = sum of g[n,r,q,f] x[n,row,column,c] over all the windows; `kernel` is (kH, kW)."""
    weight_shape = (g.shape[-1], *kernel, x.shape[-1])
    dw = np.zeros(weight_shape, g.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(conv_geometry(x.shape, weight_shape, stride, padding, dilation)):
        dw[f, i, j, c] += g[n, r, q, f] * x[n, row, column, c]
    return dw


def conv_transpose2d(z, weight, stride=1, padding=0, output_padding=0, dilation=1):
    """Every pixel of z (N, H, W, C_in) paints the kernel, scaled by itself, into the output; overlaps add.

    weight (C_in, kH, kW, F_out): its first axis is what comes in, its last what goes out.
    """
    geometry = conv_transpose_geometry(z.shape, weight.shape, stride, padding, output_padding, dilation)
    y = np.zeros(geometry.image_shape, z.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(geometry):
        y[n, row, column, c] += weight[f, i, j, c] * z[n, r, q, f]
    return y


def conv_transpose2d_gradient_of_input(g, weight, z_shape, stride=1, padding=0, output_padding=0, dilation=1):
    """dL/dz[n,r,q,f] = sum of w[f,i,j,c] g[n,row,column,c] over what the pixel painted."""
    geometry = conv_transpose_geometry(z_shape, weight.shape, stride, padding, output_padding, dilation)
    dz = np.zeros(z_shape, g.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(geometry):
        dz[n, r, q, f] += weight[f, i, j, c] * g[n, row, column, c]
    return dz


def conv_transpose2d_gradient_of_weight(g, z, kernel, stride=1, padding=0, output_padding=0, dilation=1):
    """dL/dw[f,i,j,c] = sum of z[n,r,q,f] g[n,row,column,c] over everything painted."""
    weight_shape = (z.shape[-1], *kernel, g.shape[-1])
    geometry = conv_transpose_geometry(z.shape, weight_shape, stride, padding, output_padding, dilation)
    dw = np.zeros(weight_shape, g.dtype)
    for n, r, q, f, i, j, c, row, column in _touches(geometry):
        dw[f, i, j, c] += z[n, r, q, f] * g[n, row, column, c]
    return dw


def _windows(x, kernel, stride, padding):
    """Every window of pooling, (n, r, q, c), with the list of the (n, row, column, c) that it sees."""
    batch, height, width, channels = x.shape
    rows, columns = window_counts("pooling", (height, width), kernel, stride, padding)
    for n, r, q, c in np.ndindex(batch, rows, columns, channels):
        top, left = stride[0] * r - padding[0], stride[1] * q - padding[1]
        seen = [
            (n, row, column, c)
            for row in range(max(0, top), min(height, top + kernel[0]))
            for column in range(max(0, left), min(width, left + kernel[1]))
        ]
        yield (n, r, q, c), seen


def max_pool2d(x, g, kernel, stride, padding):
    """(y, dL/dx): the largest pixel of each window; it gets the gradient, the first one where several tie."""
    y, dx = np.empty_like(g), np.zeros_like(x)
    for window, seen in _windows(x, kernel, stride, padding):
        winner = max(seen, key=lambda place: x[place])
        y[window] = x[winner]
        dx[winner] += g[window]
    return y, dx


def avg_pool2d(x, g, kernel, stride, padding):
    """(y, dL/dx): the sum of each window over kH kW (padding counts as zeros), the gradient shared evenly."""
    y, dx = np.empty_like(g), np.zeros_like(x)
    area = kernel[0] * kernel[1]
    for window, seen in _windows(x, kernel, stride, padding):
        y[window] = sum(x[place] for place in seen) / area
        for place in seen:
            dx[place] += g[window] / area
    return y, dx


def upsample2d(x, g, scale):
    """(y, dL/dx): y[n,r,q,c] = x[n, r // scale, q // scale, c]; a pixel collects its copies' gradients."""
    y, dx = np.empty_like(g), np.zeros_like(x)
    for n, r, q, c in np.ndindex(*g.shape):
        source = (n, r // scale[0], q // scale[1], c)
        y[n, r, q, c] = x[source]
        dx[source] += g[n, r, q, c]
    return y, dx


def normalize(x, g, gamma, beta, groups, epsilon):
    """(y, dL/dx, dL/dgamma, dL/dbeta) of any normalisation, one group after the other.

    Every group is normalised by its own mean and biased variance, y = gamma x̂ + beta.
    groups: array of x's shape, the number of the group each element belongs to. gamma, beta: of x's shape too
    (broadcast by the caller, who also sums their gradients). The Jacobian of a group is written out in full:

        dx̂_i/dx_j = (delta_ij - 1/m - x̂_i x̂_j / m) / sigma
    """
    y, dx, x_hat = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    for group in np.unique(groups):
        members = groups == group
        values = x[members]
        m = values.size
        mean = sum(values) / m
        sigma = np.sqrt(sum((values - mean) ** 2) / m + epsilon)
        normal = (values - mean) / sigma
        jacobian = (np.eye(m) - 1 / m - np.outer(normal, normal) / m) / sigma
        x_hat[members] = normal
        dx[members] = jacobian.T @ (gamma * g)[members]
    y[...] = gamma * x_hat + beta
    return y, dx, g * x_hat, g
