"""The 4 x 4 convolution of stride 2, with 9 multiplications where the definition has 16.

Two steps lead there; both only rename or add numbers.

1. *Space to depth.* A window of stride 2 moves by whole 2 x 2 blocks of pixels. Call a block one pixel with
   four times the channels, and the 4 x 4 kernel of stride 2 becomes a 2 x 2 kernel of stride 1:

       pixels       a b | c d | e f          blocks   D0   D1   D2        y0 = D0 w0 + D1 w1
                    g h | i j | k l                   \__y0__/            y1 = D1 w0 + D2 w1
                    D0    D1    D2                         \__y1__/

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

from .conv_layout import empty_hwnc, to_hwnc, to_nhwc

FEWEST_CHANNELS = 8  # below, the transforms cost more than the multiplications they save


def serves(geometry):
    """4 x 4 kernels of stride 2, unless odd sizes would throw away more than a quarter of the tiles' outputs."""
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
    blocks.read(image, 0)
    blocks.to_tiles(above)
    for t in range(tile_rows):
        middle = V[1, :, t]
        blocks.read(image, 2 * t + 1)
        blocks.to_tiles(middle)
        blocks.read(image, 2 * t + 2)
        blocks.to_tiles(below)
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
    """y (N, OH, OW, F) = A^T (V U) A."""
    tile_rows, tile_columns = _tiles(geometry)
    batch, rows, columns, filters = geometry.output_shape
    y = np.empty((2 * tile_rows, 2 * tile_columns, batch, filters), V.dtype)
    U = _weight_to_tiles(weight)
    M = np.empty((3, 3, tile_columns * batch, filters), V.dtype)
    summed = np.empty((2, *M.shape[1:]), V.dtype)
    for t in range(tile_rows):
        np.matmul(V[:, :, t], U.swapaxes(-1, -2), out=M)
        np.add(M[:2], M[1:], out=summed)
        left, middle, right = summed.swapaxes(0, 1).reshape(3, 2, tile_columns, batch, filters)
        pair = y[2 * t : 2 * t + 2].reshape(2, tile_columns, 2, batch, filters)
        np.add(left, middle, out=pair[:, :, 0])
        np.add(middle, right, out=pair[:, :, 1])
        if finish is not None:
            finish(y[2 * t : 2 * t + 2])
    return to_nhwc(np.ascontiguousarray(y[:rows, :columns]))


def to_image(M, weight, geometry, finish):
    """dx (N, H, W, C) = B (M U) B^T, one block row after the other; tiles t - 1 and t share block row 2 t."""
    tile_rows, _ = _tiles(geometry)
    image = empty_hwnc(geometry.image_shape, M.dtype)
    blocks = _BlockRow(geometry, M.dtype)
    U = _weight_to_tiles(weight)
    V = np.empty((2, 3, 3, M.shape[3], 4 * geometry.channels), M.dtype)  # of this row of tiles and the last
    V[1] = 0
    for t in range(tile_rows):
        above, middle, below = np.matmul(M[:, :, t], U, out=V[t % 2])
        np.subtract(middle, above, out=middle)
        np.subtract(middle, below, out=middle)
        np.add(above, V[1 - t % 2, 2], out=above)
        for i, tiles in ((2 * t, above), (2 * t + 1, middle)):
            blocks.from_tiles(tiles)
            blocks.write(image, i, finish)
    blocks.from_tiles(below)
    blocks.write(image, 2 * tile_rows, finish)
    blocks.write_unseen(image, finish)
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


class _BlockRow:
    """One row of blocks: two rows of the padded image, and the way between them and the tiles' columns.

    Block row i holds the image rows 2 i - p and 2 i + 1 - p, block column j the columns 2 j - p and
    2 j + 1 - p, with zeros where there is no image.
    """

    def __init__(self, geometry, dtype):
        batch, _, self.width, channels = geometry.image_shape
        self.row_padding, self.column_padding = geometry.padding
        count = 2 * _tiles(geometry)[1] + 1
        columns = max(2 * count, self.column_padding + self.width)
        self.shape = (batch, 2, 2, channels)
        self.pair = np.zeros((2, columns, batch, channels), dtype)
        self.pixels = self.pair[:, self.column_padding : self.column_padding + self.width]
        in_blocks = self.pair[:, : 2 * count].reshape(2, count, 2, batch, channels)
        self.blocks = in_blocks.transpose(1, 3, 0, 2, 4)  # block column, N, row in it, column in it, C

    def read(self, image, i):
        """Fill the pair from rows of the image (H, W, N, C)."""
        for row, pixels in enumerate(self.pixels, 2 * i - self.row_padding):
            pixels[...] = image[row] if 0 <= row < len(image) else 0

    def write(self, image, i, finish):
        """Write the pair to rows of the image, the finished ones."""
        for row, pixels in enumerate(self.pixels, 2 * i - self.row_padding):
            if 0 <= row < len(image):
                image[row] = pixels
                if finish is not None:
                    finish(image[row])
        self.last_row = 2 * i + 1 - self.row_padding

    def write_unseen(self, image, finish):
        """Rows below the last window get no gradient."""
        for row in range(self.last_row + 1, len(image)):
            image[row] = 0
            if finish is not None:
                finish(image[row])

    def to_tiles(self, out):
        """out (3, tile columns, N, 2, 2, C) = B^T along the columns."""
        left, middle, right = self.blocks[:-1:2], self.blocks[1::2], self.blocks[2::2]
        out[1] = middle
        np.subtract(left, middle, out=out[0])
        np.subtract(right, middle, out=out[2])

    def from_tiles(self, tiles):
        """The transpose of `to_tiles`: B along the columns; what neighbouring tiles send to one block adds."""
        left, middle, right = tiles.reshape(3, -1, *self.shape)
        np.subtract(middle, left, out=self.blocks[1::2])
        np.subtract(self.blocks[1::2], right, out=self.blocks[1::2])
        self.blocks[0] = left[0]
        self.blocks[-1] = right[-1]
        np.add(left[1:], right[:-1], out=self.blocks[2:-1:2])
