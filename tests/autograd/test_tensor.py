"""Tensors: how they meet numbers and arrays, which dtype comes out, and what the errors say."""

import copy
import math
import pickle
from math import exp

import numpy as np
import pytest

import autograd
from autograd import Tensor, gradcheck, is_recording, no_grad
from autograd.dtypes import constant, one_dtype

OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
all_operators = pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)


def leaf(values, dtype=np.float64):
    return Tensor(np.array(values, dtype), requires_grad=True)


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, np.float32),
        ([1.0, 2.0], np.float32),
        ([[1, 2], [3, 4]], np.int64),
        (np.ones(2), np.float64),
        (np.ones(2, np.float32), np.float32),
        (np.float64(2), np.float64),
        (np.ones(2, bool), np.bool_),
    ],
)
def test_arrays_keep_their_dtype_and_python_floats_become_float32(data, dtype):
    assert Tensor(data).dtype == dtype


def test_an_array_is_held_not_copied():
    array = np.ones(3)
    assert Tensor(array).data is array
    assert Tensor(array).numpy() is array
    assert Tensor(array).detach().data is array


def test_data_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match="the data have dtype <U1, expected numbers"):
        Tensor(np.array(["a"]))


@pytest.mark.parametrize("data", [np.arange(3), np.ones(3, bool), 3])
def test_integers_cannot_require_a_gradient_and_the_error_says_why(data):
    with pytest.raises(TypeError, match=r"cannot require a gradient, a derivative needs numbers that vary.*astype"):
        Tensor(data, requires_grad=True)


def test_assigning_data_keeps_it_an_array():
    x = Tensor(np.array(2.0), requires_grad=True)
    x.data = x.data - 0.5  # NumPy makes this a scalar
    assert type(x.data) is np.ndarray
    x.data -= 0.5
    assert x.item() == 1.0


def test_data_of_another_shape_are_refused_where_a_gradient_is_collected():
    weight = Tensor(np.zeros(3), requires_grad=True)
    with pytest.raises(ValueError, match=r"data: shape \(2,\) for a tensor of shape \(3,\) that has a gradient"):
        weight.data = np.zeros(2)
    constant = Tensor(np.zeros(3))
    constant.data = np.zeros(2)
    assert constant.shape == (2,)


def test_comparisons_are_of_elements_and_give_plain_arrays():
    x, y = Tensor(np.array([1.0, 2.0, 3.0])), np.array([1.0, 5.0, 2.0])
    for found, expected in (
        (x == y, [True, False, False]),
        (x != y, [False, True, True]),
        (x < y, [False, True, False]),
        (x <= y, [True, True, False]),
        (x > y, [False, False, True]),
        (x >= y, [True, False, True]),
    ):
        assert type(found) is np.ndarray and found.tolist() == expected


def test_repr_shows_a_gradient():
    x = Tensor(np.array([1.5]), requires_grad=True)
    (2 * x).sum().backward()
    assert repr(x) == "Tensor([1.5], shape=(1,), dtype=float64, requires_grad=True, grad=[2.])"


def test_repr_tells_value_shape_dtype_and_the_op_that_made_it():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "Tensor([1. 2.], shape=(2,), dtype=float32, requires_grad=True)"
    assert repr(x * 2) == "Tensor([2. 4.], shape=(2,), dtype=float32, op=mul)"
    assert repr(Tensor(1.0)) == "Tensor(1., shape=(), dtype=float32)"


def test_size_and_iteration_are_those_of_the_array():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert (x.shape, x.ndim, x.size, len(x)) == ((2, 2), 2, 4, 2)
    rows = list(x)
    (rows[0] * rows[1]).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3.0, 4.0], [1.0, 2.0]])
    assert float(x[1, 1]) == x[1, 1].item() == 4.0


@all_operators
@pytest.mark.parametrize("on_the_left", [True, False])
@pytest.mark.parametrize(
    "other",
    [3, 2.5, np.float32(2), np.float64(2), np.int64(2), np.array(2.0), np.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]],
    ids=repr,
)
def test_numbers_arrays_and_lists_may_stand_on_either_side(operator, other, on_the_left):
    def function(x, other):
        return operator(other, x) if on_the_left else operator(x, other)

    values = np.array([0.5, 1.5, 2.5])
    x = leaf(values)
    y = function(x, other)
    assert isinstance(y, Tensor)
    np.testing.assert_allclose(y.data, function(values, np.asarray(other, np.float64)), rtol=1e-15)
    gradcheck(lambda x: function(x, other), values)


def test_the_left_operand_may_be_an_array_of_numpy():
    x = leaf([1.0, 2.0, 3.0], np.float32)
    matrix = np.arange(6.0).reshape(2, 3)
    for y, expected in [
        (np.ones(3) * x, [1, 2, 3]),
        (np.float32(2) + x, [3, 4, 5]),
        (np.sqrt(4) * x, [2, 4, 6]),
        (matrix @ x, matrix @ [1, 2, 3]),
        (matrix.tolist() @ x, matrix @ [1, 2, 3]),  # NumPy has no part in this one
        ([1.0, 1.0, 1.0] - x, [0, -1, -2]),
    ]:
        assert isinstance(y, Tensor)
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y.data, expected)
    (matrix @ x).sum().backward()
    np.testing.assert_array_equal(x.grad, matrix.sum(0))


def first_gradient(function, *values):
    x = leaf(list(values), np.float32)
    y = function(x)
    y.backward(np.ones(y.shape, np.float32))
    return y.dtype, x.grad


INTEGERS, BITS = np.array([1, 0, 2]), np.array([1, 0, 1])
BESIDE_INTEGERS = {
    "mse": lambda x: autograd.mse(x, INTEGERS),
    "mse of a list": lambda x: autograd.mse(x, [1, 0, 2]),
    "mse of integer tensor": lambda x: autograd.mse(x, Tensor(INTEGERS)),
    "cross-entropy": lambda x: autograd.binary_cross_entropy_with_logits(x, BITS),
    "cross-entropy of a list": lambda x: autograd.binary_cross_entropy_with_logits(x, [1, 0, 1]),
    "bernoulli": lambda x: autograd.bernoulli_log_likelihood(x.reshape(1, 3), BITS[None]),
    "bernoulli of booleans": lambda x: autograd.bernoulli_log_likelihood(x.reshape(1, 3), BITS[None] > 0),
    "where": lambda x: autograd.where(BITS, x, INTEGERS),
    "where of an integer tensor": lambda x: autograd.where(BITS, Tensor(INTEGERS), x),
    "concatenate": lambda x: autograd.concatenate([INTEGERS, x, [1, 2]]),
    "stack": lambda x: autograd.stack([x, INTEGERS]),
    "stack of numbers": lambda x: autograd.stack([x[0], 1.0, np.float64(2)]),
    "leaky_relu": lambda x: autograd.leaky_relu(x, np.float64(0.1)),
    "clip": lambda x: x.clip(np.float64(0.1), np.ones(3)),
}


@pytest.mark.parametrize("function", BESIDE_INTEGERS.values(), ids=BESIDE_INTEGERS)
def test_single_precision_survives_integers_lists_and_double_precision_options(function):
    dtype, gradient = first_gradient(function, 0.5, 1.5, -2.5)
    assert (dtype, gradient.dtype) == (np.float32, np.float32)


def test_a_condition_of_integers_only_selects():
    _, gradient = first_gradient(lambda x: autograd.where(np.array([2, 0, -1]), x, 0.0), 1.0, 2.0, 3.0)
    np.testing.assert_array_equal(gradient, [1.0, 0.0, 1.0])


def test_a_standard_deviation_of_zero_has_gradient_zero():
    _, gradient = first_gradient(Tensor.std, 2.0, 2.0, 2.0)
    np.testing.assert_array_equal(gradient, np.zeros(3))


def test_adding_in_place_makes_a_new_tensor_and_leaves_the_old_one_alone():
    x = leaf([1.0, 2.0])
    y = x
    y += 1
    np.testing.assert_array_equal(x.data, [1.0, 2.0])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_what_is_no_number_is_refused_by_the_operators():
    with pytest.raises(TypeError, match="unsupported operand"):
        leaf([1.0]) + "a"
    with pytest.raises(TypeError, match="unsupported operand"):
        None * leaf([1.0])


def test_minus_and_absolute_value():
    x = leaf([-2.0, 3.0])
    (-abs(x)).sum().backward()
    np.testing.assert_array_equal(x.grad, [1.0, -1.0])


def test_comparisons_give_plain_boolean_arrays_on_either_side():
    x = leaf([1.0, 2.0, 3.0])
    for result, expected in [
        (x < 2, [True, False, False]),
        (x <= Tensor(2.0), [True, True, False]),
        (x > np.array([0.0, 2.0, 4.0]), [True, False, False]),
        (x >= 2, [False, True, True]),
        (np.array([1.0, 0.0, 3.0]) == x, [True, False, True]),
        (x != 2, [True, False, True]),
    ]:
        assert type(result) is np.ndarray
        np.testing.assert_array_equal(result, expected)


def test_tensors_can_be_keys_by_identity():
    x, y = leaf([1.0]), leaf([1.0])
    assert len({x, y}) == 2
    assert {x: "x", y: "y"}[x] == "x"


def test_methods_and_functions_agree():
    values = np.random.default_rng(0).uniform(0.5, 2, (3, 4))
    x = Tensor(values)
    for name in ("sum", "mean", "max", "min", "var", "std", "exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs"):
        np.testing.assert_array_equal(getattr(x, name)().data, getattr(autograd, name)(x).data)
    np.testing.assert_array_equal(x.clip(0.7, 1.1).data, np.clip(values, 0.7, 1.1))
    np.testing.assert_array_equal(x.T.data, values.T)
    np.testing.assert_array_equal(x.transpose(1, 0).data, x.transpose((1, 0)).data)
    np.testing.assert_array_equal(x.reshape(2, 6).data, x.reshape((2, 6)).data)
    for name in ("sum", "mean", "max", "min", "var", "std"):
        expected = getattr(values, name)(axis=1, keepdims=True)
        np.testing.assert_allclose(getattr(x, name)(axis=1, keepdims=True).data, expected)
        np.testing.assert_allclose(getattr(x, name)(axis=1).data, expected[:, 0])
        np.testing.assert_allclose(getattr(x, name)(1).data, expected[:, 0])


@pytest.mark.parametrize(
    "key",
    [
        1,
        -1,
        slice(0, 2),
        (slice(None), 1),
        (Ellipsis, None, slice(None, None, -1)),
        [0, 2, 0],
        [True, False, True],
        [],
        np.array([[0, 2], [2, 2]]),
        (np.array([0, 0, 2]), np.array([1, 1, 3])),
        np.array([True, False, True]),
        (slice(1, None), [3, 3, 0]),
    ],
    ids=repr,
)
def test_indexing_as_in_numpy_and_repeated_elements_add_up(key):
    values = np.arange(12.0).reshape(3, 4)
    x = leaf(values)
    y = x[key]
    np.testing.assert_array_equal(y.data, values[key])
    g = np.random.default_rng(0).standard_normal(y.shape)
    y.backward(g)
    expected = np.zeros((3, 4))
    positions = np.arange(12).reshape(3, 4)[key]
    for position, share in zip(positions.ravel(), g.ravel(), strict=True):
        expected.flat[position] += share
    np.testing.assert_allclose(x.grad, expected)


def test_a_tensor_may_be_an_index():
    x = leaf([1.0, 2.0, 3.0])
    x[Tensor(np.array([2, 2]))].sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0, 2.0])


def test_an_index_out_of_range_names_op_and_shape():
    with pytest.raises(IndexError, match=r"getitem: index 5 is out of bounds.*\(3,\)"):
        leaf([1.0, 2.0, 3.0])[5]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * np.sqrt(2),
        lambda x: np.sqrt(2) * x,
        lambda x: x + np.float64(2),
        lambda x: x - np.ones(3),
        lambda x: np.ones(3) / x,
        lambda x: x ** np.float64(2),
        lambda x: x * np.int64(2),
        lambda x: x * np.arange(3),
        lambda x: x * Tensor(np.arange(3)),
        lambda x: x * True,
        lambda x: x @ np.ones((3, 2)),
        lambda x: autograd.maximum(x, np.float64(0.5)),
        lambda x: autograd.maximum(np.zeros(3), x),
        lambda x: autograd.where(np.array([True, False, True]), x, 0.5),
        lambda x: autograd.where(x > 1, x, np.float64(0.5)),
        lambda x: autograd.where(x > 1, np.zeros(3), x),
        lambda x: autograd.leaky_relu(x, 0.1),
        lambda x: autograd.clip(x, 0.0, np.float32(1.5)),
        lambda x: autograd.mse(x, np.zeros(3)),
        lambda x: autograd.binary_cross_entropy_with_logits(x, np.array([0.0, 1.0, 1.0])),
        lambda x: autograd.concatenate([x, np.zeros(2)]),
        lambda x: autograd.stack([np.zeros(3), x]),
        lambda x: autograd.pad(x, 1),
        lambda x: x.mean() + x.var() + x.std(),
    ],
)
def test_float32_stays_float32_beside_float64_constants(function):
    x = leaf([0.5, 1.0, 2.0], np.float32)
    y = function(x)
    assert y.dtype == np.float32
    y.sum().backward()
    assert x.grad.dtype == np.float32


def test_float64_stays_float64_beside_float32_constants():
    x = leaf([0.5, 1.0])
    y = x * np.ones(2, np.float32) + np.float32(1) + Tensor(np.arange(2))
    assert y.dtype == np.float64


@pytest.mark.parametrize("function", [lambda a, b: a + b, lambda a, b: a @ b, autograd.mse], ids=["+", "@", "mse"])
def test_tensors_of_two_precisions_do_not_mix(function):
    a, b = Tensor(np.ones(3, np.float32)), Tensor(np.ones(3))
    with pytest.raises(TypeError, match="tensors of dtype float32 and float64: convert one with astype"):
        function(a, b)
    assert function(a.astype(np.float64), b).dtype == np.float64


def test_backward_needs_a_single_number_or_a_gradient():
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"shape \(2,\) is not a single number: reduce it to a loss first"):
        (x * 2).backward()
    with pytest.raises(ValueError, match=r"gradient of shape \(3,\) for a tensor of shape \(2,\)"):
        (x * 2).backward(np.ones(3))
    (x * 2).backward(Tensor(np.array([1.0, 10.0])))
    np.testing.assert_array_equal(x.grad, [2.0, 20.0])


def test_backward_of_a_constant_is_refused():
    with pytest.raises(RuntimeError, match="depends on no tensor that requires a gradient"):
        (Tensor([1.0, 2.0]) * 2).sum().backward()


def test_the_gradient_passed_to_backward_takes_the_tensors_dtype():
    x = leaf([1.0, 2.0], np.float32)
    (x * 2).backward(np.ones(2))
    assert x.grad.dtype == np.float32


def test_a_gradient_of_another_shape_cannot_be_assigned():
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"grad: shape \(3,\) for a tensor of shape \(2,\)"):
        x.grad = np.ones(3)
    with pytest.raises(RuntimeError, match="does not require a gradient"):
        Tensor([1.0]).grad = np.ones(1)
    assert Tensor([1.0]).grad is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros(2), "dtype float64 for a tensor of dtype float32"),
        (np.zeros(2, int), "dtype int64 for a tensor of dtype float32"),
        (Tensor(np.zeros(2, np.float32)), "Tensor for a tensor of dtype float32: expected an array"),
        (0.5, "float for a tensor of dtype float32: expected an array"),
    ],
)
def test_a_gradient_of_another_kind_cannot_be_assigned(wrong, message):
    with pytest.raises(TypeError, match=f"grad: {message}"):
        leaf([1.0, 2.0], np.float32).grad = wrong


@pytest.mark.parametrize("wrong", [np.zeros(2), np.zeros(2, int)])
def test_data_of_another_dtype_are_refused_where_a_gradient_is_collected(wrong):
    x = leaf([1.0, 2.0], np.float32)
    with pytest.raises(TypeError, match=f"data: dtype {wrong.dtype} for a tensor of dtype float32: convert"):
        x.data = wrong
    constant = Tensor(x.data)
    constant.data = wrong
    assert constant.data is wrong


@pytest.mark.parametrize("dtype", [int, bool, np.int8])
def test_a_tensor_does_not_become_one_of_whole_numbers(dtype):
    for convert in (Tensor.astype, autograd.astype):
        with pytest.raises(
            TypeError, match=rf"astype: {np.dtype(dtype)} has no gradient: use detach\(\)\.data\.astype"
        ):
            convert(leaf([1.5]), dtype)


OPTIONS = {
    "leaky_relu": lambda x, s: autograd.leaky_relu(x, s),
    "by keyword": lambda x, s: autograd.leaky_relu(x, negative_slope=s),
    "clip": lambda x, s: x.clip(min=s),
    "layer_norm": lambda x, s: autograd.layer_norm(x, np.ones(2), np.ones(2), s),
    "running statistics": lambda x, s: autograd.batch_norm(x[None], np.ones(2), np.ones(2), s, s),
}


@pytest.mark.parametrize("function", OPTIONS.values(), ids=OPTIONS)
def test_a_tensor_is_refused_where_it_would_get_no_gradient(function):
    with pytest.raises(TypeError, match="an option is a Tensor, but options have no gradient"):
        function(leaf([1.0, 2.0]), leaf(0.1))


def test_arguments_may_be_named_and_are_treated_as_by_position():
    x, w, b = leaf(np.ones((1, 3, 3, 1)), np.float32), leaf(np.ones((2, 2, 2, 1)), np.float32), leaf([0, 1], np.float32)
    y = autograd.conv2d(x, weight=w, bias=b, stride=1)
    np.testing.assert_array_equal(y.data, autograd.conv2d(x, w, b).data)
    y.sum().backward()
    np.testing.assert_array_equal(b.grad, [4.0, 4.0])
    loss = autograd.binary_cross_entropy_with_logits(x, targets=np.zeros(x.shape), reduction="sum")
    assert loss.dtype == np.float32
    np.testing.assert_array_equal(autograd.exp(x=b).data, b.exp().data)
    np.testing.assert_array_equal(autograd.sub(b=b, a=b + 1).data, [1.0, 1.0])
    np.testing.assert_array_equal(autograd.sum(x, keepdims=True, axis=1).data, x.data.sum(1, keepdims=True))


def test_lists_are_arrays_for_every_op():
    x = leaf(np.ones((2, 3)), np.float32)
    np.testing.assert_array_equal(
        autograd.cross_entropy(x, [0, 2]).data, autograd.cross_entropy(x, np.array([0, 2])).data
    )
    image, w = leaf(np.ones((1, 4, 4, 1)), np.float32), leaf(np.ones((1, 2, 2, 1)), np.float32)
    assert autograd.conv2d(image, w, [0.0], [2, 2]).shape == (1, 2, 2, 1)


def test_what_is_no_array_is_refused_by_the_functions():
    x = leaf(np.ones((2, 3)))
    with pytest.raises(TypeError, match="layer_norm: expected tensors or arrays, not float"):
        autograd.layer_norm(x, 1.0, 0.0)
    with pytest.raises(TypeError, match="add: expected tensors, arrays or numbers, not Tensor and NoneType"):
        autograd.add(x, None)
    with pytest.raises(TypeError, match="maximum: expected tensors, arrays or numbers, not Tensor and str"):
        autograd.maximum(x, "a")


NOTHING = {
    "mse": lambda x: autograd.mse(x[:0], np.zeros(0)),
    "cross_entropy": lambda x: autograd.cross_entropy(x[:0, None], np.zeros(0, int)),
    "mean": lambda x: x[:0].mean(),
    "var": lambda x: x[:1].var(ddof=1),
    "std": lambda x: x.std(ddof=2),
}


@pytest.mark.parametrize(("op", "function"), NOTHING.items())
def test_the_mean_of_nothing_is_refused(op, function):
    with pytest.raises(ValueError, match=rf"{op}: (the mean of no losses is|undefined for [012] numbers)"):
        function(leaf([1.0, 2.0]))


def test_an_infinite_gradient_stays_where_the_choice_was_made():
    a, b = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    autograd.where([True, False], a, b).backward([1.0, np.inf])
    np.testing.assert_array_equal(a.grad, [1.0, 0.0])
    np.testing.assert_array_equal(b.grad, [0.0, np.inf])


def test_freezing_a_leaf_stops_its_gradient():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    x.requires_grad = False
    (x * y).sum().backward()
    assert x.grad is None
    np.testing.assert_array_equal(y.grad, [1.0, 2.0])
    with pytest.raises(RuntimeError, match=r"made by mul, only a leaf can be switched: use detach\(\)"):
        (y * 2).requires_grad = False


def test_detach_shares_the_array_and_cuts_the_graph():
    x = leaf([1.0, 2.0])
    y = x * 2
    cut = y.detach()
    assert cut.data is y.data
    assert not cut.requires_grad
    (y + cut).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_no_grad_records_nothing_as_a_block_and_as_a_decorator():
    x = leaf([1.0, 2.0])

    @no_grad()
    def evaluate():
        return x * 2

    with no_grad():
        y = autograd.concatenate([x * 2, x.exp()])
        assert not is_recording()
    assert is_recording()
    assert not y.requires_grad
    assert not evaluate().requires_grad
    assert (x * 2).requires_grad


def test_no_grad_nests_and_ends_with_an_exception():
    x = leaf([1.0])
    with pytest.raises(KeyError), no_grad():
        with no_grad():
            pass
        assert not (x * 2).requires_grad
        raise KeyError
    assert (x * 2).requires_grad


def test_tensors_made_inside_no_grad_may_be_leaves():
    with no_grad():
        x = leaf([1.0])
    (x * 2).sum().backward()
    assert x.grad == 2


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda a, b: a + b,
            r"add: cannot broadcast shapes \(2, 3\) and \(2, 4\): axis -1 differs, 3 against 4",
        ),
        (
            lambda a, b: a * b[:, :, None],
            r"mul: cannot broadcast shapes \(2, 3\) and \(2, 4, 1\): axis -2 differs, 2 against 4",
        ),
        (
            lambda a, b: a @ b,
            r"matmul: cannot multiply shapes \(2, 3\) and \(2, 4\): "
            r"axis -1 of the left has 3, axis -2 of the right has 2",
        ),
        (
            lambda a, b: a @ b[0],
            r"matmul: .*\(2, 3\) and \(4,\): axis -1 of the left has 3, axis 0 of the right has 4",
        ),
        (
            lambda a, b: autograd.stack([a, a]) @ autograd.stack([a.T] * 3),
            r"matmul: .*\(2, 2, 3\) and \(3, 3, 2\): axis -1 differs, 2 against 3",
        ),
        (
            lambda a, b: autograd.concatenate([a, b]),
            r"concatenate: .* along dimension 1, .* size 3 .* size 4 \(operand shapes: \(2, 3\) and \(2, 4\)\)",
        ),
        (
            lambda a, b: autograd.broadcast_to(a[0], (3, 2)),
            r"broadcast_to: cannot broadcast shape \(3,\) to \(3, 2\): axis -1 differs, 3 against 2",
        ),
        (
            lambda a, b: a @ 2.0,
            r"matmul: a scalar is not a matrix: use \*",
        ),
        (
            lambda a, b: autograd.concatenate([a[0], b[0]], axis=1),
            r"concatenate: axis 1 is out of bounds for array of dimension 1",
        ),
        (
            lambda a, b: autograd.concatenate([]),
            "concatenate: need at least one array",
        ),
        (
            lambda a, b: autograd.mse(a[0], 0.0),
            r"mse: shapes differ: prediction \(3,\), target \(\)",
        ),
        (
            lambda a, b: autograd.concatenate([a, b[0]]),
            r"concatenate: cannot join shapes \(2, 3\) and \(4,\): they have 1 and 2 axes",
        ),
        (
            lambda a, b: autograd.stack([a, b]),
            r"stack: cannot join shapes \(2, 3\) and \(2, 4\): axis 1 differs, 3 against 4",
        ),
        (
            lambda a, b: autograd.broadcast_to(a[0], 5),
            r"broadcast_to: cannot broadcast shape \(3,\) to 5: axis -1 differs, 3 against 5",
        ),
        (lambda a, b: autograd.concatenate([a, b], axis=None), "concatenate: axis is None, expected an axis"),
        (lambda a, b: autograd.upsample2d(a, 2), r"upsample2d: x must have four axes .*not shape \(2, 3\)"),
        (lambda a, b: autograd.mse(a, b), r"mse: .*\(2, 3\).*\(2, 4\)"),
        (lambda a, b: a.reshape(4, 2), r"reshape: .*\(4,2\).*operand shapes: \(2, 3\)"),
        (lambda a, b: a.sum(axis=2), r"sum: .*axis 2 is out of bounds.*\(2, 3\)"),
        (lambda a, b: a.transpose(0, 2), r"transpose: .*\(2, 3\)"),
        (lambda a, b: autograd.broadcast_to(a, (3, 3)), r"broadcast_to: .*\(2, ?3\)"),
        (lambda a, b: autograd.where(np.ones(5, bool), a, b), r"where: cannot broadcast shapes"),
        (lambda a, b: a.sum() @ b, r"matmul: a scalar is not a matrix: use \*"),
    ],
)
def test_errors_on_shapes_name_op_shapes_and_axis(function, message):
    a, b = leaf(np.ones((2, 3))), leaf(np.ones((2, 4)))
    with pytest.raises((ValueError, IndexError), match=message):
        function(a, b)


def test_item_assignment_is_refused_with_advice():
    x = leaf([1.0, 2.0])
    with pytest.raises(TypeError, match=r"cannot be changed in place.*build a new one with where"):
        x[0] = 3.0


def test_a_truth_value_needs_a_single_element():
    assert Tensor(1.0)
    assert not Tensor(0.0)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(leaf([1.0, 2.0]))


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
}
all_copies = pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)


@all_copies
def test_a_leaf_can_be_copied_and_pickled_with_its_gradient_and_name(duplicate):
    x = Tensor(np.array([1.0, 2.0]), requires_grad=True, name="x")
    (x * x).sum().backward()
    twin = duplicate(x)
    assert (twin.name, twin.requires_grad, twin.is_leaf) == ("x", True, True)
    np.testing.assert_array_equal(twin.data, x.data)
    np.testing.assert_array_equal(twin.grad, [2.0, 4.0])
    (twin * 3).sum().backward()
    np.testing.assert_array_equal(twin.grad, [5.0, 7.0])
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    assert not duplicate(Tensor(np.ones(2))).requires_grad


@all_copies
def test_the_result_of_an_op_cannot_be_copied_or_pickled(duplicate):
    with pytest.raises(TypeError, match=r"cannot copy or pickle this tensor: it was made by mul.*use detach\(\)"):
        duplicate(leaf([1.0, 2.0]) * 2)
    duplicate((leaf([1.0, 2.0]) * 2).detach())


def test_a_tensor_of_one_number_is_formatted_and_converted_like_a_number():
    loss = leaf([0.25, 0.5]).sum()
    assert f"{loss:.3f} {loss:6.2e}" == "0.750 7.50e-01"
    assert f"{loss}" == str(loss)
    assert (int(loss * 4), float(loss)) == (3, 0.75)
    with pytest.raises(
        TypeError, match=r"a Tensor of shape \(2,\) cannot be formatted as '.1f': only a single number can"
    ):
        f"{leaf([1.0, 2.0]):.1f}"


def test_plus_gives_the_tensor_itself():
    x = leaf([1.0])
    assert +x is x


@pytest.mark.parametrize(
    "function",
    [
        lambda t: math.exp(t),
        lambda t: exp(t),
        lambda t: 1 + math.sqrt(t) * 2,
        lambda t: [math.log(t) for _ in "a"],
        lambda t: math.pow(2.0, t),
    ],
)
def test_a_function_of_the_math_module_would_cut_the_gradient_and_is_refused(function):
    t = leaf([1.0, 2.0]).sum()
    with pytest.raises(TypeError, match=r"math module would cut the gradient: use .*autograd.exp\(tensor\), or .*item"):
        function(t)
    function(t.detach())
    assert [float(t), max(float(t), math.pi)] == [3, math.pi]


NOT_NUMBERS = {
    "text": np.array(["1", "2", "3"]),
    "a list of text": ["1", "2", "3"],
    "None": [None] * 3,
    "objects": np.array([1, 2, 3], object),
    "dates": np.array(["2020-01-22"] * 3, "datetime64[D]"),
    "durations": np.array([1, 2, 3], "timedelta64[D]"),
    "lists of two lengths": [[1.0], [2.0, 3.0], [4.0]],
}
TAKERS = {
    "add": lambda x, wrong: x + wrong,
    "sub": lambda x, wrong: wrong - x,
    "matmul": lambda x, wrong: x @ wrong,
    "where": lambda x, wrong: autograd.where([True, False, True], wrong, x),
    "mse": lambda x, wrong: autograd.mse(x, wrong),
    "stack": lambda x, wrong: autograd.stack([x, wrong]),
    "einsum": lambda x, wrong: autograd.einsum("i,i->i", x, wrong),
    "two": lambda x, wrong: autograd.lift(two)(x, wrong),
    "Tensor": lambda x, wrong: Tensor(wrong),
    "data": lambda x, wrong: setattr(Tensor(np.ones(3)), "data", wrong),
    "backward": lambda x, wrong: (x * 1).backward(wrong),
}


def two(a, b):
    return a + b, None, None


@pytest.mark.parametrize("wrong", NOT_NUMBERS.values(), ids=NOT_NUMBERS)
@pytest.mark.parametrize("name", TAKERS)
def test_what_numpy_would_make_numbers_of_in_silence_is_refused_by_name(name, wrong):
    with pytest.raises((TypeError, ValueError), match=f"^{name}: .*(expected numbers|inhomogeneous)") as refused:
        TAKERS[name](leaf([1.0, 2.0, 3.0]), wrong)
    assert "\n" not in str(refused.value)


def test_numbers_of_every_kind_are_taken():
    for numbers in ([True, False, True], [1, 2, 3], np.arange(3, dtype=np.uint8), np.ones(3, np.float16), 10**30):
        x = leaf([1.0, 2.0, 3.0])
        for y in (x + numbers, autograd.where([True, False, True], numbers, x)):
            assert y.dtype == np.float64


def test_operands_that_have_the_dtype_already_are_not_copied():
    a, b = np.ones(3, np.float32), np.zeros(3, np.float32)
    assert constant("add", a, a.dtype) is a
    x, y = one_dtype("add", a, b)
    assert x is a and y is b
    held = []

    def rule(*arrays):
        held.extend(arrays)
        return arrays[0] * 1, None, None

    autograd.lift(rule)(Tensor(a), b, np.arange(3))
    assert held[0] is a and held[1] is b


def test_a_long_tensor_is_shown_by_its_ends():
    assert "..." not in repr(Tensor(np.arange(20)))
    assert "..." in repr(Tensor(np.arange(21)))
    assert "0.1235" in repr(Tensor(np.array([0.123456])))


def test_the_value_of_an_op_is_an_array_even_for_a_number_without_axes():
    x = leaf([1.0, 2.0])
    for y in (x.sum(), x[0], x.sum() * 2, x.sum() + x[1], autograd.lift(lambda a: (a[0], None))(x)):
        assert type(y.data) is np.ndarray
        assert y.shape == ()
