"""The tables of problem 2 as Markdown: final metrics, the latent space, the layers, the settings."""

import math
import os
from pathlib import Path
from typing import Any

from data.atomic import write_bytes
from experiments.markdown import table
from experiments.prose import escaped
from experiments.vae.saved import SavedVae
from experiments.vae.words import name, rounded
from experiments.vae.yardsticks import LinearYardstick

METRICS = {
    "neg_elbo": "negative ELBO (nats)",
    "reconstruction": "reconstruction (nats)",
    "kl": "KL (nats)",
    "bits_per_dim": "bits per dimension",
    "mse": "MSE",
    "psnr": "PSNR (dB)",
    "active_units": "active units",
}
DIGITS = {"bits_per_dim": 3, "mse": 4, "psnr": 1, "active_units": 0}
DISTANCES = {
    "frechet_as_trained": "Frechet distance of samples from held-out faces, z from N(0, I)",
    "frechet_mapped": "– the same draws through the linear map",
    "frechet_reconstructions": "– of reconstructions",
    "frechet_floor": "– of as many training faces (the floor)",
}
SPLITS = {"train": "training", "held_out": "held-out"}
LATENT_FACTS = {
    "verdict": "verdict",
    "mean_posterior_variance": "mean posterior variance",
    "sigma": "learned σ",
    "diversity_samples": "diversity of samples",
    "diversity_training": "diversity of training faces",
}
SETTINGS = (
    "kl_weights", "latent", "likelihood", "noise", "norm", "start", "prior", "widths", "image_size", "epochs",
    "batch_size", "learning_rate", "schedule", "mirror", "seed",
)  # fmt: skip


def write_tables(run_folder: str | os.PathLike[str]) -> Path:
    """Write tables.md into a run folder; return its path."""
    run = SavedVae.open(run_folder)
    parts = ["# Tables"]
    if run.drawn:
        parts.append("**Drawn faces:** pictures that this program drew, not a collected data set.")
    sections = {
        "In short": summary_table(run),
        "At the end of training": metrics_table(run),
        "The latent space": latent_table(run),
        "The best linear code": linear_table(run),
        "The layers": layers_table(run),
        "Settings": settings_table(run),
    }
    parts += [f"## {heading}\n\n{text}" for heading, text in sections.items() if text]
    path = run.folder / "tables.md"
    write_bytes(path, ("\n\n".join(parts) + "\n").encode())
    return path


def summary_table(run: SavedVae) -> str:
    """The result of a run on held-out images: a column for each weight, the linear yardsticks between the rows."""
    if not run.finals:
        return ""
    codes = [run.linear_yardstick(weight) for weight in run.weights]
    rows = {
        "negative ELBO, unweighted (nats)": [rounded(run.final(weight, "neg_elbo")) for weight in run.weights],
        "– of the best linear code": [rounded(code.negative_elbo) if code else "–" for code in codes],
        "reconstruction (nats)": [rounded(run.final(weight, "reconstruction")) for weight in run.weights],
        "KL (nats)": [rounded(run.final(weight, "kl")) for weight in run.weights],
        "– of the best linear code, components sent": [_sent(code) for code in codes],
        "mean squared error, decoded from the posterior mean": [
            f"{run.final(weight, 'mse'):.4f}" for weight in run.weights
        ],
        "nats that the linear map saves": [_saved_by_map(run, weight) for weight in run.weights],
        **{
            title: [_distance(run.final(weight, metric)) for weight in run.weights]
            for metric, title in DISTANCES.items()
        },
        "verdict on the code": [run.verdict(weight) or "–" for weight in run.weights],
    }
    known = [[title, *cells] for title, cells in rows.items() if set(cells) != {"–"}]
    text = table(["", *map(name, run.weights)], known, "l" + "r" * len(run.weights))
    if run.pca:
        best = f"reaches {run.pca.mse:.4f} with {run.pca.components} components."
        text += f"\n\nPCA, the best linear code in squared error, {best}"
    return text


def _saved_by_map(run: SavedVae, weight: float) -> str:
    """By how much the linear map shortens the KL from N(0, I), which is never less."""
    saved = run.final(weight, "kl") - run.final(weight, "kl_mapped")
    return "–" if math.isnan(saved) or run.config.get("prior") == "linear" else rounded(saved)


def _distance(value: float) -> str:
    return "–" if math.isnan(value) else rounded(value)


def _sent(code: LinearYardstick | None) -> str:
    return f"{rounded(code.kl)}, {code.components}" if code else "–"


def metrics_table(run: SavedVae) -> str:
    """Every metric of final.csv, a row for each weight and split, and PCA's error below."""
    if not run.finals:
        return ""
    rows = []
    for weight in run.weights:
        for split, images in SPLITS.items():
            values = [_value(metric, run.final(weight, metric, split)) for metric in METRICS]
            rows.append([name(weight), images, *values])
    if run.pca:
        cells = [f"{run.pca.mse:.4f}" if metric == "mse" else "" for metric in METRICS]
        rows.append([f"PCA, {run.pca.components} components", "held-out", *cells])
    note = (
        "Nats per image: summed over pixels and latent units, averaged over images. Negative ELBO = reconstruction + "
        "KL at any weight. MSE and PSNR are of the picture decoded from the posterior mean."
    )
    return f"{note}\n\n{table(['', 'images', *METRICS.values()], rows, 'll' + 'r' * len(METRICS))}"


def latent_table(run: SavedVae) -> str:
    """What verdicts.json says of each weight."""
    there = [key for key in LATENT_FACTS if any(key in facts for facts in run.verdicts.values())]
    if not there:
        return ""
    rows = []
    for weight in run.weights:
        facts = run.verdicts.get(weight, {})
        rows.append([name(weight), *(_fact(facts.get(key)) for key in there)])
    note = "Diversity is the standard deviation of a pixel value over pictures, averaged over pixel values."
    header = ["", *(LATENT_FACTS[key] for key in there)]
    return f"{note}\n\n{table(header, rows, 'll' + 'r' * (len(there) - 1))}"


def linear_table(run: SavedVae) -> str:
    """What the best linear code does at each weight, beside the network."""
    codes = {weight: code for weight in run.weights if (code := run.linear_yardstick(weight))}
    if not codes:
        return ""
    columns = ["components sent", "KL (nats)", "of the network", "negative ELBO (nats)", "of the network"]
    if run.likelihood != "gaussian":
        columns = columns[:3]
    rows = []
    for weight, code in codes.items():
        kl, bound = (rounded(run.final(weight, metric)) for metric in ("kl", "neg_elbo"))
        cells = [str(code.components), rounded(code.kl), kl, rounded(code.negative_elbo), bound]
        rows.append([name(weight), *cells[: len(columns)]])
    note = "The yardstick for a weight: a linear decoder with as many latents, at its optimum for that weight."
    return f"{note}\n\n{table(['', *columns], rows, 'l' + 'r' * len(columns))}"


def layers_table(run: SavedVae) -> str:
    """Every layer with its output, its parameters and its multiply-adds for one image, and the totals."""
    layers = run.config.get("layers") or []
    if not layers:
        return ""
    rows = []
    for layer in layers:
        shape = " × ".join(str(side) for side in layer["output_shape"])
        counts = [f"{layer[key]:,}" for key in ("parameters", "multiply_adds")]
        rows.append([f"`{layer['name']}`", layer["kind"], shape, *counts])
    totals = [f"**{sum(layer[key] for layer in layers):,}**" for key in ("parameters", "multiply_adds")]
    rows.append(["**all**", "", "", *totals])
    note = (
        "For one image, forward pass. `to_mean` and `to_log_variance` both read the encoder's last layer; a sigmoid "
        "after the last layer gives the mean picture."
    )
    return f"{note}\n\n{table(['layer', 'kind', 'output', 'parameters', 'multiply-adds'], rows, 'lllrr')}"


def settings_table(run: SavedVae) -> str:
    """What was asked for, of which data, and what it took."""
    config, data = run.config, run.config["data"]
    rows = {key.replace("_", " "): _setting(config[key]) for key in SETTINGS if key in config}
    rows |= {"data": escaped(str(data.get("source", ""))), "images (training, held-out)": _images(data)}
    if data.get("sha256"):
        rows["SHA-256 of the data"] = f"`{data['sha256'][:16]}…`"
    return table(["setting", "value"], [list(item) for item in rows.items()], "ll")


def _images(data: dict[str, Any]) -> str:
    return f"{data['images']:,} ({data['training']:,}, {data['held_out']:,})"


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_setting(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(metric: str, value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:.{DIGITS[metric]}f}" if metric in DIGITS else rounded(value)


def _fact(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else f"{value:#.3g}"
