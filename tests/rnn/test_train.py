import numpy as np
import pytest

from autograd import Tensor, binary_cross_entropy_with_logits
from autograd.optim import adam_formula
from rnn.classifier import CELLS, SequenceClassifier
from rnn.metrics import evaluate
from rnn.scaling import signed_log
from rnn.splits import split
from rnn.train import Part, TrainingSettings, train
from tests.fakes.course_windows import course_windows
from tests.fakes.real_files import needs_real_files


def toy_parts(n=256, time=6):
    """Does the first number exceed the last? It takes a memory."""
    x = np.random.default_rng(0).standard_normal((n, time), dtype=np.float32)
    labels = x[:, 0] > x[:, -1]
    return {"train": Part(x[: n // 2], labels[: n // 2]), "test": Part(x[n // 2 :], labels[n // 2 :])}


def fit(cell, parts, settings, seed=0):
    rng = np.random.default_rng(seed)
    model = SequenceClassifier(cell, hidden=16, rng=rng)
    return model, [record for epoch in train(model, parts, settings, rng) for record in epoch]


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_learns_to_compare_the_first_with_the_last(cell):
    _, records = fit(cell, toy_parts(512), TrainingSettings(epochs=40, learning_rate=1e-2, batch_size=32))
    assert records[-1].part == "test"
    assert records[-1].accuracy > 0.9


def test_one_record_of_every_part_each_epoch():
    _, records = fit("gru", toy_parts(), TrainingSettings(epochs=2))
    assert [(r.epoch, r.part) for r in records] == [(1, "train"), (1, "test"), (2, "train"), (2, "test")]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    settings = TrainingSettings(epochs=2)
    one, two, other = (fit("lstm", toy_parts(), settings, seed)[0].state_dict() for seed in (0, 0, 1))
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)
    assert any(one[name].tobytes() != other[name].tobytes() for name in one)


def test_three_steps_are_adam_on_fresh_clipped_gradients_with_a_rate_that_falls_along_a_cosine():
    parts = toy_parts(64)
    x, labels = parts["train"].x, parts["train"].labels.astype(np.float32)
    settings = TrainingSettings(epochs=3, learning_rate=0.1, batch_size=64, clip=0.05)
    model, _ = fit("rnn", parts, settings)

    expected = SequenceClassifier("rnn", hidden=16, rng=np.random.default_rng(0))
    moments = {name: (0.0, 0.0) for name, _ in expected.named_parameters()}
    for step in range(3):
        expected.zero_grad()
        binary_cross_entropy_with_logits(expected(x), Tensor(labels)).backward()
        length = np.sqrt(sum((parameter.grad**2).sum() for parameter in expected.parameters()))
        assert length > settings.clip
        rate = settings.learning_rate * (1 + np.cos(np.pi * step / 3)) / 2
        for name, parameter in expected.named_parameters():
            gradient = parameter.grad * (settings.clip / length)
            value, *moments[name] = adam_formula(parameter.data, gradient, *moments[name], step + 1, rate)
            parameter.data[...] = value
    for name, value in expected.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], value, atol=1e-4)


def test_the_test_part_has_no_influence_on_the_model():
    parts = toy_parts()
    rng = np.random.default_rng(5)
    other = Part(rng.standard_normal(parts["test"].x.shape, dtype=np.float32), ~parts["test"].labels)
    settings = TrainingSettings(epochs=2)
    with_it = fit("rnn", parts, settings)[0].state_dict()
    with_another = fit("rnn", parts | {"test": other}, settings)[0].state_dict()
    without = fit("rnn", {"train": parts["train"]}, settings)[0].state_dict()
    for name in with_it:
        np.testing.assert_array_equal(with_it[name], with_another[name])
        np.testing.assert_array_equal(with_it[name], without[name])


def test_sequences_in_double_precision_train_the_float32_model():
    parts = {name: Part(part.x.astype(np.float64), part.labels) for name, part in toy_parts(64).items()}
    model, _ = fit("rnn", parts, TrainingSettings(epochs=1))
    narrow, _ = fit("rnn", toy_parts(64), TrainingSettings(epochs=1))
    wide, narrow = model.state_dict(), narrow.state_dict()
    assert all(wide[name].tobytes() == narrow[name].tobytes() for name in narrow)


def test_parameters_stay_float32():
    model, _ = fit("lstm", toy_parts(), TrainingSettings(epochs=1))
    assert {parameter.dtype for parameter in model.parameters()} == {np.dtype(np.float32)}


def test_a_loss_that_is_not_finite_ends_the_run_and_says_when():
    parts = toy_parts()
    parts["train"].x[3, 0] = np.nan
    with pytest.raises(FloatingPointError, match="epoch 1: the training loss is nan"):
        fit("gru", parts, TrainingSettings(epochs=3))


def test_refuses_labels_that_are_not_as_many_as_sequences():
    with pytest.raises(ValueError, match="3 sequences and 4 labels"):
        Part(np.zeros((3, 7)), np.zeros(4, bool))


@needs_real_files
@pytest.mark.parametrize(
    ("how", "cell", "accuracy", "auc"),
    [("country", "gru", (0.645, 0.67), (0.705, 0.73)), ("time", "lstm", (0.61, 0.665), (0.705, 0.745))],
)
def test_learning_reaches_what_pytorch_reaches_on_the_course_file_and_no_more(how, cell, accuracy, auc):
    windows = course_windows(7)
    x = signed_log(windows.values)
    scores = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        test = split(windows, how, 81, rng)
        parts = {"train": Part(x[~test], windows.labels[~test])}
        model = SequenceClassifier(cell, rng=rng)
        for _ in train(model, parts, TrainingSettings(), rng):
            pass
        probability = model.probability(x[test])
        scores.append(evaluate(windows.labels[test], probability, probability >= 0.5))
    mean = {name: np.mean([s[name] for s in scores]) for name in scores[0]}
    assert accuracy[0] <= mean["accuracy"] <= accuracy[1]
    assert auc[0] <= mean["auc"] <= auc[1]
    assert mean["log_loss"] < 0.63
