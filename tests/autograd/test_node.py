"""The walk back through the graph: every path counts once, and what was saved is gone when it is over."""

import numpy as np
import pytest

from autograd import Tensor


def leaf(*values):
    return Tensor(np.array(values), requires_grad=True)


def test_every_path_from_a_value_to_the_loss_adds_its_share():
    x = leaf(2.0)
    (x + x).backward()
    assert x.grad == 2


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (lambda y: y + y, 2),
        (lambda y: y * y, 12),
        (lambda y: y - y, 0),
        (lambda y: (y + y) + (y + y), 4),
        (lambda y: y + (y + (y + y)), 4),
        (lambda y: (y * y) * (y * y), 4 * 6**3),
    ],
)
def test_a_value_made_by_an_op_may_be_used_several_times(function, slope):
    """y + y hands the very same array to y twice: both must count."""
    x = leaf(2.0)
    function(x * 3).backward()
    assert x.grad == 3 * slope
