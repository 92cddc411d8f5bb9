"""The table of works: its names are what benchmark.csv promises, and other processes can be told of each."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from experiments.benchmark.growth import AXES
from experiments.benchmark.works import FAMILIES, WORKS, chosen, decoded, encoded

from ...fakes.benchmark_peers import SMALL

EVERY = [work.problem for work in WORKS] + [problem for axis in AXES for problem in axis.problems.values()]


def test_every_row_that_was_promised_has_its_name():
    names = [work.name for work in WORKS]
    assert len(set(names)) == len(names)
    assert names[:3] == ["vae64_b64", "vae64_b32", "vae64_bn_b64"]
    assert names[-1] == "node_overhead"
    assert {name.split("_")[0] for name in names[3:-1]} == {"conv", "rnn", "gru", "lstm"}


@pytest.mark.parametrize(("family", "cell"), [("tanh-RNN", "rnn"), ("GRU", "gru"), ("LSTM", "lstm")])
def test_the_recurrent_grid_has_eighteen_sizes_at_batch_128(family, cell):
    problems = FAMILIES[family]
    assert len(problems) == 18
    for name, p in problems.items():
        assert name == f"{cell}_I{p.features}_H{p.hidden}_L{p.length}"
        assert (p.cell, p.batch) == (cell, 128)
    assert {(p.features, p.length) for p in problems.values()} == {(1, 5), (1, 10), (1, 20), (1, 50), (8, 10), (8, 50)}


def test_the_autoencoder_is_that_of_the_study():
    model = FAMILIES["autoencoder"]["vae64_b64"].model()
    assert (model.image_size, model.widths, model.latent, model.likelihood) == (64, (32, 64, 128, 256), 64, "gaussian")


@pytest.mark.parametrize("problem", EVERY, ids=repr)
def test_a_problem_is_told_and_understood(problem):
    assert decoded(encoded(problem)) == problem


@pytest.mark.parametrize(
    "problem", {type(p).__name__ + str(getattr(p, "cell", "")): p for p in EVERY}.values(), ids=repr
)
def test_a_miniature_runs_the_same_kind_of_step(problem):
    small = problem.miniature()
    assert type(small) is type(problem)
    assert small.dtype == problem.dtype
    side = small.ours()
    side.step()
    assert all(np.isfinite(value).all() for value in side.results().values())


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_keeps_to_its_dtype(name, dtype):
    side = replace(SMALL[name], dtype=dtype).ours()
    side.step()
    assert {value.dtype.name for what, value in side.results().items() if what != "the loss"} == {dtype}


def test_works_are_chosen_by_patterns():
    assert [work.name for work in chosen(WORKS, ["vae*", "node_overhead"])] == [
        "vae64_b64", "vae64_b32", "vae64_bn_b64", "node_overhead",
    ]  # fmt: skip
    assert len(chosen(WORKS, ["*_L50"])) == 18
    assert chosen(WORKS, ["nothing"]) == []


def test_sizes_grow_by_a_fixed_factor():
    for axis in AXES:
        sizes = list(axis.problems)
        assert len({b // a for a, b in pairwise(sizes)}) == 1
