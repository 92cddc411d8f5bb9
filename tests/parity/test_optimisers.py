"""Every optimiser against torch.optim's, over 100 steps of a small regression in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from autograd import Tensor, mse, optim, tanh  # noqa: E402

from .compare import close  # noqa: E402

pytestmark = pytest.mark.parity
SHAPES = [(3, 8), (8,), (8, 1), (5,)]

# Ours, theirs, and the settings by our names. The rates are small enough for no run to be chaotic: where one is, the
# two part at 1e-16, as two runs of either would.
SETTINGS = [
    (optim.SGD, torch.optim.SGD, {"learning_rate": 0.05}),
    (optim.SGD, torch.optim.SGD, {"learning_rate": 0.05, "weight_decay": 0.1}),
    (optim.SGD, torch.optim.SGD, {"learning_rate": 0.01, "momentum": 0.9}),
    (optim.SGD, torch.optim.SGD, {"learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0.1, "nesterov": True}),
    (optim.Adam, torch.optim.Adam, {"learning_rate": 0.01}),
    (optim.Adam, torch.optim.Adam, {"learning_rate": 0.01, "betas": (0.5, 0.9), "epsilon": 1e-3}),
    (optim.Adam, torch.optim.Adam, {"learning_rate": 0.01, "weight_decay": 0.1}),
    (optim.AdamW, torch.optim.AdamW, {}),
    (optim.AdamW, torch.optim.AdamW, {"learning_rate": 0.05, "weight_decay": 0.2, "betas": (0.0, 0.99)}),
]
TORCH_NAMES = {"learning_rate": "lr", "epsilon": "eps"}


def start():
    rng = np.random.default_rng(0)
    return [0.5 * rng.standard_normal(shape) for shape in SHAPES], rng.standard_normal((16, 3))


def loss(parameters, x, step, tanh, mean_square):
    """Of a small net; the last parameter is used, and so has a gradient, at every third step only."""
    w1, b1, w2, sometimes = parameters
    y = tanh(x @ w1 + b1) @ w2
    value = mean_square(y)
    return value + mean_square(sometimes - 1) if step % 3 == 0 else value


def test_every_optimiser_is_compared():
    assert {ours for ours, _, _ in SETTINGS} == set(optim.Optimizer.__subclasses__()) | set(optim.Adam.__subclasses__())


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"), [pytest.param(*case, id=f"{case[0].__name__}-{case[2]}") for case in SETTINGS]
)
@pytest.mark.parametrize("clip", [None, 0.1])
def test_a_hundred_steps_are_pytorchs(ours, theirs, settings, clip):
    arrays, x = start()
    target = np.sin(3 * x[:, :1])
    our_parameters = [Tensor(a.copy(), requires_grad=True) for a in arrays]
    their_parameters = [torch.from_numpy(a.copy()).requires_grad_() for a in arrays]
    our_optimizer = ours(our_parameters, **({"learning_rate": 1e-3} | settings))
    their_optimizer = theirs(their_parameters, **{TORCH_NAMES.get(k, k): v for k, v in settings.items()})
    their_x, their_target = torch.from_numpy(x), torch.from_numpy(target)

    def ours_of(y):
        return mse(y, target if y.ndim == 2 else np.zeros(5))

    def theirs_of(y):
        return torch.nn.functional.mse_loss(y, their_target if y.ndim == 2 else torch.zeros(5).double())

    for step in range(100):
        our_optimizer.zero_grad()
        their_optimizer.zero_grad()
        loss(our_parameters, Tensor(x), step, tanh, ours_of).backward()
        loss(their_parameters, their_x, step, torch.tanh, theirs_of).backward()
        if clip:
            our_norm = optim.clip_grad_norm(our_parameters, clip)
            their_norm = torch.nn.utils.clip_grad_norm_(their_parameters, clip)
            assert np.isclose(our_norm, their_norm.item(), rtol=1e-10)
        our_optimizer.step()
        their_optimizer.step()
    for our_parameter, their_parameter, array in zip(our_parameters, their_parameters, arrays, strict=True):
        close(our_parameter.data, their_parameter, tolerance=1e-10)
        assert np.abs(our_parameter.data - array).max() > 1e-3  # something was learned


SCHEDULES = [
    (optim.cosine_decay(0.3, 40, end=0.01), lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40, 0.01)),
    (optim.step_decay(0.3, every=7, factor=0.5), lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.5)),
    (optim.warm_up(10, 0.3), lambda o: torch.optim.lr_scheduler.LinearLR(o, 0.1, total_iters=9)),
]


@pytest.mark.parametrize(("ours", "theirs"), SCHEDULES, ids=["cosine", "step", "warm_up"])
def test_schedules_are_pytorchs(ours, theirs):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = theirs(optimizer)
    for n in range(40):
        assert np.isclose(ours(n), scheduler.get_last_lr()[0], rtol=1e-12)
        optimizer.step()
        scheduler.step()
