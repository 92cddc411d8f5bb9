"""A smaller buffer in NumPy, which makes operations on parts of arrays faster.

A part of an array, `image[:, :, 8:16]`, lies in memory as many runs with gaps between them. By default NumPy first
copies runs of up to 4,096 elements into buffers of 8,192, to save calls of its innermost loop: three passes over memory
in place of one. In the kernels a run holds the channels of a few images, a few hundred elements or more, and calling
the loop for each run is cheap in comparison. So they set a buffer too small for a run, and NumPy works without it.
(Operations that convert a dtype always use the buffer.)

Taught by docs/15-fast-convolution.md.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

BUFFER = 1024


def fast_on_short_runs(kernel: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run `kernel` with the small buffer, and restore the old size afterwards. The setting is local to a thread."""

    @wraps(kernel)
    def with_small_buffer(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        before = np.setbufsize(BUFFER)
        try:
            return kernel(*args, **options)
        finally:
            np.setbufsize(before)

    return with_small_buffer
