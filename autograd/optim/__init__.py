"""Optimisers: from gradients to better parameters. The update rules are PyTorch's."""

from .adam import Adam, AdamW, adam_formula
from .clipping import clip_grad_norm
from .optimizer import Optimizer
from .schedules import Schedule, cosine_decay, step_decay, warm_up
from .sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "Schedule",
    "adam_formula",
    "clip_grad_norm",
    "cosine_decay",
    "step_decay",
    "warm_up",
]
