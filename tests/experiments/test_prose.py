import pytest

from experiments.prose import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "under 1 s"), (9.2, "9.2 s"), (9.7, "10 s"), (40, "40 s"), (420, "7 min"), (11_600, "3.2 h")],
)
def test_durations_are_given_in_the_unit_that_fits(seconds, text):
    assert duration(seconds) == text
