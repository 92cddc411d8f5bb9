"""Backward passes that must agree: the same one twice, each result alone, each argument alone.

A pass runs the function and backward, and collects the gradients of some of the arguments. It leaves no trace: edges
to nodes that the function did not make itself, and that are none of these arguments, are cut before backward starts
(``watch.py``), so that a model's other parameters collect nothing and a graph made outside stays unused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...apply import apply
from ...tensor import Tensor
from .arguments import Argument
from .cotangents import random_signs
from .hints import recognise_shape
from .report import GradientError
from .watch import watching_backward

AGREE = 1e-9  # relative; the same sums in another order


@dataclass
class Passes:
    """Backward passes through `run`, the function on its `arguments`, of which `checked` hold floating numbers."""

    run: Callable[[], list[Tensor]]
    arguments: Sequence[Argument]
    checked: Sequence[Argument]
    rng: np.random.Generator

    def __post_init__(self):
        self.cotangents: list[np.ndarray] = []
        self.results: list[np.ndarray] = []

    def first(self) -> list[np.ndarray]:
        """The gradients of all checked arguments; a result's cotangent is drawn now.

        Raises:
            GradientError: an input was changed in place, or a gradient has not the shape of its argument.
        """
        contents = [a.content() for a in self.arguments]
        gradients = self.gradients()
        for argument, content in zip(self.arguments, contents, strict=True):
            if argument.content() != content:
                raise GradientError(
                    f"argument {argument} was changed in place by the function or by its backward",
                    argument=argument.name,
                    position=argument.position,
                )
        return gradients

    def gradients(self, of: Sequence[Argument] | None = None, only: int | None = None) -> list[np.ndarray]:
        """The gradients of some arguments (all), with the cotangent of one result alone (or of all)."""
        wanted = self.checked if of is None else of
        for a in self.checked:
            a.value.node.grad = None
        with watching_backward([a.value.node for a in wanted]):
            results = self.run()
            if not self.cotangents:
                self.cotangents = [random_signs(self.rng, y.shape).astype(y.dtype) for y in results]
                self.results = [y.data for y in results]
            chosen = range(len(results)) if only is None else [only]
            loss = apply(_weighted_sum([self.cotangents[k] for k in chosen]), *[results[k] for k in chosen])
            if loss.requires_grad:
                loss.backward()
        return [_gradient_of(a) for a in wanted]

    def require_agreement(self, gradients: Sequence[np.ndarray]) -> None:
        """Run backward again in other ways; all must give these gradients.

        Raises:
            GradientError: they do not, or backward fails where one result alone is used.
        """
        self._require(gradients, self.gradients(), "a second backward pass gives another gradient than the first")
        if len(self.checked) > 1:
            for a, gradient in zip(self.checked, gradients, strict=True):
                alone = self.gradients([a])
                text = "it is another where no other argument needs a gradient: does its vjp rely on another's?"
                self._require([gradient], alone, text, [a])
        if len(self.cotangents) > 1:
            parts = [self.gradients(only=k) for k in range(len(self.cotangents))]
            sums = [sum(part[i] for part in parts) for i in range(len(self.checked))]
            self._require(gradients, sums, "it is not the sum of its shares when each result is used alone")

    def _require(self, expected, found, text, arguments=None):
        for a, one, other in zip(arguments or self.checked, expected, found, strict=True):
            finite = np.isfinite(one) & np.isfinite(other)
            size = np.abs(one[finite]).max(initial=0)
            if (
                not (np.abs(one - other)[finite] <= AGREE * size).all()
                or (np.isfinite(one) != np.isfinite(other)).any()
            ):
                raise GradientError(
                    f"the gradient of argument {a} is unreliable: {text}", argument=a.name, position=a.position
                )


def _weighted_sum(cotangents):
    """A rule of its own for L = sum_k <v_k, y_k>, so that the check leans on no rule that it may be checking."""

    def weighted_sum(*results):
        total = sum(np.sum(v * y) for v, y in zip(cotangents, results, strict=True))
        return total, *[lambda g, v=v: v * v.dtype.type(g) for v in cotangents]

    return weighted_sum


def _gradient_of(argument) -> np.ndarray:
    """What backward left in an argument, zero if nothing; it must have the argument's shape."""
    tensor: Any = argument.value
    gradient, tensor.node.grad = tensor.grad, None
    if gradient is None:
        return np.zeros(tensor.shape, tensor.dtype)
    if gradient.shape != tensor.shape:
        message = f"the gradient of argument {argument} has shape {gradient.shape}, its argument {tensor.shape}"
        pattern, hint = recognise_shape(gradient.shape, tensor.shape)
        details = {"argument": argument.name, "position": argument.position, "pattern": pattern, "hint": hint}
        raise GradientError(f"{message}; hint: {hint}", **details)
    return gradient
