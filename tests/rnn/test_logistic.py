import numpy as np
import pytest

from rnn.logistic import LogisticRegression


def test_gradient_is_zero_at_the_minimum():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 4))
    labels = rng.random(200) < 1 / (1 + np.exp(-x @ [1, -2, 0, 0.5] - 0.3))
    fit = LogisticRegression.fit(x, labels, ridge=2.0)
    residual = fit.probability(x) - labels
    np.testing.assert_allclose(x.T @ residual + 2.0 * fit.weights, 0, atol=1e-6)
    assert residual.sum() == pytest.approx(0, abs=1e-4)


def test_weights_are_recovered_from_many_samples():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((50_000, 2))
    labels = rng.random(50_000) < 1 / (1 + np.exp(-(x @ [1.0, -0.5] + 0.2)))
    fit = LogisticRegression.fit(x, labels)
    np.testing.assert_allclose([*fit.weights, fit.bias], [1.0, -0.5, 0.2], atol=0.05)


def test_dependent_inputs_separated_classes_and_a_single_class_stay_finite():
    x = np.array([[-2.0, -4.0], [-1.0, -2.0], [1.0, 2.0], [2.0, 4.0]])
    for labels in ([False, False, True, True], [True] * 4):
        fit = LogisticRegression.fit(x, np.array(labels), ridge=0.1)
        assert np.isfinite([*fit.weights, fit.bias]).all()
        assert ((fit.probability(x) >= 0.5) == labels).all()


def test_extreme_inputs_give_probabilities_and_no_overflow():
    fit = LogisticRegression(np.array([1e4]), 0.0)
    assert fit.probability(np.array([[-1.0], [0.0], [1.0]])).tolist() == [0, 0.5, 1]
