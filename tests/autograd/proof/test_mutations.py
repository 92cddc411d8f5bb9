"""The checker is checked: every broken backward pass is caught, and most are explained."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from autograd.proof.checking.hints import PATTERNS
from autograd.proof.gradcheck import check_rule
from autograd.proof.mutations import MUTANTS, convolutions, normalization, pooling, recurrent
from autograd.proof.mutations.mutant import Mutant, mutant, rewritten
from autograd.proof.mutations.score import examine, score, show_score
from autograd.proof.samples import SAMPLES
from autograd.rules import RULES
from tests.house.test_layering import ROOT

examined = cache(examine)


def name(m):
    return f"{m.op}-{m.arguments}-{m.bug}".replace(" ", "_")


@pytest.mark.parametrize("broken", MUTANTS, ids=name)
def test_a_broken_backward_is_caught(broken):
    assert examined(broken).caught


def test_a_hint_from_the_numbers_alone_is_right_or_there_is_none():
    """Of a formula that is merely wrong the numbers tell nothing; then silence is better than a guess."""
    outcomes = [examined(m) for m in MUTANTS]
    total = score(outcomes)
    assert (total.mutants, total.caught) == (len(MUTANTS), len(MUTANTS))
    assert total.known > 0.7 * total.mutants
    assert total.explained >= 0.7 * total.known
    said = [o for o in outcomes if o.mutant.has_hint and o.error is not None and o.error.pattern]
    assert sum(not o.explained for o in said) <= 0.1 * len(said)


def test_every_op_is_broken_in_three_ways_and_all_in_150():
    broken = Counter(m.op for m in MUTANTS)
    assert [op for op in RULES if broken[op] < 3] == []
    assert sum(broken[op] for op in RULES) >= 150


def test_the_pages_quote_the_score_as_it_is(capsys):
    show_score([examined(m) for m in MUTANTS])
    lines = capsys.readouterr().out.splitlines()
    page = (ROOT / "docs" / "10-checking-gradients.md").read_text(encoding="utf-8")
    quoted = page.split("$ python -m autograd --mutations\n")[1].split("```")[0].splitlines()
    assert [line for line in quoted if line not in lines and line != "..."] == []


def test_every_pattern_is_asked_for():
    assert set(PATTERNS) == {kind for m in MUTANTS for kind in m.kinds} & set(PATTERNS)


def test_no_two_mutants_are_told_alike():
    assert [key for key, n in Counter((m.op, m.arguments, m.bug) for m in MUTANTS).items() if n > 1] == []


@pytest.mark.parametrize("broken", [m for m in MUTANTS if "shape" not in m.kinds], ids=name)
def test_a_mutant_is_wrong_in_its_numbers_and_does_not_merely_fail(broken):
    """A mutant that raises would be caught for the wrong reason."""
    assert "failed" not in str(examined(broken).error)


def test_a_kind_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match=r"no kind is called .*typo"):
        mutant("exp", "typo", "", x=lambda g, y, x: g)


def unbroken():
    """The ops with the backward passes that the mutants are variations of, without a mistake in them."""
    yield rewritten("rnn_tanh", "formula", "none", recurrent.rnn_tanh)
    yield rewritten("lstm", "formula", "none", recurrent.lstm)
    yield rewritten("gru", "formula", "none", recurrent.gru)
    yield convolutions.conv2d("formula", "none", "x", convolutions.painted)
    yield convolutions.conv2d("formula", "none", "weight", convolutions.correlated)
    yield convolutions.conv_transpose2d("formula", "none", "x", convolutions.looked)
    yield convolutions.conv_transpose2d("formula", "none", "weight", convolutions.correlated_transposed)
    yield pooling.max_pool2d("formula", "none")
    yield pooling.avg_pool2d("formula", "none")
    yield normalization.batch_norm("formula", "none")
    yield normalization.group_norm("formula", "none")
    yield normalization.layer_norm("formula", "none")


@pytest.mark.parametrize("right", [*unbroken()], ids=lambda m: m.op)
def test_without_its_mistake_a_mutant_passes(right):
    """What is broken is the one thing that the mutant changes."""
    for sample in SAMPLES[right.op]:
        arrays = sample.draw(np.random.default_rng(0))
        check_rule(right.rule, arrays, sample.options, mode="directional")


def test_a_right_backward_is_no_mutant():
    right = Mutant("tanh", "x", "formula", "none", RULES["tanh"])
    outcome = examine(right)
    assert (outcome.caught, outcome.explained) == (False, False)
    assert score([outcome]).caught == 0
