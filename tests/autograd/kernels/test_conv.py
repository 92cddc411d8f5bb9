"""The fast convolutions against the plain ones, over drawn shapes; and what is promised beyond values."""

import itertools
import tracemalloc
import weakref
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd.kernels import activation as activations
from autograd.kernels import plain
from autograd.kernels.conv import forms as convolution
from autograd.kernels.conv import layout as conv_layout
from autograd.kernels.conv import operands, winograd_transforms
from autograd.kernels.conv import pointwise as conv_pointwise
from autograd.kernels.conv import windows as conv_windows
from autograd.kernels.conv import winograd as conv_winograd
from autograd.kernels.conv.geometry import conv_geometry

MEMORY_ORDERS = [(0, 1, 2, 3), (1, 2, 3, 0), (1, 2, 0, 3), (0, 3, 1, 2)]  # NHWC, HWCN, HWNC, NCHW


def in_memory_order(array, order):
    """The same values under the same axes, laid out in memory in another order."""
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


def random(shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@st.composite
def cases(draw, blocks=None):
    """(x shape, weight shape, options) of a convolution that exists: odd sizes, stride > kernel, dilation.

    blocks: the widths of the kernel, in strides, to draw from; without dilation then.
    """
    if blocks is None:
        axis = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))
    else:
        wide = [(k, s) for s in (1, 2, 3) for k in range(1, 8) if -(-k // s) in blocks]
        axis = st.tuples(st.sampled_from(wide), st.integers(0, 3)).map(lambda drawn: (*drawn[0], drawn[1], 1))
    channels = st.integers(1, 6)
    pairs = [draw(axis) for _ in "HW"]
    kernel_size, strides, paddings, dilations = zip(*pairs, strict=True)
    sizes = []
    for k, _, p, d in pairs:
        least = max(1, d * (k - 1) + 1 - 2 * p)
        sizes.append(draw(st.integers(least, least + (6 if blocks is None else 18))))
    x_shape = (draw(st.integers(1, 3)), *sizes, draw(channels))
    weight_shape = (draw(channels), *kernel_size, x_shape[-1])
    return x_shape, weight_shape, {"stride": strides, "padding": paddings, "dilation": dilations}


def assert_close(fast, slow, dtype):
    assert fast.dtype == dtype and fast.shape == slow.shape
    tolerance = 1e-12 if dtype == np.float64 else 5e-6
    np.testing.assert_allclose(fast, slow, rtol=0, atol=tolerance * max(1, np.abs(slow).max()))


def check_convolution(x_shape, weight_shape, options, dtype=np.float64, order=(0, 1, 2, 3)):
    x, weight = random(x_shape), random(weight_shape, 1)
    slow, gradients = plain.conv2d(x, weight, **options)
    g = random(slow.shape, 2)
    slow_dx, slow_dw = gradients(g)
    fast_x, fast_g = (in_memory_order(a, order).astype(dtype) for a in (x, g))
    fast_weight = weight.astype(dtype)
    for a in (fast_x, fast_g, fast_weight):
        a.flags.writeable = False
    y, saved = convolution.conv2d_forward(fast_x, fast_weight, **options)
    finish_input, finish_weight, finish_bias = convolution.pullback(fast_g, fast_weight, saved)
    assert_close(y, slow, dtype)
    assert_close(finish_input(), slow_dx, dtype)
    assert_close(finish_weight(), slow_dw, dtype)
    assert_close(finish_bias(), g.sum((0, 1, 2)), dtype)


def mirrored(x_shape, weight_shape, options):
    """The geometry, and the options of the transposed convolution whose result has x's shape."""
    geometry = conv_geometry(x_shape, weight_shape, **options)
    forgotten = tuple(
        (n + 2 * p - d * (k - 1) - 1) % s
        for n, p, d, k, s in zip(
            geometry.image, geometry.padding, geometry.dilation, geometry.kernel, geometry.stride, strict=True
        )
    )
    return geometry, options | {"output_padding": forgotten}


def check_transposed(x_shape, weight_shape, options, dtype=np.float64, order=(0, 1, 2, 3)):
    """The transposed convolution that mirrors the case: from its output's shape back to one as large as x."""
    geometry, options = mirrored(x_shape, weight_shape, options)
    z, weight = random(geometry.output_shape), random(weight_shape, 1)
    slow, gradients = plain.conv_transpose2d(z, weight, **options)
    assert slow.shape == x_shape
    g = random(slow.shape, 2)
    slow_dz, slow_dw = gradients(g)
    fast_z, fast_g = (in_memory_order(a, order).astype(dtype) for a in (z, g))
    y, saved = convolution.conv_transpose2d_forward(fast_z, weight.astype(dtype), **options)
    finish_input, finish_weight, finish_bias = convolution.pullback(fast_g, weight.astype(dtype), saved)
    assert_close(y, slow, dtype)
    assert_close(finish_input(), slow_dz, dtype)
    assert_close(finish_weight(), slow_dw, dtype)
    assert_close(finish_bias(), g.sum((0, 1, 2)), dtype)


def using(form):
    """Let this form compute everything, also what FORMS would give to another."""
    return mock.patch.object(convolution, "form_for", lambda geometry: form)


FORMS = {"windows": conv_windows, "winograd": conv_winograd}


def cases_for(form):
    return cases() if form == "windows" else cases(blocks=(2, 3))


@settings(max_examples=30, deadline=None)
@given(sizes=st.tuples(*[st.integers(1, 7)] * 4), filters=st.integers(1, 5), order=st.sampled_from(MEMORY_ORDERS))
def test_one_by_one_kernels_equal_the_plain_form(sizes, filters, order):
    with using(conv_pointwise):
        check_convolution(sizes, (filters, 1, 1, sizes[-1]), {}, order=order)
        check_transposed(sizes, (filters, 1, 1, sizes[-1]), {}, order=order)


def test_windows_that_see_nothing_but_padding_are_zero():
    """The arrays that a window is gathered in begin with whatever was in memory."""
    for _ in range(3):
        np.full(200_000, np.nan)
        with using(conv_windows):
            check_convolution((2, 2, 2, 1), (3, 3, 3, 1), {"stride": 1, "padding": 4})


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=120, deadline=None)
@given(data=st.data(), order=st.sampled_from(MEMORY_ORDERS))
def test_any_convolution_and_its_three_gradients_equal_the_plain_form(form, data, order):
    with using(FORMS[form]):
        check_convolution(*data.draw(cases_for(form)), order=order)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=120, deadline=None)
@given(data=st.data(), order=st.sampled_from(MEMORY_ORDERS))
def test_any_transposed_convolution_and_its_three_gradients_equal_the_plain_form(form, data, order):
    with using(FORMS[form]):
        check_transposed(*data.draw(cases_for(form)), order=order)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    ("x_shape", "options"),
    [
        ((1, 7, 7, 2), {"stride": 2, "padding": 0}),  # a last row and column that no window sees
        ((1, 23, 6, 1), {"stride": 2, "padding": 1}),  # several tiles along H, one along W
        ((2, 12, 35, 3), {"stride": 2, "padding": 3}),
        ((19, 5, 4, 2), {"stride": 2, "padding": 1}),  # more images than a line of the cache has numbers
    ],
)
def test_edges_tiles_and_batches_are_no_different(form, x_shape, options):
    with using(form):
        check_convolution(x_shape, (3, 4, 4, x_shape[-1]), options)
        check_transposed(x_shape, (3, 4, 4, x_shape[-1]), options)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_many_channels_are_no_different_when_they_are_cut_into_groups(form):
    with using(form), mock.patch.object(winograd_transforms, "MAX_HALFWAY", 2000):
        check_convolution((40, 8, 8, 13), (30, 4, 4, 13), {"stride": 2, "padding": 1})


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_results_have_the_memory_order_that_the_next_layer_reads_without_copying(form):
    x, weight = in_memory_order(random((3, 8, 8, 9)), (1, 2, 3, 0)), random((10, 4, 4, 9), 1)
    with using(form):
        y, saved = convolution.conv2d_forward(x, weight, stride=2, padding=1)
        dx = convolution.pullback(y, weight, saved)[0]()
    for image in (y, dx):
        assert np.shares_memory(conv_layout.to_hwcn(image), image)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_float32_stays_float32_and_is_as_exact_as_it_can_be(form, data):
    case = data.draw(cases_for(form))
    with using(FORMS[form]):
        check_convolution(*case, dtype=np.float32)
        check_transposed(*case, dtype=np.float32)


@pytest.mark.parametrize(("size", "channels", "filters"), [(32, 32, 64), (16, 64, 128), (8, 128, 256)])
def test_float32_of_large_layers_is_within_five_millionths_of_the_largest_value(size, channels, filters):
    x = random((4, size, size, channels), dtype=np.float32)
    weight = random((filters, 4, 4, channels), 1, np.float32)
    geometry = conv_geometry(x.shape, weight.shape, 2, 1)
    assert convolution.form_for(geometry) is conv_winograd
    single = convolution.conv2d_forward(x, weight, 2, 1)[0]
    double = convolution.conv2d_forward(x.astype(np.float64), weight.astype(np.float64), 2, 1)[0]
    assert np.abs(single - double).max() <= 5e-6 * np.abs(double).max()


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "options", "form"),
    [
        ((2, 64, 64, 3), (32, 4, 4, 3), {"stride": 2, "padding": 1}, conv_windows),
        ((2, 9, 9, 16), (8, 1, 1, 16), {}, conv_pointwise),
        ((2, 9, 9, 16), (8, 1, 1, 16), {"stride": 2}, conv_windows),
        ((2, 32, 32, 32), (64, 4, 4, 32), {"stride": 2, "padding": 1}, conv_winograd),
        ((2, 2, 2, 32), (64, 4, 4, 32), {"stride": 2, "padding": 1}, conv_windows),  # a single output
        ((2, 32, 32, 32), (64, 4, 4, 32), {"stride": 2, "padding": 2, "dilation": 2}, conv_windows),
        ((2, 16, 16, 32), (64, 3, 3, 32), {"stride": 1, "padding": 1}, conv_winograd),
        ((2, 16, 16, 2), (4, 3, 3, 2), {"stride": 1, "padding": 1}, conv_windows),  # more work than it saves
        ((2, 256, 256, 16), (16, 3, 3, 16), {"stride": 1, "padding": 1}, conv_windows),  # wide, and mostly zeros
        ((2, 32, 32, 32), (64, 5, 5, 32), {"stride": 2, "padding": 2}, conv_winograd),  # three blocks wide
        ((2, 32, 32, 32), (64, 5, 5, 32), {"stride": 1, "padding": 2}, conv_windows),  # five
    ],
)
def test_each_geometry_goes_to_the_form_that_is_fast_at_it(x_shape, weight_shape, options, form):
    assert convolution.form_for(conv_geometry(x_shape, weight_shape, **options)) is form


@pytest.mark.parametrize("groups", [1, 3, 5])
@pytest.mark.parametrize(("kernel", "stride"), [((4, 4), (2, 2)), ((3, 4), (1, 2)), ((3, 3), (2, 2))])
def test_a_weight_is_transformed_along_both_axes_whatever_the_groups_of_filters(kernel, stride, groups, monkeypatch):
    geometry = conv_geometry((2, 11, 9, 3), (5, *kernel, 3), stride, padding=1)
    weight = random(geometry.weight_shape)
    rows, columns = winograd_transforms.matrices_of(geometry, weight.dtype)
    per_filter = rows.G.size * columns.G.size * stride[0] * stride[1] * 3
    monkeypatch.setattr(winograd_transforms, "MAX_MULTIPLICATIONS", -(-5 // groups) * per_filter)
    slices = winograd_transforms.filter_groups(geometry)
    assert len(slices) == groups
    U = winograd_transforms.empty_weights(geometry, weight.dtype)
    for filters in slices:
        winograd_transforms.weight_to_products(weight[filters], geometry, U[:, :, filters])
    blocks = winograd_transforms._in_blocks(weight, geometry)
    expected = np.einsum("iu,jv,fuavbc->ijfabc", rows.G, columns.G, blocks)
    np.testing.assert_allclose(U, expected.reshape(U.shape), atol=1e-13)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_the_transposed_convolution_is_the_adjoint_of_the_convolution_with_the_same_weight(case):
    x_shape, weight_shape, options = case
    geometry, transposed_options = mirrored(x_shape, weight_shape, options)
    x, weight, z = random(x_shape), random(weight_shape, 1), random(geometry.output_shape, 2)
    y, _ = convolution.conv2d_forward(x, weight, **options)
    painted, _ = convolution.conv_transpose2d_forward(z, weight, **transposed_options)
    assert np.sum(y * z) == pytest.approx(np.sum(x * painted), abs=1e-10)


@pytest.mark.parametrize("channels", [2, 32])  # two forms
def test_the_result_of_an_activation_is_not_kept_for_the_backward_pass(channels):
    x, weight = random((2, 16, 16, channels)), random((2 * channels, 3, 3, channels), 1)
    y, saved = convolution.conv2d_forward(x, weight, padding=1, activation="relu")
    g = random(y.shape, 2)
    expected = [finish() for finish in convolution.pullback(g, weight, saved)]
    memory = weakref.ref(y.base)
    del y
    assert memory() is None
    found = [finish() for finish in convolution.pullback(g, weight, saved)]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


@settings(max_examples=20, deadline=None)
@given(cases())
def test_the_gradients_may_be_asked_for_without_a_forward_pass(case):
    x_shape, weight_shape, options = case
    x, weight = random(x_shape), random(weight_shape, 1)
    y, saved = convolution.conv2d_forward(x, weight, **options)
    finish_input, finish_weight, _ = convolution.pullback(y, weight, saved)
    dx = convolution.conv2d_gradient_of_input(y, weight, x_shape, **options)
    dw = convolution.conv2d_gradient_of_weight(y, x, weight_shape[1:3], **options)
    np.testing.assert_array_equal(finish_input(), dx)
    np.testing.assert_array_equal(finish_weight(), dw)


EPILOGUES = {
    None: lambda y: y,
    "relu": lambda y: np.maximum(y, 0),
    "leaky_relu": lambda y: np.where(y > 0, y, 0.2 * y),  # with that slope
}


@pytest.mark.parametrize("activation", EPILOGUES)
@pytest.mark.parametrize("channels", [2, 9])
@pytest.mark.parametrize("kernel", [3, 4])
def test_bias_and_activation_may_be_left_to_the_convolution(activation, channels, kernel):
    options = {"stride": 2, "padding": 1}
    x, weight = random((2, 8, 6, channels)), random((9, kernel, kernel, channels), 1)
    bias, back_bias = random(9, 2), random(channels, 3)
    plain, _ = convolution.conv2d_forward(x, weight, **options)
    after = {"activation": activation, "negative_slope": 0.2}
    fused, _ = convolution.conv2d_forward(x, weight, bias=bias, **after, **options)
    np.testing.assert_allclose(fused, EPILOGUES[activation](plain + bias), atol=1e-12)
    painted, _ = convolution.conv_transpose2d_forward(plain, weight, **options)
    fused, _ = convolution.conv_transpose2d_forward(plain, weight, bias=back_bias, **after, **options)
    np.testing.assert_allclose(fused, EPILOGUES[activation](painted + back_bias), atol=1e-12)


@pytest.mark.parametrize(("activation", "slope"), [("relu", 0), ("leaky_relu", 0.2)])
def test_the_gradient_of_an_activation_is_read_off_its_result(activation, slope):
    before = np.array([-2, -1e-9, 0, 1e-9, 3], np.float32)
    g = random(5, dtype=np.float32)
    y = EPILOGUES[activation](before).astype(np.float32)
    found = activations.times_slopes(g, y > 0, activations.slope_below_zero(activation, 0.2))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, g * np.where(before > 0, 1, slope), rtol=1e-6)


def test_by_hand_a_window_is_a_sum_of_products_and_a_painted_pixel_is_the_kernel():
    x = np.array([[1.0, 2, 3], [4, 5, 6]]).reshape(1, 2, 3, 1)
    weight = np.array([[1.0, 10], [100, 1000]]).reshape(1, 2, 2, 1)
    for conv2d in (lambda *a: plain.conv2d(*a)[0], lambda *a: convolution.conv2d_forward(*a)[0]):
        np.testing.assert_array_equal(conv2d(x, weight)[0, :, :, 0], [[5421, 6532]])
    pixel = np.full((1, 1, 1, 1), 3.0)
    for paint in (lambda *a: plain.conv_transpose2d(*a)[0], lambda *a: convolution.conv_transpose2d_forward(*a)[0]):
        np.testing.assert_array_equal(paint(pixel, weight), 3 * weight)


def test_the_gradient_of_the_bias_is_the_sum_over_all_positions():
    g = random((3, 4, 5, 6))
    for order in MEMORY_ORDERS:
        incoming = operands.IncomingGradient(in_memory_order(g, order))
        np.testing.assert_allclose(incoming.bias_gradient(), g.sum((0, 1, 2)), atol=1e-12)


def test_the_gradient_of_the_bias_adds_up_what_was_read_part_by_part():
    g, y = random((3, 4, 5, 6)), random((3, 4, 5, 6), 1)
    incoming = operands.IncomingGradient(g, y.transpose(1, 2, 3, 0) > 0)
    for channels in (slice(4, 6), slice(0, 4)):
        incoming.part(channels=channels)
    np.testing.assert_allclose(incoming.bias_gradient(), (g * (y > 0)).sum((0, 1, 2)), atol=1e-12)


@pytest.mark.parametrize("forward", [convolution.conv2d_forward, convolution.conv_transpose2d_forward])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("activation", [None, "relu"])
def test_gradients_may_be_asked_for_in_any_order_and_share_the_lowered_gradient(forward, form, activation):
    x, weight = random((2, 9, 9, 8)), random((8, 4, 4, 8), 1)
    lowering = "lower_output" if forward is convolution.conv2d_forward else "lower_image"
    with using(form):
        y, saved = forward(x, weight, 2, 1, activation=activation)
        alone = [convolution.pullback(y, weight, saved)[k]() for k in range(3)]
        for order in itertools.permutations(range(3)):
            finishers = convolution.pullback(y, weight, saved)
            found = {k: finishers[k]() for k in order}
            for k, expected in enumerate(alone):
                np.testing.assert_allclose(found[k], expected, rtol=0, atol=0 if k < 2 else 1e-12)
        incoming = operands.IncomingGradient(y, saved.positive)
        lowered = getattr(form, lowering)(incoming, saved.geometry)
        assert getattr(form, lowering)(incoming, saved.geometry) is lowered
        with mock.patch.object(incoming, "part", side_effect=AssertionError("read again")):
            (form.to_image if lowering == "lower_output" else form.to_output)(incoming, weight, saved.geometry)


CONV, TRANSPOSED = convolution.conv2d_forward, convolution.conv_transpose2d_forward


@pytest.mark.parametrize(
    ("op", "x_shape", "weight_shape", "options", "named"),
    [
        (CONV, (1, 3, 9, 2), (1, 4, 4, 2), {}, r"kernel spans 4 x 4 .* input's 3 x 9"),
        (CONV, (1, 4, 5, 2), (1, 3, 3, 2), {"dilation": 3, "padding": 1}, r"spans 7 x 7 .* 6 x 7"),
        (CONV, (1, 8, 8, 3), (1, 3, 3, 2), {}, r"x has 3 channels .* weight expects 2"),
        (TRANSPOSED, (1, 8, 8, 3), (2, 3, 3, 3), {}, r"x has 3 channels .* weight expects 2"),
        (CONV, (8, 8, 3), (1, 3, 3, 3), {}, r"x must have four axes \(N, H, W, C\), not shape \(8, 8, 3\)"),
        (CONV, (1, 8, 8, 3), (3, 3, 3), {}, r"weight must have four axes"),
        (CONV, (1, 8, 8, 3), (1, 3, 3, 3), {"stride": 0}, "stride must be .* at least 1, not 0"),
        (CONV, (1, 8, 8, 3), (1, 3, 3, 3), {"stride": 1.5}, "stride must be one int or a pair.* not 1.5"),
        (CONV, (1, 8, 8, 3), (1, 3, 3, 3), {"padding": (1, -1)}, r"padding must be .* not \(1, -1\)"),
        (CONV, (1, 8, 8, 3), (1, 3, 3, 3), {"activation": "tanh"}, "activation must be one of"),
        (CONV, (1, 8, 8, 3), (4, 3, 3, 3), {"bias": np.zeros(3)}, r"bias must have shape \(4,\)"),
        (
            TRANSPOSED,
            (1, 4, 4, 3),
            (3, 3, 3, 2),
            {"stride": 2, "output_padding": 2},
            "output_padding .*stride",
        ),
        (TRANSPOSED, (1, 1, 1, 3), (3, 2, 2, 2), {"padding": 1}, "leaves nothing of the output"),
    ],
)
def test_what_cannot_be_convolved_is_refused_with_the_sizes_named(op, x_shape, weight_shape, options, named):
    with pytest.raises(ValueError, match=named):
        op(np.zeros(x_shape), np.zeros(weight_shape), **options)


@pytest.mark.parametrize("slope", [-0.5, 2.0])
def test_a_slope_that_the_result_does_not_tell_is_refused(slope):
    x, weight = np.zeros((1, 4, 4, 1)), np.zeros((1, 3, 3, 1))
    with pytest.raises(ValueError, match=f"negative_slope is {slope}, expected 0 to 1"):
        convolution.conv2d_forward(x, weight, activation="leaky_relu", negative_slope=slope)


def test_whole_numbers_are_refused():
    x, weight = np.zeros((1, 4, 4, 8), int), np.zeros((8, 3, 3, 8), int)
    for op in (CONV, TRANSPOSED):
        with pytest.raises(TypeError, match="x has dtype int64, expected floating numbers"):
            op(x, weight)


@pytest.mark.parametrize("shape", [(0, 4, 4, 1), (1, 0, 4, 1)])
def test_no_images_and_no_pixels_are_refused(shape):
    with pytest.raises(ValueError, match="expected at least one of everything"):
        convolution.conv2d_forward(np.zeros(shape), np.zeros((1, 3, 3, 1)), padding=3)


def test_sizes_may_be_numpys_whole_numbers_but_not_truth_values():
    geometry = conv_geometry((1, 8, 8, 1), (1, 3, 3, 1), np.int64(2), (np.int32(1), 1))
    assert (geometry.stride, geometry.padding) == ((2, 2), (1, 1))
    with pytest.raises(ValueError, match="stride must be one int or a pair, each at least 1, not True"):
        conv_geometry((1, 8, 8, 1), (1, 3, 3, 1), True)


def test_a_gradient_in_another_memory_order_is_copied_once():
    g = random((64, 16, 16, 8))
    tracemalloc.start()
    incoming = operands.IncomingGradient(g)
    current, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert incoming is not None and current < 1.2 * g.nbytes


@pytest.mark.parametrize("channels", [1, 8])
def test_the_gradient_of_a_weight_takes_little_memory_however_small_the_batch(channels):
    x, g = random((1, 40, 40, channels)), random((1, 40, 40, 64), 1)
    tracemalloc.start()
    convolution.conv2d_gradient_of_weight(g, x, (5, 5), padding=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * 25 * x.nbytes  # the windows themselves hold 25 times the image


def test_dtypes_are_never_mixed_silently():
    x, weight = np.zeros((1, 4, 4, 1), np.float32), np.zeros((1, 3, 3, 1))
    with pytest.raises(TypeError, match="x float32, weight float64"):
        convolution.conv2d_forward(x, weight)


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"the output's shape \(1, 2, 2, 1\), not \(1, 3, 2, 1\)"):
        convolution.conv2d_gradient_of_input(np.zeros((1, 3, 2, 1)), np.zeros((1, 3, 3, 1)), (1, 4, 4, 1))


def test_what_cannot_be_written_to_in_another_shape_is_refused_instead_of_written_to_a_copy():
    array = np.zeros((2, 3, 4))
    conv_layout.view_as(array[:, 1:], (2, 8))[...] = 1
    assert array.sum() == 16
    with pytest.raises(ValueError, match=r"cannot view shape \(2, 2, 4\), .*, as shape \(4, 4\) without a copy"):
        conv_layout.view_as(array[:, 1:], (4, 4))


def test_images_in_the_memory_order_of_the_convolutions_are_the_same_images():
    images = np.random.default_rng(0).standard_normal((5, 4, 3, 2))
    laid_out = autograd.batch_innermost(images)
    np.testing.assert_array_equal(laid_out, images)
    assert laid_out.transpose(1, 2, 3, 0).flags.c_contiguous
    with pytest.raises(ValueError, match=r"batch_innermost: images have shape \(4, 3\), expected \(N, H, W, C\)"):
        autograd.batch_innermost(images[0, :, :, 0])
