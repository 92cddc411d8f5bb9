"""Module: an object that holds parameters and computes something from them.

There is no parameter class and nothing to register. A module finds its parts among its attributes, in the order in
which they were set: a leaf Tensor is a *parameter* (trained), a NumPy array is a *buffer* (saved, not trained: a
running mean), another Module is a part. Lists, tuples and dicts of these are searched too. A constant Tensor counts as
a frozen parameter: hold constants as plain arrays. Names with a leading underscore are skipped, unless they hold a
Module: use such a name for the result of an op, which is neither trained nor saved.

>>> class Classifier(Module):
...     def __init__(self, rng):
...         self.layer = Linear(3, 1, rng)
...     def forward(self, x):
...         return self.layer(x)[:, 0]
>>> [name for name, _ in Classifier(rng).named_parameters()]
['layer.weight', 'layer.bias']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from reprlib import recursive_repr
from typing import Any, ClassVar, Self

import numpy as np

from ..errors import check_state
from ..tensor import Tensor


class Module:
    """Base class of layers and models: write `forward`, set parameters and parts as attributes.

    Attributes:
        training: True during training. Layers like Dropout do something else when it is False (see `train`, `eval`).
        torch_axes: for each parameter whose axes PyTorch orders differently, by name: PyTorch's axes as indices of ours
            (read by `autograd.interop` only).

    Raises:
        TypeError: an attribute is set that would silently end the training of a parameter: the result of an op, or an
            array, a number or a constant tensor in place of a trained tensor.
    """

    training: bool = True
    torch_axes: ClassVar[Mapping[str, tuple[int, ...]]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        held = vars(self).get(name)
        if isinstance(held, np.ndarray) and isinstance(value, np.generic):
            value = np.asarray(value)  # arithmetic on a buffer without axes
        if name[0] != "_":
            _require_no_result(f"{type(self).__name__}.{name}", value)
            if isinstance(held, Tensor) and held.requires_grad and not _may_replace(value):
                raise TypeError(
                    f"{type(self).__name__}.{name} is a trained parameter, and {type(value).__name__} would end its "
                    f"training: write layer.{name}.data = array, or assign Tensor(array, requires_grad=True)"
                )
        super().__setattr__(name, value)

    def forward(self, *inputs: Any) -> Any:
        """What the module computes. Called by ``module(...)``."""
        raise NotImplementedError(f"{type(self).__name__} has no forward method")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        try:
            return self.forward(*inputs, **options)
        except AttributeError as error:
            if any(error.obj is given and not isinstance(given, Tensor) for given in inputs):
                raise TypeError(
                    f"{type(self).__name__}: expected tensors or arrays, not {type(error.obj).__name__} ({error})"
                ) from error
            raise

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Every parameter with its dotted name, in order of definition; one held in two places comes once."""
        return ((name, value) for name, value in self._held() if isinstance(value, Tensor))

    def parameters(self) -> list[Tensor]:
        """Every parameter once, in order of definition: what an optimiser takes."""
        return [parameter for _, parameter in self.named_parameters()]

    def count_parameters(self) -> int:
        """The number of trained elements, frozen parameters not counted."""
        return sum(parameter.size for parameter in self.parameters() if parameter.requires_grad)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module, named "", and every part of it with its dotted name."""
        return ((name, value) for name, value in _named(self) if isinstance(value, Module))

    def train(self, training: bool = True) -> Self:
        """Set the flag `training` here and in all parts. Returns the module."""
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self) -> Self:
        """``train(False)``: no dropout, running statistics instead of the batch's."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to None."""
        for parameter in self.parameters():
            if parameter.requires_grad:
                parameter.grad = None

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers by dotted name: what to save in a checkpoint.

        Raises:
            ValueError: two of them have the same dotted name.
        """
        return {name: _array(value).copy() for name, value in self._held()}

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Copy saved values into the arrays of this module: all of them, or none if one does not fit.

        Raises:
            ValueError: keys missing or unexpected, or values of another shape or a wider dtype; all are named.
        """
        held = {name: _array(value) for name, value in self._held()}
        check_state(held, state, f"{type(self).__name__}.load_state_dict")
        for name, array in held.items():
            array[...] = state[name]

    def _held(self):
        """(dotted name, parameter or buffer)."""
        for name, value in _named(self):
            if isinstance(value, np.ndarray | Tensor):
                _require_no_result(f"{type(self).__name__}: {name}", value)
                yield name, value

    @recursive_repr("...")
    def __repr__(self) -> str:
        """Class, settings and number of parameters, then the same for every part, indented."""
        settings = ", ".join(f"{k}={v}" for k, v in vars(self).items() if k != "training" and _is_setting(v))
        count = f"  # {n:,} parameters" if (n := self.count_parameters()) else ""
        lines = [f"{type(self).__name__}({settings}){count}"]
        for name, part in self._parts():
            lines += [f"  {name}: {part!r}".replace("\n", "\n  ")]
        return "\n".join(lines)

    def _parts(self):
        """The modules directly inside this one, with their names."""
        inner = list(self.named_modules())[1:]
        nested = {id(part) for _, module in inner for _, part in list(module.named_modules())[1:]}
        return [(name, module) for name, module in inner if id(module) not in nested]


def _is_setting(value):
    return isinstance(value, int | float | str)


def _array(value):
    return value.data if isinstance(value, Tensor) else value


def _children(value):
    """(key, child) of a module or container, nothing of anything else."""
    if isinstance(value, Module):
        return [(name, held) for name, held in vars(value).items() if name[0] != "_" or isinstance(held, Module)]
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()


def _require_no_result(name, value):
    """Refuse the result of an op where a parameter may be meant: no optimiser would ever train it."""
    if isinstance(value, Tensor) and value.node is not None and not value.is_leaf:
        raise TypeError(
            f"{name}: a tensor made by {value.node.op} is not a parameter: wrap its array, "
            "Tensor(result.data, requires_grad=True), or store the result under a name with a leading underscore"
        )


def _may_replace(value):
    return value is None or isinstance(value, Module) or (isinstance(value, Tensor) and value.requires_grad)


def _named(module):
    """`_walk`, refusing two parts of one name: saving would keep only one of them."""
    names = set()
    for name, value in _walk(module):
        if name in names:
            raise ValueError(f"{type(module).__name__}: two parts have the name {name!r}: rename a key of a dict")
        names.add(name)
        yield name, value


def _walk(value, name="", seen=None):
    """Every (dotted name, Module or Tensor or array) that can be reached from `value`, itself first, each once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Module | Tensor | np.ndarray):
        yield name, value
    for key, child in _children(value):
        yield from _walk(child, f"{name}.{key}" if name else str(key), seen)
