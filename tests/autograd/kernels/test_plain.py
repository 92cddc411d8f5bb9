"""The plain forms, to which the fast ones are held, against definitions and against central differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd.kernels import plain

from .definitions import three_sums

TOLERANCE = 1e-12


def random(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@st.composite
def convolutions(draw):
    """(x shape, weight shape, options) of a small convolution, with another size along H than along W."""
    kernel, strides, paddings, dilations, sizes = [], [], [], [], []
    for _ in "HW":
        k, s, p, d = (draw(st.integers(*limits)) for limits in ((1, 3), (1, 3), (0, 2), (1, 2)))
        smallest = max(1, d * (k - 1) + 1 - 2 * p)
        sizes.append(draw(st.integers(smallest, smallest + 3)))
        for held, size in zip((kernel, strides, paddings, dilations), (k, s, p, d), strict=True):
            held.append(size)
    batch, channels, filters = (draw(st.integers(1, 2)) for _ in "NCF")
    options = {"stride": tuple(strides), "padding": tuple(paddings), "dilation": tuple(dilations)}
    return (batch, *sizes, channels), (filters, *kernel, channels), options


@settings(max_examples=80, deadline=None)
@given(convolutions())
def test_a_convolution_and_its_gradients_are_the_sum_over_seven_indices(case):
    x_shape, weight_shape, options = case
    x, weight = random(x_shape), random(weight_shape, 1)
    y, gradients = plain.conv2d(x, weight, **options)
    g = random(y.shape, 2)
    for found, expected in zip((y, *gradients(g)), three_sums(x, weight, g, **options), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


@settings(max_examples=80, deadline=None)
@given(convolutions())
def test_a_transposed_convolution_and_its_gradients_are_the_same_sum_with_the_sides_exchanged(case):
    x_shape, weight_shape, options = case
    image, weight = random(x_shape), random(weight_shape, 1)
    z = random(plain.conv2d(image, weight, **options)[0].shape, 2)
    spans = [d * (k - 1) + 1 for k, d in zip(weight_shape[1:3], options["dilation"], strict=True)]
    sizes = zip(x_shape[1:3], spans, options["stride"], options["padding"], strict=True)
    output_padding = tuple((n + 2 * p - span) % s for n, span, s, p in sizes)

    painted, gradients = plain.conv_transpose2d(z, weight, output_padding=output_padding, **options)
    g = random(x_shape, 3)
    seen, expected, expected_dweight = three_sums(g, weight, z, **options)
    dz, dweight = gradients(g)
    np.testing.assert_allclose(painted, expected, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(dz, seen, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(dweight, expected_dweight, rtol=0, atol=TOLERANCE)


def central_differences(function, arguments, index, sent, step=1e-6):
    """The gradient of the sum of all values times `sent` with respect to one argument, element by element."""

    def loss(moved):
        values = function(*arguments[:index], moved, *arguments[index + 1 :])[0]
        values = values if isinstance(values, tuple) else (values,)
        return sum((g * value).sum() for g, value in zip(sent, values, strict=True))

    gradient = np.empty_like(arguments[index])
    for place in np.ndindex(*gradient.shape):
        ends = []
        for sign in (1, -1):
            moved = arguments[index].copy()
            moved[place] += sign * step
            ends.append(loss(moved))
        gradient[place] = (ends[0] - ends[1]) / (2 * step)
    return gradient


B, T, D, H = 2, 3, 2, 3


def recurrent(gates, states):
    return [(B, T, D), *[(B, H)] * states, (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)]


CASES = {
    "conv2d": (lambda x, w: plain.conv2d(x, w, 2, 1), [(1, 4, 5, 2), (2, 3, 2, 2)]),
    "conv_transpose2d": (lambda x, w: plain.conv_transpose2d(x, w, 2, 1, 1), [(1, 2, 3, 2), (2, 3, 3, 2)]),
    "layer_norm": (plain.layer_norm, [(2, 3, 4), (4,), (4,)]),
    "layer_norm over two axes": (plain.layer_norm, [(2, 3, 4), (3, 4), (3, 4)]),
    "rnn_tanh": (plain.rnn_tanh, recurrent(1, 1)),
    "lstm": (plain.lstm, recurrent(4, 2)),
    "gru": (plain.gru, recurrent(3, 1)),
    "max_pool2d": (lambda x: plain.max_pool2d(x, 3, 2, 1), [(1, 5, 4, 2)]),
    "avg_pool2d": (lambda x: plain.avg_pool2d(x, (2, 3), 2, (0, 1)), [(1, 5, 4, 2)]),
    "upsample2d": (lambda x: plain.upsample2d(x, (2, 3)), [(1, 2, 3, 2)]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_gradients_of_every_plain_form_equal_central_differences(case):
    function, shapes = CASES[case]
    arguments = [random(shape, seed) for seed, shape in enumerate(shapes)]
    values, gradients = function(*arguments)
    sent = [random(value.shape, 100 + k) for k, value in enumerate(values if isinstance(values, tuple) else (values,))]
    for index, gradient in enumerate(gradients(*sent)):
        expected = central_differences(function, arguments, index, sent)
        assert gradient.shape == arguments[index].shape
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-7 * max(1, np.abs(expected).max()))


def test_every_plain_form_is_in_one_of_these_tests():
    forms = {name for name, thing in vars(plain).items() if getattr(thing, "__module__", "") == plain.__name__}
    assert {name for name in forms if not name.startswith("_")} == {name.split(" ")[0] for name in CASES}
