"""Layers: objects that hold parameters (`module.py` says how) and apply ops to them."""

from typing import TYPE_CHECKING

from ..other_names import LAYERS, missing
from .convolution import Conv1d, Conv2d, ConvTranspose2d
from .layers import (
    GELU,
    Dropout,
    Embedding,
    Flatten,
    LeakyReLU,
    Linear,
    ReLU,
    Sequential,
    Sigmoid,
    SiLU,
    Tanh,
)
from .module import Module
from .normalization import BatchNorm, GroupNorm, LayerNorm
from .pooling import AvgPool2d, MaxPool2d, Upsample2d
from .recurrent import GRU, LSTM, RNN

__all__ = [
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GroupNorm",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Module",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Tanh",
    "Upsample2d",
]

if not TYPE_CHECKING:  # a type checker would take every name for one that exists

    def __getattr__(name):
        raise missing("autograd.nn", name, LAYERS)
