"""Reverse-mode automatic differentiation in pure NumPy.

>>> import autograd
>>> x = autograd.Tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> loss = (x * x).sum()
>>> loss.backward()
>>> x.grad
array([2., 4., 6.], dtype=float32)
"""

from typing import TYPE_CHECKING

from . import nn as nn
from . import numpy_functions as numpy_functions
from . import optim as optim
from .compositions import conv1d as conv1d
from .compositions import expand_dims as expand_dims
from .compositions import flatten as flatten
from .compositions import squeeze as squeeze
from .compositions import swapaxes as swapaxes
from .functional import abs as abs
from .functional import add as add
from .functional import astype as astype
from .functional import avg_pool2d as avg_pool2d
from .functional import batch_norm as batch_norm
from .functional import bernoulli_log_likelihood as bernoulli_log_likelihood
from .functional import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from .functional import broadcast_to as broadcast_to
from .functional import clip as clip
from .functional import concatenate as concatenate
from .functional import conv2d as conv2d
from .functional import conv_transpose2d as conv_transpose2d
from .functional import cos as cos
from .functional import cross_entropy as cross_entropy
from .functional import cumsum as cumsum
from .functional import div as div
from .functional import einsum as einsum
from .functional import exp as exp
from .functional import expm1 as expm1
from .functional import flip as flip
from .functional import gaussian_log_likelihood as gaussian_log_likelihood
from .functional import gelu as gelu
from .functional import group_norm as group_norm
from .functional import gru as gru
from .functional import kl_standard_normal as kl_standard_normal
from .functional import layer_norm as layer_norm
from .functional import leaky_relu as leaky_relu
from .functional import lift as lift
from .functional import log as log
from .functional import log1p as log1p
from .functional import log_softmax as log_softmax
from .functional import logsumexp as logsumexp
from .functional import lstm as lstm
from .functional import matmul as matmul
from .functional import max as max
from .functional import max_pool2d as max_pool2d
from .functional import maximum as maximum
from .functional import mean as mean
from .functional import min as min
from .functional import minimum as minimum
from .functional import mse as mse
from .functional import mul as mul
from .functional import neg as neg
from .functional import norm as norm
from .functional import pad as pad
from .functional import pow as pow
from .functional import prod as prod
from .functional import relu as relu
from .functional import reshape as reshape
from .functional import rnn_tanh as rnn_tanh
from .functional import sigmoid as sigmoid
from .functional import silu as silu
from .functional import sin as sin
from .functional import softmax as softmax
from .functional import softplus as softplus
from .functional import split as split
from .functional import sqrt as sqrt
from .functional import square as square
from .functional import stack as stack
from .functional import std as std
from .functional import sub as sub
from .functional import sum as sum
from .functional import tanh as tanh
from .functional import transpose as transpose
from .functional import upsample2d as upsample2d
from .functional import var as var
from .functional import where as where
from .kernels.conv.layout import batch_innermost as batch_innermost
from .kernels.threads import available_cores as available_cores
from .kernels.threads import get_threads as get_threads
from .kernels.threads import set_threads as set_threads
from .mode import is_recording as is_recording
from .mode import no_grad as no_grad
from .nn import init as init
from .other_names import FUNCTIONS, missing
from .proof.checking.report import GradientError as GradientError
from .proof.gradcheck import assert_gradients_match as assert_gradients_match
from .proof.gradcheck import gradcheck as gradcheck
from .tensor import Tensor as Tensor
from .tools import checkpoint as checkpoint
from .tools import graph as graph
from .tools import interop as interop
from .tools import notebook as notebook
from .tools.anomaly import AnomalyError as AnomalyError
from .tools.anomaly import detect_anomaly as detect_anomaly
from .tools.debug import debug as debug
from .tools.profile import profile as profile
from .tools.transforms import grad as grad
from .tools.transforms import hessian as hessian
from .tools.transforms import jacobian as jacobian
from .tools.transforms import value_and_grad as value_and_grad

__version__ = "0.1.0"  # the one place: pyproject.toml reads it here

if not TYPE_CHECKING:  # a type checker would take every name for one that exists

    def __getattr__(name):
        raise missing("autograd", name, FUNCTIONS)
