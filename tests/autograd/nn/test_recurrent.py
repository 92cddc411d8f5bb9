"""The fused recurrent ops against the same layers built of ordinary ops: values and every gradient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor, cells, gru, lstm, rnn_tanh

LAYERS = {
    "rnn_tanh": (rnn_tanh, cells.rnn_tanh_steps, 1, 1),
    "lstm": (lstm, cells.lstm_steps, 4, 2),
    "gru": (gru, cells.gru_steps, 3, 1),
}
SIZES = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 3), st.integers(1, 5))


def arguments(rng, sizes, gates, states, dtype=np.float64):
    """x, the initial states, and the parameters, all as leaves."""
    B, T, D, H = sizes
    shapes = [(B, T, D), *[(B, H)] * states, (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)]
    scale = 1 / np.sqrt(H)  # larger weights make the recurrence chaotic, and rounding errors grow
    return [Tensor((scale * rng.standard_normal(shape)).astype(dtype), requires_grad=True) for shape in shapes]


def values_and_gradients(layer, leaves, used, cotangents):
    """Results of the layer, and gradients of the leaves when the results in `used` meet random cotangents."""
    results = layer(*leaves)
    loss = sum((results[k] * cotangents[k]).sum() for k in used)
    loss.backward()
    gradients = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    return [result.data for result in results], gradients


def compare(name, sizes, used, dtype, tolerance):
    fused, steps, gates, states = LAYERS[name]
    rng = np.random.default_rng(0)
    leaves = arguments(rng, sizes, gates, states, dtype)
    B, T, _, H = sizes
    cotangents = [rng.standard_normal(shape).astype(dtype) for shape in [(B, T, H), (B, H), (B, H)][: 1 + states]]
    used = [k for k in used if k <= states] or [0]
    for ours, oracle in zip(
        values_and_gradients(fused, leaves, used, cotangents),
        values_and_gradients(steps, leaves, used, cotangents),
        strict=True,
    ):
        for a, b in zip(ours, oracle, strict=True):
            if b is None:  # no path: weight_hh and so on are always reached, a last cell may not be
                b = np.zeros_like(a)
            assert a.dtype == dtype
            np.testing.assert_allclose(a, b, rtol=0, atol=tolerance * max(1, np.abs(b).max()))


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=25, deadline=None)
@given(sizes=SIZES, used=st.sets(st.integers(0, 2), min_size=1))
def test_float64_equals_the_step_by_step_layer_to_1e_12_whichever_results_the_loss_uses(name, sizes, used):
    compare(name, sizes, sorted(used), np.float64, 1e-12)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32_and_near_the_step_by_step_layer(name):
    compare(name, (8, 12, 3, 16), [0, 1, 2], np.float32, 5e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_a_sequence_in_two_halves_equals_it_in_one(name):
    fused, _, gates, states = LAYERS[name]
    x, *rest = arguments(np.random.default_rng(1), (3, 8, 2, 4), gates, states)
    initial, parameters = rest[:states], rest[states:]
    whole, *last = fused(x, *initial, *parameters)
    first, *middle = fused(x[:, :5], *initial, *parameters)
    second, *end = fused(x[:, 5:], *middle, *parameters)
    np.testing.assert_allclose(autograd.concatenate([first, second], axis=1).data, whole.data, atol=1e-14)
    for a, b in zip(last, end, strict=True):
        np.testing.assert_allclose(a.data, b.data, atol=1e-14)


@pytest.mark.parametrize("name", LAYERS)
def test_data_without_requires_grad_get_no_gradient_and_the_parameters_the_same(name):
    fused, _, gates, states = LAYERS[name]
    leaves = arguments(np.random.default_rng(2), (3, 5, 2, 4), gates, states)
    fused(*leaves)[0].sum().backward()
    expected = [leaf.grad for leaf in leaves[1 + states :]]
    for leaf in leaves:
        leaf.grad = None
    constants = [leaf.detach() for leaf in leaves[: 1 + states]]
    fused(*constants, *leaves[1 + states :])[0].sum().backward()
    for leaf, gradient in zip(leaves[1 + states :], expected, strict=True):
        np.testing.assert_array_equal(leaf.grad, gradient)


@pytest.mark.parametrize("name", LAYERS)
def test_a_wrong_shape_is_refused_by_name_with_what_was_expected(name):
    fused, _, gates, states = LAYERS[name]
    leaves = arguments(np.random.default_rng(3), (2, 3, 2, 4), gates, states)
    leaves[-1] = Tensor(np.zeros(5))
    with pytest.raises(ValueError, match=rf"{name}: bias_hh has shape \(5,\), expected \({gates * 4},\)"):
        fused(*leaves)
