"""The other packages: which of them has a side for which problem, and whether it is installed here.

A peer's module is imported when it is asked for and not before, so that the benchmark runs without any of them.
"""

import importlib
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

from ..autoencoder import Autoencoder
from ..chain import Chain
from ..convolution import Convolution
from ..recurrent import Recurrent
from ..sides import Makers
from ..works import Problem

# For each kind of problem the module here that has `makers(problem)`.
MODULES: dict[str, dict[type, str]] = {
    "torch": {
        Autoencoder: "torch_autoencoder",
        Chain: "torch_chain",
        Convolution: "torch_convolution",
        Recurrent: "torch_recurrent",
    },
    "mygrad": {Chain: "mygrad_chain", Convolution: "mygrad_convolution", Recurrent: "mygrad_recurrent"},
    "hips": {Chain: "hips", Recurrent: "hips"},
}

IN_PROCESS = ("torch", "mygrad")

# HIPS autograd's package has the name of ours. It is installed where only its own process looks.
HIPS_FOLDER = Path(sys.prefix) / "hips"


def makers(peer: str, problem: Problem) -> Makers:
    """What makes the peer's sides for a problem, at the same start as `problem.ours()`, by their settings: several
    where it is not known which are the fastest."""
    return _module(peer, type(problem)).makers(problem)


def is_installed(peer: str) -> bool:
    if peer == "hips":
        return (HIPS_FOLDER / "autograd").is_dir()
    return importlib.util.find_spec(peer) is not None


def version(peer: str) -> str:
    if peer == "hips":
        return next(iter(importlib.metadata.distributions(name="autograd", path=[str(HIPS_FOLDER)]))).version
    return importlib.metadata.version(peer)


def load(peer: str, kind: type) -> None:
    """Import the peer as far as a problem of this kind will need it."""
    _module(peer, kind)
    if peer == "torch":
        importlib.import_module(".torch_training", __package__).load_all()


def set_threads(peer: str, threads: int) -> None:
    """Let the peer use so many threads. (MyGrad multiplies with our NumPy.)"""
    if module := {"torch": "torch_training", "hips": "hips"}.get(peer):
        importlib.import_module(f".{module}", __package__).set_threads(threads)


def _module(peer: str, kind: type):
    return importlib.import_module(f".{MODULES[peer][kind]}", __package__)
