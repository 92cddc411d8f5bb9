"""The walk back through the graph: every path counts once, and what was saved is gone when it is over."""

import gc
import time
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from autograd import Tensor, tanh
from autograd.apply import apply
from autograd.node import unbroadcast
from autograd.rules.registry import vjps_of


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


def test_every_path_from_a_value_to_the_loss_adds_its_share():
    x = leaf(2.0)
    (x + x).backward()
    assert x.grad == 2


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda y: y + y, 2),
        (lambda y: y * y, 12),
        (lambda y: y - y, 0),
        (lambda y: (y + y) + (y + y), 4),
        (lambda y: y + (y + (y + y)), 4),
        (lambda y: (y * y) * (y * y), 4 * 6**3),
    ],
)
def test_a_value_made_by_an_op_may_be_used_several_times(function, slope):
    """y + y hands the very same array to y twice: both must count."""
    x = leaf(2.0)
    function(x * 3).backward()
    assert x.grad == 3 * slope


def test_a_node_waits_for_all_that_used_its_value():
    """A short and a long way from y to the loss: visited depth first, y would be left before the long one is done."""
    x = leaf(0.5)
    y = x * 1
    long = y
    for _ in range(5):
        long = long * 2
    calls = []

    def counted(a):
        return a * 1, lambda g: (calls.append(float(g[0])), g)[1]

    (apply(counted, y) * 1 + long).backward()
    assert x.grad == 33
    assert calls == [1.0]


def test_every_vjp_runs_once_however_many_paths_there_are():
    """Thirty diamonds in a row have 2^30 paths."""
    runs = 0

    def double(a):
        def vjp(g):
            nonlocal runs
            runs += 1
            return g

        return a * 1, vjp

    x = leaf(1.0)
    y = x
    for _ in range(30):
        y = apply(double, y)
        y = y + y
    y.backward()
    assert x.grad == 2**30
    assert runs == 30


def test_a_chain_of_100000_ops_goes_backward():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1
    y.backward()
    assert x.grad == 1


def test_a_chain_of_100000_ops_can_be_dropped_unused():
    y = leaf(1.0)
    for _ in range(100_000):
        y = y * 1
    del y


def test_saved_arrays_are_freed_as_backward_walks():
    """When backward comes to an early op, what later ops had saved is gone already."""
    alive = []

    def probe(a):
        return a * 1, lambda g: (alive.extend(r() is not None for r in saved), g)[1]

    y = apply(probe, leaf(0.1, 0.2))
    saved = []
    for _ in range(3):
        y = tanh(y)  # saves its own result
        saved.append(weakref.ref(y.data))
    loss = y.sum()
    del y
    assert [r() is not None for r in saved] == [True, True, True]
    loss.backward()
    assert alive == [False, False, False]


def test_what_no_vjp_needs_is_freed_in_the_forward_pass():
    y = leaf(0.1, 0.2) * 2
    array = weakref.ref(y.data)
    z = y + 1
    del y
    assert array() is None
    z.sum().backward()


def test_a_graph_that_is_dropped_leaves_nothing_to_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        x = leaf(0.1, 0.2)
        y = tanh(x)
        array = weakref.ref(y.data)
        z = (y * y).sum()
        del y, z
        assert array() is None
    finally:
        gc.enable()


def test_memory_is_flat_over_10000_steps():
    """To a kilobyte: an array forgotten at every hundredth step would be 10."""
    w = Tensor(np.ones((3, 1)), requires_grad=True)

    def steps(count):
        for _ in range(count):
            w.grad = None
            tanh(np.ones((4, 3)) @ w).sum().backward()
            w.data -= 0.01 * w.grad

    gc.collect()
    gc.disable()  # memory must come back by itself, without a collector looking for cycles
    steps(3000)  # fills Python's own store of small tuples, which a collection would empty
    tracemalloc.start()
    try:
        steps(100)
        before, _ = tracemalloc.get_traced_memory()
        steps(10_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 1024


def test_leaves_add_up_their_gradients_over_passes():
    x = leaf(1.0, 2.0)
    for _ in range(3):
        (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [6.0, 12.0])
    x.grad = None
    (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


def test_a_leaf_owns_its_gradient():
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    g = np.ones(2)
    (a + b).backward(g)
    assert not np.shares_memory(a.grad, b.grad)
    assert not np.shares_memory(a.grad, g)
    c = leaf(1.0, 2.0)
    c.sum().backward()  # the vjp of sum gives a read-only view
    c.grad *= 2
    np.testing.assert_array_equal(c.grad, [2.0, 2.0])


def test_the_gradient_of_a_number_without_axes_is_an_array_that_can_be_changed():
    p = Tensor(np.array(3.0), requires_grad=True)
    for _ in range(3):
        (p * p * 100).backward()
        assert type(p.grad) is np.ndarray
    held = p.grad
    p.grad *= 0.5
    assert p.grad is held
    assert p.grad == 900
    p.grad = p.grad * 0.5  # NumPy makes this a scalar
    assert type(p.grad) is np.ndarray
    y = p * 2
    y.retain_grad()
    (y * y).backward()
    assert type(y.grad) is np.ndarray


def test_a_gradient_of_another_dtype_does_not_come_to_a_leaf():
    def widening(a):
        return a * 1, lambda g: g * np.ones(1)

    x = Tensor(np.ones(2, np.float32), requires_grad=True)
    with pytest.raises(TypeError, match=r"dtype float64 came to a leaf of dtype float32: a vjp .* changed the dtype"):
        apply(widening, x).sum().backward()


def interrupted(a):
    def vjp(g):
        raise KeyboardInterrupt

    return a * 1, vjp


def test_an_interrupted_walk_leaves_no_gradient_on_inner_nodes():
    x = leaf(1.0)
    y = x * 3
    loss = apply(interrupted, y * 1) * 1 + y  # y gets its share of the sum, then the walk stops
    with pytest.raises(KeyboardInterrupt) as caught:
        loss.backward()
    assert caught.value.__notes__ == ["in the gradient of interrupted"]
    assert y.grad is None
    y.backward()
    assert x.grad == 3


def test_an_interrupted_walk_leaves_no_gradient_of_several_results():
    x, y = leaf(3.0), leaf(5.0)
    first, second = apply(double_and_square, x, y)
    with pytest.raises(KeyboardInterrupt):
        (first + apply(interrupted, first * 0.1 + second * 0)).backward()
    second.backward()
    assert (x.grad, y.grad) == (5, 3)


def test_a_gradient_cannot_be_set_on_the_result_of_an_op_before_backward():
    x = leaf(1.0)
    y = x * 3
    with pytest.raises(RuntimeError, match=r"made by mul, so backward computes its gradient.*backward\(gradient\)"):
        y.grad = np.array([10.0])
    y.grad = None
    (y * 1).backward()
    assert x.grad == 3


def test_a_leafs_gradient_is_contiguous_whatever_the_vjp_gave():
    x = Tensor(np.ones((3, 4)), requires_grad=True)
    x.T.backward(np.ones((4, 3)))
    assert x.grad.flags.c_contiguous


def test_a_leaf_image_keeps_the_order_of_the_convolutions_in_memory_of_its_own():
    g = np.arange(24.0).reshape(2, 3, 2, 2).transpose(3, 0, 1, 2)  # the batch innermost
    x = Tensor(np.ones(g.shape), requires_grad=True)
    x.backward(g)
    assert x.grad.strides == g.strides
    assert not np.shares_memory(x.grad, g)
    np.testing.assert_array_equal(x.grad, g)


def test_backward_from_a_leaf_gives_it_the_gradient():
    x = leaf(1.0, 2.0)
    x.backward([1.0, 5.0])
    x.backward(x.grad)
    np.testing.assert_array_equal(x.grad, [2.0, 10.0])


def test_inner_gradients_are_given_back_unless_retained():
    x = leaf(2.0)
    y = x * 3
    z = y * y
    y.retain_grad()
    z.backward()
    assert y.grad == 12
    assert z.grad is None


def test_a_retained_gradient_is_a_copy_that_may_be_changed():
    x = leaf(1.0, 2.0)
    y = x * 1
    z = y + 0
    y.retain_grad()
    z.retain_grad()
    z.sum().backward()  # whose vjp gives a read-only view
    y.grad *= 2
    np.testing.assert_array_equal(z.grad, [1.0, 1.0])
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_retaining_the_gradient_of_the_loss_itself_keeps_it():
    z = leaf(2.0) * 3
    z.retain_grad()
    z.backward()
    assert z.grad == 1


def test_a_second_backward_says_what_happened_and_what_to_do():
    x = leaf(2.0)
    y = x.exp()
    y.backward()
    message = "the graph through exp was already used by an earlier backward.*run the forward pass again"
    with pytest.raises(RuntimeError, match=message):
        y.backward()


def test_backward_through_a_part_of_a_used_graph_is_refused_and_changes_nothing():
    x = leaf(2.0)
    y = x.exp()
    first, second = y * 2, y * 3 + x
    first.backward()
    before = x.grad.copy()
    with pytest.raises(RuntimeError, match="the graph through exp was already used"):
        second.backward()
    assert x.grad == before


def test_an_error_in_a_gradient_names_the_op():
    def broken(a):
        return a * 1, lambda g: g.reshape(7)

    with pytest.raises(ValueError, match="cannot reshape") as caught:
        (apply(broken, leaf(1.0, 2.0)) * 2).sum().backward()
    assert caught.value.__notes__ == ["in the gradient of broken"]


def double_and_square(x, y):
    """A toy rule with two results, 2x and x * y: its vjps take a gradient for each, None where one was not used."""
    uses.clear()

    def known(g, like):
        return [np.zeros(like.shape) if part is None else part for part in g]

    def vjp_x(g):
        uses.append([part is not None for part in g])
        first, second = known(g, x)
        return 2 * first + second * y

    return (2 * x, x * y), vjp_x, lambda g: known(g, x)[1] * x


uses: list[list[bool]] = []


@pytest.mark.parametrize(
    ("loss", "used", "grad_x", "grad_y"),
    [
        (lambda first, second: first, [True, False], 2, 0),
        (lambda first, second: second, [False, True], 5, 3),
        (lambda first, second: first + second, [True, True], 7, 3),
        (lambda first, second: first + second * second, [True, True], 2 + 2 * 15 * 5, 2 * 15 * 3),
        (lambda first, second: second + second, [False, True], 10, 6),
        (lambda first, second: (first + first) * second, [True, True], 4 * 15 + 12 * 5, 12 * 3),
    ],
)
def test_an_op_with_several_results_gets_a_gradient_for_each_that_was_used(loss, used, grad_x, grad_y):
    x, y = leaf(3.0), leaf(5.0)
    loss(*apply(double_and_square, x, y)).backward()
    assert uses == [used]
    assert (x.grad, y.grad) == (grad_x, grad_y)


def test_ops_with_several_results_may_feed_one_another():
    """x -> (2x, xy) -> (2 * 2x, 2x * xy); the loss adds up all but the first."""
    x, y = leaf(3.0), leaf(5.0)
    first, second = apply(double_and_square, x, y)
    third, fourth = apply(double_and_square, first, second)
    (second + third + fourth).backward()
    assert x.grad == 5 + 4 + 4 * 3 * 5
    assert y.grad == 3 + 2 * 3 * 3


def test_an_unused_result_of_several_may_be_dropped():
    x, y = leaf(3.0), leaf(5.0)
    first = apply(double_and_square, x, y)[0]
    first.backward()
    assert x.grad == 2


def test_a_second_backward_through_an_op_with_several_results_is_refused():
    first, second = apply(double_and_square, leaf(3.0), leaf(5.0))
    first.backward()
    with pytest.raises(RuntimeError, match="the graph through double_and_square was already used"):
        second.backward()


@settings(max_examples=200, derandomize=True, deadline=None)
@given(mutually_broadcastable_shapes(num_shapes=2, min_dims=0, max_dims=4, min_side=0, max_side=3))
def test_unbroadcast_adds_up_every_copy_of_a_number(shapes):
    rng = np.random.default_rng(0)
    for shape in shapes.input_shapes:
        g = rng.integers(-9, 9, shapes.result_shape).astype(np.float32)
        expected = np.zeros(shape, np.float32)
        extra = g.ndim - len(shape)
        for index in np.ndindex(g.shape):
            expected[tuple(0 if n == 1 else i for i, n in zip(index[extra:], shape, strict=True))] += g[index]
        result = unbroadcast(g, shape)
        assert result.dtype == np.float32
        assert result.shape == shape
        np.testing.assert_array_equal(result, expected)


def test_an_op_on_one_number_costs_little_more_than_numpy():
    # Forward and backward of a + b came to 5 times np.add; an op that looks through lists or copies takes 20 and more.
    links, one = 300, np.ones(1, np.float32)
    a, b = (Tensor(one, requires_grad=True) for _ in range(2))

    def raw():
        y = one
        for _ in range(links):
            y = np.add(y, one)

    def recorded():
        y = a
        for _ in range(links):
            y = y + b
        y.backward()

    def seconds(function):
        start = time.perf_counter()
        function()
        return time.perf_counter() - start

    assert min(seconds(recorded) / seconds(raw) for _ in range(40)) < 10


def test_what_only_shared_work_needs_is_let_go_after_it():
    kept = np.ones(3)

    def pullback(g, kept=kept):
        product = g * kept
        return lambda: product, lambda: -product

    memory = weakref.ref(kept)
    first, second = vjps_of(pullback, 2)
    del kept, pullback
    np.testing.assert_array_equal(first(np.full(3, 2.0)), np.full(3, 2.0))
    assert memory() is None
    np.testing.assert_array_equal(second(np.full(3, 2.0)), np.full(3, -2.0))
