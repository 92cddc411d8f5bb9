"""How much memory a step needs: the most that was held at once, above what the imports hold.

What a process has once held it does not give back, so each measurement has a process of its own: a copy (`fork`) of
one that has imported all it needs and done nothing else. The copy first runs a miniature of the problem, so that the
program code itself is in memory, and what is counted is arrays.
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

STEPS = 3  # the first makes what is kept; from the second on the old and the new may be held together
STATUS = Path("/proc/self/status")


def peaks_mb(requests: Sequence[tuple[Problem, str]], threads: int, peer: str = "") -> list[float]:
    """MB (10^6 bytes) at the peak of a few steps above the imports, for each problem.

    Args:
        requests: problems, each with the settings of the peer's side (of ours there is one, without a name).
        threads: as many as either may use.
        peer: whose side; ours if it is left out.
    """
    told = json.dumps([[encoded(problem), settings] for problem, settings in requests])
    return json.loads(answer_of("memory", [peer, str(threads)], told))


def can_measure() -> bool:
    """Whether peaks can be measured here: each is measured in a copy of a process, which Windows cannot make."""
    return hasattr(os, "fork")


def main(peer: str, threads: int) -> None:
    requests = [(decoded(text), settings) for text, settings in json.load(sys.stdin)]
    keep_freed_memory()  # as while the time was measured, on both sides
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
    except BaseException as error:  # whatever it is, this copy must not go on as its parent would
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
    """Forget the peak so far; the bytes held now, from which it starts again.

    Only Linux can forget. Elsewhere the peak so far, that of the imports, is given.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status("VmRSS")
    except OSError:
        return _peak()


def _peak() -> int:
    """The most bytes that this process has held at once."""
    if STATUS.exists():  # and not `getrusage`, which on Linux also counts what the parent held when it started us
        return _status("VmHWM")
    import resource  # here: Windows has no such module, and never comes here

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
