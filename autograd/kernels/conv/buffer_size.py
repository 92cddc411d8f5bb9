"""A setting of NumPy's that makes operations on parts of arrays faster.

A part of an array, `image[:, :, 8:16]`, lies in memory as many runs with gaps between them. By default NumPy first
copies the runs of such operands into buffers of 8,192 numbers, to save on calls of its innermost loop: three passes
over memory in place of one, for runs of up to 4,096 numbers. In the kernels a run holds the channels of a few images,
a few hundred numbers or more, and its own loop costs nothing in comparison. So they work with a buffer too small for
a run, which NumPy then leaves alone. (Operations that convert a dtype always use the buffer.)

Taught by docs/06-convolution.md.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

BUFFER = 1024


def fast_on_short_runs(kernel: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Run `kernel` with the small buffer; outside of it NumPy is as it was. The setting is local to a thread."""

    @wraps(kernel)
    def with_small_buffer(*args: Parameters.args, **options: Parameters.kwargs) -> Result:
        before = np.setbufsize(BUFFER)
        try:
            return kernel(*args, **options)
        finally:
            np.setbufsize(before)

    return with_small_buffer
