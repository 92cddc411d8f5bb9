"""Who types another library's name is told what to write here, and what is written there exists."""

import re

import numpy as np
import pytest

import autograd
from autograd import Tensor, nn, optim
from autograd.other_names import ARGUMENTS, FUNCTIONS, LAYERS, TENSOR

PLACES = {"Tensor": (Tensor(np.ones(2)), TENSOR), "autograd": (autograd, FUNCTIONS), "autograd.nn": (nn, LAYERS)}
CASES = [(place, name) for place, (_, table) in PLACES.items() for name in table]


@pytest.mark.parametrize(("place", "name"), CASES)
def test_another_librarys_name_is_answered_with_ours(place, name):
    where, table = PLACES[place]
    with pytest.raises(AttributeError, match=re.escape(f"{place} has no attribute {name!r}: write {table[name]}")):
        getattr(where, name)


@pytest.mark.parametrize(("place", "name"), CASES)
def test_what_to_write_exists(place, name):
    known = {"tensor": Tensor(np.ones(2)), "autograd": autograd, "nn": nn, "np": np, "rng": np.random.default_rng(0)}
    for path in re.findall(r"\b(?:tensor|autograd|nn|np|rng)(?:\.\w+)+", PLACES[place][1][name]):
        first, *rest = path.split(".")
        found = known[first]
        for part in rest:
            found = getattr(found, part)


def test_no_name_of_ours_is_in_the_tables():
    for where, table in PLACES.values():
        assert not table.keys() & set(dir(where))


def test_a_tensor_hides_the_other_names():
    assert not TENSOR.keys() & set(dir(Tensor(np.ones(2))))
    assert not any(hasattr(Tensor(np.ones(2)), name) for name in TENSOR)


def test_the_other_names_slow_no_attribute_down():
    assert not hasattr(Tensor, "__getattr__")  # Python would read every attribute of a tensor through it


def test_an_unknown_name_gets_pythons_own_suggestion():
    with pytest.raises(AttributeError, match=r"^'Tensor' object has no attribute 'reshap'$") as caught:
        Tensor(np.ones(2)).reshap  # noqa: B018
    assert caught.value.name == "reshap"
    assert isinstance(caught.value.obj, Tensor)  # Python finds "reshape" in it


@pytest.mark.parametrize(
    ("function", "theirs"), [(autograd.softmax, "dim"), (autograd.sum, "keepdim"), (autograd.mean, "dim")]
)
def test_another_librarys_argument_is_answered_with_ours(function, theirs):
    with pytest.raises(TypeError, match=f"{theirs!r}.*: write {ARGUMENTS[theirs]}$"):
        function(Tensor(np.ones((2, 3))), **{theirs: 1})


def test_an_optimisers_arguments_likewise():
    with pytest.raises(TypeError, match="lr: write learning_rate"):
        optim.SGD([Tensor(np.ones(2), requires_grad=True)], lr=0.1)


@pytest.mark.parametrize(
    "layer", [nn.Linear(1, 1, np.random.default_rng(0)), nn.LSTM(1, 1, rng=np.random.default_rng(0))]
)
def test_a_list_where_a_tensor_is_meant_is_named(layer):
    with pytest.raises(TypeError, match="expected tensors or arrays, not list"):
        layer([[[1.0]]])


def test_an_attribute_error_of_the_models_own_stays_what_it_is():
    class Wrong(nn.Module):
        def forward(self, x):
            return self.layer(x)

    with pytest.raises(AttributeError, match="layer"):
        Wrong()(np.ones(2))
