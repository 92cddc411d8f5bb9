"""Mini-batches: one shuffled pass over the examples, every one of them exactly once."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def minibatches(
    rng: np.random.Generator,
    examples: int | np.ndarray | Sequence[np.ndarray],
    size: int,
    dtype: DTypeLike = np.float32,
) -> Iterator[Any]:
    """Yield one epoch of shuffled batches of at most `size` examples; the last one may be smaller.

    `examples` is one of
    - a count: batches are arrays of indices;
    - one array (N, ...): batches are (size, ...) arrays;
    - several arrays of equal length N: batches are tuples of arrays that still belong together.

    uint8 arrays are pictures and come out as `dtype` in [0, 1]; all others keep their dtype. The order is
    drawn from `rng` at the call, before the first batch is asked for: the state of `rng` saved before the
    call gives it again. Raises ValueError for lengths that differ, no examples, or a size below 1.
    """
    arrays = [] if isinstance(examples, int) else [examples] if isinstance(examples, np.ndarray) else list(examples)
    lengths = [examples] if isinstance(examples, int) else [len(array) for array in arrays]
    if not lengths or min(lengths) != max(lengths) or lengths[0] < 1:
        raise ValueError(f"minibatches needs arrays of one length, at least 1; got lengths {lengths}")
    if size < 1:
        raise ValueError(f"the batch size must be at least 1, got {size}")
    order = rng.permutation(lengths[0])
    parts = (order[start : start + size] for start in range(0, lengths[0], size))
    if isinstance(examples, int):
        return parts
    if isinstance(examples, np.ndarray):
        return (_rows(examples, part, dtype) for part in parts)
    return (tuple(_rows(array, part, dtype) for array in arrays) for part in parts)


def to_unit(pixels: NDArray[np.uint8], dtype: DTypeLike = np.float32) -> NDArray:
    """Scale uint8 levels 0..255 to [0, 1] in `dtype`, with no float64 array in between."""
    return np.divide(pixels, 255, dtype=dtype)


def _rows(array: np.ndarray, indices: NDArray[np.integer], dtype: DTypeLike) -> np.ndarray:
    rows = array[indices]
    return to_unit(rows, dtype) if rows.dtype == np.uint8 else rows
