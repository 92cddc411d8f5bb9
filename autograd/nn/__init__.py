"""Layers: objects that hold parameters (`module.py` says how) and apply ops to them."""

from .convolution import Conv2d, ConvTranspose2d
from .layers import Dropout, LeakyReLU, Linear, ReLU, Sequential, Sigmoid, Tanh
from .module import Module
from .recurrent import GRU, LSTM, RNN

__all__ = ["Conv2d", "ConvTranspose2d", "GRU", "LSTM", "RNN", "Dropout", "LeakyReLU", "Linear", "Module", "ReLU", "Sequential", "Sigmoid", "Tanh"]
