"""What a saved state of the trainer may hold. It is checked as a whole before any of it is taken.

A file can be whole, with the right checksums, and still hold what no training run saves: a weight that is NaN, an order
that leaves images out, a negative number of epochs. A run must not continue from such a state.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

KINDS = {
    "model": dict, "optimizer": dict, "order_rng": dict, "noise_rng": dict, "settings": dict, "order": np.ndarray,
    "epochs_done": int, "position": int, "images": int,
}  # fmt: skip


def check_kinds(state: Any) -> None:
    """Refuse a state that lacks an entry, or has one of another type.

    Raises:
        ValueError: names the entry, its type and the expected one.
    """
    if not isinstance(state, dict):
        raise ValueError(f"it holds {type(state).__name__}, expected the state of a trainer")
    for name, kind in KINDS.items():
        if name not in state:
            raise ValueError(f"it has no {name!r}")
        if type(state[name]) is not kind:
            raise ValueError(f"its {name} is of type {type(state[name]).__name__}, expected {kind.__name__}")


def check_place(state: Mapping[str, Any], batch_size: int, mirror: bool) -> None:
    """Refuse a place in the training that no run can be at.

    Between epochs the order is empty and the position 0. Within one, the order names each of the n images once, as i or
    mirrored as n + i; a whole number of batches has been taken, and not all images.

    Raises:
        ValueError: says which entry is out of range.
    """
    epochs, position, order, n = state["epochs_done"], state["position"], state["order"], state["images"]
    if epochs < 0:
        raise ValueError(f"its epochs_done is {epochs}, expected at least 0")
    if order.dtype != np.int64 or order.shape not in ((0,), (n,)):
        raise ValueError(f"its order has shape {order.shape} and dtype {order.dtype}, expected ({n},) or (0,) of int64")
    if not 0 <= position < max(len(order), 1) or position % batch_size:
        raise ValueError(f"its position is {position}, expected a multiple of {batch_size} below {len(order)}")
    if len(order) and (order.min() < 0 or order.max() >= (2 * n if mirror else n)):
        raise ValueError(f"its order has entries from {order.min()} to {order.max()}, expected those of {n} images")
    if len(order) and len(np.unique(order % n)) < n:
        raise ValueError("its order names an image twice and leaves another out")
    steps = epochs * math.ceil(n / batch_size) + position // batch_size
    if state["optimizer"].get("steps") is not None and int(np.sum(state["optimizer"]["steps"])) != steps:
        raise ValueError(f"its optimizer has taken {np.sum(state['optimizer']['steps'])} steps, expected {steps}")


def check_numbers(state: Mapping[str, Any]) -> None:
    """Refuse parameters, running statistics and averages that training cannot have reached.

    Raises:
        ValueError: names the array that is not finite, or the mean of squares that is negative.
    """
    for part in ("model", "optimizer", "moments"):
        for name, values in (state.get(part) or {}).items():
            if not isinstance(values, np.ndarray) or not np.isfinite(values).all():
                raise ValueError(f"its {part} {name} is not finite")
            of_squares = name.startswith("second_moment") or name.endswith("running_var")
            if of_squares and (values < 0).any():
                raise ValueError(f"its {part} {name} has negative values, expected means of squares")
