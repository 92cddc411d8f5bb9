"""What the models, splits and metrics of problem 1 are called, and differences between models in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.prose import signed
from experiments.rnn.gains import Gain

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
VARIANT_NAMES = {
    "recalibrated": ", recalibrated",
    "averaged": ", averaged over the seeds",
    "both": ", recalibrated and averaged",
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


def model_name(model: str) -> str:
    """A model's name; a variant's too: "GRU, averaged over the seeds"."""
    name, _, variant = model.partition(":")
    return MODEL_NAMES[name] + {"": "", **VARIANT_NAMES}[variant]


def data_line(facts: Mapping[str, Any]) -> str:
    """What a table was made from, from the entry "data" of config.json."""
    period = f"{facts['first_day']} to {facts['last_day']}"
    return f"Data: {facts['source']}, {facts['countries']} countries, {period}."


def the(model: str) -> str:
    """A model with its article: "the GRU", "the reversal rule"."""
    return f"the {MODEL_NAMES[model]}" if not model.startswith("logistic") else MODEL_NAMES[model]


def interval(gain: Gain) -> str:
    """ "+2.7 [+1.8, +3.6] points"."""
    if not np.isfinite(gain.low):
        return f"{signed(gain.value)} points"
    return f"{signed(gain.value)} [{signed(gain.low)}, {signed(gain.high)}] points"


def counts_as(gain: Gain) -> str:
    """What a difference amounts to."""
    return {
        "above": "more than noise explains",
        "below": "a loss that noise does not explain",
        "noise": "within noise",
        "uncertain": "uncertain beside the other comparisons of this text",
        "undefined": "undefined: only one class occurs",
    }[gain.verdict]
