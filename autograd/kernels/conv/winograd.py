"""The convolution with fewer multiplications: Winograd's algorithms along the rows and along the columns.

Three steps lead there.

1. *Space to depth.* A window of stride s moves by whole s x s blocks of pixels. Call a block one pixel with s^2 times
   the channels, and a k x k kernel of stride s becomes one of r x r with stride 1, r = k / s rounded up. For k = 4 and
   s = 2, in one dimension:

       pixels   a b | c d | e f | ...       a window is 4 wide:   y0 sees a b c d  =  D0 and D1
                 D0    D1    D2             and moves by 2:       y1 sees c d e f  =  D1 and D2

                                            y0 = D0 w0 + D1 w1        y1 = D1 w0 + D2 w1

   with w0 the kernel's left half (columns 0, 1) and w1 its right half (2, 3).

2. *Winograd.* Two neighbouring results share D1, and three products give both where step 1 takes four:

       m0 = (D0 - D1) w0        m1 = D1 (w0 + w1)        m2 = (D2 - D1) w1
       y0 = m0 + m1             y1 = m1 + m2             (insert: what is too much cancels)

   This is F(2, 2), y = A^T ((G w) * (B^T D)); ``winograd_algorithms.py`` has others, and where they come from. A *tile*
   of m results needs n = m + r - 1 products. In two dimensions the matrices act along the rows and along the columns,
   and n x n products replace r x r for each of m x m results: for k = 4 and s = 2, 9 in place of 16 with F(2, 2), and
   25 in place of 64 with F(4, 2). Each is a matrix product over the channels of a block:

       V (n, tiles, n, tiles, s s C, N)     U (n, n, F, s s C)     M = U V, of one tile, (F, N)

   (n, tiles) are one axis of n t entries where V is made, and s s C the three axes (s, s, C): the same memory.

3. *All tiles at once.* Along one axis, write B^T for every tile into one matrix with a column for each pixel, zero
   where a tile does not see it; for F(2, 2), and leaving out the pixels within a block,

       D0  D1  D2  D3  D4
     |  1  -1               |  product 0, tile 0
     |          1  -1       |  product 0, tile 1
     |      1               |  product 1, tile 0                    (n t, pixels)
     |              1       |  product 1, tile 1
     |     -1   1           |  product 2, tile 0
     |             -1   1   |  product 2, tile 1

   Then the whole transform is two matrix products with the image, one along the columns and one along the rows: padding
   (columns left out), space to depth (a matrix for the pixels at each place in their block) and odd sizes (rows of A^T
   left out) are all in the matrices (``winograd_axes.py``). They hold more zeros the wider the image is, so that for
   wide images with few channels they cost more than they save; `serves` counts.

What is added and taken off again cancels exactly only in exact arithmetic: float32 loses about a digit. And the big
matrices multiply every pixel by their zeros too, so that one NaN or infinite pixel spoils all results of its image.

Gradients. The chain x -> V -> M -> y is linear at every step, so backward runs the transposed matrices, in which
neighbouring tiles that share pixels add up by themselves:

    to_output       V = B^T x B      M = U V        y = A^T M A
    to_image        M = A g A^T      V = U^T M      dx = B V B^T
    to_weight       dU^T = V M^T     dw = G^T dU G                       V or M was kept by the forward pass

The transforms take a few channels at a time, so that what the first product leaves in the cache the second finds there;
the channels, and for U the n x n products, are also what the threads share out.
"""

from functools import partial

import numpy as np

from ..products import in_row_order, multiply, multiply_and_add
from ..threads import in_parallel
from .layout import empty_hwcn, to_nhwc, view_as
from .winograd_axes import is_known, matrices, tiling

COST_OF_A_TRANSFORM = 2  # of one of its multiplications, beside one of the products: it reads and writes more
MOST_COST = 0.9  # of that of the definition
NUMBERS_HALFWAY = 2**19  # through a transform, for a group of channels; about: it should stay in the cache


def serves(geometry):
    """Where a training step needs clearly fewer multiplications than the definition, those of the transforms included.

    A step is three sums of products; it transforms the image side twice (once back) and so it does the output side.
    """
    if geometry.dilation != (1, 1) or not all(map(is_known, geometry.kernel, geometry.stride)):
        return False
    (height, width), (rows, columns), (s_h, s_w) = geometry.image, geometry.output, geometry.stride
    along_rows, along_columns = (axis.entries for axis in tilings_of(geometry))
    definition = rows * columns * geometry.kernel[0] * geometry.kernel[1] * geometry.channels * geometry.filters
    products = along_rows * along_columns * s_h * s_w * geometry.channels * geometry.filters
    image_side = (height * width * along_columns + along_rows * height * along_columns * s_w) * geometry.channels
    output_side = (along_rows * rows * along_columns + rows * along_columns * columns) * geometry.filters
    cost = 3 * products + COST_OF_A_TRANSFORM * 2 * (image_side + output_side)
    return cost <= MOST_COST * 3 * definition


def tilings_of(geometry):
    """Along H and along W."""
    return [tiling(*sizes) for sizes in zip(geometry.kernel, geometry.stride, geometry.output, strict=True)]


def matrices_of(geometry, dtype):
    """Along H and along W."""
    sizes = zip(geometry.image, geometry.output, geometry.kernel, geometry.stride, geometry.padding, strict=True)
    return [matrices(*axis, np.dtype(dtype).str) for axis in sizes]


def to_output(image, weight, geometry, finish=None):
    """y (N, OH, OW, F) = A^T (U V) A."""
    V, lowering = _lowering_image(image, geometry)
    U, *_ = in_parallel(_call, [partial(_weight_to_products, weight, geometry), *lowering])
    image.lowered = V
    M = _empty_results(geometry, weight.dtype)
    _multiply_all(U, V, geometry, out=M)
    y = empty_hwcn(geometry.output_shape, weight.dtype)

    def run(channels):
        out = y[:, :, channels]
        _products_to_results(M[:, :, channels], geometry, out)
        if finish is not None:
            finish(out, channels)

    in_parallel(run, _output_groups(geometry))
    return to_nhwc(y)


def to_image(output, weight, geometry, finish=None):
    """dx (N, H, W, C) = B (U^T M) B^T."""
    M, lowering = _lowering_output(output, geometry)
    U, *_ = in_parallel(_call, [partial(_weight_to_products, weight, geometry, transposed=True), *lowering])
    output.lowered = M
    V = _empty_blocks(geometry, weight.dtype)
    _multiply_all(U, M, geometry, out=V)
    dx = empty_hwcn(geometry.image_shape, weight.dtype)

    def run(channels):
        out = dx[:, :, channels]
        _products_to_image(V[:, :, :, :, channels], geometry, out)
        if finish is not None:
            finish(out, channels)

    in_parallel(run, _image_groups(geometry))
    return to_nhwc(dx)


def lower_image(image, geometry):
    """V = B^T x B for every tile, an array (n t, n t, s, s, C, N)."""
    V, lowering = _lowering_image(image, geometry)
    in_parallel(_call, lowering)
    image.lowered = V
    return V


def lower_output(output, geometry):
    """M = A g A^T for every tile, an array (n t, n t, F, N)."""
    M, lowering = _lowering_output(output, geometry)
    in_parallel(_call, lowering)
    output.lowered = M
    return M


def _lowering_image(image, geometry):
    """V, and the functions without arguments that fill it in, one for each group of channels; none if it is full."""
    if image.lowered is not None:
        return image.lowered, []
    V = _empty_blocks(geometry, image.dtype)

    def run(channels):
        _image_to_products(image.part(channels=channels), geometry, V[:, :, :, :, channels])

    return V, [partial(run, channels) for channels in _image_groups(geometry)]


def _lowering_output(output, geometry):
    """M, and the functions that fill it in, likewise."""
    if output.lowered is not None:
        return output.lowered, []
    M = _empty_results(geometry, output.dtype)

    def run(channels):
        _results_to_products(output.part(channels=channels), geometry, M[:, :, channels])

    return M, [partial(run, channels) for channels in _output_groups(geometry)]


def _call(job):
    return job()


def to_weight(V, M, geometry):
    """dw (F, kH, kW, C) = G^T dU G, where dU^T is the sum of V M^T over all tiles."""
    V, M = _by_product(V, geometry), _by_product(M, geometry)
    rows, columns = tilings_of(geometry)
    dU = np.empty((rows.products, columns.products, V.shape[-2], M.shape[-2]), M.dtype)

    def run(product):
        i, j = product
        multiply_and_add(V[i, :, j], M[i, :, j], out=dU[i, j])

    in_parallel(run, np.ndindex(dU.shape[:2]))
    return _products_to_weight(dU, geometry)


def _image_to_products(image, geometry, V):
    """V (n t, n t, s, s, c, N) = B^T x B of an image (H, W, c, N): along W, then along H."""
    rows, columns = matrices_of(geometry, V.dtype)
    halfway = np.empty((V.shape[1], len(image), *V.shape[3:]), V.dtype)  # (n t, H, s, c, N)
    for b, (pixels, BT, _) in enumerate(columns.places):
        _apply(BT, image[:, pixels], out=halfway[:, :, b].swapaxes(0, 1))
    for a, (pixels, BT, _) in enumerate(rows.places):
        for b in range(V.shape[3]):
            _apply(BT, halfway[:, pixels, b], out=V[:, :, a, b].swapaxes(0, 1))


def _products_to_image(V, geometry, image):
    """The transpose: image (H, W, c, N) = B V B^T, along H, then along W."""
    rows, columns = matrices_of(geometry, V.dtype)
    halfway = np.empty((V.shape[1], len(image), *V.shape[3:]), V.dtype)  # (n t, H, s, c, N)
    for b in range(V.shape[3]):
        for a, (pixels, _, B) in enumerate(rows.places):
            _apply(B, V[:, :, a, b].swapaxes(0, 1), out=halfway[:, pixels, b])
    halfway[:, rows.end :] = 0
    for b, (pixels, _, B) in enumerate(columns.places):
        _apply(B, halfway[:, :, b].swapaxes(0, 1), out=image[:, pixels])
    image[:, columns.end :] = 0


def _products_to_results(M, geometry, y):
    """y (OH, OW, f, N) = A^T M A of M (n t, n t, f, N): along H, then along W."""
    rows, columns = matrices_of(geometry, M.dtype)
    halfway = np.empty((len(y), *M.shape[1:]), M.dtype)  # (OH, n t, f, N)
    _apply(rows.AT, M.swapaxes(0, 1), out=halfway.swapaxes(0, 1))
    _apply(columns.AT, halfway, out=y)


def _results_to_products(g, geometry, M):
    """The transpose: M (n t, n t, f, N) = A g A^T of g (OH, OW, f, N), along W, then along H."""
    rows, columns = matrices_of(geometry, M.dtype)
    halfway = np.empty((len(g), *M.shape[1:]), M.dtype)  # (OH, n t, f, N)
    _apply(columns.A, g, out=halfway)
    _apply(rows.A, halfway.swapaxes(0, 1), out=M.swapaxes(0, 1))


def _apply(matrix, arrays, out):
    """out (K, Q, c, N) = matrix (Q, P) times each of arrays (K, P, c, N), all c N numbers at once."""
    count, size, *inner = arrays.shape
    columns = inner[0] * inner[1]
    np.matmul(matrix, arrays.reshape(count, size, columns), out=view_as(out, (count, len(matrix), columns)))


def _multiply_all(U, lowered, geometry, out):
    """Each of the n x n products, for all tiles: out = U V, or with U transposed out = U^T M."""
    lowered, out = _by_product(lowered, geometry), _by_product(out, geometry)

    def run(product):
        i, j = product
        multiply(U[i, j], lowered[i, :, j], out=out[i, :, j])

    in_parallel(run, np.ndindex(U.shape[:2]))


def _by_product(array, geometry):
    """(n t, n t, ..., N) as (n, t, n, t, channels, N)."""
    rows, columns = tilings_of(geometry)
    return array.reshape(rows.products, rows.tiles, columns.products, columns.tiles, -1, geometry.batch)


def _empty_blocks(geometry, dtype):
    rows, columns = tilings_of(geometry)
    return np.empty((rows.entries, columns.entries, *geometry.stride, geometry.channels, geometry.batch), dtype)


def _empty_results(geometry, dtype):
    rows, columns = tilings_of(geometry)
    return np.empty((rows.entries, columns.entries, geometry.filters, geometry.batch), dtype)


def _image_groups(geometry):
    """Slices of the image's channels, to be transformed one after the other."""
    return _groups(geometry, geometry.channels, geometry.image[0] * geometry.stride[1])


def _output_groups(geometry):
    """Slices of the filters likewise."""
    return _groups(geometry, geometry.filters, geometry.output[0])


def _groups(geometry, channels, rows):
    _, columns = tilings_of(geometry)
    halfway = columns.entries * rows * channels * geometry.batch
    count = max(1, min(halfway // NUMBERS_HALFWAY, channels))
    return [slice(k * channels // count, (k + 1) * channels // count) for k in range(count)]


def _weight_to_products(weight, geometry, transposed=False):
    """U (n, n, F, s s C) = G w G^T from the weight (F, kH, kW, C), or its transpose (n, n, s s C, F)."""
    rows, columns = matrices_of(geometry, weight.dtype)
    w = _in_blocks(weight, geometry).transpose(1, 3, 0, 2, 4, 5)  # (r, r, F, s, s, C)
    if transposed:
        w = in_row_order(np.moveaxis(w, 2, -1))  # (r, r, s, s, C, F)
    U = rows.G @ w.reshape(len(w), -1)  # (n, r ...)
    U = np.matmul(columns.G, U.reshape(len(U), w.shape[1], -1))  # (n, n, ...)
    return U.reshape(*U.shape[:2], *((-1, len(weight)) if transposed else (len(weight), -1)))


def _products_to_weight(dU, geometry):
    """dw (F, kH, kW, C) = G^T dU G. dU arrives transposed, (n, n, s s C, F), as `to_weight` has made it."""
    rows, columns = matrices_of(geometry, dU.dtype)
    w = np.matmul(columns.G.T, dU.reshape(*dU.shape[:2], -1))  # (n, r, s s C F)
    w = rows.G.T @ w.reshape(len(w), -1)  # (r, r s s C F)
    w = in_row_order(w.reshape(-1, geometry.filters).T)  # (F, r r s s C)
    (s_h, s_w), (u, v) = geometry.stride, (rows.G.shape[1], columns.G.shape[1])
    w = w.reshape(-1, u, v, s_h, s_w, geometry.channels).swapaxes(2, 3)  # (F, r, s, r, s, C)
    kernel_height, kernel_width = geometry.kernel
    return np.ascontiguousarray(w.reshape(-1, u * s_h, v * s_w, geometry.channels)[:, :kernel_height, :kernel_width])


def _in_blocks(weight, geometry):
    """The weight (F, kH, kW, C) in blocks, (F, r, s, r, s, C), with zeros up to whole ones."""
    (s_h, s_w), missing = geometry.stride, [-k % s for k, s in zip(geometry.kernel, geometry.stride, strict=True)]
    if any(missing):
        weight = np.pad(weight, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
    filters, height, width, channels = weight.shape
    return weight.reshape(filters, height // s_h, s_h, width // s_w, s_w, channels)
