"""Recording and observing: who is inside a block, and that a block that ends takes away itself alone."""

import asyncio
import contextvars
import pickle
import threading

import numpy as np
import pytest

from autograd import Tensor, detect_anomaly, is_recording, lift, mode, no_grad, profile


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


class Counter:
    """An observer that counts ops."""

    def __init__(self):
        self.ops = []

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        self.ops.append(op)

    def shown(self, array):
        return array


@pytest.mark.parametrize("decorate", [no_grad, no_grad()], ids=["without brackets", "with brackets"])
def test_a_function_may_be_decorated_with_and_without_brackets(decorate):
    @decorate
    def double(x, by=2):
        """Twice."""
        return x * by

    assert not double(leaf(1.0), by=3).requires_grad
    assert (double.__name__, double.__doc__) == ("double", "Twice.")
    assert is_recording()


def test_a_decorated_generator_does_not_record_its_own_steps_and_its_caller_does():
    x = leaf(1.0)
    seen = []

    @no_grad
    def steps():
        try:
            sent = yield x * 1
            seen.append(sent)
            yield x * sent
            return "end"
        except KeyError:
            yield x * 3
        finally:
            seen.append(is_recording())

    generator = steps()
    assert not next(generator).requires_grad
    assert (x * 2).requires_grad
    assert not generator.send(5).requires_grad
    assert (x * 2).requires_grad
    with pytest.raises(StopIteration, match="end"):
        next(generator)
    assert seen == [5, False]

    generator = steps()
    next(generator)
    assert not generator.throw(KeyError).requires_grad
    generator.close()
    assert seen == [5, False, False]
    assert is_recording()


def test_a_decorated_coroutine_does_not_record_and_a_task_beside_it_does():
    x = leaf(1.0)

    @no_grad
    async def quiet():
        await asyncio.sleep(0)
        y = x * 2
        await asyncio.sleep(0)
        return y.requires_grad, (x * 2).requires_grad

    async def loud():
        recorded = []
        for _ in range(4):
            recorded.append((x * 2).requires_grad)
            await asyncio.sleep(0)
        return all(recorded)

    async def both():
        return await asyncio.gather(quiet(), loud())

    assert asyncio.run(both()) == [(False, False), True]


def test_what_is_no_function_cannot_be_decorated():
    async def stream():
        yield 1

    for wrong in (stream, Tensor, 3):
        with pytest.raises(TypeError, match=r"no_grad: cannot decorate .* expected a function"):
            no_grad(wrong)


def suspended():
    with no_grad():
        yield
        yield


def test_a_block_in_a_suspended_generator_ends_without_touching_the_others():
    generator = suspended()
    next(generator)
    with no_grad():
        generator.close()
        assert not is_recording()
    assert is_recording()

    generator = suspended()
    with no_grad():
        next(generator)
    assert not is_recording()  # the generator's block is open still
    generator.close()
    assert is_recording()


def test_a_block_that_another_context_closes_is_closed():
    generator = suspended()
    next(generator)
    contextvars.copy_context().run(generator.close)
    assert is_recording()


def test_one_block_object_may_be_entered_twice():
    block = no_grad()
    with block, block:
        assert not is_recording()
    assert is_recording()


def test_no_grad_and_observers_hold_for_their_own_thread():
    x, counter = leaf(1.0), Counter()
    recorded = []
    with no_grad(), mode.observing(counter):
        thread = threading.Thread(target=lambda: recorded.append((x * 2).requires_grad))
        thread.start()
        thread.join()
        x.exp()
    assert recorded == [True]
    assert counter.ops == ["exp"]


def test_an_op_of_several_results_is_recorded_beside_a_thread_that_pauses_and_not_in_it():
    split = lift(lambda x: ((x + 1, x + 2), lambda gs: sum(g for g in gs if g is not None)))
    x, recorded = leaf(1.0), []
    with no_grad():
        thread = threading.Thread(target=lambda: recorded.append(split(x)[0].requires_grad))
        thread.start()
        thread.join()
        assert not split(x)[0].requires_grad
    assert recorded == [True]
    assert split(x)[0].requires_grad


def test_overlapping_blocks_of_two_threads_leave_nothing_behind():
    entered, leave = threading.Event(), threading.Event()

    def worker():
        with no_grad(), detect_anomaly():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=worker)
    with no_grad(), profile() as report:
        thread.start()
        entered.wait()
    leave.set()
    thread.join()
    y = leaf(1.0) * 2
    assert y.requires_grad
    assert report.rows == []
    assert (mode.pauses, mode.watches, mode.observers()) == (set(), set(), ())


def test_observers_that_overlap_end_one_by_one():
    def watched(counter):
        with mode.observing(counter):
            yield

    first, second, x = Counter(), Counter(), leaf(1.0)
    a, b = watched(first), watched(second)
    next(a)
    next(b)
    x.exp()
    a.close()
    x.tanh()
    b.close()
    x.relu()
    assert (first.ops, second.ops) == (["exp"], ["exp", "tanh"])


def test_observers_run_and_see_ops_of_any_number_of_arguments_and_results():
    class Doubling(Counter):
        def running(self, rule):
            def doubled(*arrays, **options):
                value, *vjps = rule(*arrays, **options)
                return (tuple(2 * each for each in value) if isinstance(value, tuple) else 2 * value, *vjps)

            doubled.__name__ = rule.__name__
            return doubled

    def three(a, b, c):
        return a + b + c, None, None, None

    def two_results(a):
        return (a, 3 * a), None

    x = leaf(1.0)
    functions = {"exp": lambda: x.exp(), "mul": lambda: x * x, "three": lambda: lift(three)(x, x, x)}
    for name, function in functions.items():
        counter, plain = Doubling(), function()
        with mode.observing(counter):
            np.testing.assert_array_equal(function().data, 2 * plain.data)
        assert counter.ops == [name]
    with mode.observing(counter):
        first, second = lift(two_results)(x)
    assert (first.data, second.data, counter.ops[-1]) == ([2.0], [6.0], "two_results")


def test_data_are_what_observers_show_inside_their_block_alone():
    class Masking(Counter):
        def shown(self, array):
            return np.zeros_like(array)

    x = leaf(1.0, 2.0)
    assert x.data.tolist() == [1.0, 2.0]
    with mode.observing(Masking()):
        assert x.data.tolist() == [0.0, 0.0]
    assert x.data.tolist() == [1.0, 2.0]


def test_a_decorated_method_of_a_pickled_class_stays_a_method():
    class Model:
        @no_grad
        def predict(self, x):
            return x * 2

    assert not Model().predict(leaf(1.0)).requires_grad
    assert pickle.loads(pickle.dumps(decorated))(leaf(1.0)).requires_grad is False


@no_grad
def decorated(x):
    return x * 2
