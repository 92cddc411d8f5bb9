"""What the protocol table says of chosen nets, of steps and of variants, from rows where they win, lose and tie."""

import pandas as pd
import pytest

from experiments.rnn.protocol_choices import (
    cells_section,
    chosen_nets,
    chosen_section,
    steps_section,
    variants_section,
)
from experiments.rnn.protocols import CHOICE_COLUMNS, COLUMNS, GAIN_COLUMNS

METRICS = ("accuracy", "auc", "log_loss", "brier")


def choices(**losses):
    """Rows of choices.csv by time at L = 7: two seeds around each model's loss on the cut."""
    rows = []
    for model, loss in losses.items():
        for seed in (0, 1):
            rows.append((model, 7, "time", seed, "validation_loss", loss + 0.01 * (seed - 0.5)))
            rows.append((model, 7, "time", seed, "epochs", 4.0 + 2 * seed))
    return pd.DataFrame(rows, columns=CHOICE_COLUMNS)


def scores(*models):
    rows = [("distinct", "time", 7, m, metric, 0.6, 0.5, 0.7, 0.01) for m in models for metric in METRICS]
    return pd.DataFrame(rows, columns=COLUMNS)


def gains(model, other, **found):
    """Rows of gains.csv: metric=(gain, p)."""
    rows = [
        ("distinct", "time", 7, model, other, metric, gain, gain - 0.01, gain + 0.01, p)
        for metric, (gain, p) in found.items()
    ]
    return pd.DataFrame(rows, columns=GAIN_COLUMNS)


def test_the_lowest_mean_loss_on_the_cut_chooses_and_nothing_of_the_test():
    [net] = chosen_nets(choices(gru=0.63, lstm=0.62, rnn=0.64))
    assert (net.split, net.model, net.length, net.epochs) == ("time", "lstm", 7, 5.0)
    assert net.loss == pytest.approx(0.62)


@pytest.mark.parametrize(
    ("accuracy", "auc", "said"),
    [
        ((0.02, 1e-4), (0.03, 1e-4), "the chosen net is better in accuracy and ROC-AUC than"),
        ((-0.02, 1e-4), (0.03, 1e-4), "the chosen net is better in ROC-AUC and worse in accuracy than"),
        ((-0.02, 0.3), (0.03, 0.4), "By time no difference to the linear model with features is shown"),
        ((0.02, 0.04), (0.03, 0.04), "By time no difference"),  # each by itself, but there are two
    ],
)
def test_the_verdict_on_the_chosen_net_follows_its_rows(accuracy, auc, said):
    found = gains("gru", "logistic_features", accuracy=accuracy, auc=auc)
    text = chosen_section(chosen_nets(choices(gru=0.6)), scores("gru", "logistic_features"), found)
    assert said in text
    assert "| by time | GRU | 7 | 5 | 0.600 |" in text


@pytest.mark.parametrize(
    ("loss", "auc", "said"),
    [
        (0.60, (0.01, 1e-4), "The cut prefers steps in 1 of 1 examinations. In the test steps gain AUC in 1 and lose"),
        (0.62, (-0.01, 1e-4), "The cut prefers steps in 0 of 1 examinations. In the test steps gain AUC in 0 and lose"),
        (0.60, (0.01, 0.2), "In the test steps gain AUC in 0 and lose it in 0, after correction"),
    ],
)
def test_steps_are_told_as_the_cut_and_the_test_have_them(loss, auc, said):
    text = steps_section(choices(gru=0.61, gru_steps=loss), gains("gru_steps", "gru", auc=auc))
    assert said in text


def test_without_a_pair_there_is_nothing_to_say_of_steps():
    assert steps_section(choices(gru=0.61), gains("gru", "logistic", auc=(0.0, 1.0))) == ""


def test_each_variant_that_was_scored_has_a_row():
    net = chosen_nets(choices(gru=0.6))
    named = ("gru", "gru:recalibrated")
    found = [gains(model, "logistic_features", accuracy=(0.01, 0.5), auc=(0.02, 0.5)) for model in named]
    found.append(gains("gru:recalibrated", "gru", log_loss=(0.006, 1e-3)))
    text = variants_section(net, scores(*named), pd.concat(found))
    assert "| by time | GRU | 7 | 0.600 | 0.600 | 0.600 | 0.600 | – |" in text
    assert "| by time | GRU, recalibrated | 7 | 0.600 | 0.600 | 0.600 | 0.600 | +0.6 [−0.4, +1.6] |" in text
    assert "averaged" not in text


@pytest.mark.parametrize(
    ("auc", "said"),
    [
        ((0.02, 1e-4), "GRU − RNN: higher AUC in one of one examinations (+2.0 points), lower in none, no difference"),
        ((-0.02, 1e-4), "GRU − RNN: higher AUC in none, lower in one of one examinations (−2.0 points), no difference"),
        ((0.02, 0.2), "GRU − RNN: higher AUC in none, lower in none, no difference shown in one."),
    ],
)
def test_cells_are_compared_as_the_rows_have_them(auc, said):
    text = cells_section(gains("gru", "rnn", auc=auc))
    assert text.startswith(said)
    assert f"| by time | 7 | {'−' if auc[0] < 0 else '+'}2.0 [" in text


def test_a_single_cell_is_compared_with_no_other():
    assert cells_section(gains("gru", "logistic", auc=(0.02, 1e-4))) == ""
