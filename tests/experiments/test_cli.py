"""A flag is written once: its field gives the argument, help text, check, quick value and entry of config.json."""

import argparse
from dataclasses import dataclass, fields

import pytest

from experiments.__main__ import main
from experiments.cli import (
    POSITIVE,
    StudySettings,
    add_settings,
    at_least,
    did_you_mean,
    read_settings,
    require,
    setting,
)
from experiments.rnn.settings import RnnSettings
from experiments.runs.folder import UsageError


@dataclass(frozen=True)
class WalkSettings(StudySettings):
    steps: int = setting(100, "steps to walk", quick=10, check=at_least(1, "step"), metavar="N", group="the walk")
    pauses: tuple[int, ...] = setting((5, 3), "minutes", check=at_least(0), tidy=sorted, metavar="M")
    speed: float = setting(1.5, "km/h", check=POSITIVE)
    shoes: tuple[str, ...] = setting(("boots",), "worn in turn", choices=("boots", "clogs"))
    dog: bool = setting(True, "take the dog")
    goal: str | None = setting(None, "where to", default_text="nowhere")
    limit: int | None = setting(None, "at most", check=at_least(2), quick=7)
    side: int = setting(64, "", quick=32, on_command_line=False)
    pace: int = setting(2, "changes no result", recorded=False)

    def check_together(self):
        require("pauses", self.pauses, len(self.pauses) <= self.steps, "no more than there are steps")


def parse(*flags):
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    add_settings(parser, WalkSettings)
    return read_settings(WalkSettings, parser.parse_args(flags))


def test_without_flags_every_field_has_its_default():
    assert parse() == WalkSettings(pauses=(3, 5))


def test_flags_are_read_in_the_type_of_the_annotation():
    flags = "--steps 7 --pauses 4 0 --speed 2 --shoes clogs --no-dog --goal home --limit 3 --pace 1"
    expected = WalkSettings(7, (0, 4), 2.0, ("clogs",), False, "home", 3, 64, 1)
    assert parse(*flags.split()) == expected
    assert isinstance(parse("--speed", "2").speed, float)


def test_quick_changes_only_what_has_a_quick_value_and_was_not_given():
    quick = parse("--quick", "--limit", "9")
    assert (quick.steps, quick.limit, quick.side, quick.speed) == (10, 9, 32, 1.5)


def test_choices_are_kept_once_and_in_the_order_of_the_choices():
    assert parse("--shoes", "clogs", "boots", "clogs").shoes == ("boots", "clogs")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--steps 0", "--steps is 0, expected at least 1 step"),
        ("--pauses 3 -1", "--pauses is -1, expected at least 0"),
        ("--speed nan", "--speed is nan, expected a number above 0"),
        ("--limit 1", "--limit is 1, expected at least 2"),
        ("--steps 1", "--pauses is 3 5, expected no more than there are steps"),
    ],
)
def test_a_value_that_fails_its_check_is_one_line_that_names_the_flag(flags, message):
    with pytest.raises(UsageError) as error:
        parse(*flags.split())
    assert str(error.value) == message


def test_settings_made_in_python_are_checked_too():
    with pytest.raises(UsageError, match="--steps is 0"):
        WalkSettings(steps=0)


def test_config_json_gets_what_decides_the_results_as_json_values():
    assert parse().recorded() == {
        "steps": 100, "pauses": [3, 5], "speed": 1.5, "shoes": ["boots"], "dog": True, "goal": None, "limit": None,
        "side": 64,
    }  # fmt: skip


def test_help_tells_the_default_and_the_quick_value():
    parser = argparse.ArgumentParser()
    add_settings(parser, WalkSettings)
    text = " ".join(parser.format_help().split())
    for line in ("steps to walk (100; quick 10)", "minutes (5 3)", "where to (nowhere)", "--shoes {boots,clogs}"):
        assert line in text
    assert "the walk:" in text
    assert "--side" not in text


def test_a_near_miss_is_named_and_a_far_one_is_not():
    assert did_you_mean("--lenghts", ["--lengths", "--seed"]) == " (did you mean --lengths?)"
    assert did_you_mean("--zebra", ["--lengths", "--seed"]) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnm"], "there is no command 'rnm' (did you mean rnn?)"),
        (["rnn", "--lenghts", "3"], "there is no --lenghts (did you mean --lengths?)"),
        (["rnn", "--lenghts=3"], "there is no --lenghts=3 (did you mean --lengths?)"),
        (["vae", "--no-miror"], "there is no --no-miror (did you mean --no-mirror?)"),
        (["rnn", "--cells", "lsmt"], "'lsmt' is not one of rnn, lstm, gru (did you mean lstm?)"),
        (["rnn", "--splits", "counrty"], "(did you mean country?)"),
    ],
)
def test_a_mistyped_command_flag_or_value_is_corrected_in_one_line(arguments, said, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_help_is_plain_text_with_examples(capsys):
    for arguments in (["--help"], ["rnn", "--help"], ["vae", "--help"], ["report", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        text = capsys.readouterr().out
        assert "`" not in text, arguments
        assert text.count("python -m experiments") > 2, arguments


def test_every_flag_of_the_rnn_study_says_what_it_is():
    for each in fields(RnnSettings):
        assert each.metadata["flag"].help


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["rnn", "--seeds", "99999999"], "--seeds is 99999999, expected at least 1, at most 1,000"),
        (["rnn", "--hidden", "1000000000"], "--hidden is 1000000000, expected at least 1, at most 4,096"),
        (["vae", "--images", "1000000000000"], "--images is 1000000000000, expected at least 32, at most 10,000,000"),
        (["vae", "--latent", "1000000000"], "--latent is 1000000000, expected at least 1, at most 4,096"),
        (["vae", "--widths", "100000"], "--widths is 100000, expected at least 1, at most 4,096"),
        (["rnn", "--epochs", "1000000000"], "--epochs is 1000000000, expected at least 1, at most 100,000"),
        (["rnn", "--batch-size", "9999999"], "--batch-size is 9999999, expected at least 1, at most 1,000,000"),
        (["rnn", "--jobs", "5000"], "--jobs is 5000, expected at least 1, at most 1,024"),
        (
            ["rnn", "--hidden", "4096", "--layers", "64"],
            "--hidden is 4096, expected less: 64 layers would take about 137 GB of memory, at most 32 GB are planned",
        ),
        (["study", "rnn", "--seeds", "99999999"], "--seeds is 99999999, expected at least 1, at most 1,000"),
        (["study", "rnn", "--draws", "99999999"], "--draws is 99999999, expected at least 100, at most 100,000"),
        (["vae", "--epochs", "1000000000"], "--epochs is 1000000000, expected at least 1, at most 100,000"),
        (
            ["vae", "--batch-size", "100000", "--size", "64"],
            "--batch-size is 100000, expected less: a training step would take about 187 GB of memory",
        ),
        (
            ["vae", "--widths", "4096", "4096", "4096", "4096", "--latent", "4096", "--batch-size", "1"],
            "--widths is 4096 4096 4096 4096, expected less: weights for 4096 latent units would take about 39 GB",
        ),
        (["vae", "--threads", "2000"], "--threads is 2000, expected at least 1, at most 1,024"),
    ],
)
def test_an_absurd_size_is_refused_before_anything_is_read_or_made(flags, said, capsys, tmp_path):
    assert main([*flags, "--out", str(tmp_path / "run")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
