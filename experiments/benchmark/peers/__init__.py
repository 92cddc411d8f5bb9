"""The peers: which package has a side for which problem, and whether it is installed.

A peer's module is imported only when it is needed, so the benchmark runs without any peer installed.
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

# The module in this folder that has `makers(problem)`, for each peer and kind of problem.
MODULES: dict[str, dict[type, str]] = {
    "torch": {
        Autoencoder: "torch_autoencoder",
        Chain: "torch_chain",
        Convolution: "torch_convolution",
        Recurrent: "torch_recurrent",
    },
    "mygrad": {Chain: "mygrad_chain", Convolution: "mygrad_convolution", Recurrent: "mygrad_recurrent"},
    "hips": {Chain: "hips", Recurrent: "hips"},
    "jax": {Autoencoder: "jax_peer", Recurrent: "jax_peer"},
}

IN_PROCESS = ("torch", "mygrad")

# HIPS autograd's package has the same name as ours, so it is installed in a folder that only its process searches.
HIPS_FOLDER = Path(sys.prefix) / "hips"


def makers(peer: str, problem: Problem) -> Makers:
    """Functions that make the peer's sides for a problem, by their settings. A side starts from the same weights as
    `problem.ours()`. There are several where it is not known which settings are the fastest."""
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
    """Import the parts of the peer that a problem of this kind needs."""
    _module(peer, kind)
    if peer == "torch":
        importlib.import_module(".torch_training", __package__).load_all()


def set_threads(peer: str, threads: int) -> None:
    """Set the number of threads of the peer. MyGrad needs no setting: it uses the same NumPy as our engine."""
    if module := {"torch": "torch_training", "hips": "hips", "jax": "jax_peer"}.get(peer):
        importlib.import_module(f".{module}", __package__).set_threads(threads)


def _module(peer: str, kind: type):
    return importlib.import_module(f".{MODULES[peer][kind]}", __package__)
