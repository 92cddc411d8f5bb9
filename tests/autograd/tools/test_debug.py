"""Inside debug(), a change in place of what backward needs fails where it happens, and nowhere else."""

import functools
import gc
import weakref

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import autograd
from autograd import Tensor, debug, no_grad
from autograd.apply import apply
from autograd.optim import SGD, Adam
from autograd.proof.samples import SAMPLES
from autograd.rules import RULES
from autograd.tools.debug import SavedArray


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


def assign(t):
    t.data[0] = 1


def add_in_place(t):
    t.data += 1


def out_argument(t):
    np.add(t.data, 1, out=t.data)


def ufunc_at(t):
    np.add.at(t.data, [0], 1)


def through_a_view(t):
    t.data[1:][0] = 1


def through_reshape(t):
    t.data.reshape(-1, 1).T[0] = 1


def through_numpy(t):
    t.numpy()[0] = 1


def through_detach(t):
    t.detach().data[0] = 1


def through_a_tensor_that_views_it(t):
    with no_grad():
        t[:1].data[0] = 1


WRITES = [
    assign,
    add_in_place,
    out_argument,
    ufunc_at,
    through_a_view,
    through_reshape,
    through_numpy,
    through_detach,
    through_a_tensor_that_views_it,
]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_through_a_tensor_fails_by_the_name_of_the_op(write):
    w, x = leaf(1.0, 2.0), leaf(3.0, 4.0)
    with debug():
        loss = (w * x).sum()
        for t in (w, x):
            with pytest.raises(ValueError, match=r"saved by mul for its backward pass.*change it after backward\(\)"):
                write(t)
        loss.backward()
        write(w)
    np.testing.assert_array_equal(w.grad, [3.0, 4.0])
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])


def test_a_value_that_its_own_op_has_saved_is_guarded_too():
    with debug():
        y = leaf(1.0, 2.0).exp()
        with pytest.raises(ValueError, match="saved by exp"):
            y.data[0] = 0


def test_what_no_op_has_saved_stays_writable():
    x = leaf(1.0, 2.0)
    with debug():
        y = x + 1
        x.data[0] = 5
        y.data += 1
        assert type(x.data) is np.ndarray
        y.sum().backward()


def test_a_write_through_the_users_own_array_meets_numpys_error_and_the_block_names_the_ops():
    raw = np.array([1.0, 2.0])
    x = Tensor(raw, requires_grad=True)
    with pytest.raises(ValueError, match="assignment destination is read-only") as caught, debug():
        y = x * x + x.exp()  # noqa: F841 (alive)
        raw[0] = 5
    assert caught.value.__notes__ == [
        "autograd.tools.debug: arrays saved by these ops are read-only until backward: exp, mul"
    ]
    raw[0] = 5


def test_the_array_that_a_saved_view_belongs_to_is_guarded():
    raw = np.arange(6.0)
    x = Tensor(raw[2:4], requires_grad=True)
    with debug():
        y = (x * x).sum()
        with pytest.raises(ValueError, match="read-only"):
            raw[2] = 9
        y.backward()
        raw[2] = 9


def test_other_errors_pass_unchanged():
    with pytest.raises(ValueError, match="of another kind") as caught, debug():
        y = leaf(1.0).exp()  # noqa: F841 (alive)
        raise ValueError("of another kind")
    assert not hasattr(caught.value, "__notes__")


def test_reading_gives_plain_arrays():
    x = leaf(1.0, 2.0)
    with debug():
        y = x * x
        assert type(x.data) is SavedArray
        for result in (x.data + 1, 2 * x.data, np.exp(x.data), x.data.sum(keepdims=True), np.stack([x.data])):
            assert type(result) is np.ndarray
        np.testing.assert_array_equal(x.data, [1.0, 2.0])
        array = x.data.copy()
        array += 1  # a copy is nobody's
        target = np.zeros(2)
        np.add(x.data, 1, out=target)
        np.testing.assert_array_equal(target, [2.0, 3.0])
        y.sum().backward()


def test_rules_see_plain_arrays():
    seen = []

    def rule(*arrays):
        seen.extend(map(type, arrays))
        return arrays[0] * 1, *[lambda g: g for _ in arrays]

    x = leaf(1.0, 2.0)
    with debug():
        y = x * x
        apply(rule, x, x.data, Tensor(x.data))
        (x + x.data).sum().backward()
        del y
    assert seen == [np.ndarray] * 3


def test_memory_is_released_when_the_graph_is_dropped():
    raw = np.array([1.0, 2.0])
    x = Tensor(raw, requires_grad=True)
    gc.disable()
    try:
        with debug():
            y = x * x
            assert not raw.flags.writeable
            del y
            assert raw.flags.writeable
    finally:
        gc.enable()


def test_an_array_saved_by_two_ops_is_released_when_both_are_done():
    x = leaf(1.0, 2.0)
    with debug():
        y, z = (x * 3 * x).sum(), x.exp().log().sum() + (x**2).sum()
        with pytest.raises(ValueError, match="saved by mul, pow for"):
            x.data[0] = 1
        z.backward()
        with pytest.raises(ValueError, match="saved by mul for"):
            x.data[0] = 1
        y.backward()
        x.data[0] = 1


def test_arrays_are_released_as_backward_passes():
    """An op may use up its own saved arrays; and those of later ops are free by then."""
    state = {}

    def rule(a):
        saved = a * 1

        def vjp(g):
            state["own"], state["later"] = saved.flags.writeable, later.flags.writeable
            saved[...] = 0
            return g

        return a * 1, vjp

    with debug():
        y = apply(rule, leaf(1.0, 2.0))
        later = y._array
        loss = y.exp().sum() + (y * y).sum()
        assert not later.flags.writeable
        loss.backward()
    assert state == {"own": True, "later": True}


def test_arrays_that_were_read_only_before_stay_so():
    raw = np.array([1.0, 2.0])
    raw.flags.writeable = False
    x = Tensor(raw, requires_grad=True)
    with debug():
        (x * x).sum().backward()
        assert not raw.flags.writeable
    view = np.array([1.0, 2.0])[:]
    view.flags.writeable = False
    with debug():
        (Tensor(view, requires_grad=True) ** 2).sum().backward()
    assert not view.flags.writeable
    assert view.base.flags.writeable


def test_a_view_taken_while_locked_can_be_written_to_afterwards():
    x = leaf(1.0, 2.0)
    with debug():
        y = (x * x).sum()
        held = x.data
        y.backward()
        held[0] = 7
        held -= 1
    np.testing.assert_array_equal(x.data, [6.0, 1.0])


def test_leaving_the_block_releases_everything_also_by_an_exception():
    x = leaf(1.0, 2.0)
    with debug():
        first = x * x
    x.data[0] = 5
    with pytest.raises(KeyError), debug():
        second = x * x
        raise KeyError
    x.data[0] = 6
    assert type(x.data) is np.ndarray
    del first, second


def test_blocks_nest():
    x = leaf(1.0, 2.0)
    with debug():
        with debug():
            y = (x * x).sum()
        with pytest.raises(ValueError, match="saved by mul"):
            x.data[0] = 1
        with pytest.raises(KeyError), debug():
            raise KeyError
        z = (x * x).sum()
        with pytest.raises(ValueError, match="saved by mul for"):
            x.data[0] = 1
        y.backward()
        z.backward()
        kept = x * x
    x.data[0] = 1
    del kept


def test_a_graph_made_outside_is_left_alone():
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    with debug():
        x.data[0] = 1
        y.backward()


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_training_works_and_gives_the_same_numbers(optimizer):
    def train():
        rng = np.random.default_rng(0)
        w = Tensor(rng.standard_normal((3, 1)), requires_grad=True)
        x, target = rng.standard_normal((5, 3)), rng.standard_normal((5, 1))
        steps = optimizer([w], learning_rate=0.1)
        for _ in range(5):
            steps.zero_grad()
            autograd.mse(autograd.tanh(x @ w), target).backward()
            steps.step()
        return w.data

    expected = train()
    with debug():
        np.testing.assert_array_equal(train(), expected)


def test_an_optimiser_step_before_backward_is_caught():
    w = leaf(1.0, 2.0)
    optimizer = SGD([w], learning_rate=0.1)
    (w * w).sum().backward()
    with debug():
        loss = (w * w).sum()
        with pytest.raises(ValueError, match="saved by mul"):
            optimizer.step()
        del loss


@pytest.mark.parametrize("name", SAMPLES)
def test_every_op_runs_backward_inside_and_lets_go_of_its_arrays(name):
    """Also those with several results, and those that work in place on what is their own."""
    rng = np.random.default_rng(0)
    for sample in SAMPLES[name]:
        arguments = sample.draw(rng)
        floating = [isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in arguments]
        arrays = [a for a, f in zip(arguments, floating, strict=True) if f]
        tensors = [Tensor(a, requires_grad=True) if f else a for a, f in zip(arguments, floating, strict=True)]
        with debug():
            results = apply(RULES[name], *tensors, **sample.options)
            results = results if isinstance(results, tuple) else (results,)
            loss = sum((y.sum() for y in results[1:]), results[0].sum())
            loss.backward()
            assert all(a.flags.writeable for a in arrays)


class Keeper:
    def __init__(self, array):
        self.array = array

    def vjp(self, g):
        return g * self.array


def in_a_default(array):
    return lambda g, array=array: g * array


def in_an_inner_function(array):
    def inner(g):
        return g * array

    return lambda g: inner(g)


def in_a_cached_function(array):
    get = functools.cache(lambda: array)
    return lambda g: g * get()


def in_a_cell_filled_later(array):
    vjp = lambda g: g * late  # noqa: E731
    late = array
    return vjp


KEEPERS = {
    "closure": lambda array: lambda g: g * array,
    "tuple": lambda array: (lambda kept: lambda g: g * kept[0])((array,)),
    "nested containers": lambda array: (lambda kept: lambda g: g * kept["a"][0][0])({"a": [(array,)]}),
    "default": in_a_default,
    "inner function": in_an_inner_function,
    "cached function": in_a_cached_function,
    "cell filled later": in_a_cell_filled_later,
    "partial": lambda array: functools.partial(np.multiply, array),
    "method": lambda array: Keeper(array).vjp,
    "object": lambda array: (lambda keeper: lambda g: g * keeper.array)(Keeper(array)),
    "view": lambda array: (lambda view: lambda g: g * view)(array[::-1].reshape(1, -1)[0]),
    "read-only strided view": lambda array: (lambda view: lambda g: g * view)(sliding_window_view(array, 2)[0]),
    "strided view": lambda array: (lambda view: lambda g: g * view)(as_strided(array, (2,), (8,))),
}


@pytest.mark.parametrize("keep", KEEPERS.values(), ids=KEEPERS)
def test_a_saved_array_is_found_wherever_the_vjp_keeps_it(keep):
    def rule(a):
        return a * 1, keep(a)

    x = leaf(1.0, 2.0)
    with debug():
        y = apply(rule, x)
        with pytest.raises(ValueError, match="saved by rule"):
            x.data[0] = 5
        y.sum().backward()
        x.data[0] = 5


def test_what_an_op_with_several_results_saved_is_guarded():
    def rule(a):
        return (a * 1, a * 2), lambda g: g[0] * a

    x = leaf(1.0, 2.0)
    with debug():
        first, second = apply(rule, x)
        with pytest.raises(ValueError, match="saved by rule"):
            x.data[0] = 5
        del second
        first.sum().backward()
        x.data[0] = 5


def test_memory_does_not_grow_inside():
    x = leaf(1.0, 2.0)
    with debug():
        for _ in range(3):
            y = x.exp()
            array = weakref.ref(y._array)
            y.sum().backward()
            del y
            assert array() is None


def test_outside_data_is_the_array_itself():
    x = leaf(1.0, 2.0)
    y = x * x
    assert type(x.data) is np.ndarray
    assert x.data is x.data
    assert x.data.flags.writeable
    assert y.data.flags.writeable
