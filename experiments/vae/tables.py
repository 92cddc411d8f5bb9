"""The tables of problem 2 as Markdown: final metrics, the latent space, the layers, the settings."""

import os
from pathlib import Path

import numpy as np

from data.atomic import write_bytes
from experiments.vae.saved import SavedVae, open_vae_run
from experiments.vae.words import name, number
from experiments.vae.yardsticks import LinearYardstick

METRICS = {
    "neg_elbo": "−ELBO (nats)",
    "reconstruction": "reconstruction (nats)",
    "kl": "KL (nats)",
    "bits_per_dim": "bits per dimension",
    "mse": "MSE",
    "psnr": "PSNR (dB)",
    "active_units": "active units",
}
DIGITS = {"bits_per_dim": 3, "mse": 4, "psnr": 1, "active_units": 0}
SPLITS = {"train": "training", "held_out": "held-out"}
SETTINGS = (
    "kl_weights", "latent", "likelihood", "widths", "image_size", "epochs", "batch_size", "learning_rate", "mirror",
    "seed",
)  # fmt: skip


def write_tables(run_folder: str | os.PathLike[str]) -> Path:
    """Write tables.md into a run folder; return its path."""
    run = open_vae_run(run_folder)
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
    """What a run comes to, on held-out images: a column for each weight, and the linear yardsticks between."""
    if not run.finals:
        return ""
    codes = {weight: run.linear_yardstick(weight) for weight in run.weights}
    rows = {
        "negative ELBO, unweighted (nats)": [number(run.final(weight, "neg_elbo")) for weight in run.weights],
        "– of the best linear code": [number(code.negative_elbo) if code else "–" for code in codes.values()],
        "reconstruction (nats)": [number(run.final(weight, "reconstruction")) for weight in run.weights],
        "KL (nats)": [number(run.final(weight, "kl")) for weight in run.weights],
        "– of the best linear code, components sent": [_sent(code) for code in codes.values()],
        "mean squared error from the posterior's mean": [f"{run.final(weight, 'mse'):.4f}" for weight in run.weights],
        "what became of the code": [run.verdict(weight) or "–" for weight in run.weights],
    }
    lines = [_row(["", *map(name, run.weights)]), _row(["---", *["---:"] * len(run.weights)])]
    lines += [_row([title, *cells]) for title, cells in rows.items() if set(cells) != {"–"}]
    bar = run.pca
    if bar:
        lines += [
            "",
            f"PCA with {bar.components} components, the best linear code in squared error, reaches {bar.mse:.4f}.",
        ]
    return "\n".join(lines)


def _sent(code: LinearYardstick | None) -> str:
    return f"{number(code.kl)}, {code.components}" if code else "–"


def metrics_table(run: SavedVae) -> str:
    """Every metric of final.csv, a row for each weight and split, and the PCA bar below."""
    if not run.finals:
        return ""
    lines = [_row(["", "images", *METRICS.values()]), _row(["---", "---", *["---:"] * len(METRICS)])]
    for weight in run.weights:
        for split, images in SPLITS.items():
            values = [_value(metric, run.final(weight, metric, split)) for metric in METRICS]
            lines.append(_row([name(weight), images, *values]))
    bar = run.pca
    if bar:
        cells = [f"{bar.mse:.4f}" if metric == "mse" else "" for metric in METRICS]
        lines.append(_row([f"PCA, {bar.components} components", "held-out", *cells]))
    note = "Nats per image: pixels and units summed, images averaged; −ELBO = reconstruction + KL at any weight."
    return "\n".join([note + " MSE and PSNR are of the picture decoded from the posterior's mean.", "", *lines])


def latent_table(run: SavedVae) -> str:
    """What verdicts.json says of each weight."""
    columns = {
        "verdict": "verdict",
        "mean_posterior_variance": "mean posterior variance",
        "sigma": "learned σ",
        "diversity_samples": "diversity of samples",
        "diversity_training": "of training faces",
    }
    there = {key: title for key, title in columns.items() if any(key in facts for facts in run.verdicts.values())}
    if not there:
        return ""
    lines = [_row(["", *there.values()]), _row(["---", "---", *["---:"] * (len(there) - 1)])]
    for weight in run.weights:
        facts = run.verdicts.get(weight, {})
        lines.append(_row([name(weight), *(_fact(facts.get(key)) for key in there)]))
    note = "Diversity is the standard deviation of a pixel value over pictures, averaged over pixel values."
    return "\n".join([note, "", *lines])


def linear_table(run: SavedVae) -> str:
    """What the best linear code does at each weight, beside the network."""
    codes = {weight: code for weight in run.weights if (code := run.linear_yardstick(weight))}
    if not codes:
        return ""
    columns = ["components sent", "KL (nats)", "of the network", "−ELBO (nats)", "of the network"]
    if run.likelihood != "gaussian":
        columns = columns[:3]
    lines = [_row(["", *columns]), _row(["---", *["---:"] * len(columns)])]
    for weight, code in codes.items():
        ours = (number(run.final(weight, metric)) for metric in ("kl", "neg_elbo"))
        cells = [str(code.components), number(code.kl), next(ours), number(code.negative_elbo), next(ours)]
        lines.append(_row([name(weight), *cells[: len(columns)]]))
    note = (
        "A linear decoder with as many latents at its optimum for each weight: the yardstick for what the weight asks."
    )
    return "\n".join([note, "", *lines])


def layers_table(run: SavedVae) -> str:
    """Every layer with its output, parameters and multiply-adds of one image, and the sums."""
    layers = run.config.get("layers") or []
    if not layers:
        return ""
    lines = [_row(["layer", "kind", "output", "parameters", "multiply-adds"]), _row(["---"] * 3 + ["---:"] * 2)]
    for layer in layers:
        shape = " × ".join(str(side) for side in layer["output_shape"])
        counts = [f"{layer[key]:,}" for key in ("parameters", "multiply_adds")]
        lines.append(_row([f"`{layer['name']}`", layer["kind"], shape, *counts]))
    sums = [f"**{sum(layer[key] for layer in layers):,}**" for key in ("parameters", "multiply_adds")]
    lines.append(_row(["**all**", "", "", *sums]))
    note = "For one image, forward. `to_mean` and `to_log_variance` both read the encoder's last layer"
    end = "; a sigmoid after the last layer gives the mean picture."
    return "\n".join([note + end, "", *lines])


def settings_table(run: SavedVae) -> str:
    """What was asked for, of which data, and what it took."""
    config, data = run.config, run.config["data"]
    rows = {key.replace("_", " "): _setting(config[key]) for key in SETTINGS if key in config}
    rows |= {"data": str(data.get("source", "")), "images (training, held-out)": _images(data)}
    if data.get("sha256"):
        rows["SHA-256 of the data"] = f"`{data['sha256'][:16]}…`"
    if config.get("wall_seconds"):
        rows["wall-clock time"] = f"{config['wall_seconds']:,.0f} s"
    if config.get("peak_memory_mb"):
        rows["peak memory"] = f"{config['peak_memory_mb']:,.0f} MB"
    return "\n".join([_row(["setting", "value"]), _row(["---", "---"]), *(_row(list(item)) for item in rows.items())])


def _images(data: dict) -> str:
    return f"{data['images']:,} ({data['training']:,}, {data['held_out']:,})"


def _setting(value) -> str:
    if isinstance(value, list):
        return " ".join(_setting(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value(metric: str, value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:.{DIGITS[metric]}f}" if metric in DIGITS else number(value)


def _fact(value) -> str:
    return "–" if value is None else value if isinstance(value, str) else f"{value:#.3g}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
