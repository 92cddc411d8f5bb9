"""profile() counts every op once, adds up to the whole, and changes nothing."""

import doctest
import importlib
import time

import numpy as np
import pytest

import autograd
from autograd import Tensor, debug, detect_anomaly, nn, optim, profile


def leaf(*shape):
    return Tensor(np.ones(shape, np.float32), requires_grad=True)


def by_op(report):
    return {row.op: row for row in report.rows}


def test_calls_are_counted_forward_and_backward():
    with profile() as report:
        x = leaf(4, 4)
        y = (x @ x).tanh() * x * x
        x.exp()  # nobody asks for its gradient
        y.sum().backward()
    rows = by_op(report)
    assert {op: (row.calls, row.backward_calls) for op, row in rows.items()} == {
        "matmul": (1, 1),  # one call, though it hands a gradient to two arguments
        "tanh": (1, 1),
        "mul": (2, 2),
        "exp": (1, 0),
        "sum": (1, 1),
    }


def test_bytes_are_those_of_new_arrays_and_views_need_none():
    with profile() as report:
        x = leaf(10, 20)
        (x.T.reshape(200) * 2).sum().backward()
    rows = by_op(report)
    assert rows["transpose"].bytes == rows["transpose"].backward_bytes == 0
    assert rows["mul"].bytes == rows["mul"].backward_bytes == 200 * 4
    assert rows["sum"].bytes == 4
    assert rows["sum"].backward_bytes == 0  # g broadcast: a view of one number


def test_time_is_put_down_to_the_op_and_to_the_direction_in_which_it_was_spent():
    def slow(x):
        time.sleep(0.02)

        def vjp(g):
            time.sleep(0.04)
            return g

        return x + 0, vjp

    with profile() as report:
        x = leaf(3)
        autograd.apply.apply(slow, x).sum().backward()
        time.sleep(0.03)
    rows = by_op(report)
    assert 0.02 <= rows["slow"].seconds < 0.035
    assert 0.04 <= rows["slow"].backward_seconds < 0.06
    assert rows["sum"].total_seconds < 0.01
    assert report.rows[0].op == "slow"
    assert report.seconds >= 0.09 > sum(row.total_seconds for row in report.rows)


def train(steps=3):
    """A small recurrent classifier; gives the bytes of its parameters and the last loss."""
    rng = np.random.default_rng(0)
    layer, head = nn.GRU(3, 8, rng=rng), nn.Linear(8, 2, rng)
    optimizer = optim.Adam([*layer.parameters(), *head.parameters()], 0.01)
    x, y = Tensor(rng.standard_normal((4, 6, 3)).astype(np.float32)), rng.integers(0, 2, 4)
    for _ in range(steps):
        hidden, _ = layer(x)
        loss = autograd.cross_entropy(head(hidden[:, -1]), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [loss.data.tobytes(), *(p.data.tobytes() for p in [*layer.parameters(), *head.parameters()])]


def test_a_whole_training_gives_the_same_bits_inside_the_block_and_a_fused_layer_is_one_row():
    outside = train()
    with profile() as report:
        inside = train()
    assert inside == outside
    rows = by_op(report)
    assert (rows["gru"].calls, rows["gru"].backward_calls) == (3, 3)
    assert rows["cross_entropy"].calls == 3


def test_other_watchers_see_the_same_ops():
    plain = train()
    with debug(), profile() as report, detect_anomaly():
        assert train() == plain
    assert by_op(report)["gru"].backward_calls == 3


def test_the_table_has_a_line_for_each_op_and_adds_up():
    with profile() as report:
        (leaf(50, 50) @ leaf(50, 50)).sum().backward()
    lines = str(report).splitlines()
    assert len(lines) == 2 + 2 + 2
    assert {line.split()[0] for line in lines[2:4]} == {"matmul", "sum"}
    milliseconds = [float(line.split()[-2]) for line in lines[2:]]
    assert sum(milliseconds[:-1]) == pytest.approx(milliseconds[-1], abs=0.03)
    assert lines[-1].endswith("100%")


def test_nothing_is_measured_outside_the_block():
    with profile() as report:
        pass
    leaf(2).sum().backward()
    assert report.rows == []
    assert str(report)


def test_a_block_that_fails_still_tells_how_long_it_took():
    with pytest.raises(ZeroDivisionError), profile() as report:
        time.sleep(0.01)
        raise ZeroDivisionError
    assert report.seconds >= 0.01


def test_the_example_works():
    module = importlib.import_module("autograd.tools.profile")
    assert doctest.testmod(module).attempted > 0
    assert doctest.testmod(module).failed == 0
