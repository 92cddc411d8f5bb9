"""What the models, splits and metrics of problem 1 are called, and differences between models in words."""

import numpy as np

from experiments.prose import signed
from rnn.compare import Difference

MODEL_NAMES = {
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "majority": "majority class",
    "reversal": "reversal rule",
    "rnn_steps": "RNN on steps",
    "lstm_steps": "LSTM on steps",
    "gru_steps": "GRU on steps",
    "persistence": "persistence rule",
    "below_mean": "below-the-mean rule",
    "week_ago_level": "week-ago rule (level)",
    "week_ago_step": "week-ago rule (step)",
    "sign_table": "sign table",
    "logistic": "logistic regression",
    "logistic_features": "logistic regression with features",
}
SPLIT_NAMES = {"country": "by country", "time": "by time", "random": "random windows"}
SPLIT_PHRASES = {**SPLIT_NAMES, "random": "on random windows"}  # as they stand inside a sentence
METRIC_NAMES = {
    "train_accuracy": "training accuracy",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "auc": "ROC-AUC",
    "log_loss": "log-loss (nats)",
    "brier": "Brier score",
}


def the(model: str) -> str:
    """A model with its article: "the GRU", "the reversal rule"."""
    return f"the {MODEL_NAMES[model]}" if not model.startswith("logistic") else MODEL_NAMES[model]


def interval(difference: Difference) -> str:
    """ "+2.7 ± 0.9 points", or without the "±" where one seed allows no interval."""
    margin = f" ± {100 * difference.margin:.1f}" if np.isfinite(difference.margin) else ""
    return f"{signed(difference.mean)}{margin} points"


def counts_as(difference: Difference) -> str:
    """What a difference amounts to."""
    if not difference.seeds:
        return "undefined: only one class occurs"
    return {
        "above": "more than noise explains",
        "below": "a loss that noise does not explain",
        "noise": "within noise",
        "unknown": "on one seed",
    }[difference.verdict]
