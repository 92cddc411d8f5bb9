"""Problem 2: a convolutional variational autoencoder on anime faces, with the KL term as it is, times 100 and times 0.

Trains one model for each KL weight, evaluates them on held-out faces, and draws learning curves, reconstructions,
samples of the prior, interpolations and a comparison. All numbers and pictures are written to CSV and .npz files
first; figures, tables and discussion are made from those.

  python -m experiments vae                                     the study, on the best faces at hand
  python -m experiments vae --data anime_faces.zip --epochs 20  your own pictures, longer training
  python -m experiments vae --latent 2 --kl-weights 1           two latent units, their plane drawn as a map of faces
  python -m experiments vae --quick --out /tmp/look             everything, small
  python -m experiments vae --resume                            continue a run that was stopped
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

import autograd
from data.faces.choose import resolve_faces
from experiments.cli import add_run_arguments, add_settings, add_threads_argument, read_settings, use_threads
from experiments.prose import duration
from experiments.runs.folder import RunFolder
from experiments.vae.discussion.findings import write_discussion
from experiments.vae.evaluation import evaluate_all
from experiments.vae.faces import facts, save_stages, split
from experiments.vae.figures.draw import draw_all
from experiments.vae.models import keep_all
from experiments.vae.saved import SavedVae
from experiments.vae.settings import VaeSettings
from experiments.vae.tables import summary_table, write_tables
from experiments.vae.training import train_all
from experiments.vae.yardsticks import main_components, spectral_yardstick, write_yardsticks
from vae import architecture
from vae.principal_components import PrincipalComponents
from vae.train import Trainer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run_arguments(parser, Path("runs/vae"))
    add_threads_argument(parser)
    add_settings(parser, VaeSettings)


def run(args: argparse.Namespace, draw: bool = True) -> None:
    """Train, evaluate and report; without `draw`, leave out figures, tables and discussion."""
    # The settings: every flag checked, with the smaller values of --quick where a flag was not given.
    settings = read_settings(VaeSettings, args)
    use_threads(args)

    # The faces: collected or drawn, all of one size; a tenth of them is held out of training.
    faces = resolve_faces(settings.data, settings.image_size, settings.images, settings.seed)
    print(faces.describe(), flush=True)
    training, held_out = split(faces, settings.seed)

    # The run folder. Until here nothing was written, and every mistake of the user has been refused.
    what = {"data": facts(faces, training, held_out), **settings.recorded()}
    folder = RunFolder(args.out, "vae", what, resume=args.resume, force=args.force, data=settings.data)
    if folder.finished:
        print(f"{folder.path}: the run is complete{'; drawing its figures again' if draw else ''}")
        if draw:
            redraw(folder.path)
            _report(folder.path)
        return
    save_stages(folder, faces, settings)

    # Training: one model for each KL weight, all with the same images and noise. A random start is the same
    # for all of them; a linear start is the best linear code at the weight.
    components = main_components(training.images, settings)

    new_trainer = partial(_new_trainer, settings, components)
    try:
        prior = settings.prior_latents()
        jobs = settings.jobs or autograd.get_threads()
        models, seconds = train_all(
            settings.kl_weights, new_trainer, folder, training.images, held_out.images, prior, jobs
        )

        # The trained models are kept: each with its noise level and its linear map, in closed form.
        trained = keep_all(folder, models, training.images)

        # Evaluation, beside the best that linear codes can do.
        evaluate_all(folder, trained, settings, components, training, held_out, jobs)
        pca = write_yardsticks(folder, settings, components, training.images, held_out.images)
        spectral = spectral_yardstick(settings, training.images, held_out.images)
    finally:
        folder.record_cost()  # also if it is stopped

    # The end: what the figures need besides tables and arrays; then everything is drawn from the saved files.
    layers = [layer._asdict() for layer in architecture.layers(models[settings.kl_weights[0]])]
    notes = [faces.note] if faces.note else []
    yardsticks = {"pca": pca._asdict(), "spectral": spectral._asdict()}
    folder.record(**yardsticks, layers=layers, seconds_per_epoch=seconds, notes=notes)
    if draw:
        redraw(folder.path)
    folder.finish()
    if draw:
        _report(folder.path)


def _new_trainer(
    settings: VaeSettings, components: PrincipalComponents, kl_weight: float, images: np.ndarray
) -> Trainer:
    """The training of one KL weight before its first step; the processes of a run make their own."""
    return Trainer(settings.new_model(components, kl_weight), images, settings.training(kl_weight), settings.seed)


def _report(folder: Path) -> None:
    run = SavedVae.open(folder)
    print(f"\n{summary_table(run)}\n")
    print(f"done in {duration(run.config['wall_seconds'])}: the results are in {folder}")


def redraw(folder: Path) -> None:
    """Draw the figures and write tables and discussion, from the saved files alone."""
    draw_all(folder)
    write_tables(folder)
    write_discussion(folder)
