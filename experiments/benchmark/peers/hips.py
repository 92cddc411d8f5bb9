"""HIPS autograd. Its package has the same name as ours, so it runs, and is timed, in its own process."""

import json
from pathlib import Path

from autograd.tools.interop import to_torch_state_dict

from ..chain import Chain
from ..recurrent import Recurrent
from ..sides import Makers
from ..works import encoded
from . import HIPS_FOLDER
from .remote import Process, Remote
from .wire import text_of

PROGRAM = Path(__file__).with_name("hips_process.py")

_threads = 1  # number of BLAS threads in the process, which reads it when it starts


def set_threads(threads: int) -> None:
    """Set the number of threads of the processes that start after this call."""
    global _threads
    _threads = threads


def makers(problem: Chain | Recurrent) -> Makers:
    return {"": lambda: _side(problem)}


def _side(problem):
    environment = {"PYTHONPATH": str(HIPS_FOLDER), "OPENBLAS_NUM_THREADS": str(_threads)}
    arrays = {name: text_of(array) for name, array in _arrays(problem).items()}
    process = Process("HIPS autograd", [str(PROGRAM)], PROGRAM.parent, environment)
    return Remote(process, {"problem": json.loads(encoded(problem)), "arrays": arrays})


def _arrays(problem):
    if isinstance(problem, Chain):
        return dict(zip("ab", problem.start(), strict=True))
    return to_torch_state_dict(problem.model()) | {"x": problem.sequences(), "answers": problem.answers()}
