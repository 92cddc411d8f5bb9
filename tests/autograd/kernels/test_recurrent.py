"""The fused recurrent kernels against the plain ones; and what is promised beyond values."""

import itertools
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import plain
from autograd.kernels.recurrent import gru, lstm, rnn_tanh
from autograd.kernels.recurrent import shared as recurrent

# name: (forward, backward, plain form, gates, states)
CELLS = {
    "rnn_tanh": (rnn_tanh.rnn_tanh_forward, rnn_tanh.rnn_tanh_backward, plain.rnn_tanh, 1, ["h0"]),
    "gru": (gru.gru_forward, gru.gru_backward, plain.gru, 3, ["h0"]),
    "lstm": (lstm.lstm_forward, lstm.lstm_backward, plain.lstm, 4, ["h0", "c0"]),
}
every_cell = pytest.mark.parametrize("cell", CELLS)
sizes = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3), st.integers(1, 5))
seeds = st.integers(0, 2**32 - 1)
chunk_bytes = st.sampled_from([1, 500, recurrent.MAX_CHUNK_BYTES])  # one step a chunk, a few, all


def examples(count):
    """So many drawn cases, the same in every run."""
    return settings(max_examples=count, deadline=None, derandomize=True)


def draw(cell, size, seed, zero_start=False, dtype=np.float64):
    """Arguments of a cell by name, in order; sizes are (B, T, D, H)."""
    (B, T, D, H), (*_, gates, states) = size, CELLS[cell]
    rng, scale = np.random.default_rng(seed), size[3] ** -0.5
    arguments = {"x": rng.standard_normal((B, T, D))}
    arguments |= {name: rng.standard_normal((B, H)) * (not zero_start) for name in states}
    for name, shape in {"weight_ih": (D,), "weight_hh": (H,), "bias_ih": (), "bias_hh": ()}.items():
        arguments[name] = rng.uniform(-scale, scale, (gates * H, *shape))
    return {name: array.astype(dtype) for name, array in arguments.items()}


def awkward(array):
    """The same values in a read-only view with gaps in memory and its axes stored in reverse."""
    buffer = np.full([2 * n for n in array.shape[::-1]], np.nan, array.dtype)
    view = buffer.T[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    view.flags.writeable = False
    return view


def cotangents(outputs, seed):
    rng = np.random.default_rng(seed + 1)
    return [rng.standard_normal(output.shape).astype(output.dtype) for output in outputs]


def gradients(cell, arguments, sent):
    *_, saved = CELLS[cell][0](*arguments)
    return [finish() for finish in CELLS[cell][1](saved, *sent)]


def assert_close(actual, expected, tolerance):
    """Within tolerance of the largest expected value (or of 0.1: gates may leave tiny states)."""
    assert np.abs(actual - expected).max() <= tolerance * max(0.1, np.abs(expected).max())


@every_cell
@examples(40)
@given(size=sizes, seed=seeds, zero_start=st.booleans())
def test_values_equal_the_plain_form(cell, size, seed, zero_start):
    forward, _, slow, *_ = CELLS[cell]
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 5e-6)):
        arguments = draw(cell, size, seed, zero_start, dtype).values()
        *outputs, _ = forward(*map(awkward, arguments))
        expected, _ = slow(*(array.astype(np.float64) for array in arguments))
        assert len(outputs) == len(expected)
        for output, value in zip(outputs, expected, strict=True):
            assert output.dtype == dtype
            assert output.shape == value.shape
            assert_close(output, value, tolerance)
        np.testing.assert_array_equal(outputs[0][:, -1], outputs[1])


@every_cell
@examples(60)
@given(size=sizes, seed=seeds, zero_start=st.booleans(), limit=chunk_bytes)
def test_gradients_equal_the_plain_form_whichever_results_the_loss_uses(cell, size, seed, zero_start, limit):
    arguments = list(draw(cell, size, seed, zero_start).values())
    values, slow_gradients = CELLS[cell][2](*arguments)
    all_sent = cotangents(values, seed)
    for used in itertools.product([True, False], repeat=len(all_sent)):
        sent = [g if use else None for g, use in zip(all_sent, used, strict=True)]
        with mock.patch.object(recurrent, "MAX_CHUNK_BYTES", limit):
            actual = gradients(cell, arguments, sent)
        expected = slow_gradients(*(g * use for g, use in zip(all_sent, used, strict=True)))
        for argument, gradient, value in zip(arguments, actual, expected, strict=True):
            assert gradient.shape == argument.shape
            assert_close(gradient, value, 1e-12)


@every_cell
@pytest.mark.parametrize("size", [(32, 20, 1, 32), (16, 50, 8, 64)])
def test_float32_gradients_stay_float32_and_close_to_float64(cell, size):
    exact = list(draw(cell, size, seed=5).values())
    single = [array.astype(np.float32) for array in exact]
    sent = cotangents(CELLS[cell][2](*exact)[0], seed=5)
    expected = gradients(cell, [array.astype(np.float64) for array in single], sent)
    actual = gradients(cell, single, [g.astype(np.float32) for g in sent])
    for gradient, value in zip(actual, expected, strict=True):
        assert gradient.dtype == np.float32
        assert_close(gradient, value, 5e-6)


@every_cell
@examples(20)
@given(size=sizes, seed=seeds)
def test_read_only_strided_arrays_are_accepted_and_left_unchanged(cell, size, seed):
    arguments = draw(cell, size, seed).values()
    forward, backward, slow, *_ = CELLS[cell]
    sent = cotangents(slow(*arguments)[0], seed)
    odd_arguments, odd_sent = [awkward(a) for a in arguments], [awkward(g) for g in sent]
    *_, saved = forward(*odd_arguments)
    actual = [finish() for finish in backward(saved, *odd_sent)]
    again = gradients(cell, odd_arguments, odd_sent)
    expected = gradients(cell, arguments, sent)
    for gradient, repeated, value in zip(actual, again, expected, strict=True):
        assert_close(gradient, value, 1e-12)
        np.testing.assert_array_equal(gradient, repeated)
    for odd, array in zip(odd_arguments + odd_sent, [*arguments, *sent], strict=True):
        np.testing.assert_array_equal(odd, array)


@every_cell
def test_weight_gradients_are_computed_only_when_asked_for_and_once_for_all_that_share_them(cell):
    arguments = list(draw(cell, (3, 4, 2, 5), seed=1).values())
    forward, backward, *_ = CELLS[cell]
    module = {"rnn_tanh": rnn_tanh, "gru": gru, "lstm": lstm}[cell]
    *outputs, saved = forward(*arguments)
    name = "_rows" if cell == "rnn_tanh" else "sum_over_time"
    with mock.patch.object(module, name, wraps=getattr(module, name)) as product:
        finishers = backward(saved, *cotangents(outputs, seed=1))
        for finish in finishers[:-4]:
            finish()
        assert product.call_count == 0
        for finish in finishers[-4:]:
            finish()
        assert product.call_count == {"rnn_tanh": 4, "gru": 2, "lstm": 1}[cell]


def wrong(cell, name, array):
    return {**draw(cell, (2, 3, 5, 4), seed=0), name: array}


@pytest.mark.parametrize(
    ("cell", "name", "shape", "message"),
    [
        (
            "lstm",
            "weight_hh",
            (12, 4),
            r"lstm: weight_hh has shape (12, 4), expected (16, 4) = (4*hidden, hidden)",
        ),
        (
            "gru",
            "weight_ih",
            (12, 6),
            r"gru: weight_ih has shape (12, 6), expected (12, 5) = (3*hidden, features)",
        ),
        ("rnn_tanh", "bias_ih", (4, 1), "rnn_tanh: bias_ih has shape (4, 1), expected (4,) = (hidden,)"),
        ("gru", "bias_hh", (4,), "gru: bias_hh has shape (4,), expected (12,) = (3*hidden,)"),
        ("lstm", "c0", (3, 4), "lstm: c0 has shape (3, 4), expected (2, 4) = (batch, hidden)"),
        ("rnn_tanh", "h0", (4,), "rnn_tanh: h0 has shape (4,), expected (2, 4) = (batch, hidden)"),
        ("gru", "weight_hh", (4,), "gru: weight_hh has shape (4,), expected (3*hidden, hidden)"),
        (
            "lstm",
            "x",
            (2, 5),
            "lstm: x has shape (2, 5), expected (batch, time, features) with time >= 1",
        ),
        (
            "rnn_tanh",
            "x",
            (2, 0, 5),
            "rnn_tanh: x has shape (2, 0, 5), expected (batch, time, features) with time >= 1",
        ),
    ],
)
def test_a_wrong_shape_is_refused_naming_op_argument_and_expected_shape(cell, name, shape, message):
    with pytest.raises(ValueError) as refusal:
        CELLS[cell][0](**wrong(cell, name, np.zeros(shape)))
    assert str(refusal.value) == message


@every_cell
def test_mixed_or_integer_dtypes_are_refused_by_name(cell):
    good = draw(cell, (2, 3, 5, 4), seed=0)
    with pytest.raises(TypeError, match=f"{cell}: weight_hh has dtype float32, expected float64, the dtype of x"):
        CELLS[cell][0](**{**good, "weight_hh": good["weight_hh"].astype(np.float32)})
    with pytest.raises(TypeError, match=f"{cell}: x has dtype int64, expected float32 or float64"):
        CELLS[cell][0](**{**good, "x": np.ones((2, 3, 5), np.int64)})
