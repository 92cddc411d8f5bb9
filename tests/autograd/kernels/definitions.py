"""Definitions written out index by index, too slow for anything but tiny arrays: what the plain forms are held to."""

import numpy as np

from autograd.kernels.conv.geometry import conv_geometry


def convolution_terms(geometry):
    """Every (n, r, q, f, i, j, c, row, column) whose pixel lies inside the image: the seven loops of the sum

    <g, conv2d(x, w)>  =  sum of g[n,r,q,f] * w[f,i,j,c] * x[n,row,column,c]

    with row = s r + d i - p and column = s q + d j - p.
    """
    (height, width), (rows, columns) = geometry.image, geometry.output
    for n, r, q in np.ndindex(geometry.batch, rows, columns):
        for i, row_offset in enumerate(geometry.tap_offsets(0)):
            for j, column_offset in enumerate(geometry.tap_offsets(1)):
                row, column = geometry.stride[0] * r + row_offset, geometry.stride[1] * q + column_offset
                if 0 <= row < height and 0 <= column < width:
                    for f, c in np.ndindex(geometry.filters, geometry.channels):
                        yield n, r, q, f, i, j, c, row, column


def three_sums(x, weight, g, **options):
    """(y, dx, dweight) of conv2d: the sum above with g, x or the weight left out."""
    y, dx, dweight = np.zeros_like(g), np.zeros_like(x), np.zeros_like(weight)
    geometry = conv_geometry(x.shape, weight.shape, **options)
    for n, r, q, f, i, j, c, row, column in convolution_terms(geometry):
        y[n, r, q, f] += weight[f, i, j, c] * x[n, row, column, c]
        dx[n, row, column, c] += weight[f, i, j, c] * g[n, r, q, f]
        dweight[f, i, j, c] += g[n, r, q, f] * x[n, row, column, c]
    return y, dx, dweight


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
