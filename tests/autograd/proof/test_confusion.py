"""The checker on functions that are hard to judge: no right gradient is accused, no wrong one passes."""

from functools import cache

import numpy as np
import pytest

from autograd.functional import lift
from autograd.proof import bank
from autograd.proof.bank import Entry
from autograd.proof.confusion import AGREES, CANNOT_JUDGE, WRONG, show_confusion, try_all, try_entry

tried = cache(try_all)


def test_the_bank_has_200_right_functions_and_200_wrong_ones():
    assert len([*bank.right()]) >= 200
    assert len([*bank.wrong()]) >= 200


def test_there_is_no_false_alarm_and_no_miss():
    assert [trial for trial in tried() if trial.is_mistake] == []


def test_hardly_a_function_cannot_be_judged():
    assert len([trial for trial in tried() if trial.outcome == CANNOT_JUDGE]) <= 3


@pytest.mark.parametrize("family", [bank.ill_scaled, bank.offset, bank.saturated, bank.composed])
def test_other_random_numbers_change_nothing(family, monkeypatch):
    """The bank is no list of cases that the judge was fitted to."""
    monkeypatch.setattr(bank, "SEEDS", range(100, 102))
    monkeypatch.setattr(bank, "normal", lambda seed, *shape: np.random.default_rng([9, seed]).standard_normal(shape))
    assert [trial for trial in (try_entry(entry, True) for entry in family()) if trial.is_mistake] == []


def test_the_table_counts_mistakes_and_names_them(capsys):
    right = lift(lambda x: (2 * x, lambda g: 2 * g))
    wrong = lift(lambda x: (2 * x, lambda g: 3 * g))
    trials = [
        try_entry(Entry("made up", "accused", wrong, (np.ones(2),)), True),
        try_entry(Entry("made up", "passing", right, (np.ones(2),)), False),
    ]
    assert [trial.outcome for trial in trials] == [WRONG, AGREES]
    assert not show_confusion(trials)
    out = capsys.readouterr().out
    assert "FALSE ALARM: made up, accused: the gradient of argument 0" in out
    assert "MISSED: made up, passing" in out
    assert out.endswith("1 false alarms, 1 misses\n")
