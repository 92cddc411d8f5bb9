"""The dtype of a result: these rules keep float32 float32.

In NumPy 2 a result takes the dtype of its widest operand. Python numbers do not count: float32 * 2.0 is float32. NumPy
scalars and arrays do count: np.sqrt(2) or np.ones(3) beside a float32 tensor would turn all later results to float64.
So here a constant takes the dtype of the tensor beside it, and tensors of two precisions do not mix. (Complex numbers
occur only in gradient checks; a result beside them is complex.)
"""

import numpy as np

NUMBERS = "fiubc"  # the kinds of dtypes that tensors hold: floating, integer, boolean and complex


def numbers(op, value):
    """A value as an array of numbers. NumPy would also turn text, dates and None into numbers, None into NaN.

    Raises:
        TypeError: anything else than numbers.
        ValueError: lists of different lengths.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{op}: {error}") from None
    if array.dtype.kind not in NUMBERS:
        raise TypeError(f"{op}: the data have dtype {array.dtype}, expected numbers")
    return array


def as_array(op, data):
    """Data for a tensor: an array keeps its dtype, Python floats become float32. Raises like `numbers`."""
    array = numbers(op, data)
    if array.dtype == np.float64 and not isinstance(data, np.generic | np.ndarray):
        return array.astype(np.float32)
    return array


def constant(op, value, dtype):
    """A constant operand beside a tensor of `dtype`; NotImplemented if it is not a number, list or array.

    Raises like `numbers` for lists and arrays of anything else.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, int | float):
        return value
    if isinstance(value, np.ndarray | list | tuple):
        array = numbers(op, value)
        return array.astype(dtype, copy=False) if dtype.kind in "fc" else array
    return NotImplemented


def one_dtype(op, x, y):
    """The arrays of two tensors in one dtype: integers become floating beside floats; two precisions are refused."""
    if x.dtype.kind == "f" and y.dtype.kind == "f" and x.dtype != y.dtype:
        raise mixed_dtypes(op, x.dtype, y.dtype)
    dtype = np.result_type(*[array.dtype for array in (x, y) if array.dtype.kind in "fc"] or (x, y))
    return x.astype(dtype, copy=False), y.astype(dtype, copy=False)


def mixed_dtypes(op, *dtypes):
    """The error for tensors of two precisions."""
    named = " and ".join(map(str, dtypes))
    return TypeError(f"{op}: tensors of dtype {named}: convert one with astype, dtypes never change silently")
