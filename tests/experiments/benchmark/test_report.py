"""Tables: the CSV has exactly its columns, the table for a page says what the numbers depend on."""

import csv
import io

import pytest

from experiments.benchmark import report

from ...fakes.benchmark_peers import comparison

ROWS = [
    comparison("vae64_b64", "autoencoder", title="batch 64", ratio=0.9, peak_mb_ours=150.0, peak_mb_peer=100.0),
    comparison("vae64_b64", "autoencoder", title="batch 64", ratio=1.1, threads=2),
    comparison("lstm_I1_H32_L5", ratio=0.5, peak_mb_ours=4.0, peak_mb_peer=8.0),
    comparison("lstm_I1_H32_L50", ratio=0.98, peak_mb_ours=0.2, peak_mb_peer=0.1),
    comparison("lstm_I1_H32_L5", ratio=0.25, peer="mygrad", peak_mb_ours=4.0),
]


def test_the_csv_has_exactly_the_promised_columns():
    assert report.csv_text([]) == (
        "work,peer,threads,ratio,ratio_low,ratio_high,ours_ms,peer_ms,gemm_share,peak_mb_ours,peak_mb_peer\n"
    )


def test_a_row_of_the_csv_can_be_read_back_and_the_unknown_is_empty():
    first, second, *_ = csv.DictReader(io.StringIO(report.csv_text(ROWS)))
    assert first == {
        "work": "vae64_b64", "peer": "torch", "threads": "1", "ratio": "0.9", "ratio_low": "0.8", "ratio_high": "1",
        "ours_ms": "1.25", "peer_ms": "2.5", "gemm_share": "0.4", "peak_mb_ours": "150", "peak_mb_peer": "100",
    }  # fmt: skip
    assert second["threads"] == "2"
    assert second["peak_mb_ours"] == second["peak_mb_peer"] == ""


def test_the_summary_has_the_geometric_mean_and_the_worst_of_each_family():
    assert report.summary(ROWS) == (
        "LSTM, 2 works, 1T, against PyTorch: geometric mean 0.70, worst 0.98 (lstm_I1_H32_L50)"
    )


def test_the_geometric_mean_of_a_half_and_a_double_is_one():
    assert report.geometric_mean([0.5, 2.0]) == pytest.approx(1)


def test_the_table_for_a_page_has_a_row_for_each_autoencoder_and_one_for_each_other_family():
    text = report.markdown(ROWS, ["- processor: one of them"])
    assert text.startswith("- processor: one of them\n\n| training step |")
    assert text.splitlines()[4:] == [
        "| batch 64 | 1 | PyTorch | **0.90** (0.80 to 1.00) | 1.25 ms | 2.50 ms | 40 % | 1.50 |",
        "| batch 64 | 2 | PyTorch | **1.10** (1.00 to 1.20) | 1.25 ms | 2.50 ms | 40 % |  |",
        "| LSTM, 2 sizes | 1 | PyTorch | **0.70** (worst 0.98) | | | 40 % | 0.50 |",
        "| LSTM | 1 | MyGrad | **0.25** (0.15 to 0.35) | 1.25 ms | 2.50 ms | 40 % |  |",
    ]


def test_every_row_of_the_table_has_the_cells_of_its_heading():
    lines = [line for line in report.markdown(ROWS, []).splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {9}


def test_a_line_of_the_log_says_when_the_core_was_shared():
    assert "had a core 34 % of the time" in report.line(comparison(busy=0.34))
    assert "had a core" not in report.line(comparison(busy=0.99))


def test_short_times_are_told_in_microseconds():
    assert "ours    1.80 us" in report.line(comparison(ours_ms=0.0018))
