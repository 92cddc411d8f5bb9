import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rnn.windows import comparable_windows, distinct, make_windows
from tests.fakes.course_windows import course_new_cases, course_set, course_windows
from tests.fakes.real_files import needs_real_files

LENGTHS = (3, 5, 7, 10, 14)

# Few different values, so that windows repeat.
small_series = st.tuples(st.integers(1, 4), st.integers(6, 14)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 2))
)


@needs_real_files
@pytest.mark.parametrize(
    ("length", "windows", "kept", "positives"),
    [(3, 14_118, 3_688, 1_891), (5, 13_756, 4_569, 2_270), (7, 13_394, 5_015, 2_418)],
)
def test_counts_of_the_published_report_on_the_course_file(length, windows, kept, positives):
    assert len(make_windows(course_new_cases(), length, course_set())) == windows
    assert len(course_windows(length)) == kept
    assert course_windows(length).labels.sum() == positives


@given(small_series, st.integers(1, 5), st.sampled_from(["new-cases", "cumulative"]))
def test_windows_and_labels_are_those_of_two_plain_loops(x, length, target):
    windows = make_windows(x, length, target=target)
    expected = []
    for i in range(len(x)):
        for t in range(length, x.shape[1]):
            cumulative = np.cumsum(x[i])
            rises = x[i, t] > x[i, t - 1] if target == "new-cases" else cumulative[t] > cumulative[t - 1]
            expected.append((x[i, t - length : t].tolist(), bool(rises), i, t))
    found = zip(windows.values.tolist(), windows.labels.tolist(), windows.country, windows.day, strict=True)
    assert list(found) == expected


@given(small_series, st.integers(1, 5))
def test_distinct_keeps_first_occurrences_with_their_labels_in_order(x, length):
    windows = make_windows(x, length)
    seen, first = set(), []
    for k, values in enumerate(map(tuple, windows.values)):
        if values not in seen:
            seen.add(values)
            first.append(k)
    kept = distinct(windows)
    for name in ("values", "labels", "country", "day"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(windows, name)[first])


@given(small_series, st.integers(1, 4), st.integers(5, 5), st.data())
def test_a_window_never_sees_its_target_day_or_later(x, length, day, data):
    changed = x.copy()
    changed[:, day:] = data.draw(arrays(np.int64, changed[:, day:].shape, elements=st.integers(0, 9)))
    before, after = make_windows(x, length), make_windows(changed, length)
    np.testing.assert_array_equal(before.values[before.day <= day], after.values[after.day <= day])
    np.testing.assert_array_equal(before.labels[before.day < day], after.labels[after.day < day])


def test_equal_counts_are_no_rise():
    assert make_windows(np.array([[0, 3, 3, 4]]), 2).labels.tolist() == [False, True]


def test_only_the_countries_asked_for_by_mask_or_position():
    x = np.arange(24).reshape(4, 6)
    by_mask = make_windows(x, 3, np.array([False, True, False, True]))
    assert np.unique(by_mask.country).tolist() == [1, 3]
    np.testing.assert_array_equal(by_mask.values, make_windows(x, 3, np.array([1, 3])).values)


@given(small_series, st.sampled_from(["distinct", "all"]))
def test_every_length_is_asked_about_the_same_pairs_with_the_same_labels(x, keep):
    windows = comparable_windows(x, (4, 1, 3), keep=keep)
    assert list(windows) == [4, 1, 3]
    for length, w in windows.items():
        assert w.length == length
        for name in ("country", "day", "labels"):
            np.testing.assert_array_equal(getattr(w, name), getattr(windows[4], name))
        np.testing.assert_array_equal(w.values, windows[4].values[:, -length:])


@given(small_series)
def test_pairs_hold_all_that_a_shorter_length_alone_would_keep(x):
    kept = comparable_windows(x, (2, 4))[2]
    alone = distinct(make_windows(x, 2, first_target=4))
    pairs = set(zip(kept.country, kept.day, strict=True))
    assert pairs >= set(zip(alone.country, alone.day, strict=True))


def test_comparable_windows_of_one_length_are_its_own_distinct_windows():
    x = np.random.default_rng(0).integers(0, 2, (3, 20))
    np.testing.assert_array_equal(comparable_windows(x, [3])[3].values, distinct(make_windows(x, 3)).values)


@needs_real_files
def test_pairs_of_the_course_file_are_the_distinct_windows_of_the_longest_length():
    windows = comparable_windows(course_new_cases(), LENGTHS, course_set())
    assert {len(w) for w in windows.values()} == {5_606}
    assert windows[3].labels.sum() == 2_578


@pytest.mark.parametrize("length", [0, 6, 7])
def test_refuses_a_length_that_leaves_no_target_day(length):
    with pytest.raises(ValueError, match=f"length {length} .* 6 days"):
        make_windows(np.zeros((2, 6)), length)


def test_refuses_unknown_words():
    with pytest.raises(ValueError, match="target is 'deaths', expected one of new-cases, cumulative"):
        make_windows(np.zeros((2, 6)), 2, target="deaths")
    with pytest.raises(ValueError, match="keep is 'some'"):
        comparable_windows(np.zeros((2, 6)), [2], keep="some")
