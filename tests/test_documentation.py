"""What the documentation shows is run: an example that does not work teaches the wrong thing."""

import doctest
from pathlib import Path

import autograd

ROOT = Path(__file__).parent.parent


def test_the_examples_of_the_readme_work():
    failed, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert tried > 0
    assert failed == 0


def test_the_first_example_of_the_engine_works():
    failed, tried = doctest.testmod(autograd)
    assert tried > 0
    assert failed == 0
