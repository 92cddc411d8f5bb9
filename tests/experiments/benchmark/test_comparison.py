"""What is made of the readings: the table of seconds is given here, so every number is known."""

import time

import numpy as np
import pytest

from experiments.benchmark import comparison, peers
from experiments.benchmark.comparison import compare
from experiments.benchmark.products import Operand, Product
from experiments.benchmark.timing import Plan
from experiments.benchmark.works import Work

from ...fakes.benchmark_peers import SMALL, Sum

MATRIX = Operand(0, "<f4", (2, 2), (8, 4))
PRODUCTS = [Product(MATRIX, MATRIX, MATRIX._replace(address=1))]
WORK = Work("node_overhead", "one node", SMALL["chain"], peers=("torch", "mygrad"))  # five ops in a step


@pytest.fixture
def readings(monkeypatch):
    """Columns: ours, products, torch's two sides, mygrad's."""
    makers = {"torch": {"slow": Sum, "quick": Sum}, "mygrad": {"": Sum}}
    monkeypatch.setattr(
        peers, "makers", lambda peer, problem: {s: lambda make=m: make(problem) for s, m in makers[peer].items()}
    )
    table = np.array([[10, 2, 30, 20, 50], [20, 8, 40, 20, 50], [30, 9, 50, 20, 50]], float)

    def interleaved(stopwatches, plan):
        for stopwatch in stopwatches:
            stopwatch(1)
        kept = [0, *([1] if len(stopwatches) in (2, 5) else []), *range(2, 5)]
        return table[:, kept[: len(stopwatches)]]

    monkeypatch.setattr(comparison, "interleaved", interleaved)


def measured(names, noted, threads=1):
    return compare(WORK, names, noted, threads, Plan(), time.perf_counter)


@pytest.mark.usefixtures("readings")
def test_each_peer_is_compared_by_its_fastest_side_in_the_same_rounds():
    torch, mygrad = measured(["torch", "mygrad"], PRODUCTS)
    assert (torch.peer, torch.settings, torch.ratio) == ("torch", "quick", (1.0, 0.5, 1.5))
    assert (mygrad.peer, mygrad.settings, mygrad.ratio) == ("mygrad", "", (0.4, 0.2, 0.6))
    assert torch.ours_ms == mygrad.ours_ms == 20e3 / 5  # an op, of the five in a chain
    assert (torch.peer_ms, mygrad.peer_ms) == (20e3 / 5, 50e3 / 5)


@pytest.mark.usefixtures("readings")
def test_without_products_the_columns_are_the_peers():
    torch, _ = measured(["torch", "mygrad"], [])
    assert torch.gemm_share == 0
    assert torch.ratio.median == 1.0


@pytest.mark.usefixtures("readings")
@pytest.mark.parametrize(("threads", "share"), [(1, 0.3), (2, 0.15)])
def test_the_share_of_products_is_of_all_the_cores(threads, share):
    (alone,) = measured([], PRODUCTS, threads)
    assert alone.gemm_share == pytest.approx(share)
    assert (alone.peer, alone.threads) == ("", threads)
    assert np.isnan(alone.ratio.median)
