import numpy as np
import pytest

from experiments.rnn.tables import codes, correlation_frame, countries_frame, windows_frame
from rnn.correlation import correlation_matrix
from tests.fakes.course_windows import course_new_cases
from tests.fakes.real_files import needs_real_files


@needs_real_files
def test_windows_table_counts_each_length_by_itself_as_the_published_report_does():
    x = course_new_cases()
    table = windows_frame(x, correlation_matrix(x), 0.4, [3, 5, 7], "new-cases").set_index(["threshold", "length"])
    assert table.loc[(0.4, 3)].tolist() == [181, 14_118, 3_688, 1_891]
    assert table.loc[(0.4, 5)].tolist() == [181, 13_756, 4_569, 2_270]
    assert table.loc[(0.4, 7)].tolist() == [181, 13_394, 5_015, 2_418]
    assert table.loc[(0.7, 7)]["windows"] == 10_582


def test_windows_table_has_the_runs_own_threshold_once_and_zeros_where_nobody_correlates():
    x = np.random.default_rng(0).integers(0, 9, (4, 12))
    table = windows_frame(x, correlation_matrix(x), 0.55, [3], "new-cases")
    assert table["threshold"].tolist() == [0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
    assert table.iloc[-1][["countries", "windows", "distinct"]].tolist() == [0, 0, 0]
    assert len(windows_frame(x, correlation_matrix(x), 0.5, [3], "new-cases")) == 10


def test_a_constant_country_has_no_partner_and_an_empty_row():
    x = np.array([[1, 2, 4, 3], [2, 3, 5, 5], [0, 0, 0, 0]])
    names = ("France", "Korea, South", "MS Zaandam")
    table = countries_frame(names, correlation_matrix(x), 0.7)
    assert table["partner"].tolist() == ["Korea, South", "France", ""]
    assert table["in_c"].tolist() == ["yes", "yes", "no"]
    assert table["code"].tolist() == ["fr", "kr", ""]
    lines = correlation_frame(names, correlation_matrix(x)).to_csv(index=False, float_format="%.6f").splitlines()
    assert lines[0] == 'country,France,"Korea, South",MS Zaandam'
    assert lines[3] == "MS Zaandam,,,"


def test_a_name_that_nobody_knows_has_no_code_and_stops_nothing():
    assert codes(["Namibia", "Atlantis"]) == ["na", ""]


@pytest.mark.parametrize("target", ["new-cases", "cumulative"])
def test_positives_are_those_of_the_target(target):
    x = np.array([[5, 3, 2, 1, 4], [5, 3, 2, 1, 4]])
    table = windows_frame(x, correlation_matrix(x), 0.5, [2], target)
    assert table["positives_distinct"].iloc[0] == {"new-cases": 1, "cumulative": 3}[target]
