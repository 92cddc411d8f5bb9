import numpy as np
import pytest

from rnn.choice import Recalibration, choose_epochs, refit
from rnn.classifier import SequenceClassifier
from rnn.metrics import log_loss
from rnn.train import Part, TrainingSettings, train


@pytest.fixture
def parts():
    x = np.random.default_rng(0).standard_normal((120, 4), dtype=np.float32)
    labels = x[:, 0] > x[:, -1]
    noise = np.random.default_rng(1).random(120) < 0.3
    return {"train": Part(x[:60], labels[:60] ^ noise[:60]), "validation": Part(x[60:], labels[60:])}


def net(seed=0):
    return SequenceClassifier("rnn", hidden=8, rng=np.random.default_rng(seed))


SETTINGS = TrainingSettings(epochs=12, learning_rate=0.05, batch_size=20)


def test_the_epoch_with_the_lowest_loss_on_the_cut_is_chosen(parts):
    parts["train"] = Part(parts["train"].x, np.random.default_rng(2).permutation(parts["train"].labels))  # to overfit
    choice, records = choose_epochs(net(), parts, SETTINGS, np.random.default_rng(1))
    losses = {record.epoch: record.loss for record in records if record.part == "validation"}
    assert len(losses) == 12 and losses[12] > min(losses.values())
    assert choice.epochs == min(losses, key=losses.get)
    assert choice.loss == min(losses.values())
    assert {record.part for record in records} == {"train", "validation"}


def test_patience_ends_a_fit_that_no_longer_improves_and_nothing_else_changes(parts):
    impatient = TrainingSettings(12, SETTINGS.learning_rate, 20, patience=2)
    full, records = choose_epochs(net(), parts, SETTINGS, np.random.default_rng(1), curves=False)
    short, fewer = choose_epochs(net(), parts, impatient, np.random.default_rng(1), curves=False)
    assert {record.part for record in records} == {"validation"}
    assert fewer == records[: len(fewer)]
    assert len(fewer) == min(12, short.epochs + 2)
    assert short.loss >= full.loss


def test_refitting_for_some_epochs_is_the_beginning_of_the_whole_schedule(parts):
    stopped, whole = net(), net()
    refit(stopped, parts["train"], SETTINGS, 3, np.random.default_rng(5))
    for epoch, _ in enumerate(train(whole, {"train": parts["train"]}, SETTINGS, np.random.default_rng(5)), start=1):
        if epoch == 3:
            break
    for name, values in whole.state_dict().items():
        np.testing.assert_array_equal(stopped.state_dict()[name], values)


def test_recalibration_mends_probabilities_that_are_too_sure_and_too_high():
    rng = np.random.default_rng(0)
    true = rng.uniform(0.1, 0.9, 40_000)
    labels = rng.random(40_000) < true
    logit = 2.5 * np.log(true / (1 - true)) + 1
    wrong = 1 / (1 + np.exp(-logit))
    correct = Recalibration.fit(labels, wrong)
    assert (correct.slope, correct.intercept) == pytest.approx((0.4, -0.4), abs=0.04)
    np.testing.assert_allclose(correct(wrong), true, atol=0.03)
    assert log_loss(labels, correct(wrong)) < log_loss(labels, wrong) - 0.05


def test_recalibration_changes_nothing_where_one_class_tells_nothing():
    probability = np.array([0.2, 0.7, 1.0])
    correct = Recalibration.fit(np.ones(3, dtype=bool), probability)
    np.testing.assert_allclose(correct(probability), probability, atol=2e-6)
