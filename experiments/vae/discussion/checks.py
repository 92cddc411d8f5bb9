"""Checks on what was learned, sections of the discussion of problem 2: generalisation, factors, limits."""

import numpy as np

from experiments.prose import listed, number
from experiments.vae.saved import Curve, SavedVae
from experiments.vae.words import nats, times
from vae.diagnostics import SILENT_NATS

FLAT = 0.01  # the curve is flat if the last epoch gained less than this share of all gained since epoch 1
CLEAR = 2  # a rise counts if it exceeds this many times the usual change from one epoch to the next
READABLE, SOME = 0.5, 0.1  # R squared above which a factor is read well, and above which it is read at all


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
    sentences = [
        f"At the end a held-out face costs, compared with a training face, {listed(parts)}.",
        _before(run, run.reference),
        _still_falling(run, run.reference),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _before(run: SavedVae, w: float) -> str:
    """The difference between the two sets before training, which is not due to learning."""
    train, held_out = (run.curve(w, split, "neg_elbo") for split in ("train", "held_out"))
    if not len(train.epochs) or train.epochs[0] != 0 or len(train.epochs) < 2:
        return ""
    before, after = held_out.values[0] - train.values[0], held_out.values[-1] - train.values[-1]
    if before * after <= 0 or abs(before) < abs(after) / 4:
        return ""
    return (
        f"Before the first step the two sets were already {nats(abs(before))} apart: one of them has the harder "
        "pictures, and that part of the gap is not overfitting."
    )


def _still_falling(run: SavedVae, w: float) -> str:
    line, train = (run.curve(w, split, "neg_elbo").trained() for split in ("held_out", "train"))
    if len(line.values) < 2 or len(train.values) != len(line.values):
        return ""
    lowest = int(line.values.argmin())
    if lowest < len(line.values) - 1:
        return f"At {times(w)} {_risen(line, lowest, fell=train.values[-1] < train.values[lowest])}"
    last, since_first = line.values[-2] - line.values[-1], line.values[0] - line.values[-1]
    if last > FLAT * since_first:
        return f"At {times(w)} the last epoch still gained {nats(last)}: training was stopped before it had converged."
    return (
        f"At {times(w)} the last epoch gained {nats(last)} of {nats(since_first)} gained since epoch 1: the curve is "
        "flat."
    )


def _risen(line: Curve, lowest: int, fell: bool) -> str:
    """A held-out curve that does not end at its minimum; `fell`: whether the training curve fell meanwhile."""
    rise = line.values[-1] - line.values[lowest]
    step = np.median(np.abs(np.diff(line.values[len(line.values) // 2 - 1 :])))  # usual change in later epochs
    text = f"the held-out curve was lowest after epoch {line.epochs[lowest]}"
    if rise <= CLEAR * step:
        return f"{text}; it ends {nats(rise)} higher, about the usual change of an epoch, so it has been level since."
    text += f" and has risen by {nats(rise)} since"
    return f"{text} while the training curve fell: overfitting." if fell else f"{text}, as has the training curve."


def factors(run: SavedVae) -> str:
    """Drawn faces: how well a linear map reads the true factors from drawn latents."""
    if not run.has("factors.csv"):
        return ""
    table = run.table("factors.csv").pivot_table(index="factor", columns="kl_weight", values="r_squared")
    weights = [w for w in run.weights if w in table.columns]
    if run.reference not in weights:
        return ""
    scores = table[run.reference].sort_values(ascending=False, kind="stable")
    well, lost = scores[scores > READABLE], scores[scores < SOME]
    good = number(len(well)) if len(well) else "none"
    text = (
        "The true factors of every drawn face are known, so it can be measured how well a linear map reads each of "
        "them from z, drawn from the posterior as the decoder gets it (R² on faces that the map was not fitted to). At "
        f"{times(run.reference)}, {good} of {len(scores)} have R² above {READABLE}"
    )
    text += f": {listed([f'{_label(f)} ({s:.2f})' for f, s in well.items()])}." if len(well) else "."
    if len(lost):
        text += (
            f" {number(len(lost)).capitalize()} cannot be read (below {SOME}), least of all "
            f"{listed([_label(f) for f in lost.index[::-1][:4]])}. A factor that changes few pixels saves few nats, "
            "and the code spends its nats where they save most."
        )
    below = int((scores < 0).sum())
    if below:
        text += (
            f" R² is below 0, worse than predicting the mean, for {number(below)}: where nothing can be read, fitted "
            "slopes add noise."
        )
    if len(weights) > 1:
        means = table.clip(lower=0).mean()
        levels = listed([f"{means[w]:.2f} at {times(w)}" for w in weights])
        text += f"\n\nAveraged over factors, with values below 0 counted as 0, R² is {levels}."
    return text


def _label(factor: object) -> str:
    return str(factor).replace("_", " ")


def limits(run: SavedVae) -> str:
    """What a careful reader should hold against all this."""
    items = [
        "**One seed for each weight.** Differences of a few nats may be those between two seeds.",
        "**A bound, not the likelihood.** The negative ELBO exceeds −log p(x) by the error of the posterior, which "
        "differs between weights, and it is estimated with one draw of z for each image.",
        "**Pixels are independent given z.** Both likelihoods assume it, so a blurred edge is the best answer to doubt "
        "about where the edge is: soft pictures are what this objective asks for.",
        "**Conventions.** The threshold of "
        f"{SILENT_NATS} nats for a unit and those behind the verdicts are conventions; `vae/diagnostics.py` has them.",
    ]
    if run.likelihood == "gaussian" and run.config.get("noise", "shared") == "shared":
        items.append(
            "**One noise level for all pixels.** Background and eyes are not equally predictable. One level for each "
            "pixel (`--noise per-pixel`) gains more nats than most differences discussed here."
        )
    if run.drawn:
        items.append(
            "**Drawn faces** are simpler than collected ones: one style, known factors, clean outlines. Their errors "
            "and nats do not carry over."
        )
    skipped = run.config["data"].get("skipped") or []
    if skipped:
        items.append(f"**Skipped pictures.** {number(len(skipped)).capitalize()} could not be read and were left out.")
    return "\n".join(f"- {item}" for item in items)
