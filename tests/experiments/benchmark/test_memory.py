"""Peaks of memory: of the step, not of what was imported."""

import pytest

from experiments.benchmark.chain import Chain
from experiments.benchmark.child import ChildError, answer_of
from experiments.benchmark.convolution import Convolution
from experiments.benchmark.memory import peaks_mb


def test_a_peak_counts_the_arrays_of_the_step():
    small, large = (Convolution(1, channels=64, filters=64, size=32, batch=n) for n in (4, 16))
    image_mb = 16 * 32 * 32 * 64 * 4 / 1e6
    peaks = peaks_mb([(small, ""), (large, ""), (Chain(10), "")], threads=1)
    assert 4 * image_mb < peaks[1] < 16 * image_mb  # an image, a result and the gradient of each
    assert peaks[0] < peaks[1] / 2
    assert peaks[2] < 0.5  # not even the code that a first step brings into memory


def test_a_process_that_fails_is_told_in_one_line():
    with pytest.raises(ChildError) as error:
        answer_of("memory", ["no-such-peer", "1"], '[["{\\"kind\\": \\"Chain\\"}", ""]]')
    assert "no-such-peer" in str(error.value)
    assert "\n" not in str(error.value)
