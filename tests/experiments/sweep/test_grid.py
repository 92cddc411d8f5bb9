"""A grid means the same however it is written, and a mistake in it is one line."""

import pytest

from experiments.rnn.settings import RnnSettings
from experiments.runs.folder import UsageError
from experiments.sweep.grid import as_text, combinations, parse
from experiments.vae.settings import VaeSettings


def test_settings_are_called_as_their_flags_are_or_in_the_singular():
    grid = parse(["cell=gru,rnn", "length=14,3", "seed=0..2"], RnnSettings)
    assert grid == {"cells": (("rnn",), ("gru",)), "lengths": ((3,), (14,)), "seed": (0, 1, 2)}
    assert parse(["size=64,32"], VaeSettings) == parse(["image_size=32,64"], VaeSettings)


def test_values_have_the_type_of_their_setting():
    words = ["images=none,100", "mirror=yes,no", "learning_rate=3e-3", "kl_weights=1+100,0", "prior=linear"]
    assert parse(words, VaeSettings) == {
        "images": (None, 100),
        "prior": ("linear",),
        "kl_weights": ((0.0,), (1.0, 100.0)),
        "learning_rate": (0.003,),
        "mirror": (False, True),
    }


def test_order_and_repetition_change_nothing():
    grid = parse(["seed=2,0..2,1", "cell=lstm,gru,lstm"], RnnSettings)
    assert list(grid.items()) == list(parse(["cell=gru,lstm", "seed=0..2"], RnnSettings).items())


def test_every_combination_occurs_once_the_last_setting_changing_fastest():
    grid = parse(["cell=rnn,gru", "seed=0,1"], RnnSettings)
    assert [(one["cells"][0], one["seed"]) for one in combinations(grid)] == [
        ("rnn", 0), ("rnn", 1), ("gru", 0), ("gru", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [("rnn", "gru"), None, True, 7, 0.003, (1.0, 100.0)])
def test_a_value_as_text_is_read_as_the_same_value(value):
    names = {tuple: "cells", type(None): "images", bool: "mirror", int: "seed", float: "learning_rate"}
    name = "kl_weights" if value == (1.0, 100.0) else names[type(value)]
    settings = RnnSettings if name == "cells" else VaeSettings
    assert parse([f"{name}={as_text(value)}"], settings) == {name: (value,)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sede=1"], "there is no setting 'sede' to vary (did you mean seed?)"),
        (["sed"], "--grid sed: expected NAME=VALUE,VALUE or NAME=FIRST..LAST"),
        (["cell=lsmt"], "'lsmt' is not one of rnn, lstm, gru (did you mean lstm?)"),
        (["seed=one"], "--grid seed=one: 'one' is not a whole number"),
        (["seed="], "'' is not a whole number"),
        (["clip=a"], "'a' is not a number"),
        (["seed=4..0"], "4..0: expected FIRST..LAST, rising"),
        (["seed=0..99999999"], "with at most 10,000 numbers"),
        (["seed=0..999", "hidden=1..999"], "--grid asks for 999,000 tasks, expected at most 10,000"),
        (["seed=1", "seed=2"], "seed is in the grid already"),
        (["cell=gru", "cells=rnn"], "cells is in the grid already"),
        (["jobs=1,2"], "there is no setting 'jobs' to vary"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_was_expected(words, said):
    with pytest.raises(UsageError) as error:
        parse(words, RnnSettings, without=("jobs",))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_flag_that_is_yes_or_no_takes_nothing_else():
    with pytest.raises(UsageError, match="'maybe' is not one of yes, no"):
        parse(["mirror=maybe"], VaeSettings)
