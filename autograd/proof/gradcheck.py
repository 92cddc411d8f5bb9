"""Is a gradient right? The definition of the derivative, tried out in numbers, against what backward says.

The function's results y_k are made one number, L = sum_k <v_k, y_k>, with a random cotangent v_k for each. (A
cotangent of ones would be blind: the outputs of a softmax sum to 1 whatever its input, so every gradient, right or
wrong, would be compared with 0.) Then, along a direction u in one argument x,

    backward:              <dL/dx, u>
    central differences:   (L(x + h u) - L(x - h u)) / 2h  =  dL/du + O(h^2)

must agree. In mode "full" the directions are the axes, so that every element of every argument is checked, at two
evaluations each; in mode "directional" there is one random direction for each argument, so that a whole model takes
two evaluations for each parameter array, however large. Where the function is analytic the complex step
(``checking/probe.py``) is a second, independent oracle, without the rounding of differences.

Everything runs in float64. The step h balances two errors: the curvature within a finite step, about h^2, and the
rounding of L, about 1e-16 / h; their sum is least near the cube root of the machine epsilon (Press et al.,
Numerical Recipes, section 5.7), where some ten digits are right. A vjp that is wrong by a factor 1.0001 stands out.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..apply import apply
from ..functional import lift
from ..mode import no_grad
from ..tensor import Tensor
from .checking.arguments import float64_leaves, name_arguments
from .checking.blame import find_culprit
from .checking.compare import Settings, compare, complex_error
from .checking.complaint import complaint
from .checking.cotangents import random_signs, random_stream
from .checking.hints import recognise_shape
from .checking.kinks import describe_skips
from .checking.probe import Probe
from .checking.replay import replaying
from .checking.report import ArgumentReport, GradientError, Report
from .checking.watch import watching_backward

EPS = float(np.finfo(np.float64).eps) ** (1 / 3)
RTOL = 1e-6


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

    Random generators among the inputs, or that the function can reach (a model's dropout), start from the same state
    at each evaluation, so that noise is a constant; afterwards they, like running statistics, are as they were.

    Args:
        function: takes the inputs, gives a Tensor or a tuple of them.
        inputs: arrays and Tensors of any shape. Floating ones reach the function as float64 tensors (a Tensor as
            itself, holding float64 until the check is over); anything else is passed on as it is.
        mode: "full" checks every element, "directional" one random direction in each input.
        eps: step size, relative to the number stepped from where that is above 1. If None, 6e-6.
        rtol, atol: an error up to max(atol, rtol * size of the derivative) is accepted. If None, rtol is 1e-6; atol
            is rtol times 1 % of the input's largest derivative, or the rounding noise where that is more.
        seed: of the random cotangents and directions.

    Returns:
        The worst errors by argument; which elements were skipped since a kink lies within a step; what was promoted.

    Raises:
        GradientError: a gradient is wrong or has another shape than its input, or an input was changed in place.
        TypeError, ValueError: the check would mean nothing: no floating input, a result that is no Tensor of
            float64, is not finite, or differs from call to call, or an input all of whose elements lie at kinks.
    """
    settings = Settings(mode, eps or EPS, rtol or RTOL, atol)
    return _check(function, inputs, settings, seed, partial(find_culprit, check=_quickly))


def assert_gradients_match(function: Callable[..., Any], *inputs: Any, **settings: Any) -> None:
    """`gradcheck` for tests: where it fails, pytest shows the line of the test and nothing of the checker's inside.

    Takes what `gradcheck` takes and raises what it raises.
    """
    __tracebackhide__ = True
    try:
        gradcheck(function, *inputs, **settings)
    except GradientError as error:
        wrong = error.with_traceback(None)
    else:
        return
    raise wrong


def check_rule(rule: Callable[..., Any], arrays: Sequence[Any], options: dict[str, Any], **settings: Any) -> Report:
    """`gradcheck` for one rule on arrays, run as it always runs: by the engine, on tensors."""
    return gradcheck(partial(lift(rule), **options), *arrays, **settings)


def _quickly(function, *inputs):
    """The check by which an op is found guilty: along one direction, blaming nobody else."""
    _check(function, inputs, Settings("directional", EPS, RTOL, None), 0, lambda run: (None, ""))


def _check(function, inputs, settings, seed, blame) -> Report:
    if settings.mode not in ("full", "directional"):
        raise ValueError(f'gradcheck: mode is {settings.mode!r}, expected "full" or "directional"')
    rng = random_stream(seed)
    arguments = name_arguments(function, inputs)
    checked = [a for a in arguments if a.is_floating]
    if not checked:
        raise TypeError("gradcheck: no input holds floating numbers, so there is nothing to differentiate")
    with float64_leaves([a.value for a in checked]), replaying(function, inputs) as rewind:

        def run() -> list[Tensor]:
            rewind()
            return _results(function, arguments)

        results, cotangents = _backward(run, arguments, rng)
        _require_repeatable(results, run)
        reports, comparisons = [], []
        for a in checked:
            probe = Probe(a, run, cotangents, a.value.data, [y.data for y in results])
            comparison, skips = compare(probe, _gradient_of(a), settings, rng)
            _require_something_left(a, comparison, skips)
            comparisons.append(comparison)
            complex_step = complex_error(probe, comparison, checked)
            reports.append(_report(comparison, complex_step, skips))
        known = {"cotangents": cotangents, "factors": _factors(checked, results)}
        if error := complaint(comparisons, known, lambda: blame(run)):
            raise error
        return Report(tuple(reports), rewind())


def _results(function, arguments) -> list[Tensor]:
    results = function(*[a.value for a in arguments])
    results = list(results) if isinstance(results, tuple | list) else [results]
    for y in results:
        if not isinstance(y, Tensor):
            raise TypeError(
                f"gradcheck: the function returned {type(y).__name__}, expected a Tensor or a tuple of them"
            )
        if y.dtype not in (np.float64, np.complex128):
            raise TypeError(f"gradcheck: a result has dtype {y.dtype}: the function must keep float64 to the end")
        if not np.isfinite(y.data).all():
            raise ValueError("gradcheck: a result is not finite: inputs must lie inside the domain by more than a step")
    return results


def _backward(run, arguments, rng):
    """Forward and backward once, with a look at what is changed on the way: the results, and their cotangents."""
    contents = [a.content() for a in arguments]
    with watching_backward():
        results = run()
        cotangents = [random_signs(rng, y.shape) for y in results]
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
    return results, cotangents


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
                "gradcheck: a second call at the same inputs gave another result: draw random numbers from a "
                "np.random.Generator that is an input or that the function names, and the check will replay it"
            )


def _gradient_of(argument) -> np.ndarray:
    """What backward left in an argument, zero if nothing; it must have the argument's shape."""
    tensor = argument.value
    gradient = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad
    if gradient.shape != tensor.shape:
        message = f"the gradient of argument {argument} has shape {gradient.shape}, its argument {tensor.shape}"
        pattern, hint = recognise_shape(gradient.shape, tensor.shape)
        details = {"argument": argument.name, "position": argument.position, "pattern": pattern, "hint": hint}
        raise GradientError(f"{message}; hint: {hint}", **details)
    return gradient


def _require_something_left(argument, comparison, skips):
    if skips and not comparison.directions:
        raise ValueError(
            f"gradcheck: nothing of argument {argument} is left to check: "
            f"{describe_skips(skips, argument.value.size)}; move it away from there"
        )


def _report(comparison, complex_step, skips) -> ArgumentReport:
    argument = comparison.argument
    remarks = []
    if argument.dtype is not None and argument.dtype != np.float64:
        remarks.append(f"promoted from {argument.dtype} to float64")
    if skips:
        remarks.append(describe_skips(skips, argument.value.size))
    absolute, relative = (float(error.max(initial=0)) for error in comparison.errors)
    return ArgumentReport(
        argument.name,
        argument.position,
        comparison.shape,
        len(comparison.directions),
        absolute,
        relative,
        complex_step,
        len(skips),
        "; ".join(remarks),
    )


def _factors(checked, results) -> dict[str, np.ndarray]:
    """Arrays that a formula may have forgotten to multiply by, and how a hint calls them."""
    factors = {f"argument {a}": a.value.data for a in checked}
    return factors | {"the result" if len(results) == 1 else f"result {i}": y.data for i, y in enumerate(results)}
