"""What numbers a kernel computes with."""


def check_floating(op, **arrays):
    """TypeError that names the first array which holds no floating (or complex) numbers: integers would be cut off."""
    for name, array in arrays.items():
        if array.dtype.kind not in "fc":
            raise TypeError(f"{op}: {name} has dtype {array.dtype}, expected floating numbers: convert it with astype")
