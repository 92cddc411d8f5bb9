"""Functions of functions: from f, which computes numbers, to the function that computes its derivatives.

``grad(f)(x)`` is an array: no tensors, no `backward`, nothing to clear. f takes and returns tensors. ::

>>> import numpy as np
>>> from autograd import grad, jacobian
>>> grad(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
array([ 3., 12.])
>>> jacobian(lambda x: x * x, np.array([1.0, 2.0]))
array([[2., 0.],
       [0., 4.]])

Tensors that f uses beside its arguments (the parameters of a module) keep the gradients that they had.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..node import Node, _reachable
from ..tensor import Tensor

Function = Callable[..., Any]


def value_and_grad(function: Function, argument: int | tuple[int, ...] = 0) -> Function:
    """The function that computes f and its gradient with respect to one argument, or to several.

    Args:
        function: returns a tensor that holds one number.
        argument: the position of the argument, or a tuple of positions.

    Returns:
        A function of the same arguments, arrays or tensors. It returns (value, gradient): the value of f as a number,
        and an array of the shape of the argument, or a tuple of them.

    Raises:
        ValueError: f returns more than one number.
        TypeError: the argument does not hold floating numbers.
    """
    positions = argument if isinstance(argument, tuple) else (argument,)

    def evaluate(*arguments: Any, **options: Any) -> Any:
        leaves = {i: _leaf(arguments[i]) for i in positions}
        result = function(*(leaves.get(i, a) for i, a in enumerate(arguments)), **options)
        result = result if isinstance(result, Tensor) else Tensor(result)
        gradients = _pull_back(result, None, list(leaves.values()))
        return result.item(), gradients if isinstance(argument, tuple) else gradients[0]

    return evaluate


def grad(function: Function, argument: int | tuple[int, ...] = 0) -> Function:
    """The function that computes the gradient of f: `value_and_grad` without the value."""
    evaluate = value_and_grad(function, argument)
    return lambda *arguments, **options: evaluate(*arguments, **options)[1]


def jacobian(function: Function, x: Any) -> np.ndarray:
    """J[i, j] = d f(x)_i / d x_j, of the shape of f(x) followed by the shape of x.

    One backward pass gives one row. A graph is used once, so f runs once for each number that it returns.
    """
    shape = function(Tensor(_array(x))).shape
    rows: list[np.ndarray] = []
    for unit in np.eye(int(np.prod(shape))):
        leaf = _leaf(x)
        rows += _pull_back(function(leaf), unit.reshape(shape), [leaf])
    return np.reshape(rows, (*shape, *np.shape(_array(x))))


def hessian(function: Function, x: Any, step: float = 1e-5) -> np.ndarray:
    """H[i, j] = d^2 f / dx_i dx_j of a function that returns one number, of the shape of x twice.

    By central differences of gradients, in float64: about 9 digits are right at the default step.
    """
    x = np.asarray(_array(x), np.float64)
    gradient = grad(function)
    units = step * np.eye(x.size).reshape(-1, *x.shape)
    columns = [(gradient(x + u) - gradient(x - u)) / (2 * step) for u in units]
    half = np.reshape(columns, (x.size, x.size)) / 2
    return (half + half.T).reshape(x.shape * 2)


def _array(x: Any) -> np.ndarray:
    return x.data if isinstance(x, Tensor) else Tensor(x).data


def _leaf(x: Any) -> Tensor:
    return Tensor(_array(x), requires_grad=True)


def _pull_back(result: Tensor, gradient: Any, leaves: list[Tensor]) -> tuple[np.ndarray, ...]:
    """The gradients of `leaves`, zero where there is no path; other leaves get back the gradients that they had."""
    if result.node is None:
        return tuple(np.zeros_like(leaf.data) for leaf in leaves)
    held: list[tuple[Node, Any]] = [(node, node.grad) for node in _reachable(result.node) if node.edges == ()]
    for node, _ in held:
        node.grad = None
    try:
        result.backward(gradient)
        return tuple(np.zeros_like(leaf.data) if leaf.grad is None else leaf.grad for leaf in leaves)
    finally:
        for node, before in held:
            node.grad = before
