"""Outlines of the map: rounded places, no growing error, no arcs lost."""

import numpy as np
import pytest

from experiments.page.outline import TOKEN, _shapes, simplified


def corners(data: str) -> list[list[tuple[float, float]]]:
    return [points for points, _ in _shapes(TOKEN.findall(data))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("m 1.4,2.6 c 9,9 9,9 3,1 l 0,-2 z", "M1,3l3,1 0-2z"),
        ("M 10 20 H 30 V 40.4 h -5 v 1e1", "M10,20l20,0 0,20-5,0 0,10"),
        ("m 0,0 l 4,0 0,4 z m 10,10 l 5,5", "M0,0l4,0 0,4zM10,10l5,5"),
        ("M0,0L4,0 4,4", "M0,0l4,0 0,4"),
        ("m 5,5 l 0.1,0.1 -0.1,0.1", ""),
        ("M 0,0 A 1 1 0 0 0 2,2", "M 0,0 A 1 1 0 0 0 2,2"),
    ],
)
def test_curves_become_lines_between_whole_numbers(data, expected):
    assert simplified(data) == expected


def test_a_decimal_is_kept_where_a_transform_enlarges_the_path():
    assert simplified("m 1.44,2.66 l 0.3,0", digits=1) == "M1.4,2.7l0.3,0"


def test_errors_of_rounding_do_not_add_up():
    steps = np.random.default_rng(0).uniform(-1.5, 1.5, (1000, 2))
    data = "m 0,0 l " + " ".join(f"{x:.3f},{y:.3f}" for x, y in steps)
    (true,), (found,) = corners(data), corners(simplified(data))
    assert np.abs(np.subtract(true[-1], found[-1])).max() <= 0.5
