"""What a net has to beat: forecasts that need no recurrence.

Each is a function of the training windows and of the windows asked about. It gives the probability of a rise (n,) and
the decision (n,), which for a net is just whether the probability is 1/2 or more. Frequencies are (k + 1) / (n + 2) for
k rises in n windows (Laplace's rule of succession), so that no group, however small, has probability 0 or 1.

A *rule* decides by the window alone and learns nothing but two frequencies: how often the count rose in training where
the rule predicts a rise, and where it does not. The decision is the rule itself, whatever these frequencies are.
"""

from collections.abc import Callable

import numpy as np

from .features import window_features
from .logistic import LogisticRegression
from .scaling import Standardisation, signed_log
from .windows import Windows

Forecast = tuple[np.ndarray, np.ndarray]
RIDGE = 3.0  # of the linear model with features, which depend on each other


def majority(train: Windows, asked: Windows) -> Forecast:
    """The more frequent class of the training part, always, with its frequency there."""
    probability = np.full(len(asked), rise_share(train.labels))
    return probability, probability >= 0.5


def reversal(train: Windows, asked: Windows) -> Forecast:
    """A rise after a fall, and no rise otherwise.

    For numbers that scatter independently around a level this rule is right two times out of three.
    """
    return _by_rule(train, asked, lambda values: _last_step(values) < 0)


def persistence(train: Windows, asked: Windows) -> Forecast:
    """A rise after a rise, and no rise otherwise."""
    return _by_rule(train, asked, lambda values: _last_step(values) > 0)


def below_mean(train: Windows, asked: Windows) -> Forecast:
    """A rise where the last day is below the mean of the window."""
    return _by_rule(train, asked, lambda values: values[:, -1] < values.mean(axis=1))


def week_ago_level(train: Windows, asked: Windows) -> Forecast:
    """A rise where the target's weekday had more cases last week than the last day of the window has."""
    return _by_rule(train, asked, lambda values: values[:, -7] > values[:, -1])


def week_ago_step(train: Windows, asked: Windows) -> Forecast:
    """A rise where the same weekday brought a rise last week."""
    return _by_rule(train, asked, lambda values: values[:, -7] > values[:, -8])


def sign_table(train: Windows, asked: Windows) -> Forecast:
    """How often the count rose in training, by the sign of the last step and whether the last day had cases."""
    group_of_train, group_of_asked = _sign_group(train.values), _sign_group(asked.values)
    frequency = np.array([rise_share(train.labels[group_of_train == group]) for group in range(6)])
    probability = frequency[group_of_asked]
    return probability, probability >= 0.5


def logistic(train: Windows, asked: Windows) -> Forecast:
    """Logistic regression on the L days at once: the signed log of each, standardised."""
    return _regression(signed_log(train.values, np.float64), train.labels, signed_log(asked.values, np.float64), 1e-3)


def logistic_features(train: Windows, asked: Windows) -> Forecast:
    """Logistic regression on the features of the window (`features.window_features`), standardised."""
    return _regression(window_features(train.values), train.labels, window_features(asked.values), RIDGE)


BASELINES: dict[str, Callable[[Windows, Windows], Forecast]] = {
    "majority": majority,
    "persistence": persistence,
    "reversal": reversal,
    "below_mean": below_mean,
    "week_ago_level": week_ago_level,
    "week_ago_step": week_ago_step,
    "sign_table": sign_table,
    "logistic": logistic,
    "logistic_features": logistic_features,
}
MIN_LENGTH = {"week_ago_level": 7, "week_ago_step": 8}  # days that a window must have; 1 for the others


def rise_share(labels: np.ndarray) -> float:
    """(k + 1) / (n + 2) for k rises among n labels."""
    return (labels.sum() + 1) / (len(labels) + 2)


def _regression(x, labels, asked, ridge) -> Forecast:
    standardise = Standardisation.fit(x)
    probability = LogisticRegression.fit(standardise(x), labels, ridge).probability(standardise(asked))
    return probability, probability >= 0.5


def _by_rule(train: Windows, asked: Windows, rule: Callable[[np.ndarray], np.ndarray]) -> Forecast:
    predicted = rule(train.values)
    rise_if_predicted, rise_otherwise = rise_share(train.labels[predicted]), rise_share(train.labels[~predicted])
    decision = rule(asked.values)
    return np.where(decision, rise_if_predicted, rise_otherwise), decision


def _last_step(values):
    """(n,) last day minus the day before it; 0 for windows of a single day."""
    return values[:, -1] - values[:, -2] if values.shape[1] > 1 else np.zeros(len(values), dtype=int)


def _sign_group(values):
    """(n,) in 0..5: sign of the last step, times whether the last day had cases."""
    return (2 * (np.sign(_last_step(values)) + 1) + (values[:, -1] > 0)).astype(int)
