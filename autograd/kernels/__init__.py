"""Array code behind the rules: plain functions of NumPy arrays. Read ``plain.py`` first; tests hold the rest to it."""

import numpy as np


def check_floating(op, **arrays):
    """Raise TypeError that names the first array without floating (or complex) numbers: integers would be truncated."""
    for name, array in arrays.items():
        if array.dtype.kind not in "fc":
            raise TypeError(f"{op}: {name} has dtype {array.dtype}, expected floating numbers: convert it with astype")


def floating(x):
    """x itself, or integers and booleans as float64, which is what a mean of them is in NumPy."""
    return x if x.dtype.kind in "fc" else x.astype(np.float64)
