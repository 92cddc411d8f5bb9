"""Is a gradient right? Numerical derivatives of the function, against what backward says.

The function's results y_k are made one number, L = sum_k <v_k, y_k>, with a random cotangent v_k for each. (A
cotangent of ones would be blind: the outputs of a softmax sum to 1 whatever its input, so every gradient, right or
wrong, would be compared with 0.) Then, along a direction u in one argument x,

    backward:              <dL/dx, u>
    complex step:          Im L(x + i h u) / h             =  dL/du + O(h^2), with h = 1e-30
    central differences:   (L(x + h u) - L(x - h u)) / 2h  =  dL/du + O(h^2), with h = 6e-6 or the best of many

must agree. In mode "full" the directions are the axes: every element of every argument is checked, at three
evaluations each. In mode "directional" there is one random direction for each argument, so that a whole model takes
three evaluations for each parameter array, however large. Where the function is analytic the complex step decides,
elsewhere differences do (``checking/judge.py``). Everything runs in float64.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np

from ..functional import lift
from ..mode import no_grad
from ..tensor import Tensor
from .checking.arguments import Inputs, as_leaves, in_float64, read_inputs
from .checking.blame import find_culprit
from .checking.compare import Settings, compare
from .checking.complaint import complaint
from .checking.cotangents import random_stream
from .checking.kinks import describe_skips
from .checking.passes import Passes
from .checking.probe import Probe
from .checking.replay import reachable, replaying_all
from .checking.report import ArgumentReport, GradientError, Report

RTOL = 1e-6


def gradcheck(
    function: Callable[..., Any],
    *inputs: Any,
    mode: str = "full",
    eps: float | None = None,
    rtol: float = RTOL,
    atol: float | None = None,
    seed: int = 0,
) -> Report:
    """Compare the gradients of `function` with numerical derivatives, for every input that holds floating numbers.

    To check a whole model, pass its parameters and let the function use them where they are::

        gradcheck(lambda *_: loss(model(x), y), *model.parameters(), mode="directional")

    Random generators among the inputs, or that the function can reach (a model's dropout), start from the same state
    at each evaluation, so that noise is a constant. The check leaves no trace: generators, running statistics,
    gradients and dtypes are afterwards as they were.

    Args:
        function: takes the inputs, gives a Tensor or a nested tuple, list or dict of them.
        inputs: arrays and Tensors of any shape, or nested tuples, lists and dicts of them. Floating ones reach the
            function as float64 tensors (a Tensor as itself, holding float64 until the check is over), and so do
            Python floats and lists of them if there are no arrays; anything else is passed on as it is. The float32
            parameters of a model that the function can reach hold float64 until the check is over.
        mode: "full" checks every element, "directional" one random direction in each input.
        eps: step of the differences, relative to the number stepped from. If None, several steps are tried and the
            best is taken.
        rtol: relative error that is accepted; 0 accepts none.
        atol: absolute error that is accepted too. If None, only what rounding explains: a derivative that is 0 but
            for the rounding errors inside the function.
        seed: of the random cotangents and directions.

    Returns:
        The worst errors by argument; which elements were not judged, and why; what was promoted.

    Raises:
        GradientError: a gradient is wrong or has another shape or dtype than its input, or depends on which other
            gradients are asked for, or an input was changed in place.
        TypeError, ValueError: the check would mean nothing: no floating input, a result that is no Tensor of
            float64, is not finite, or differs from call to call, an input all of whose elements lie at kinks or are
            hidden by the noise of the function, or a setting that is out of range.
    """
    settings = Settings(mode, eps, rtol, atol)
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
    _check(function, inputs, Settings("directional"), 0, lambda run: (None, ""))


def _check(function, inputs, settings, seed, blame) -> Report:
    _require_sensible(settings)
    read = read_inputs(function, inputs)
    checked = [a for a in read.arguments if a.is_floating]
    if not checked:
        raise TypeError("gradcheck: no input holds floating numbers, so there is nothing to differentiate")
    rng = random_stream(seed)
    with ExitStack() as stack:
        found = reachable(function, inputs)
        rewind = stack.enter_context(replaying_all(found))
        run = _runner(function, read, rewind)
        _require_dtypes(run, read, checked)
        constants = [t for t in found if isinstance(t, Tensor) and t.is_leaf]
        stack.enter_context(as_leaves([a.value for a in checked]))
        stack.enter_context(in_float64(constants))
        passes = Passes(_only_float64(run), read.arguments, checked, rng)
        gradients = passes.first()
        _require_repeatable(passes)
        error, reports = _compare_all(passes, gradients, settings, rng, lambda: blame(passes.run))
        if error:
            raise error
        passes.require_agreement(gradients)
        return Report(tuple(reports), rewind())


def _compare_all(passes, gradients, settings, rng, blame):
    """The error to raise, or None; and the reports on all arguments."""
    reports, comparisons, checked = [], [], passes.checked
    for i, a in enumerate(checked):
        x = a.value.data
        probe = Probe(a, passes.run, passes.cotangents, x, passes.results, checked)

        def nearby(factor, a=a, x=x, i=i):
            try:
                a.value.data = x * factor
                return passes.gradients()[i]
            finally:
                a.value.data = x

        comparison, skips = compare(probe, gradients[i], nearby, settings, rng)
        _require_something_left(a, comparison, skips)
        comparisons.append(comparison)
        reports.append(_report(comparison, skips))
    known = {"cotangents": passes.cotangents, "factors": _factors(checked, passes.results)}
    return complaint(comparisons, known, blame), reports


def _require_sensible(settings):
    if settings.mode not in ("full", "directional"):
        raise ValueError(f'gradcheck: mode is {settings.mode!r}, expected "full" or "directional"')
    if settings.eps is not None and not 0 < settings.eps < np.inf:
        raise ValueError(f"gradcheck: eps is {settings.eps}, expected a step above 0, or None for the best of several")
    for name in ("rtol", "atol"):
        value = getattr(settings, name)
        if value is not None and not value >= 0:
            raise ValueError(f"gradcheck: {name} is {value}, expected 0 or more")


def _runner(function, read: Inputs, rewind) -> Callable[[], list[Tensor]]:
    """The function on its inputs, all of whose results come in one list."""

    def run():
        rewind()
        return list(_tensors_of(function(*read.values())))

    return run


def _tensors_of(results):
    if isinstance(results, tuple | list | dict):
        for part in results.values() if isinstance(results, dict) else results:
            yield from _tensors_of(part)
    elif isinstance(results, Tensor):
        yield results
    else:
        found = type(results).__name__
        raise TypeError(f"gradcheck: the function returned {found}, expected a Tensor or a tuple of them")


def _only_float64(run) -> Callable[[], list[Tensor]]:
    """`run`, which must give finite numbers in float64."""

    def careful():
        results = run()
        for y in results:
            if y.dtype not in (np.float64, np.complex128):
                raise TypeError(f"gradcheck: a result has dtype {y.dtype}: the function must keep float64 to the end")
            if not np.isfinite(y.data).all():
                message = "gradcheck: a result is not finite: inputs must lie inside the domain by more than a step"
                raise ValueError(message)
        return results

    return careful


def _require_dtypes(run, read, checked):
    """Where inputs came in float32: backward in float32 must give float32 gradients, op by op."""
    if all(a.value.dtype == np.float64 for a in checked):
        return
    with as_leaves([a.value for a in checked], None):
        try:
            Passes(run, read.arguments, checked, random_stream(0)).gradients()
        except GradientError:
            raise
        except Exception:  # the function wants float64; what else is wrong shows there
            return


def _require_repeatable(passes):
    with no_grad():
        again = passes.run()
    for y, z in zip(passes.results, again, strict=True):
        if not np.allclose(y, z.data, rtol=1e-9, atol=1e-9):
            raise ValueError(
                "gradcheck: a second call at the same inputs gave another result: draw random numbers from a "
                "np.random.Generator that is an input or that the function names, and the check will replay it"
            )


def _require_something_left(argument, comparison, skips):
    if skips and not comparison.directions:
        raise ValueError(
            f"gradcheck: nothing of argument {argument} is left to check: "
            f"{describe_skips(skips, argument.value.size)}; move it away from there"
        )


def _report(comparison, skips) -> ArgumentReport:
    argument = comparison.argument
    remarks = []
    if argument.dtype is not None and argument.dtype != np.float64:
        remarks.append(f"promoted from {argument.dtype} to float64")
    if skips:
        remarks.append(describe_skips(skips, argument.value.size))
    relative = float(comparison.relative.max(initial=0))
    return ArgumentReport(
        argument.name,
        argument.position,
        comparison.shape,
        len(comparison.directions),
        float(comparison.absolute.max(initial=0)),
        relative,
        float(comparison.relative_to_differences.max(initial=0)),
        relative if comparison.by_complex_step else None,
        len(skips),
        "; ".join(remarks),
    )


def _factors(checked, results) -> dict[str, np.ndarray]:
    """Arrays that a formula may have forgotten to multiply by, and how a hint calls them."""
    factors = {f"argument {a}": a.value.data for a in checked}
    return factors | {"the result" if len(results) == 1 else f"result {i}": y for i, y in enumerate(results)}
