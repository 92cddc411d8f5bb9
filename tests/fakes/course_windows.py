"""The course's file as problem 1 works on it, for the tests that check counts and learning on real numbers."""

from functools import cache

import numpy as np

from data.covid.counts import load_cases
from rnn.correlation import correlated_set, correlation_matrix
from rnn.windows import Windows, distinct, make_windows
from tests.fakes.real_files import COURSE


@cache
def course_new_cases() -> np.ndarray:
    """(185, 81) daily new cases."""
    return load_cases(COURSE).new_cases


@cache
def course_set(threshold: float = 0.4) -> np.ndarray:
    """The set C as a mask (185,)."""
    return correlated_set(correlation_matrix(course_new_cases()), threshold)


def course_windows(length: int) -> Windows:
    """The distinct windows at threshold 0.4."""
    return distinct(make_windows(course_new_cases(), length, course_set()))
