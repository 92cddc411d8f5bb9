"""The yardsticks, in the discussion of problem 2: what a weight asks for, and how good the network is beside them.

The numbers come from `vae/linear_code.py` and `vae/spectra.py`, which derive them.
"""

import numpy as np

from experiments.prose import listed
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from experiments.vae.yardsticks import LinearYardstick

FAR = 2.5  # two codes are different if one costs more than this many times the other


def asked_for(run: SavedVae, w: float) -> str:
    """How long a code the objective asks for at a weight, by the best linear code; "" where that is not known."""
    linear = run.linear_yardstick(w)
    if linear is None or not np.isfinite(linear.kl):
        return ""
    values = 3 * run.image_size**2
    if run.likelihood == "gaussian":
        text = (
            "How long a code does the objective itself ask for? For a linear code with one learned noise level there "
            f"is an exact answer: a principal component is sent if its variance exceeds {w:g} σ². "
        )
    else:
        text = (
            "How long a code does the objective itself ask for? Under the Bernoulli likelihood the noise is not "
            "learned: a grey level p has the variance p(1 − p), however well it is predicted. That is far more than a "
            "learned σ², so a nat of code must save far more. A linear code, to second order around the mean face, "
            f"sends a component of the pictures, each value divided by √(p(1 − p)), if its variance exceeds {w:g}. "
        )
    text += f"The best one {_spends(linear.components, linear.kl)}. {_verdict(run, w, linear.kl)}"
    text += _objectives(run, w, linear)
    if linear.components and run.likelihood == "gaussian":
        share = whole_percent(linear.collapse / values)
        text += (
            f" A linear code becomes empty only at a weight of {linear.collapse:,.0f}: the {values:,} values times the "
            f"{share} of all variance that lie on the first component."
        )
    elif linear.components:
        text += f" A linear code becomes empty only at a weight of {linear.collapse:,.0f}."
    return text


def _objectives(run: SavedVae, w: float, linear: LinearYardstick) -> str:
    """The training objective on held-out faces, of the network and of the best linear code."""
    if not np.isfinite(linear.reconstruction):
        return ""
    ours = run.final(w, "reconstruction") + w * run.final(w, "kl")
    theirs = linear.reconstruction + w * linear.kl
    return (
        f" The objective itself, reconstruction + {w:g} KL, is {rounded(ours)} on held-out faces for the network and "
        f"{rounded(theirs)} for the linear code."
    )


def _spends(components: int, kl: float) -> str:
    if not components:
        return "sends none and costs nothing"
    return f"sends {components} component{'' if components == 1 else 's'} and costs {nats(kl)}"


def _verdict(run: SavedVae, w: float, linear: float) -> str:
    kl = run.final(w, "kl")
    if kl * FAR < linear:
        return (
            f"The network's code costs {nats(kl)}, much less, so the price is not the only reason: training has not "
            "found everything that would pay."
        )
    if not linear:
        return f"The network's code costs {nats(kl)}."
    if kl > FAR * linear:
        return f"The network's code costs {nats(kl)}: its decoder is not linear, and gets more out of a nat."
    return f"So the {nats(kl)} of the network are about what a weight of {w:g} asks for."


def beside_linear_code(run: SavedVae) -> str:
    """PCA with as many components, in squared error, and the best linear code, in nats."""
    parts = [_squared_error(run), _in_nats(run)]
    return "\n\n".join(part for part in parts if part)


def _squared_error(run: SavedVae) -> str:
    pca, w = run.pca, run.reference
    mse = run.final(w, "mse")
    if pca is None or not np.isfinite(mse):
        return ""
    text = (
        f"PCA is the best linear code in squared error. With {pca.components} components its held-out error is "
        f"{pca.mse:.4f} per value; that of the VAE at {times(w)}, decoded from the posterior mean, is {mse:.4f}. "
    )
    if f"{mse:.4f}" == f"{pca.mse:.4f}":
        text += "The two are equal."
    elif mse < pca.mse:
        text += f"The VAE is better by {whole_percent(1 - mse / pca.mse)}."
    else:
        text += f"**The VAE is worse than PCA**: its error is {whole_percent(mse / pca.mse - 1)} larger."
    if w > 0:
        text += " The VAE must also keep its code close to the prior and tolerate the noise in it, PCA need not."
    return text


def _in_nats(run: SavedVae) -> str:
    """Negative ELBO of the network and of the best linear code at the same weight."""
    levels = []
    for w in run.weights:
        ours, code = run.final(w, "neg_elbo"), run.linear_yardstick(w)
        if code and np.isfinite(code.negative_elbo - ours):
            levels.append(f"{rounded(code.negative_elbo)} at {times(w)} (the network: {rounded(ours)})")
    if not levels:
        return ""
    text = f"In nats the code counts too. The best linear code's held-out negative ELBO is {listed(levels)}."
    if 1.0 in run.weights:
        text += " (At ×1 it is probabilistic PCA, whose bound equals its likelihood.)"
    return text


def without_a_code(run: SavedVae) -> str:
    """The yardstick without any latent code: what one noise level for all frequencies leaves out."""
    w, spectral = run.reference, run.spectral
    if spectral is None or run.likelihood != "gaussian" or not np.isfinite(run.final(w, "neg_elbo")):
        return ""
    ours = f"{nats(run.final(w, 'neg_elbo'))}, {run.final(w, 'bits_per_dim'):.2f} bits per dimension"
    text = (
        "A normal distribution with the mean face and one variance for each frequency of the cosine transform and each "
        f"colour has no code at all. It scores {nats(spectral.negative_log_density)} on dequantised held-out faces, "
        f"{spectral.bits_per_dim:.2f} bits per dimension; the VAE at {times(w)} scores {ours}. "
    )
    if spectral.bits_per_dim < run.final(w, "bits_per_dim"):
        text += (
            "The VAE is far behind, because its likelihood has one noise level: white noise, equally strong at every "
            "frequency, while real detail is weak and mostly predictable in power. So these nats speak of large "
            "shapes, and say nothing about fine detail. "
        )
    return text + (
        "One noise level for each frequency would close this gap, but at a price: a code is only worth sending where "
        "it describes what is not Gaussian. The white noise level acts as a KL weight for each frequency. It decides "
        "what the code is asked to describe."
    )
