"""The effect of a KL weight other than the reference, sections of the discussion of problem 2.

A larger weight makes the code expensive: fewer units carry information, and at the extreme the posterior collapses onto
the prior. A smaller weight makes it free: the posteriors shrink to points and leave the prior.
"""

import numpy as np

from experiments.prose import listed
from experiments.vae.discussion.linear import asked_for
from experiments.vae.discussion.prior import prior_state
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from vae.diagnostics import NEAR, SAME_PICTURE, SILENT_NATS


def heading(run: SavedVae, weight: float) -> str:
    """The finding for a weight, as the heading of its section."""
    known = {
        "collapsed": "the code collapses",
        "unused prior": "the prior is left unused",
        "short code": "a short code",
    }.get(run.verdict(weight))
    if known:
        return f"{times(weight)}: {known}"
    change = run.final(weight, "kl") - run.final(run.reference, "kl")
    return f"{times(weight)}: the code is {'shorter' if change < 0 else 'longer' if change > 0 else 'as long'}"


def heavier(run: SavedVae, w: float) -> str:
    """A larger weight: the code becomes expensive."""
    if not np.isfinite(run.final(w, "kl")):
        return ""
    sentences = [_variety_kept(run, w), _error(run, w), _noise(run, w)]
    paragraphs = [_what_is_left(run, w), asked_for(run, w), _exchange(run, w), " ".join(s for s in sentences if s)]
    return "\n\n".join(p for p in paragraphs if p)


def _what_is_left(run: SavedVae, w: float) -> str:
    """How long the code still is, how many units carry it, and how much of the pictures it keeps."""
    facts = run.verdicts.get(w, {})
    left, before = run.final(w, "kl"), run.final(run.reference, "kl")
    text = f"The code costs {nats(left)}, where that of {times(run.reference)} costs {rounded(before)}"
    if not facts:
        return f"{text}."
    text += (
        f": {int(facts['telling_units'])} of {run.latent} units carry {SILENT_NATS} nats or more, and reconstructions "
        f"keep {whole_percent(facts['variance_kept'])} of the pixels' variance{_kept_at_reference(run)}."
    )
    if facts["verdict"] == "collapsed":
        return (
            f"{text} The reconstructions are close to the mean face, whatever goes in: this is posterior collapse. "
            f"The variance of the posterior averages {facts['mean_posterior_variance']:.2f}; the prior's is 1."
        )
    if facts["verdict"] == "short code":
        return f"{text} The code is short, but it has not collapsed: what it says is decoded."
    return f"{text} The code is {'shorter' if left < before else 'no shorter, in spite of its price'}."


def _kept_at_reference(run: SavedVae) -> str:
    facts = run.verdicts.get(run.reference)
    return f" ({whole_percent(facts['variance_kept'])} at {times(run.reference)})" if facts else ""


def _exchange(run: SavedVae, w: float) -> str:
    """What the reference pays for its longer code, and what it gets for it."""
    code = run.final(run.reference, "kl") - run.final(w, "kl")
    saved = run.final(w, "reconstruction") - run.final(run.reference, "reconstruction")
    if not (code > 0 and saved > 0):
        return ""
    rate = saved / code
    text = (
        f"Is the shorter code worth it? {times(run.reference)} spends {nats(code)} more on the code and saves "
        f"{nats(saved)} on the picture, {rounded(rate)} for every nat. "
    )
    if rate >= w:
        text += f"Even at a price of {w:g} that pays, so this model has not reached its optimum; "
    elif rate > 1:
        text += f"At a price of {w:g} that does not pay; at the true price, 1, it does: "
    else:
        text += "Even at the true price of 1 that does not pay; "
    worse = run.final(w, "neg_elbo") - run.final(run.reference, "neg_elbo")
    beside = f"{nats(abs(worse))} {'worse' if worse > 0 else 'better'}"
    return f"{text}the bound, which counts every nat once, is {beside} at {times(w)}."


def _variety_kept(run: SavedVae, w: float) -> str:
    if not run.has_snapshot(w):
        return ""
    kept, along = run.kept_variety(w), run.distance_travelled(w)
    text = (
        f"The reconstructions vary {whole_percent(kept)} as much as their originals, and the decoded ends of an "
        f"interpolation differ {whole_percent(along)} as much as the two faces themselves"
    )
    if run.has_snapshot(run.reference):
        before = run.kept_variety(run.reference), run.distance_travelled(run.reference)
        text += f" ({whole_percent(before[0])} and {whole_percent(before[1])} at {times(run.reference)})"
    return f"{text}: nearly the same picture for every face." if kept < SAME_PICTURE else f"{text}."


def _error(run: SavedVae, w: float) -> str:
    mse, reference = run.final(w, "mse"), run.final(run.reference, "mse")
    if not (np.isfinite(mse) and np.isfinite(reference)):
        return ""
    change = mse / reference - 1
    size = f"{whole_percent(abs(change))} {'above' if change > 0 else 'below'}"
    beside = "about" if abs(change) < 0.005 else size
    return f"The squared error per value is {mse:.4f}, {beside} that of {times(run.reference)}, {reference:.4f}."


def _noise(run: SavedVae, w: float) -> str:
    here, reference = (run.verdicts.get(weight, {}).get("sigma") for weight in (w, run.reference))
    if not here or not reference:
        return ""
    return f"σ, set to the training error after training, is {here:.3f} ({reference:.3f} at {times(run.reference)})."


def lighter(run: SavedVae, w: float) -> str:
    """A smaller weight, most of all 0: the code is free, and the posteriors leave the prior."""
    reference = run.reference
    kl = run.final(w, "kl")
    if not np.isfinite(kl):
        return ""
    price = "The KL term is left out" if w == 0 else f"The KL term counts {w:g} of its value"
    worse = run.final(w, "neg_elbo") - run.final(reference, "neg_elbo")
    sentences = [
        f"{price}; the code costs {nats(kl)}, where that of {times(reference)} costs "
        f"{rounded(run.final(reference, 'kl'))}.",
        _gain(run, w),
        _error(run, w),
        _noise(run, w),
        f"The bound, which counts the code at its full price, is {nats(abs(worse))} "
        f"{'worse' if worse > 0 else 'better'} than at {times(reference)}.",
    ]
    paragraphs = [" ".join(s for s in sentences if s), prior_state(run, w), _repaired(run, w)]
    return "\n\n".join(p for p in paragraphs if p)


def _gain(run: SavedVae, w: float) -> str:
    """What the longer code does for the reconstruction term."""
    gain = run.final(run.reference, "reconstruction") - run.final(w, "reconstruction")
    cost = run.final(w, "kl") - run.final(run.reference, "kl")
    if cost > 0 and gain > 0:
        return f"The {rounded(cost)} nats more of code save {nats(gain)} of reconstruction."
    beside = f"{nats(abs(gain))} {'better' if gain > 0 else 'worse'}" if abs(gain) >= 0.005 else "the same"
    if cost <= 0:
        return f"The reconstruction is {beside}."
    return (
        f"The longer code does not help: the reconstruction is {beside}. At this length of training it was not the "
        "price of the code that limited the pictures."
    )


def _repaired(run: SavedVae, w: float) -> str:
    """The linear map repairs the samples of a model without a KL term, and the rate stays as high as it is."""
    before, after = run.final(w, "frechet_as_trained"), run.final(w, "frechet_mapped")
    extra = run.final(w, "kl_mapped") - run.final(run.reference, "kl_mapped")
    near = max(run.final(w, "frechet_reconstructions"), run.final(w, "frechet_floor"))
    if not (w == 0 and before > NEAR * near and after < before / NEAR and extra > 0):
        return ""
    return (
        f"A prior fitted afterwards repairs the samples: through the linear map their Frechet distance is "
        f"{rounded(after)} instead of {rounded(before)}. But the code then still costs {nats(extra)} more than at "
        f"{times(run.reference)} with its map. This is what the KL term is for: it makes the code short; a normal "
        "prior can be had without it."
    )


def across_weights(run: SavedVae) -> str:
    """How much of the differences between bounds is the encoder's: the importance-weighted bound."""
    known = [w for w in run.weights if np.isfinite(run.final(w, "weighted_bound"))]
    if len(known) < 2:
        return ""
    levels = [
        f"{rounded(run.final(w, 'neg_elbo_of_draws'))} to {rounded(run.final(w, 'weighted_bound'))} at {times(w)}"
        for w in known
    ]
    return (
        "Not entirely: the encoder of each model was fitted to its own objective, and under another weight it is not "
        "the best encoder of its decoder. The importance-weighted bound averages several draws of z for each face and "
        f"is closer to −log p(x). On a few held-out faces it lowers the negative ELBO from {listed(levels)}. The part "
        "that moves was due to the encoder; with more draws it would move further."
    )
