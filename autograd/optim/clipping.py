"""Clip the norm of the gradient."""

import math
from collections.abc import Iterable

import numpy as np

from ..tensor import Tensor
from .optimizer import tensors_in


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients by one factor so that their joint norm is at most `max_norm`; returns the norm before.

    The direction stays the same. A gradient that explodes over time then costs one bad step, not the whole run.

    Source: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks" (2013), Algorithm 1.

    Raises:
        FloatingPointError: a gradient holds an infinity or NaN, which no factor can repair.
        TypeError: `parameters` is not a list of tensors.
        ValueError: `max_norm` is not above 0.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm: max_norm is {max_norm}, expected a number above 0")
    tensors = tensors_in(parameters, "clip_grad_norm")
    gradients = [tensor.grad for tensor in tensors if tensor.grad is not None]
    norm = math.sqrt(sum(float(np.vdot(gradient, gradient)) for gradient in gradients))
    if not math.isfinite(norm):  # perhaps only the squares overflow float32, as that of 1e20 does
        norm = math.sqrt(sum(float(np.square(gradient, dtype=np.float64).sum()) for gradient in gradients))
    if not math.isfinite(norm):
        raise FloatingPointError(f"clip_grad_norm: the length of the gradients is {norm}")
    factor = max_norm / (norm + 1e-6)  # PyTorch's guard against division by zero
    if factor < 1:
        for gradient in {id(gradient): gradient for gradient in gradients}.values():  # two may share one array
            gradient *= factor
    return norm
