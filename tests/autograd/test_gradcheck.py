"""The checker: what it finds, what it says, and that it cannot be fooled."""

import math

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, gradcheck
from autograd.__main__ import main
from autograd.apply import apply
from autograd.rules import RULES


def random(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def wrong_tanh(x, factor=1.0001):
    """tanh with a gradient that is wrong by a small factor."""

    def rule(x):
        y = np.tanh(x)
        return y, lambda g: factor * g * (1 - y * y)

    return apply(rule, x)


def test_right_gradients_give_a_report_on_every_argument():
    report = gradcheck(autograd.matmul, random(2, 3), random(3, 4))
    assert [(a.argument, a.position, a.shape, a.checked) for a in report.arguments] == [
        ("a", 0, (2, 3), 6),
        ("b", 1, (3, 4), 12),
    ]
    assert report.checked == 18
    assert 0 < report.relative < 1e-8
    assert 0 < report.absolute < 1e-8
    assert "b (3, 4): 12 checked, worst error" in repr(report)


def test_an_error_names_argument_index_and_both_values():
    def rule(a, b):
        def vjp_b(g):
            gradient = g * a
            gradient[1, 2] += 3
            return gradient

        return a * b, lambda g: g * b, vjp_b

    def product(first, second):
        return apply(rule, first, second)

    with pytest.raises(GradientError) as caught:
        gradcheck(product, random(2, 3), random(2, 3, seed=1))
    error = caught.value
    assert isinstance(error, AssertionError)
    assert (error.argument, error.position, error.index) == ("second", 1, (1, 2))
    assert error.analytic == pytest.approx(error.numeric + 3)
    assert error.absolute == pytest.approx(3)
    assert error.relative == pytest.approx(3 / max(abs(error.analytic), abs(error.numeric)))
    message = str(error)
    for part in ("argument 1 (second)", "index (1, 2)", f"{error.analytic:.9g}", f"{error.numeric:.9g}", "1 of 6"):
        assert part in message


@pytest.mark.parametrize("mode", ["full", "directional"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_factor_of_1_0001_is_found_whatever_the_size_of_the_function(mode, scale):
    gradcheck(lambda x: wrong_tanh(x, 1.0) * scale, random(3, 4), mode=mode)
    with pytest.raises(GradientError):
        gradcheck(lambda x: wrong_tanh(x) * scale, random(3, 4), mode=mode)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0, 2), (2, 3)])
@pytest.mark.parametrize("mode", ["full", "directional"])
def test_inputs_may_have_any_shape(shape, mode):
    report = gradcheck(lambda x: x.exp(), random(*shape), mode=mode)
    assert report.checked == (math.prod(shape) if mode == "full" else min(1, math.prod(shape)))


def test_inputs_need_not_be_contiguous_and_reach_the_function_as_they_are():
    seen = []

    def function(x):
        seen.append(x.data.flags.c_contiguous)
        return x.tanh()

    gradcheck(function, random(6, 8)[::2, ::2].T)
    assert not seen[0]


def test_float32_is_promoted_and_integers_and_options_are_passed_on():
    def function(x, labels, reduction):
        assert x.dtype == np.float64
        assert type(labels) is np.ndarray
        return autograd.cross_entropy(x, labels, reduction=reduction)

    report = gradcheck(function, random(4, 3).astype(np.float32), np.array([0, 2, 1, 0]), "sum")
    assert [a.argument for a in report.arguments] == ["x"]


def test_tensors_are_checked_where_they_are_and_left_as_they_were():
    w = Tensor(random(3, 2).astype(np.float32), requires_grad=True)
    frozen = Tensor(random(2).astype(np.float32))
    data, node = w.data, w.node
    report = gradcheck(lambda *_: (w * w).sum(0) * frozen, w, frozen)
    assert report.checked == 8
    assert w.data is data
    assert w.node is node
    assert w.grad is None
    assert not frozen.requires_grad


def test_tensors_are_left_as_they_were_by_an_error_too():
    w = Tensor(random(3).astype(np.float32), requires_grad=True)
    data, node = w.data, w.node
    with pytest.raises(GradientError):
        gradcheck(lambda w: wrong_tanh(w), w)
    assert w.data is data
    assert w.node is node


def test_several_results_get_a_cotangent_each():
    gradcheck(lambda x: (x.exp(), x.sum(), 2 * x), random(3))
    with pytest.raises(GradientError):
        gradcheck(lambda x: (x.exp(), wrong_tanh(x)), random(3))
    with pytest.raises(GradientError):
        gradcheck(lambda x: (wrong_tanh(x), x.exp()), random(3))


def test_outputs_that_sum_to_a_constant_are_no_blind_spot():
    def rule(x):
        p = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
        return p, lambda g: np.zeros_like(p)

    with pytest.raises(GradientError):
        gradcheck(lambda x: apply(rule, x), random(2, 4))


def test_an_ignored_argument_has_gradient_zero():
    report = gradcheck(lambda used, ignored: used * 2, random(3), random(4))
    assert report.arguments[1].checked == 4
    assert report.arguments[1].absolute == 0


def test_a_gradient_cut_off_from_its_argument_is_found():
    with pytest.raises(GradientError, match=r"argument 0 \(x\).*backward gives 0,"):
        gradcheck(lambda x: x.detach() * 2, random(3))


def test_a_gradient_that_is_not_finite_is_wrong():
    def rule(x):
        return x * 2, lambda g: np.where(np.arange(3) == 1, np.nan, g * 2)

    with pytest.raises(GradientError, match=r"index \(1,\): backward gives nan.*1 of 3"):
        gradcheck(lambda x: apply(rule, x), random(3))


def test_an_input_changed_in_place_is_noticed():
    def function(x, counts):
        counts += 1
        return x * counts

    with pytest.raises(GradientError, match=r"argument 1 \(counts\) was changed in place"):
        gradcheck(function, random(3), np.arange(3))


def test_a_backward_that_changes_its_argument_is_noticed():
    def rule(x):
        def vjp(g):
            x[...] = 0
            return g

        return x * 1, vjp

    with pytest.raises(GradientError, match=r"argument 0 .* was changed in place"):
        gradcheck(lambda x: apply(rule, x), random(3))


def test_directional_mode_needs_two_evaluations_for_each_argument():
    calls = 0

    def function(a, b):
        nonlocal calls
        calls += 1
        return a @ b

    report = gradcheck(function, random(30, 40), random(40, 20), mode="directional")
    assert report.checked == 2
    assert calls == 2 + 2 * 2  # one for backward, one to see whether it repeats


def test_a_wrong_direction_is_named_as_such():
    with pytest.raises(GradientError, match=r"argument 0 .* along a random direction") as caught:
        gradcheck(lambda x: wrong_tanh(x), random(20), mode="directional")
    assert caught.value.index is None


def test_arguments_without_a_name_are_counted():
    with pytest.raises(GradientError, match=r"argument 1 \(rest\[0\]\)"):
        gradcheck(lambda x, *rest: x + wrong_tanh(rest[0]), random(3), random(3))


@pytest.mark.parametrize("mode", ["full", "directional"])
@pytest.mark.parametrize(("inputs", "offset"), [(1e6, 0), (1e-3, 0), (1.0, 100)])
def test_the_factor_is_found_for_large_and_small_inputs_and_beside_a_constant(inputs, offset, mode):
    def square(x, factor):
        return apply(lambda x: (x * x, lambda g: 2 * factor * g * x), x) + offset

    x = inputs * random(3, 4)
    gradcheck(lambda x: square(x, 1), x, mode=mode)
    with pytest.raises(GradientError):
        gradcheck(lambda x: square(x, 1.0001), x, mode=mode)


def test_a_gradient_of_zero_may_differ_by_rounding():
    """Probabilities sum to 1, wherever x is: differences see rounding errors, backward others."""
    gradcheck(lambda x: autograd.softmax(x).sum(), 3 * random(4, 5))


def test_the_same_seed_gives_the_same_report():
    first, second = (gradcheck(autograd.softmax, random(3, 4), seed=3) for _ in range(2))
    assert first == second
    assert gradcheck(autograd.softmax, random(3, 4), seed=4) != first


def test_tolerances_and_step_can_be_chosen():
    gradcheck(lambda x: wrong_tanh(x), random(3), rtol=1e-3)
    gradcheck(lambda x: wrong_tanh(x), random(3), atol=1e-3)
    with pytest.raises(GradientError):
        gradcheck(lambda x: x.exp(), random(3), eps=0.1)


@pytest.mark.parametrize(
    ("function", "inputs", "settings", "error", "message"),
    [
        (autograd.exp, [np.arange(3)], {}, TypeError, "no input holds floating numbers"),
        (lambda x: x.data, [np.ones(3)], {}, TypeError, "returned ndarray, expected a Tensor"),
        (lambda x: x.astype(np.float32), [np.ones(3)], {}, TypeError, "a result has dtype float32"),
        (lambda x: x / np.array([1.0, 1e-320]), [np.full(2, 1e308)], {}, ValueError, "not finite"),
        (autograd.exp, [np.ones(3)], {"mode": "fast"}, ValueError, "mode is 'fast', expected"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_a_check_that_would_mean_nothing_is_refused(function, inputs, settings, error, message):
    with pytest.raises(error, match=message):
        gradcheck(function, *inputs, **settings)


def test_a_function_that_differs_from_call_to_call_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="a second call at the same inputs gave another result"):
        gradcheck(lambda x: x * rng.standard_normal(3), random(3))


def test_the_table_shows_every_op_and_exits_with_0(capsys):
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(RULES)]] == list(RULES)
    assert lines[-1] == f"{len(RULES)} of {len(RULES)} ops agree with central differences in float64"


def test_the_table_exits_with_1_and_names_an_op_that_is_wrong(capsys, monkeypatch):
    def tanh(x):
        y = np.tanh(x)
        return y, lambda g: 1.0001 * g * (1 - y * y)

    monkeypatch.setitem(RULES, "tanh", tanh)
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "wrong: tanh" in out
    assert "argument 0 (x) is wrong" in out
    assert main(["--op", "tanh"]) == 1
    assert main(["--op", "exp"]) == 0


def test_the_table_survives_an_op_that_raises(capsys, monkeypatch):
    def tanh(x):
        raise ValueError("this op is broken")

    monkeypatch.setitem(RULES, "tanh", tanh)
    assert main([]) == 1
    assert "this op is broken" in capsys.readouterr().out


def test_the_table_counts_an_op_without_samples_as_wrong(capsys, monkeypatch):
    monkeypatch.setitem(RULES, "unheard_of", lambda x: (x, lambda g: g))
    assert main([]) == 1
    assert "no samples" in capsys.readouterr().out


def test_details_of_one_op_show_its_formula_and_every_sample(capsys):
    assert main(["--op", "softmax"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("softmax: p = e^x / sum e^x.")
    assert "2x3x4; axis=1\n    x (2, 3, 4): 24 checked" in out
