"""The discussion of problem 2, written from the run's own numbers: no figure in it was typed by hand.

Each function below writes one section, or nothing where the run lacks what it would speak of. "Plain" is the run
whose KL term has its own weight, 1; the others are read against it.
"""

import os
from pathlib import Path

import numpy as np

from experiments.discussion_vae_more import factors, generalisation, limits, linear_code, samples
from experiments.figures.style import write_bytes
from experiments.saved_vae import SavedVae, open_vae_run
from experiments.summary_vae import SAME_PICTURE, is_silent, kept_variety, travelled
from experiments.wording import listed
from experiments.wording_vae import nats, number, percent, times


def write_discussion(run_folder: str | os.PathLike[str]) -> Path:
    """Write discussion.md into a run folder from its tables and arrays; return the file's path."""
    run = open_vae_run(run_folder)
    path = run.folder / "discussion.md"
    write_bytes(path, (discuss(run) + "\n").encode())
    return path


def discuss(run: SavedVae) -> str:
    """The whole text as Markdown: a section for each question that the run can answer."""
    sections = {"Two costs, one trade": trade(run)}
    for weight in sorted((w for w in run.weights if w > run.plain), reverse=True):
        sections[_heading(run, weight)] = heavier(run, weight)
    for weight in sorted(w for w in run.weights if w < run.plain):
        sections[_heading(run, weight)] = lighter(run, weight)
    sections |= {
        "What comes out of the prior": samples(run),
        "Is it better than a linear code?": linear_code(run),
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
        f"{side} pixels for {_epochs(run)} and judged on {data['held_out']:,} held-out ones"
    )
    if len(run.weights) > 1:
        text += (
            f", once for each weight of the KL term: {listed([times(weight) for weight in run.weights])}. Nothing else "
            "differs: the first parameters, the order of the images and the random draws are the same"
        )
    text += f".\n\n{_units(run)}"
    if run.drawn:
        text = (
            "**The faces are drawn by this program.** They show how the experiment is read and, since what is in each "
            f"of them is known, what a latent unit learned; they are not the course's pictures.\n\n{text}"
        )
    return text


def _epochs(run: SavedVae) -> str:
    last = int(run.table("metrics.csv")["epoch"].max())
    return f"{last} epoch{'' if last == 1 else 's'}"


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
            "The likelihood of a pixel value is a Gaussian with one learned standard deviation σ. That is a density, and "
            "a narrow density exceeds 1, so the nats may well be negative; bits per dimension add the 8 bits that turn "
            "a density on [0, 1] into the probability of one of 256 grey levels."
        )
    return text + (
        "The likelihood is Bernoulli, which grey levels do not follow: it serves as a surrogate. A perfect picture still "
        "costs the entropy of its own grey levels, so the reconstruction cannot come near 0; differences mean something, "
        "levels do not, and none of it compares with the nats of a Gaussian."
    )


def trade(run: SavedVae) -> str:
    """The plain run: what is paid for the code and what for the picture."""
    w = run.plain
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    bits = run.final(w, "bits_per_dim")
    text = (
        f"The two terms are two bills for sending a face. The KL is the price of the code: how much the posterior of "
        f"this face says beyond the prior. The reconstruction is the price of the picture once the code is known. At "
        f"{times(w)} the code takes {nats(kl)} and the picture {number(run.final(w, 'reconstruction'))}, together "
        f"{nats(run.final(w, 'neg_elbo'))} or {bits:.3f} bits per dimension. "
        f"{_spread(run, w)}"
    )
    sigma = run.verdicts.get(w, {}).get("sigma")
    if run.likelihood == "gaussian" and sigma:
        # -log N(x; m, s^2) holds (x - m)^2 / (2 s^2): one nat is 2 s^2 of squared error.
        text += (
            f"\n\nHow dear a nat is was learned too. σ ends at {sigma:.3f}, and as the squared error is divided by 2σ², "
            f"one nat of code must save {2 * sigma**2:.3f} of squared error, summed over the picture, to be worth it. The "
            "better the pictures, the smaller σ, and the more the model is willing to spend on the code."
        )
    return text


def _spread(run: SavedVae, weight: float) -> str:
    if weight not in run.verdicts:
        return ""
    active = int(run.verdicts[weight]["active_units"])
    if run.verdict(weight) == "collapsed" or is_silent(run, weight):
        return f"That is hardly a code: {active} of {run.latent} units move with the face at all."
    if active == run.latent:
        return f"All {run.latent} units take part in it."
    return f"{active} of the {run.latent} units take part in it; the others stay at the prior, where they cost nothing."


def _heading(run: SavedVae, weight: float) -> str:
    if run.verdict(weight) == "collapsed":
        return f"{times(weight).capitalize()}: the code collapses"
    if run.verdict(weight) == "unused prior":
        return f"{times(weight).capitalize()}: the prior is left unused"
    if weight > run.plain and is_silent(run, weight):
        return f"{times(weight).capitalize()}: the code falls almost silent"
    return f"{times(weight).capitalize()}: a {'tighter' if weight > run.plain else 'looser'} code"


def heavier(run: SavedVae, w: float) -> str:
    """A larger weight: the code grows dear and is given up."""
    plain = run.plain
    code, picture = (run.final(plain, m) - run.final(w, m) for m in ("kl", "reconstruction"))
    if not np.isfinite(code):
        return ""
    text = f"{_what_is_left(run, w)}\n\n"
    saved = -picture  # nats of reconstruction that the plain run's longer code saves
    if code > 0 and saved > 0:
        rate = saved / code
        text += (
            f"Was that a good bargain? {times(plain).capitalize()} spends {nats(code)} more on the code and saves "
            f"{nats(saved)} on the picture, {number(rate)} for every nat. "
        )
        text += (
            f"With a nat of code priced at {w:g} that does not pay, so the optimiser gives the code up; with its true "
            "price of 1 it pays many times over, "
            if rate < w
            else f"Even at a price of {w:g} a nat that would have paid: this run has not yet found its optimum, "
        )
        worse = run.final(w, "neg_elbo") - run.final(plain, "neg_elbo")
        text += f"and the bound, which knows only true prices, is {nats(worse)} worse at {times(w)}."
    sentences = [_faces_alike(run, w), _error(run, w), _noise(run, w)]
    return "\n\n".join([text.strip(), " ".join(s for s in sentences if s)]).strip()


def _what_is_left(run: SavedVae, w: float) -> str:
    facts = run.verdicts.get(w, {})
    text = f"{nats(run.final(w, 'kl'))} of code are left, where {times(run.plain)} has {number(run.final(run.plain, 'kl'))}"
    if not facts:
        return f"{text}."
    active = int(facts["active_units"])
    text += (
        f", and {active} of {run.latent} units move with the face. The variance of the posterior averages "
        f"{facts['mean_posterior_variance']:.2f}; the prior's is 1."
    )
    if facts["verdict"] == "collapsed":
        return (
            f"{text} The posterior is the prior for nearly every unit, whatever the face: this is posterior collapse."
        )
    if is_silent(run, w):
        return (
            f"{text} By the count of active units (those whose mean varies by more than 0.01) the code lives; by what it "
            "says it is close to collapse: the means still move a little, far below the posterior's own noise."
        )
    return f"{text} The code is shorter, and still a code."


def _faces_alike(run: SavedVae, w: float) -> str:
    if not run.has_arrays(w):
        return ""
    arrays = run.arrays(w)
    kept, along = kept_variety(arrays), travelled(arrays)
    text = (
        f"The reconstructions vary {percent(kept)} as much as the faces that they are reconstructions of, and an "
        f"interpolation's decoded ends differ {percent(along)} as much as the two real ones"
    )
    if run.has_arrays(run.plain):
        before = run.arrays(run.plain)
        text += f" ({percent(kept_variety(before))} and {percent(travelled(before))} at {times(run.plain)})"
    if kept < SAME_PICTURE:
        return f"{text}: whatever goes in, about the same face comes back."
    return f"{text}."


def _error(run: SavedVae, w: float) -> str:
    mse, plain = run.final(w, "mse"), run.final(run.plain, "mse")
    if not (np.isfinite(mse) and np.isfinite(plain)):
        return ""
    change = mse / plain - 1
    beside = "the same as" if abs(change) < 0.005 else f"{percent(abs(change))} {'above' if change > 0 else 'below'}"
    return f"The squared error per value is {mse:.4f}, {beside} that of {times(run.plain)}, {plain:.4f}."


def _noise(run: SavedVae, w: float) -> str:
    here, plain = (run.verdicts.get(weight, {}).get("sigma") for weight in (w, run.plain))
    if not here or not plain:
        return ""
    verb = "settles at the same" if abs(here / plain - 1) < 0.01 else "grows to" if here > plain else "shrinks to"
    return (
        f"The learned noise σ {verb} {here:.3f}."
        if abs(here / plain - 1) >= 0.01
        else f"The learned noise σ {verb} value."
    )


def lighter(run: SavedVae, w: float) -> str:
    """A smaller weight, most of all 0: the code is free, and the prior forgotten."""
    plain = run.plain
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    free = "nothing" if w == 0 else f"{w:g} of its price"
    text = (
        f"Here the code costs {free}, and it grows to {nats(kl)}, {number(kl / run.final(plain, 'kl'))} times that of "
        f"{times(plain)}."
    )
    text += f" {_dividend(run, w)} {_error(run, w)} {_noise(run, w)}"
    worse = run.final(w, "neg_elbo") - run.final(plain, "neg_elbo")
    text += (
        f" The bound, which counts the code at its full price, is {nats(abs(worse))} {'worse' if worse > 0 else 'better'} "
        f"than at {times(plain)}."
    )
    return f"{text.replace('  ', ' ')}\n\n{_points(run, w)}".strip()


def _dividend(run: SavedVae, w: float) -> str:
    """What the longer code brings the reconstruction."""
    gain = run.final(run.plain, "reconstruction") - run.final(w, "reconstruction")
    cost = run.final(w, "kl") - run.final(run.plain, "kl")
    if gain <= 0:
        return (
            f"It brings the picture nothing: the reconstruction is even {nats(-gain)} worse. The length of the code was "
            "not what held the reconstruction back, the training so far was."
        )
    return f"That buys {nats(gain)} of reconstruction for {number(cost)} of code."


def _points(run: SavedVae, w: float) -> str:
    facts = run.verdicts.get(w)
    if not facts:
        return ""
    variance = f"{facts['mean_posterior_variance']:.2g}"
    if facts["verdict"] != "unused prior":
        return f"The posterior's variance averages {variance} where the prior has 1: tighter, but not yet points."
    return (
        f"The posterior's variance averages {variance} where the prior has 1. Nothing pays the encoder for noise any "
        "more, so every face becomes a point, and nothing draws these points towards the prior or fills the space "
        "between them. The network has become a plain autoencoder: it can give back what it is given, and the prior is "
        "a distribution that it has never heard of."
    )
