"""The short form of `make fuzz`: what failed once, and Hypothesis' own ideas for every target."""

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import fuzz
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds import PARTS, found, seeds
from tests.fuzz.targets import TARGETS, run

SHORT = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("target", TARGETS)
def test_the_good_inputs_are_taken_and_what_failed_once_fails_no_more(target):
    for content in (*seeds(target), *(path.read_bytes() for path in found(target))):
        assert run(target, content) == ""


@pytest.mark.parametrize("target", TARGETS)
def test_any_damage_to_a_good_input_is_told_in_one_line(target):
    @SHORT
    @given(st.integers(0, 2**32))
    def damage(seed):
        assert run(target, mutated(seeds(target), PARTS[target], random.Random(seed))) == ""

    damage()


@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes_and_any_row_of_the_format_s_pieces_are_told_in_one_line(target):
    @SHORT
    @given(st.one_of(st.binary(), st.lists(st.sampled_from(PARTS[target])).map(b"".join)))
    @example(b"")
    def any_bytes(content):
        assert run(target, content) == ""

    any_bytes()


@settings(SHORT, max_examples=20)
@given(st.lists(st.text(), max_size=6))
def test_any_words_are_a_command_or_a_mistake_in_one_line(words):
    assert run("command", "\0".join(words).encode(errors="surrogatepass")) == ""


def test_a_fault_is_found_and_kept(monkeypatch, tmp_path):
    def careless(content: bytes) -> None:
        if b"-1" in content:
            raise KeyError("minus one")

    monkeypatch.setitem(TARGETS, "covid", careless)
    monkeypatch.setattr("tests.fuzz.__main__.CORPUS", tmp_path / "corpus")
    monkeypatch.setattr("tests.fuzz.__main__.TARGETS", {"covid": careless})
    tried, faults = fuzz(0, 1.0)
    assert tried["covid"] > 50
    assert faults and all("KeyError" in fault for fault in faults)
    assert all(b"-1" in path.read_bytes() for path in (tmp_path / "corpus").iterdir())
