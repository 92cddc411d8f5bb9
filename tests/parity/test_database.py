"""The comparison with PyTorch's databases notices what differs, and leaves out no op of ours that they know.

The comparison itself is ``python -m tests.parity.database``, which `make parity` runs too.
"""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")
pytest.importorskip("expecttest", reason="expecttest is not installed here: make parity runs these tests")

import autograd  # noqa: E402
from autograd.rules import RULES  # noqa: E402

from .database.cannot import Cannot  # noqa: E402
from .database.comparing import compare  # noqa: E402
from .database.operators import OPERATORS  # noqa: E402

pytestmark = pytest.mark.parity

X = torch.linspace(-1, 2, 6, dtype=torch.float64).reshape(2, 3).requires_grad_()


@pytest.mark.parametrize(
    ("theirs", "ours", "complaint"),
    [
        (torch.sin, autograd.sin, None),
        (torch.sin, autograd.cos, "result 0"),
        (torch.sin, lambda x: autograd.sin(x) + 1e-7, "result 0"),
        (torch.sin, lambda x: autograd.sin(x).sum(), r"shape \(\), expected \(2, 3\)"),
        (torch.sin, lambda x: autograd.Tensor(np.sin(x.data)), "gradient 0"),
        (torch.sin, autograd.lift(lambda x: (np.sin(x), lambda g: g * np.cos(x) * 1.0001)), "gradient 0"),
        (lambda x: x.split(1), lambda x: autograd.split(x, 1), "1 results, expected 2"),
        (lambda x: x / 0, lambda x: -x / np.zeros(3), r"expected np.float64\(-inf\)"),
    ],
)
def test_a_difference_in_values_shapes_or_gradients_is_told(theirs, ours, complaint):
    with np.errstate(all="ignore"):
        _, complaints = compare(theirs, ours, [X], {})
    if complaint is None:
        assert complaints == []
    else:
        assert len(complaints) > 0
        assert re.search(complaint, complaints[0])


def test_an_argument_that_ours_has_not_is_no_failure_but_a_reason():
    with pytest.raises(Cannot, match="unexpected keyword argument 'out'"):
        compare(torch.sin, lambda x: autograd.sin(x), [X], {"out": 1})


def test_every_rule_that_the_operator_database_knows_by_name_is_compared():
    from torch.testing._internal.common_methods_invocations import op_db

    known = {op.name for op in op_db}
    for name in RULES:
        for theirs in (name, f"nn.functional.{name}"):
            assert theirs not in known or theirs in OPERATORS, theirs
