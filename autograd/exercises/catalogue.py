"""The list of exercises, from easy to hard, each with sample arguments and a correct solution.

The solutions are the engine's own rules and, for fused ops, the loops of ``kernels/plain.py``. Some exercises ask for
less (no bias, one step instead of a sequence). Small wrappers reduce the rule to what such an exercise asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..kernels import plain
from ..node import unbroadcast
from ..proof.samples import SAMPLES, Sample, case, labels, normal
from ..rules import RULES
from .worked.attention import attention

Rule = Callable[..., tuple[Any, ...]]


def _whole(rule: Rule) -> Rule:
    """The rule unchanged."""
    return rule


@dataclass(frozen=True)
class Exercise:
    """One op to differentiate.

    name         name of the file in `blanks/` and of the function in it
    page         the page of docs/ that teaches the op
    samples      sample arguments on which the gradients are checked
    solution     a correct answer
    cut          reduces an engine rule (or a mutant of it) to what the exercise asks for
    op           the name of that rule, if it differs from the exercise's name
    exact_shape  whether a gradient must have its argument's shape (if not, the engine sums over broadcast axes)
    """

    name: str
    page: str
    samples: list[Sample]
    solution: Callable[..., Any]
    exact_shape: bool = False
    cut: Callable[[Rule], Rule] = _whole
    op: str = ""

    def known_as(self) -> str:
        """The op whose mutants a wrong answer is compared with."""
        return self.op or self.name


def _broadcast_to(x, shape):
    return np.broadcast_to(x, shape), lambda g: unbroadcast(g, x.shape)


def _split(value, gradients, count):
    """Turn a plain form's `gradients`, which returns all at once, into one function per gradient."""
    return value, *[lambda g, i=i: gradients(g)[i] for i in range(count)]


def _layer_norm(x, weight, bias):
    y, gradients = plain.layer_norm(x, weight, bias)
    return _split(y, gradients, 3)


def _conv2d(x, weight, stride=1, padding=0):
    y, gradients = plain.conv2d(x, weight, stride, padding)
    return _split(y, gradients, 2)


def _rnn_tanh(x, h0, weight_ih, weight_hh):
    no_bias = np.zeros(len(weight_hh), x.dtype)
    (hidden, last), gradients = plain.rnn_tanh(x, h0, weight_ih, weight_hh, no_bias, no_bias)
    return _split(hidden, lambda g: gradients(g, np.zeros_like(last)), 4)


def _gru_cell(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """A sequence of one step."""
    (hidden, last), gradients = plain.gru(x[:, None], h, weight_ih, weight_hh, bias_ih, bias_hh)

    def of_one_step(g):
        dx, *others = gradients(np.zeros_like(hidden), g)
        return dx[:, 0], *others

    return _split(last, of_one_step, 6)


def _conv_transpose2d(x, weight, stride=1, padding=0):
    y, gradients = plain.conv_transpose2d(x, weight, stride, padding)
    return _split(y, gradients, 2)


def _lstm_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    """A sequence of one step; returns the new state and the new cell side by side."""
    (hidden, last, cell), gradients = plain.lstm(x[:, None], h, c, weight_ih, weight_hh, bias_ih, bias_hh)

    def of_one_step(g):
        dx, *others = gradients(np.zeros_like(hidden), *np.split(g, 2, axis=1))
        return dx[:, 0], *others

    return _split(np.hstack([last, cell]), of_one_step, 7)


def _batch_norm(x, weight, bias, epsilon=1e-5):
    """Batch normalisation as layer normalisation of the columns: transpose x, normalise, transpose back."""
    n, gradients = plain.layer_norm(x.T, np.ones(len(x)), np.zeros(len(x)), epsilon)
    n = n.T
    return weight * n + bias, lambda g: gradients((weight * g).T)[0].T, lambda g: (g * n).sum(0), lambda g: g.sum(0)


def _attention(q, k, v):
    y, gradients = attention(q, k, v)
    return _split(y, gradients, 3)


def _embedding(table, indices):
    return *RULES["getitem"](table, indices), None


def _without_bias(rule):
    def conv2d(x, weight, stride=1, padding=0):
        y, *gradients = rule(x, weight, None, stride, padding)
        return y, *gradients[:2]

    return conv2d


def _painting_without_bias(rule):
    def conv_transpose2d(x, weight, stride=1, padding=0):
        y, *gradients = rule(x, weight, None, stride, padding)
        return y, *gradients[:2]

    return conv_transpose2d


def _batch_statistics(rule):
    def batch_norm(x, weight, bias, epsilon=1e-5):
        y, *gradients = rule(x, weight, bias, epsilon=epsilon)
        return y, *gradients[:3]

    return batch_norm


def _lookup(rule):
    def embedding(table, indices):
        return *rule(table, indices), None

    return embedding


def _one_lstm_step(rule):
    def lstm_cell(x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
        weights = weight_ih, weight_hh, bias_ih, bias_hh
        (_, last, cell), gradient_of_x, *gradients = rule(x[:, None], h, c, *weights)

        def results(g):
            return [None, *np.split(g, 2, axis=1)]

        return (
            np.hstack([last, cell]),
            lambda g: gradient_of_x(results(g))[:, 0],
            *[lambda g, vjp=vjp: vjp(results(g)) for vjp in gradients],
        )

    return lstm_cell


def _without_biases(rule):
    def rnn_tanh(x, h0, weight_ih, weight_hh):
        no_bias = np.zeros(len(weight_hh), x.dtype)
        (hidden, _), *gradients = rule(x, h0, weight_ih, weight_hh, no_bias, no_bias)
        return hidden, *[lambda g, vjp=vjp: vjp([g, None]) for vjp in gradients[:4]]

    return rnn_tanh


def _one_step(rule):
    """A sequence of one step."""

    def gru_cell(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
        (_, last), gradient_of_x, *gradients = rule(x[:, None], h, weight_ih, weight_hh, bias_ih, bias_hh)
        return last, lambda g: gradient_of_x([None, g])[:, 0], *[lambda g, vjp=vjp: vjp([None, g]) for vjp in gradients]

    return gru_cell


SOFTMAX = "12-softmax-and-cross-entropy"
_MATRICES = [case(normal(3, 4), normal(4, 2)), case(normal(1, 3), normal(3, 3))]
_CLASSES = [case(normal(4, 3), labels(4, classes=3)), case(normal(1, 5), labels(1, classes=5))]
_CODES = [case(normal(3, 4), normal(3, 4)), case(normal(1, 2), normal(1, 2))]
_ROWS = [case(normal(3, 5), normal(5), normal(5)), case(normal(2, 3, 4), normal(4), normal(4))]
_IMAGES = [
    case(normal(2, 4, 5, 3), normal(2, 3, 2, 3)),
    case(normal(1, 5, 4, 2), normal(3, 3, 3, 2), stride=2, padding=1),
]
_SEQUENCES = [
    case(normal(2, 4, 3), normal(2, 2), normal(2, 3), normal(2, 2)),
    case(normal(3, 1, 2), normal(3, 2), normal(2, 2), normal(2, 2)),
]
_STEPS = [case(normal(2, 3), normal(2, 2), normal(6, 3), normal(6, 2), normal(6), normal(6))]

_CHANNELS = [case(normal(5, 3), normal(3), normal(3)), case(normal(2, 4), normal(4), normal(4))]
_TABLES = [case(normal(4, 3), labels(2, 5, classes=4)), case(normal(3, 2), labels(6, classes=3))]
_ATTENTION = [case(normal(3, 2), normal(4, 2), normal(4, 3)), case(normal(1, 3), normal(2, 3), normal(2, 1))]
_PAINTINGS = [
    case(normal(2, 3, 2, 3), normal(3, 2, 3, 2)),
    case(normal(1, 3, 4, 2), normal(2, 3, 3, 3), stride=2, padding=1),
]
_LSTM_STEPS = [case(normal(2, 3), normal(2, 2), normal(2, 2), normal(8, 3), normal(8, 2), normal(8), normal(8))]

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        Exercise("add", "02-one-op", SAMPLES["add"], RULES["add"]),
        Exercise("mul", "02-one-op", SAMPLES["mul"], RULES["mul"]),
        Exercise("div", "02-one-op", SAMPLES["div"], RULES["div"]),
        Exercise("tanh", "02-one-op", SAMPLES["tanh"], RULES["tanh"]),
        Exercise("relu", "10-checking-gradients", SAMPLES["relu"], RULES["relu"]),
        Exercise("sum", "04-broadcasting", SAMPLES["sum"], RULES["sum"], exact_shape=True),
        Exercise("max", "04-broadcasting", SAMPLES["max"], RULES["max"], exact_shape=True),
        Exercise("broadcast_to", "04-broadcasting", SAMPLES["broadcast_to"], _broadcast_to, exact_shape=True),
        Exercise("getitem", "14-indexing", SAMPLES["getitem"], RULES["getitem"], exact_shape=True),
        Exercise("embedding", "14-indexing", _TABLES, _embedding, exact_shape=True, cut=_lookup, op="getitem"),
        Exercise("matmul", "05-matrix-products", _MATRICES, RULES["matmul"], exact_shape=True),
        Exercise("softmax", SOFTMAX, SAMPLES["softmax"], RULES["softmax"], exact_shape=True),
        Exercise("cross_entropy", SOFTMAX, _CLASSES, RULES["cross_entropy"], exact_shape=True),
        Exercise("attention", SOFTMAX, _ATTENTION, _attention, exact_shape=True),
        Exercise("kl_standard_normal", "09-vae", _CODES, RULES["kl_standard_normal"], exact_shape=True),
        Exercise("layer_norm", "13-normalisation", _ROWS, _layer_norm),
        Exercise("batch_norm", "13-normalisation", _CHANNELS, _batch_norm, cut=_batch_statistics),
        Exercise("conv2d", "06-convolution", _IMAGES, _conv2d, exact_shape=True, cut=_without_bias),
        Exercise(
            "conv_transpose2d",
            "06-convolution",
            _PAINTINGS,
            _conv_transpose2d,
            exact_shape=True,
            cut=_painting_without_bias,
        ),
        Exercise("rnn_tanh", "07-through-time", _SEQUENCES, _rnn_tanh, exact_shape=True, cut=_without_biases),
        Exercise("gru_cell", "07-through-time", _STEPS, _gru_cell, exact_shape=True, cut=_one_step, op="gru"),
        Exercise(
            "lstm_cell",
            "07-through-time",
            _LSTM_STEPS,
            _lstm_cell,
            exact_shape=True,
            cut=_one_lstm_step,
            op="lstm",
        ),
    )
}
