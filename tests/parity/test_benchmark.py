"""The benchmark from end to end with PyTorch, on small problems: same results, or it refuses; then rows of numbers."""

import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from experiments.benchmark import peers, report  # noqa: E402
from experiments.benchmark.agreement import DifferentError  # noqa: E402
from experiments.benchmark.comparison import check, compare  # noqa: E402
from experiments.benchmark.peers import torch_autoencoder, torch_recurrent, torch_training  # noqa: E402
from experiments.benchmark.timing import Plan  # noqa: E402
from experiments.benchmark.works import WORKS, Work  # noqa: E402
from tests.fakes.benchmark_peers import SMALL  # noqa: E402

pytestmark = pytest.mark.parity
ROUGHLY = Plan(rounds=2, least_seconds=0.001)


@pytest.mark.parametrize("name", SMALL)
def test_every_side_of_pytorch_computes_what_we_do(name):
    check(Work(name, name, SMALL[name]), ["torch"])


@pytest.mark.parametrize("work", [work for work in WORKS if work.name.startswith("conv")], ids=lambda work: work.name)
def test_every_convolution_that_is_measured_is_pytorchs(work):
    check(replace(work, problem=replace(work.problem, batch=2, size=6)), ["torch"])


@pytest.mark.parametrize("name", SMALL)
def test_a_comparison_gives_a_row_with_the_fastest_side(name):
    work = Work(name, name, SMALL[name])
    (row,) = compare(work, ["torch"], [], 1, ROUGHLY, time.perf_counter)
    assert row.settings in peers.makers("torch", work.problem)
    assert 0 < row.ratio.low <= row.ratio.median <= row.ratio.high < np.inf
    assert row.ours_ms > 0
    assert row.peer_ms > 0
    assert len(report.csv_text([row]).splitlines()) == 2


def test_the_autoencoder_is_tried_in_both_layouts_with_both_adams():
    settings = {tuple(name.split(", ")) for name in torch_autoencoder.makers(SMALL["autoencoder"])}
    assert settings == set(product(("channels_last", "contiguous"), ("fused Adam", "foreach Adam")))


def test_another_loss_is_refused(monkeypatch):
    monkeypatch.setattr(
        torch_recurrent.functional, "binary_cross_entropy_with_logits", lambda a, b: ((a - b) ** 2).mean()
    )
    with pytest.raises(DifferentError, match="the loss in step 1, float64"):
        check(Work("rnn", "rnn", SMALL["rnn"]), ["torch"])


def test_another_learning_rate_is_refused(monkeypatch):
    monkeypatch.setattr(torch_training, "LEARNING_RATE", 2e-3)
    with pytest.raises(DifferentError, match="step 2"):
        check(Work("autoencoder", "autoencoder", SMALL["autoencoder"]), ["torch"])


def test_batch_norm_without_its_slope_is_refused(monkeypatch):
    monkeypatch.setattr(torch_autoencoder, "NEGATIVE_SLOPE", 0.1)
    with pytest.raises(DifferentError):
        check(Work("bn", "bn", SMALL["autoencoder_bn"]), ["torch"])
