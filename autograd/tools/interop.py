"""Weights to and from PyTorch, as NumPy arrays under PyTorch's names, shapes and gate order. PyTorch is not imported.

    theirs.load_state_dict({k: torch.from_numpy(v) for k, v in to_torch_state_dict(ours).items()})
    from_torch_state_dict(ours, {k: v.numpy() for k, v in theirs.state_dict().items()})

A key is the name of our attribute, so a PyTorch model with the same attribute names has the same keys. Linear and
recurrent layers store their weights as PyTorch does. A layer whose weight has its axes in another order says so in
`torch_axes` (`nn.Module`), and the axes are transposed here. An array that is held in two places is listed once, under
its first name; PyTorch lists it under both (use ``strict=False`` there).
"""

from collections.abc import Mapping

import numpy as np

from ..errors import check_state
from ..nn import Module


def to_torch_state_dict(module: Module) -> dict[str, np.ndarray]:
    """Copies of all parameters and buffers as ``torch.nn.Module.load_state_dict`` expects them."""
    axes = _axes(module)
    return {name: np.array(_turn(array, axes.get(name)), order="C") for name, array in module.state_dict().items()}


def from_torch_state_dict(module: Module, state: Mapping[str, np.ndarray]) -> None:
    """Copy the values of a PyTorch ``state_dict`` into `module`: all of them, or none if one does not fit.

    The ``num_batches_tracked`` of BatchNorm is skipped where the module has no such buffer: nothing depends on it.

    Raises:
        ValueError: keys missing or unexpected, or values of another shape or a wider dtype; all are named, with
            shapes as PyTorch has them.
    """
    axes = _axes(module)
    expected = to_torch_state_dict(module)
    found = {
        name: np.asarray(value)
        for name, value in state.items()
        if name in expected or not name.endswith("num_batches_tracked")
    }
    check_state(expected, found, f"from_torch_state_dict into {type(module).__name__}")
    module.load_state_dict({name: _turn_back(value, axes.get(name)) for name, value in found.items()})


def _axes(module):
    """For each array whose axes PyTorch orders differently, by dotted name: the order."""
    return {
        f"{path}.{name}" if path else name: axes
        for path, part in module.named_modules()
        for name, axes in part.torch_axes.items()
    }


def _turn(array, axes):
    return array if axes is None else array.transpose(axes)


def _turn_back(array, axes):
    return array if axes is None else array.transpose(np.argsort(axes))
