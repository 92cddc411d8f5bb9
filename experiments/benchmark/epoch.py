"""What an epoch of problem 2 takes beside its training steps: a finished run against the bare step of the same model.

An epoch brings the images together, trains on them, evaluates the model and saves its state. The bare step is forward,
backward and Adam on one batch that lies ready. Both are given for each trained image; a run that trained several models
side by side counts the images of all.
"""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import autograd
from vae.elbo import elbo_terms
from vae.model import LIKELIHOODS, NOISES, NORMS, VAE, as_floats
from vae.trained import MAX_SIZE

from ..cli import MAX_BATCH
from ..runs.folder import UsageError
from ..runs.saved import CONFIG, read_config
from ..runs.values import POSITIVE_COUNT, Expected, Number, check_fields, list_of, one_of
from .sides import Training
from .timing import Plan, interleaved

SIZE = Number(1, MAX_SIZE, whole=True)
FIELDS: dict[str, Expected] = {
    "seconds_per_epoch": Number(0), "data.training": POSITIVE_COUNT, "batch_size": Number(1, MAX_BATCH, whole=True),
    "image_size": SIZE, "latent": SIZE, "widths": list_of(SIZE), "norm": one_of(NORMS), "noise": one_of(NOISES),
    "start": one_of(("random", "linear")), "likelihood": one_of(LIKELIHOODS),
}  # fmt: skip


def sentence(folder: Path, plan: Plan) -> str:
    """How many times a run's epoch takes as long as its bare steps, with the threads of this process.

    Raises:
        UsageError: the run has not trained to its end, or no model has its sizes.
        DataError: the folder holds no run of problem 2, or its config.json is damaged.
    """
    config = read_config(folder, "vae")
    if not config["finished"] or not config.get("seconds_per_epoch"):
        raise UsageError(f"--epoch: {folder}: the run has not trained to its end")
    check_fields(config, FIELDS, folder / CONFIG)
    count = config["data"]["training"]
    epoch, step = config["seconds_per_epoch"] / count, _seconds_of_a_step(config, plan) / config["batch_size"]
    return (
        f"an image takes {1e3 * epoch:.2f} ms in an epoch of {count}, and {1e3 * step:.2f} ms in a bare step "
        f"on {autograd.get_threads()} threads: ratio {epoch / step:.2f}"
    )


def bare_step(config: Mapping[str, Any]) -> Training:
    """The training step of a run's model, on random images; `config` is the run's config.json."""
    names = ("image_size", "widths", "latent", "likelihood", "norm", "noise")
    skip = "linear" if config["start"] == "linear" else "none"
    try:
        model = VAE(**{name: config[name] for name in names}, skip=skip, rng=np.random.default_rng(0))
    except ValueError as error:
        raise UsageError(f"--epoch: the run's model cannot be made: {error}") from None
    shape = (config["batch_size"], config["image_size"], config["image_size"], 3)
    images = as_floats(np.random.default_rng(1).integers(0, 256, shape, np.uint8), model)
    noise = np.random.default_rng(2)
    return Training(model, lambda: elbo_terms(model, images, noise).loss(kl_weight=1.0))


def _seconds_of_a_step(config, plan):
    stopwatch = partial(bare_step(config).seconds, clock=time.perf_counter)
    return float(np.median(interleaved([stopwatch], plan)))
