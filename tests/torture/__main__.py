"""Everything in turn, for a share of the time each; counts at the end, and status 1 if anything failed."""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded: threads do not survive a fork

from tests.torture import damage, faults, kills, limits, spoiled
from tests.torture.hostile import judging
from tests.torture.sample import COMMANDS, make_sample
from tests.torture.tally import Tally

ALL_INPUTS = 300  # seconds from which on every hostile input is tried


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=900, help="for everything together, after the two sample runs (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is random (%(default)s)")
    args = parser.parse_args()
    rng, tally = random.Random(args.seed), Tally()
    with tempfile.TemporaryDirectory() as folder:
        samples = [make_sample(study, Path(folder).resolve() / "runs") for study in COMMANDS]
        started = time.monotonic()
        phases: list[tuple[float, Callable[[float], object]]] = [
            (0.30, lambda end: judging.torture(samples, tally, rng, end, share=min(1.0, args.seconds / ALL_INPUTS))),
            (0.12, lambda end: damage.torture(samples, tally, rng, end)),
            (0.10, lambda end: spoiled.torture(samples, tally, rng, end)),
            (0.05, lambda end: spoiled.outputs(samples[0], tally, end)),
            (0.15, lambda end: limits.torture(samples, tally, rng, end)),
            (0.20, lambda end: faults.torture(samples, tally, rng, end)),
            (0.03, lambda end: kills.kill_reports(samples, tally, rng, end)),
            (1.00, lambda end: kills.torture(samples, tally, rng, end)),
        ]
        for share, phase in phases:  # what a phase leaves over goes to those after it
            now = time.monotonic()
            left = started + args.seconds - now
            try:
                phase(now + left * share)
            except Exception as error:  # the counts of the other phases are worth having
                traceback.print_exc()
                tally.failures.append(f"a phase ended early: {error!r}")
    print(f"{time.monotonic() - started:.0f} s, seed {args.seed}")
    print(tally.table())
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
