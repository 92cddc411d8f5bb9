"""A side in another process: it computes there, takes the time there, and is forgotten when nobody needs it."""

import gc
import time
from pathlib import Path

import numpy as np
import pytest

from experiments.benchmark.peers import wire
from experiments.benchmark.peers.remote import Process, Remote

PROGRAM = """
import wire

class Doubling:
    made = 0

    def __init__(self, begin):
        self.x = wire.array_of(begin["x"])
        Doubling.made += 1

    def step(self):
        self.x *= 2

    def results(self):
        return {"x": self.x, "sides": Doubling.made}

    def seconds(self, steps, clock):
        for _ in range(steps):
            self.step()
        return steps + 0.5

    def __del__(self):
        Doubling.made -= 1

wire.serve(Doubling)
"""
START = {"x": wire.text_of(np.array([[1, 2]], np.float32))}


def doubling(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    return Process("Doubling", ["program.py"], tmp_path, {"PYTHONPATH": str(Path(wire.__file__).parent)})


@pytest.fixture
def process(tmp_path):
    return doubling(tmp_path)


@pytest.mark.parametrize("array", [np.float32([[1.5, -0.0]]), np.arange(3), np.array(np.nan), np.empty((0, 2))])
def test_an_array_arrives_as_it_was_sent(array):
    arrived = wire.array_of(wire.text_of(array))
    assert arrived.dtype == array.dtype
    np.testing.assert_array_equal(arrived, array)
    arrived[...] = 0  # it may be written to


def test_steps_and_time_are_the_other_processs(process):
    side = Remote(process, START)
    side.step()
    np.testing.assert_array_equal(side.results()["x"], [[2, 4]])
    assert side.seconds(2, time.perf_counter) == 2.5
    np.testing.assert_array_equal(side.results()["x"], [[8, 16]])


def test_one_process_has_many_sides_and_forgets_those_that_are_gone(process):
    first, second = Remote(process, START), Remote(process, START)
    second.step()
    np.testing.assert_array_equal(first.results()["x"], [[1, 2]])
    assert first.results()["sides"] == 2
    del second
    gc.collect()
    assert first.results()["sides"] == 1


def test_a_process_that_ends_is_named(tmp_path):
    process = Process("Broken", ["-c", "raise SystemExit(3)"], tmp_path, {})
    with pytest.raises(RuntimeError, match="Broken's process ended with status 3"):
        Remote(process, START)


def test_a_process_ends_when_nothing_refers_to_it(tmp_path):
    process = doubling(tmp_path)
    running = process.process
    Remote(process, START).step()
    del process
    gc.collect()
    assert running.wait(timeout=60) == 0
