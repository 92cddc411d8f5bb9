"""Who may import whom, read off the source: data flows one way, and nothing forbidden is imported."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OUR_PACKAGES = {"autograd", "data", "rnn", "vae", "experiments", "tests"}
SEES_ALL = {"experiments", "tests"}

# What each package of ours may import of ours, besides itself.
MAY_IMPORT = {
    "data": set(),
    "autograd": set(),
    "rnn": {"autograd"},
    "vae": {"autograd"},
    "experiments": OUR_PACKAGES - {"tests"},
}

# Inside autograd, from the ground up: a room may import from those before it, and from its own floor.
FLOORS = [
    {"kernels"},
    {"rules"},
    {"dtypes", "mode", "node", "shape_errors"},
    {"tensor", "state"},
    {"apply"},
    {"functional"},
    {"cells", "init", "nn"},
    {
        "optim",
        "gradcheck",
        "checking",
        "mutations",
        "op_table",
        "references",
        "step_sizes",
        "timing",
        "whole_models",
        "reach",
        "debug",
        "samples",
        "interop",
        "checkpoint",
        "graph",
        "profile",
        "anomaly",
        "exercises",
    },
    {"__init__", "__main__"},
]

FORBIDDEN = {"torch", "scipy", "sklearn", "jax", "tensorflow", "keras", "numba"}
PEERS = "experiments.benchmark.peers"  # what the benchmark compares with may be imported here and in the tests only


def module_name(path):
    """autograd/rules/shape.py -> autograd.rules.shape; a package's __init__ has the package's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source, module, is_package):
    """The full names that a module imports, relative imports resolved: `from .a import b` gives package.a.b."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parts = parts[: len(parts) - node.level + is_package]
                base = ".".join([*parts, *filter(None, [node.module])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    return names


def violations(module, names):
    """What is wrong with a module of ours importing these names."""
    package = module.split(".")[0]
    for name in sorted(names):
        target = name.split(".")[0]
        if target in FORBIDDEN and package != "tests" and not module.startswith(f"{PEERS}."):
            yield f"{module} imports {name}: {target} is not for the product"
        if target in OUR_PACKAGES and target != package and package != "tests" and target not in MAY_IMPORT[package]:
            yield f"{module} imports {name}: {package} may know {sorted(MAY_IMPORT[package]) or 'nothing of ours'}"
        if package == target == "autograd" and floor(name) > floor(module):
            yield f"{module} imports {name}: that stands on a higher floor"


def floor(name):
    """The floor of a name in autograd; what is no room is a public name of the package itself, on the top floor."""
    room = (name.split(".") + ["__init__"])[1]
    return next((i for i, rooms in enumerate(FLOORS) if room in rooms), len(FLOORS) - 1)


def sources():
    for package in sorted(OUR_PACKAGES):
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path):
    module = module_name(path)
    names = imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
    assert list(violations(module, names)) == []


def test_every_room_of_autograd_has_its_floor():
    rooms = {p.stem for p in (ROOT / "autograd").glob("*.py")}
    rooms |= {p.parent.name for p in (ROOT / "autograd").glob("*/__init__.py")}
    assert rooms - set().union(*FLOORS) == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("data.covid", "from autograd import Tensor"),
        ("data.covid", "import rnn.windows"),
        ("autograd.tensor", "import data"),
        ("rnn.classifier", "from data.covid import load_cases"),
        ("rnn.classifier", "def late():\n    import vae.model"),
        ("vae.model", "from rnn import windows"),
        ("vae.model", "import experiments.common"),
        ("rnn.classifier", "from tests import helpers"),
        ("autograd.kernels.lstm", "from ..rules.registry import rule"),
        ("autograd.rules.shape", "from ..tensor import Tensor"),
        ("autograd.rules.shape", "from .. import node"),
        ("autograd.node", "from . import tensor"),
        ("autograd.tensor", "from .functional import exp"),
        ("autograd.tensor", "from . import exp"),
        ("autograd.functional", "import autograd.nn.layers"),
        ("autograd.nn.layers", "from ..gradcheck import gradcheck"),
        ("autograd.nn.layers", "from autograd import Tensor"),
        ("autograd.tensor", "import scipy.special"),
        ("experiments.rnn", "from sklearn.linear_model import LogisticRegression"),
        ("experiments.benchmark.comparison", "import torch"),
        ("experiments.benchmark.peers", "import torch"),
        ("vae.model", "try:\n    import torch\nexcept ImportError:\n    pass"),
    ],
)
def test_an_arrow_that_runs_back_is_found(module, source):
    assert list(violations(module, imports(source, module, is_package=False)))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("autograd.rules.recurrent", "from ..kernels.lstm import lstm_forward\nfrom .registry import rule"),
        ("autograd.tensor", "from .rules import shape\nfrom .node import Node\nimport numpy as np"),
        ("autograd.nn.layers", "from ..tensor import Tensor\nfrom ..functional import relu"),
        ("rnn.classifier", "import autograd\nfrom autograd.nn import LSTM\nfrom .windows import make_windows"),
        ("experiments.rnn", "import data.covid, rnn.classifier, autograd"),
        ("tests.test_parity", "import torch"),
        ("experiments.benchmark.peers.torch_chain", "import torch"),
    ],
)
def test_an_arrow_that_runs_forward_is_allowed(module, source):
    assert list(violations(module, imports(source, module, is_package=False))) == []


def test_relative_imports_are_resolved_from_a_package_too():
    assert imports("from .layers import Linear", "autograd.nn", is_package=True) == {"autograd.nn.layers.Linear"}
    assert imports("from ..tensor import Tensor", "autograd.nn", is_package=True) == {"autograd.tensor.Tensor"}
