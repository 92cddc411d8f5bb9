"""Who may import whom: the source is held to the tables of docs/map.md. Data flows one way, no torch comes in."""

import ast
import itertools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")


def table(page, heading):
    """The rows below a heading row of a Markdown table, each a list of the sets of `names` in its cells."""
    lines = page.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |")) + 2
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    return [[set(re.findall(r"`([^`]+)`", cell)) for cell in row.strip("|").split("|")] for row in rows]


# What each package of ours may import of ours, besides itself.
MAY_IMPORT = {name: allowed for names, _, allowed in table(MAP, "room") for name in names}
OUR_PACKAGES = set(MAY_IMPORT)

# Inside autograd, from the ground up: a room may import from those before it, and from its own floor.
FLOORS = [rooms for _, rooms, _ in table(MAP, "floor")]

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


# Inside experiments, from the ground up: a file may import from storeys below and from its own room, so never upward
# and never from one study to another. What is not listed is a command, on the top storey.
STOREYS = [
    {"system", "prose", "style", "markdown", "letters"},
    {"cli", "runs"},
    {"page"},  # the engine of the page, which knows no study
    {"rnn", "vae", "benchmark", "textbook"},
]


def storey(name):
    room = (name.split(".") + ["__init__"])[1]
    return room, next((i for i, rooms in enumerate(STOREYS) if room in rooms), len(STOREYS))


def sideways_or_upward(module, names):
    """What is wrong with a module of experiments importing these names of experiments."""
    room, own = storey(module)
    for name in sorted(names):
        other, height = storey(name)
        if not (module.startswith("experiments.") and name.startswith("experiments.")) or room == other:
            continue
        if height > own or (height == own == len(STOREYS) - 1):
            yield f"{module} imports {name}: {'upward' if height > own else 'sideways'}"


@pytest.mark.parametrize("path", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_inside_experiments_nothing_imports_upward_or_from_one_study_to_another(path):
    module = module_name(path)
    names = imports(path.read_text(encoding="utf-8"), module, path.name == "__init__.py")
    assert list(sideways_or_upward(module, names)) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("experiments.rnn.study", "from experiments.vae import training"),
        ("experiments.vae.page", "from experiments.rnn.words import the"),
        ("experiments.prose", "from experiments.rnn.words import MODEL_NAMES"),
        ("experiments.cli", "from . import all"),
        ("experiments.page.html_page", "from experiments.rnn.saved import open_run"),
        ("experiments.rnn.study", "from experiments.report import write_report"),
    ],
)
def test_an_import_upward_or_sideways_inside_experiments_is_found(module, source):
    assert list(sideways_or_upward(module, imports(source, module, is_package=False)))


def test_every_room_of_autograd_has_its_floor_on_the_map_and_the_map_invents_none():
    rooms = {p.stem for p in (ROOT / "autograd").glob("*.py")}
    rooms |= {p.parent.name for p in (ROOT / "autograd").glob("*/__init__.py")}
    assert set().union(*FLOORS) == rooms
    assert sum(map(len, FLOORS)) == len(rooms)  # none twice


def test_every_package_is_a_room_on_the_map():
    assert {p.parent.name for p in ROOT.glob("*/__init__.py")} == OUR_PACKAGES


def test_the_arrows_between_rooms_never_run_in_a_circle():
    order = ["data", "autograd", "rnn", "vae", "experiments", "tests"]
    for name, allowed in MAY_IMPORT.items():
        assert all(order.index(other) < order.index(name) for other in allowed)


def test_the_tables_of_the_map_are_read_as_they_stand():
    page = "text\n\n| room | knows |\n|---|---|\n| `a`, `b` | nothing |\n| `c` | `a` |\n\n| floor | x |\n"
    assert table(page, "room") == [[{"a", "b"}, set()], [{"c"}, {"a"}]]


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
        ("autograd.kernels.recurrent.lstm", "from ...rules.registry import rule"),
        ("autograd.rules.shape", "from ..tensor import Tensor"),
        ("autograd.rules.shape", "from .. import node"),
        ("autograd.node", "from . import tensor"),
        ("autograd.tensor", "from .functional import exp"),
        ("autograd.tensor", "from . import exp"),
        ("autograd.functional", "import autograd.nn.layers"),
        ("autograd.nn.layers", "from ..proof.gradcheck import gradcheck"),
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
