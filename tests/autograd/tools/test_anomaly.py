"""detect_anomaly() names the op that went wrong first, forward or backward, and where it was called."""

import inspect

import numpy as np
import pytest

import autograd
from autograd import AnomalyError, Tensor, debug, detect_anomaly, nn, no_grad

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # what overflows outside the block may say so


def leaf(*values):
    return Tensor(np.array(values, np.float32), requires_grad=True)


def line_of(text):
    """Where `text` stands in the calling test, as file:line."""
    frame = inspect.stack()[1]
    lines, start = inspect.getsourcelines(frame.frame)
    return f"{__file__}:{start + next(i for i, line in enumerate(lines) if text in line)}"


def test_the_first_op_whose_value_is_not_finite_is_named_with_shape_and_place():
    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        y = leaf(1, 2, 0).log()  # minus infinity
        (y * 0).sum()  # NaN, but later
    where = line_of("minus infinity")
    assert str(caught.value) == f"log gave 1 infinite of 3 values in shape (3,), called at {where}"
    assert (caught.value.op, caught.value.backward) == ("log", False)


def test_the_first_op_whose_gradient_is_not_finite_is_named_with_the_place_of_its_forward_call():
    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        y = leaf(4, 0, 0).sqrt()  # finite, its slope is not
        (2 * y).sum().backward()
    where = line_of("its slope is not")
    assert str(caught.value) == f"the gradient of sqrt, called at {where}, has 2 infinite of 3 values in shape (3,)"
    assert (caught.value.op, caught.value.backward) == ("sqrt", True)


def test_nan_and_infinity_are_counted_apart():
    with detect_anomaly(), pytest.raises(AnomalyError, match="2 NaN and 1 infinite of 4 values"):
        leaf(-1, -2, 0, 1).log()


def test_the_place_is_outside_the_library_even_if_a_layer_called_the_op():
    layer = nn.Linear(2, 3, np.random.default_rng(0))
    layer.weight.data[0, 0] = np.inf
    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        layer(leaf(1, 2).reshape(1, 2))  # the call of the layer
    assert line_of("the call of the layer") in str(caught.value)


def test_ops_that_nobody_differentiates_are_watched_too():
    with detect_anomaly():
        with pytest.raises(AnomalyError, match="exp gave"):
            Tensor(np.array([1000.0])).exp()
        with no_grad(), pytest.raises(AnomalyError, match="log gave"):
            leaf(0).log()


def test_an_op_with_several_results_is_watched_in_all_of_them():
    net = nn.LSTM(2, 3, rng=np.random.default_rng(0))
    x = np.zeros((1, 4, 2), np.float32)
    x[0, 2] = np.nan
    with detect_anomaly(), pytest.raises(AnomalyError, match="lstm gave"):
        net(Tensor(x))


def test_a_finite_computation_gives_the_same_bytes_inside_and_outside():
    def gradient():
        x = leaf(0.5, 1, 2)
        (autograd.softmax(x) * x.log()).sum().backward()
        return x.grad.tobytes()

    outside = gradient()
    with detect_anomaly():
        assert gradient() == outside


def test_outside_the_block_nothing_is_watched_any_more():
    with pytest.raises(ZeroDivisionError), detect_anomaly():
        raise ZeroDivisionError
    x = leaf(0)
    x.log().sum().backward()
    assert np.isinf(x.grad).all()


def test_an_op_recorded_outside_is_not_watched_backward_and_one_recorded_inside_is():
    outside = leaf(0).sqrt().sum()
    with detect_anomaly():
        outside.backward()
        inside = leaf(0).sqrt().sum()
    with pytest.raises(AnomalyError):
        inside.backward()


@pytest.mark.parametrize("blocks", [(debug, detect_anomaly), (detect_anomaly, debug)])
def test_debug_and_detect_anomaly_watch_side_by_side(blocks):
    outer, inner = blocks
    with outer(), inner():
        x = leaf(1, 2)
        y = x * x
        with pytest.raises(ValueError, match="saved by mul"):
            x.data[0] = 3
        y.sum().backward()
        x.data[0] = 0
        with pytest.raises(AnomalyError, match="log gave"):
            x.log()
