"""What a weight other than the plain one does to the code: sections of the discussion of problem 2.

A larger weight makes the code dear, until the posterior gives it up and falls onto the prior; a smaller one makes it
free, until the posterior shrinks to points and forgets the prior. Which of it happened is read from the numbers.
"""

import numpy as np

from experiments.vae.discussion.linear import asked_for
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from vae.diagnostics import ACTIVE_VARIANCE, POINT_VARIANCE, SAME_PICTURE, SILENT_NATS, UNUSED_NATS


def heading(run: SavedVae, weight: float) -> str:
    """The finding for a weight, as the heading of its section."""
    if run.verdict(weight) == "collapsed":
        return f"{times(weight)}: the code collapses"
    if run.verdict(weight) == "unused prior":
        return f"{times(weight)}: the prior is left unused"
    if weight > run.reference and run.is_silent(weight):
        return f"{times(weight)}: the code falls almost silent"
    change = run.final(weight, "kl") - run.final(run.reference, "kl")
    return f"{times(weight)}: the code is {'shorter' if change < 0 else 'longer' if change > 0 else 'as long'}"


def heavier(run: SavedVae, w: float) -> str:
    """A larger weight: the code grows dear and is given up."""
    if not np.isfinite(run.final(w, "kl")):
        return ""
    sentences = [_faces_alike(run, w), _error(run, w), _noise(run, w)]
    paragraphs = [_what_is_left(run, w), asked_for(run, w), _bargain(run, w), " ".join(s for s in sentences if s)]
    return "\n\n".join(p for p in paragraphs if p)


def _bargain(run: SavedVae, w: float) -> str:
    """What the plain run pays for its longer code, and what it gets for it."""
    code = run.final(run.reference, "kl") - run.final(w, "kl")
    saved = run.final(w, "reconstruction") - run.final(run.reference, "reconstruction")
    if not (code > 0 and saved > 0):
        return ""
    rate = saved / code
    text = (
        f"Is the shorter code a bargain? {times(run.reference)} spends {nats(code)} more on the code and saves "
        f"{nats(saved)} on the picture, {rounded(rate)} for every nat. "
    )
    if rate >= w:
        text += f"Even at {w:g} a nat that would have paid, so this run has not found its optimum; "
    elif rate > 1:
        text += f"At {w:g} a nat that does not pay; at its true price, 1, it does: "
    else:
        text += "Even at the true price of 1 a nat that does not pay; "
    worse = run.final(w, "neg_elbo") - run.final(run.reference, "neg_elbo")
    beside = f"{nats(abs(worse))} {'worse' if worse > 0 else 'better'}"
    return f"{text}the bound, which counts every nat once, is {beside} at {times(w)}."


def _what_is_left(run: SavedVae, w: float) -> str:
    facts = run.verdicts.get(w, {})
    left, before = run.final(w, "kl"), run.final(run.reference, "kl")
    text = f"The code takes {nats(left)}, where that of {times(run.reference)} takes {rounded(before)}"
    if not facts:
        return f"{text}."
    active = int(facts["active_units"])
    text += (
        f", and {active} of {run.latent} units move with the face. The variance of the posterior averages "
        f"{facts['mean_posterior_variance']:.2f}; the prior's is 1."
    )
    if facts["verdict"] == "collapsed":
        return f"{text} {_collapse(run, w)}"
    if run.is_silent(w):
        return (
            f"{text} By the count of active units (those whose mean varies by more than {ACTIVE_VARIANCE:g}) the code "
            f"lives; by what it says it is close to collapse.{_whispers(run, w)}"
        )
    return f"{text} The code is {'shorter, and still a code' if left < before else 'no shorter for its price'}."


def _collapse(run: SavedVae, w: float) -> str:
    """Which units have given up; a unit says next to nothing if its posterior is the prior whatever the face."""
    if not run.has_snapshot(w):
        return "This is posterior collapse."
    kl, quiet = run.snapshot(w)["kl_per_unit"], run.silent_units(w)
    if quiet == len(kl):
        return "The posterior of every unit is the prior, whatever the face: this is posterior collapse."
    if not quiet:
        return f"No unit is silent, but the average one carries only {nats(float(kl.mean()))}."
    return (
        f"For {quiet} of {len(kl)} units, which say less than {SILENT_NATS} nats each, the posterior is the prior, "
        "whatever the face: this is posterior collapse. The others carry what is left."
    )


def _whispers(run: SavedVae, w: float) -> str:
    if not run.has_snapshot(w):
        return ""
    kl, quiet = run.snapshot(w)["kl_per_unit"], run.silent_units(w)
    return (
        f" {quiet} of the {len(kl)} units say less than {SILENT_NATS} nats each, their means moving by less than the "
        f"posterior's own noise; the most talkative one says {rounded(float(kl.max()))}."
    )


def _faces_alike(run: SavedVae, w: float) -> str:
    if not run.has_snapshot(w):
        return ""
    kept, along = run.kept_variety(w), run.distance_travelled(w)
    text = (
        f"The reconstructions vary {whole_percent(kept)} as much as the faces that they are reconstructions of, and an "
        f"interpolation's decoded ends differ {whole_percent(along)} as much as the two real ones"
    )
    if run.has_snapshot(run.reference):
        before = run.kept_variety(run.reference), run.distance_travelled(run.reference)
        text += f" ({whole_percent(before[0])} and {whole_percent(before[1])} at {times(run.reference)})"
    if kept < SAME_PICTURE:
        return f"{text}: whatever goes in, about the same face comes back."
    return f"{text}."


def _error(run: SavedVae, w: float) -> str:
    mse, plain = run.final(w, "mse"), run.final(run.reference, "mse")
    if not (np.isfinite(mse) and np.isfinite(plain)):
        return ""
    change = mse / plain - 1
    beside = (
        "the same as" if abs(change) < 0.005 else f"{whole_percent(abs(change))} {'above' if change > 0 else 'below'}"
    )
    return f"The squared error per value is {mse:.4f}, {beside} that of {times(run.reference)}, {plain:.4f}."


def _noise(run: SavedVae, w: float) -> str:
    here, plain = (run.verdicts.get(weight, {}).get("sigma") for weight in (w, run.reference))
    if not here or not plain:
        return ""
    if abs(here / plain - 1) < 0.01:
        return f"The learned noise σ is that of {times(run.reference)}."
    return f"The learned noise σ is {here:.3f} instead of {plain:.3f}."


def lighter(run: SavedVae, w: float) -> str:
    """A smaller weight, most of all 0: the code is free, and the prior forgotten."""
    plain = run.reference
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    free = "nothing" if w == 0 else f"{w:g} of its price"
    text = (
        f"Here the code costs {free}, and takes {nats(kl)}, where that of {times(plain)} takes "
        f"{rounded(run.final(plain, 'kl'))}."
    )
    text += f" {_dividend(run, w)} {_error(run, w)} {_noise(run, w)}"
    worse = run.final(w, "neg_elbo") - run.final(plain, "neg_elbo")
    text += (
        f" The bound, which counts the code at its full price, is {nats(abs(worse))} "
        f"{'worse' if worse > 0 else 'better'} than at {times(plain)}."
    )
    return f"{text.replace('  ', ' ')}\n\n{points(run, w)}".strip()


def _dividend(run: SavedVae, w: float) -> str:
    """What a longer code brings the reconstruction."""
    gain = run.final(run.reference, "reconstruction") - run.final(w, "reconstruction")
    cost = run.final(w, "kl") - run.final(run.reference, "kl")
    if cost > 0 and gain > 0:
        return f"That buys {nats(gain)} of reconstruction for {rounded(cost)} of code."
    beside = f"{nats(abs(gain))} {'better' if gain > 0 else 'worse'}" if abs(gain) >= 0.005 else "the same"
    if cost <= 0:
        return f"The reconstruction is {beside}."
    return (
        f"It brings the picture nothing: the reconstruction is {beside}. At this length of training it was not the "
        "price of the code that held the picture back."
    )


def points(run: SavedVae, w: float) -> str:
    """Whether the posteriors have shrunk to points or left the prior, and what that makes of the model."""
    facts = run.verdicts.get(w)
    if not facts:
        return ""
    variance = f"{facts['mean_posterior_variance']:.2g}"
    if facts["verdict"] != "unused prior":
        tighter = ": tighter, but not yet points" if float(variance) < 1 else ""
        return f"The posterior's variance averages {variance} where the prior has 1{tighter}."
    if facts["mean_posterior_variance"] >= POINT_VARIANCE:
        gap = facts["prior_gap"] / run.latent
        return (
            f"The posterior's variance averages {variance}, so the faces are no points yet. But all posteriors taken "
            f"together lie elsewhere than the prior, by {nats(gap)} a unit where {UNUSED_NATS:g} is called far: a draw "
            "of the prior mostly falls where no face was, and where the decoder was never trained."
        )
    return (
        f"The posterior's variance averages {variance} where the prior has 1. {'Nothing' if w == 0 else 'Too little'} "
        "pays the encoder for noise, so every face becomes a point, and nothing draws these points towards the prior "
        "or fills the space between them. The network has become a plain autoencoder: it can give back what it is "
        "given, and the prior is a distribution that it has never heard of."
    )
