import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor
from rnn.classifier import CELLS, SequenceClassifier


def classifier(cell="lstm", **sizes):
    return SequenceClassifier(cell, rng=np.random.default_rng(0), **sizes)


@given(st.sampled_from(list(CELLS)), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))
def test_one_logit_per_sequence_whatever_the_sizes(cell, batch, time, features, layers):
    x = np.random.default_rng(1).standard_normal((batch, time, features), dtype=np.float32)
    logits = classifier(cell, features=features, hidden=4, layers=layers)(x)
    assert logits.shape == (batch,)
    assert logits.dtype == np.float32


@pytest.mark.parametrize("cell", CELLS)
def test_one_feature_may_come_without_its_axis(cell):
    x = np.random.default_rng(1).standard_normal((6, 5), dtype=np.float32)
    model = classifier(cell)
    np.testing.assert_array_equal(model(x).data, model(Tensor(x[:, :, None])).data)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_plain_arrays_take_the_dtype_of_the_parameters(cell, dtype):
    x = np.arange(10).reshape(2, 5)
    logits = classifier(cell)(x.astype(dtype))
    assert logits.dtype == np.float32
    np.testing.assert_array_equal(logits.data, classifier(cell)(x.astype(np.float32)).data)


@pytest.mark.parametrize("cell", CELLS)
def test_the_answer_depends_on_every_day_and_on_no_other_sequence(cell):
    x = np.random.default_rng(1).standard_normal((4, 5), dtype=np.float32)
    model = classifier(cell, hidden=8)
    before = model(x).data
    for day in range(5):
        changed = x.copy()
        changed[0, day] += 1
        after = model(changed).data
        assert after[0] != before[0]
        np.testing.assert_allclose(after[1:], before[1:], rtol=1e-6)


def test_probability_is_the_sigmoid_of_the_logits_also_over_several_pieces():
    x = np.random.default_rng(1).standard_normal((2100, 3), dtype=np.float32)
    model = classifier(hidden=4)
    probability = model.probability(x)
    assert isinstance(probability, np.ndarray)
    assert probability.dtype == np.float32
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-model(x).data)), rtol=1e-5)


def test_probability_of_no_sequences_is_empty():
    assert classifier().probability(np.zeros((0, 7), np.float32)).shape == (0,)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_reach_every_parameter(cell):
    model = classifier(cell, hidden=4, layers=2)
    model(np.random.default_rng(1).standard_normal((3, 5), dtype=np.float32)).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert np.abs(parameter.grad).max() > 0, name


def test_the_same_seed_gives_the_same_parameters():
    one, other = classifier().state_dict(), classifier().state_dict()
    assert all((one[name] == other[name]).all() for name in one)


def test_float64_is_for_checking_gradients():
    x = np.random.default_rng(1).standard_normal((3, 5))
    assert classifier(dtype=np.float64)(x).dtype == np.float64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cell": "transformer"}, "cell is 'transformer', expected one of rnn, lstm, gru"),
        ({"hidden": 0}, "hidden is 0, expected at least 1"),
        ({"layers": 0}, "layers is 0, expected at least 1"),
    ],
)
def test_refuses_what_cannot_be_built(arguments, message):
    with pytest.raises(ValueError, match=message):
        classifier(**arguments)


@pytest.mark.parametrize("shape", [(4,), (4, 5, 2), (4, 0), (4, 5, 1, 1)])
def test_refuses_sequences_of_another_shape_and_says_which_it_wants(shape):
    with pytest.raises(ValueError, match=r"x has shape .* expected \(batch, time, features = 1\) or \(batch, time\)"):
        classifier()(np.zeros(shape, np.float32))
