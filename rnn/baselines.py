"""What a net has to beat: three forecasts that need no recurrence.

Each is a function of the training windows and of the windows asked about. It gives the probability of a rise (n,) and
the decision (n,), which for a net is just whether the probability is 1/2 or more. Frequencies are (k + 1) / (n + 2) for
k rises in n windows (Laplace's rule of succession), so that no group, however small, has probability 0 or 1.
"""

import numpy as np

from autograd import Tensor, binary_cross_entropy_with_logits
from autograd.nn import Linear
from autograd.optim import Adam, cosine_decay

from .scaling import Standardisation, signed_log
from .windows import Windows

Forecast = tuple[np.ndarray, np.ndarray]


def majority(train: Windows, asked: Windows) -> Forecast:
    """The more frequent class of the training part, always, with its frequency there."""
    probability = np.full(len(asked), _frequency(train.labels))
    return probability, probability >= 0.5


def reversal(train: Windows, asked: Windows) -> Forecast:
    """What fell yesterday rises today, and nothing else does.

    For numbers that scatter independently around a level this rule is right two times out of three. Its probability
    is how often the count rose in training after a fall, and after no fall: two numbers. The decision is the rule
    itself, whatever these frequencies are.
    """
    rise_after_fall = _frequency(train.labels[_fell(train)])
    rise_otherwise = _frequency(train.labels[~_fell(train)])
    decision = _fell(asked)
    return np.where(decision, rise_after_fall, rise_otherwise), decision


def logistic(train: Windows, asked: Windows, steps: int = 300, learning_rate: float = 0.1) -> Forecast:
    """Logistic regression, p = 1 / (1 + exp(-(w . z + b))), on the L days at once.

    z is the signed log of the window, each day standardised with the constants of the training part. The loss is
    convex: Adam on all training windows at once comes as close to its one minimum as wanted.
    """
    standardise = Standardisation.fit(signed_log(train.values))
    z = standardise(signed_log(train.values))
    # Whatever the start, the minimum is the same: a fixed generator leaves nothing to chance.
    line = Linear(train.length, 1, np.random.default_rng(0))
    optimizer = Adam(line.parameters(), cosine_decay(learning_rate, steps))
    labels = Tensor(train.labels.astype(z.dtype))
    for _ in range(steps):
        loss = binary_cross_entropy_with_logits(line(Tensor(z))[:, 0], labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    probability = line(Tensor(standardise(signed_log(asked.values))))[:, 0].sigmoid().data
    return probability, probability >= 0.5


BASELINES = {"majority": majority, "reversal": reversal, "logistic": logistic}


def _frequency(labels):
    return (labels.sum() + 1) / (len(labels) + 2)


def _fell(windows):
    """(n,) whether the last day of the window was below the day before it; no for windows of a single day."""
    if windows.length < 2:
        return np.zeros(len(windows), dtype=bool)
    return windows.values[:, -1] < windows.values[:, -2]
