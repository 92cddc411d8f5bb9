"""Measure the memory of a step: the peak of the process, minus the memory after the imports.

A process does not return freed memory to the system, so each measurement runs in a new process. This process is a
copy (`fork`) of one that has only done the imports. The copy first runs a miniature of the problem. This loads the
program code into memory, so that the measurement counts the arrays alone.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import autograd

from ..system.memory import keep_freed_memory
from . import peers
from .child import answer_of
from .works import Problem, decoded, encoded

STEPS = 3  # the first step makes buffers that stay; from the second on, old and new arrays may coexist
STATUS = Path("/proc/self/status")


def peaks_mb(requests: Sequence[tuple[Problem, str]], threads: int, peer: str = "") -> list[float]:
    """The peak memory of a few steps minus the memory after the imports, in MB (10^6 bytes), for each problem.

    Args:
        requests: problems, each with the settings of the peer's side ("" for our side).
        threads: the number of threads that the side may use.
        peer: the peer to measure; our side if it is empty.
    """
    told = json.dumps([[encoded(problem), settings] for problem, settings in requests])
    return json.loads(answer_of("memory", [peer, str(threads)], told))


def can_measure() -> bool:
    """Whether peaks can be measured here: a measurement needs `fork`, which Windows does not have."""
    return hasattr(os, "fork")


def main(peer: str, threads: int) -> None:
    requests = [(decoded(text), settings) for text, settings in json.load(sys.stdin)]
    keep_freed_memory()  # as in the measurement of time, for both sides
    for problem, _ in requests:
        if peer:
            peers.load(peer, type(problem))
    json.dump([_in_a_copy(problem, settings, peer, threads) for problem, settings in requests], sys.stdout)


def _in_a_copy(problem, settings, peer, threads):
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        if status:
            sys.exit(f"the process that ran {encoded(problem)} failed")
        return float(answer)
    try:
        os.write(writing, str(_peak_mb(problem, settings, peer, threads)).encode())
        os._exit(0)
    except BaseException as error:  # any error must end this copy, or it would go on with the work of its parent
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)


def _peak_mb(problem, settings, peer, threads):
    autograd.set_threads(threads)
    if peer:
        peers.set_threads(peer, threads)

    def run(problem: Problem) -> None:
        side = peers.makers(peer, problem)[settings]() if peer else problem.ours()
        for _ in range(STEPS):
            side.step()

    run(problem.miniature())
    before = _start_of_peak()
    run(problem)
    return (_peak() - before) / 1e6


def _start_of_peak() -> int:
    """Reset the peak and return the bytes held now.

    Only Linux can reset the peak. Other systems return the peak so far, which is that of the imports.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    except OSError:
        return _peak()


def _peak() -> int:
    """The peak memory of this process in bytes."""
    if STATUS.exists():  # not `getrusage`: on Linux it includes the parent's memory at the fork
        return _status("VmHWM")
    import resource  # imported here because Windows does not have this module; it never gets here

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
