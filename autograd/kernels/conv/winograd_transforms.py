"""The transforms of Winograd's form: image, results and weight to the n x n products and back, along both axes.

``winograd.py`` says what they compute. A transform of an image is two matrix products, one along H and one along W,
with the matrices of all tiles from ``winograd_axes.py``. Its transpose stands beside it; the backward pass runs that.

Shapes (n products of a tile, t tiles, along each axis): V (n t, n t, s, s, C, N), M (n t, n t, F, N).

Taught by docs/15-fast-convolution.md.
"""

import numpy as np

from ..blas import has_avx2_only
from ..products import in_row_order
from .layout import view_as
from .winograd_axes import matrices, tiling, width_in_blocks

MAX_HALFWAY = 2**19  # elements between the two products of a transform, about: a group of channels stays in the cache


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
    """out (K, Q, c, N) = matrix (Q, P) times each of arrays (K, P, c, N): K GEMMs with c N columns each."""
    count, size, *inner = arrays.shape
    columns = inner[0] * inner[1]
    np.matmul(matrix, arrays.reshape(count, size, columns), out=view_as(out, (count, len(matrix), columns)))


def weight_to_products(weight, geometry, transposed=False):
    """U (n, n, F, s s C) = G w G^T from the weight (F, kH, kW, C), or its transpose (n, n, s s C, F).

    Both axes at once: one product with the Kronecker product of their matrices G.
    """
    rows, columns = tilings_of(geometry)
    w = _in_blocks(weight, geometry).transpose(1, 3, 0, 2, 4, 5)  # (r, r, F, s, s, C)
    in_memory = transposed and not has_avx2_only()  # a transposed view multiplies as fast there, and needs no copy
    if in_memory:
        w = in_row_order(np.moveaxis(w, 2, -1))  # (r, r, s, s, C, F)
    U = np.matmul(_of_both_axes(geometry, weight.dtype), w.reshape(w.shape[0] * w.shape[1], -1))
    U = U.reshape(rows.products, columns.products, *((-1, len(weight)) if in_memory else (len(weight), -1)))
    return U.mT if transposed and not in_memory else U


def products_to_weight(dU, geometry):
    """dw (F, kH, kW, C) = G^T dU G from dU (n, n, F, s s C)."""
    G = _of_both_axes(geometry, dU.dtype)
    w = np.matmul(np.ascontiguousarray(G.T), dU.reshape(len(G), -1))  # (r r, F s s C)
    (s_h, s_w), (u, v) = geometry.stride, map(width_in_blocks, geometry.kernel, geometry.stride)
    w = w.reshape(u, v, geometry.filters, s_h, s_w, geometry.channels).transpose(2, 0, 3, 1, 4, 5)  # (F, r, s, r, s, C)
    kernel_height, kernel_width = geometry.kernel
    w = w.reshape(-1, u * s_h, v * s_w, geometry.channels)
    return np.ascontiguousarray(w[:, :kernel_height, :kernel_width])


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


def image_groups(geometry):
    """Slices of the channels of an image; a transform works on one slice at a time."""
    return _groups(geometry, geometry.channels, geometry.image[0] * geometry.stride[1])


def output_groups(geometry):
    """Slices of the filters, likewise."""
    return _groups(geometry, geometry.filters, geometry.output[0])


def _groups(geometry, channels, rows):
    _, columns = tilings_of(geometry)
    halfway = columns.entries * rows * channels * geometry.batch
    count = max(1, min(halfway // MAX_HALFWAY, channels))
    return [slice(k * channels // count, (k + 1) * channels // count) for k in range(count)]
