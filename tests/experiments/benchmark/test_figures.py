"""The benchmark's figures: every row is in them, and their titles say what the table says."""

import imageio.v3 as imageio
import pandas as pd
import pytest

from experiments.benchmark import figure as benchmark
from experiments.benchmark import growth_figure as growth

SINGLE = ["vae64_b64", "conv_k3s1", "node_overhead"]
GRID = [
    f"{cell}_I{i}_H{h}_L{n}" for cell in ("rnn", "gru", "lstm") for i in (1, 8) for h in (32, 128) for n in (10, 50)
]


def ratios(works, peer="torch", threads=1, first=0.5):
    rows = [(work, peer, threads, first + 0.01 * k) for k, work in enumerate(works)]
    table = pd.DataFrame(rows, columns=["work", "peer", "threads", "ratio"])
    return table.assign(ratio_low=table["ratio"] - 0.1, ratio_high=table["ratio"] + 0.2)


def grown(memory=True):
    rows = [(axis, n, 2.0 + 0.5 * n, 10.0 + n if memory else None) for axis in ("a", "b") for n in (1, 2, 4, 8)]
    return pd.DataFrame(rows, columns=["axis", "value", "ms", "peak_mb"])


@pytest.mark.parametrize(
    "table",
    [
        ratios(SINGLE + GRID),
        pd.concat([ratios(SINGLE), ratios(["vae64_b64"], threads=2), ratios(["node_overhead"], "hips")]),
        ratios(GRID[:1]),
        ratios(["conv_k3s1", "lstm_I1_H64_L10"], "mygrad"),
        ratios(GRID, "jax"),
    ],
    ids=["all", "threads and peers", "one", "no PyTorch", "recurrent nets against JAX alone"],
)
def test_any_selection_of_works_is_drawn(table, tmp_path):
    benchmark.plot_ratios(table, tmp_path / "ratios.png")
    assert imageio.imread(tmp_path / "ratios.png").std() > 5


def test_the_title_counts_the_faster_steps_and_names_the_slowest():
    table = ratios(["a", "b", "c"], first=0.985)  # 0.985, 0.995, 1.005
    assert benchmark.finding(table) == (
        "2 of 3 steps are faster than PyTorch's: 0.99 of its time in the geometric mean, at worst 1.00 (c)"
    )


@pytest.mark.parametrize("memory", [True, False])
def test_growth_is_drawn_with_and_without_memory(memory, tmp_path):
    growth.plot_growth(grown(memory), {"a": "size", "b": "length"}, tmp_path / "growth.png")
    assert imageio.imread(tmp_path / "growth.png").std() > 5


def test_linear_growth_is_called_linear_and_quadratic_is_not():
    assert growth.finding(grown()).endswith("cost grows about linearly or less")
    square = grown().assign(ms=lambda table: table["value"] ** 2)
    assert growth.finding(square).startswith("Twice the size takes at most 4.00 times the time")
    assert "linearly" not in growth.finding(square)


def test_growth_is_not_called_linear_where_memory_grows_faster():
    square = grown().assign(peak_mb=lambda table: table["value"] ** 2)
    assert growth.finding(square).endswith("4.00 times the memory")
