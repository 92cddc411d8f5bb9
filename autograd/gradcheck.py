"""Is a gradient right? The definition of the derivative, tried out in numbers, against what backward says.

The function's results y_k are made one number, L = sum_k <v_k, y_k>, with a random cotangent v_k for each. (A
cotangent of ones would be blind: the outputs of a softmax sum to 1 whatever its input, so every gradient, right or
wrong, would be compared with 0.) Then, along a direction u in one argument x,

    backward:              <dL/dx, u>
    central differences:   (L(x + h u) - L(x - h u)) / 2h  =  dL/du + O(h^2)

must agree. In mode "full" the directions are the axes, so that every element of every argument is checked, at two
evaluations each; in mode "directional" there is one random direction for each argument, so that a whole model takes
two evaluations for each parameter array, however large.

Everything runs in float64. The step h balances two errors: the curvature within a finite step, about h^2, and the
rounding of L, about 1e-16 / h; their sum is least near the cube root of the machine epsilon (Press et al.,
Numerical Recipes, section 5.7), where some ten digits are right. A vjp that is wrong by a factor 1.0001 stands out.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .apply import apply
from .functional import lift
from .gradient_hints import recognise_shape
from .gradient_report import Comparison, GradientError, Report, judge, label
from .gradient_watch import watching_backward
from .mode import no_grad
from .tensor import Tensor

EPS = float(np.finfo(np.float64).eps) ** (1 / 3)
RTOL = 1e-6
ROUNDING = 8 * float(np.finfo(np.float64).eps)  # relative error of a result: a few roundings on the way to it


def gradcheck(
    function: Callable[..., Any],
    *inputs: Any,
    mode: str = "full",
    eps: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
) -> Report:
    """Compare the gradients of `function` with central differences, for every input that holds floating numbers.

    To check a whole model, pass its parameters and let the function use them where they are::

        gradcheck(lambda *_: loss(model(x), y), *model.parameters(), mode="directional")

    Args:
        function: takes the inputs, gives a Tensor or a tuple of them. Must be smooth within a step of the inputs
            and give the same results at each call.
        inputs: arrays and Tensors of any shape. Floating ones reach the function as float64 tensors (a Tensor as
            itself, holding float64 until the check is over); anything else is passed on as it is.
        mode: "full" checks every element, "directional" one random direction in each input.
        eps: step size, relative to the number stepped from where that is above 1. If None, 6e-6.
        rtol, atol: an error up to max(atol, rtol * size of the derivative) is accepted. If None, rtol is 1e-6; atol
            is rtol times 1 % of the input's largest derivative, or the rounding noise where that is more.
        seed: of the random cotangents and directions.

    Raises:
        GradientError: a gradient is wrong or has another shape than its input, or an input was changed in place.
        TypeError, ValueError: the check would mean nothing: no floating input, or a result that is no Tensor of
            float64, is not finite, or differs from call to call.
    """
    if mode not in ("full", "directional"):
        raise ValueError(f'gradcheck: mode is {mode!r}, expected "full" or "directional"')
    rng, eps, rtol = np.random.default_rng(seed), eps or EPS, rtol or RTOL
    arguments = _name_arguments(function, inputs)
    checked = [a for a in arguments if a.is_floating]
    if not checked:
        raise TypeError("gradcheck: no input holds floating numbers, so there is nothing to differentiate")

    def run() -> list[Tensor]:
        return _results(function, arguments)

    with _float64_leaves([a.value for a in checked]):
        contents = [a.content() for a in arguments]
        with watching_backward():
            results = run()
            cotangents = [_cotangent(rng, y.shape) for y in results]
            loss = apply(_weighted_sum(cotangents), *results)
            if loss.requires_grad:
                loss.backward()
        for argument, content in zip(arguments, contents, strict=True):
            if argument.content() != content:
                raise GradientError(
                    f"argument {argument} was changed in place by the function or by its backward",
                    argument=argument.name,
                    position=argument.position,
                )
        _require_repeatable(results, run)
        comparisons = [_compare(a, run, cotangents, _directions(mode, a.value.data, rng), eps) for a in checked]
    return Report(tuple(judge(comparison, rtol, atol, comparisons) for comparison in comparisons))


def check_rule(rule: Callable[..., Any], arrays: Sequence[Any], options: dict[str, Any], **settings: Any) -> Report:
    """`gradcheck` for one rule on arrays, run as it always runs: by the engine, on tensors."""
    return gradcheck(partial(lift(rule), **options), *arrays, **settings)


@dataclass(frozen=True)
class _Argument:
    """One input as the function will see it, and how to call it in a message."""

    position: int
    name: str
    value: Any

    @property
    def is_floating(self) -> bool:
        return isinstance(self.value, Tensor) and self.value.dtype.kind == "f"

    def content(self) -> bytes | None:
        """The bytes of an array, by which a change in place is noticed."""
        array = self.value.data if isinstance(self.value, Tensor) else self.value
        return array.tobytes() if isinstance(array, np.ndarray) else None

    def __str__(self) -> str:
        return label(self.position, self.name)


def _name_arguments(function, inputs) -> list[_Argument]:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # not every callable tells its signature
        parameters = []
    names: list[str] = []
    for p in parameters:
        if p.kind == p.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(len(inputs) - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    names += [""] * (len(inputs) - len(names))
    return [_Argument(i, name, _as_tensor(x)) for i, (name, x) in enumerate(zip(names, inputs, strict=False))]


def _as_tensor(x):
    return Tensor(x) if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "f" else x


@contextmanager
def _float64_leaves(tensors: Sequence[Tensor]) -> Iterator[None]:
    """For the time of the check every tensor is a leaf of its own and holds float64, in its own memory layout."""
    kept = [(t, t.data, t.node) for t in tensors]
    try:
        for t in tensors:
            t.data, t.node = t.data.astype(np.float64, copy=False), None
            t.requires_grad = True
        yield
    finally:
        for t, data, node in kept:
            t.data, t.node = data, node


def _results(function, arguments) -> list[Tensor]:
    results = function(*[a.value for a in arguments])
    results = list(results) if isinstance(results, tuple | list) else [results]
    for y in results:
        if not isinstance(y, Tensor):
            raise TypeError(
                f"gradcheck: the function returned {type(y).__name__}, expected a Tensor or a tuple of them"
            )
        if y.dtype != np.float64:
            raise TypeError(f"gradcheck: a result has dtype {y.dtype}: the function must keep float64 to the end")
        if not np.isfinite(y.data).all():
            raise ValueError("gradcheck: a result is not finite: inputs must lie inside the domain by more than a step")
    return results


def _cotangent(rng, shape):
    """Random, of either sign, and nowhere near 0, where an error in the gradient would not be seen."""
    return rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)


def _weighted_sum(cotangents):
    """A rule of its own for L = sum_k <v_k, y_k>, so that the check leans on no rule that it may be checking."""

    def weighted_sum(*results):
        total = sum(np.sum(v * y) for v, y in zip(cotangents, results, strict=True))
        return total, *[lambda g, v=v: g * v for v in cotangents]

    return weighted_sum


def _require_repeatable(results, run):
    with no_grad():
        again = run()
    for y, z in zip(results, again, strict=True):
        if not np.allclose(y.data, z.data, rtol=1e-9, atol=1e-9):
            raise ValueError(
                "gradcheck: a second call at the same inputs gave another result: "
                "let the function make its own random generator, from a fixed seed"
            )


def _directions(mode, x, rng):
    """Pairs of an index and a direction u of unit length; the index is None if u is no axis."""
    if mode == "full":
        for index in np.ndindex(x.shape):
            axis = np.zeros(x.shape)
            axis[index] = 1.0
            yield index, axis
    elif x.size:
        u = _cotangent(rng, x.shape)
        yield None, u / np.linalg.norm(u)


def _compare(argument, run, cotangents, directions, eps) -> Comparison:
    x = argument.value.data
    gradient = np.zeros(x.shape) if argument.value.grad is None else argument.value.grad
    if gradient.shape != x.shape:
        message = f"the gradient of argument {argument} has shape {gradient.shape}, its argument {x.shape}"
        pattern, hint = recognise_shape(gradient.shape, x.shape)
        raise GradientError(
            f"{message}; hint: {hint}", argument=argument.name, position=argument.position, pattern=pattern, hint=hint
        )

    def results_at(moved):
        argument.value.data = np.asarray(moved)
        return [y.data for y in run()]

    indices, analytic, numeric, noise = [], [], [], []
    with no_grad():
        for index, u in directions:
            here = np.linalg.norm(x) if index is None else abs(x[index])
            step = eps * max(1.0, float(here))
            above, below = results_at(x + step * u), results_at(x - step * u)
            rise = sum(np.sum(v * (p - m)) for v, p, m in zip(cotangents, above, below, strict=True))
            size = sum(np.sum(np.abs(v * p)) for v, p in zip(cotangents, above, strict=True))
            indices.append(index)
            analytic.append(np.vdot(gradient, u) if index is None else gradient[index])
            numeric.append(rise / (2 * step))
            noise.append(ROUNDING * size / step)
        argument.value.data = x
    found = np.array(analytic), np.array(numeric), np.array(noise)
    return Comparison(argument.name, argument.position, x.shape, indices, *found, cotangents)
