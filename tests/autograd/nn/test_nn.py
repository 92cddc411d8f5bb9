import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, cells, init, nn

RECURRENT = [(nn.RNN, cells.rnn_tanh_steps), (nn.LSTM, cells.lstm_steps), (nn.GRU, cells.gru_steps)]


def rng(seed=0):
    return np.random.default_rng(seed)


class Model(nn.Module):
    """One of everything that a module may hold."""

    def __init__(self):
        self.scale = Tensor(np.ones(2, np.float32), requires_grad=True)
        self.blocks = [nn.Linear(2, 3, rng()), (nn.Linear(3, 3, rng()), nn.Dropout(0.5, rng()))]
        self.named = {"head": nn.Linear(3, 1, rng())}
        self.tied = self.blocks[0]
        self.tied_weight = self.blocks[1][0].weight
        self.running_mean = np.zeros(3, np.float32)
        self.note = "text, numbers and None are not parameters"
        self._computed = self.scale * 2

    def forward(self, x):
        return self.named["head"](self.blocks[1][0](self.blocks[0](x * self.scale)))


def test_parameters_are_found_in_order_of_definition_and_shared_ones_once():
    names = [name for name, _ in Model().named_parameters()]
    assert names == [
        "scale",
        "blocks.0.weight",
        "blocks.0.bias",
        "blocks.1.0.weight",
        "blocks.1.0.bias",
        "named.head.weight",
        "named.head.bias",
    ]
    assert Model().count_parameters() == 2 + 9 + 12 + 4


def test_a_frozen_parameter_is_saved_but_not_counted():
    model = nn.Linear(2, 3, rng())
    model.weight.requires_grad = False
    assert list(model.state_dict()) == ["weight", "bias"]
    assert model.count_parameters() == 3


def test_what_is_kept_under_a_leading_underscore_is_no_parameter_but_a_module_there_is_a_part():
    model = nn.Linear(2, 3, rng())
    model._last, model._constants = Tensor(np.ones(3)), [np.ones(2)]
    model._inner = nn.Linear(1, 1, rng())
    assert list(model.state_dict()) == ["weight", "bias", "_inner.weight", "_inner.bias"]


def test_two_modules_that_hold_each_other_do_not_walk_for_ever():
    a, b = nn.Linear(1, 1, rng()), nn.Linear(1, 1, rng())
    a.other, b.other = b, a
    assert len(a.parameters()) == 4


def test_train_and_eval_reach_every_part():
    model = Model()
    assert all(part.training for _, part in model.named_modules())
    assert model.eval() is model
    assert not any(part.training for _, part in model.named_modules())
    model.train()
    assert all(part.training for _, part in model.named_modules())


def test_state_dict_copies_and_loads_in_place_with_buffers():
    model, other = Model(), Model()
    model.running_mean += 7
    for parameter in model.parameters():
        parameter.data += 1
    arrays = [parameter.data for parameter in other.parameters()]
    saved = model.state_dict()
    other.load_state_dict(saved)
    assert all(p.data is array for p, array in zip(other.parameters(), arrays, strict=True))
    np.testing.assert_array_equal(other.running_mean, 7)
    for name, value in other.state_dict().items():
        np.testing.assert_array_equal(value, saved[name])
    model.scale.data[:] = -1
    assert saved["scale"][0] == 2  # the saved copy did not follow


def test_loading_names_everything_that_does_not_fit_and_changes_nothing():
    model = Model()
    before = model.state_dict()
    state = {name: value + 1 for name, value in before.items()}
    del state["scale"]
    state["blocks.0.weight"] = np.zeros((3, 5), np.float32)
    state["named.head.bias"] = np.zeros(1)
    state["extra"] = np.zeros(1)
    with pytest.raises(ValueError) as error:
        model.load_state_dict(state)
    message = str(error.value)
    assert "scale is missing" in message
    assert "extra is unexpected" in message
    assert "blocks.0.weight has shape (3, 5), expected (3, 2)" in message
    assert "named.head.bias has dtype float64, expected float32" in message
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


def test_zero_grad_forgets_gradients():
    model = Model()
    model(Tensor(np.ones((4, 2), np.float32))).sum().backward()
    assert model.named["head"].weight.grad is not None
    model.zero_grad()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_repr_shows_settings_parts_and_numbers_of_parameters():
    model = nn.Sequential(nn.Linear(3, 4, rng()), nn.ReLU())
    assert repr(model) == (
        "Sequential()  # 16 parameters\n  0: Linear(in_features=3, out_features=4)  # 16 parameters\n  1: ReLU()"
    )


def test_linear_is_x_times_weight_transposed_plus_bias():
    layer = nn.Linear(3, 2, rng(), dtype=np.float64)
    x = rng(1).standard_normal((5, 4, 3))
    np.testing.assert_allclose(layer(Tensor(x)).data, np.einsum("bti,oi->bto", x, layer.weight.data) + layer.bias.data)
    assert nn.Linear(3, 2, rng(), bias=False).bias is None
    with pytest.raises(ValueError, match=r"Linear: x has shape \(2, 4\), expected \(..., in_features = 3\)"):
        layer(Tensor(np.zeros((2, 4))))


def test_sequential_applies_its_layers_in_order_under_numbered_names():
    first, second = nn.Linear(2, 3, rng()), nn.Linear(3, 1, rng(1))
    model = nn.Sequential(first, nn.Tanh(), second)
    x = Tensor(np.ones((4, 2), np.float32))
    np.testing.assert_array_equal(model(x).data, second(autograd.tanh(first(x))).data)
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]


def test_sequential_refuses_what_is_no_module():
    with pytest.raises(TypeError, match=r"Sequential: layer 1 is <function tanh.*expected a Module, e\.g\. nn\.Tanh"):
        nn.Sequential(nn.Linear(2, 3, rng()), autograd.tanh)


def test_a_module_set_on_a_sequential_later_is_a_part_and_no_layer_in_the_row():
    model = nn.Sequential(nn.Linear(2, 3, rng()), nn.ReLU())
    x = Tensor(np.ones((4, 2), np.float32))
    before = model(x).data
    model.head = nn.Linear(3, 1, rng())
    np.testing.assert_array_equal(model(x).data, before)
    assert list(model.state_dict()) == ["0.weight", "0.bias", "head.weight", "head.bias"]


def test_activation_layers_apply_their_ops():
    x = Tensor(np.array([-2.0, 0.5]))
    for layer, op in [(nn.Tanh(), autograd.tanh), (nn.ReLU(), autograd.relu), (nn.Sigmoid(), autograd.sigmoid)]:
        np.testing.assert_array_equal(layer(x).data, op(x).data)
    np.testing.assert_allclose(nn.LeakyReLU(0.2)(x).data, [-0.4, 0.5])


@pytest.mark.parametrize("by_keyword", [False, True])
def test_running_statistics_of_another_precision_are_brought_up_to_date_in_place(by_keyword):
    mean, variance = np.zeros(2), np.ones(2)
    x, ones = Tensor(np.array([[1, 2], [3, 6]], np.float32)), np.ones(2, np.float32)
    running = {"running_mean": mean, "running_variance": variance}
    if by_keyword:
        autograd.batch_norm(x, ones, bias=ones, momentum=0.5, **running)
    else:
        autograd.batch_norm(x, ones, ones, mean, variance, True, 0.5)
    np.testing.assert_allclose(mean, [1, 2])
    np.testing.assert_allclose(variance, [1.5, 4.5])
    assert autograd.batch_norm(x, ones, ones, mean, variance, False).dtype == np.float32


def test_the_gradients_of_a_float32_batch_norm_can_be_checked():
    layer = nn.BatchNorm(2)
    x = rng().standard_normal((5, 2))
    for training in (True, False):
        layer.train(training)
        assert autograd.gradcheck(lambda x, *_: layer(x), x, *layer.parameters()).relative < 1e-6


def test_batch_norm_takes_both_running_statistics_or_none():
    x, ones = Tensor(np.ones((3, 2), np.float32)), np.ones(2, np.float32)
    with pytest.raises(ValueError, match="batch_norm: expected both running_mean and running_variance"):
        autograd.batch_norm(x, ones, ones, running_mean=ones)
    with pytest.raises(ValueError, match=r"batch_norm: expected both running_mean .*, since training is False"):
        autograd.batch_norm(x, ones, ones, training=False)


def test_batch_norm_refuses_arguments_that_it_does_not_have():
    x, ones = Tensor(np.ones((3, 2), np.float32)), np.ones(2, np.float32)
    with pytest.raises(TypeError, match="too many positional arguments"):
        autograd.batch_norm(x, ones, ones, *[None] * 20)
    with pytest.raises(TypeError, match="momentun"):
        autograd.batch_norm(x, ones, ones, momentun=0.5)


def test_dropout_keeps_the_expected_value_and_its_share_and_does_nothing_in_eval_mode():
    layer = nn.Dropout(0.3, rng())
    x = Tensor(np.ones(20_000, np.float32), requires_grad=True)
    y = layer(x)
    assert y.dtype == np.float32
    assert set(np.unique(y.data)) == {np.float32(0), np.float32(1) / np.float32(0.7)}
    assert abs((y.data == 0).mean() - 0.3) < 0.02
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)  # what was cut off forward is cut off backward
    assert layer.eval()(x) is x


def test_dropout_keeps_half_precision():
    assert nn.Dropout(0.5, rng())(Tensor(np.ones(4, np.float16))).dtype == np.float16


def test_dropout_of_the_same_seed_is_the_same_and_a_senseless_rate_is_refused():
    x = Tensor(np.ones(50))
    np.testing.assert_array_equal(nn.Dropout(0.5, rng())(x).data, nn.Dropout(0.5, rng())(x).data)
    with pytest.raises(ValueError, match=r"rate is 1, expected 0 <= rate < 1"):
        nn.Dropout(1, rng())


@pytest.mark.parametrize(("layer", "steps"), RECURRENT)
def test_stacked_recurrent_layers_equal_their_steps_one_after_the_other(layer, steps):
    model = layer(2, 4, layers=3, rng=rng(), dtype=np.float64)
    x = Tensor(rng(1).standard_normal((5, 6, 2)))
    states = [Tensor(rng(2 + k).standard_normal((3, 5, 4))) for k in range(model.states)]
    hidden, last = model(x, tuple(states) if model.states > 1 else states[0])
    last = last if model.states > 1 else (last,)
    for k in range(3):
        parameters = [getattr(model, f"{name}_l{k}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        x, *after = steps(x, *(state[k] for state in states), *parameters)
        for ours, expected in zip(last, after, strict=True):
            np.testing.assert_allclose(ours.data[k], expected.data, atol=1e-14)
    np.testing.assert_allclose(hidden.data, x.data, atol=1e-14)
    assert hidden.shape == (5, 6, 4)


@pytest.mark.parametrize(("layer", "steps"), RECURRENT)
def test_recurrent_layers_start_from_zero_states_and_pytorchs_names(layer, steps):
    model = layer(1, 4, layers=2, rng=rng())
    x = Tensor(rng(1).standard_normal((3, 5, 1)).astype(np.float32))
    zero = Tensor(np.zeros((2, 3, 4), np.float32))
    explicit, _ = model(x, (zero, zero) if model.states > 1 else zero)
    np.testing.assert_array_equal(model(x)[0].data, explicit.data)
    rows = 4 * model.gates
    assert {name: value.shape for name, value in model.state_dict().items()} == {
        "weight_ih_l0": (rows, 1),
        "weight_hh_l0": (rows, 4),
        "bias_ih_l0": (rows,),
        "bias_hh_l0": (rows,),
        "weight_ih_l1": (rows, 4),
        "weight_hh_l1": (rows, 4),
        "bias_ih_l1": (rows,),
        "bias_hh_l1": (rows,),
    }


def test_recurrent_layers_refuse_wrong_shapes_with_what_was_expected():
    model = nn.LSTM(2, 4, rng=rng())
    with pytest.raises(ValueError, match=r"LSTM: x has shape \(3, 5, 1\), expected \(batch, time, features = 2\)"):
        model(Tensor(np.zeros((3, 5, 1), np.float32)))
    x = Tensor(np.zeros((3, 5, 2), np.float32))
    with pytest.raises(ValueError, match=r"state has shape \(3, 4\), expected \(layers, batch, hidden\) = \(1, 3, 4\)"):
        model(x, (Tensor(np.zeros((3, 4), np.float32)),) * 2)
    with pytest.raises(ValueError, match="the initial states are a tuple of 1, expected a pair"):
        model(x, (Tensor(np.zeros((1, 3, 4), np.float32)),))
    with pytest.raises(ValueError, match="layers is 0"):
        nn.GRU(2, 4, layers=0, rng=rng())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_asked_for_runs_through_layers_losses_and_gradients(dtype):
    model = nn.GRU(2, 4, layers=2, rng=rng(), dtype=dtype)
    hidden, last = model(Tensor(rng().standard_normal((3, 5, 2)).astype(dtype)))
    assert hidden.dtype == last.dtype == dtype
    (hidden.sum() + last.sum()).backward()
    assert all(parameter.grad.dtype == dtype for parameter in model.parameters())


def test_the_same_seed_gives_the_same_bytes():
    a, b = (nn.LSTM(3, 5, layers=2, rng=rng(7)).state_dict() for _ in range(2))
    assert all(a[name].tobytes() == b[name].tobytes() for name in a)
    assert a["weight_ih_l0"].tobytes() != nn.LSTM(3, 5, layers=2, rng=rng(8)).state_dict()["weight_ih_l0"].tobytes()


def test_initialisers_have_the_spread_that_their_papers_ask_for():
    shape = (300, 200)
    assert np.isclose(init.fan_in_uniform(rng(), shape).std(), 1 / np.sqrt(3 * 200), rtol=0.01)
    assert np.abs(init.fan_in_uniform(rng(), shape)).max() <= 1 / np.sqrt(200)
    assert np.isclose(init.xavier_uniform(rng(), shape).std(), np.sqrt(2 / 500), rtol=0.01)
    assert np.isclose(init.kaiming_normal(rng(), shape).std(), np.sqrt(2 / 200), rtol=0.01)
    assert np.isclose(init.kaiming_normal(rng(), (300, 20, 2, 5)).std(), np.sqrt(2 / 200), rtol=0.01)
    assert not init.zeros(shape).any()
    with pytest.raises(ValueError, match="does not tell fan_in"):
        init.fan_in_uniform(rng(), (3,))


@pytest.mark.parametrize(
    ("make", "shape"), [(lambda: nn.Linear(0, 3, rng()), r"\(3, 0\)"), (lambda: nn.GRU(2, 0, rng=rng()), r"\(0, 2\)")]
)
def test_a_layer_without_inputs_is_refused(make, shape):
    with pytest.raises(ValueError, match=f"parameters of shape {shape}: 0 connections to a unit, expected at least 1"):
        make()


def test_a_kernel_size_may_be_any_whole_number_and_nothing_else():
    assert nn.Conv2d(1, 1, np.int64(3), rng()).weight.shape == (1, 3, 3, 1)
    with pytest.raises(ValueError, match=r"ConvTranspose2d: kernel_size must be one int or a pair"):
        nn.ConvTranspose2d(1, 1, 2.5, rng())


@given(rows=st.integers(1, 6), columns=st.integers(1, 6))
def test_orthogonal_matrices_keep_lengths(rows, columns):
    w = init.orthogonal(rng(), (rows, columns), np.float64)
    product = w @ w.T if rows <= columns else w.T @ w
    np.testing.assert_allclose(product, np.eye(min(rows, columns)), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initialisers_give_the_dtype_asked_for(dtype):
    for draw in (init.fan_in_uniform, init.xavier_uniform, init.kaiming_normal, init.orthogonal):
        assert draw(rng(), (3, 4), dtype).dtype == dtype
    assert init.zeros(3, dtype).dtype == dtype


@pytest.mark.parametrize(
    ("value", "named"), [(np.ones((3, 2), np.float32), "ndarray"), (0.5, "float"), (Tensor(np.ones((3, 2))), "Tensor")]
)
def test_a_trained_parameter_is_not_replaced_by_what_is_never_trained(value, named):
    layer = nn.Linear(2, 3, rng())
    with pytest.raises(TypeError, match=rf"Linear.weight is a trained parameter, and {named} .*layer.weight.data = "):
        layer.weight = value
    assert layer.count_parameters() == 9
    layer.weight = Tensor(np.zeros((3, 2)), requires_grad=True)
    layer.bias = None
    assert layer.count_parameters() == 6


def test_the_result_of_an_op_is_no_parameter():
    start = Tensor(np.ones(2), requires_grad=True)
    model = nn.Module()
    with pytest.raises(TypeError, match=r"Module.weight: a tensor made by mul is not a parameter: wrap its array"):
        model.weight = start * 0.1
    model._last = start * 0.1
    assert model.parameters() == []
    model.weights = [start, start * 0.1]
    with pytest.raises(TypeError, match=r"Module: weights.1: a tensor made by mul is not a parameter"):
        model.parameters()


@pytest.mark.parametrize("clash", [{"a.b": 1, "a": {"b": 1}}, {0: 1, "0": 1}, {"a": {"b.c": 1}, "a.b": {"c": 1}}])
def test_two_parts_of_one_dotted_name_are_refused(clash):
    def tensors(value):
        if isinstance(value, dict):
            return {key: tensors(item) for key, item in value.items()}
        return Tensor(np.ones(1), requires_grad=True)

    model = nn.Module()
    model.parts = tensors(clash)
    with pytest.raises(ValueError, match=r"Module: two parts have the name 'parts\.\S+': rename a key"):
        model.state_dict()


def test_a_buffer_without_axes_stays_a_buffer():
    model = nn.Module()
    model.count = np.array(1.0)
    model.count = model.count + 1  # NumPy makes this a scalar
    assert model.state_dict() == {"count": 2.0}


def test_modules_that_hold_each_other_have_a_text():
    a, b = nn.Dropout(0.5, rng()), nn.Dropout(0.25, rng())
    a.other, b.other = b, a
    assert repr(a) == "Dropout(rate=0.5)\n  other: Dropout(rate=0.25)\n    other: ..."


def test_layers_in_a_row_are_counted_and_picked_as_in_a_list():
    net = nn.Sequential(nn.Linear(2, 3, rng()), nn.Tanh(), nn.Linear(3, 1, rng()))
    assert len(net) == 3
    assert isinstance(net[1], nn.Tanh)
    assert net[-1] is list(net)[2]
    x = Tensor(np.ones((4, 2), np.float32))
    np.testing.assert_array_equal(net[1:](net[0](x)).data, net(x).data)
    assert nn.Sequential()
    with pytest.raises(IndexError):
        net[3]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: nn.Linear(2, 3, 7), r"rng is 7, expected a NumPy generator: np.random.default_rng\(7\)"),
        (lambda: nn.LSTM(2, 3, rng=7), r"rng is 7, expected a NumPy generator: np.random.default_rng\(7\)"),
        (lambda: nn.Dropout(0.5, 0), r"Dropout: rng is 0, expected a NumPy generator: np.random.default_rng\(0\)"),
        (lambda: init.orthogonal(np.random, (2, 2)), r"expected a NumPy generator: np.random.default_rng\(0\)"),
        (lambda: nn.Sequential([nn.Tanh()]), r"layer 0 is a list: write Sequential\(\*layers\)"),
        (lambda: nn.Sequential(nn.Tanh), r"layer 0 is <class .*>, expected a Module, Tanh\(\)"),
    ],
)
def test_what_beginners_write_is_answered_with_what_to_write(build, message):
    with pytest.raises(TypeError, match=message):
        build()


@pytest.mark.parametrize(
    ("layer", "state", "message"),
    [
        (nn.RNN, lambda h: (h,), r"RNN: a state is a tuple, expected a tensor \(1, 5, 3\)"),
        (nn.GRU, lambda h: [h], r"GRU: a state is a list, expected a tensor \(1, 5, 3\)"),
        (nn.LSTM, lambda h: h, r"LSTM: the initial states are a Tensor of \d, expected a pair \(h, c\)"),
        (
            nn.LSTM,
            lambda h: autograd.stack([h, h]),
            r"LSTM: the initial states are a Tensor of \d, expected a pair \(h, c\)",
        ),
        (nn.LSTM, lambda h: (h,), r"LSTM: the initial states are a tuple of 1, expected a pair \(h, c\)"),
    ],
)
def test_a_state_of_another_form_is_refused_in_one_line(layer, state, message):
    h = Tensor(np.zeros((1, 5, 3), np.float32))
    with pytest.raises(ValueError, match=message):
        layer(2, 3, rng=rng())(Tensor(np.zeros((5, 4, 2), np.float32)), state(h))
