"""The 4 x 4 convolution of stride 2, with 9 multiplications where the definition has 16.

Two steps lead there; both only rename or add numbers.

1. *Space to depth.* A window of stride 2 moves by whole 2 x 2 blocks of pixels. Call a block one pixel with
   four times the channels, and the 4 x 4 kernel of stride 2 becomes a 2 x 2 kernel of stride 1:

       pixels   a b | c d | e f | ...       a window is 4 wide:   y0 sees a b c d  =  D0 and D1
                g h | i j | k l |           and moves by 2:       y1 sees c d e f  =  D1 and D2
                 D0    D1    D2
                                            y0 = D0 w0 + D1 w1        y1 = D1 w0 + D2 w1

   in one dimension, with w0 the kernel's left half (columns 0, 1) and w1 its right half (2, 3).

2. *Winograd F(2, 2).* Two neighbouring outputs share D1. Three products give both, where step 1 takes four:

       m0 = (D0 - D1) w0        m1 = D1 (w0 + w1)        m2 = (D2 - D1) w1
       y0 = m0 + m1             y1 = m1 + m2             (insert: what is too much cancels)

   As matrices: V = B^T D, U = G w, and y = A^T (V * U) with the product taken entry by entry,

              | 1 -1  0 |           | 1  0 |            | 1  1  0 |
       B^T =  | 0  1  0 |      G =  | 1  1 |     A^T =  | 0  1  1 |
              | 0 -1  1 |           | 0  1 |

   All coefficients are 0, 1 and -1, so the transforms hardly round. In two dimensions each matrix acts along
   the rows and along the columns: a tile of 3 x 3 blocks gives 2 x 2 outputs, and 3 x 3 products replace
   2 x 2 for each of 2 x 2 outputs, 9 instead of 16. An entry's product is a matrix product over the channels,
   at all tiles of all N images at once:

       V (3, 3, tiles N, 4 C)  @  U^T (3, 3, 4 C, F)   ->   M (3, 3, tiles N, F)

Gradients. The chain x -> D -> V -> M -> y is linear at every step, so backward runs the transposed matrices:

    lower_output    dM = A g A^T                            the gradient arrives
    to_image        dV = dM U,      dD = B dV B^T           neighbouring tiles share blocks: their shares add
    to_weight       dU = dM^T V,    dw = G^T dU G           V was kept by the forward pass

Work goes from one row of tiles to the next, so that the nine products are still in cache when the transforms
read them. A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), section 4,
describe the method for 3 x 3 kernels; S. Winograd, "Arithmetic Complexity of Computations" (1980), found it.
"""

import numpy as np

from .conv_geometry import seen_through
from .conv_layout import empty_hwnc, to_hwnc, to_nhwc

ROWS_TO_MULTIPLY = 512  # a matrix product reaches its full speed, and its result still fits in cache
FEWEST_CHANNELS = 8  # below, the transforms cost more than the multiplications they save


def serves(geometry):
    """4 x 4 kernels of stride 2, unless odd sizes would waste more than a quarter of the tiles' outputs."""
    rows, columns = geometry.output
    tile_rows, tile_columns = _tiles(geometry)
    return (
        (geometry.kernel, geometry.stride, geometry.dilation) == ((4, 4), (2, 2), (1, 1))
        and min(geometry.channels, geometry.filters) >= FEWEST_CHANNELS
        and rows * columns >= 3 * tile_rows * tile_columns
    )


def lower_image(x, geometry):
    """V (3, 3, tile rows, tile columns N, 4 C) = B^T D B for every tile of x (N, H, W, C)."""
    tile_rows, tile_columns = _tiles(geometry)
    image = to_hwnc(x)
    blocks = _BlockRow(geometry, image.dtype)
    V = np.empty((3, 3, tile_rows, tile_columns, *blocks.shape), image.dtype)
    above, below = np.empty((2, 3, tile_columns, *blocks.shape), image.dtype)
    blocks.read(image, 0).to_tiles(above)
    for t in range(tile_rows):
        middle = V[1, :, t]
        blocks.read(image, 2 * t + 1).to_tiles(middle)
        blocks.read(image, 2 * t + 2).to_tiles(below)
        np.subtract(above, middle, out=V[0, :, t])
        np.subtract(below, middle, out=V[2, :, t])
        above, below = below, above
    return V.reshape(3, 3, tile_rows, -1, 4 * geometry.channels)


def lower_output(g, geometry):
    """M (3, 3, tile rows, tile columns N, F) = A g A^T for every tile of g (N, OH, OW, F)."""
    tile_rows, tile_columns = _tiles(geometry)
    outputs = _even(to_hwnc(g))
    M = np.empty((3, 3, tile_rows, tile_columns, *outputs.shape[2:]), outputs.dtype)
    for t in range(tile_rows):
        pair = outputs[2 * t : 2 * t + 2].reshape(2, tile_columns, 2, *outputs.shape[2:])
        left, right = pair[:, :, 0], pair[:, :, 1]
        top_and_bottom = M[::2, :, t]
        top_and_bottom[:, 0] = left
        np.add(left, right, out=top_and_bottom[:, 1])
        top_and_bottom[:, 2] = right
        np.add(M[0, :, t], M[2, :, t], out=M[1, :, t])
    return M.reshape(3, 3, tile_rows, -1, geometry.filters)


def to_output(V, weight, geometry, finish):
    """y (N, OH, OW, F) = A^T (V U^T) A."""
    tile_rows, tile_columns = _tiles(geometry)
    batch, rows, columns, filters = geometry.output_shape
    y = np.empty((2 * tile_rows, 2 * tile_columns, batch, filters), V.dtype)
    U = _weight_to_tiles(weight)
    for t, end in _bands(V):
        M = np.matmul(V[:, :, t:end].reshape(3, 3, -1, V.shape[-1]), U.swapaxes(-1, -2))
        top_and_bottom = M[:2] + M[1:]
        left, middle, right = top_and_bottom.swapaxes(0, 1).reshape(3, 2, -1, tile_columns, batch, filters)
        pairs = y[2 * t : 2 * end].reshape(-1, 2, tile_columns, 2, batch, filters).swapaxes(0, 1)
        np.add(left, middle, out=pairs[:, :, :, 0])
        np.add(middle, right, out=pairs[:, :, :, 1])
        if finish is not None:
            finish(y[2 * t : 2 * end])
    return to_nhwc(np.ascontiguousarray(y[:rows, :columns]))


def to_image(M, weight, geometry, finish):
    """dx (N, H, W, C) = B (M U) B^T, block row after block row; tiles t - 1 and t share block row 2 t."""
    image = empty_hwnc(geometry.image_shape, M.dtype)
    blocks = _BlockRow(geometry, M.dtype)
    U = _weight_to_tiles(weight)
    from_tile_above = np.zeros((3, M.shape[3], U.shape[3]), M.dtype)
    for start, end in _bands(M):
        V = np.matmul(M[:, :, start:end].reshape(3, 3, -1, M.shape[4]), U)
        V = V.reshape(3, 3, end - start, *from_tile_above.shape[1:])
        for t in range(start, end):
            above, middle, below = V[:, :, t - start]
            np.subtract(middle, above, out=middle)
            np.subtract(middle, below, out=middle)
            np.add(above, from_tile_above, out=above)
            blocks.from_tiles(above).write(image, 2 * t, finish)
            blocks.from_tiles(middle).write(image, 2 * t + 1, finish)
            from_tile_above = below
    blocks.from_tiles(from_tile_above).write(image, 2 * end, finish)
    if 2 * end + 2 - geometry.padding[0] < len(image):  # a last row that no window saw
        blocks.clear().write(image, 2 * end + 1, finish)
    return to_nhwc(image)


def to_weight(V, M, geometry):
    """dw (F, 4, 4, C) = G^T (M^T V) G, the products summed over all tiles."""
    filters, channels = geometry.filters, geometry.channels
    M, V = M.reshape(3, 3, -1, filters), V.reshape(3, 3, -1, 4 * channels)
    dU = np.matmul(M.swapaxes(-1, -2), V)
    dw = dU[:2] + dU[1:]
    dw = dw[:, :2] + dw[:, 1:]
    dw = dw.reshape(2, 2, filters, 2, 2, channels)  # u, v, F, a, b, C: row 2 u + a, column 2 v + b
    return dw.transpose(2, 0, 3, 1, 4, 5).reshape(geometry.weight_shape)


def _weight_to_tiles(weight):
    """U (3, 3, F, 4 C) = G w G^T from the weight (F, 4, 4, C)."""
    filters, _, _, channels = weight.shape
    w = weight.reshape(filters, 2, 2, 2, 2, channels).transpose(1, 3, 0, 2, 4, 5)
    U = np.empty((3, 3, filters, 4 * channels), weight.dtype)
    U[::2, ::2] = w.reshape(2, 2, filters, 4 * channels)
    np.add(U[::2, 0], U[::2, 2], out=U[::2, 1])
    np.add(U[0], U[2], out=U[1])
    return U


def _tiles(geometry):
    """How many tiles of 2 x 2 outputs cover the output side, along each axis."""
    rows, columns = geometry.output
    return (rows + 1) // 2, (columns + 1) // 2


def _even(outputs):
    """(h, w, N, F) with zeros below and to the right up to even h and w."""
    rows, columns = outputs.shape[:2]
    if rows % 2 == columns % 2 == 0:
        return outputs
    return np.pad(outputs, ((0, rows % 2), (0, columns % 2), (0, 0), (0, 0)))


def _bands(tiles):
    """The tile rows (axis 2) cut into bands [start, end) of matrices long enough to multiply fast."""
    tile_rows, rows_each = tiles.shape[2:4]
    height = -(-ROWS_TO_MULTIPLY // rows_each)
    return [(t, min(t + height, tile_rows)) for t in range(0, tile_rows, height)]


class _BlockRow:
    """One row of blocks, (block columns, N, 2, 2, C), on its way from the image to the tiles or back.

    Block row i holds the image rows 2 i - p and 2 i + 1 - p, block column j the columns 2 j - p and
    2 j + 1 - p, with zeros where there is no image.
    """

    def __init__(self, geometry, dtype):
        batch, _, width, channels = geometry.image_shape
        self.row_padding, padding = geometry.padding
        self.seen = 2 * _tiles(geometry)[1] + 1  # the block columns that belong to tiles
        count = max(self.seen, (width + padding + 1) // 2)
        self.shape = (batch, 2, 2, channels)
        self.blocks = np.zeros((count, *self.shape), dtype)
        # for the left and the right pixel of a block: which blocks have theirs in the image, and where
        self.columns = [seen_through(b - padding, 2, width, count) for b in (0, 1)]

    def read(self, image, i):
        """Space to depth: fill the blocks from two rows of the image (H, W, N, C)."""
        for a in (0, 1):
            row = 2 * i + a - self.row_padding
            for b, (blocks, pixels) in enumerate(self.columns):
                self.blocks[blocks, :, a, b] = image[row, pixels] if 0 <= row < len(image) else 0
        return self

    def write(self, image, i, finish):
        """Depth to space: write the blocks to two rows of the image, which are then finished."""
        for a in (0, 1):
            row = 2 * i + a - self.row_padding
            if 0 <= row < len(image):
                for b, (blocks, pixels) in enumerate(self.columns):
                    image[row, pixels] = self.blocks[blocks, :, a, b]
                if finish is not None:
                    finish(image[row])

    def to_tiles(self, out):
        """`out` (3, tile columns, N, 2, 2, C) = B^T along the columns."""
        left, middle, right = (self.blocks[k : self.seen - 2 + k : 2] for k in (0, 1, 2))
        out[1] = middle
        np.subtract(left, middle, out=out[0])
        np.subtract(right, middle, out=out[2])

    def from_tiles(self, tiles):
        """The transpose of `to_tiles`: B along the columns; what two tiles send to a block adds."""
        left, middle, right = tiles.reshape(3, -1, *self.shape)
        blocks = self.blocks[: self.seen]
        np.subtract(middle, left, out=blocks[1::2])
        np.subtract(blocks[1::2], right, out=blocks[1::2])
        blocks[0] = left[0]
        blocks[-1] = right[-1]
        np.add(left[1:], right[:-1], out=blocks[2:-1:2])
        return self

    def clear(self):
        self.blocks[...] = 0
        return self
