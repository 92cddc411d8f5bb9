"""Error messages of the engine: they name the op, the shapes, and the axis on which the shapes differ.

`explain` rewrites the message of NumPy. `require_alike` and `check_state` refuse arrays that do not fit.
"""

import dis
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType, FrameType

import numpy as np

from .other_names import ARGUMENTS

BROADCASTING = {"add", "sub", "mul", "div", "pow", "maximum", "minimum", "where", "mse"}


def explain(op, arrays, error):
    """The exception to raise when the rule `op` has failed with `error`; `arrays` are its arguments."""
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
        reason += "".join(f": write {ours}" for theirs, ours in ARGUMENTS.items() if f"argument {theirs!r}" in reason)
    kind = TypeError if isinstance(error, AttributeError) else type(error)
    if isinstance(error, np.exceptions.AxisError):
        kind = np.exceptions.AxisError  # both a ValueError and an IndexError
    elif kind not in (ValueError, TypeError, IndexError):
        kind = ValueError
    return kind(f"{op}: {reason}")


def tensor_option(op):
    """The error for a Tensor among the options of an op, which would get no gradient."""
    return TypeError(f"{op}: an option is a Tensor, but options have no gradient: pass a plain number or array")


def no_rule(op, result):
    """The error for a function that is not a rule: it returns something else than a tuple."""
    return TypeError(
        f"{op}: returned {type(result).__name__}, but a rule returns a tuple: its value, then a vjp for each array "
        "argument, e.g. return x * x, lambda g: 2 * x * g"
    )


def no_numbers(op, args):
    """The error for arguments that are no numbers."""
    given = " and ".join(type(a).__name__ for a in args)
    return TypeError(f"{op}: expected tensors, arrays or numbers, not {given}")


def no_gradient(op, vjp, share):
    """The error for an edge whose vjp is no function, or returned no array."""
    if not callable(vjp):
        return TypeError(f"{op}: its rule returned {vjp!r} in the place of a vjp, expected a function of g")
    hint = " (is a return missing?)" if share is None else ""
    return TypeError(f"{op}: a vjp returned {type(share).__name__}{hint}, expected an array")


def require_alike(what, value, array):
    """Refuse a value that cannot be the new data or gradient of a tensor that holds `array`.

    Raises:
        TypeError: `value` is not an array, or has another dtype.
        ValueError: `value` has another shape.
    """
    if type(value) is not np.ndarray:
        raise TypeError(f"{what}: {type(value).__name__} for a tensor of dtype {array.dtype}: expected an array")
    if value.dtype != array.dtype:
        raise TypeError(f"{what}: dtype {value.dtype} for a tensor of dtype {array.dtype}: convert with astype")
    if value.shape != array.shape:
        raise ValueError(f"{what}: shape {value.shape} for a tensor of shape {array.shape} that has a gradient")


def check_state(held: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray], where: str) -> None:
    """Compare the arrays `found` in a file with the arrays `held` in memory, key by key.

    Raises:
        ValueError: names every key that is missing, unexpected, of another shape, or of a dtype that the held array
            cannot represent exactly (float64 into float32). One message lists all of them.
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


def calls_math(frame: FrameType) -> bool:
    """Whether the call that `frame` is making is one of a function of the math module, as far as its code tells.

    Python asks a tensor for its number in the same way for ``math.exp(tensor)`` as for ``float(tensor)``. Only the code
    of the caller tells them apart: the call begins with the name `math`, or with `exp` if that was imported.
    """
    name = _first_name(frame.f_code, frame.f_lasti)
    value = name and {**frame.f_builtins, **frame.f_globals, **frame.f_locals}.get(name)
    return "math" in (getattr(value, "__name__", ""), getattr(value, "__module__", ""))


@lru_cache(maxsize=256)
def _first_name(code: CodeType, offset: int) -> str | None:
    """The name with which the expression begins that is evaluated at this offset: `math` of ``math.exp(tensor)``."""
    starts = {
        i.offset: i.positions and (i.positions.lineno, i.positions.col_offset) for i in dis.get_instructions(code)
    }
    for instruction in dis.get_instructions(code):
        is_load = instruction.opname.startswith("LOAD_") and isinstance(instruction.argval, str)
        if is_load and starts[instruction.offset] == starts.get(offset) != (None, None):
            return instruction.argval
    return None


def _first_difference(shapes):
    """The first axis, counted from the end as in broadcasting, whose sizes differ and are not 1."""
    for axis in range(-1, -1 - max(map(len, shapes), default=0), -1):
        sizes = [s[axis] for s in shapes if len(s) >= -axis]
        if len({n for n in sizes if n != 1}) > 1:
            return f"axis {axis} differs, {' against '.join(map(str, sizes))}"
    return None


def _matmul_difference(shapes):
    left, right = (*shapes, ())[:2]  # a number is not an array, so it has no shape in the list
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
