import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.metrics import (
    accuracy,
    balanced_accuracy,
    brier,
    calibration_error,
    confusion,
    evaluate,
    log_loss,
    reliability,
    roc_auc,
)

# Few different probabilities, so that ties occur.
forecasts = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])), min_size=1, max_size=30)


@given(forecasts)
def test_auc_is_the_share_of_pairs_in_the_right_order_with_ties_for_one_half(rows):
    labels, probability = (np.array(column) for column in zip(*rows, strict=True))
    rises, others = probability[labels], probability[~labels]
    won = [1.0 if p > q else 0.5 if p == q else 0.0 for p in rises for q in others]
    assert roc_auc(labels, probability) == pytest.approx(np.mean(won) if won else math.nan, nan_ok=True)


@given(forecasts)
def test_balanced_accuracy_is_the_mean_recall_of_the_classes(rows):
    labels = np.array([label for label, _ in rows])
    decisions = np.array([p > 0.5 for _, p in rows])
    recalls = [np.mean(decisions[labels == c] == c) for c in (True, False) if (labels == c).any()]
    expected = np.mean(recalls) if len(recalls) == 2 else math.nan
    assert balanced_accuracy(labels, decisions) == pytest.approx(expected, nan_ok=True)


def test_accuracy_is_high_and_balanced_accuracy_one_half_for_whoever_always_says_no():
    labels = np.array([True] + [False] * 9)
    never = np.zeros(10, dtype=bool)
    assert accuracy(labels, never) == 0.9
    assert balanced_accuracy(labels, never) == 0.5


def test_log_loss_and_brier_by_hand():
    labels, probability = np.array([True, False]), np.array([0.8, 0.4])
    assert log_loss(labels, probability) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2, rel=1e-12)
    assert brier(labels, probability) == pytest.approx((0.2**2 + 0.4**2) / 2, rel=1e-12)


def test_one_half_costs_log_2_and_one_quarter():
    labels, half = np.array([True, False, False]), np.full(3, 0.5, np.float32)
    assert log_loss(labels, half) == pytest.approx(math.log(2))
    assert brier(labels, half) == 0.25


def test_certain_and_wrong_is_dear_but_finite():
    assert log_loss(np.array([True]), np.array([0.0], np.float32)) == pytest.approx(-math.log(1e-7))


def test_evaluate_gives_all_five_by_name():
    scores = evaluate(np.array([True, False]), np.array([0.9, 0.3]), np.array([True, False]))
    assert list(scores) == ["accuracy", "balanced_accuracy", "auc", "log_loss", "brier"]
    assert scores["accuracy"] == scores["auc"] == 1


def test_reliability_compares_predicted_with_observed_shares():
    labels, probability = np.array([1, 0, 0, 0] * 10 + [1] * 40), np.array([0.25] * 40 + [0.95] * 40)
    table = reliability(labels, probability)
    assert table.predicted == pytest.approx([0.25, 0.95])
    assert table.observed == pytest.approx([0.25, 1.0])
    assert table.count.tolist() == [40, 40]
    assert table.error[0] == pytest.approx(np.sqrt(0.25 * 0.75 / 40))
    assert calibration_error(labels, probability) == pytest.approx(0.5 * 0.05)


def test_a_bin_with_too_few_windows_is_left_out_and_without_any_the_error_is_undefined():
    labels, probability = np.array([1, 0] * 10 + [1] * 19), np.array([0.5] * 20 + [1.0] * 19)
    assert reliability(labels, probability).count.tolist() == [20]
    assert math.isnan(calibration_error(labels[:5], probability[:5]))


def test_seeds_that_repeat_windows_do_not_narrow_the_error_bars():
    labels, probability = np.array([1, 0, 0, 0] * 10), np.array([0.25] * 40)
    twice = reliability(np.tile(labels, 2), np.tile(probability, 2), repeats=2)
    assert twice.error == pytest.approx(reliability(labels, probability).error)


def test_confusion_has_what_happened_in_rows():
    assert confusion(np.array([1, 0, 1, 0]), np.array([1, 1, 0, 0])).tolist() == [[1, 1], [1, 1]]
    assert confusion(np.array([1, 0, 0]), np.array([1, 1, 1])).tolist() == [[0, 2], [0, 1]]
