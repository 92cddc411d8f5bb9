"""Fifty training steps of the autoencoder against PyTorch's, from the same weights, batches and noise, in float64."""

import math
from itertools import pairwise

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from autograd.tools.interop import to_torch_state_dict  # noqa: E402
from vae.model import VAE  # noqa: E402
from vae.train import Settings, Trainer  # noqa: E402

from .compare import close  # noqa: E402

pytestmark = pytest.mark.parity
SIZE, WIDTHS, LATENT, COUNT, BATCH, STEPS, SEED = 16, (6, 10), 5, 40, 8, 50, 4
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, SIZE, SIZE, 3), dtype=np.uint8)


class Theirs(torch.nn.Module):
    """The model and the loss written anew with PyTorch's own layers and distributions."""

    def __init__(self, likelihood):
        super().__init__()
        sizes, last = [3, *WIDTHS], (SIZE // 2 ** len(WIDTHS)) ** 2 * WIDTHS[-1]
        pairs = list(pairwise(sizes))
        self.encoder = torch.nn.ModuleList(torch.nn.Conv2d(n, m, 4, 2, 1) for n, m in pairs)
        self.to_mean, self.to_log_variance = torch.nn.Linear(last, LATENT), torch.nn.Linear(last, LATENT)
        self.from_latent = torch.nn.Linear(LATENT, last)
        self.decoder = torch.nn.ModuleList(torch.nn.ConvTranspose2d(m, n, 4, 2, 1) for n, m in reversed(pairs))
        self.likelihood = likelihood
        if likelihood == "gaussian":
            self.log_noise = torch.nn.Parameter(torch.zeros(()))

    def terms(self, x, noise):
        """(reconstruction, KL) of images (N, H, W, C), averaged over them."""
        hidden = x.permute(0, 3, 1, 2)
        for layer in self.encoder:
            hidden = torch.relu(layer(hidden))
        hidden = hidden.permute(0, 2, 3, 1).flatten(1)  # channels last, as ours
        posterior = torch.distributions.Normal(
            self.to_mean(hidden), torch.exp(0.5 * self.to_log_variance(hidden).clamp(-12, 12))
        )
        z = posterior.mean + posterior.stddev * noise
        small = SIZE // 2 ** len(WIDTHS)
        hidden = torch.relu(self.from_latent(z)).reshape(-1, small, small, WIDTHS[-1]).permute(0, 3, 1, 2)
        for layer in self.decoder[:-1]:
            hidden = torch.relu(layer(hidden))
        logits = self.decoder[-1](hidden).permute(0, 2, 3, 1)
        if self.likelihood == "gaussian":
            density = torch.distributions.Normal(torch.sigmoid(logits), torch.exp(0.5 * self.log_noise))
            reconstruction = -density.log_prob(x)
        else:
            reconstruction = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
        kl = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
        return reconstruction.sum((1, 2, 3)).mean(), kl.sum(1).mean()


def batches_and_noise():
    """What a Trainer of this seed draws, by its documented generators: one for the order, one for the noise."""
    order_rng, noise_rng = np.random.default_rng([SEED, 1]), np.random.default_rng([SEED, 2])
    for _ in range(math.ceil(STEPS / (COUNT // BATCH))):
        order = order_rng.permutation(COUNT)
        for start in range(0, COUNT, BATCH):
            rows = order[start : start + BATCH]
            yield torch.from_numpy(IMAGES[rows] / 255.0), torch.from_numpy(noise_rng.standard_normal((BATCH, LATENT)))


def our_steps(trainer):
    while True:
        yield from trainer.epoch()


@pytest.mark.parametrize("kl_weight", [1.0, 100.0, 0.0])
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_fifty_training_steps_give_pytorchs_losses(likelihood, kl_weight):
    model = VAE(SIZE, 3, WIDTHS, LATENT, rng=np.random.default_rng(1), likelihood=likelihood, dtype=np.float64)
    theirs = Theirs(likelihood).double()
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in to_torch_state_dict(model).items()})
    trainer = Trainer(model, IMAGES, Settings(kl_weight, BATCH, learning_rate=1e-3, mirror=False), SEED)
    optimizer = torch.optim.Adam(theirs.parameters(), 1e-3)

    ours, expected = [], []
    for (x, noise), step, _ in zip(batches_and_noise(), our_steps(trainer), range(STEPS), strict=False):
        reconstruction, kl = theirs.terms(x, noise)
        optimizer.zero_grad()
        (reconstruction + kl_weight * kl).backward()
        optimizer.step()
        expected.append((reconstruction.item(), kl.item()))
        ours.append((step.reconstruction, step.kl))
    assert len(ours) == STEPS
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-8)
    losses = [reconstruction + kl_weight * kl for reconstruction, kl in ours]
    assert losses[-1] < losses[0]  # it was training that was compared
    for name, value in to_torch_state_dict(model).items():
        close(value, theirs.state_dict()[name], tolerance=1e-8)
