"""Three things about variational autoencoders that can be seen in one or two dimensions."""

from pathlib import Path

import numpy as np

import autograd
from autograd import Tensor
from autograd.optim import Adam
from vae.linear_map import LinearMap

from ..style import figure, headline
from .look import powers_of_ten

SCORE, PATHWISE = "#d55e00", "#0072b2"


def plot_estimators(path: Path) -> None:
    """Two estimates of d E[z^2] / dm for z = m + s noise, one number per draw of the noise: their scatter."""
    rng = np.random.default_rng(0)
    m, s, noise = 1.0, 0.5, rng.standard_normal(20_000)
    z = m + s * noise
    pathwise = 2 * z  # d(z^2)/dz * dz/dm
    score = z**2 * (z - m) / s**2  # z^2 * d log q(z) / dm
    with figure(path, 6.6, 3.4) as fig:
        ratio = score.var() / pathwise.var()
        headline(
            fig, f"Both estimates of the gradient are right on average; the score's has {ratio:.0f} times the variance"
        )
        axes = fig.subplots()
        bins = np.linspace(-12, 16, 113).tolist()
        draw = {"bins": bins, "density": True, "alpha": 0.75}
        axes.hist(score, color=SCORE, label=f"score function: variance {score.var():.1f}", **draw)
        axes.hist(pathwise, color=PATHWISE, label=f"reparameterised: variance {pathwise.var():.1f}", **draw)
        axes.axvline(2 * m, color="black", linewidth=1, linestyle=(0, (4, 2)), label="the true derivative, 2")
        axes.set_xlabel("estimate of d E[z²] / dm from one draw, for z from N(1, 0.5²)")
        axes.set_ylabel("density")
        axes.legend()


WEIGHTS = np.geomspace(0.1, 1000, 200)
RATIOS = {3.0: "#e69f00", 30.0: "#009e73", 300.0: "#0072b2"}  # signal variance / noise variance


def fit(ratio: float, weight: float, steps: int = 1500) -> tuple[float, float]:
    """Train the autoencoder of one number: its KL in nats, and its squared error in noise variances.

    x from N(0, 1), encoder q(z|x) = N(v x, s^2), decoder N(a z, 1 / ratio). The expectations over x and the noise are
    known in closed form (E x^2 = 1), so there is nothing to draw.
    """
    v, a, log_variance = (Tensor(np.array(start), requires_grad=True) for start in (0.7, 0.7, -1.0))
    optimizer = Adam([v, a, log_variance], autograd.optim.cosine_decay(0.03, steps), betas=(0.9, 0.95))
    for _ in range(steps):
        variance = log_variance.exp()
        error = ratio * ((1 - a * v) ** 2 + a * a * variance)
        kl = 0.5 * (variance + v * v - 1 - log_variance)
        optimizer.zero_grad()
        (0.5 * error + weight * kl).backward()
        optimizer.step()
    return kl.item(), error.item()


def plot_kl_weight(path: Path) -> None:
    """Nats in the code and squared error against the weight: the formula as lines, trained models as dots."""
    with figure(path, 8.2, 3.8) as fig:
        headline(fig, "A unit carries ½ log(signal-to-noise / weight) nats, and none once the weight reaches the ratio")
        left, right = fig.subplots(1, 2)
        for ratio, colour in RATIOS.items():
            left.plot(WEIGHTS, 0.5 * np.log(np.maximum(ratio / WEIGHTS, 1)), color=colour, label=f"{ratio:g}")
            right.plot(WEIGHTS, np.minimum(WEIGHTS, ratio), color=colour)
            for weight in np.geomspace(0.1, 1000, 9).tolist():
                kl, error = fit(ratio, weight)
                left.plot(weight, kl, "o", color=colour, markersize=4)
                right.plot(weight, error, "o", color=colour, markersize=4)
        for axes in (left, right):
            axes.set_xscale("log")
            powers_of_ten(axes.xaxis)
            axes.set_xlabel("weight of the KL term")
        left.set_ylabel("KL, nats")
        right.set_yscale("log")
        powers_of_ten(right.yaxis)
        right.set_ylabel("squared error, in noise variances")
        left.legend(title="signal / noise variance\n(lines: formula, dots: trained)", loc="upper right")


def plot_codes_and_draws(path: Path) -> None:
    """Codes of two units that vary together, beside draws from N(0, I) as they are and through the linear map."""
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((400, 2)) @ [[1.0, 0.9], [0.0, 0.3]]
    draws = rng.standard_normal((400, 2))
    fitted = LinearMap.fit(codes, np.full(codes.shape, -4.0))
    with figure(path, 7.0, 3.6) as fig:
        headline(fig, "Draws from N(0, I) mostly miss codes that vary together; through the linear map they meet them")
        panels = {"as trained": draws, "through the map": fitted.to_latents(draws)}
        for axes, (title, drawn) in zip(fig.subplots(1, 2, sharex=True, sharey=True), panels.items(), strict=True):
            axes.plot(*drawn.T, "o", color=SCORE, markersize=2.5, label="draws")
            axes.plot(*codes.T, "o", color=PATHWISE, markersize=2.5, label="codes")
            axes.set_title(title)
            axes.set_xlabel("unit 1 of the code")
            axes.set_aspect("equal")
        fig.axes[0].set_ylabel("unit 2 of the code")
        fig.axes[0].legend(loc="upper left")
