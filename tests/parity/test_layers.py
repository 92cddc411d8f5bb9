"""Every layer of autograd.nn against torch.nn's, from the same weights, in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from autograd import Tensor, nn  # noqa: E402
from autograd.tools.interop import from_torch_state_dict, to_torch_state_dict  # noqa: E402

from . import test_image_layers  # noqa: E402
from .compare import as_tuple, close  # noqa: E402
from .database.modules import MODULES  # noqa: E402

pytestmark = pytest.mark.parity
SEQUENCE = (4, 6, 3)  # batch, time, features
HIDDEN = 5


def rng(seed=0):
    return np.random.default_rng(seed)


def recurrent(kind):
    return [
        (
            lambda k=layers: getattr(nn, kind)(SEQUENCE[2], HIDDEN, k, rng=rng(), dtype=np.float64),
            lambda k=layers: getattr(torch.nn, kind)(SEQUENCE[2], HIDDEN, k, batch_first=True),
        )
        for layers in (1, 3)
    ]


def linear(module, **options):
    return module.Linear(3, 2, rng(), dtype=np.float64, **options) if module is nn else module.Linear(3, 2, **options)


def row_of_layers(module):
    return module.Sequential(linear(module), module.Tanh(), module.Sequential(module.LeakyReLU(0.1)))


LAYERS = {
    "Linear": [
        (lambda: linear(nn), lambda: linear(torch.nn)),
        (lambda: linear(nn, bias=False), lambda: linear(torch.nn, bias=False)),
    ],
    "RNN": recurrent("RNN"),
    "LSTM": recurrent("LSTM"),
    "GRU": recurrent("GRU"),
    "Sequential": [(lambda: row_of_layers(nn), lambda: row_of_layers(torch.nn))],
    "Dropout": [
        (lambda: nn.Dropout(0.0, rng()), lambda: torch.nn.Dropout(0.0)),
        (lambda: nn.Dropout(0.5, rng()).eval(), lambda: torch.nn.Dropout(0.5).eval()),
    ],
    "Tanh": [(nn.Tanh, torch.nn.Tanh)],
    "Sigmoid": [(nn.Sigmoid, torch.nn.Sigmoid)],
    "ReLU": [(nn.ReLU, torch.nn.ReLU)],
    "GELU": [(nn.GELU, torch.nn.GELU)],
    "SiLU": [(nn.SiLU, torch.nn.SiLU)],
    "Flatten": [(nn.Flatten, torch.nn.Flatten)],
    "LeakyReLU": [
        (nn.LeakyReLU, torch.nn.LeakyReLU),
        (lambda: nn.LeakyReLU(0.2), lambda: torch.nn.LeakyReLU(0.2)),
    ],
}
CASES = [pytest.param(*case, id=f"{name}-{k}") for name, cases in LAYERS.items() for k, case in enumerate(cases)]


def flat(results):
    """(hidden, (h, c)) as (hidden, h, c)."""
    return [part for result in as_tuple(results) for part in as_tuple(result)]


def compare(ours, theirs, inputs):
    """Values, and the gradients of inputs and parameters under random cotangents."""
    our_inputs = [Tensor(a, requires_grad=True) for a in inputs]
    their_inputs = [torch.from_numpy(a).requires_grad_() for a in inputs]
    our_results, their_results = flat(call(ours, our_inputs)), flat(call(theirs, their_inputs))
    our_loss, their_loss, draw = 0, 0, rng(9)
    for our_result, their_result in zip(our_results, their_results, strict=True):
        close(our_result.data, their_result)
        cotangent = draw.standard_normal(our_result.shape)
        our_loss = our_loss + (our_result * cotangent).sum()
        their_loss = their_loss + (their_result * torch.from_numpy(cotangent)).sum()
    our_loss.backward()
    their_loss.backward()
    for our_input, their_input in zip(our_inputs, their_inputs, strict=True):
        close(our_input.grad, their_input.grad)
    gradients = {name: parameter.grad for name, parameter in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        close(parameter.grad, gradients.pop(name))
    assert not gradients


def call(module, inputs):
    """module(x), module(x, h) or module(x, (h, c))."""
    x, *states = inputs
    return module(x, *([tuple(states)] if len(states) > 1 else states))


def test_every_layer_is_compared_and_nothing_else():
    for_images = {*test_image_layers.LAYERS, "LayerNorm"}
    with_inputs_of_their_own = {"Conv1d", "Embedding"}
    assert {f"nn.{name}" for name in with_inputs_of_their_own} <= set(MODULES)
    assert set(LAYERS) | for_images | with_inputs_of_their_own == set(nn.__all__) - {"Module"}


@pytest.mark.parametrize(("make_ours", "make_theirs"), CASES)
def test_with_our_weights_values_and_gradients_are_pytorchs(make_ours, make_theirs):
    ours, theirs = make_ours(), make_theirs().double()
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in to_torch_state_dict(ours).items()})
    compare(ours, theirs, [rng(1).standard_normal(SEQUENCE)])


@pytest.mark.parametrize(("make_ours", "make_theirs"), CASES)
def test_with_pytorchs_weights_values_and_gradients_are_pytorchs(make_ours, make_theirs):
    torch.manual_seed(0)
    ours, theirs = make_ours(), make_theirs().double()
    from_torch_state_dict(ours, {name: value.numpy() for name, value in theirs.state_dict().items()})
    compare(ours, theirs, [rng(1).standard_normal(SEQUENCE)])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("kind", "states"), [("RNN", 1), ("LSTM", 2), ("GRU", 1)])
def test_from_states_of_ones_own_values_and_gradients_are_pytorchs(kind, states, layers):
    ours = getattr(nn, kind)(SEQUENCE[2], HIDDEN, layers, rng=rng(), dtype=np.float64)
    theirs = getattr(torch.nn, kind)(SEQUENCE[2], HIDDEN, layers, batch_first=True).double()
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in to_torch_state_dict(ours).items()})
    start = [rng(2 + k).standard_normal((layers, SEQUENCE[0], HIDDEN)) for k in range(states)]
    compare(ours, theirs, [rng(1).standard_normal(SEQUENCE), *start])


@pytest.mark.parametrize("name", ["Linear", "RNN", "LSTM", "GRU"])
def test_parameters_start_on_pytorchs_range(name):
    torch.manual_seed(0)
    ours = nn.Linear(50, 60, rng()) if name == "Linear" else getattr(nn, name)(7, 50, rng=rng())
    theirs = torch.nn.Linear(50, 60) if name == "Linear" else getattr(torch.nn, name)(7, 50)
    bound = 1 / np.sqrt(50)
    for parameter, value in theirs.state_dict().items():
        for array in (ours.state_dict()[parameter], value.numpy()):
            assert 0.9 * bound < np.abs(array).max() <= bound
