"""Embeddings, convolution along time, flattening, and dropout between recurrent layers."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, gradcheck, nn


def rng():
    return np.random.default_rng(3)


def test_an_embedding_picks_rows_and_adds_the_gradients_of_a_word_that_comes_twice():
    layer = nn.Embedding(4, 2, rng(), dtype=np.float64)
    words = np.array([[3, 0], [3, 3]])
    y = layer(words)
    np.testing.assert_array_equal(y.data, layer.weight.data[words])
    y.sum().backward()
    np.testing.assert_array_equal(layer.weight.grad, [[1, 1], [0, 0], [0, 0], [3, 3]])
    np.testing.assert_array_equal(layer(Tensor(words)).data, y.data)


@pytest.mark.parametrize(
    ("indices", "kind", "message"),
    [
        (np.array([0.0, 1.0]), TypeError, "Embedding: indices have dtype float64, expected integers"),
        (np.array([-1, 2]), IndexError, "Embedding: indices run from -1 to 2: expected 0 to 3"),
        (np.array([4]), IndexError, "Embedding: indices run from 4 to 4: expected 0 to 3"),
    ],
)
def test_an_embedding_refuses_what_is_no_word(indices, kind, message):
    with pytest.raises(kind, match=message):
        nn.Embedding(4, 2, rng())(indices)


def test_a_convolution_along_time_is_the_op_with_its_parameters():
    layer = nn.Conv1d(3, 5, 4, rng(), stride=2, padding=1, activation="relu", dtype=np.float64)
    x = rng().standard_normal((2, 9, 3))
    expected = autograd.conv1d(x, layer.weight, layer.bias, 2, 1, 1, "relu")
    np.testing.assert_array_equal(layer(Tensor(x)).data, expected.data)
    assert layer.weight.shape == (5, 4, 3)
    assert nn.Conv1d(3, 5, 4, rng(), bias=False).bias is None


def test_flatten_keeps_the_batch_and_activations_apply_their_ops():
    x = Tensor(rng().standard_normal((2, 3, 4)))
    assert nn.Flatten()(x).shape == (2, 12)
    assert nn.Flatten(0)(x).shape == (24,)
    for layer, op in [(nn.GELU(), autograd.gelu), (nn.SiLU(), autograd.silu)]:
        np.testing.assert_array_equal(layer(x).data, op(x).data)


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_dropout_between_layers_acts_while_training_alone_and_not_on_the_last_layer(kind):
    x = Tensor(rng().standard_normal((2, 5, 3)).astype(np.float32))
    plain = kind(3, 4, 2, rng=rng())
    dropping = kind(3, 4, 2, rng=rng(), dropout=0.5)
    assert [*plain.state_dict()] == [*dropping.state_dict()]
    np.testing.assert_array_equal(dropping.eval()(x)[0].data, plain(x)[0].data)
    hidden = dropping.train()(x)[0].data
    assert not np.array_equal(hidden, plain(x)[0].data)
    assert (hidden != 0).all()  # of the last layer nothing is dropped


def test_dropout_between_layers_scales_what_the_second_layer_reads():
    """With the share of zeros drawn by the same generator, the layers written one after the other give the same."""
    double = nn.RNN(3, 4, 2, rng=rng(), dropout=0.25, dtype=np.float64)
    x = rng().standard_normal((2, 5, 3))
    double.dropout.rng = np.random.default_rng(9)
    found = double(Tensor(x))[0].data
    first, second = nn.RNN(3, 4, rng=rng(), dtype=np.float64), nn.RNN(4, 4, rng=rng(), dtype=np.float64)
    for k, layer in enumerate((first, second)):
        layer.load_state_dict(
            {f"{n}_l0": getattr(double, f"{n}_l{k}").data for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        )
    hidden = nn.Dropout(0.25, np.random.default_rng(9))(first(Tensor(x))[0])
    np.testing.assert_allclose(found, second(hidden)[0].data)


def test_dropout_with_nothing_between_layers_is_refused():
    with pytest.raises(ValueError, match=r"RNN: dropout is 0\.5, but it acts between layers: expected 2 or more"):
        nn.RNN(3, 4, rng=rng(), dropout=0.5)
    with pytest.raises(ValueError, match=r"rate is 1\.5"):
        nn.RNN(3, 4, 2, rng=rng(), dropout=1.5)


def test_the_gradients_of_the_new_layers_are_right():
    layer = nn.Sequential(nn.Conv1d(3, 4, 2, rng(), dtype=np.float64), nn.GELU(), nn.Flatten(), nn.SiLU())
    gradcheck(layer, rng().standard_normal((2, 5, 3)))


@pytest.mark.parametrize(
    "layer, function",
    [
        (nn.MaxPool2d(2), lambda x: autograd.max_pool2d(x, 2)),
        (nn.MaxPool2d(3, stride=2, padding=1), lambda x: autograd.max_pool2d(x, 3, 2, 1)),
        (nn.AvgPool2d((2, 3), stride=1), lambda x: autograd.avg_pool2d(x, (2, 3), 1)),
        (nn.Upsample2d(2), lambda x: autograd.upsample2d(x, 2)),
        (
            nn.GroupNorm(2, 4, epsilon=0.1, dtype=np.float64),
            lambda x: autograd.group_norm(x, np.ones(4), np.zeros(4), 2, 0.1),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_is_its_function_with_its_settings(layer, function):
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 4))
    np.testing.assert_array_equal(layer(Tensor(x)).data, function(Tensor(x)).data)


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.zeros((2, 1), int), r"logits have shape \(2, 3\) and labels \(2, 1\): expected \(batch, classes\) and"),
        (np.array([0.0, 1.0]), "labels have dtype float32: expected integers, the index of the right class"),
        (np.array([0, 3]), "labels run from 0 to 3: expected 0 to 2"),
        (np.array([-1, 0]), "labels run from -1 to 0: expected 0 to 2"),
    ],
)
def test_labels_that_name_no_class_are_refused_in_one_line(labels, message):
    logits = Tensor(np.zeros((2, 3), np.float32), requires_grad=True)
    with pytest.raises(ValueError, match=f"^cross_entropy: {message}"):
        autograd.cross_entropy(logits, labels)
