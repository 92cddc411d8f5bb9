"""Read everything that a finished run folder holds, as the figures, the texts and the page do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.page.pictures import inlined
from experiments.rnn.models import load_rnn
from experiments.rnn.saved import open_run
from experiments.vae.models import load_vae
from experiments.vae.saved import SavedVae


def read_rnn(folder: Path) -> dict[str, Any]:
    """Every number of a run of problem 1."""
    run = open_run(folder)
    found: dict[str, Any] = {name: run.table(name) for name in run.COLUMNS if run.has(name)}
    found["correlation.csv"] = run.correlation()
    found["models"] = [net.classifier.state_dict() for net in load_rnn(folder).nets]
    return found


def read_vae(folder: Path) -> dict[str, Any]:
    """Every number of a run of problem 2."""
    run = SavedVae.open(folder)
    found: dict[str, Any] = {name: run.table(name) for name in run.COLUMNS if run.has(name)}
    found["verdicts.json"] = run.verdicts
    for weight in run.weights:
        found[f"snapshot {weight}"] = run.snapshot(weight)
        found[f"frames {weight}"] = {epoch: run.frame(weight, epoch) for epoch in run.frames(weight)}
        found[f"model {weight}"] = load_vae(folder, weight).model.state_dict()
    found["layers"] = run.config.get("layers"), run.pca, run.spectral
    return found


def read_pictures(folder: Path) -> dict[str, Any]:
    """Every figure as the page would hold it; a wrong pixel is no wrong number."""
    for path in sorted(folder.rglob("*.png")) + sorted(folder.rglob("*.gif")):
        inlined(path)
    return {}


READERS: dict[str, Callable[[Path], dict[str, Any]]] = {"rnn": read_rnn, "vae": read_vae}
