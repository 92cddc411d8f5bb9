"""Five scores of yes-or-no forecasts, and whether their probabilities are calibrated.

Labels y are bool (n,), probabilities p of a rise are (n,), decisions are bool (n,). Accuracy and balanced accuracy
judge decisions, AUC the order of the probabilities, log-loss and the Brier score the probabilities themselves.
A score that is undefined, because only one class occurs, is NaN.
"""

from dataclasses import dataclass

import numpy as np

METRICS = ("accuracy", "balanced_accuracy", "auc", "log_loss", "brier")
LOWER_IS_BETTER = ("log_loss", "brier", "validation_loss")
BINS = 10  # of probability, for calibration
MIN_IN_BIN = 20  # windows in a bin; with fewer its observed share says too little


def accuracy(labels: np.ndarray, decisions: np.ndarray) -> float:
    """The share of right decisions. Always to be read beside the share of the larger class."""
    return float(np.mean(labels == decisions))


def balanced_accuracy(labels: np.ndarray, decisions: np.ndarray) -> float:
    """(share of the rises found + share of the others found) / 2: 1/2 for whoever always says the same.

    Source: K. H. Brodersen et al., "The balanced accuracy and its posterior distribution" (2010).
    """
    if labels.all() or not labels.any():
        return float("nan")
    return float((decisions[labels].mean() + (~decisions[~labels]).mean()) / 2)


def roc_auc(labels: np.ndarray, probability: np.ndarray) -> float:
    """The chance that a rise was given a higher probability than a window without one; ties count one half.

    With R the sum of the ranks of the n1 rises among all n1 + n0 probabilities (equal ones share their mean rank):

        AUC = (R - n1 (n1 + 1) / 2) / (n1 n0)

    which equals the area under the receiver operating characteristic. Source: J. A. Hanley and B. J. McNeil, "The
    meaning and use of the area under a receiver operating characteristic curve" (1982); the sum of ranks is
    Wilcoxon's, the quotient Mann and Whitney's.
    """
    rises = int(labels.sum())
    others = len(labels) - rises
    if rises == 0 or others == 0:
        return float("nan")
    _, value_of, count = np.unique(probability, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2  # of each distinct value, ranks counted from 1
    rank_sum = mean_rank[value_of][labels].sum()
    return float((rank_sum - rises * (rises + 1) / 2) / (rises * others))


def log_loss(labels: np.ndarray, probability: np.ndarray) -> float:
    """-mean(y log p + (1 - y) log(1 - p)), in nats: log 2 = 0.693 for whoever always says 1/2.

    Probabilities are kept 1e-7 away from 0 and 1, about the last step of float32, so that one overconfident answer
    costs 16 nats and not infinity. Source: I. J. Good, "Rational decisions" (1952).
    """
    p = np.clip(np.asarray(probability, dtype=np.float64), 1e-7, 1 - 1e-7)
    return float(-np.mean(np.log(np.where(labels, p, 1 - p))))


def brier(labels: np.ndarray, probability: np.ndarray) -> float:
    """mean (p - y)^2: 1/4 for whoever always says 1/2.

    Source: G. W. Brier, "Verification of forecasts expressed in terms of probability" (1950).
    """
    return float(np.mean((np.asarray(probability, dtype=np.float64) - labels) ** 2))


def evaluate(labels: np.ndarray, probability: np.ndarray, decisions: np.ndarray) -> dict[str, float]:
    """All five scores by name."""
    return {
        "accuracy": accuracy(labels, decisions),
        "balanced_accuracy": balanced_accuracy(labels, decisions),
        "auc": roc_auc(labels, probability),
        "log_loss": log_loss(labels, probability),
        "brier": brier(labels, probability),
    }


@dataclass(frozen=True, eq=False)
class Reliability:
    """Predicted and observed shares of rises, one element for each bin of probability that holds enough windows.

    predicted  (bins,) mean probability
    observed   (bins,) share of rises
    count      (bins,) windows
    error      (bins,) standard error of a share, sqrt(p (1 - p) / count), with p the mean prediction: the scatter
               that a perfectly calibrated model would show
    """

    predicted: np.ndarray
    observed: np.ndarray
    count: np.ndarray
    error: np.ndarray


def reliability(labels: np.ndarray, probability: np.ndarray, repeats: int = 1) -> Reliability:
    """Predicted against observed share of rises, tenth by tenth of probability.

    repeats: how often each window occurs (seeds ask about the same windows again), by which the errors are not
    narrowed.
    """
    bin_of = np.minimum((np.asarray(probability) * BINS).astype(int), BINS - 1)
    count = np.bincount(bin_of, minlength=BINS)
    kept = count >= MIN_IN_BIN
    count = count[kept]
    predicted = np.bincount(bin_of, probability, BINS)[kept] / count
    observed = np.bincount(bin_of, labels, BINS)[kept] / count
    return Reliability(predicted, observed, count, np.sqrt(predicted * (1 - predicted) * repeats / count))


def calibration_error(labels: np.ndarray, probability: np.ndarray) -> float:
    """Expected calibration error: mean |predicted - observed| of the bins, weighted by their windows.

    Source: M. Naeini, G. Cooper, M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning"
    (2015).
    """
    table = reliability(labels, probability)
    if not len(table.count):
        return float("nan")
    return float(np.average(np.abs(table.predicted - table.observed), weights=table.count))


def confusion(labels: np.ndarray, decisions: np.ndarray) -> np.ndarray:
    """Counts (2, 2): rows are no rise and rise as they happened, columns as they were predicted."""
    cell = 2 * np.asarray(labels, dtype=np.int64) + np.asarray(decisions, dtype=np.int64)
    return np.bincount(cell, minlength=4).reshape(2, 2)
