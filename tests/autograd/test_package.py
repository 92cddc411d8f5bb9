"""The package as a whole: one version, and types for those who import it."""

import importlib
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import autograd

ROOT = Path(__file__).parents[2]


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", autograd.__version__)
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited is None or cited.group(1) == autograd.__version__


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "autograd" / "py.typed").exists()


@pytest.mark.parametrize("name", ["gradcheck", "debug", "profile", "detect_anomaly"])
def test_a_function_of_the_package_is_no_module_under_its_name(name):
    assert callable(getattr(autograd, name))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"autograd.{name}")


@pytest.mark.parametrize(
    "line", ["import autograd.numpy as np", "from autograd import numpy", "import autograd.numpy.random"]
)
def test_a_program_for_the_other_package_of_this_name_is_told_so_in_one_line(line):
    with pytest.raises(ImportError) as error:
        exec(line, {})
    said = str(error.value)
    assert said.isprintable()
    assert "HIPS autograd" in said and "headgrad" in said and "import numpy as np" in said


def test_grad_means_here_what_it_means_there():
    from autograd import grad

    assert grad(lambda x: x * x)(3.0) == 6.0


def test_the_modules_of_the_package_itself_see_the_real_numpy():
    assert sys.modules["autograd.node"].np is np
