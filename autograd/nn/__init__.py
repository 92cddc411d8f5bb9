"""Layers: objects that hold parameters (`module.py` says how) and apply ops to them."""

from .convolution import Conv2d, ConvTranspose2d
from .layers import Dropout, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from .module import Module
from .normalization import BatchNorm, GroupNorm, LayerNorm
from .pooling import AvgPool2d, MaxPool2d, Upsample2d
from .recurrent import GRU, LSTM, RNN

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "Conv2d",
    "ConvTranspose2d",
    "Dropout",
    "GroupNorm",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Module",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "Upsample2d",
]
