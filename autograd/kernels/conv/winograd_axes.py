"""Winograd's algorithm along one axis of an image: how many tiles, and the matrices for all of them at once.

B^T of one tile (n, n) becomes a matrix with a row for each product of each tile and a column for each pixel of the
axis, zero where the tile does not see the pixel; A (n, m) becomes one with a column for each result. ``winograd.py``
shows one. The axis of the products of all tiles has n t entries, in the order

    index  =  product * t  +  tile                   so that it can be viewed as (n, t) without a copy

A matrix is held in parts: the rows of one tile, with the columns outside of which they are zero.

Taught by docs/15-fast-convolution.md.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .geometry import seen_through
from .winograd_algorithms import POINTS, winograd


class Tiling(NamedTuple):
    """The sizes along one axis; r is the width of the kernel in blocks."""

    results: int  # m of a tile
    products: int  # n = m + r - 1 of a tile
    tiles: int  # t

    @property
    def entries(self) -> int:
        """n t."""
        return self.products * self.tiles


class Part(NamedTuple):
    """Some rows of a matrix, and the columns outside of which these rows are zero."""

    rows: slice
    columns: slice
    numbers: np.ndarray  # contiguous

    @property
    def T(self) -> "Part":
        return Part(self.columns, self.rows, self.numbers.T.copy())


Parts = tuple[Part, ...]  # a matrix; every row is in one part


class Matrices(NamedTuple):
    """The matrices of one axis and their transposes, in one dtype."""

    G: np.ndarray  # (n, r)
    A: Parts  # (n t, results of the axis)
    AT: Parts
    places: "tuple[Place, ...]"  # one for each place in a block
    end: int  # the pixels from here on are seen by no window


class Place(NamedTuple):
    """The pixels that have the same place in their blocks: with stride 2, the even or the odd ones."""

    pixels: slice
    BT: Parts  # (n t, those pixels)
    B: Parts


def width_in_blocks(kernel: int, stride: int) -> int:
    """r: how many blocks of `stride` pixels a kernel spans."""
    return -(-kernel // stride)


def is_known(kernel: int, stride: int) -> bool:
    """Whether there is an F(m, r) for the kernel."""
    return any(taps == width_in_blocks(kernel, stride) for _, taps in POINTS)


@lru_cache(maxsize=256)  # asked for at every product
def tiling(kernel: int, stride: int, results: int) -> Tiling:
    """How F(m, r) covers the results of an axis with the fewest products.

    If one tile would cover the axis, a smaller tile is used: so few products are saved that the larger G costs more.
    """
    r = width_in_blocks(kernel, stride)
    known = [m for m, taps in POINTS if taps == r]
    smaller = [m for m in known if m < results] or [min(known)]
    m = min(smaller, key=lambda m: (m + r - 1) * -(-results // m))
    return Tiling(m, m + r - 1, -(-results // m))


@lru_cache(maxsize=64)
def matrices(pixels: int, results: int, kernel: int, stride: int, padding: int, dtype: str) -> Matrices:
    """The matrices of an axis of so many pixels and results."""
    r, (m, n, t) = width_in_blocks(kernel, stride), tiling(kernel, stride, results)
    algorithm = winograd(m, r)
    blocks = m * t + r - 1
    of_blocks, of_results = np.zeros((n, t, blocks), dtype), np.zeros((n, t, m * t), dtype)
    for u in range(t):
        of_blocks[:, u, m * u : m * u + n] = algorithm.BT
        of_results[:, u, m * u : m * u + m] = algorithm.AT.T
    A = _without_zeros(of_results[:, :, :results])
    places = []
    for a in range(stride):
        present, where = seen_through(a - padding, stride, pixels, blocks)
        BT = of_blocks[:, :, present]
        # B stays whole: tiles share pixels, so no row of it belongs to one tile
        B = Part(slice(None), slice(None), BT.reshape(n * t, -1).T.copy())
        places.append(Place(where, _without_zeros(BT), (B,)))
    return Matrices(algorithm.G.astype(dtype), A, tuple(part.T for part in A), tuple(places), stride * blocks - padding)


def _without_zeros(matrix: np.ndarray) -> Parts:
    """A matrix (n, t, columns) with one part for each tile."""
    tiles = matrix.shape[1]
    parts = []
    for u in range(tiles):
        (seen,) = np.nonzero(matrix[:, u].any(axis=0))
        columns = slice(seen[0], seen[-1] + 1) if seen.size else slice(0, 0)
        parts.append(Part(slice(u, None, tiles), columns, matrix[:, u, columns].copy()))
    return tuple(parts)
