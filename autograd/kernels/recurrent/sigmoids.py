"""The sigmoids of the gates, in the form that is fastest on this processor.

Two formulas, each with a factor for a that the kernels put into the weights beforehand (exact in binary):

    sigmoid(a)  =  (1 + tanh(a / 2)) / 2      factor 1/2
    sigmoid(a)  =  1 / (1 + e^-a)             factor -1

NumPy computes tanh with a table, which AVX-512 reads from registers and AVX2 from memory. Measured with AVX2 on one
core, nanoseconds an element: tanh 2.9, exp 1.5, a multiplication 0.15. So the second form takes 60 % of the time there,
and with AVX-512 the first is kept. Both give the same to about one unit in the last place of numbers near 1; that is
enough, since gates are only multiplied and added. In the second e^-a may overflow, and 1 / (1 + inf) is the 0 that it
should be: the forward passes run `without_warning` of it.

Taught by docs/07-through-time.md.
"""

import numpy as np

from ..blas import has_avx2_only

without_warning = np.errstate(over="ignore")  # a decorator


def factor() -> float:
    """What the pre-activations of the gates have to be multiplied by."""
    return -1.0 if has_avx2_only() else 0.5


def finish(scaled: np.ndarray) -> None:
    """Turn factor() * a into sigmoid(a), in place."""
    if has_avx2_only():
        np.exp(scaled, out=scaled)
        scaled += 1
        np.reciprocal(scaled, out=scaled)
    else:
        np.tanh(scaled, out=scaled)
        scaled *= 0.5
        scaled += 0.5
