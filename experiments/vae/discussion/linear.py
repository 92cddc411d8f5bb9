"""The linear yardstick, in the discussion of problem 2: what a weight asks for, and whether the network is worth it.

The numbers come from `vae/linear_code.py`, which derives them.
"""

import numpy as np

from experiments.prose import listed
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from experiments.vae.yardsticks import LinearYardstick

FAR = 2.5  # codes of which one spends more than this many times the other are not alike


def asked_for(run: SavedVae, w: float) -> str:
    """How much code a weight asks for at its optimum, going by the best linear code; "" where that is not known."""
    linear = run.linear_yardstick(w)
    if linear is None or not np.isfinite(linear.kl):
        return ""
    values = 3 * run.image_size**2
    if run.likelihood == "gaussian":
        text = (
            "How much code does the objective itself ask for? For a linear code with one learned noise level that is "
            f"known to the end: a principal component is sent while its variance exceeds {w:g} σ². "
        )
    else:
        text = (
            "How much code does the objective itself ask for? Under the Bernoulli likelihood the noise is not learned: "
            "a grey level p has the variance p(1 − p), however well it is known, far more than a learned σ² comes to, "
            "and a nat of code must save as much more. A linear code, to second order around the mean face, then "
            f"sends a component of the pictures, each value divided by √(p(1 − p)), while its variance exceeds {w:g}. "
        )
    text += f"The best one {_spends(linear.components, linear.kl)}. {_verdict(run, w, linear.kl)}"
    text += _objectives(run, w, linear)
    if linear.components and run.likelihood == "gaussian":
        share = whole_percent(linear.collapse / values)
        text += (
            f" To silence a linear code altogether takes a weight of {linear.collapse:,.0f}, as many as the {values:,} "
            f"values times the {share} of all variance that lie on the first component."
        )
    elif linear.components:
        text += f" To silence a linear code altogether takes a weight of {linear.collapse:,.0f}."
    return text


def _objectives(run: SavedVae, w: float, linear: LinearYardstick) -> str:
    """What was minimised, by the network and by the best linear code."""
    if not np.isfinite(linear.reconstruction):
        return ""
    ours = run.final(w, "reconstruction") + w * run.final(w, "kl")
    theirs = linear.reconstruction + w * linear.kl
    return (
        f" What was minimised, reconstruction + {w:g} KL, comes to {rounded(ours)} with the network and to "
        f"{rounded(theirs)} with the linear code."
    )


def _spends(components: int, kl: float) -> str:
    if not components:
        return "sends none, and spends nothing"
    return f"sends {components} component{'' if components == 1 else 's'} and spends {nats(kl)}"


def _verdict(run: SavedVae, w: float, linear: float) -> str:
    kl = run.final(w, "kl")
    if kl * FAR < linear:
        return (
            f"The network spends {nats(kl)}, so it is not the price alone that keeps its code short: it has not found "
            "what would pay, which longer training may."
        )
    if not linear:
        return f"The network spends {nats(kl)}."
    if kl > FAR * linear:
        return f"The network spends {nats(kl)}: its decoder is not linear, and a nat buys it more."
    return f"So the {nats(kl)} that the network spends are what a weight of {w:g} asks for, and no failure to obey it."


def beside_linear_code(run: SavedVae) -> str:
    """The bars that linear codes set: PCA with as many numbers in squared error, the best linear code in nats."""
    parts = [_squared_error(run), _in_nats(run)]
    return "\n\n".join(part for part in parts if part)


def _squared_error(run: SavedVae) -> str:
    bar, w = run.pca, run.reference
    mse = run.final(w, "mse")
    if bar is None or not np.isfinite(mse):
        return ""
    components, error = bar
    text = (
        f"Principal components are about the best that a linear code can do. With {components} of them the held-out "
        f"squared error is {error:.4f} per value; the VAE at {times(w)}, decoding the posterior's mean, has {mse:.4f}. "
    )
    if f"{mse:.4f}" == f"{error:.4f}":
        text += "The two are level."
    elif mse < error:
        text += f"The bar is cleared, by {whole_percent(1 - mse / error)}."
    else:
        text += f"**The bar is not reached**: the error is {whole_percent(mse / error - 1)} larger."
    if w > 0:
        text += " The VAE must also keep its code close to the prior and live with the noise in it, which PCA need not."
    return text


def _in_nats(run: SavedVae) -> str:
    """Negative ELBO of the network and of the best linear code at the same weight."""
    pairs = {w: (run.final(w, "neg_elbo"), run.linear_yardstick(w)) for w in run.weights}
    known = {
        w: (ours, code.negative_elbo)
        for w, (ours, code) in pairs.items()
        if code and np.isfinite(code.negative_elbo - ours)
    }
    if not known:
        return ""
    levels = listed(
        [f"{rounded(bar)} at {times(w)} (the network: {rounded(ours)})" for w, (ours, bar) in known.items()]
    )
    text = f"In nats the code counts too. The best linear code's held-out negative ELBO is {levels}."
    if 1.0 in known:
        text += " (At ×1 it is probabilistic PCA, whose bound is its likelihood.)"
    return text
