"""The checker: what it finds, what it says, and that it cannot be fooled."""

import math

import numpy as np
import pytest

import autograd
from autograd import GradientError, Tensor, assert_gradients_match, gradcheck
from autograd.apply import apply
from autograd.proof.checking.probe import Probe


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


def test_directional_mode_needs_a_few_evaluations_for_each_argument():
    calls = 0

    def function(a, b):
        nonlocal calls
        calls += 1
        return a @ b

    report = gradcheck(function, random(30, 40), random(40, 20), mode="directional")
    assert report.checked == 2
    # Two backward passes, one evaluation to see whether it repeats; for each argument two for the difference, a
    # complex step, and a backward pass without the other.
    assert calls == 3 + 2 * 4


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
    gradcheck(lambda x: x.exp(), random(3), eps=0.1)  # the complex step decides, whatever the step of differences
    with pytest.raises(ValueError, match="cannot judge elements"):
        gradcheck(lambda x: real_exp(x), 1 + random(3) ** 2, eps=0.1)
    gradcheck(lambda x: real_exp(x), 1 + random(3) ** 2, eps=1e-5)


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
    with pytest.raises(ValueError, match="a second call at the same inputs gave another result: draw random numbers"):
        gradcheck(lambda x: x * np.random.default_rng().standard_normal(3), random(3))


def test_the_helper_for_tests_shows_the_line_of_the_test_alone():
    assert_gradients_match(autograd.exp, random(3))
    with pytest.raises(GradientError, match="is wrong at index") as caught:
        assert_gradients_match(wrong_tanh, random(3))
    shown = [entry.name for entry in caught.traceback if not entry.ishidden(caught)]
    assert shown == ["test_the_helper_for_tests_shows_the_line_of_the_test_alone"]


def test_a_promoted_input_is_reported_and_a_float64_one_is_not():
    report = gradcheck(lambda a, b: a * b, random(3).astype(np.float32), random(3))
    assert [a.remark for a in report.arguments] == ["promoted from float32 to float64", ""]
    assert "a (3,): 3 checked" in repr(report)
    assert repr(report).count("promoted from float32 to float64") == 1


def test_the_complex_step_agrees_to_the_last_digits_where_the_function_is_analytic():
    for mode in ("full", "directional"):
        report = gradcheck(lambda a, b: autograd.tanh(a @ b), random(3, 4), random(4, 2), mode=mode)
        assert report.complex_step < 1e-13


def test_the_complex_step_sees_an_error_that_differences_cannot():
    report = gradcheck(lambda x: wrong_tanh(x, 1 + 1e-9), random(3))
    assert report.relative == report.complex_step == pytest.approx(1e-9, rel=1e-3)


def test_the_complex_step_mixes_with_constants_of_any_kind():
    w, frozen = random(3, 2), Tensor(random(3))

    def function(x):
        return autograd.concatenate([x @ w + frozen[:2], x[:2] * np.arange(2), 2 * Tensor(np.arange(2)) + x[1:]])

    assert gradcheck(function, random(3)).complex_step < 1e-14


@pytest.mark.parametrize("function", [autograd.abs, lambda x: apply(real_only, x)])
def test_the_complex_step_says_nothing_where_a_step_is_not_analytic(function):
    assert gradcheck(function, random(4)).complex_step is None


def real_exp(x):
    """exp by a library that drops imaginary parts."""
    return apply(lambda x: (np.exp(np.real(x)), lambda g: g * np.exp(x)), x)


def real_only(x):
    """2 x by a library that drops imaginary parts."""
    return 2 * np.real(x), lambda g: 2 * g


def test_the_fault_is_found_in_the_op_that_is_wrong():
    with pytest.raises(GradientError, match=r"the fault is in the backward of rule") as caught:
        gradcheck(lambda x: (autograd.exp(x) * 2 + wrong_tanh(autograd.sigmoid(x), 3)).sum(), random(2, 3))
    assert caught.value.op == "rule"


def test_of_a_single_op_the_name_is_known_without_a_search():
    with pytest.raises(GradientError) as caught:
        gradcheck(wrong_tanh, random(3))
    assert caught.value.op == "rule"
    assert "the fault is in" not in str(caught.value)


def test_where_no_op_is_wrong_the_history_is_suspected():
    with pytest.raises(GradientError, match=r"each of the 4 ops by itself is right: is a tensor cut off") as caught:
        gradcheck(lambda x: (autograd.exp(x).detach() * autograd.tanh(x)).sum(), random(3))
    assert caught.value.op is None


def test_a_batch_norm_is_no_culprit_for_its_running_statistics():
    norm = autograd.nn.BatchNorm(3, dtype=np.float64)
    before = norm.running_mean.copy()
    with pytest.raises(GradientError, match=r"the fault is in the backward of rule"):
        gradcheck(lambda x: wrong_tanh(norm(x), 3), random(5, 3))
    assert (norm.running_mean == before).all()


def test_the_message_tells_the_share_of_wrong_elements_and_the_other_wrong_arguments():
    def rule(a, b):
        return a * b, lambda g: 2 * g * b, lambda g: g * a * (np.arange(4) > 1)

    with pytest.raises(GradientError) as caught:
        gradcheck(lambda a, b: apply(rule, a, b), random(4), random(4, seed=1))
    assert "4 of 4 are wrong); wrong too: 1 (b); hint: every element is 2 times" in str(caught.value)


def test_the_most_telling_hint_is_chosen_whichever_argument_it_is_on():
    def rule(a, b):
        return a * b, lambda g: g * (b + a), lambda g: -g * a

    with pytest.raises(GradientError) as caught:
        gradcheck(lambda a, b: apply(rule, a, b), random(4), random(4, seed=1))
    assert (caught.value.argument, caught.value.pattern) == ("a", "sign")
    assert "hint: of argument 1 (b): every element has the opposite sign" in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (lambda x: (2 * x, lambda g: None), r"gives nothing \(is a return missing\?\), expected an array"),
        (lambda x: (2 * x, lambda g: 2.0), "gives a float, expected an array"),
        (
            lambda x: 2 * x,
            "returned ndarray, but a rule returns a tuple: its value, then a vjp for each array argument",
        ),
    ],
)
def test_a_rule_that_is_none_is_told_so(rule, words):
    with pytest.raises((GradientError, TypeError), match=words):
        gradcheck(lambda x: apply(rule, x), random(3))


def test_a_backward_that_changes_what_came_in_is_noticed():
    def rule(x):
        def vjp(g):
            g *= 2
            return g

        return 2 * x, vjp

    with pytest.raises(GradientError, match=r"the backward of rule changed the gradient that came in, in place"):
        gradcheck(lambda x: apply(rule, x), random(3))


ILL_SCALED = {
    "std at 1e-4": (lambda x: x.std(), 1e-4 * random(5)),
    "a norm at 1e-4": (lambda x: autograd.sqrt((x * x).sum()), 1e-4 * random(5)),
    "a cosine at 1e-4": (
        lambda x: (x[:3] * x[3:]).sum() / autograd.sqrt((x[:3] ** 2).sum() * (x[3:] ** 2).sum()),
        1e-4 * random(6),
    ),
    "log s + 1 / s at 1e-3": (lambda x: autograd.log(x) + 1 / x, 1e-3 * (1 + random(3) ** 2)),
    "a sharp softmax": (lambda x: autograd.softmax(x / 0.01), random(4)),
    "tanh beside 1e6": (lambda x: (autograd.tanh(x) + 1e6) - 1e6, random(5)),
    "a cube at 0": (lambda x: x**3, np.zeros(3)),
    "log on nine orders": (autograd.log, np.array([1e-3, 1, 1e6])),
    "sqrt at 1e-3": (autograd.sqrt, np.array([1e-3])),
    "1 / x at 1e-5": (lambda x: 1 / x, np.array([1e-4, 1e-5])),
    "std of 1 and a little": (lambda x: x.std(), 1 + 1e-3 * random(5)),
    "a saturated tanh": (autograd.tanh, np.array([18.5, 20.0, 25.0])),
    "a sum of squares far off": (lambda x: ((x - 1e5) ** 2).sum(), random(5)),
}


@pytest.mark.parametrize("name", ILL_SCALED)
def test_a_right_gradient_is_not_accused_whatever_the_scale(name):
    function, x = ILL_SCALED[name]
    report = gradcheck(function, x)
    assert report.checked == x.size
    assert report.relative < 1e-6


@pytest.mark.parametrize("offset", [1e6, 1e8, 1e9, 1e12, 1e15])
@pytest.mark.parametrize("factor", [1.0001, 1.01, 1.3])
def test_an_offset_hides_no_wrong_factor_and_the_relative_error_is_the_true_one(offset, factor):
    def rule(x):
        return x * x + offset, lambda g: 2 * factor * g * x

    with pytest.raises(GradientError, match="the complex step") as caught:
        gradcheck(lambda x: apply(rule, x), random(3))
    assert caught.value.relative == pytest.approx(1 - 1 / factor, rel=1e-6)
    gradcheck(lambda x: x * x + offset, random(3))


def test_one_small_component_of_many_scales_is_judged_by_its_own_size():
    def rule(x):
        return x**3, lambda g: g * 3 * x * x * np.array([1, 1.01, 1])

    with pytest.raises(GradientError, match="1 of 3 are wrong"):
        gradcheck(lambda x: apply(rule, x), np.array([1e6, 1, 1e-3]))

    def squares(x):
        return np.sum((x - 1e5) ** 2), lambda g: 2 * g * (x - 1e5) * np.array([1, 1, 0.95, 1])

    with pytest.raises(GradientError, match="1 of 4 are wrong"):
        gradcheck(lambda x: apply(squares, x), random(4))


def test_an_element_that_was_not_judged_is_not_wrong():
    report = gradcheck(lambda x: autograd.relu(x) + x**3, np.array([0, 0, -1e-5]))
    assert (report.checked, report.skipped) == (1, 2)


def test_an_honest_answer_where_noise_hides_the_derivative():
    def rule(x):
        return np.abs(x) + 1e17, lambda g: g * np.sign(x)

    with pytest.raises(ValueError, match=r"cannot judge elements \[0\], \[1\], 2 of 2: the error of differences"):
        gradcheck(lambda x: apply(rule, x), np.array([1.0, -2.0]))


def test_float32_inside_a_function_is_noise_and_no_mistake():
    def rounded(x):
        return autograd.tanh(x).astype(np.float32).astype(np.float64)

    gradcheck(rounded, random(4))
    with pytest.raises(GradientError):
        gradcheck(lambda x: rounded(x) + wrong_tanh(x, 1.001), random(4))


@pytest.mark.parametrize("mode", ["full", "directional"])
def test_an_infinite_gradient_is_wrong(mode):
    def rule(x):
        return x * x, lambda g: g * np.inf

    with pytest.raises(GradientError, match=r"backward gives (-?inf|nan)"):
        gradcheck(lambda x: apply(rule, x), random(3), mode=mode)


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_an_infinite_slope_at_the_end_of_a_domain_is_refused():
    with pytest.raises(GradientError, match=r"backward gives -?inf"):
        gradcheck(lambda x: autograd.sqrt(autograd.clip(x, 0.0)), np.array([0.0, 1.0]))


def test_tolerances_mean_what_they_say():
    with pytest.raises(GradientError):
        gradcheck(lambda x: wrong_tanh(x, 1 + 1e-14), random(3), rtol=0)
    gradcheck(lambda x: 2 * x, random(3), rtol=0)
    for settings in ({"rtol": -1e-6}, {"atol": -1.0}, {"eps": 0}, {"eps": -1e-6}, {"rtol": np.nan}):
        with pytest.raises(ValueError, match=f"gradcheck: {next(iter(settings))} is "):
            gradcheck(autograd.exp, random(3), **settings)


def test_the_check_leaves_other_leaves_and_graphs_made_before_as_they_were():
    model = autograd.nn.Linear(3, 2, np.random.default_rng(0), dtype=np.float64)
    w = Tensor(random(2), requires_grad=True)
    w.grad = np.ones(2)
    before = w * 2
    gradcheck(lambda x: model(x) * before + w, random(4, 3))
    assert all(p.grad is None for p in model.parameters())
    assert (w.grad == 1).all()
    before.sum().backward()
    assert (w.grad == 3).all()


def test_an_input_keeps_its_gradient():
    w = Tensor(random(3), requires_grad=True)
    w.grad = np.arange(3.0)
    gradcheck(autograd.exp, w)
    assert (w.grad == np.arange(3)).all()


def test_results_that_nobody_uses_are_none_for_the_vjp():
    def rule(x):
        return (2 * x, 3 * x), lambda g: 2 * g[0] + 3 * g[1]

    with pytest.raises(GradientError, match="the backward of rule failed"):
        gradcheck(lambda x: apply(rule, x), random(3))


@pytest.mark.parametrize(("given", "made"), [(np.float64, np.float32), (np.float64, complex), (np.float32, np.float64)])
def test_a_gradient_of_another_dtype_is_refused(given, made):
    def rule(x):
        return 2 * x, lambda g: (2 * g).astype(made)

    with pytest.raises(GradientError, match=f"gradient of dtype {np.dtype(made)} for an argument of dtype"):
        gradcheck(lambda x: apply(rule, x), random(3).astype(given))


def test_two_backward_passes_must_agree():
    calls = []

    def rule(x):
        def vjp(g):
            calls.append(1)
            return 2 * g if len(calls) == 1 else 3 * g

        return 2 * x, vjp

    with pytest.raises(GradientError, match="a second backward pass gives another gradient"):
        gradcheck(lambda x: apply(rule, x), random(3))


def test_a_vjp_that_is_right_only_after_another_is_caught():
    def rule(a, b):
        saved = []

        def vjp_a(g):
            saved.append(a)
            return g * b

        return a * b, vjp_a, lambda g: g * saved[0] if saved else 0 * g

    with pytest.raises(GradientError, match=r"argument 1 \(b\) is unreliable: .* no other argument needs a gradient"):
        gradcheck(lambda a, b: apply(rule, a, b), random(3), random(3, seed=1))


def test_numbers_and_lists_are_inputs_where_there_are_no_arrays():
    assert gradcheck(lambda x: x * x, 2.0).checked == 1
    assert gradcheck(lambda x, y: x * y, [1.0, 2.0], 3.0).checked == 3
    assert [
        a.argument for a in gradcheck(lambda x, slope: autograd.leaky_relu(x, slope), random(3), 0.2).arguments
    ] == ["x"]


def test_nested_inputs_and_results_are_checked_array_by_array():
    rng = np.random.default_rng(0)
    layer = autograd.nn.LSTM(2, 3, rng=rng, dtype=np.float64)
    gradcheck(layer, random(2, 4, 2))
    report = gradcheck(lambda x, state: layer(x, state), random(2, 4, 2), (random(1, 2, 3), random(1, 2, 3)))
    assert [a.argument for a in report.arguments] == ["x", "state[0]", "state[1]"]
    gradcheck(lambda d: {"y": [d["a"] * d["b"]]}, {"a": random(3), "b": random(3)})


def test_a_float32_model_is_checked_in_float64_and_is_float32_again():
    model = autograd.nn.Sequential(autograd.nn.Linear(3, 4, np.random.default_rng(0)), autograd.nn.Tanh())
    before = [p.data for p in model.parameters()]
    assert gradcheck(model, random(2, 3)).relative < 1e-12
    gradcheck(lambda x: model(x), random(2, 3).astype(np.float32))
    assert all(p.data is data for p, data in zip(model.parameters(), before, strict=True))


def test_a_wrong_gradient_of_large_results_costs_few_evaluations(monkeypatch):
    """The error of each element could be rounding at first sight; a second look at one spacing settles it."""
    steps = []
    complex_step = Probe.complex_step
    monkeypatch.setattr(
        Probe, "complex_step", lambda *args, **options: steps.append(1) or complex_step(*args, **options)
    )

    def wrong(x):
        return np.sin(x * x) + 1e4, lambda g: 1.001 * g * 2 * x * np.cos(x * x)

    with pytest.raises(GradientError, match="100 of 100 are wrong"):
        gradcheck(lambda x: apply(wrong, x), np.random.default_rng(0).standard_normal(100))
    assert len(steps) < 16 * 100
