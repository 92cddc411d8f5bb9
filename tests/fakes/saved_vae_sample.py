"""A made-up run folder of problem 2 as training writes it: tiny pictures, and facts that the caller sets."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.runs.saved import FORMAT

SIDE, LATENT, EPOCHS = 16, 4, 5
COLUMNS = ["kl_weight", "epoch", "split", "neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units"]
# kind of latent space -> (KL in nats, reconstruction in nats, MSE, telling units, posterior variance, verdict)
KINDS = {
    "healthy": (30.0, -1000.0, 0.0120, 4, 0.1, "healthy"),
    "collapsed": (0.4, -300.0, 0.0500, 0, 0.99, "collapsed"),
    "short": (2.0, -400.0, 0.0400, 1, 0.9, "short code"),
    "unused prior": (400.0, -1050.0, 0.0115, 4, 1e-5, "unused prior"),
    "unused, no better": (400.0, -980.0, 0.0125, 4, 1e-5, "unused prior"),
    "elsewhere": (60.0, -1020.0, 0.0118, 4, 0.02, "unused prior"),
    "looser": (60.0, -1020.0, 0.0118, 4, 0.05, "healthy through the map"),
}
PIXEL_VARIANCE = 0.0517  # of the pictures, in numbers only
USUAL = {1.0: "healthy", 100.0: "collapsed", 0.0: "unused prior"}


def write_vae_run(
    folder: Path,
    kinds: dict[float, str] | None = None,
    *,
    drawn: bool = True,
    likelihood: str = "gaussian",
    pca: float = 0.0155,
    latent: int = LATENT,
    evaluated: bool = True,
) -> Path:
    """Write a run whose weights have ended as ``kinds`` says; not ``evaluated``: as if stopped in training."""
    kinds = USUAL if kinds is None else kinds
    rng = np.random.default_rng(5)
    (folder / "arrays" / "frames").mkdir(parents=True)
    config = {
        "format": FORMAT, "study": "vae", "environment": {}, "finished": evaluated,
        "kl_weights": list(kinds), "latent": latent, "likelihood": likelihood, "widths": [4, 8], "image_size": SIDE,
        "epochs": EPOCHS, "batch_size": 32, "learning_rate": 1e-3, "mirror": True, "seed": 0,
        "norm": "batch", "start": "linear", "prior": "standard", "schedule": "cosine", "noise": "shared",
        "data": {"source": "sample", "drawn": drawn, "images": 500, "training": 450, "held_out": 50, "skipped": [],
                 "sha256": "0" * 64},
        "pca": {"components": latent, "mse": pca}, "spectral": {"negative_log_density": -2000.0, "bits_per_dim": 4.1},
        "layers": layers(latent),
    }  # fmt: skip
    if not evaluated:
        del config["pca"], config["spectral"], config["layers"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    metrics = [row for weight, kind in kinds.items() for row in _epochs(weight, kind)]
    pd.DataFrame(metrics, columns=COLUMNS).to_csv(folder / "metrics.csv", index=False)
    for weight in kinds:
        for epoch in range(EPOCHS + 1):
            path = folder / "arrays" / "frames" / f"kl_{weight:g}_{epoch:04d}.npz"
            np.savez(path, grid=_faces(rng, 64, epoch / EPOCHS))
    if evaluated:
        _evaluate(folder, kinds, rng, latent, likelihood)
        if not drawn:
            _write_stages(folder, rng)
    return folder


def layers(latent: int) -> list[dict[str, object]]:
    """A table of layers as config.json holds it."""
    rows = [
        ("encoder.0", "convolution 4x4, stride 2, relu", [8, 8, 4], 196, 12288),
        ("encoder.1", "convolution 4x4, stride 2, relu", [4, 4, 8], 520, 8192),
        ("to_mean", "linear", [latent], 129 * latent, 128 * latent),
        ("to_log_variance", "linear", [latent], 129 * latent, 128 * latent),
        ("linear_encoder", "linear, from image to mean", [latent], 769 * latent, 768 * latent),
        ("from_latent", "linear", [128], 128 * latent + 128, 128 * latent),
        ("decoder.0", "transposed convolution 4x4, stride 2, relu", [8, 8, 4], 516, 8192),
        ("decoder.1", "transposed convolution 4x4, stride 2", [16, 16, 3], 195, 12288),
        ("linear_decoder", "linear, from latent to image", [768], 768 * (latent + 1), 768 * latent),
    ]
    names = ("name", "kind", "output_shape", "parameters", "multiply_adds")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _epochs(weight, kind):
    """Rows of metrics.csv: from 500 nats exponentially down to what the kind ends with; training is 20 nats lower."""
    kl, reconstruction, _, active, _, _ = KINDS[kind]
    for epoch in range(EPOCHS + 1):
        left = np.exp(-1.5 * epoch) - np.exp(-1.5 * EPOCHS)
        for split, lower in (("train", 20 * epoch / EPOCHS), ("held_out", 0)):
            picture = reconstruction + left * (500 - reconstruction) - lower
            code = kl * (1 - left)
            bits = (picture + code) / (3 * SIDE**2 * np.log(2)) + 8
            yield [weight, epoch, split, picture + code, picture, code, bits, active if epoch else 0]


def _evaluate(folder, kinds, rng, latent, likelihood):
    final, factors, verdicts = [], [], {}
    originals, pairs, draws = _faces(rng, 16), _faces(rng, 8), _faces(rng, 64)
    for weight, kind in kinds.items():
        kl, reconstruction, mse, telling, variance, verdict = KINDS[kind]
        values = {"neg_elbo": kl + reconstruction, "reconstruction": reconstruction, "kl": kl, "mse": mse}
        values |= {"psnr": -10 * np.log10(mse), "active_units": telling, "bits_per_dim": 7.5, "ssim": 0.5}
        values |= {"kl_mapped": 0.8 * kl}
        for split in ("train", "held_out"):
            final += [(weight, split, metric, value) for metric, value in values.items()]
        final += [(weight, "held_out", metric, value) for metric, value in _distances(verdict, kl).items()]
        factors += [(weight, "hair_colour", 0.8), (weight, "tilt", 0.3), (weight, "gaze_x", -0.1)]
        verdicts[f"{weight:g}"] = {
            "verdict": verdict, "active_units": telling, "telling_units": telling, "kl_total": kl,
            "mean_posterior_variance": variance, "variance_kept": 1 - mse / PIXEL_VARIANCE,
            "prior_gap": 12.0 if verdict == "unused prior" else 1.0,
            "covariance_gap": 16.0 if verdict == "unused prior" else 2.0,
            "sigma": float(np.sqrt(mse)), "diversity_samples": 0.1, "diversity_training": 0.2,
        }  # fmt: skip
        like = 0.1 if kind in ("collapsed", "short") else 0.8  # how much of a picture's own looks comes back
        arrays = _arrays(rng, originals, pairs, draws, like, np.full(latent, kl / latent, np.float32))
        np.savez(folder / "arrays" / f"kl_{weight:g}.npz", **arrays)
    pd.DataFrame(final, columns=["kl_weight", "split", "metric", "value"]).to_csv(folder / "final.csv", index=False)
    table = pd.DataFrame(factors, columns=["kl_weight", "factor", "r_squared"])
    table.to_csv(folder / "factors.csv", index=False)
    linear = [row for weight in kinds for row in linear_code(weight, likelihood)]
    pd.DataFrame(linear, columns=["kl_weight", "metric", "value"]).to_csv(folder / "linear_code.csv", index=False)
    if likelihood == "gaussian":
        rates = np.geomspace(500, 1, 20)
        curve = pd.DataFrame({"kl_weight": 30 / rates, "kl": rates, "distortion": 0.05 / rates**0.3})
        curve.to_csv(folder / "linear_curve.csv", index=False)
    (folder / "verdicts.json").write_text(json.dumps(verdicts), encoding="utf-8")


def _distances(verdict: str, kl: float) -> dict[str, float]:
    """Rows of final.csv about samples: far from faces where the prior is unused, at the floor through the map."""
    far = 200.0 if verdict == "unused prior" else 50.0 if verdict == "healthy through the map" else 15.0
    found = {"neg_elbo_of_draws": -900.0 - kl, "weighted_bound": -910.0 - 2 * kl}
    for name, frechet in (("as_trained", far), ("mapped", 14.0), ("reconstructions", 9.0), ("floor", 11.0)):
        found |= {f"frechet_{name}": frechet, f"features_{name}": 2 * frechet}
        found |= {f"power_1_4_{name}": 0.9, f"power_4_8_{name}": 0.5}
    return found


def linear_code(weight: float, likelihood: str) -> list[tuple[float, str, float]]:
    """Rows of linear_code.csv: 24 nats at weight 1, none at 100."""
    kl = np.inf if weight == 0 else 24.0 / weight if weight < 100 else 0.0
    known = {"components": 3 if kl else 0, "kl": kl, "collapse": 96.0}
    if likelihood == "gaussian":
        known |= {"sigma": 0.12, "reconstruction": -900.0, "neg_elbo": -900.0 + kl}
    return [(weight, metric, value) for metric, value in known.items()]


def _arrays(rng, originals, pairs, draws, like, kl):
    pairs = pairs.reshape(4, 2, SIDE, SIDE, 3)
    t = np.linspace(0, 1, 9)[None, :, None, None, None]
    ends = _towards_grey(pairs, like)
    arrays = {
        "originals": originals, "reconstructions": _towards_grey(originals, like), "samples": draws,
        "samples_mapped": draws[::-1], "nearest_distances": np.full(64, 0.13, np.float32),
        "held_out_distances": np.full(50, 0.17, np.float32),
        "picture_spectrum": np.geomspace(10, 0.01, SIDE // 2, dtype=np.float32),
        "residual_spectrum": np.geomspace(0.1, 0.01, SIDE // 2, dtype=np.float32),
        "nearest": _faces(rng, 8), "pairs": pairs,
        "interpolations": ((1 - t) * ends[:, :1] + t * ends[:, 1:]).astype(np.uint8),
        "prior_paths": _faces(rng, 18).reshape(2, 9, SIDE, SIDE, 3),
        "traversals": _faces(rng, 72).reshape(8, 9, SIDE, SIDE, 3),
        "traversal_shares": np.full(8, 0.125, np.float32), "kl_per_unit": kl,
        "posterior_variance": np.ones_like(kl),
    }  # fmt: skip
    if len(kl) == 2:
        arrays["manifold"] = _faces(rng, 225).reshape(15, 15, SIDE, SIDE, 3)
    return arrays


def _faces(rng, count, clear=1.0):
    """Discs of random colour on random ground, (count, SIDE, SIDE, 3); less ``clear`` ones fade to grey."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    disc = (x**2 + y**2 < rng.uniform(0.2, 0.8, (count, 1, 1)))[..., None]
    colours = rng.integers(0, 256, (2, count, 1, 1, 3))
    return _towards_grey(np.where(disc, *colours), clear)


def _towards_grey(images, keep):
    return np.rint(128 + keep * (images.astype(float) - 128)).astype(np.uint8)


def _write_stages(folder, rng):
    """One picture larger than its cell in the figure, one smaller."""
    arrays = {}
    for i, (height, width) in enumerate([(300, 420), (20, 30)]):
        side = min(height, width)
        arrays[f"original_{i}"] = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        arrays[f"crop_{i}"] = arrays[f"original_{i}"][:, (width - side) // 2 :][:, :side]
        arrays[f"resized_{i}"] = rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    np.savez(folder / "arrays" / "preprocessing.npz", **arrays)
