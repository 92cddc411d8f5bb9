"""NumPy's own functions on tensors: the value is NumPy's, the gradient flows, and the rest is refused by name."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, gradcheck
from autograd.numpy_functions import FUNCTIONS, UFUNCS

A, B = np.array([[0.5, 1.5, 2.5], [3.5, 1.25, 0.75]]), np.array([[1.0, 2.0, 0.5], [0.25, 3.0, 1.75]])

ON_ONE = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "abs": np.abs,
    "negative": np.negative,
    "positive": np.positive,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "prod": lambda x: np.prod(x, axis=1),
    "cumsum": lambda x: np.cumsum(x, 1),
    "cumsum of all": np.cumsum,
    "norm": np.linalg.norm,
    "norm along": lambda x: np.linalg.norm(x, axis=1, keepdims=True),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "expand_dims": lambda x: np.expand_dims(x, (0, -1)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "flip": lambda x: np.flip(x, 1),
    "split": lambda x: np.split(x, [1], axis=1)[1],
    "reciprocal": np.reciprocal,
    "sum": np.sum,
    "sum along": lambda x: np.sum(x, 1),
    "mean": lambda x: np.mean(x, axis=0, keepdims=True),
    "var": lambda x: np.var(x, axis=1, ddof=1),
    "std": lambda x: np.std(x, 0),
    "max": lambda x: np.max(x, axis=(0, 1)),
    "min": np.min,
    "amax": lambda x: np.amax(x, 1),
    "amin": np.amin,
    "clip": lambda x: np.clip(x, 0.6, 2.0),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "ravel": np.ravel,
    "transpose": np.transpose,
    "transpose axes": lambda x: np.transpose(x, (1, 0)),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "pad": lambda x: np.pad(x, ((0, 1), (2, 0))),
    "where": lambda x: np.where(A > 1, x, 0.0),
}
ON_TWO = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "matmul": lambda a, b: np.matmul(a, np.transpose(b)),
    "dot": lambda a, b: np.dot(a, np.transpose(b)),
    "einsum": lambda a, b: np.einsum("ij,kj->ik", a, b),
    "concatenate": lambda a, b: np.concatenate([a, b], axis=1),
    "stack": lambda a, b: np.stack((a, b)),
    "where": lambda a, b: np.where(A > B, a, b),
}


@pytest.mark.parametrize("function", ON_ONE.values(), ids=ON_ONE)
def test_a_function_of_numpy_runs_our_op_and_its_gradient_flows(function):
    y = function(Tensor(A, requires_grad=True))
    assert isinstance(y, Tensor)
    np.testing.assert_allclose(y.data, function(A))
    gradcheck(function, A)


@pytest.mark.parametrize("function", ON_TWO.values(), ids=ON_TWO)
def test_a_function_of_two_takes_tensors_and_arrays_in_either_place(function):
    gradcheck(function, A, B)
    for a, b in ((Tensor(A, requires_grad=True), B), (A, Tensor(B, requires_grad=True))):
        y = function(a, b)
        assert isinstance(y, Tensor)
        assert y.requires_grad
        np.testing.assert_allclose(y.data, function(A, B))


def test_every_function_of_ours_that_has_the_name_of_a_ufunc_is_in_the_table():
    same = {name for name in vars(autograd) if isinstance(getattr(np, name, None), np.ufunc)}
    assert {"exp", "log", "sqrt", "tanh", "maximum", "minimum", "matmul", "add"} <= same
    assert {getattr(np, name) for name in same} <= set(UFUNCS)


def test_single_precision_survives():
    x = Tensor(A.astype(np.float32), requires_grad=True)
    for y in (A * x, np.float64(2) * x, np.multiply(A, x), np.maximum(x, B), np.where(A > 1, x, B), np.sum(x)):
        assert y.dtype == np.float32


def test_an_array_on_the_left_of_every_operator_gives_a_tensor_or_plain_booleans():
    x = Tensor(A, requires_grad=True)
    for y in (B + x, B - x, B * x, B / x, B**x, B.T @ x):
        assert isinstance(y, Tensor)
        assert y.requires_grad
    for y in (x == A, x != A, x < B, x <= B, x > B, x >= B, np.isnan(x), np.isfinite(x), np.less(x, 1.0)):
        assert type(y) is np.ndarray
        assert y.dtype == bool


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: np.arctan(x), r"np.arctan of a Tensor has no gradient: use a function of autograd, or tensor.data"),
        (lambda x: np.add.reduce(x), r"np.add.reduce of a Tensor"),
        (lambda x: np.exp(x, where=A > 1), r"np.exp\(where=...\) of a Tensor"),
        (lambda x: np.exp(x, out=np.zeros((2, 3))), r"np.exp: an array cannot be changed in place by a Tensor"),
        (lambda x: np.zeros((2, 3)).__iadd__(x), r"np.add: .*write a = a \+ tensor"),
        (lambda x: np.argmax(x), r"np.argmax of a Tensor"),
        (lambda x: np.zeros_like(x), r"np.zeros_like of a Tensor"),
        (lambda x: np.linalg.det(x), r"np.det of a Tensor"),
        (lambda x: np.linalg.norm(x, 1), r"np.linalg.norm of a Tensor: expected the Euclidean norm"),
        (lambda x: np.where(x), r"np.where|missing"),
        (lambda x: np.pad(x, 1, mode="edge"), r"mode is 'edge', expected 'constant'"),
        (lambda x: np.sum(x, dtype=np.float32), r"sum: .*dtype"),
        (lambda x: np.dot(np.zeros((2, 2, 2)), x), r"np.dot of tensors is meant for vectors and matrices"),
        (lambda x: np.asarray(x), r"a Tensor is not an array: use tensor.data"),
        (lambda x: np.add(x, None), r"."),
    ],
)
def test_what_has_no_gradient_is_refused_by_name(function, message):
    with pytest.raises(TypeError, match=message):
        function(Tensor(A, requires_grad=True))


def test_an_error_says_which_function_of_numpy_was_called():
    with pytest.raises(TypeError) as caught:
        np.sum(Tensor(A), dtype=np.float32)
    assert caught.value.__notes__ == ["in np.sum of a Tensor, which runs the function of autograd"]


def test_shapes_can_be_asked_for():
    x = Tensor(A)
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
    assert np.shape in FUNCTIONS
