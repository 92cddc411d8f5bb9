"""Error messages of the engine: they name the op, the shapes and the axis that differs.

`explain` rewrites NumPy's message. `require_alike` and `check_state` refuse arrays that do not fit.
"""

from collections.abc import Mapping

import numpy as np

BROADCASTING = {"add", "sub", "mul", "div", "pow", "maximum", "minimum", "where", "mse"}


def explain(op, arrays, error):
    """The exception to raise when rule `op` failed with NumPy's `error` on `arrays`, its arguments."""
    shapes = [np.shape(a) for a in arrays if isinstance(a, np.ndarray)]
    operands = " and ".join(map(str, shapes))
    if op in BROADCASTING and (differs := _first_difference(shapes)):
        reason = f"cannot broadcast shapes {operands}: {differs}"
    elif (
        op == "broadcast_to"
        and len(arrays) > 1
        and (differs := _first_difference([*shapes, np.ravel(arrays[1]).tolist()]))
    ):
        reason = f"cannot broadcast shape {operands} to {arrays[1]}: {differs}"
    elif op == "matmul" and (differs := _matmul_difference(shapes)):
        reason = f"cannot multiply shapes {operands}: {differs}"
    elif op in ("concatenate", "stack") and (differs := _join_difference(op, shapes)):
        reason = f"cannot join shapes {operands}: {differs}"
    elif isinstance(error, AttributeError):
        reason = f"expected tensors or arrays, not {type(error.obj).__name__} ({error})"
    else:
        reason = f"{error}{operands and f' (operand shapes: {operands})'}"
        reason = reason.removeprefix(f"{op}: ")  # kernels name themselves already
    kind = TypeError if isinstance(error, AttributeError) else type(error)
    if isinstance(error, np.exceptions.AxisError):
        kind = np.exceptions.AxisError  # both a ValueError and an IndexError
    elif kind not in (ValueError, TypeError, IndexError):
        kind = ValueError
    return kind(f"{op}: {reason}")


def tensor_option(op):
    """The error for a Tensor among the options of an op: it would be taken for a number, and get no gradient."""
    return TypeError(f"{op}: an option is a Tensor, but options have no gradient: pass a plain number or array")


def require_alike(what, value, array):
    """Refuse what cannot be the new data or gradient of a tensor that holds `array`.

    Raises:
        TypeError: no array, or one of another dtype.
        ValueError: one of another shape.
    """
    if type(value) is not np.ndarray:
        raise TypeError(f"{what}: {type(value).__name__} for a tensor of dtype {array.dtype}: expected an array")
    if value.dtype != array.dtype:
        raise TypeError(f"{what}: dtype {value.dtype} for a tensor of dtype {array.dtype}: convert with astype")
    if value.shape != array.shape:
        raise ValueError(f"{what}: shape {value.shape} for a tensor of shape {array.shape} that has a gradient")


def check_state(held: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray], where: str) -> None:
    """Compare what was `found` in a file with the arrays `held`, key by key.

    Raises:
        ValueError: names every key that is missing, unexpected, of another shape, or of a dtype whose values the
            held one cannot represent exactly (float64 into float32), so that one reading shows all that is wrong.
    """
    complaints = [f"{key} is missing" for key in held if key not in found]
    complaints += [f"{key} is unexpected" for key in found if key not in held]
    for key in held:
        if key in found:
            value = np.asarray(found[key])
            if value.shape != held[key].shape:
                complaints.append(f"{key} has shape {value.shape}, expected {held[key].shape}")
            elif not np.can_cast(value.dtype, held[key].dtype):
                complaints.append(f"{key} has dtype {value.dtype}, expected {held[key].dtype}: convert it with astype")
    if complaints:
        raise ValueError(f"{where}: these values were not saved from the same architecture: {'; '.join(complaints)}")


def _first_difference(shapes):
    """Which axis, counted from the end as broadcasting does, holds two sizes that are neither equal nor 1."""
    for axis in range(-1, -1 - max(map(len, shapes), default=0), -1):
        sizes = [s[axis] for s in shapes if len(s) >= -axis]
        if len({n for n in sizes if n != 1}) > 1:
            return f"axis {axis} differs, {' against '.join(map(str, sizes))}"
    return None


def _matmul_difference(shapes):
    left, right = (*shapes, ())[:2]  # a number is no array and has left no shape
    if () in (left, right):
        return None
    inner = right[0] if len(right) == 1 else right[-2]
    if left[-1] != inner:
        axis = 0 if len(right) == 1 else -2
        return f"axis -1 of the left has {left[-1]}, axis {axis} of the right has {inner}"
    return _first_difference([left[:-2], right[:-2]])


def _join_difference(op, shapes):
    ranks = {len(s) for s in shapes}
    if not ranks:
        return None
    if len(ranks) > 1:
        return f"they have {' and '.join(map(str, sorted(ranks)))} axes"
    differing = [a for a in range(ranks.pop()) if len({s[a] for s in shapes}) > 1]
    if differing and (op == "stack" or len(differing) > 1):
        return f"axis {differing[-1]} differs, {' against '.join(str(s[differing[-1]]) for s in shapes)}"
    return None
