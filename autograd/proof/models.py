"""Check whole models along random directions: a million parameters in a few evaluations.

For each parameter array, the check compares the derivative of the loss along one random direction. The models are
small versions of those in the project's studies, built from ``autograd/nn`` alone, at any size: a recurrent sequence
classifier, and a convolutional variational autoencoder. The check replays the autoencoder's reparameterisation noise.
"""

import math
from collections.abc import Callable
from itertools import count
from time import perf_counter

import numpy as np

from .. import nn
from ..functional import (
    binary_cross_entropy_with_logits,
    exp,
    gaussian_log_likelihood,
    kl_standard_normal,
    relu,
    sigmoid,
)
from ..tensor import Tensor
from .checking.report import GradientError
from .gradcheck import gradcheck

Loss = Callable[..., Tensor]

BATCH, STEPS, FEATURES = 8, 10, 3  # sequences
SIDE, COLOURS, LATENT = 16, 3, 16  # images


def recurrent(layer: type[nn.RNN] | type[nn.LSTM] | type[nn.GRU]) -> Callable[..., tuple[nn.Module, Loss]]:
    """Return a function that builds a sequence classifier with this recurrent layer."""

    def build(parameters: int, rng: np.random.Generator) -> tuple[nn.Module, Loss]:
        blocks = layer.gates  # nearly all parameters are in `gates` hidden x hidden matrices
        hidden = max(1, round(math.sqrt(parameters / blocks)))
        model = nn.Sequential(layer(FEATURES, hidden, rng=rng), nn.Linear(hidden, 1, rng))
        sequences, answers = rng.standard_normal((BATCH, STEPS, FEATURES)), rng.integers(0, 2, BATCH).astype(float)

        def loss(*_):
            read, answer = model
            states = read(Tensor(sequences))[0]
            return binary_cross_entropy_with_logits(answer(states[:, -1])[:, 0], answers)

        return model, loss

    return build


def autoencoder(parameters: int, rng: np.random.Generator) -> tuple[nn.Module, Loss]:
    """A variational autoencoder for 16 x 16 images: two convolutions, a normal latent code, two transposed ones."""
    # Two kernels of 4 x 4 x w x 2w give 64 w^2 weights; the other layers give about 1632 w.
    width = next(w for w in count(1) if 64 * w * w + 1632 * w >= parameters)
    small = (SIDE // 4, SIDE // 4, 2 * width)
    model = nn.Sequential(
        nn.Conv2d(COLOURS, width, 4, rng, stride=2, padding=1, activation="relu"),
        nn.Conv2d(width, 2 * width, 4, rng, stride=2, padding=1, activation="relu"),
        nn.Linear(math.prod(small), 2 * LATENT, rng),
        nn.Linear(LATENT, math.prod(small), rng),
        nn.ConvTranspose2d(2 * width, width, 4, rng, stride=2, padding=1, activation="relu"),
        nn.ConvTranspose2d(width, COLOURS, 4, rng, stride=2, padding=1),
    )
    images, noise = rng.random((BATCH, SIDE, SIDE, COLOURS)), rng.spawn(1)[0]

    def loss(*_):
        first, second, to_code, from_code, third, last = model
        code = to_code(second(first(Tensor(images))).reshape(BATCH, -1))
        mean, log_variance = code[:, :LATENT], code[:, LATENT:]
        z = mean + exp(0.5 * log_variance) * noise.standard_normal(mean.shape)
        decoded = sigmoid(last(third(relu(from_code(z)).reshape(BATCH, *small))))
        likelihood = gaussian_log_likelihood(decoded, Tensor(np.float64(-3.0)), images)
        return (kl_standard_normal(mean, log_variance) - likelihood).mean()

    return model, loss


MODELS: dict[str, Callable[[int, np.random.Generator], tuple[nn.Module, Loss]]] = {
    "rnn": recurrent(nn.RNN),
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
    "vae": autoencoder,
}


def show_model(name: str, parameters: int, seed: int) -> bool:
    """Check a model with about this many parameters and print the result. True if its gradient is right."""
    model, loss = MODELS[name](parameters, np.random.default_rng(seed))
    evaluations = 0

    def counted(*arguments):
        nonlocal evaluations
        evaluations += 1
        return loss(*arguments)

    start = perf_counter()
    try:
        report = gradcheck(counted, *model.parameters(), mode="directional", seed=seed)
    except (GradientError, ValueError) as error:
        print(f"{name}: {error}")
        return False
    seconds = perf_counter() - start
    for (path, parameter), one in zip(model.named_parameters(), report.arguments, strict=True):
        print(f"{path:20}{'x'.join(map(str, parameter.shape)) or '()':>16}{one.relative:>10.1e}  {one.remark}")
    print(
        f"{name}: {model.count_parameters():,} parameters in {len(report.arguments)} arrays, right along a random "
        f"direction in each: worst relative error {report.relative:.1e}; {evaluations} evaluations, {seconds:.1f} s"
        + (", the noise replayed in each" if report.generators else "")
    )
    return True
