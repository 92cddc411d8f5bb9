"""Every exercise has three hints and, once it is solved, a derivation and a short solution that is right."""

import ast
import inspect
from importlib import import_module

import pytest

from autograd.exercises.__main__ import main
from autograd.exercises.catalogue import EXERCISES
from autograd.exercises.checking import SOLVED, judge
from autograd.exercises.help import derivation, hints, solution

MAX_LINES = 15
PLAIN = {"conv2d", "conv_transpose2d", "rnn_tanh"}  # the loops of kernels/plain.py, which the engine's tests hold right


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_three_hints_a_derivation_and_a_short_solution(name):
    assert len(hints(name, 3)) == 3
    assert hints(name, 1) == hints(name, 3)[:1]
    assert len(derivation(name)) > 60
    assert 1 < len(solution(name).splitlines()) <= MAX_LINES
    ast.parse(solution(name))


@pytest.mark.parametrize("name", [name for name in EXERCISES if name not in PLAIN])
def test_a_worked_solution_is_solved(name):
    function = getattr(import_module(f"autograd.exercises.worked.{name}"), name)
    count = len(inspect.signature(function).parameters)

    def answer(*arrays, **options):
        value, *gradients = function(*arrays, **options)
        if len(gradients) == 1 and count > 2:  # one function gives all gradients
            return value, *[lambda g, i=i: gradients[0](g)[i] for i in range(count)]
        return value, *gradients

    answer.__signature__ = inspect.signature(function)
    whole = function if "def gradients(" not in inspect.getsource(function) else answer
    assert judge(EXERCISES[name], whole).state == SOLVED


def test_hints_come_up_to_the_level_asked_for(capsys):
    assert main(["matmul", "--hint", "2"]) == 0
    said = capsys.readouterr().out
    assert "matmul, hint 2: " in said
    assert "hint 3" not in said
    assert main(["--hint", "1"]) == 2
    assert "needs the name" in capsys.readouterr().err


def test_a_solved_exercise_is_explained_and_a_wrong_one_is_pointed_to_the_hints(tmp_path, capsys):
    (tmp_path / "mul.py").write_text("def mul(a, b):\n    return a * b, lambda g: g * b, lambda g: g * a\n")
    assert main(["mul", "--folder", str(tmp_path)]) == 0
    assert "A solution to compare yours with:" in capsys.readouterr().out
    (tmp_path / "mul.py").write_text("def mul(a, b):\n    return a * b, lambda g: g, lambda g: g\n")
    assert main(["mul", "--folder", str(tmp_path)]) == 1
    assert "mul --hint 1" in capsys.readouterr().out
