"""Commands that train, evaluate and draw: ``python -m experiments --help``.

BLAS uses one thread unless the environment says otherwise. This must be set before NumPy is first imported. The kernels
divide their work among threads themselves (``autograd/kernels/threads.py``), and BLAS's own threads would busy-wait on
the cores that those compute on. One thread also gives the same bytes on any number of cores.
"""

import importlib
import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")

# Imported when first asked for: a command needs only its own parts.
_LOADERS = {"load_rnn": "experiments.rnn.models", "load_vae": "experiments.vae.models"}


def __getattr__(name: str):
    """`experiments.load_rnn(folder)` and `experiments.load_vae(folder)` give the trained models of a run."""
    if name in _LOADERS:
        return getattr(importlib.import_module(_LOADERS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
