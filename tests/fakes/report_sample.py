"""Run folders to report: the sample of problem 1 with its map, a made-up run of problem 2, and names meant to harm."""

import json
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import pandas as pd

from experiments.rnn.models import model_file
from experiments.rnn.saved import open_run
from experiments.rnn.world_map.svg import write_world_map
from experiments.runs.saved import FORMAT
from rnn.classifier import CELLS, SequenceClassifier
from rnn.features import net_inputs
from rnn.trained import describe, save
from rnn.trial import EVERYTHING, Trial
from tests.fakes.saved_run_sample import COUNTRIES, write_run

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"Korea\" & 'South' <b onmouseover=alert(2)>"
MARKS = "*stars* [link](http://example.org) `code` |pipe| ![x](http://example.org/x.png)"
HOSTILE = (SCRIPT, QUOTES, MARKS)
RNN_FIGURES = ("correlation_all", "correlation_dozen", "threshold", "headline", "lengths", "curves_time", "calibration")
VAE_KINDS = ("learning_curve", "reconstructions", "samples", "interpolation")
WEIGHTS = (1.0, 100.0, 0.0)


def write_rnn(folder: Path, *, countries: dict[str, str] | None = None) -> Path:
    """A run of problem 1 with its world map and tiny figures."""
    run = open_run(write_run(folder, countries=countries))
    write_world_map(run)
    for number, name in enumerate(RNN_FIGURES):
        write_picture(folder / "figures" / f"{name}.png", number)
    write_nets(folder, run.map_length, run.config["map"]["seeds"])
    write_counts(folder)
    text = "# Discussion\n\nThe cells **learn**.\n\n## Which cell?\n\nNone.\n"
    (folder / "discussion.md").write_text(text, encoding="utf-8")
    return folder


def write_counts(folder: Path, days: int = 20) -> None:
    """The counts of the last days, which end with those of the map."""
    world = pd.read_csv(folder / "world_map.csv", keep_default_na=False)
    last = np.array([[float(count) for count in counts.split()] for counts in world["last_days"]])
    before = np.random.default_rng(1).integers(0, 900, (len(world), days - last.shape[1]))
    dates = pd.date_range(end="2020-04-12", periods=days).strftime("%Y-%m-%d")
    table = pd.DataFrame(np.column_stack([before, last]), index=pd.Index(world["country"]), columns=dates)
    table.to_csv(folder / "counts.csv")


def write_nets(folder: Path, length: int, seeds: int, inputs: str = "log") -> None:
    """Untrained nets of every cell, two layers deep, where a run keeps its trained ones."""
    features = net_inputs(np.zeros((1, length)), inputs).reshape(1, length, -1).shape[2]
    for number, cell in enumerate(CELLS):
        for seed in range(seeds):
            net = SequenceClassifier(cell, features, hidden=5, layers=2, rng=np.random.default_rng([number, seed]))
            path = folder / model_file(Trial(cell, length, EVERYTHING, seed))
            path.parent.mkdir(parents=True, exist_ok=True)
            save(path, describe(net, cell, inputs, length, hidden=5, layers=2))


def write_vae(folder: Path, *, weights: tuple[float, ...] = WEIGHTS, drawn: bool = True) -> Path:
    """A run of problem 2 without arrays, which the report never reads."""
    folder.mkdir(parents=True)
    data = {"source": "sample", "drawn": drawn, "sha256": "0123456789abcdef", "training": 90, "held_out": 10}
    layer = {"name": "encoder.0", "kind": "convolution", "output_shape": [4, 4, 2], "parameters": 98}
    config = {
        "format": FORMAT,
        "study": "vae",
        "environment": {},
        "data": {**data, "images": 100, "skipped": [["bad.png", "truncated"]]},
        "layers": [{**layer, "multiply_adds": 1536}],
        "pca": {"components": 2, "mse": 0.0321},
        "kl_weights": list(weights),
        "latent": 2,
        "likelihood": "gaussian",
        "image_size": 8,
        "finished": True,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    facts = dict.fromkeys(
        ("telling_units", "mean_posterior_variance", "variance_kept", "prior_gap", "covariance_gap"), 1.0
    )
    facts |= {"kl_total": 1.0, "diversity_samples": 0.1, "diversity_training": 0.2, "sigma": 0.1}
    verdicts = {f"{weight:g}": {"verdict": "healthy", **facts} for weight in weights}
    (folder / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")
    columns = ["neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units"]
    epochs = [(w, e, s, -9.0, -10.0, 1.0, 0.5, 2) for w in weights for e in (0, 1, 2) for s in ("train", "held_out")]
    pd.DataFrame(epochs, columns=["kl_weight", "epoch", "split", *columns]).to_csv(folder / "metrics.csv", index=False)
    finals = [(w, s, m, -1234.5 - w) for w in weights for s in ("train", "held_out") for m in (*columns, "mse", "psnr")]
    pd.DataFrame(finals, columns=["kl_weight", "split", "metric", "value"]).to_csv(folder / "final.csv", index=False)
    names = [f"{kind}_kl_{weight:g}" for kind in VAE_KINDS for weight in weights]
    for number, name in enumerate([*names, "architecture", "comparison", "a new figure"]):
        write_picture(folder / "figures" / f"{name}.png", 100 + number)
    imageio.imwrite(
        folder / "samples.gif", np.arange(0, 240, 80, np.uint8)[:, None, None, None] * np.ones((8, 8, 3), np.uint8)
    )
    return folder


def write_picture(path: Path, seed: int) -> None:
    """A picture unlike those of other seeds, of few colours, as a chart has."""
    path.parent.mkdir(exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    imageio.imwrite(path, pixels.repeat(16, 0).repeat(16, 1))


def write_hostile_runs(runs: Path) -> Path:
    """Both runs, with harm in the names of countries, files and layers, in commands, notes and discussions."""
    codes = dict(zip(HOSTILE, ("gr", "pt", "pl"), strict=True))
    write_rnn(runs / "rnn", countries=codes | COUNTRIES)
    write_vae(runs / "vae", drawn=False)
    write_picture(runs / "vae" / "figures" / '"><script>alert(4)<.png', 7)
    for name in ("rnn", "vae"):
        path = runs / name / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config["environment"] = {"command": f"python {SCRIPT} ``` {QUOTES}", "commit": SCRIPT}
        config["notes"] = config["data"]["notes"] = list(HOSTILE)
        config["data"]["source"] = QUOTES
        config["data"]["skipped"] = [list(HOSTILE[:2])]
        for layer in config.get("layers", []):
            layer["name"] = MARKS
        path.write_text(json.dumps(config), encoding="utf-8")
        text = f"# Title\n\n{SCRIPT}\n\n{QUOTES} {MARKS}\n\n<iframe src=x></iframe>\n\n[x]: http://example.org\n"
        (runs / name / "discussion.md").write_text(text, encoding="utf-8")
    return runs
