import copy
import math
import pickle

import numpy as np
import pytest

from autograd import Tensor, nn, optim
from autograd.optim import adam_formula
from autograd.optim.optimizer import MAX_STRETCH

SHAPES = [(3, 4), (), (5,), (2, 1, 3)]
OPTIMISERS = {
    "sgd": lambda parameters: optim.SGD(parameters, 0.1),
    "momentum": lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.1),
    "nesterov": lambda parameters: optim.SGD(parameters, 0.1, momentum=0.9, nesterov=True),
    "adam": lambda parameters: optim.Adam(parameters, 0.1, weight_decay=0.1),
    "adamw": lambda parameters: optim.AdamW(parameters, 0.1),
}


def make(shapes=SHAPES, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    return [Tensor(rng.standard_normal(shape).astype(dtype), requires_grad=True) for shape in shapes]


def give_gradients(parameters, rng):
    for parameter in parameters:
        parameter.grad = rng.standard_normal(parameter.shape).astype(parameter.dtype)


def run(optimizer, steps, rng):
    for _ in range(steps):
        give_gradients(optimizer.parameters, rng)
        optimizer.step()


def values(parameters):
    return np.concatenate([parameter.data.ravel() for parameter in parameters])


@pytest.mark.parametrize("size", [1, MAX_STRETCH - 1, MAX_STRETCH, 2 * MAX_STRETCH + 5])
def test_adam_equals_its_formula_for_parameters_smaller_and_larger_than_a_stretch(size):
    parameters = make([(size,), (7,)])
    expected = [(parameter.data.copy(), 0, 0) for parameter in parameters]
    optimizer = optim.Adam(parameters, 0.01, betas=(0.8, 0.99), epsilon=1e-3)
    rng = np.random.default_rng(1)
    for n in range(1, 6):
        give_gradients(parameters, rng)
        optimizer.step()
        expected = [
            adam_formula(*state[:1], parameter.grad, *state[1:], n, 0.01, 0.8, 0.99, 1e-3)
            for state, parameter in zip(expected, parameters, strict=True)
        ]
    for parameter, (value, _, _) in zip(parameters, expected, strict=True):
        np.testing.assert_allclose(parameter.data, value, rtol=0, atol=1e-14)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradients_size():
    (parameter,) = make([(3,)])
    before = parameter.data.copy()
    parameter.grad = np.array([1e-3, -1.0, 1e3])
    optim.Adam([parameter], 0.1).step()
    np.testing.assert_allclose(parameter.data - before, [-0.1, 0.1, -0.1], rtol=1e-4)


def test_momentum_and_nesterov_are_the_formulas():
    for nesterov in (False, True):
        (parameter,) = make([(4,)])
        value, velocity = parameter.data.copy(), 0
        optimizer = optim.SGD([parameter], 0.1, momentum=0.9, nesterov=nesterov)
        rng = np.random.default_rng(0)
        for _ in range(5):
            give_gradients([parameter], rng)
            optimizer.step()
            velocity = 0.9 * velocity + parameter.grad
            value = value - 0.1 * (parameter.grad + 0.9 * velocity if nesterov else velocity)
        np.testing.assert_allclose(parameter.data, value, atol=1e-14)


def test_weight_decay_adds_its_share_of_the_parameter_to_the_gradient_and_is_0_unless_asked_for():
    class Plain(optim.Optimizer):
        """Takes the defaults of every optimiser."""

    assert Plain([Tensor(np.ones(1), requires_grad=True)], 0.1).weight_decay == 0
    for decay, expected in ((0.0, [1.5, -3.5]), (0.1, [1.3, -3.2])):
        parameter = Tensor(np.array([2.0, -3.0]), requires_grad=True)
        parameter.grad = np.array([0.5, 0.5])
        optim.SGD([parameter], 1.0, weight_decay=decay).step()
        np.testing.assert_allclose(parameter.data, expected)


def test_weight_decay_enters_adams_gradient_but_leaves_adamws_alone():
    for kind, expected in [(optim.Adam, 2 - 0.1), (optim.AdamW, 2 - 0.1 * 0.5 * 2)]:
        parameter = Tensor(np.array([2.0]), requires_grad=True)
        parameter.grad = np.zeros(1)
        kind([parameter], 0.1, weight_decay=0.5).step()
        np.testing.assert_allclose(parameter.data, expected)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_parameters_change_in_place_and_gradients_do_not(name):
    parameters = make()
    arrays = [parameter.data for parameter in parameters]
    give_gradients(parameters, np.random.default_rng(0))
    gradients = [parameter.grad.copy() for parameter in parameters]
    OPTIMISERS[name](parameters).step()
    for parameter, array, gradient in zip(parameters, arrays, gradients, strict=True):
        assert parameter.data is array
        np.testing.assert_array_equal(parameter.grad, gradient)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_parameter_without_gradient_is_left_alone_and_later_treated_as_if_alone_in_the_world(name):
    parameters, alone = make(), make()
    together, single = OPTIMISERS[name](parameters), [OPTIMISERS[name]([parameter]) for parameter in alone]
    rng = np.random.default_rng(3)
    for step in range(12):
        for k, (parameter, twin) in enumerate(zip(parameters, alone, strict=True)):
            gradient = rng.standard_normal(parameter.shape)
            parameter.grad, twin.grad = (None, None) if (step + k) % 3 == 0 else (gradient, gradient.copy())
        before = [parameter.data.copy() for parameter in parameters]
        together.step()
        for optimizer, twin in zip(single, alone, strict=True):
            if twin.grad is not None:
                optimizer.step()
        for parameter, old in zip(parameters, before, strict=True):
            if parameter.grad is None:
                np.testing.assert_array_equal(parameter.data, old)
    np.testing.assert_array_equal(values(parameters), values(alone))


@pytest.mark.parametrize("name", OPTIMISERS)
def test_stopping_and_resuming_gives_the_same_bytes(name):
    parameters = make(dtype=np.float32)
    optimizer, rng = OPTIMISERS[name](parameters), np.random.default_rng(5)
    run(optimizer, 4, rng)
    saved_values, saved = [parameter.data.copy() for parameter in parameters], optimizer.state_dict()
    saved_rng = rng.bit_generator.state
    run(optimizer, 4, rng)

    resumed = [Tensor(value, requires_grad=True) for value in saved_values]
    other, rng = OPTIMISERS[name](resumed), np.random.default_rng()
    rng.bit_generator.state = saved_rng
    other.load_state_dict(saved)
    run(other, 4, rng)
    assert values(resumed).tobytes() == values(parameters).tobytes()
    assert other.steps == 8


def test_a_state_of_other_parameters_is_refused_by_name_and_changes_nothing():
    optimizer = optim.Adam(make([(3, 4), (2,)]))
    run(optimizer, 2, np.random.default_rng(0))
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match=r"second_moment\.1 has shape \(3,\), expected \(2,\)"):
        optimizer.load_state_dict(optim.Adam(make([(3, 4), (3,)])).state_dict())
    with pytest.raises(ValueError, match=r"first_moment\.0 is missing.*velocity\.0 is unexpected"):
        optimizer.load_state_dict(optim.SGD(make([(3, 4), (2,)]), 0.1, momentum=0.5).state_dict())
    after = optimizer.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_gradient_of_another_dtype_is_refused_before_anything_changes():
    parameters = make([(MAX_STRETCH + 1,), (2,), (5,)], dtype=np.float32)
    give_gradients(parameters, np.random.default_rng(0))
    parameters[2].node.grad = np.zeros(5, np.float64)  # as a vjp that forgot its dtype would leave it
    before = values(parameters)
    with pytest.raises(TypeError, match=r"parameter 2, shape \(5,\): gradient of dtype float64 for values of dtype f"):
        optim.Adam(parameters).step()
    np.testing.assert_array_equal(values(parameters), before)


def test_a_parameter_that_is_not_contiguous_is_refused_at_every_step():
    with pytest.raises(ValueError, match=r"parameter 1, shape \(2, 3\): not contiguous"):
        optim.Adam([*make([(3,)]), Tensor(np.zeros((3, 2)).T, requires_grad=True)])
    parameters = make([(3,), (2, 2)])
    optimizer = optim.Adam(parameters)
    parameters[1].data = parameters[1].data.T
    give_gradients(parameters, np.random.default_rng(0))
    before = values(parameters)
    for _ in range(2):
        with pytest.raises(ValueError, match=r"parameter 1, shape \(2, 2\): not contiguous"):
            optimizer.step()
    np.testing.assert_array_equal(values(parameters), before)
    parameters[1].data = np.ascontiguousarray(parameters[1].data)
    optimizer.step()
    assert (values(parameters) != before).all()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_float32_parameters_and_their_averages_stay_float32(name):
    parameters = make(dtype=np.float32)
    optimizer = OPTIMISERS[name](parameters)
    run(optimizer, 3, np.random.default_rng(0))
    assert all(parameter.dtype == np.float32 for parameter in parameters)
    assert all(array.dtype == np.float32 for key, array in optimizer.state_dict().items() if "." in key)


def test_senseless_arguments_are_refused():
    parameters = make()
    with pytest.raises(ValueError, match="no parameters"):
        optim.SGD([], 0.1)
    with pytest.raises(TypeError, match="expected a leaf Tensor"):
        optim.SGD([parameters[0] * 2], 0.1)
    with pytest.raises(ValueError, match="twice"):
        optim.SGD([parameters[0], parameters[0]], 0.1)
    with pytest.raises(TypeError, match="float32 and float64"):
        optim.SGD([*parameters, *make(dtype=np.float32)], 0.1)
    with pytest.raises(ValueError, match=r"beta2 is 1\.0, expected 0 <= beta2 < 1"):
        optim.Adam(parameters, betas=(0.9, 1.0))
    with pytest.raises(ValueError, match="nesterov needs a momentum"):
        optim.SGD(parameters, 0.1, nesterov=True)
    for name, value in {"learning_rate": -1, "weight_decay": -1.0, "epsilon": -3.0}.items():
        with pytest.raises(ValueError, match=f"Adam: {name} is {value}, expected a finite number of at least 0"):
            optim.Adam(parameters, **{name: value})
    with pytest.raises(ValueError, match="SGD: learning_rate is nan"):
        optim.SGD(parameters, math.nan)


def test_a_frozen_parameter_is_left_alone():
    parameters = make()
    parameters[0].requires_grad = False
    optimizer = optim.Adam(parameters)
    before = parameters[0].data.copy()
    give_gradients(parameters[1:], np.random.default_rng(0))
    optimizer.step()
    optimizer.zero_grad()
    np.testing.assert_array_equal(parameters[0].data, before)


def test_zero_grad_forgets_gradients():
    parameters = make()
    give_gradients(parameters, np.random.default_rng(0))
    optim.Adam(parameters).zero_grad()
    assert all(parameter.grad is None for parameter in parameters)


def test_clipping_scales_long_gradients_to_the_length_asked_for_and_leaves_short_ones():
    parameters = make()
    give_gradients(parameters, np.random.default_rng(0))
    parameters[1].grad = None
    before = [parameter.grad for parameter in parameters if parameter.grad is not None]
    before = np.concatenate([gradient.ravel() for gradient in before])
    norm = optim.clip_grad_norm(parameters, 1e9)
    assert np.isclose(norm, np.linalg.norm(before))
    assert optim.clip_grad_norm(parameters, 0.5) == norm  # unchanged by the first call
    after = np.concatenate([parameter.grad.ravel() for parameter in parameters if parameter.grad is not None])
    np.testing.assert_allclose(after, before * 0.5 / norm, rtol=1e-5)


@pytest.mark.parametrize("max_norm", [1.0, 4.99, 5.0, 5.1, 7.0])
def test_clipping_is_the_formula_of_its_comment_and_never_lengthens(max_norm):
    (parameter,) = make([(2,)])
    parameter.grad = np.array([3.0, 4.0])
    assert optim.clip_grad_norm([parameter], max_norm) == 5
    np.testing.assert_array_equal(parameter.grad, np.array([3.0, 4.0]) * min(1.0, max_norm / (5 + 1e-6)))


@pytest.mark.parametrize(
    "optimizer, rate, decay",
    [(optim.Adam, 1e-3, 0.0), (optim.AdamW, 1e-3, 0.01), (optim.SGD, None, 0.0)],
)
def test_defaults_are_those_of_the_papers_and_of_pytorch(optimizer, rate, decay):
    made = optimizer(make()) if rate else optimizer(make(), 0.1)
    assert made.current_rate == (rate or 0.1)
    assert made.weight_decay == decay
    if rate:
        assert (made.betas, made.epsilon) == ((0.9, 0.999), 1e-8)


def test_clipping_refuses_what_is_not_finite():
    parameters = make()
    give_gradients(parameters, np.random.default_rng(0))
    parameters[0].grad[1, 1] = np.nan
    with pytest.raises(FloatingPointError, match="length of the gradients is nan"):
        optim.clip_grad_norm(parameters, 1.0)


def test_clipping_repairs_long_gradients_whose_squares_overflow():
    (parameter,) = make([(4,)], dtype=np.float32)
    parameter.grad = np.full(4, 1e20, np.float32)
    assert math.isclose(optim.clip_grad_norm([parameter], 1.0), 2e20, rel_tol=1e-6)
    np.testing.assert_allclose(parameter.grad, 0.5, rtol=1e-6)


def test_clipping_scales_a_gradient_that_two_parameters_share_once():
    parameters = make([(1,), (1,)])
    parameters[0].grad = parameters[1].grad = np.array([4.0])
    optim.clip_grad_norm(parameters, 1.0)
    np.testing.assert_allclose(parameters[0].grad, 1 / math.sqrt(2), rtol=1e-5)


@pytest.mark.parametrize("max_norm", [-1.0, 0.0, math.nan])
def test_clipping_to_no_length_is_refused(max_norm):
    with pytest.raises(ValueError, match=f"max_norm is {max_norm}, expected a number above 0"):
        optim.clip_grad_norm(make(), max_norm)


def test_schedules_start_end_and_pass_where_they_should():
    cosine = optim.cosine_decay(0.4, steps=10, end=0.1)
    assert [round(cosine(n), 12) for n in (0, 5, 10, 99)] == [0.4, 0.25, 0.1, 0.1]
    step = optim.step_decay(1.0, every=3, factor=0.1)
    assert [round(step(n), 12) for n in (0, 2, 3, 6)] == [1.0, 1.0, 0.1, 0.01]
    warm = optim.warm_up(4, 0.8)
    assert [round(warm(n), 12) for n in (0, 1, 3, 4, 50)] == [0.2, 0.4, 0.8, 0.8, 0.8]
    assert optim.warm_up(4, cosine)(8) == cosine(8)
    with pytest.raises(ValueError, match="cosine_decay: steps is 0"):
        optim.cosine_decay(1.0, 0)


def test_an_optimiser_asks_its_schedule_at_every_step():
    (parameter,) = make([(1,)])
    start = parameter.data.copy()
    optimizer = optim.SGD([parameter], optim.step_decay(1.0, every=1, factor=0.5))
    for n in range(4):
        assert math.isclose(optimizer.current_rate, 0.5**n)
        parameter.grad = np.ones(1)
        optimizer.step()
    np.testing.assert_allclose(start - parameter.data, 1 + 0.5 + 0.25 + 0.125)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))])
@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
def test_a_copied_optimiser_moves_the_copied_parameters_and_not_the_others(optimiser, duplicate):
    parameters = make()
    first = optimiser(parameters)
    run(first, 2, np.random.default_rng(0))
    copied, second = duplicate((parameters, first))
    assert all(a is b for a, b in zip(copied, second.parameters, strict=True))
    before = values(parameters)
    run(second, 3, np.random.default_rng(1))
    np.testing.assert_array_equal(values(parameters), before)
    run(first, 3, np.random.default_rng(1))
    np.testing.assert_array_equal(values(copied), values(parameters))
    assert second.steps == first.steps == 5


@pytest.mark.parametrize(
    "schedule", [optim.cosine_decay(0.1, 9), optim.step_decay(0.1, 2, 0.5), optim.warm_up(3, optim.step_decay(1, 2, 3))]
)
def test_an_optimiser_with_a_schedule_can_be_pickled(schedule):
    optimizer = pickle.loads(pickle.dumps(optim.SGD(make(), schedule)))
    assert [optimizer.learning_rate(n) for n in range(9)] == [schedule(n) for n in range(9)]


@pytest.mark.parametrize(
    ("parameters", "remedy"),
    [
        (Tensor(np.ones(3), requires_grad=True), r"not one Tensor: write \[tensor\]"),
        (nn.Tanh(), r"not Tanh: write model.parameters\(\)"),
        (nn.Tanh().parameters, r"not method: write model.parameters\(\)"),
        ([("weight", Tensor(np.ones(3)))], r"element 0 is tuple, expected a Tensor: write model.parameters\(\)"),
        ({"weight": Tensor(np.ones(3))}, r"element 0 is str, expected a Tensor: write model.parameters\(\)"),
        ([np.ones(3)], "element 0 is ndarray, expected a Tensor"),
    ],
)
def test_one_thing_where_a_list_of_tensors_is_meant_is_refused(parameters, remedy):
    for name, function in [("clip_grad_norm", optim.clip_grad_norm), ("SGD", optim.SGD), ("Adam", optim.Adam)]:
        with pytest.raises(TypeError, match=f"{name}: .*{remedy}"):
            function(parameters, 1.0)


@pytest.mark.parametrize("optimiser", [optim.SGD, optim.Adam, optim.AdamW])
def test_names_of_pytorch_are_refused_with_ours(optimiser):
    with pytest.raises(TypeError, match="there is no argument lr: write learning_rate"):
        optimiser(make(), lr=0.1)


def test_clipping_scales_the_gradient_of_a_number_without_axes():
    p = Tensor(np.array(3.0), requires_grad=True)
    for _ in range(2):
        (p * p * 100).backward()
    assert math.isclose(optim.clip_grad_norm([p], 1.0), 1200)
    assert math.isclose(p.grad, 1.0, rel_tol=1e-6)


NUMBERS = {
    "sgd": lambda parameters, n: optim.SGD(parameters, n(0.1), momentum=n(0.9), weight_decay=n(0.01), nesterov=True),
    "adam": lambda parameters, n: optim.Adam(parameters, n(0.1), (n(0.8), n(0.9)), n(1e-3), n(0.01)),
    "adamw": lambda parameters, n: optim.AdamW(parameters, lambda step: n(0.1), weight_decay=n(0.01)),
}


@pytest.mark.parametrize("optimiser", NUMBERS.values(), ids=NUMBERS)
def test_numpy_numbers_as_settings_do_not_change_the_result(optimiser):
    plain, numpy = make(dtype=np.float32), make(dtype=np.float32)
    for parameters, number in ((plain, float), (numpy, np.float64)):
        run(optimiser(parameters, number), 3, np.random.default_rng(0))
    np.testing.assert_array_equal(values(plain), values(numpy))


@pytest.mark.parametrize("optimiser", [optim.Adam, optim.AdamW])
def test_adam_in_half_precision_moves_by_the_rate_and_stays_finite(optimiser):
    parameter = Tensor(np.zeros(3, np.float16), requires_grad=True)
    optimizer = optimiser([parameter], 0.01)
    parameter.grad = np.array([0.0, 1e-4, -3.0], np.float16)  # the square of the second is 0 in float16
    optimizer.step()
    assert parameter.dtype == np.float16
    np.testing.assert_allclose(parameter.data, [0.0, -0.01, 0.01], rtol=1e-3)


def test_small_parameters_change_together_and_those_of_other_age_apart():
    sizes = []

    class Counting(optim.SGD):
        def _change(self, gradient, averages, update, rate):
            sizes.append(gradient.size)
            return super()._change(gradient, averages, update, rate)

    parameters = make([(3,), (2, 2), (5,), (1,)])
    optimizer = Counting(parameters, 0.1, momentum=0.9)
    for absent, expected in [(None, [13]), (1, [3, 6]), (None, [3, 4, 6])]:
        give_gradients(parameters, np.random.default_rng(0))
        if absent is not None:
            parameters[absent].grad = None
        sizes.clear()
        optimizer.step()
        assert sorted(sizes) == expected


def test_the_formula_of_adam_has_adams_defaults_and_a_cosine_ends_at_zero():
    p, g, m, v = np.random.default_rng(0).uniform(0.1, 1, (4, 5))
    for plain, spelled in zip(
        optim.adam_formula(p, g, m, v, 3, 0.1),
        optim.adam_formula(p, g, m, v, 3, 0.1, beta1=0.9, beta2=0.999, epsilon=1e-8),
        strict=True,
    ):
        np.testing.assert_array_equal(plain, spelled)
    assert optim.cosine_decay(0.4, steps=10)(10) == 0
