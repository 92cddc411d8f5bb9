"""The numbers of a run of problem 2 as other commands put them beside those of other runs."""

import math

import pandas as pd

from experiments.runs.measure import Measure
from experiments.vae.saved import SavedVae
from experiments.vae.sweep import METRICS, cell
from experiments.vae.words import name


def numbers(run: SavedVae) -> pd.DataFrame:
    """Every metric at the end of training: kl_weight, split, metric, value."""
    return run.table("final.csv")


def headline(run: SavedVae) -> dict[str, Measure]:
    """What each KL weight achieves on held-out faces, and the verdict on its latent space."""
    found = {}
    for weight in run.weights:
        for metric, (heading, _) in METRICS.items():
            value = run.final(weight, metric)
            if math.isfinite(value):
                whole = heading.replace("–", "Frechet distance")  # it stands below that heading there
                found[f"{name(weight)}: {whole}"] = Measure(value, cell(metric, value))
        verdict = run.verdict(weight)
        found[f"{name(weight)}: verdict"] = Measure(verdict, verdict or "–")
    return found
