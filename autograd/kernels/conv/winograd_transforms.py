"""The transforms of Winograd's form: image, results and weight to the n x n products and back, along both axes.

``winograd.py`` says what they compute. A transform of an image is two matrix products, one along H and one along W,
with the matrices of all tiles from ``winograd_axes.py``. Its transpose stands beside it; the backward pass runs that.

Shapes (n products of a tile, t tiles, along each axis): V (n t, n t, s, s, C, N), M (n t, n t, F, N).

Taught by docs/15-fast-convolution.md.
"""

import math

import numpy as np

from .layout import view_as
from .winograd_axes import matrices, tiling, width_in_blocks

MAX_HALFWAY = 2**19  # elements between the two products of a transform: a group of channels stays in the cache
MAX_MULTIPLICATIONS = 1_000_000  # in the transform of a group of filters: AVX-512 then needs no packing (``blas.py``)


def tilings_of(geometry):
    """How the tiles cover the results along H and along W."""
    return [tiling(*sizes) for sizes in zip(geometry.kernel, geometry.stride, geometry.output, strict=True)]


def matrices_of(geometry, dtype):
    """The matrices of the transforms along H and along W."""
    sizes = zip(geometry.image, geometry.output, geometry.kernel, geometry.stride, geometry.padding, strict=True)
    return [matrices(*axis, np.dtype(dtype).str) for axis in sizes]


def image_to_products(image, geometry, V):
    """V (n t, n t, s, s, c, N) = B^T x B of an image (H, W, c, N): along W, then along H."""
    rows, columns = matrices_of(geometry, V.dtype)
    halfway = np.empty((V.shape[1], len(image), *V.shape[3:]), V.dtype)  # (n t, H, s, c, N)
    for b, (pixels, BT, _) in enumerate(columns.places):
        _apply(BT, image[:, pixels], out=halfway[:, :, b].swapaxes(0, 1))
    for a, (pixels, BT, _) in enumerate(rows.places):
        for b in range(V.shape[3]):
            _apply(BT, halfway[:, pixels, b], out=V[:, :, a, b].swapaxes(0, 1))


def products_to_image(V, geometry, image):
    """Its transpose: image (H, W, c, N) = B V B^T, along H, then along W."""
    rows, columns = matrices_of(geometry, V.dtype)
    halfway = np.empty((V.shape[1], len(image), *V.shape[3:]), V.dtype)  # (n t, H, s, c, N)
    for b in range(V.shape[3]):
        for a, (pixels, _, B) in enumerate(rows.places):
            _apply(B, V[:, :, a, b].swapaxes(0, 1), out=halfway[:, pixels, b])
    halfway[:, rows.end :] = 0
    for b, (pixels, _, B) in enumerate(columns.places):
        _apply(B, halfway[:, :, b].swapaxes(0, 1), out=image[:, pixels])
    image[:, columns.end :] = 0


def products_to_results(M, geometry, y):
    """y (OH, OW, f, N) = A^T M A of M (n t, n t, f, N): along H, then along W."""
    rows, columns = matrices_of(geometry, M.dtype)
    halfway = np.empty((len(y), *M.shape[1:]), M.dtype)  # (OH, n t, f, N)
    _apply(rows.AT, M.swapaxes(0, 1), out=halfway.swapaxes(0, 1))
    _apply(columns.AT, halfway, out=y)


def results_to_products(g, geometry, M):
    """Its transpose: M (n t, n t, f, N) = A g A^T of g (OH, OW, f, N), along W, then along H."""
    rows, columns = matrices_of(geometry, M.dtype)
    halfway = np.empty((len(g), *M.shape[1:]), M.dtype)  # (OH, n t, f, N)
    _apply(columns.A, g, out=halfway)
    _apply(rows.A, halfway.swapaxes(0, 1), out=M.swapaxes(0, 1))


def _apply(matrix, arrays, out):
    """out (K, Q, c, N) = matrix (Q, P), in parts, times each of arrays (K, P, c, N): K GEMMs of c N columns a part."""
    *_, c, N = arrays.shape
    arrays, out = (view_as(a, (*a.shape[:2], c * N)) for a in (arrays, out))
    for rows, columns, numbers in matrix:
        np.matmul(numbers, arrays[:, columns], out=out[:, rows])


def weight_to_products(weight, geometry, U):
    """U (n, n, f, s s C) = G w G^T of the weight (f, kH, kW, C) of some filters.

    Both axes at once: one product with the Kronecker product of their matrices G.
    """
    w = _in_blocks(weight, geometry).transpose(1, 3, 0, 2, 4, 5)  # (r, r, f, s, s, C)
    G = _of_both_axes(geometry, U.dtype)
    np.matmul(G, w.reshape(G.shape[1], -1), out=view_as(U, (len(G), -1)))


def products_to_weight(dU, geometry, dw):
    """Its transpose: dw (f, r s, r s, C) = G^T dU G of dU (n, n, f, s s C)."""
    G = _of_both_axes(geometry, dU.dtype)
    w = np.matmul(np.ascontiguousarray(G.T), dU.reshape(len(G), -1))  # (r r, f s s C)
    (s_h, s_w), (u, v) = geometry.stride, map(width_in_blocks, geometry.kernel, geometry.stride)
    w = w.reshape(u, v, len(dw), s_h, s_w, geometry.channels)
    view_as(dw, (len(dw), u, s_h, v, s_w, geometry.channels))[...] = w.transpose(2, 0, 3, 1, 4, 5)


def _of_both_axes(geometry, dtype):
    """The Kronecker product of the matrices G along H and along W, (n n, r r)."""
    rows, columns = (axis.G for axis in matrices_of(geometry, dtype))
    return (rows[:, None, :, None] * columns[:, None, :]).reshape(len(rows) * len(columns), -1)


def _in_blocks(weight, geometry):
    """The weight (F, kH, kW, C) in blocks, (F, r, s, r, s, C), padded with zeros to whole blocks."""
    (s_h, s_w), missing = geometry.stride, [-k % s for k, s in zip(geometry.kernel, geometry.stride, strict=True)]
    if any(missing):
        weight = np.pad(weight, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    filters, height, width, channels = weight.shape
    return weight.reshape(filters, height // s_h, s_h, width // s_w, s_w, channels)


def by_product(array, geometry):
    """V or M (n t, n t, ..., N) seen as (n, t, n, t, channels, N)."""
    rows, columns = tilings_of(geometry)
    return array.reshape(rows.products, rows.tiles, columns.products, columns.tiles, -1, geometry.batch)


def empty_blocks(geometry, dtype):
    """An uninitialised V."""
    rows, columns = tilings_of(geometry)
    return np.empty((rows.entries, columns.entries, *geometry.stride, geometry.channels, geometry.batch), dtype)


def empty_results(geometry, dtype):
    """An uninitialised M."""
    rows, columns = tilings_of(geometry)
    return np.empty((rows.entries, columns.entries, geometry.filters, geometry.batch), dtype)


def empty_weights(geometry, dtype):
    """An uninitialised U."""
    rows, columns = tilings_of(geometry)
    of_block = geometry.stride[0] * geometry.stride[1] * geometry.channels
    return np.empty((rows.products, columns.products, geometry.filters, of_block), dtype)


def empty_kernels(geometry, dtype):
    """An uninitialised weight (F, r s, r s, C) whose kernels fill whole blocks."""
    sizes = zip(geometry.kernel, geometry.stride, strict=True)
    return np.empty((geometry.filters, *(width_in_blocks(k, s) * s for k, s in sizes), geometry.channels), dtype)


def filter_groups(geometry):
    """Slices of the filters; a transform of the weight works on one slice at a time."""
    G = _of_both_axes(geometry, np.float32)
    count = max(1, MAX_MULTIPLICATIONS // (G.size * geometry.stride[0] * geometry.stride[1] * geometry.channels))
    return [slice(f, f + count) for f in range(0, geometry.filters, count)]


def image_groups(geometry):
    """Slices of the channels of an image; a transform works on one slice at a time."""
    return _groups(geometry, geometry.channels, geometry.image[0] * geometry.stride[1])


def output_groups(geometry):
    """Slices of the filters, likewise."""
    return _groups(geometry, geometry.filters, geometry.output[0])


def _groups(geometry, channels, rows):
    _, columns = tilings_of(geometry)
    halfway = columns.entries * rows * channels * geometry.batch
    count = min(math.ceil(halfway / MAX_HALFWAY), channels)
    return [slice(k * channels // count, (k + 1) * channels // count) for k in range(count)]
