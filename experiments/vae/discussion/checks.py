"""Checks on what was learned, sections of the discussion of problem 2: samples, generalisation, factors, limits."""

import numpy as np
import pandas as pd

from experiments.prose import listed, number
from experiments.vae.saved import Curve, SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from vae.diagnostics import ACTIVE_VARIANCE

SAME_VARIETY = 0.75  # samples that vary by less than this share of what the plain run's do are more alike
FLAT = 0.01  # a last epoch that brings less than this share of what all after the first brought: a flat curve
CLEAR = 2  # a rise is one if it is more than this many times what the curve moves by from one epoch to the next
READABLE, SOME = 0.5, 0.1  # R squared above which a factor is read well, and at all


def samples(run: SavedVae) -> str:
    """How varied the samples are, and how far from the training faces; whether they are faces is for the eye."""
    judged = [w for w in run.weights if w in run.verdicts and run.verdicts[w]["diversity_training"]]
    if not judged:
        return ""
    shares = {w: run.verdicts[w]["diversity_samples"] / run.verdicts[w]["diversity_training"] for w in judged}
    levels = listed([f"{whole_percent(share)} at {times(w)}" for w, share in shares.items()])
    text = (
        "No number here can tell a face from a blot; for that, look at the grids. What can be measured is how much the "
        f"samples differ from one another, as a share of what as many training faces do: {levels}."
    )
    for w in judged:
        if w != run.reference and run.reference in shares:
            text += _compared(run, w, shares)
    with_arrays = [w for w in judged if run.has_snapshot(w)]
    if with_arrays:
        text += f"\n\n{_distances(run, with_arrays)}"
    return text


def _compared(run: SavedVae, w: float, shares: dict[float, float]) -> str:
    if run.verdict(w) == "unused prior":
        less = "little variety" if shares[w] < SAME_VARIETY * shares[run.reference] else "variety"
        return (
            f" The {less} at {times(w)} need not be that of faces: a draw of the prior lands where no encoding ever "
            "was, and the decoder answers with whatever it does there."
        )
    if run.verdict(w) == "collapsed" or run.is_silent(w):
        if shares[w] < SAME_VARIETY * shares[run.reference]:
            return (
                f" At {times(w)} the decoder has hardly a code to listen to, so draws stay nearer to the average face. "
                "That can look tidier than the samples of a model that dares more; it is not a better one."
            )
        return (
            f" Those of {times(w)} vary about as much as those of {times(run.reference)} or more, from a code of "
            f"{nats(run.final(w, 'kl'))} instead of {rounded(run.final(run.reference, 'kl'))}: variety alone does not "
            "tell a good model."
        )
    return ""


def _distances(run: SavedVae, weights: list[float]) -> str:
    """How far samples are from their nearest training faces."""
    means = {w: float(run.nearest_distances(w).mean()) for w in weights}
    levels = listed([f"{mean:.2f} at {times(w)}" for w, mean in means.items()])
    return (
        "Are they copies? A copy would lie at a distance near 0 from some training face. The first samples lie, root "
        f"mean squared and with black and white 1 apart, {levels} from the nearest one. To be near is no praise in "
        "itself: a blur is not far from anything."
    )


def generalisation(run: SavedVae) -> str:
    """The gap to the training faces, and whether training was over."""
    parts = []
    for w in run.weights:
        train, held_out = (run.curve(w, split, "neg_elbo").values for split in ("train", "held_out"))
        if len(train) != len(held_out) or not len(train):
            continue
        gap = held_out[-1] - train[-1]
        parts.append(f"{nats(abs(gap))} {'more' if gap > 0 else 'less'} at {times(w)}")
    if not parts:
        return ""
    text = f"At the end a held-out face costs, compared with a training face, {listed(parts)}."
    return f"{text} {_before(run, run.reference)} {_still_falling(run, run.reference)}".replace("  ", " ").strip()


def _before(run: SavedVae, w: float) -> str:
    """The two sets' difference before training, which nothing learned can explain."""
    train, held_out = (run.curve(w, split, "neg_elbo") for split in ("train", "held_out"))
    if not len(train.epochs) or train.epochs[0] != 0 or len(train.epochs) < 2:
        return ""
    before, after = held_out.values[0] - train.values[0], held_out.values[-1] - train.values[-1]
    if before * after <= 0 or abs(before) < abs(after) / 4:
        return ""
    return (
        f"Before the first step, when nothing could be known by heart, the two sets were already {nats(abs(before))} "
        "apart: one of them simply has the harder pictures, and a part of the gap is no more than that."
    )


def _still_falling(run: SavedVae, w: float) -> str:
    line, train = (run.curve(w, split, "neg_elbo").trained() for split in ("held_out", "train"))
    if len(line.values) < 2 or len(train.values) != len(line.values):
        return ""
    lowest = int(line.values.argmin())
    if lowest < len(line.values) - 1:
        return f"At {times(w)} {_risen(line, lowest, fell=train.values[-1] < train.values[lowest])}"
    last, later = line.values[-2] - line.values[-1], line.values[0] - line.values[-1]  # all epochs after the first
    if last > FLAT * later:
        return (
            f"At {times(w)} the last epoch still brought {nats(last)}, so these are numbers of a training that was "
            "stopped, not of one that had ended."
        )
    return f"At {times(w)} the last epoch brought {nats(last)}, all since the first {nats(later)}: the curve is flat."


def _risen(line: Curve, lowest: int, fell: bool) -> str:
    """A held-out curve that does not end at its lowest point; `fell`: whether that of training faces fell meanwhile."""
    rise = line.values[-1] - line.values[lowest]
    step = np.median(np.abs(np.diff(line.values[len(line.values) // 2 - 1 :])))  # from an epoch to the next, of late
    text = f"the held-out curve was lowest after epoch {line.epochs[lowest]}"
    if rise <= CLEAR * step:
        return f"{text}; it ends {nats(rise)} higher, about what an epoch moves it by, so it has been level since."
    text += f" and has risen by {nats(rise)} since"
    return f"{text}: from there on the network learned its own faces." if fell else f"{text}, on training faces too."


def factors(run: SavedVae) -> str:
    """Drawn faces: what can be read linearly from the latent means."""
    if not run.has("factors.csv"):
        return ""
    table = run.table("factors.csv").pivot_table(index="factor", columns="kl_weight", values="r_squared")
    weights = [w for w in run.weights if w in table.columns]
    if run.reference not in weights:
        return ""
    scores = table[run.reference].sort_values(ascending=False, kind="stable")
    well, lost = scores[scores > READABLE], scores[scores < SOME]
    text = (
        "Every drawn face comes with its true factors, so it can be asked how well a linear map reads each of them "
        f"from the posterior's means (R² on faces that the map was not fitted to). At {times(run.reference)}, "
        f"{number(len(well)) if len(well) else 'none'} of {len(scores)} have R² above {READABLE}"
    )
    text += f": {listed([f'{_plain(f)} ({s:.2f})' for f, s in well.items()])}." if len(well) else "."
    if len(lost):
        text += (
            f" {number(len(lost)).capitalize()} cannot be read (below {SOME}), worst of all "
            f"{listed([_plain(f) for f in lost.index[::-1][:4]])}. A factor that moves few pixels saves few nats, and "
            "the code spends its nats where they save most; what a longer training would still bring looks the same."
        )
    below = int((scores < 0).sum())
    if below:
        text += (
            f" Below 0, and so worse than the mean, {'is' if below == 1 else 'are'} {number(below)}: where there "
            "is nothing to read, fitted slopes add noise."
        )
    others = [w for w in weights if w != run.reference]
    if others:
        means = table.clip(lower=0).mean()
        levels = listed([f"{means[w]:.2f} at {times(w)}" for w in weights])
        text += f"\n\nAveraged over factors, with what is below 0 taken as 0, R² is {levels}."
        text += f" {_whisper(run, table, others)}"
    return text.strip()


def _whisper(run: SavedVae, table: pd.DataFrame, others: list[float]) -> str:
    """A silent code may still be read from its means: R squared does not see the posterior's noise."""
    for w in others:
        if (run.verdict(w) == "collapsed" or run.is_silent(w)) and (table[w] > READABLE).any():
            best = table[w].idxmax()
            return (
                f"{times(w)} deserves a second look: {_plain(best)} is still read with R² {table[w].max():.2f} "
                "from a code that says next to nothing. R² sees the means alone, which may move in step with a factor "
                "and yet by less than the noise around them; the decoder gets means and noise together."
            )
    return ""


def _plain(factor: object) -> str:
    return str(factor).replace("_", " ")


def limits(run: SavedVae) -> str:
    """What a careful reader should hold against all this."""
    points = [
        "**One seed for each weight.** Differences of a few nats may be those between two seeds.",
        "**A bound, not the likelihood.** The negative ELBO lies above −log p(x) by as much as the posterior is off, "
        "which may differ between weights, and it is estimated with one draw of z for each image.",
        "**Pixels one by one.** Both likelihoods take pixel values as independent once z is known, and the safest "
        "answer to doubt about an edge is a blur. Soft pictures are what this objective asks for.",
        f"**Thresholds.** A unit is active if its mean varies by more than {ACTIVE_VARIANCE:g}; that line, and those "
        "behind the names of collapse and of the unused prior, are conventions.",
    ]
    if run.drawn:
        points.append(
            "**Drawn faces** are simpler than collected ones: one hand, known factors, clean outlines. Levels of error "
            "and of nats do not carry over."
        )
    skipped = run.config["data"].get("skipped") or []
    if skipped:
        points.append(f"**Skipped pictures.** {number(len(skipped)).capitalize()} could not be read and were left out.")
    return "\n".join(f"- {point}" for point in points)
