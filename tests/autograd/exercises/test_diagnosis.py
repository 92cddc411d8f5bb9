"""Wrong answers are told what is wrong with them: most mistakes are named, nobody is misled."""

from functools import cache

import numpy as np
import pytest

from autograd.exercises.catalogue import EXERCISES
from autograd.exercises.diagnosis import MISLED, NAMED, Diagnosis, answer, diagnose_all, known_mistake, show_diagnoses
from autograd.exercises.wrong_answers import ATTEMPTS, Attempt
from autograd.rules import RULES

diagnosed = cache(diagnose_all)


def test_the_bank_has_60_wrong_answers_to_all_exercises():
    assert len(ATTEMPTS) >= 60
    assert {attempt.exercise for attempt in ATTEMPTS} == set(EXERCISES)


def test_four_in_five_mistakes_are_named_and_none_is_misnamed():
    outcomes = [d.outcome for d in diagnosed()]
    assert outcomes.count(NAMED) >= 0.8 * len(outcomes)
    assert [d for d in diagnosed() if d.outcome == MISLED] == []


def test_no_wrong_answer_is_called_solved():
    assert [d for d in diagnosed() if d.remark in ("", "solved")] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_answer_makes_no_known_mistake(name):
    exercise = EXERCISES[name]
    assert known_mistake(exercise, exercise.solution, 0) is None


@pytest.mark.parametrize(("name", "mistake"), [("embedding", "overwritten"), ("lstm_cell", "the sign")])
def test_a_mistake_is_found_where_the_engine_calls_the_argument_otherwise(name, mistake):
    """The table is x of getitem, the cell c is c0 of lstm."""
    (found,) = [d for d in diagnosed() if (d.attempt.exercise, d.attempt.mistake) == (name, mistake)]
    assert found.outcome == NAMED


@pytest.mark.parametrize("name", ["conv2d", "rnn_tanh", "gru_cell"])
def test_a_rule_cut_to_an_exercise_gives_its_solution(name):
    exercise = EXERCISES[name]
    for sample in exercise.samples:
        arrays = sample.draw(np.random.default_rng([3, 0]))
        cut = exercise.cut(RULES[exercise.known_as()])(*arrays, **sample.options)
        right = exercise.solution(*arrays, **sample.options)
        assert np.allclose(cut[0], right[0])
        g = np.random.default_rng(4).standard_normal(np.shape(cut[0]))
        for one, other in zip(cut[1:], right[1:], strict=True):
            assert np.allclose(one(g), other(g))


def test_the_table_tells_who_was_misled(capsys):
    wrong = Attempt("tanh", "x", "made up", ("something else",), lambda g, y, x: 2 * g * (1 - y * y))
    assert answer(wrong)(np.ones(2))[0].shape == (2,)
    assert not show_diagnoses([Diagnosis(wrong, "wrong; hint: every element is 2 times")])
    out = capsys.readouterr().out
    assert "misled: tanh (x), made up" in out
    assert out.endswith("0 of 1 mistakes named (0 %), 1 misled\n")
