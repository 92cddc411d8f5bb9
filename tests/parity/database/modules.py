"""Each layer of PyTorch that ours have a counterpart of: built with the same settings, loaded with the same parameters.

`MODULES` maps the name in PyTorch's module database to a function with the arguments of PyTorch's constructor. It gives
our layer, and how it is called with PyTorch's layout of images and sequences.
"""

import numpy as np

import autograd as ag
from autograd import nn

from .cannot import require
from .operators import avg_pool2d as pool_mean
from .operators import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    first,
    gelu,
    last,
    leaky_relu,
    mse_loss,
    normalised,
    pair,
    relu,
    silu,
    softplus,
)
from .operators import max_pool2d as pool_max

SETTINGS = {"rng": np.random.default_rng(0), "dtype": np.float64}


def with_channels_last(layer, axes):
    """How to call a layer on (N, C, ...), or on one example (C, ...)."""

    def forward(x):
        single = x.ndim < axes
        x = ag.expand_dims(x, 0) if single else x
        require(x.size, "a convolution of nothing")
        return first(layer(last(x)), single)

    return forward


def linear(in_features, out_features, bias=True):
    layer = nn.Linear(in_features, out_features, bias=bias, **SETTINGS)
    return layer, layer


def _convolution(groups, padding, padding_mode):
    require(groups == 1, "groups of channels")
    require(not isinstance(padding, str), "padding by name")
    require(padding_mode == "zeros", "padding that copies or reflects the border")


def conv1d(
    in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros"
):
    _convolution(groups, padding, padding_mode)
    options = [pair(value, 1)[0] for value in (kernel_size, stride, padding, dilation)]
    layer = nn.Conv1d(
        in_channels, out_channels, options[0], stride=options[1], padding=options[2], dilation=options[3], bias=bias,
        **SETTINGS,
    )  # fmt: skip
    return layer, with_channels_last(layer, 3)


def conv2d(
    in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros"
):
    _convolution(groups, padding, padding_mode)
    layer = nn.Conv2d(
        in_channels, out_channels, pair(kernel_size), stride=pair(stride), padding=pair(padding),
        dilation=pair(dilation), bias=bias, **SETTINGS,
    )  # fmt: skip
    return layer, with_channels_last(layer, 4)


def conv_transpose2d(
    in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
    padding_mode="zeros",
):  # fmt: skip
    _convolution(groups, padding, padding_mode)
    layer = nn.ConvTranspose2d(
        in_channels, out_channels, pair(kernel_size), stride=pair(stride), padding=pair(padding),
        output_padding=pair(output_padding), dilation=pair(dilation), bias=bias, **SETTINGS,
    )  # fmt: skip
    return layer, with_channels_last(layer, 4)


def batch_norm(num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, bias=True):
    require(affine and bias, "a normalisation without parameters")
    require(track_running_stats, "a normalisation without running statistics")
    require(momentum is not None, "running statistics that are plain means")
    layer = nn.BatchNorm(num_features, epsilon=eps, momentum=momentum, dtype=np.float64)
    return layer, lambda x: normalised(layer, x)


def group_norm(num_groups, num_channels, eps=1e-5, affine=True, bias=True):
    require(affine and bias, "a normalisation without parameters")
    layer = nn.GroupNorm(num_groups, num_channels, epsilon=eps, dtype=np.float64)
    return layer, lambda x: normalised(layer, x)


def layer_norm(normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
    require(elementwise_affine and bias, "a normalisation without parameters")
    layer = nn.LayerNorm(tuple(normalized_shape), epsilon=eps, dtype=np.float64)
    return layer, layer


def embedding(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, **others):
    require(padding_idx is None, "a word that is not trained")
    require(max_norm is None, "vectors that are shortened in place")
    layer = nn.Embedding(num_embeddings, embedding_dim, **SETTINGS)
    return layer, layer


def recurrent(kind):
    def build(
        input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False,
        nonlinearity="tanh", proj_size=0,
    ):  # fmt: skip
        require(bias, "a recurrent layer without biases")
        require(not bidirectional, "both directions of time")
        require(nonlinearity == "tanh", "a recurrent layer with relu")
        require(proj_size == 0, "projected states")
        require(dropout == 0, "random numbers")
        layer = kind(input_size, hidden_size, num_layers, **SETTINGS)

        def forward(x, state=None):
            single = x.ndim == 2
            x = ag.expand_dims(x, 0) if single else x if batch_first else ag.swapaxes(x, 0, 1)
            states = state if isinstance(state, tuple) or state is None else (state,)
            if states is not None:
                states = [ag.expand_dims(s, 1) if single else s for s in states]
                state = tuple(states) if kind is nn.LSTM else states[0]
            hidden, last_states = layer(x, state)
            if single:
                hidden = ag.squeeze(hidden, 0)
                several = isinstance(last_states, tuple)
                last_states = tuple(ag.squeeze(s, 1) for s in last_states) if several else ag.squeeze(last_states, 1)
            else:
                hidden = hidden if batch_first else ag.swapaxes(hidden, 0, 1)
            return hidden, last_states

        return layer, forward

    return build


def function(op, **fixed):
    """A layer without parameters whose constructor has the options of an op."""

    def build(*settings, **options):
        names = list(op.__code__.co_varnames[1 : op.__code__.co_argcount])
        named = {**dict(zip(names, settings, strict=False)), **options}
        require(set(named) <= set(op.__code__.co_varnames), "an option that ours has not")
        return nn.Module(), lambda x: op(x, **named)

    return build


def loss(op):
    def build(**options):
        weights = {key: ag.Tensor(value.detach().numpy()) if hasattr(value, "detach") else value
                   for key, value in options.items()}  # fmt: skip
        return nn.Module(), lambda x, target: op(x, target, **weights)

    return build


def activation(op, axis=False):
    def build(dim=None, inplace=False):
        require(not inplace, "an op in place")
        return nn.Module(), lambda x: op(x, axis=dim) if axis else op(x)

    return build


MODULES = {
    "nn.Linear": linear,
    "nn.Conv1d": conv1d,
    "nn.Conv2d": conv2d,
    "nn.ConvTranspose2d": conv_transpose2d,
    "nn.BatchNorm1d": batch_norm,
    "nn.BatchNorm2d": batch_norm,
    "nn.BatchNorm3d": batch_norm,
    "nn.GroupNorm": group_norm,
    "nn.LayerNorm": layer_norm,
    "nn.Embedding": embedding,
    "nn.RNN": recurrent(nn.RNN),
    "nn.GRU": recurrent(nn.GRU),
    "nn.LSTM": recurrent(nn.LSTM),
    "nn.MaxPool2d": function(pool_max),
    "nn.AvgPool2d": function(pool_mean),
    "nn.LeakyReLU": function(leaky_relu),
    "nn.ReLU": function(relu),
    "nn.SiLU": function(silu),
    "nn.GELU": function(gelu),
    "nn.Softplus": function(softplus),
    "nn.Sigmoid": activation(ag.sigmoid),
    "nn.Tanh": activation(ag.tanh),
    "nn.Softmax": activation(ag.softmax, axis=True),
    "nn.LogSoftmax": activation(ag.log_softmax, axis=True),
    "nn.MSELoss": loss(mse_loss),
    "nn.CrossEntropyLoss": loss(cross_entropy),
    "nn.BCEWithLogitsLoss": loss(binary_cross_entropy_with_logits),
}
