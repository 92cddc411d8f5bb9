"""Each operator of PyTorch that ours have a counterpart of, called as PyTorch calls it and computed by ours.

`OPERATORS` maps the name in PyTorch's operator database to a function with PyTorch's arguments. Tensors arrive as ours;
tensors of integers and booleans as arrays. What our API does not have raises Cannot.
"""

import numpy as np

import autograd as ag
from autograd import Tensor

from .cannot import require


def unary(function):
    return lambda x: function(x)


def binary(function):
    def apply(a, b, *, alpha=1, rounding_mode=None):
        require(rounding_mode is None, "rounding, which has no gradient")
        return function(a, b if alpha == 1 else b * alpha)

    return apply


def reflected(function):
    return lambda a, b, *, alpha=1: function(b, a if alpha == 1 else a * alpha)


def matrix_product(*ranks):
    def apply(a, b):
        require(a.ndim and b.ndim, "a number as a matrix")
        return a @ b

    return apply


def pair(value, count=2):
    """PyTorch's size for each of `count` axes: a number, or a sequence of one or of all."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    return values * count if len(values) == 1 else values


# Reductions


def _axes(dim):
    """PyTorch takes an empty list of axes for all of them."""
    return None if dim is None or (isinstance(dim, tuple | list) and len(dim) == 0) else _plain(dim)


def _plain(dim):
    return tuple(dim) if isinstance(dim, list) else dim


def reduction(function, single=False):
    def apply(x, dim=None, keepdim=False, *, dtype=None):
        require(dtype is None, "another dtype for the result")
        require(not (x.size == 0 and function in (ag.mean, ag.max, ag.min)), "a mean or extreme of nothing")
        return function(x, axis=_axes(dim), keepdims=keepdim)

    return apply


def spread(function):
    def apply(x, dim=None, unbiased=None, keepdim=False, *, correction=None):
        if isinstance(dim, bool):  # var(x, unbiased)
            dim, unbiased = None, dim
        ddof = correction if correction is not None else 1 if unbiased is None else int(unbiased)
        axes = _axes(dim)
        count = x.size if axes is None else np.prod([x.shape[a] for a in np.atleast_1d(axes)])
        require(count > ddof, "a variance of no more numbers than its correction")
        return function(x, axis=axes, ddof=ddof, keepdims=keepdim)

    return apply


def extreme(function):
    def apply(x, dim=None, keepdim=False):
        require(dim is None, "the indices of extremes beside their values")
        return function(x)

    return apply


def along(function):
    def apply(x, dim, dtype=None, **options):
        require(dtype is None, "another dtype for the result")
        return function(x, axis=dim)

    return apply


def prod(x, dim=None, keepdim=False, *, dtype=None):
    require(dtype is None, "another dtype for the result")
    return ag.prod(x, axis=dim, keepdims=keepdim)


def norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    require(dtype is None, "another dtype for the result")
    require(p in ("fro", 2, None), "a norm other than the Euclidean")
    return ag.norm(x, axis=_axes(dim), keepdims=keepdim)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    return norm(x, ord, dim, keepdim, dtype)


def linalg_norm(x, ord=None, dim=None, keepdim=False, *, dtype=None):
    is_matrix = x.ndim == 2 if dim is None else np.size(dim) == 2
    require(not (ord == 2 and is_matrix), "a norm other than the Euclidean")
    return norm(x, ord, dim, keepdim, dtype)


# Shapes


def sizes(arguments):
    return tuple(arguments[0]) if len(arguments) == 1 and isinstance(arguments[0], tuple | list) else tuple(arguments)


def reshape(x, *shape):
    require(not (-1 in sizes(shape) and x.size == 0), "a size to be guessed of nothing")
    return x.reshape(sizes(shape))


def permute(x, *axes):
    return x.transpose(sizes(axes)) if x.ndim else x


def swapaxes(x, dim0, dim1):
    return ag.swapaxes(x, dim0, dim1) if x.ndim else x


def expand(x, *shape):
    wanted = sizes(shape)
    own = (*(1,) * (len(wanted) - x.ndim), *x.shape)
    return ag.broadcast_to(x, tuple(n if m == -1 else m for m, n in zip(wanted, own, strict=True)))


def squeeze(x, dim=None):
    """PyTorch passes over axes of another size, where NumPy and we refuse them."""
    if dim is None:
        return ag.squeeze(x)
    axes = [a % x.ndim for a in np.atleast_1d(_plain(dim))] if x.ndim else []
    return ag.squeeze(x, tuple(a for a in axes if x.shape[a] == 1))


def flatten(x, start_dim=0, end_dim=-1):
    return ag.flatten(x, start_dim, end_dim)


def flip(x, *dims, **named):
    return ag.flip(x, sizes(named.get("dims", dims)))


def split(x, split_size_or_sections, dim=0):
    n, size = x.shape[dim], split_size_or_sections
    cuts = list(range(size, n, size)) if isinstance(size, int) else np.cumsum(size)[:-1].tolist()
    return ag.split(x, cuts, dim)


def tensor_split(x, indices_or_sections, dim=0):
    cuts = indices_or_sections
    if isinstance(cuts, np.ndarray):
        cuts = cuts.tolist()
    if isinstance(cuts, int):
        n, parts = x.shape[dim], cuts
        cuts = np.cumsum([n // parts + (i < n % parts) for i in range(parts)])[:-1].tolist()
    return ag.split(x, list(cuts), dim)


def chunk(x, chunks, dim=0):
    return split(x, max(1, -(-x.shape[dim] // chunks)), dim)


def getitem(x, key):
    return x[_key(key)]


def _key(key):
    if isinstance(key, tuple | list):
        kind = type(key)
        return kind(_key(k) for k in key)
    return key


def select(x, dim, index):
    return x[(slice(None),) * (dim % x.ndim) + (index,)]


def narrow(x, dim, start, length):
    start = int(start.item()) if isinstance(start, np.ndarray) else start
    start = start + x.shape[dim] if start < 0 else start
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, start + length),)]


def index_select(x, dim, index):
    require(x.ndim, "an index into a number")
    return x[(slice(None),) * (dim % x.ndim) + (np.atleast_1d(index),)]


def cat(tensors, dim=0):
    require(len({t.ndim for t in tensors}) == 1, "an empty tensor joined to one of more axes")
    return ag.concatenate(tensors, dim)


def stack(tensors, dim=0):
    return ag.stack(tensors, dim)


def pad(x, pad, mode="constant", value=0.0):
    require(mode == "constant", "padding that copies or reflects the border")
    require(min(pad, default=0) >= 0, "padding that cuts off")
    widths = [(0, 0)] * x.ndim
    for i in range(len(pad) // 2):
        widths[x.ndim - 1 - i] = (pad[2 * i], pad[2 * i + 1])
    return ag.pad(x, widths, value or 0.0)


def constant_pad(x, pad_width, value=0):
    return pad(x, pad_width, "constant", value)


def einsum(tensors, subscripts):
    return ag.einsum(subscripts, *tensors)


def where(x, condition, other):
    return ag.where(condition, x, other)


def clamp(x, min=None, max=None):
    require(not any(isinstance(bound, Tensor | np.ndarray) for bound in (min, max)), "a tensor as a bound")
    return ag.clip(x, min, max)


# Layers


def softplus(x, beta=1, threshold=20):
    require(beta == 1, "another steepness")
    require(np.all(x.data <= threshold), "a threshold beyond which it is rounded to a straight line")
    return ag.softplus(x)


def relu(x, inplace=False):
    require(not inplace, "an op in place")
    return ag.relu(x)


def leaky_relu(x, negative_slope=0.01, inplace=False):
    require(not inplace, "an op in place")
    return ag.leaky_relu(x, negative_slope)


def silu(x, inplace=False):
    require(not inplace, "an op in place")
    return ag.silu(x)


def gelu(x, *, approximate="none"):
    require(approximate == "none", "the approximation of gelu by tanh")
    return ag.gelu(x)


def linear(x, weight, bias=None):
    y = x @ weight.T if weight.ndim > 1 else x @ weight
    return y if bias is None else y + bias


def batched(x, axes):
    """PyTorch takes one example without a batch too."""
    return (x, False) if x.ndim == axes else (ag.expand_dims(x, 0), True)


def last(x):
    """(N, C, ...) as (N, ..., C)."""
    return x.transpose(0, *range(2, x.ndim), 1)


def first(y, was_single):
    """(N, ..., C) as (N, C, ...)."""
    y = y.transpose(0, y.ndim - 1, *range(1, y.ndim - 1))
    return ag.squeeze(y, 0) if was_single else y


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    require(groups == 1, "groups of channels")
    require(not isinstance(padding, str), "padding by name")
    x, single = batched(x, 3)
    require(x.shape[0] and 0 not in weight.shape, "a convolution of nothing")
    options = (pair(stride, 1)[0], pair(padding, 1)[0], pair(dilation, 1)[0])
    return first(ag.conv1d(last(x), last(weight), bias, *options), single)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    require(groups == 1, "groups of channels")
    require(not isinstance(padding, str), "padding by name")
    x, single = batched(x, 4)
    require(x.shape[0] and 0 not in weight.shape, "a convolution of nothing")
    y = ag.conv2d(last(x), last(weight), bias, pair(stride), pair(padding), pair(dilation))
    return first(y, single)


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    require(groups == 1, "groups of channels")
    require(max(np.subtract(pair(output_padding), pair(stride))) < 0, "output padding as large as the stride")
    x, single = batched(x, 4)
    require(x.shape[0] and 0 not in weight.shape, "a convolution of nothing")
    options = (pair(stride), pair(padding), pair(output_padding), pair(dilation))
    return first(ag.conv_transpose2d(last(x), last(weight), bias, *options), single)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    require(pair(dilation) == (1, 1), "pooling with dilation")
    require(not ceil_mode, "windows that hang over the end")
    require(not return_indices, "the indices of extremes beside their values")
    x, single = batched(x, 4)
    options = (pair(kernel_size), pair(stride) if stride else None, pair(padding))
    return first(ag.max_pool2d(last(x), *options), single)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    require(not ceil_mode, "windows that hang over the end")
    require(count_include_pad or not any(pair(padding)), "a mean without the padding")
    require(divisor_override is None, "another divisor")
    x, single = batched(x, 4)
    options = (pair(kernel_size), pair(stride) if stride else None, pair(padding))
    return first(ag.avg_pool2d(last(x), *options), single)


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
    require(mode == "nearest", "interpolation other than the nearest")
    require(x.ndim == 4, "interpolation of something else than images")
    if size is None:
        size = [int(n * s) for n, s in zip(x.shape[2:], pair(scale_factor), strict=True)]
    scale = np.divide(pair(size), x.shape[2:])
    require((scale == scale.astype(int)).all() and scale.min() >= 1, "a scale that is no whole number")
    return first(ag.upsample2d(last(x), tuple(int(s) for s in scale)), False)


def upsample_nearest(x, size=None, scale_factor=None):
    return interpolate(x, size, scale_factor)


def _or_constant(array, like, value):
    return np.full(like, value) if array is None else array


def normalised(function, x, *arrays, **options):
    """(N, C, ...) normalised as images (N, positions, 1, C)."""
    require(x.size, "normalisation of nothing")
    images = last(x).reshape(x.shape[0], -1, 1, x.shape[1]) if x.ndim > 2 else x
    y = function(images, *arrays, **options)
    return first(y.reshape(x.shape[0], *x.shape[2:], x.shape[1]), False)


def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    require(x.size, "normalisation of nothing")
    require((running_mean is None) == (running_var is None), "one running statistic without the other")
    channels = x.shape[1]
    statistics = [s if s is None else np.array(s.data) for s in (running_mean, running_var)]
    arrays = (_or_constant(weight, channels, 1.0), _or_constant(bias, channels, 0.0), *statistics)
    return normalised(ag.batch_norm, x, *arrays, training=training, momentum=momentum, epsilon=eps)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    require(x.size, "normalisation of nothing")
    arrays = (_or_constant(weight, x.shape[1], 1.0), _or_constant(bias, x.shape[1], 0.0))
    return normalised(ag.group_norm, x, *arrays, groups=num_groups, epsilon=eps)


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    require(x.size, "normalisation of nothing")
    shape = tuple(normalized_shape)
    return ag.layer_norm(x, _or_constant(weight, shape, 1.0), _or_constant(bias, shape, 0.0), eps)


def embedding(weight, indices, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    require(padding_idx is None, "a word that is not trained")
    require(max_norm is None, "vectors that are shortened in place")
    require(not scale_grad_by_freq, "gradients divided by the frequency of a word")
    return weight[indices]


# Losses


def cross_entropy(x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    require(isinstance(target, np.ndarray), "probabilities as targets")
    require(x.ndim == 2, "classes of something else than a batch of examples")
    require(x.size, "a loss of nothing")
    weight = weight.data if isinstance(weight, Tensor) else weight
    counted = target != ignore_index
    total = counted.sum() if weight is None else weight[target[counted]].sum()
    require(total or reduction != "mean", "a mean loss of nothing, which is NaN there and refused here")
    return ag.cross_entropy(x, target, reduction, weight, ignore_index, label_smoothing)


def binary_cross_entropy_with_logits(x, target, weight=None, reduction="mean", pos_weight=None):
    require(weight is None, "a weight for each element")
    require(pos_weight is None or not pos_weight.requires_grad, "the gradient of a weight")
    return ag.binary_cross_entropy_with_logits(
        x, target, reduction=reduction, pos_weight=None if pos_weight is None else pos_weight.data
    )


def mse_loss(x, target, reduction="mean", weight=None):
    require(weight is None, "a weight for each element")
    require(x.shape == target.shape, "a loss of arrays of two shapes, which we refuse")
    require(x.size or reduction != "mean", "a mean loss of nothing, which is NaN there and refused here")
    return ag.mse(x, target, reduction=reduction)


def astype(dtype):
    return lambda x, **options: x.astype(dtype)


UNARY = {
    "neg": ag.neg, "square": ag.square, "exp": ag.exp, "expm1": ag.expm1, "log": ag.log, "log1p": ag.log1p,
    "sin": ag.sin, "cos": ag.cos, "sqrt": ag.sqrt, "abs": ag.abs, "tanh": ag.tanh, "sigmoid": ag.sigmoid,
    "reciprocal": lambda x: 1 / x, "rsqrt": lambda x: 1 / ag.sqrt(x), "positive": lambda x: +x,
    "t": lambda x: x.T, "T": lambda x: x.T, "ravel": lambda x: ag.flatten(x), "fliplr": lambda x: ag.flip(x, 1),
    "flipud": lambda x: ag.flip(x, 0), "mT": lambda x: ag.swapaxes(x, -1, -2),
}  # fmt: skip
BINARY = {
    "add": ag.add, "sub": ag.sub, "mul": ag.mul, "div": ag.div, "true_divide": ag.div, "pow": ag.pow,
    "maximum": ag.maximum, "minimum": ag.minimum,
}  # fmt: skip
REFLECTED = {
    "__radd__": ag.add, "__rsub__": ag.sub, "rsub": ag.sub, "__rmul__": ag.mul, "__rdiv__": ag.div, "__rpow__": ag.pow,
    "__rmatmul__": ag.matmul,
}  # fmt: skip

OPERATORS = {
    **{name: unary(function) for name, function in UNARY.items()},
    **{name: binary(function) for name, function in BINARY.items()},
    **{name: reflected(function) for name, function in REFLECTED.items()},
    **{name: matrix_product() for name in ("matmul", "mm", "bmm", "mv", "dot")},
    "sum": reduction(ag.sum),
    "mean": reduction(ag.mean),
    "amax": reduction(ag.max),
    "amin": reduction(ag.min),
    "logsumexp": reduction(ag.logsumexp),
    "var": spread(ag.var),
    "std": spread(ag.std),
    "max": extreme(ag.max),
    "min": extreme(ag.min),
    "softmax": along(ag.softmax),
    "log_softmax": along(ag.log_softmax),
    "cumsum": along(ag.cumsum),
    "prod": prod,
    "norm": norm,
    "linalg.vector_norm": vector_norm,
    "linalg.norm": linalg_norm,
    "reshape": reshape,
    "view": reshape,
    "permute": permute,
    "transpose": swapaxes,
    "broadcast_to": expand,
    "expand": expand,
    "squeeze": squeeze,
    "unsqueeze": lambda x, dim: ag.expand_dims(x, dim),
    "flatten": flatten,
    "flip": flip,
    "split": split,
    "split_with_sizes": split,
    "tensor_split": tensor_split,
    "chunk": chunk,
    "__getitem__": getitem,
    "select": select,
    "narrow": narrow,
    "index_select": index_select,
    "cat": cat,
    "stack": stack,
    "nn.functional.pad": pad,
    "constant_pad_nd": constant_pad,
    "einsum": einsum,
    "where": where,
    "clamp": clamp,
    "clamp_min": lambda x, min: clamp(x, min, None),
    "clamp_max": lambda x, max: clamp(x, None, max),
    "double": astype(np.float64),
    "nn.functional.softplus": softplus,
    "nn.functional.relu": relu,
    "nn.functional.leaky_relu": leaky_relu,
    "nn.functional.silu": silu,
    "nn.functional.gelu": gelu,
    "nn.functional.linear": linear,
    "nn.functional.conv1d": conv1d,
    "nn.functional.conv2d": conv2d,
    "nn.functional.conv_transpose2d": conv_transpose2d,
    "nn.functional.max_pool2d": max_pool2d,
    "nn.functional.avg_pool2d": avg_pool2d,
    "nn.functional.interpolate": interpolate,
    "nn.functional.upsample_nearest": upsample_nearest,
    "nn.functional.batch_norm": batch_norm,
    "nn.functional.group_norm": group_norm,
    "nn.functional.layer_norm": layer_norm,
    "nn.functional.embedding": embedding,
    "nn.functional.cross_entropy": cross_entropy,
    "nn.functional.binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "nn.functional.mse_loss": mse_loss,
}
