"""One target guided by the branches that it reaches: python -m tests.fuzz.guided covid -runs=100000

Needs atheris (pip install atheris), which is in no requirements file: it is built for Linux and some Pythons only.
"""

import sys

try:
    import atheris
except ImportError:
    sys.exit("tests.fuzz.guided: atheris is missing: pip install atheris, or run python -m tests.fuzz without it")

with atheris.instrument_imports(include=["autograd", "data", "experiments", "rnn", "vae"]):
    from tests.fuzz.targets import TARGETS, run

from tests.fuzz.__main__ import keep
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import PARTS, seeds


def main() -> None:
    """Hand the target to libFuzzer, with our own damage beside its own; it never returns."""
    target, *options = sys.argv[1:]
    if target not in TARGETS:
        sys.exit(f"tests.fuzz.guided: there is no target {target!r}: one of {', '.join(TARGETS)}")

    def try_one(content: bytes) -> None:
        if fault := run(target, content):
            raise RuntimeError(f"{target}: {fault} (kept as {keep(target, content)})")

    def change(content: bytes, max_size: int, seed: int) -> bytes:
        import random

        rng = random.Random(seed)
        if rng.random() < 0.5:
            return atheris.Mutate(content, max_size)
        return mutated((content, *seeds(target)) if content else seeds(target), PARTS[target], rng)[:max_size]

    atheris.Setup([sys.argv[0], "-max_len=20000", *options], try_one, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
