"""The textbook's pictures of shapes: drawn from the arrays that they explain, the same every time."""

import imageio.v3 as imageio
import pytest

from experiments.textbook.broadcasting import plot_broadcasting
from experiments.textbook.convolution import plot_painting, plot_space_to_depth, plot_windows


@pytest.mark.parametrize("plot", [plot_windows, plot_painting, plot_space_to_depth, plot_broadcasting])
def test_a_picture_shows_something_and_is_drawn_alike_twice(plot, tmp_path):
    plot(tmp_path / "once.png")
    plot(tmp_path / "twice.png")
    assert imageio.imread(tmp_path / "once.png")[..., :3].std() > 5
    assert (tmp_path / "once.png").read_bytes() == (tmp_path / "twice.png").read_bytes()
