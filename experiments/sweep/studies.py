"""What `sweep` and `compare` know of each study: its settings, how it runs without figures, the numbers it leaves."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.covid.choose import resolve_cases
from data.faces.choose import resolve_faces
from experiments.cli import StudySettings
from experiments.rnn import measures as rnn_measures
from experiments.rnn import study as recurrent
from experiments.rnn.saved import SavedRnn
from experiments.rnn.settings import RnnSettings
from experiments.runs.measure import Measure
from experiments.runs.saved import SavedRun
from experiments.vae import measures as vae_measures
from experiments.vae import study as autoencoder
from experiments.vae.saved import SavedVae
from experiments.vae.settings import VaeSettings


@dataclass(frozen=True)
class Study:
    """A study as sweeps and comparisons need it.

    settings    its settings
    run         trains and evaluates, without figures
    find_data   reads the data once: what --data auto stands for, and the hash of the content
    saved       opens a run folder
    numbers     what an opened run achieved, one number a row
    headline    the few of them that runs are compared by, by name
    in_a_task   settings that a sweep gives itself: a task is one process
    unless_asked  settings that a sweep gives if the user does not: repetitions are what seed=0..4 is for
    """

    settings: type[Any]
    run: Callable[..., None]
    find_data: Callable[[Any], tuple[str, str]]
    saved: type[SavedRun]
    numbers: Callable[[Any], pd.DataFrame]
    headline: Callable[[Any], dict[str, Measure]]
    in_a_task: dict[str, Any]
    unless_asked: dict[str, Any]


# Data that the program makes depend on the seed, which may be in the grid: they have no hash in common.


def _find_cases(settings: RnnSettings) -> tuple[str, str]:
    cases = resolve_cases(settings.data, settings.start, settings.end, settings.seed, counts=settings.counts)
    return ("simulated", "") if cases.simulated else (settings.data, cases.sha256)


def _find_faces(settings: VaeSettings) -> tuple[str, str]:
    faces = resolve_faces(settings.data, settings.image_size, settings.images, settings.seed)
    return ("drawn", "") if faces.drawn else (settings.data, faces.content_hash)


STUDIES = {
    "rnn": Study(
        settings=RnnSettings,
        run=recurrent.run,
        find_data=_find_cases,
        saved=SavedRnn,
        numbers=rnn_measures.numbers,
        headline=rnn_measures.headline,
        in_a_task={"jobs": 1},
        unless_asked={"seeds": 1},
    ),
    "vae": Study(
        settings=VaeSettings,
        run=autoencoder.run,
        find_data=_find_faces,
        saved=SavedVae,
        numbers=vae_measures.numbers,
        headline=vae_measures.headline,
        in_a_task={"jobs": 1},
        unless_asked={},
    ),
}


def arguments(settings: StudySettings, out: Path) -> argparse.Namespace:
    """The command line of a run with these settings, which continues what is in its folder."""
    shared = {"out": out, "quick": False, "resume": True, "force": False, "threads": 1}
    return argparse.Namespace(**vars(settings), **shared)
