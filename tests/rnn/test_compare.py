import math

import numpy as np
import pytest

from rnn.compare import Difference, paired_difference, unpaired_difference


def test_a_paired_difference_cancels_what_the_split_does_to_both():
    luck = np.array([0.0, 0.1, -0.1])
    difference = paired_difference(0.6 + luck + np.array([0.01, 0.02, 0.03]), 0.6 + luck)
    assert difference.mean == pytest.approx(0.02)
    assert difference.error == pytest.approx(0.01 / math.sqrt(3))
    assert difference.margin == pytest.approx(4.30 * 0.01 / math.sqrt(3))


def test_a_pair_with_an_undefined_score_is_left_out():
    assert paired_difference(np.array([0.7, np.nan, 0.9]), np.array([0.6, 0.5, 0.7])).seeds == 2
    nothing = paired_difference(np.array([np.nan]), np.array([0.5]))
    assert nothing.seeds == 0
    assert nothing.verdict == "unknown"


def test_errors_of_different_test_sets_add_in_squares():
    first, second = np.array([0.6, 0.7, 0.8]), np.array([0.5, 0.5, 0.8])
    difference = unpaired_difference(first, second)
    assert difference.mean == pytest.approx(0.1)
    assert difference.error == pytest.approx(math.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 3))
    assert unpaired_difference(first[:0], second).seeds == 0


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Difference(0.02, 0.004, 3), "above"),
        (Difference(0.02, 0.005, 3), "noise"),
        (Difference(-0.02, 0.004, 3), "below"),
        (Difference(0.02, float("nan"), 1), "unknown"),
        (Difference(0.02, 0.004, 3, test_error=0.01), "noise"),
        (Difference(0.0, 0.0, 3), "noise"),
    ],
)
def test_a_verdict_is_given_only_where_the_interval_excludes_zero(difference: Difference, verdict: str):
    assert difference.verdict == verdict
