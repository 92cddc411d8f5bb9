"""Every op at the edges: zeros of both signs, tiny and huge numbers, ties, infinities, NaN, in each dtype and shape.

Each elementwise op and each reduction is held to its formula in extended precision, whose range is so wide that no
step of it overflows. Wherever the formula gives a number, the op must give that number (or an infinity, if the number
is too large for the dtype): never NaN. Infinite input follows the formula too, but for the exceptions at the end.
"""

import numpy as np
import pytest

import autograd
from autograd import Tensor
from autograd.proof.samples import SAMPLES
from autograd.rules import RULES

WIDE = np.longdouble
DTYPES = (np.float16, np.float32, np.float64)
all_dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)

pytestmark = pytest.mark.skipif(np.finfo(WIDE).maxexp < 16000, reason="longdouble is no wider than float64 here")


def finite_values(dtype):
    info = np.finfo(dtype)
    values = [0.0, -0.0, info.tiny, 0.5, 1.0, 3.0, info.max / 4]  # two of them can be added
    return np.array([*values, *(-v for v in values[2:])], dtype)


def all_values(dtype):
    return np.concatenate([finite_values(dtype), np.array([np.inf, -np.inf, np.nan], dtype)])


def sign(a, b):
    """1 where a > b, 1/2 at a tie, else 0; 1 beside a NaN."""
    return np.where(a == b, WIDE(0.5), np.where(a < b, 0, 1))


def power_slopes(a, b):
    y = a**b
    return (
        np.where(b == 0, 0, b * a ** np.where(b == 0, 1, b - 1)),
        np.where((a == 0) & (b >= 0), 0, y * np.log(np.where(a == 0, WIDE(0), a))),
    )


def logistic(x):
    return np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x)))


# name: (value, one derivative for each argument), as functions of arrays
UNARY = {
    "neg": (lambda x: -x, lambda x: -1 + 0 * x),
    "square": (lambda x: x * x, lambda x: 2 * x),
    "exp": (np.exp, np.exp),
    "expm1": (np.expm1, np.exp),
    "log": (np.log, lambda x: 1 / x),
    "log1p": (np.log1p, lambda x: 1 / (1 + x)),
    "sin": (np.sin, np.cos),
    "cos": (np.cos, lambda x: -np.sin(x)),
    "sqrt": (np.sqrt, lambda x: 1 / (2 * np.sqrt(x))),
    "abs": (np.abs, np.sign),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "sigmoid": (logistic, lambda x: logistic(x) * logistic(-x)),
    "softplus": (lambda x: np.logaddexp(0, x), logistic),
    "relu": (lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0)),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1, 0.01)),
    "silu": (lambda x: x * logistic(x), lambda x: logistic(x) * (1 + x * logistic(-x))),
    "clip": (lambda x: np.clip(x, -1, 2), lambda x: 1.0 * ((x >= -1) & (x <= 2))),
    "astype": (lambda x: x, lambda x: 1 + 0 * np.nan_to_num(x)),
}
OPTIONS = {"clip": {"min": -1, "max": 2}, "astype": {"dtype": np.float64}}
BINARY = {
    "add": (lambda a, b: a + b, lambda a, b: (1, 1)),
    "sub": (lambda a, b: a - b, lambda a, b: (1, -1)),
    "mul": (lambda a, b: a * b, lambda a, b: (b, a)),
    "div": (lambda a, b: a / b, lambda a, b: (1 / b, -(a / b) / b)),
    "maximum": (np.maximum, lambda a, b: (sign(a, b), sign(b, a))),
    "minimum": (np.minimum, lambda a, b: (sign(b, a), sign(a, b))),
    "pow": (lambda a, b: a**b, power_slopes),
}


def centred(x):
    return x - x.mean(-1, keepdims=True)


def deviation(x):
    return np.sqrt((centred(x) ** 2).mean(-1))


def length(x):
    return np.sqrt((x**2).sum(-1))


def peaks(x):
    chosen = x == x.max(-1, keepdims=True)
    return chosen / WIDE(1) / chosen.sum(-1, keepdims=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def log_softmax(x):
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def log_sum(x):
    m = x.max(-1)
    return np.where(np.isinf(m), m, np.log(np.exp(x - m[..., None]).sum(-1)) + m)


# name: (value, gradient) along the last axis; those with as many results as elements are summed with weights 1 and 2
WEIGHTS = np.array([1.0, 2.0])
REDUCTIONS = {
    "sum": (lambda x: x.sum(-1), np.ones_like),
    "mean": (lambda x: x.mean(-1), lambda x: np.full_like(x, 0.5)),
    "var": (lambda x: (centred(x) ** 2).mean(-1), centred),
    "std": (deviation, lambda x: centred(x) / 2 / np.where(deviation(x) == 0, 1, deviation(x))[..., None]),
    "prod": (lambda x: x.prod(-1), lambda x: x[..., ::-1]),
    "norm": (length, lambda x: x / np.where(length(x) == 0, 1, length(x))[..., None]),
    "max": (lambda x: x.max(-1), peaks),
    "min": (lambda x: x.min(-1), lambda x: peaks(-x)),
    "logsumexp": (log_sum, softmax),
    "softmax": (softmax, lambda x: softmax(x) * (WEIGHTS - (softmax(x) * WEIGHTS).sum(-1, keepdims=True))),
    "log_softmax": (log_softmax, lambda x: WEIGHTS - 3 * softmax(x)),
}


def run(name, *arrays, weights=1.0, **options):
    """The value and the gradients of an op, for the incoming gradient `weights`."""
    leaves = [Tensor(array, requires_grad=True) for array in arrays]
    y = getattr(autograd, name)(*leaves, **options)
    y.backward(np.broadcast_to(np.asarray(weights, y.dtype), y.shape).copy())
    return y.data, *(leaf.grad for leaf in leaves)


def assert_near(result, expected, dtype, name):
    """No NaN where a number is expected, and that number, or an infinity of its sign if the dtype cannot hold it."""
    info = np.finfo(dtype)
    expected = np.broadcast_to(np.asarray(expected, WIDE), result.shape)
    judged = ~np.isnan(expected)
    assert not np.isnan(result[judged]).any(), name
    too_large = judged & (np.abs(expected) > info.max * (1 - 4 * float(info.eps)))
    fits = judged & ~too_large & np.isfinite(expected)
    assert (np.sign(result[too_large]) == np.sign(expected[too_large])).all(), name
    tolerance = 16 * info.eps * np.maximum(np.abs(expected[fits]), info.tiny)
    tolerance += 4 * info.eps * (np.abs(expected[fits]) < 1) * (name in LOSES_DIGITS)
    tolerance += 8 * info.smallest_subnormal
    assert (np.abs(result[fits].astype(WIDE) - expected[fits]) <= tolerance).all(), name


LOSES_DIGITS = {"tanh", "silu", "sigmoid", "softmax", "log_softmax", "logsumexp"}  # 1 - p, where p is near 1


@all_dtypes
@pytest.mark.parametrize("name", UNARY)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_ops_of_one_argument(name, dtype):
    x = all_values(dtype)
    y, slope = run(name, x, **OPTIONS.get(name, {}))
    value, derivative = UNARY[name]
    assert slope.dtype == dtype
    assert y.dtype == OPTIONS.get(name, {}).get("dtype", dtype)
    assert_near(y, value(x.astype(WIDE)), dtype, name)
    assert_near(slope, derivative(x.astype(WIDE)), dtype, name)


@all_dtypes
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_ops_of_two_arguments(name, dtype):
    a, b = (m.ravel() for m in np.meshgrid(all_values(dtype), all_values(dtype)))
    if name == "pow":  # of a negative base: only small integers, for b - 1 of others may be rounded to an odd number
        keep = ~np.signbit(a) | (np.isin(b, [-3, -1, 0, 1, 3]))
        a, b = a[keep], b[keep]
    y, slope_a, slope_b = run(name, a, b)
    value, derivatives = BINARY[name]
    wide = a.astype(WIDE), b.astype(WIDE)
    assert (y.dtype, slope_a.dtype, slope_b.dtype) == (dtype, dtype, dtype)
    assert_near(y, value(*wide), dtype, name)
    for slope, expected in zip((slope_a, slope_b), derivatives(*wide), strict=True):
        assert_near(slope, expected, dtype, name)


@all_dtypes
@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_reductions_of_pairs(name, dtype):
    x = np.stack([m.ravel() for m in np.meshgrid(all_values(dtype), all_values(dtype))], -1)
    each = name in ("softmax", "log_softmax")
    y, slope = run(name, x, axis=-1, weights=WEIGHTS if each else 1.0)
    value, gradient = REDUCTIONS[name]
    assert (y.dtype, slope.dtype) == (dtype, dtype)
    assert_near(y, value(x.astype(WIDE)), dtype, name)
    assert_near(slope, gradient(x.astype(WIDE)), dtype, name)


def filled(sample, value, dtype):
    """A sample's arguments with `value` in place of every element of every floating array."""
    arguments = sample.draw(np.random.default_rng(7))
    return [
        np.full(a.shape, value, dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in arguments
    ]


SKIPPED = {"log": "log 0", "log1p": "log 0", "div": "0 / 0", "sqrt": "slope at 0", "pow": "above", "astype": "above"}


@all_dtypes
@pytest.mark.parametrize("name", [name for name in RULES if name not in SKIPPED])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_equal_elements_of_any_size_give_no_nan_and_keep_the_dtype(name, dtype):
    large = 3.0 if name in ("rnn_tanh", "lstm", "gru") else 300.0  # whose squares are too large for float16
    for value in (0.0, -0.0, np.finfo(dtype).smallest_subnormal, 1.0, -1.0, large):
        for sample in SAMPLES[name]:
            arguments = filled(sample, value, dtype)
            result, *vjps = RULES[name](*arguments, **sample.options)
            results = result if isinstance(result, tuple) else (result,)
            g = (
                [np.ones(r.shape, dtype) for r in results]
                if isinstance(result, tuple)
                else np.ones(result.shape, dtype)
            )
            gradients = [vjp(g) for a, vjp in zip(arguments, vjps, strict=False) if getattr(a, "dtype", None) == dtype]
            for array in (*results, *gradients):
                assert array.dtype == dtype
                assert not np.isnan(array).any(), (value, sample.options)


def function_of(name):
    return (lambda *arrays: getattr(autograd, name)(*arrays, **OPTIONS.get(name, {}))) if name in RULES else None


@all_dtypes
@pytest.mark.parametrize("name", [*UNARY, *BINARY])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (1,), (1, 1)], ids=str)
def test_shapes_without_axes_without_elements_and_of_one_element(name, shape, dtype):
    leaves = [Tensor(np.full(shape, 0.75, dtype), requires_grad=True) for _ in range(2 if name in BINARY else 1)]
    y = function_of(name)(*leaves)
    y.backward(np.ones(y.shape, y.dtype))
    assert y.shape == shape
    for leaf in leaves:
        assert type(leaf.grad) is np.ndarray
        assert (leaf.grad.shape, leaf.grad.dtype) == (shape, dtype)


@all_dtypes
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(
    "shapes", [((), (3,)), ((1,), (0,)), ((3, 1), (1, 2)), ((2, 1), ()), ((1, 0), (4, 1))], ids=str
)
def test_broadcast_arguments_get_gradients_of_their_own_shape(name, shapes, dtype):
    leaves = [Tensor(np.full(shape, 0.75, dtype), requires_grad=True) for shape in shapes]
    y = function_of(name)(*leaves)
    y.backward(np.ones(y.shape, dtype))
    assert y.shape == np.broadcast_shapes(*shapes)
    assert [(leaf.grad.shape, leaf.grad.dtype) for leaf in leaves] == [(shape, dtype) for shape in shapes]


@all_dtypes
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_of_one_element_and_of_a_number_without_axes(name, dtype):
    for shape, axis in [((1,), 0), ((1, 1), -1), ((), -1), ((), 0)]:
        x = Tensor(np.full(shape, 0.75, dtype), requires_grad=True)
        y = getattr(autograd, name)(x, axis=axis)
        y.backward(np.ones(y.shape, dtype))
        assert (x.grad.shape, x.grad.dtype, y.dtype) == (shape, dtype, dtype)
        assert np.isfinite(x.grad).all()


@pytest.mark.parametrize(("name", "value"), [("sum", 0.0), ("logsumexp", -np.inf)])
def test_a_sum_of_nothing_is_zero_and_its_logarithm_minus_infinity(name, value):
    x = Tensor(np.zeros((2, 0)), requires_grad=True)
    y = getattr(autograd, name)(x, axis=1)
    np.testing.assert_array_equal(y.data, [value, value])
    y.backward(np.ones(2))
    assert x.grad.shape == (2, 0)


@pytest.mark.parametrize("function", [autograd.softmax, autograd.log_softmax])
def test_softmax_over_an_empty_axis_is_empty(function):
    for shape, axis in [((2, 0), 1), ((0, 2), 1), ((0,), -1)]:
        x = Tensor(np.zeros(shape), requires_grad=True)
        y = function(x, axis)
        y.backward(np.zeros(shape))
        assert y.shape == x.grad.shape == shape


def gradient(function, *values, dtype=np.float64):
    x = Tensor(np.array(values, dtype), requires_grad=True)
    y = function(x)
    y.sum().backward()
    return y.data, x.grad


# What no formula decides: PyTorch's answers, or others that the docstrings name.
def test_the_exponent_of_a_zero_base_has_the_slope_of_pytorch():
    with np.errstate(divide="ignore"):
        y, slope = gradient(lambda b: np.zeros(3) ** b, -1.0, 0.0, 1.0)
    np.testing.assert_array_equal(y, [np.inf, 1.0, 0.0])
    np.testing.assert_array_equal(slope, [-np.inf, 0.0, 0.0])


def test_logsumexp_beside_an_infinity():
    y, slope = gradient(autograd.logsumexp, np.inf, 1.0)
    assert y == np.inf
    np.testing.assert_array_equal(slope, [np.nan, 0.0])
    y, slope = gradient(autograd.logsumexp, -np.inf, -np.inf)
    assert y == -np.inf
    np.testing.assert_array_equal(slope, [0.0, 0.0])
    y, slope = gradient(autograd.logsumexp, -np.inf, 1.0)
    assert y == 1
    np.testing.assert_array_equal(slope, [0.0, 1.0])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["var", "std"])
def test_the_spread_of_infinities_is_nan(name):
    for pair in ((np.inf, np.inf), (-np.inf, -np.inf), (np.inf, -np.inf), (np.nan, 1.0)):
        y, slope = gradient(getattr(Tensor, name), *pair)
        assert np.isnan([y, *slope]).all()


def test_at_nan_relu_has_the_slope_0_and_abs_the_slope_nan():  # PyTorch has 1 and 0
    assert [gradient(Tensor.relu, np.nan)[1].item(), gradient(autograd.leaky_relu, np.nan)[1].item()] == [0, 0.01]
    assert np.isnan(gradient(Tensor.abs, np.nan)[1])


def test_beside_a_nan_both_arguments_of_a_maximum_get_the_gradient():
    for function in (autograd.maximum, autograd.minimum):
        a, b = Tensor(np.array([np.nan, 1.0]), requires_grad=True), Tensor(np.array([1.0, np.nan]), requires_grad=True)
        y = function(a, b)
        y.backward(np.ones(2))
        assert np.isnan(y.data).all()
        np.testing.assert_array_equal([a.grad, b.grad], np.ones((2, 2)))


def test_leaky_relu_without_a_slope_is_relu_at_infinity_too():
    y, slope = gradient(lambda x: autograd.leaky_relu(x, 0.0), np.inf, -np.inf, -2.0)
    np.testing.assert_array_equal(y, [np.inf, 0.0, 0.0])
    np.testing.assert_array_equal(slope, [1.0, 0.0, 0.0])


@pytest.mark.parametrize("constant", [0.1, 1e-300, 3e7, -0.3])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_deviation_of_equal_elements_is_zero_and_so_is_its_gradient(constant, dtype):
    y, slope = gradient(Tensor.std, *[constant] * 7 if dtype is np.float64 else [0.1] * 7, dtype=dtype)
    assert y == 0
    np.testing.assert_array_equal(slope, np.zeros(7))


@pytest.mark.parametrize("name", ["max", "min"])
def test_ties_are_counted_beyond_the_range_of_half_precision(name):
    x = Tensor(np.ones(70_000, np.float16), requires_grad=True)
    getattr(x, name)().backward()
    np.testing.assert_allclose(x.grad, np.float16(1 / 70_000), rtol=1e-2)
    x.grad = None
    x.mean().backward()
    np.testing.assert_allclose(x.grad, np.float16(1 / 70_000), rtol=1e-2)


def test_the_spread_of_half_precision_does_not_overflow_at_its_squares():
    y, slope = gradient(Tensor.std, 300.0, -300.0, dtype=np.float16)
    assert y == 300
    np.testing.assert_array_equal(slope, [0.5, -0.5])


def test_a_mean_loss_of_half_precision_does_not_overflow_at_its_sum():
    x = Tensor(np.full(2000, 100, np.float16), requires_grad=True)
    assert autograd.mse(x, np.zeros(2000)).item() == 10_000


def test_an_exact_prediction_of_tiny_variance_has_a_likelihood():
    y = autograd.gaussian_log_likelihood(Tensor(np.zeros((1, 1))), np.full((1, 1), -800.0), np.zeros((1, 1)))
    np.testing.assert_allclose(y.data, (800 - np.log(2 * np.pi)) / 2)
    mean = Tensor(np.zeros((1, 1)), requires_grad=True)
    log_variance = Tensor(np.full((1, 1), -2000.0), requires_grad=True)
    autograd.gaussian_log_likelihood(mean, log_variance, np.zeros((1, 1))).backward(np.ones(1))
    assert (mean.grad, log_variance.grad) == (0, -0.5)


INTEGERS = ["sigmoid", "softplus", "softmax", "log_softmax", "logsumexp", "mean", "var", "std"]


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("values", [[-2, 0, 3], [True, False]], ids=str)
def test_integers_become_float64(name, values):
    y = getattr(autograd, name)(Tensor(np.array(values)))
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y.data, getattr(autograd, name)(Tensor(np.array(values, float))).data)


def test_bounds_that_are_no_integers_make_integers_floating():
    y = autograd.clip(Tensor(np.array([-2, 0, 3])), 0.5, 1.5)
    np.testing.assert_array_equal(y.data, [0.5, 0.5, 1.5])
    assert autograd.clip(Tensor(np.array([-2, 0, 3])), -1, 1).dtype == np.int64


def test_python_numbers_alone_become_float32():
    for y in (
        autograd.where(np.array([True, False]), 1.0, 0.0),
        autograd.stack([1.0, 2.0]),
        autograd.concatenate([[1.0], [2.0]]),
        autograd.mse([1.0], [2.0]),
    ):
        assert y.dtype == np.float32
    assert autograd.where(np.array([True, False]), np.float64(1), 0.0).dtype == np.float64


def test_an_empty_list_is_an_index():
    x = Tensor(np.ones((3, 2)), requires_grad=True)
    assert [x[[]].shape, x[:, []].shape, x[[[]]].shape] == [(0, 2), (3, 0), (1, 0, 2)]
    x[[]].sum().backward()
    np.testing.assert_array_equal(x.grad, np.zeros((3, 2)))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x.sum(2), r"sum: axis 2 is out of bounds"),
        (lambda x: autograd.softmax(x, 5), r"softmax: axis 5 is out of bounds"),
        (lambda x: autograd.logsumexp(x, 5), r"logsumexp: axis 5 is out of bounds"),
        (lambda x: autograd.stack([x, x], 5), r"stack: axis 5 is out of bounds"),
        (lambda x: autograd.concatenate([x, x], 5), r"concatenate: axis 5 is out of bounds"),
        (lambda x: x.transpose(0, 5), r"transpose: axes: axis 5 is out of bounds"),
    ],
)
def test_an_axis_out_of_range_is_a_value_error_and_an_index_error(function, message):
    x = Tensor(np.ones((2, 3)))
    for kind in (ValueError, IndexError, np.exceptions.AxisError):
        with pytest.raises(kind, match=message):
            function(x)


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (lambda x: x.transpose(0), ValueError, r"transpose: axes are \(0,\), expected each of the 2 axes"),
        (lambda x: x.transpose(0, 0), ValueError, r"transpose: repeated axis"),
        (lambda x: autograd.pad(x, (1, 2, 3)), ValueError, r"pad: pad_width is \(1, 2, 3\), expected one width"),
        (lambda x: autograd.pad(x, -1), ValueError, r"pad: pad_width is -1, expected one width"),
        (lambda x: autograd.pad(x, 1.5), TypeError, r"pad: pad_width is 1.5, expected integers"),
        (lambda x: autograd.broadcast_to(x), TypeError, r"broadcast_to: .*missing .*'shape'"),
        (lambda x: autograd.stack([x, x[0]]), ValueError, r"stack: cannot join shapes .*: they have 1 and 2 axes"),
        (lambda x: autograd.stack([]), ValueError, r"stack: need at least one array to stack$"),
        (lambda x: autograd.stack(x), TypeError, r"stack: expected a list of tensors.*write stack\(\[a, b\]\)"),
        (lambda x: autograd.concatenate(x, x), TypeError, r"concatenate: expected a list of tensors, not single ones"),
    ],
)
def test_wrong_arguments_are_answered_in_the_words_of_the_caller(function, kind, message):
    with pytest.raises(kind, match=message):
        function(Tensor(np.ones((2, 3))))


def test_a_log_variance_that_would_repeat_the_pixels_is_refused():
    x = np.zeros(3)
    with pytest.raises(ValueError, match=r"log_variance has shape \(3, 1\), which does not broadcast to x \(3,\)"):
        autograd.gaussian_log_likelihood(Tensor(x), np.zeros((3, 1)), x)


@pytest.mark.parametrize("training", [True, False])
def test_running_statistics_of_another_form_are_refused(training):
    x, channels = Tensor(np.ones((6, 4))), Tensor(np.ones(4))
    for wrong in (np.ones((2, 4)), np.ones(1), np.ones(())):
        with pytest.raises(ValueError, match=r"running_variance has shape .*, expected \(4,\)"):
            autograd.batch_norm(x, channels, channels, np.zeros(4), wrong, training)
    for wrong in ([0, 0, 0, 0], np.zeros(4, int)):
        with pytest.raises(TypeError, match=r"running_mean is .*, expected an array of floating numbers"):
            autograd.batch_norm(x, channels, channels, wrong, np.ones(4), training)


@pytest.mark.parametrize("name", ["rnn_tanh", "lstm", "gru"])
def test_the_last_states_do_not_keep_the_sequence_alive(name):
    arguments = SAMPLES[name][0].draw(np.random.default_rng(0))
    hidden, *last = getattr(autograd, name)(*arguments)
    for state in last:
        assert not np.shares_memory(state.data, hidden.data)
        assert state.data.base is None or state.data.base.size == state.size
