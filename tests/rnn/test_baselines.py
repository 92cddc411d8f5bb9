import numpy as np
import pytest

from rnn.baselines import (
    BASELINES,
    below_mean,
    logistic,
    logistic_features,
    majority,
    persistence,
    reversal,
    sign_table,
    week_ago_level,
    week_ago_step,
)
from rnn.metrics import evaluate
from rnn.splits import split
from rnn.windows import Windows
from tests.fakes.course_windows import course_windows
from tests.fakes.real_files import needs_real_files


def windows(values, labels):
    values, labels = np.array(values), np.array(labels, dtype=bool)
    return Windows(values, labels, np.zeros(len(labels), int), np.arange(len(labels)))


def test_majority_answers_with_the_training_class_and_its_frequency_whatever_is_asked():
    train = windows([[0, 1]] * 8, [1, 1, 1, 1, 1, 1, 0, 0])
    probability, decision = majority(train, windows([[5, 1], [0, 0]], [0, 0]))
    assert probability.tolist() == [0.7, 0.7]  # (6 + 1) / (8 + 2)
    assert decision.all()


def test_reversal_says_rise_after_a_fall_only_with_the_frequencies_of_training():
    train = windows([[3, 1]] * 4 + [[1, 3]] * 8, [1, 1, 1, 0] + [1] + [0] * 7)
    probability, decision = reversal(train, windows([[9, 8], [8, 9], [8, 8]], [0, 0, 0]))
    assert decision.tolist() == [True, False, False]
    np.testing.assert_allclose(probability, [4 / 6, 2 / 10, 2 / 10])


def test_reversal_decides_by_the_rule_even_where_it_was_wrong_in_training():
    train = windows([[3, 1]] * 4, [0, 0, 0, 0])
    probability, decision = reversal(train, windows([[9, 8]], [0]))
    assert decision.all()
    assert probability[0] < 0.5


@pytest.mark.parametrize(
    ("rule", "window", "rise"),
    [
        (persistence, [1, 2], True),
        (persistence, [2, 2], False),
        (below_mean, [4, 1, 3], False),
        (below_mean, [4, 3, 2], True),
        (week_ago_level, [5, 0, 0, 0, 0, 0, 4], True),
        (week_ago_level, [4, 0, 0, 0, 0, 0, 4], False),
        (week_ago_step, [4, 5, 0, 0, 0, 0, 0, 9], True),
        (week_ago_step, [5, 4, 0, 0, 0, 0, 0, 9], False),
    ],
)
def test_a_rule_decides_by_the_window_alone(rule, window, rise):
    train = windows([window] * 4, [not rise] * 4)
    probability, decision = rule(train, windows([window], [0]))
    assert decision.tolist() == [rise]
    assert probability[0] == pytest.approx(5 / 6 if not rise else 1 / 6)


def test_the_sign_table_has_the_frequencies_of_its_six_groups():
    train = windows([[3, 1]] * 4 + [[3, 0]] * 2 + [[1, 1]], [1, 1, 1, 0, 0, 0, 1])
    probability, decision = sign_table(train, windows([[9, 2], [7, 0], [5, 5], [1, 5]], [0] * 4))
    np.testing.assert_allclose(probability, [4 / 6, 1 / 4, 2 / 3, 1 / 2])
    assert decision.tolist() == [True, False, True, True]


def test_logistic_reaches_the_minimum_where_residuals_are_orthogonal_to_inputs():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 100, (200, 3))
    train = windows(values, rng.random(200) < 1 / (1 + np.exp(0.03 * (values[:, 2] - 50))))
    probability, _ = logistic(train, train)
    residual = probability - train.labels
    z = np.log1p(values)
    z = (z - z.mean(0)) / z.std(0)
    assert np.abs(z.T @ residual / 200).max() < 1e-4
    assert abs(residual.mean()) < 1e-4


def test_no_baseline_looks_at_the_labels_or_values_of_other_windows_asked_about():
    rng = np.random.default_rng(0)
    train = windows(rng.integers(0, 9, (50, 8)), rng.random(50) < 0.4)
    asked = windows(rng.integers(0, 9, (6, 8)), [0] * 6)
    other = windows(np.concatenate([asked.values[:3], 1000 * asked.values[3:]]), [1] * 6)
    for baseline in BASELINES.values():
        for one, two in zip(baseline(train, asked), baseline(train, other), strict=True):
            np.testing.assert_allclose(one[:3], two[:3], rtol=1e-6)


@needs_real_files
@pytest.mark.parametrize(
    ("baseline", "how", "accuracy", "auc"),
    [
        # What the same rules score elsewhere on the same windows (scikit-learn for the regression).
        (majority, "time", 0.536, 0.5),
        (reversal, "time", 0.640, 0.637),
        (logistic, "time", 0.616, 0.700),
        (persistence, "time", 0.371, 0.631),
        (below_mean, "time", 0.636, 0.636),
        (sign_table, "time", 0.640, 0.647),
        (logistic_features, "time", 0.643, 0.728),
        (logistic_features, "country", 0.649, 0.710),
        (reversal, "country", 0.625, 0.622),
        (logistic, "country", 0.639, 0.696),
    ],
)
def test_scores_on_the_course_file(baseline, how, accuracy, auc):
    w = course_windows(7)
    scores = []
    for seed in range(3):
        test = split(w, how, 81, np.random.default_rng(seed))
        scores.append(evaluate(w.labels[test], *baseline(w.take(~test), w.take(test))))
    tolerance = 0.0021 if how == "time" else 0.02  # countries are drawn by another generator there
    assert np.mean([s["accuracy"] for s in scores]) == pytest.approx(accuracy, abs=tolerance)
    assert np.mean([s["auc"] for s in scores]) == pytest.approx(auc, abs=tolerance)
