"""The autoencoder and its loss in PyTorch, in each memory layout with each Adam."""

import math
from functools import partial
from itertools import pairwise, product

import torch
from torch.nn import functional

from ..autoencoder import NEGATIVE_SLOPE, Autoencoder
from ..sides import Makers, Side
from .torch_training import ADAMS, LAYOUTS, TorchTraining


def makers(problem: Autoencoder) -> Makers:
    settings = product(LAYOUTS, ADAMS)
    return {f"{layout}, {adam} Adam": partial(_side, problem, layout, adam) for layout, adam in settings}


def _side(problem: Autoencoder, layout: str, adam: str) -> Side:
    model = Model(problem).to(getattr(torch, problem.dtype), memory_format=LAYOUTS[layout])
    # The images are channels-last in memory already; the other layout gets its copy here, before any timing.
    images = torch.from_numpy(problem.images()).permute(0, 3, 1, 2).contiguous(memory_format=LAYOUTS[layout])
    loss = partial(_loss, model, images, problem.noise())
    return TorchTraining(problem.model(), model, adam, loss)


class Model(torch.nn.Module):
    """The same layers as `vae.model.VAE`; features between convolutions and latents are in our order."""

    def __init__(self, problem: Autoencoder):
        super().__init__()
        smallest = problem.image_size // 2 ** len(problem.widths)
        self.smallest_shape = (smallest, smallest, problem.widths[-1])
        features = math.prod(self.smallest_shape)
        pairs = list(pairwise((3, *problem.widths)))
        block = _normalised if problem.batch_norm else _convolution
        self.encoder = torch.nn.ModuleList(block(torch.nn.Conv2d, n, m) for n, m in pairs)
        self.to_mean = torch.nn.Linear(features, problem.latent)
        self.to_log_variance = torch.nn.Linear(features, problem.latent)
        self.from_latent = torch.nn.Linear(problem.latent, features)
        inner = [block(torch.nn.ConvTranspose2d, m, n) for n, m in reversed(pairs[1:])]
        last = _convolution(torch.nn.ConvTranspose2d, problem.widths[0], 3)
        self.decoder = torch.nn.ModuleList([*inner, last])
        self.log_noise = torch.nn.Parameter(torch.zeros(()))
        leaky = partial(functional.leaky_relu, negative_slope=NEGATIVE_SLOPE)
        self.activation = leaky if problem.batch_norm else functional.relu

    def forward(self, x, noise):
        """Means and log-variances (N, K) of the latents, and the mean image (N, 3, S, S)."""
        hidden = x
        for block in self.encoder:
            hidden = self.activation(block(hidden))
        hidden = hidden.permute(0, 2, 3, 1).flatten(1)
        mean, log_variance = self.to_mean(hidden), self.to_log_variance(hidden).clamp(-12, 12)
        drawn = torch.from_numpy(noise.standard_normal(tuple(mean.shape), str(mean.dtype).removeprefix("torch.")))
        z = mean + torch.exp(0.5 * log_variance) * drawn
        hidden = functional.relu(self.from_latent(z)).reshape(-1, *self.smallest_shape).permute(0, 3, 1, 2)
        for block in self.decoder[:-1]:
            hidden = self.activation(block(hidden))
        return mean, log_variance, torch.sigmoid(self.decoder[-1](hidden))


def _convolution(kind, channels, filters, bias=True):
    return kind(channels, filters, 4, stride=2, padding=1, bias=bias)


def _normalised(kind, channels, filters):
    return torch.nn.Sequential(_convolution(kind, channels, filters, bias=False), torch.nn.BatchNorm2d(filters))


def _loss(model, images, noise):
    """The negative ELBO in nats per image. All pixels share one noise level, so one sum of squares is enough. This is
    faster than `gaussian_nll_loss` and `torch.distributions`."""
    x = images.to(model.log_noise.dtype).div_(255)
    mean, log_variance, image = model(x, noise)
    squares = functional.mse_loss(image, x, reduction="sum")
    constant = x.numel() * (model.log_noise + math.log(2 * math.pi))
    reconstruction = 0.5 * (torch.exp(-model.log_noise) * squares + constant)
    kl = 0.5 * (log_variance.exp() + mean * mean - 1 - log_variance).sum()
    return (reconstruction + kl) / len(x)
