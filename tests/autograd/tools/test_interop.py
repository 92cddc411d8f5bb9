import ast
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import autograd
from autograd import Tensor, nn
from autograd.tools.interop import from_torch_state_dict, to_torch_state_dict


class Turned(nn.Module):
    """A layer that holds its weight (height, width, in, out) where PyTorch holds (out, in, height, width)."""

    torch_axes: ClassVar = {"weight": (3, 2, 0, 1)}

    def __init__(self):
        self.weight = Tensor(np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5), requires_grad=True)
        self.running_mean = np.zeros(5, np.float32)


class Model(nn.Module):
    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.cell = nn.LSTM(1, 3, rng=rng)
        self.image = Turned()


def test_weights_go_to_pytorchs_names_and_axes_and_back():
    model, other = Model(), Model(seed=1)
    state = to_torch_state_dict(model)
    assert state["image.weight"].shape == (5, 4, 2, 3)
    assert state["image.weight"][1, 2, 0, 1] == model.image.weight.data[0, 1, 2, 1]
    assert all(array.flags.c_contiguous for array in state.values())
    other.image.weight.data[:] = 0
    from_torch_state_dict(other, state)
    for name, value in other.state_dict().items():
        np.testing.assert_array_equal(value, model.state_dict()[name])


def test_what_is_handed_out_is_a_copy():
    model = Model()
    state = to_torch_state_dict(model)
    model.cell.weight_ih_l0.data[:] = 9
    assert not (state["cell.weight_ih_l0"] == 9).any()


def test_errors_name_key_and_pytorchs_shape():
    model = Model()
    state = to_torch_state_dict(model)
    state["image.weight"] = model.image.weight.data
    state["cell.bias"] = state.pop("cell.bias_ih_l0")
    with pytest.raises(ValueError) as error:
        from_torch_state_dict(model, state)
    assert "image.weight has shape (2, 3, 4, 5), expected (5, 4, 2, 3)" in str(error.value)
    assert "cell.bias_ih_l0 is missing" in str(error.value)
    assert "cell.bias is unexpected" in str(error.value)


def test_the_batch_counter_that_only_pytorch_keeps_is_passed_over():
    model = Model()
    from_torch_state_dict(model, {**to_torch_state_dict(model), "image.num_batches_tracked": np.array(3)})


def test_nothing_of_the_engine_imports_pytorch():
    for path in Path(autograd.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "torch" for name in names), path
