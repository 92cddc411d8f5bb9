"""HIPS autograd. Its package has the same name as ours, so it runs, and is timed, in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

import numpy as np

from autograd.tools.interop import to_torch_state_dict

from ..chain import Chain
from ..recurrent import Recurrent
from ..sides import Clock, Makers, Results, Side
from ..works import encoded
from . import HIPS_FOLDER

PROGRAM = Path(__file__).with_name("hips_process.py")


_threads = 1  # number of BLAS threads in the process, which reads it when it starts


def set_threads(threads: int) -> None:
    """Set the number of threads of the processes that start after this call."""
    global _threads
    _threads = threads


def makers(problem: Chain | Recurrent) -> Makers:
    return {"": lambda: Remote(problem)}


class Remote(Side):
    """A side that runs in the other process; that process measures the time."""

    def __init__(self, problem: Chain | Recurrent):
        environment = os.environ | {"PYTHONPATH": str(HIPS_FOLDER), "OPENBLAS_NUM_THREADS": str(_threads)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], stdin=pipe, stdout=pipe, text=True, env=environment, cwd=PROGRAM.parent
        )
        self.questions, self.answers = cast(IO[str], self.process.stdin), cast(IO[str], self.process.stdout)
        arrays = {name: _text_of(array) for name, array in _arrays(problem).items()}
        self._tell({"begin": json.loads(encoded(problem)), "arrays": arrays})

    def step(self) -> None:
        self._ask({"steps": 1, "clock": "perf_counter"})

    def seconds(self, steps: int, clock: Clock) -> float:
        return self._ask({"steps": steps, "clock": clock.__name__})

    def results(self) -> Results:
        return {name: _array_of(text) for name, text in self._ask({"results": True}).items()}

    def _tell(self, request):
        print(json.dumps(request), file=self.questions, flush=True)

    def _ask(self, request):
        self._tell(request)
        answer = self.answers.readline()
        if not answer:
            raise RuntimeError(f"HIPS autograd's process ended with status {self.process.wait()}")
        return json.loads(answer)

    def __del__(self):
        """Close the pipes: the process ends at the end of its input."""
        self.questions.close()
        self.answers.close()
        self.process.wait()


def _arrays(problem):
    if isinstance(problem, Chain):
        return dict(zip("ab", problem.start(), strict=True))
    return to_torch_state_dict(problem.model()) | {"x": problem.sequences(), "answers": problem.answers()}


def _text_of(array):
    return {"values": array.ravel().tolist(), "dtype": array.dtype.name, "shape": array.shape}


def _array_of(text):
    return np.array(text["values"], text["dtype"]).reshape(text["shape"])
