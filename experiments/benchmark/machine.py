"""The machine of a measurement: its processor, its BLAS and its load."""

import os
import platform
import time
from pathlib import Path

import numpy as np

import autograd
from autograd.kernels.blas import running_blas

from .timing import Stopwatch


def facts() -> dict[str, str]:
    """Processor, system, NumPy with its BLAS, and load: what the measured numbers depend on."""
    return {
        "processor": f"{_processor()}, {autograd.available_cores()} of {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "NumPy": f"{np.__version__}, BLAS: {_blas()}",
        "load": _load(),
    }


def _load() -> str:
    if not hasattr(os, "getloadavg"):  # Windows
        return "unknown"
    return f"{os.getloadavg()[0]:.1f} running or waiting, on average over the last minute"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _blas() -> str:
    blas = running_blas()
    if not blas:
        return np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return f"{blas['internal_api']} {blas['version']}, kernels for {blas.get('architecture', 'an unknown processor')}"


class Busyness:
    """The share of the measured time in which this process had a core; below 1, other processes used the core too."""

    def __init__(self) -> None:
        self.processor = self.wall = 0.0

    def watching(self, stopwatch: Stopwatch) -> Stopwatch:
        """The same stopwatch; each reading also records CPU time and wall-clock time."""

        def read(steps: int) -> float:
            processor, wall = time.process_time(), time.perf_counter()
            seconds = stopwatch(steps)
            self.processor += time.process_time() - processor
            self.wall += time.perf_counter() - wall
            return seconds

        return read

    @property
    def share(self) -> float:
        return self.processor / self.wall
