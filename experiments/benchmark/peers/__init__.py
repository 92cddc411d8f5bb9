"""The other packages: which of them has a side for which problem, and whether it is installed here.

A peer's module is imported when it is asked for and not before, so that the benchmark runs without any of them.
"""

import importlib
import importlib.metadata
import importlib.util

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
}


def makers(peer: str, problem: Problem) -> Makers:
    """What makes the peer's sides for a problem, at the same start as `problem.ours()`, by their settings: several
    where it is not known which are the fastest."""
    return _module(peer, type(problem)).makers(problem)


def is_installed(peer: str) -> bool:
    return importlib.util.find_spec(peer) is not None


def version(peer: str) -> str:
    return importlib.metadata.version(peer)


def load(peer: str, kind: type) -> None:
    """Import the peer as far as a problem of this kind will need it."""
    _module(peer, kind)
    if peer == "torch":
        importlib.import_module(".torch_training", __package__).load_all()


def set_threads(peer: str, threads: int) -> None:
    """Let the peer use so many threads; those built on NumPy multiply with ours."""
    if peer == "torch":
        importlib.import_module(".torch_training", __package__).set_threads(threads)


def _module(peer: str, kind: type):
    return importlib.import_module(f".{MODULES[peer][kind]}", __package__)
