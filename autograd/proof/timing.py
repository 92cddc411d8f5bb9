"""Time of an op in the engine, forward and backward, compared with its bare forward pass in NumPy.

The arrays have the sizes and the dtype (float32) of training. "Bare" is the rule on plain arrays: no tensors, no
graph. The minimum over several runs is reported, because other processes can only make a run slower.
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from ..apply import apply
from ..rules import RULES
from ..tensor import Tensor
from .samples import SAMPLES, Sample, away_from_zero, case, distinct, flags, labels, normal, positive, probabilities

MIN_SECONDS = 0.02  # repeat a measurement for at least this long
MIN_RUNS = 10

_ONE = {
    name: [case(normal(256, 256))]
    for name in (
        *("neg", "square", "exp", "expm1", "sin", "cos", "tanh", "sigmoid", "softplus", "leaky_relu", "relu"),
        *("silu", "gelu", "flip", "cumsum"),
    )
}
_TWO = {name: [case(normal(256, 256), normal(256))] for name in ("add", "sub", "mul", "maximum", "minimum")}
_ROWS = {
    name: [case(normal(256, 256), axis=-1)]
    for name in ("sum", "prod", "norm", "mean", "var", "std", "logsumexp", "softmax")
}
_IMAGES, _SHORT = normal(16, 16, 16, 32), normal(32, 10, 16)


def _layer(gates, states):
    weights = [normal(32 * gates, 16), normal(32 * gates, 32), normal(32 * gates), normal(32 * gates)]
    return [case(_SHORT, *[normal(32, 32)] * states, *weights)]


WORKLOADS: dict[str, list[Sample]] = {
    **_ONE,
    **_TWO,
    **_ROWS,
    "log_softmax": [case(normal(256, 256))],
    "max": [case(distinct(256, 256), axis=-1)],
    "min": [case(distinct(256, 256), axis=-1)],
    "log": [case(positive(256, 256))],
    "log1p": [case(positive(256, 256))],
    "split": [case(normal(256, 256), indices_or_sections=4)],
    "einsum": [case(normal(256, 256), normal(256, 256), subscripts="ij,jk->ik")],
    "sqrt": [case(positive(256, 256))],
    "abs": [case(away_from_zero(256, 256))],
    "div": [case(normal(256, 256), positive(256))],
    "pow": [case(positive(256, 256), 2)],
    "clip": [case(normal(256, 256), min=-1.0, max=1.0)],
    "where": [case(flags(256, 256), normal(256, 256), normal(256, 256))],
    "matmul": [case(normal(256, 256), normal(256, 256))],
    "reshape": [case(normal(256, 256), shape=(128, 512))],
    "transpose": [case(normal(256, 256))],
    "broadcast_to": [case(normal(256), shape=(256, 256))],
    "getitem": [case(normal(256, 256), slice(None, None, 2))],
    "concatenate": [case(normal(128, 256), normal(128, 256))],
    "stack": [case(normal(128, 256), normal(128, 256))],
    "pad": [case(normal(256, 256), pad_width=1)],
    "binary_cross_entropy_with_logits": [case(normal(256, 256), probabilities(256, 256))],
    "cross_entropy": [case(normal(256, 256), labels(256, classes=256))],
    "mse": [case(normal(256, 256), normal(256, 256))],
    "bernoulli_log_likelihood": [case(_IMAGES, probabilities(16, 16, 16, 32))],
    "gaussian_log_likelihood": [case(_IMAGES, normal(), _IMAGES)],
    "kl_standard_normal": [case(normal(256, 64), normal(256, 64))],
    "conv2d": [case(_IMAGES, normal(64, 4, 4, 32), normal(64), stride=2, padding=1)],
    "conv_transpose2d": [case(_IMAGES, normal(32, 4, 4, 16), normal(16), stride=2, padding=1)],
    "max_pool2d": [case(_IMAGES, 2)],
    "avg_pool2d": [case(_IMAGES, 2)],
    "upsample2d": [case(_IMAGES, 2)],
    "batch_norm": [case(_IMAGES, normal(32), normal(32))],
    "group_norm": [case(_IMAGES, normal(32), normal(32), groups=4)],
    "layer_norm": [case(normal(256, 256), normal(256), normal(256))],
    "rnn_tanh": _layer(1, 1),
    "lstm": _layer(4, 2),
    "gru": _layer(3, 1),
}


@dataclass(frozen=True)
class Cost:
    """Seconds of the bare forward pass, the recorded forward pass and the backward pass, for these shapes."""

    shapes: str
    bare: float
    forward: float
    backward: float


def measure(name: str) -> Cost:
    """Time one op on its workload, or on its first sample if it has no workload."""
    sample = WORKLOADS.get(name, SAMPLES.get(name, [case()]))[0]
    arrays = [_single(a) for a in sample.draw(np.random.default_rng(0))]
    options = {**sample.options, **({"dtype": np.float32} if name == "astype" else {})}
    tensors = [Tensor(a, requires_grad=True) if _is_single(a) else a for a in arrays]

    def forward():
        return apply(RULES[name], *tensors, **options)

    first = forward()
    gradient = np.ones_like((first[0] if isinstance(first, tuple) else first).data)

    def run():
        times = [perf_counter()]
        RULES[name](*arrays, **options)
        times.append(perf_counter())
        made = forward()
        times.append(perf_counter())
        (made[0] if isinstance(made, tuple) else made).backward(gradient)
        times.append(perf_counter())
        return np.diff(times)

    runs, start = [run()], perf_counter()
    while len(runs) < MIN_RUNS or perf_counter() - start < MIN_SECONDS:
        runs.append(run())
    shapes = ", ".join("x".join(map(str, a.shape)) or "()" for a in arrays if isinstance(a, np.ndarray))
    return Cost(shapes, *np.min(runs, axis=0).tolist())


def _single(a):
    return a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


def _is_single(a):
    return isinstance(a, np.ndarray) and a.dtype == np.float32
