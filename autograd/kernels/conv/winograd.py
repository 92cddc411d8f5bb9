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
       y0 = m0 + m1             y1 = m1 + m2             (insert the products to check it)

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
   left out) are all in the matrices (``winograd_axes.py``). The rows of a tile are multiplied with the pixels that it
   sees, without the zeros around them. The transpose keeps its zeros, since a pixel adds up what several tiles say of
   it. So for wide images with few channels the transforms cost more than they save; `serves` counts, as if all zeros
   were multiplied.

The additions and subtractions cancel exactly only in exact arithmetic: float32 loses about one digit. And zeros are
multiplied too, so one NaN or infinite number spoils all results of its tiles, and on the way to an image all of it.

Gradients. The chain x -> V -> M -> y is linear at every step, so backward runs the transposed matrices, in which
neighbouring tiles that share pixels add up by themselves:

    to_output       V = B^T x B      M = U V        y = A^T M A
    to_image        M = A g A^T      V = U^T M      dx = B V B^T
    to_weight       dU = M V^T       dw = G^T dU G                       V or M was kept by the forward pass

The transforms work on a few channels at a time, so that the result of the first product is still in the cache for the
second. Threads share the groups of channels and of filters, and the n x n products.

Taught by docs/15-fast-convolution.md.
"""

from functools import partial

import numpy as np

from ..products import multiply, multiply_and_add
from ..threads import in_parallel
from .layout import empty_hwcn, to_nhwc
from .winograd_axes import is_known
from .winograd_transforms import (
    by_product,
    empty_blocks,
    empty_kernels,
    empty_results,
    empty_weights,
    filter_groups,
    image_groups,
    image_to_products,
    output_groups,
    products_to_image,
    products_to_results,
    products_to_weight,
    results_to_products,
    tilings_of,
    weight_to_products,
)

TRANSFORM_COST = 2  # cost of a multiply in a transform relative to one in the GEMMs (transforms are memory-bound)
MAX_COST = 0.9  # use Winograd only below 90 % of the direct method's cost


def serves(geometry):
    """Geometries for which a training step costs clearly fewer multiplications than the direct method.

    A step has three sums of products. It transforms the image side twice (there and back), and the output side twice.
    """
    if geometry.dilation != (1, 1) or not all(map(is_known, geometry.kernel, geometry.stride)):
        return False
    (height, width), (rows, columns), (s_h, s_w) = geometry.image, geometry.output, geometry.stride
    along_rows, along_columns = (axis.entries for axis in tilings_of(geometry))
    definition = rows * columns * geometry.kernel[0] * geometry.kernel[1] * geometry.channels * geometry.filters
    products = along_rows * along_columns * s_h * s_w * geometry.channels * geometry.filters
    image_side = (height * width * along_columns + along_rows * height * along_columns * s_w) * geometry.channels
    output_side = (along_rows * rows * along_columns + rows * along_columns * columns) * geometry.filters
    cost = 3 * products + TRANSFORM_COST * 2 * (image_side + output_side)
    return cost <= MAX_COST * 3 * definition


def to_output(image, weight, geometry, finish=None):
    """y (N, OH, OW, F) = A^T (U V) A."""
    V, lowering = _lowering_image(image, geometry)
    U, transforms = _transforming_weight(weight, geometry)
    in_parallel(_call, [*transforms, *lowering])
    image.lowered = V
    M = empty_results(geometry, weight.dtype)
    _multiply_all(U, V, geometry, out=M)
    y = empty_hwcn(geometry.output_shape, weight.dtype)

    def run(channels):
        out = y[:, :, channels]
        products_to_results(M[:, :, channels], geometry, out)
        if finish is not None:
            finish(out, channels=channels)

    in_parallel(run, output_groups(geometry))
    return to_nhwc(y)


def to_image(output, weight, geometry, finish=None):
    """dx (N, H, W, C) = B (U^T M) B^T."""
    M, lowering = _lowering_output(output, geometry)
    U, transforms = _transforming_weight(weight, geometry)
    in_parallel(_call, [*transforms, *lowering])
    output.lowered = M
    V = empty_blocks(geometry, weight.dtype)
    _multiply_all(U.mT, M, geometry, out=V)
    dx = empty_hwcn(geometry.image_shape, weight.dtype)

    def run(channels):
        out = dx[:, :, channels]
        products_to_image(V[:, :, :, :, channels], geometry, out)
        if finish is not None:
            finish(out, channels=channels)

    in_parallel(run, image_groups(geometry))
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
    V = empty_blocks(geometry, image.dtype)

    def run(channels):
        image_to_products(image.part(channels=channels), geometry, V[:, :, :, :, channels])

    return V, [partial(run, channels) for channels in image_groups(geometry)]


def _lowering_output(output, geometry):
    """M, and the functions that fill it in, likewise."""
    if output.lowered is not None:
        return output.lowered, []
    M = empty_results(geometry, output.dtype)

    def run(channels):
        results_to_products(output.part(channels=channels), geometry, M[:, :, channels])

    return M, [partial(run, channels) for channels in output_groups(geometry)]


def _transforming_weight(weight, geometry):
    """U, and the functions that fill it in, one for each group of filters."""
    U = empty_weights(geometry, weight.dtype)

    def run(filters):
        weight_to_products(weight[filters], geometry, U[:, :, filters])

    return U, [partial(run, filters) for filters in filter_groups(geometry)]


def _call(job):
    return job()


def to_weight(V, M, geometry):
    """dw (F, kH, kW, C) = G^T dU G, where dU is the sum of M V^T over all tiles."""
    V, M = by_product(V, geometry), by_product(M, geometry)
    rows, columns = tilings_of(geometry)
    dU = np.empty((rows.products, columns.products, M.shape[-2], V.shape[-2]), M.dtype)

    def run(product):
        i, j = product
        multiply_and_add(M[i, :, j], V[i, :, j], out=dU[i, j])

    in_parallel(run, np.ndindex(dU.shape[:2]))
    dw = empty_kernels(geometry, M.dtype)

    def finish(filters):
        products_to_weight(dU[:, :, filters], geometry, dw[filters])

    in_parallel(finish, filter_groups(geometry))
    return np.ascontiguousarray(dw[:, : geometry.kernel[0], : geometry.kernel[1]])


def _multiply_all(U, lowered, geometry, out):
    """The n x n products of all tiles: out = U V, or out = U^T M if U is given transposed, a view."""
    lowered, out = by_product(lowered, geometry), by_product(out, geometry)

    def run(product):
        i, j = product
        multiply(U[i, j], lowered[i, :, j], out=out[i, :, j])

    in_parallel(run, np.ndindex(U.shape[:2]))
