"""The study of the KL term: many weights, latent sizes, likelihoods and seeds, each a run folder of its own.

  python -m experiments study vae --quick            a small sweep, in a few minutes
  python -m experiments study vae --data faces.zip   at full size, a night
  python -m experiments study vae --resume           continue a sweep that was stopped

Writes study.csv, a row for each model, study.md, a table of them, and rate_distortion.png.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.atomic import write_bytes
from experiments.cli import add_run_arguments, add_settings, add_threads_argument, read_settings
from experiments.markdown import table
from experiments.runs.folder import RunFolder
from experiments.vae import study
from experiments.vae.figures.rate import plot_rate_distortion
from experiments.vae.saved import SavedVae
from experiments.vae.settings import VaeSettings
from experiments.vae.words import rounded, times

WEIGHTS = "weights"  # the run whose rate-distortion curve is drawn
VARIANTS: dict[str, dict[str, Any]] = {
    WEIGHTS: {"kl_weights": (1.0, 0.0, 0.1, 0.5, 2.0, 4.0, 10.0, 30.0, 100.0)},
    "seed 1": {"kl_weights": (1.0, 100.0, 0.0), "seed": 1},
    "seed 2": {"kl_weights": (1.0, 100.0, 0.0), "seed": 2},
    **{f"{units} latent units": {"kl_weights": (1.0,), "latent": units} for units in (2, 8, 32, 64, 128)},
    "a noise level for each pixel": {"kl_weights": (1.0,), "noise": "per-pixel"},
    "bernoulli": {"kl_weights": (1.0, 100.0), "likelihood": "bernoulli"},
}
SCALE = {"epochs": 4, "images": 1000}  # of --quick, where the user does not ask for others
QUICK: dict[str, dict[str, Any]] = {
    WEIGHTS: {"kl_weights": (1.0, 0.0, 10.0, 100.0), **SCALE},
    "seed 1": {"kl_weights": (1.0,), "seed": 1, **SCALE},
    "2 latent units": {"kl_weights": (1.0,), "latent": 2, **SCALE},
}
METRICS = {  # of final.csv: heading and number of digits, None for three figures
    "neg_elbo": ("negative ELBO", None),
    "kl": ("KL", None),
    "kl_mapped": ("KL, through the map", None),
    "mse": ("MSE", 4),
    "ssim": ("SSIM", 3),
    "frechet_as_trained": ("Frechet distance", None),
    "frechet_mapped": ("– through the map", None),
    "features_mapped": ("– in random features", None),
    "neg_elbo_of_draws": ("negative ELBO of some faces", None),
    "weighted_bound": ("importance-weighted", None),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/study-vae"))
    add_threads_argument(parser)
    add_settings(parser, VaeSettings)


def run(args: argparse.Namespace) -> None:
    # The settings that the variants share, and the folder that holds their runs.
    settings = read_settings(VaeSettings, args)
    variants = QUICK if args.quick else VARIANTS
    what = {"variants": list(variants), **settings.recorded()}
    folder = RunFolder(args.out, "vae-study", what, resume=args.resume, force=args.force, data=settings.data)

    # A run for each variant; one that is finished is not trained again.
    runs = {}
    for name, changes in variants.items():
        print(f"== {name} ==", flush=True)
        out = folder.path / name.replace(" ", "-")
        study.run(_with(args, changes, out), draw=False)
        runs[name] = SavedVae.open(out)

    # One table of all models, and the curve of all weights.
    rows = [row for name, saved in runs.items() for row in _rows(name, saved)]
    folder.write_csv("study.csv", pd.DataFrame(rows), float_format="%.8g")
    write_bytes(folder.path / "study.md", (report(rows) + "\n").encode())
    plot_rate_distortion(runs[WEIGHTS], folder.path / "rate_distortion.png")
    folder.finish()
    print(f"\n{report(rows)}\n\nthe results are in {folder.path}")


def _with(args: argparse.Namespace, changes: dict[str, Any], out: Path) -> argparse.Namespace:
    """The arguments of one variant; what the user asked for outright stays, but for what the variant is about."""
    asked = {name: value for name, value in vars(args).items() if value is not None}
    about = {name: value for name, value in changes.items() if not (name in SCALE and name in asked)}
    return argparse.Namespace(**vars(args) | about | {"out": out, "resume": True, "force": False})


def _rows(name: str, run: SavedVae) -> list[dict[str, Any]]:
    return [
        {
            "variant": name,
            "kl_weight": weight,
            **{metric: run.final(weight, metric) for metric in METRICS},
            "verdict": run.verdict(weight),
        }
        for weight in run.weights
    ]


def report(rows: list[dict[str, Any]]) -> str:
    """The table of all models, and below it the weights that were trained with several seeds."""
    header = ["", "KL weight", *(heading for heading, _ in METRICS.values()), "verdict"]
    cells = [
        [row["variant"], times(row["kl_weight"]), *(cell(metric, row[metric]) for metric in METRICS), row["verdict"]]
        for row in rows
    ]
    return f"{table(header, cells, 'lr' + 'r' * len(METRICS) + 'l')}\n\n{_seeds(rows)}".strip()


def _seeds(rows: list[dict[str, Any]]) -> str:
    """Mean and standard deviation over seeds, for every weight that has more than one."""
    lines = []
    for weight in dict.fromkeys(row["kl_weight"] for row in rows):
        same = [row for row in rows if row["kl_weight"] == weight and row["variant"].startswith((WEIGHTS, "seed"))]
        if len(same) > 1:
            parts = []
            for metric in ("neg_elbo", "kl", "frechet_mapped"):
                values = np.array([row[metric] for row in same])
                parts.append(f"{METRICS[metric][0]} {rounded(values.mean())} ± {rounded(values.std(ddof=1))}")
            lines.append(f"- {times(weight)}, {len(same)} seeds: {', '.join(parts)}")
    if not lines:
        return ""
    return "Mean and standard deviation over seeds; a seed decides faces, split and training:\n\n" + "\n".join(lines)


def cell(metric: str, value: float) -> str:
    """A value of one of METRICS as a table shows it."""
    digits = METRICS[metric][1]
    return rounded(value) if digits is None or not np.isfinite(value) else f"{value:.{digits}f}"
