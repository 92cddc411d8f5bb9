"""Every target in turn, on several processes, until the time is over; counts, rate, and status 1 for any find."""

import argparse
import hashlib
import multiprocessing
import os
import random
import sys
import time
from collections import Counter

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded

from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import CORPUS, PARTS, found, seeds
from tests.fuzz.targets import TARGETS, run

SLICE = 0.5  # seconds for a target before the next one's turn


def fuzz(seed: int, seconds: float) -> tuple[Counter, list[str]]:
    """Try random inputs; gives how many for each target, and the faults."""
    rng, tried, faults = random.Random(seed), Counter(), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for target in TARGETS:
            until = min(end, time.monotonic() + SLICE)
            while time.monotonic() < until:
                content = mutated(seeds(target), PARTS[target], rng)
                tried[target] += 1
                if fault := run(target, content):
                    faults.append(f"{target}: {fault} (kept as {keep(target, content)})")
    return tried, faults


def keep(target: str, content: bytes) -> str:
    """Write an input that failed into the corpus."""
    name = f"{target}-{hashlib.sha256(content).hexdigest()[:12]}"
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / name).write_bytes(content)
    return name


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    args = parser.parse_args()
    again = [f"{target}: {fault} ({path.name})" for target in TARGETS for path in found(target)
             if (fault := run(target, path.read_bytes()))]  # fmt: skip
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        results = pool.starmap(fuzz, [(args.seed * 1000 + job, args.seconds) for job in range(args.jobs)])
    tried = sum((counts for counts, _ in results), Counter())
    faults = again + [fault for _, each in results for fault in each]
    for fault in sorted(set(faults))[:30]:
        print(f"FAILED {fault}")
    print(", ".join(f"{target} {count:,}" for target, count in tried.items()))
    total = sum(tried.values())
    print(f"{total:,} inputs in {args.seconds:.0f} s, {total / args.seconds:.0f} a second; {len(faults):,} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
