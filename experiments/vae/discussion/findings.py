"""The discussion of problem 2, written from the run's own numbers: no figure in it was typed by hand.

Each function writes one section, or nothing where the run lacks its numbers. The "reference" is the model whose KL
term has the weight 1; the others are compared with it.
"""

import os
from pathlib import Path

import numpy as np

from data.atomic import write_bytes
from experiments.prose import listed
from experiments.vae.discussion.checks import factors, generalisation, limits
from experiments.vae.discussion.linear import beside_linear_code, without_a_code
from experiments.vae.discussion.prior import prior_state, samples
from experiments.vae.discussion.weights import across_weights, heading, heavier, lighter
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times
from vae.diagnostics import SILENT_NATS


def write_discussion(run_folder: str | os.PathLike[str]) -> Path:
    """Write discussion.md into a run folder from its tables and arrays; return the file's path."""
    run = SavedVae.open(run_folder)
    path = run.folder / "discussion.md"
    write_bytes(path, (discuss(run) + "\n").encode())
    return path


def discuss(run: SavedVae) -> str:
    """The whole text as Markdown: a section for each question that the run can answer."""
    sections = {"Two costs, one trade": trade(run)}
    for weight in sorted((w for w in run.weights if w > run.reference), reverse=True):
        sections[heading(run, weight)] = heavier(run, weight)
    for weight in sorted(w for w in run.weights if w < run.reference):
        sections[heading(run, weight)] = lighter(run, weight)
    sections |= {
        "Can the bounds be compared?": across_weights(run),
        "What comes out of the prior": samples(run),
        "Is it better than a linear code?": beside_linear_code(run),
        "What the nats speak of": without_a_code(run),
        "Training and held-out faces": generalisation(run),
        "What the latent code knows": factors(run),
        "What these numbers cannot say": limits(run),
    }
    parts = ["# Discussion: what the KL term does", opening(run)]
    parts += [f"## {heading}\n\n{text}" for heading, text in sections.items() if text]
    return "\n\n".join(parts)


def opening(run: SavedVae) -> str:
    """The model, the data, and the unit of the numbers."""
    data = run.config["data"]
    side = run.image_size
    text = (
        f"A convolutional VAE with {run.latent} latent units was trained on {data['training']:,} faces of {side} × "
        f"{side} pixels for {_epochs(run)}{_mirrored(run)} and evaluated on {data['held_out']:,} held-out ones"
    )
    if len(run.weights) > 1:
        text += (
            f", once for each weight of the KL term: {listed([times(weight) for weight in run.weights])}. "
            f"{_start(run)} the order of the images and the random draws are the same"
        )
    text += f".\n\n{_units(run)}"
    if run.reference != 1:
        text += f" The loss of a bound, ×1, was not trained; {times(run.reference)} stands in for it below."
    if run.drawn:
        text = (
            "**The faces are drawn by this program.** They show how the experiment is read. Their true factors are "
            f"known, so it can be measured what a code contains. They are not the course's pictures.\n\n{text}"
        )
    return text


def _start(run: SavedVae) -> str:
    """What the models of all weights start from."""
    if run.config.get("start") == "linear":
        return "Each starts at the best linear code of its weight;"
    return "The initial parameters,"


def _epochs(run: SavedVae) -> str:
    last = max(int(run.curve(weight, "train", "kl").epochs.max()) for weight in run.weights)
    return f"{last} epoch{'' if last == 1 else 's'}"


def _mirrored(run: SavedVae) -> str:
    return ", each mirrored in about half of the epochs," if run.config.get("mirror") else ""


def _units(run: SavedVae) -> str:
    """What the nats are summed and averaged over, and what the likelihood means for their level."""
    text = (
        f"All costs are in nats per held-out image: the reconstruction term −log p(x|z) is summed over the "
        f"{3 * run.image_size**2:,} pixel values, the KL term over the {run.latent} latent units; both are averaged "
        "over images. The negative ELBO is always their unweighted sum, whatever weight was used in training, so that "
        "models can be compared. Lower is better. "
    )
    if run.likelihood == "gaussian":
        return text + (
            "The likelihood of a pixel value is a Gaussian with a learned standard deviation σ. This is a density, and "
            "a narrow density exceeds 1, so the nats can be negative. Bits per dimension add the 8 bits that turn a "
            "density on [0, 1] into the probability of one of 256 grey levels."
        )
    return text + (
        "The likelihood is Bernoulli, a surrogate, because grey levels are not binary. A perfect picture still costs "
        "the entropy of its own grey levels, so the reconstruction term cannot come near 0. Differences are "
        "meaningful, levels are not, and none of it can be compared with the nats of a Gaussian."
    )


def trade(run: SavedVae) -> str:
    """The reference model: the price of the code and the price of the picture."""
    w = run.reference
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    gaussian = run.likelihood == "gaussian"
    bits = f" or {run.final(w, 'bits_per_dim'):.3f} bits per dimension" if gaussian else ""
    text = (
        f"The two terms are two bills for sending a face. The KL term is the price of the code: how much the posterior "
        f"of this face says beyond the prior. The reconstruction term is the price of the picture once the code is "
        f"known. At {times(w)} the code costs {nats(kl)} and the picture {rounded(run.final(w, 'reconstruction'))}, "
        f"together {nats(run.final(w, 'neg_elbo'))}{bits}. {_units_in_use(run, w)}"
    )
    sigma = run.verdicts.get(w, {}).get("sigma")
    if gaussian and sigma and w:
        # -log N(x; m, s^2) holds (x - m)^2 / (2 s^2), and the loss w KL: a nat of KL is worth w 2 s^2 of squared error.
        worth = 2 * w * sigma**2
        error = rounded(worth) if worth >= 1 else f"{worth:.3f}"
        weighted = "" if w == 1 else f" and the KL is multiplied by {w:g}"
        text += (
            f"\n\nThe exchange rate between the two is learned as well. σ is {sigma:.3f}. The squared error is divided "
            f"by 2σ²{weighted}, so a nat of code pays if it saves {error} of squared error, summed over the picture. "
            "As pictures improve, σ falls and longer codes pay."
        )
    state = prior_state(run, w) if run.verdict(w) == "unused prior" else ""
    return f"{text}\n\n{state}".strip()


def _units_in_use(run: SavedVae, weight: float) -> str:
    facts = run.verdicts.get(weight)
    if not facts:
        return ""
    telling, kept = int(facts["telling_units"]), facts["variance_kept"]
    if run.verdict(weight) == "collapsed":
        return (
            f"That is hardly a code: {telling} of {run.latent} units carry {SILENT_NATS} nats or more, and "
            f"reconstructions keep {100 * kept:.0f} % of the pixels' variance. The posterior has collapsed onto the "
            "prior, and the decoder gives nearly the mean face for every code."
        )
    if telling == run.latent:
        return f"All {run.latent} units carry {SILENT_NATS} nats or more."
    return f"{telling} of the {run.latent} units carry {SILENT_NATS} nats or more."
