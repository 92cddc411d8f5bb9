"""The engine needs NumPy and nothing else: so it runs in a browser's Python, and wherever NumPy does."""

import re
import subprocess
import sys
import textwrap

import pytest

from tests.house.test_documentation import BLOCK, ROOT

BLOCKED = textwrap.dedent(
    """
    import sys

    class OnlyNumPy:
        def find_spec(self, name, path=None, target=None):
            room = name.partition(".")[0]
            if room not in {"numpy", "autograd", *sys.stdlib_module_names}:
                raise ModuleNotFoundError(f"No module named {name!r}: only NumPy is here", name=name)

    sys.meta_path.insert(0, OnlyNumPy())
    """
)


def run_with_numpy_alone(program):
    command = [sys.executable, "-c", BLOCKED + program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def two_moons():
    """The program of docs/README.md."""
    page = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    return next(block[2] for block in BLOCK.finditer(page) if block[1])


def test_a_net_is_trained_with_everything_but_numpy_blocked():
    ran = run_with_numpy_alone(two_moons() + "\nprint(right.mean() > 0.98)\n")
    assert ran.stdout == "True\n", ran.stderr


@pytest.mark.parametrize(
    "program",
    [
        "import autograd; import numpy as np; autograd.gradcheck(autograd.softmax, np.array([0.1, 0.5, -0.3]))",
        "from autograd.exercises.__main__ import main; assert main(['mul']) == 1",
        "from autograd.__main__ import main; assert main(['--op', 'tanh']) == 0",
    ],
    ids=["the check", "the exercises", "the table"],
)
def test_what_the_pages_use_of_the_engine_runs_on_numpy_alone(program):
    ran = run_with_numpy_alone(program)
    assert ran.returncode == 0, ran.stderr


def rooms(text):
    """The packages that the Python blocks of a page import, but for NumPy, the engine and Python's own."""
    code = "\n".join(block[2] for block in BLOCK.finditer(text))
    found = set(re.findall(r"^(?:>>> |\.\.\. )?\s*(?:from|import) (\w+)", code, re.MULTILINE))
    return found - {"numpy", "autograd"} - sys.stdlib_module_names


def test_the_page_on_notebooks_names_the_pages_that_need_more():
    text = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    named = re.findall(r"\d+", text[text.index("Some cells of pages") : text.index(" import `data`")])
    pages = sorted((ROOT / "docs").glob("[0-9]*.md"))
    assert [int(page.name[:2]) for page in pages if rooms(page.read_text(encoding="utf-8"))] == [int(n) for n in named]


def test_anything_else_is_blocked():
    assert "only NumPy is here" in run_with_numpy_alone("import matplotlib").stderr
