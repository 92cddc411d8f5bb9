"""The mistakes are mistakes, one at a time, and the sources stay valid."""

import ast
from itertools import islice

import pytest

from tests.mutants.__main__ import ROOT, TESTS
from tests.mutants.changes import mutants

SOURCE = '''\
def f(x):
    """A text of 3 words."""
    if x > 2 and not x == 5:
        raise ValueError(f"{x + 1} is too much")
    return -x * 2
'''


def test_every_operator_condition_number_and_result_is_changed_once():
    found = [what.split(": ")[1] for what, _ in mutants(SOURCE)]
    assert sorted(found) == sorted([
        "the condition turned round", "And is Or", "Gt is GtE", "2 is another", "Not is UAdd", "Eq is NotEq",
        "5 is another", "nothing is returned", "Mult is Add", "USub is UAdd", "2 is another",
    ])  # fmt: skip


def test_a_mutant_differs_in_one_place_and_docstrings_and_messages_stay():
    whole = ast.unparse(ast.parse(SOURCE)).splitlines()
    for _, source in mutants(SOURCE):
        changed = [pair for pair in zip(whole, source.splitlines(), strict=True) if pair[0] != pair[1]]
        assert len(changed) == 1
        assert "A text of 3 words" in source and "{x + 1} is too much" in source


@pytest.mark.parametrize("module", TESTS)
def test_every_module_and_its_tests_are_there_and_its_first_mutants_compile(module):
    assert all((ROOT / test).exists() for test in TESTS[module])
    first = islice(mutants((ROOT / module).read_text(encoding="utf-8")), 12)
    assert len([compile(source, module, "exec") for _, source in first]) > 3
