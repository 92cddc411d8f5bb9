"""Every rule of the engine against PyTorch's op of the same meaning, kinks and ties included."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

import torch.nn.functional as F  # noqa: E402

import autograd  # noqa: E402
from autograd.rules import RULES  # noqa: E402

from .compare import same_values_and_gradients  # noqa: E402

pytestmark = pytest.mark.parity
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape)


def positive(*shape):
    return rng.uniform(0.2, 3, shape)


X, Y, ROW = normal(3, 4), normal(3, 4), normal(4)
TIES = np.array([[1.0, 0.0, -1.0, 1.0], [0.0, 0.0, 2.0, 2.0], [-3.0, 5.0, 5.0, 5.0]])  # zeros are kinks of many ops
TIED_WITH = np.array([[1.0, 0.0, -2.0, 3.0], [0.0, 1.0, 2.0, -2.0], [-3.0, 4.0, 5.0, 6.0]])
MASK = TIES > 0
LABELS = np.array([3, 0, 3])
LARGE = np.array([-800.0, -40.0, 0.0, 40.0, 800.0])  # where the naive formulas overflow
BATCH, SEQUENCE, FEATURES, HIDDEN = 3, 5, 2, 4


def unary(name, *inputs, theirs=None, **options):
    """One case for each input: autograd.name against torch.name."""
    ours, theirs = getattr(autograd, name), theirs or getattr(torch, name)
    return [(lambda x: ours(x, **options), theirs, [x]) for x in inputs]


def binary(ours, theirs, *pairs):
    return [(ours, theirs, list(pair)) for pair in pairs or [(X, Y), (X, ROW), (normal(3, 1), normal(1, 4))]]


def axes(name, theirs, *inputs, **options):
    """Reductions over one axis, over two, over all, with the axis kept and without."""
    ours = getattr(autograd, name)
    return [
        (
            lambda x, a=axis, k=keepdims: ours(x, axis=a, keepdims=k, **options),
            lambda x, a=axis, k=keepdims: theirs(x, tuple(range(x.ndim)) if a is None else a, k),
            [x],
        )
        for axis in (0, -1, (0, 1), None)
        for keepdims in (False, True)
        for x in inputs
    ]


def recurrent(name, kind, gates, states):
    """One layer of torch.nn's kind, with initial states, against the fused op."""
    shapes = [(BATCH, SEQUENCE, FEATURES), *[(BATCH, HIDDEN)] * states]
    shapes += [(gates * HIDDEN, FEATURES), (gates * HIDDEN, HIDDEN), (gates * HIDDEN,), (gates * HIDDEN,)]

    def theirs(x, *rest):
        initial, weights = [state[None] for state in rest[:states]], rest[states:]
        layer = kind(FEATURES, HIDDEN, batch_first=True).double()
        names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
        start = tuple(initial) if states > 1 else initial[0]
        parameters = dict(zip(names, weights, strict=True))
        hidden, last = torch.func.functional_call(layer, parameters, (x, start))
        return (hidden, *(state[0] for state in (last if states > 1 else (last,))))

    return [(getattr(autograd, name), theirs, [normal(*shape) for shape in shapes])]


def loss(name, theirs, *inputs):
    ours = getattr(autograd, name)
    return [
        (lambda *a, r=reduction: ours(*a, reduction=r), lambda *a, r=reduction: theirs(*a, reduction=r), list(inputs))
        for reduction in ("mean", "sum", "none")
    ]


CASES = {
    "add": binary(autograd.add, torch.add),
    "sub": binary(autograd.sub, torch.sub),
    "mul": binary(autograd.mul, torch.mul),
    "div": binary(autograd.div, torch.div, (X, positive(3, 4)), (X, positive(4))),
    "pow": [
        *binary(autograd.pow, torch.pow, (positive(3, 4), Y), (positive(3, 1), ROW), (np.zeros(3), np.arange(3.0))),
        (lambda x: x**3, lambda x: x**3, [TIES]),
        (lambda x: x**0, lambda x: x**0, [TIES]),
        (lambda x: 2**x, lambda x: 2**x, [X]),
    ],
    "maximum": binary(autograd.maximum, torch.maximum, (X, Y), (X, ROW), (TIES, TIED_WITH)),
    "minimum": binary(autograd.minimum, torch.minimum, (X, Y), (X, ROW), (TIES, TIED_WITH)),
    "neg": unary("neg", X),
    "exp": unary("exp", X),
    "log": unary("log", positive(3, 4)),
    "sqrt": unary("sqrt", positive(3, 4)),
    "abs": unary("abs", X, TIES),
    "tanh": unary("tanh", X, LARGE),
    "sigmoid": unary("sigmoid", X, LARGE),
    "softplus": unary("softplus", X, LARGE[:-1], theirs=lambda x: F.softplus(x, threshold=700)),
    "relu": unary("relu", X, TIES),
    "leaky_relu": [
        *unary("leaky_relu", X, TIES, theirs=F.leaky_relu),
        *unary("leaky_relu", X, TIES, theirs=lambda x: F.leaky_relu(x, 0.2), negative_slope=0.2),
    ],
    "clip": [
        *unary("clip", X, TIES, theirs=lambda x: torch.clip(x, -1, 2), min=-1, max=2),
        *unary("clip", TIES, theirs=lambda x: torch.clip(x, min=0), min=0),
        *unary("clip", TIES, theirs=lambda x: torch.clip(x, max=0), max=0),
    ],
    "astype": [(lambda x: x.astype(np.float32).astype(np.float64), lambda x: x.float().double(), [X])],
    "where": [(autograd.where, torch.where, [MASK, X, Y]), (autograd.where, torch.where, [MASK, X, ROW])],
    "matmul": binary(
        autograd.matmul,
        torch.matmul,
        (normal(3, 4), normal(4, 2)),
        (normal(2, 5, 3, 4), normal(4, 2)),
        (normal(2, 1, 3, 4), normal(5, 4, 2)),
        (normal(4), normal(4, 2)),
        (normal(3, 4), normal(4)),
        (normal(4), normal(4)),
        (normal(5, 3, 4), normal(4)),
    ),
    "sum": axes("sum", lambda x, a, k: x.sum(a, keepdim=k), X),
    "mean": axes("mean", lambda x, a, k: x.mean(a, keepdim=k), X),
    "var": [
        *axes("var", lambda x, a, k: x.var(a, correction=0, keepdim=k), X),
        *axes("var", lambda x, a, k: x.var(a, correction=1, keepdim=k), X, ddof=1),
    ],
    "std": [
        *axes("std", lambda x, a, k: x.std(a, correction=0, keepdim=k), X),
        *axes("std", lambda x, a, k: x.std(a, correction=1, keepdim=k), X, ddof=1),
    ],
    "max": axes("max", lambda x, a, k: x.amax(a, keepdim=k), X, TIES),
    "min": axes("min", lambda x, a, k: x.amin(a, keepdim=k), X, TIES),
    "logsumexp": axes("logsumexp", lambda x, a, k: x.logsumexp(a, keepdim=k), X, LARGE[:, None] * np.ones(2)),
    "softmax": [(lambda x, a=a: autograd.softmax(x, axis=a), lambda x, a=a: x.softmax(a), [X]) for a in (0, -1)],
    "log_softmax": [
        (lambda x, a=a: autograd.log_softmax(x, axis=a), lambda x, a=a: x.log_softmax(a), [x])
        for a, x in [(0, X), (-1, X), (0, LARGE)]
    ],
    "reshape": [(lambda x: x.reshape(2, -1), lambda x: x.reshape(2, -1), [X])],
    "transpose": [
        (lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1), [normal(2, 3, 4)]),
        (lambda x: x.T, lambda x: x.T, [X]),
    ],
    "broadcast_to": [
        (lambda x: autograd.broadcast_to(x, (5, 3, 4)), lambda x: x.broadcast_to(5, 3, 4), [x])
        for x in (X, ROW, normal(3, 1))
    ],
    "getitem": [
        (lambda x, key=key: x[key], lambda x, key=key: x[key], [X])
        for key in [0, slice(1, None), (slice(None), 2), (..., None), [0, 0, 2], (np.arange(3), LABELS)]
    ]
    + [(lambda x: x[MASK], lambda x: x[torch.from_numpy(MASK)], [X])],
    "concatenate": [
        (lambda a, b: autograd.concatenate([a, b], axis=1), lambda a, b: torch.cat([a, b], 1), [X, normal(3, 2)]),
        (lambda a: autograd.concatenate([a, a]), lambda a: torch.cat([a, a]), [X]),
    ],
    "stack": [
        (lambda a, b, k=k: autograd.stack([a, b], axis=k), lambda a, b, k=k: torch.stack([a, b], k), [X, Y])
        for k in (0, 1, -1)
    ],
    "pad": [(lambda x: autograd.pad(x, ((1, 2), (0, 3)), 7.0), lambda x: F.pad(x, (0, 3, 1, 2), value=7.0), [X])],
    "binary_cross_entropy_with_logits": [
        *loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, X, rng.random((3, 4))),
        *loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, LARGE, np.ones(5)),
    ],
    "cross_entropy": loss("cross_entropy", F.cross_entropy, X, LABELS),
    "mse": loss("mse", F.mse_loss, X, Y),
    "rnn_tanh": recurrent("rnn_tanh", torch.nn.RNN, 1, 1),
    "lstm": recurrent("lstm", torch.nn.LSTM, 4, 2),
    "gru": recurrent("gru", torch.nn.GRU, 3, 1),
}


def test_every_rule_is_compared_and_nothing_else():
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize(
    ("ours", "theirs", "inputs"),
    [pytest.param(*case, id=f"{name}-{k}") for name, cases in CASES.items() for k, case in enumerate(cases)],
)
def test_values_and_gradients_are_pytorchs(ours, theirs, inputs):
    same_values_and_gradients(ours, theirs, inputs)
