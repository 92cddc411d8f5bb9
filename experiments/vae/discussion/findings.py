"""The discussion of problem 2, written from the run's own numbers: no figure in it was typed by hand.

Each function below writes one section, or nothing where the run lacks what it would speak of. "Plain" is the run
whose KL term has its own weight, 1; the others are read against it.
"""

import os
from pathlib import Path

import numpy as np

from experiments.prose import listed
from experiments.style import write_bytes
from experiments.vae.discussion.checks import factors, generalisation, limits, samples
from experiments.vae.discussion.linear import beside_linear_code
from experiments.vae.discussion.weights import heading, heavier, lighter, points
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times
from vae.diagnostics import SAME_PICTURE, SILENT_NATS


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
        "What comes out of the prior": samples(run),
        "Is it better than a linear code?": beside_linear_code(run),
        "Training and held-out faces": generalisation(run),
        "What the latent means know": factors(run),
        "What these numbers cannot say": limits(run),
    }
    parts = ["# Discussion: what the KL term does", opening(run)]
    parts += [f"## {heading}\n\n{text}" for heading, text in sections.items() if text]
    return "\n\n".join(parts)


def opening(run: SavedVae) -> str:
    """What was trained on what, and in which unit it is measured."""
    data = run.config["data"]
    side = run.image_size
    text = (
        f"A convolutional VAE with {run.latent} latent units was trained on {data['training']:,} faces of {side} × "
        f"{side} pixels for {_epochs(run)}{_mirrored(run)} and judged on {data['held_out']:,} held-out ones"
    )
    if len(run.weights) > 1:
        text += (
            f", once for each weight of the KL term: {listed([times(weight) for weight in run.weights])}. Nothing else "
            "differs: the first parameters, the order of the images and the random draws are the same"
        )
    text += f".\n\n{_units(run)}"
    if run.reference != 1:
        text += f" The loss of a bound, ×1, was not trained; {times(run.reference)} stands in for it below."
    if run.drawn:
        text = (
            "**The faces are drawn by this program.** They show how the experiment is read and, since what is in each "
            f"of them is known, what a latent unit learned; they are not the course's pictures.\n\n{text}"
        )
    return text


def _epochs(run: SavedVae) -> str:
    last = int(run.table("metrics.csv")["epoch"].max())
    return f"{last} epoch{'' if last == 1 else 's'}"


def _mirrored(run: SavedVae) -> str:
    return ", about half of them mirrored, others in each epoch," if run.config.get("mirror") else ""


def _units(run: SavedVae) -> str:
    """What a nat is a nat of, and what the likelihood makes of it."""
    text = (
        f"All costs are in nats per held-out image: the reconstruction −log p(x|z) summed over the "
        f"{3 * run.image_size**2:,} pixel values, the KL summed over the {run.latent} latent units, both averaged over "
        "images and over nothing else. The negative ELBO is their plain sum, whatever weight was trained with, or the "
        "runs could not be compared. Less is better. "
    )
    if run.likelihood == "gaussian":
        return text + (
            "The likelihood of a pixel value is a Gaussian with one learned standard deviation σ. That is a density, "
            "and a narrow density exceeds 1, so the nats may well be negative; bits per dimension add the 8 bits that "
            "turn a density on [0, 1] into the probability of one of 256 grey levels."
        )
    return text + (
        "The likelihood is Bernoulli, which grey levels do not follow: it serves as a surrogate. A perfect picture "
        "still costs the entropy of its own grey levels, so the reconstruction cannot come near 0; differences mean "
        "something, levels do not, and none of it compares with the nats of a Gaussian."
    )


def trade(run: SavedVae) -> str:
    """The plain run: what is paid for the code and what for the picture."""
    w = run.reference
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    gaussian = run.likelihood == "gaussian"
    bits = f" or {run.final(w, 'bits_per_dim'):.3f} bits per dimension" if gaussian else ""
    text = (
        f"The two terms are two bills for sending a face. The KL is the price of the code: how much the posterior of "
        f"this face says beyond the prior. The reconstruction is the price of the picture once the code is known. At "
        f"{times(w)} the code takes {nats(kl)} and the picture {rounded(run.final(w, 'reconstruction'))}, together "
        f"{nats(run.final(w, 'neg_elbo'))}{bits}. {_spread(run, w)}"
    )
    sigma = run.verdicts.get(w, {}).get("sigma")
    if gaussian and sigma and w:
        # -log N(x; m, s^2) holds (x - m)^2 / (2 s^2), and the loss w KL: a nat of KL is w 2 s^2 of squared error.
        least = 2 * w * sigma**2
        least_error = rounded(least) if least >= 1 else f"{least:.3f}"
        counted = "" if w == 1 else f" and the KL multiplied by {w:g}"
        text += (
            f"\n\nThe rate of exchange between the two is learned as well. σ ends at {sigma:.3f}, and as the squared "
            f"error is divided by 2σ²{counted}, a nat of code must save {least_error} of squared error, summed "
            "over the picture, to be worth it. The better the pictures get, the smaller σ and the more a model "
            "can spend on the code."
        )
    if run.verdict(w) == "unused prior":
        text += f"\n\n{points(run, w)}"
    return text


def _spread(run: SavedVae, weight: float) -> str:
    if weight not in run.verdicts:
        return ""
    active = int(run.verdicts[weight]["active_units"])
    if run.verdict(weight) == "collapsed":
        text = (
            f"That is hardly a code: {active} of {run.latent} units move with the face at all. The posterior has "
            "collapsed onto the prior"
        )
        alike = run.has_snapshot(weight) and run.kept_variety(weight) < SAME_PICTURE
        return f"{text}, and the decoder paints about the same picture whatever it is told." if alike else f"{text}."
    if active == run.latent:
        return f"All {run.latent} units take part in it."
    text = f"{active} of the {run.latent} units take part in it"
    if not run.has_snapshot(weight):
        return f"{text}."
    return f"{text}; {run.silent_units(weight)} of them all say less than {SILENT_NATS} nats each."
