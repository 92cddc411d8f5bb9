"""The fourteen steps of docs/steps: short, in order, with pages that match, and all of one opinion about gradients."""

import importlib
import sys

import numpy as np
import pytest

import autograd
from tests.house.test_documentation import ROOT

STEPS = ROOT / "docs" / "steps"
MAX_LINES = 120
FILES = sorted(STEPS.glob("step*.py"))


@pytest.fixture
def step(monkeypatch):
    """Import a step by its name, as if the program stood in docs/steps; forget all steps afterwards."""
    monkeypatch.syspath_prepend(str(STEPS))
    yield importlib.import_module
    for name in [*sys.modules]:
        if name.startswith("step") or name == "pages":
            del sys.modules[name]


def test_there_are_fourteen_steps_and_none_is_long():
    assert [int(path.stem[4:6]) for path in FILES] == [*range(1, 15)]
    assert {path.name: n for path in FILES if (n := len(path.read_text().splitlines())) > MAX_LINES} == {}


def program(w, x, b):
    """Used twice, multiplied, added, squashed: enough to go wrong in every way that a graph can."""
    return (w * x + b).tanh() * w + w * x


LEAVES = {"w": 2.0, "x": -1.0, "b": 1.5}


def slopes_by_differences(h=1e-6):
    def value(**leaves):
        return (np.tanh(leaves["w"] * leaves["x"] + leaves["b"]) + leaves["x"]) * leaves["w"]

    return [
        (value(**{**LEAVES, name: at + h}) - value(**{**LEAVES, name: at - h})) / (2 * h) for name, at in LEAVES.items()
    ]


MAKERS = {
    "step01_value": lambda step: step.Value,
    "step02_operators": lambda step: step.Value,
    "step03_draw": lambda step: step.Value,
    "step04_order": lambda step: step.Value,
    "step05_arrays": lambda step: step.Tensor,
    "step06_unbroadcast": lambda step: step.Tensor,
    "step09_module": lambda step: step.Tensor,
    "step13_safety": lambda step: lambda x: step.Tensor(x, requires_grad=True),
}


@pytest.mark.parametrize("name", MAKERS)
def test_every_step_that_can_run_the_program_gives_its_gradients(step, name):
    make = MAKERS[name](step(name))
    leaves = [make(value) for value in LEAVES.values()]
    program(*leaves).backward()
    assert [float(leaf.grad) for leaf in leaves] == pytest.approx(slopes_by_differences(), rel=1e-8)


def test_the_engine_gives_the_same_gradients():
    leaves = [autograd.Tensor(np.array(value), requires_grad=True) for value in LEAVES.values()]
    program(*leaves).backward()
    assert [float(leaf.grad) for leaf in leaves] == pytest.approx(slopes_by_differences(), rel=1e-8)


def test_only_two_of_the_three_walks_are_right(step):
    order = step("step04_order")
    found = {}
    for walk in (order.every_path, order.as_soon_as_reached, order.deepest_first):
        w, y = order.staircase(10)
        walk(y)
        found[walk.__name__] = w.grad
    assert found["every_path"] == found["deepest_first"] == 11
    assert found["as_soon_as_reached"] != 11


def test_the_lines_that_the_last_step_compares_stand_in_both_sources(step):
    assert step("step14_engine").missing() == []


def test_a_line_that_is_gone_from_the_engine_is_noticed(step, monkeypatch):
    last = step("step14_engine")
    thought, ours, (module, line) = last.PAIRS[0]
    monkeypatch.setattr(last, "PAIRS", [(thought, ours, (module, line + " # gone"))])
    assert last.missing() == [line + " # gone"]


def test_every_page_is_what_its_file_makes_and_runs(step):
    stale = [path.name for path, text in step("pages").pages() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run python docs/steps/pages.py"


def test_every_step_is_in_the_reading_order():
    index = (STEPS / "README.md").read_text(encoding="utf-8")
    for path in FILES:
        page = path.stem.removeprefix("step").replace("_", "-") + ".md"
        assert (STEPS / page).is_file()
        assert f"]({page})" in index
