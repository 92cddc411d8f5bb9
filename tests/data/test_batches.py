import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.batches import minibatches, to_unit


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


@given(count=st.integers(1, 60), size=st.integers(1, 70))
def test_an_epoch_visits_every_example_exactly_once(count, size):
    batches = list(minibatches(generator(), count, size))
    assert sorted(np.concatenate(batches)) == list(range(count))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)


def test_the_order_is_shuffled_and_comes_from_the_generator_alone():
    first, again = (np.concatenate(list(minibatches(generator(), 100, 8))) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, np.arange(100))


def test_the_order_is_drawn_at_the_call_so_a_state_saved_before_it_gives_the_order_again():
    rng = generator()
    pending = minibatches(rng, 50, 8)
    rng.standard_normal(3)
    batches = list(pending)
    expected = minibatches(generator(), 50, 8)
    assert all(np.array_equal(a, b) for a, b in zip(batches, expected, strict=True))


def test_arrays_given_together_stay_together():
    inputs, labels = np.arange(20, dtype=np.float64)[:, None] * [1, 10], np.arange(20)
    for x, y in minibatches(generator(), (inputs, labels), 6):
        assert np.array_equal(x[:, 1], 10 * y)
        assert x.dtype == np.float64 and y.dtype == labels.dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pictures_come_out_in_the_unit_interval_and_in_the_dtype_asked_for(dtype):
    images = np.arange(256, dtype=np.uint8).reshape(16, 4, 4, 1)
    batch = next(minibatches(generator(), images, 16, dtype=dtype))
    assert batch.dtype == dtype
    assert batch.min() == 0 and batch.max() == 1
    assert np.array_equal(np.sort(batch, axis=None), np.arange(256, dtype=dtype) / dtype(255))


def test_scaling_makes_no_float64_array_in_between(monkeypatch):
    images = np.full((4, 8, 8, 3), 51, np.uint8)
    made = []
    divide = np.divide
    monkeypatch.setattr(np, "divide", lambda *a, **k: made.append(divide(*a, **k)) or made[-1])
    assert to_unit(images).dtype == np.float32
    assert [array.dtype for array in made] == [np.float32]


@pytest.mark.parametrize(
    ("examples", "size", "message"),
    [
        ((np.zeros(3), np.zeros(4)), 2, r"lengths \[3, 4\]"),
        ((), 2, "one length"),
        (0, 2, r"at least 1; got lengths \[0\]"),
        (5, 0, "batch size must be at least 1, got 0"),
    ],
)
def test_impossible_requests_are_refused_at_the_call(examples, size, message):
    with pytest.raises(ValueError, match=message):
        minibatches(generator(), examples, size)
