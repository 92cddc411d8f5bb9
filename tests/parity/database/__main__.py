"""``python -m tests.parity.database``: how many samples of PyTorch's databases agree, and what cannot be expressed."""

import sys
from collections import Counter

import torch

from .walk import ENTRIES, name_of, tally_of


def main():
    """Print the counts; exit status 1 if anything differs."""
    torch.set_num_threads(1)
    samples, arrays, failures, reasons = 0, 0, [], Counter()
    for entry in ENTRIES:
        tally = tally_of(entry)
        samples, arrays = samples + tally.samples, arrays + tally.arrays
        failures += tally.failures
        reasons += tally.reasons
    for failure in failures:
        print(failure)
    print("samples that our API cannot express, by reason:")
    for reason, count in reasons.most_common():
        print(f"{count:>7}  {reason}")
    names = {name_of(entry) for entry in ENTRIES}
    print(
        f"{len(names)} operators and layers of PyTorch {torch.__version__}, {samples:,} samples, {arrays:,} values and "
        f"gradients compared in float64: {len(failures)} failures"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
