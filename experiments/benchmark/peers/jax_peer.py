"""JAX: its sides run in a process of their own, since XLA reads the number of its threads once, when it starts."""

import json
from functools import cache, partial

from ..autoencoder import Autoencoder
from ..child import ROOT
from ..recurrent import Recurrent
from ..sides import Makers, Side
from ..works import encoded
from .remote import Process, Remote

UNROLLED = (1, 5)  # days that one pass of the compiled loop covers

_threads = 1


def set_threads(threads: int) -> None:
    """Set the number of threads of the sides that are made after this call."""
    global _threads
    _threads = threads


def makers(problem: Autoencoder | Recurrent) -> Makers:
    if isinstance(problem, Autoencoder):
        return {"": partial(_side, problem)}
    return {f"unroll {unroll}": partial(_side, problem, unroll=unroll) for unroll in UNROLLED}


def _side(problem: Autoencoder | Recurrent, **settings) -> Side:
    return Remote(_process(_threads), {"problem": json.loads(encoded(problem)), **settings})


@cache
def _process(threads):
    environment = {
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false" if threads == 1 else "",
        "NPROC": str(threads),  # the size of XLA's pool of threads
        "JAX_PLATFORMS": "cpu",
        "JAX_ENABLE_X64": "1",  # results are compared in float64 too; arrays in float32 stay so
    }
    return Process("JAX", ["-m", f"{__package__}.jax_process"], ROOT, environment)
