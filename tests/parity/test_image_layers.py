"""The layers for images (N, H, W, C) against torch.nn's for (N, C, H, W), from the same weights, in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from autograd import Tensor, nn  # noqa: E402
from autograd.tools.interop import from_torch_state_dict, to_torch_state_dict  # noqa: E402

from .compare import close  # noqa: E402

pytestmark = pytest.mark.parity
CHANNELS, FILTERS = 4, 6
F64 = {"dtype": np.float64}


def rng():
    return np.random.default_rng(0)


def convolution(name, size, **options):
    ours = lambda: getattr(nn, name)(CHANNELS, FILTERS, size, rng(), **F64, **options)  # noqa: E731
    return ours, lambda: getattr(torch.nn, name)(CHANNELS, FILTERS, size, **options)


LAYERS = {
    "Conv2d": [
        convolution("Conv2d", 3, padding=1),
        convolution("Conv2d", 4, stride=2, padding=1),
        convolution("Conv2d", (2, 3), stride=(1, 2), dilation=2, bias=False),
    ],
    "ConvTranspose2d": [
        convolution("ConvTranspose2d", 3, padding=1),
        convolution("ConvTranspose2d", 4, stride=2, padding=1),
        convolution("ConvTranspose2d", 3, stride=2, padding=1, output_padding=1, bias=False),
    ],
    "MaxPool2d": [(lambda: nn.MaxPool2d(3, 2, 1), lambda: torch.nn.MaxPool2d(3, 2, 1))],
    "AvgPool2d": [(lambda: nn.AvgPool2d(3, 2, 1), lambda: torch.nn.AvgPool2d(3, 2, 1))],
    "Upsample2d": [(lambda: nn.Upsample2d(2), lambda: torch.nn.Upsample(scale_factor=2))],
    "BatchNorm": [(lambda: nn.BatchNorm(CHANNELS, **F64), lambda: torch.nn.BatchNorm2d(CHANNELS))],
    "GroupNorm": [(lambda: nn.GroupNorm(2, CHANNELS, **F64), lambda: torch.nn.GroupNorm(2, CHANNELS))],
}
CASES = [pytest.param(*case, id=f"{name}-{k}") for name, cases in LAYERS.items() for k, case in enumerate(cases)]


def compare(ours, theirs, draw):
    image = draw.standard_normal((3, 8, 6, CHANNELS))
    our_image = Tensor(image, requires_grad=True)
    their_image = torch.from_numpy(image).requires_grad_()
    ours.zero_grad()
    theirs.zero_grad()
    our_result, their_result = ours(our_image), theirs(their_image.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    close(our_result.data, their_result)
    cotangent = draw.standard_normal(our_result.shape)
    our_result.backward(cotangent)
    their_result.backward(torch.from_numpy(cotangent))
    close(our_image.grad, their_image.grad)
    named = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        axes = ours.torch_axes.get(name, range(parameter.ndim))
        close(parameter.grad.transpose(tuple(axes)), named.pop(name).grad)
    assert not named


def buffers_agree(ours, theirs):
    state = theirs.state_dict()
    for name, value in to_torch_state_dict(ours).items():
        close(value, state[name])


@pytest.mark.parametrize(("make_ours", "make_theirs"), CASES)
def test_values_and_gradients_are_pytorchs_over_steps_of_training_and_in_eval(make_ours, make_theirs):
    ours, theirs, draw = make_ours(), make_theirs().double(), np.random.default_rng(1)
    state = {name: torch.from_numpy(value) for name, value in to_torch_state_dict(ours).items()}
    theirs.load_state_dict(state, strict=False)  # PyTorch's batch norm also counts its batches
    for _ in range(3):
        compare(ours, theirs, draw)
        buffers_agree(ours, theirs)
    compare(ours.eval(), theirs.eval(), draw)


@pytest.mark.parametrize(("make_ours", "make_theirs"), CASES[:6])
def test_pytorchs_weights_come_back_as_they_went(make_ours, make_theirs):
    ours, theirs = make_ours(), make_theirs().double()
    from_torch_state_dict(ours, {name: value.numpy() for name, value in theirs.state_dict().items()})
    for name, value in to_torch_state_dict(ours).items():
        np.testing.assert_array_equal(value, theirs.state_dict()[name].numpy())
    compare(ours, theirs, np.random.default_rng(2))


def test_layer_norm_is_pytorchs():
    ours, theirs = nn.LayerNorm((6, CHANNELS), **F64), torch.nn.LayerNorm((6, CHANNELS)).double()
    x = np.random.default_rng(3).standard_normal((3, 8, 6, CHANNELS))
    close(ours(Tensor(x)).data, theirs(torch.from_numpy(x)))
