"""Run the tests of each module on its mutants, each in a fork, and print the score and who survived."""

import argparse
import ast
import contextlib
import importlib.machinery
import importlib.util
import multiprocessing
import os
import random
import resource
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded

import numpy  # noqa: F401  loaded once, and not in each fork
import pytest

from tests.mutants.changes import mutants

ROOT = Path(__file__).parents[2]
MAX_SECONDS = 300  # of processor time; a mutant that runs longer is caught
GRAPH = [f"tests/autograd/test_{name}.py" for name in ("tensor", "mode", "lift", "other_names", "node")]  # quick first
OPTIM = ("adam", "clipping", "optimizer", "schedules", "sgd")
LAYERS = ("convolution", "init", "layers", "module", "normalization", "pooling", "recurrent")
RULES = ("convolution", "einsum", "elementwise", "likelihood", "linear", "loss", "normalization", "pooling",
         "recurrent", "reduction", "shape")  # fmt: skip
TESTS = {
    "autograd/node.py": GRAPH,
    "autograd/tensor.py": GRAPH,
    "autograd/dtypes.py": GRAPH,
    "autograd/mode.py": GRAPH,
    "autograd/apply.py": GRAPH,
    "autograd/cells.py": ["tests/autograd/nn/test_recurrent.py"],
    "autograd/compositions.py": ["tests/autograd/test_compositions.py"],
    "autograd/functional.py": [*GRAPH, "tests/autograd/test_compositions.py"],
    "autograd/errors.py": [*GRAPH, "tests/autograd/test_package.py", "tests/autograd/optim", "tests/autograd/nn"],
    "autograd/numpy_functions.py": ["tests/autograd/test_numpy_functions.py", *GRAPH],
    **{f"autograd/optim/{name}.py": ["tests/autograd/optim"] for name in OPTIM},
    **{f"autograd/nn/{name}.py": ["tests/autograd/nn"] for name in LAYERS},
    **{f"autograd/rules/{name}.py": ["tests/autograd/rules", "tests/autograd/kernels"] for name in RULES},
}  # fmt: skip


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads a module from another source than its file has."""

    def __init__(self, module: str, source: str):
        super().__init__(module.removesuffix(".py").replace("/", "."), str(ROOT / module))
        self.source = source

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname):
        return compile(self.source, self.path, "exec", dont_inherit=True)


def tests_of(module: str, line: int) -> list[str]:
    """The arguments of pytest: the tests of a module; of a rule only those that name it, since all take minutes."""
    if not module.startswith("autograd/rules/"):
        return TESTS[module]
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    rules = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    here = [rule.name for rule in rules if rule.lineno <= line <= (rule.end_lineno or line)]
    return [*TESTS[module], "-k", " or ".join(here or [rule.name for rule in rules])]


def survives(module: str, source: str, line: int = 0) -> bool:
    """Whether the tests of a module pass with this source, in which one line was changed."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
            sys.meta_path.insert(0, Mutated(module, source))
            status = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests_of(module, line)])
        os._exit(int(status))
    return os.waitpid(child, 0)[1] == 0


def survivor(mutant: tuple[str, str, str]) -> str:
    """What was changed, if no test has failed; else nothing."""
    module, what, source = mutant
    line = int(what.split(":")[0].removeprefix("line "))
    return f"{module} {what}" if survives(module, source, line) else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--module", choices=tuple(TESTS), help="only one module (all)")
    parser.add_argument("--seconds", type=float, default=3600, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the order (%(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    args = parser.parse_args()
    os.chdir(ROOT)
    sources = {name: (ROOT / name).read_text(encoding="utf-8") for name in TESTS if args.module in (None, name)}
    waiting = [(module, *each) for module, source in sources.items() for each in mutants(source)]
    random.Random(args.seed).shuffle(waiting)
    end, tried, survivors = time.monotonic() + args.seconds, 0, 0
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        passing = pool.starmap(survives, sources.items(), chunksize=1)
        if failing := [module for module, passes in zip(sources, passing, strict=True) if not passes]:
            print(f"the tests of {', '.join(failing)} fail without any mistake")
            return 1
        for what in pool.imap_unordered(survivor, waiting):
            tried += 1
            if what:
                survivors += 1
                print(f"survived {what}", flush=True)
            if time.monotonic() > end:
                break
    print(f"{tried - survivors} of {tried} mutants caught, of {len(waiting)} that there are")
    return 0


if __name__ == "__main__":
    sys.exit(main())
