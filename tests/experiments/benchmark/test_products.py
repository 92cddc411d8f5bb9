"""The products that are timed alone are those of the step: none missing, none invented."""

import ast
from pathlib import Path

import numpy as np
import pytest

import autograd
from experiments.benchmark.convolution import Convolution
from experiments.benchmark.products import Operand, Product, Products, products_of
from experiments.benchmark.recurrent import Recurrent

from ...fakes.benchmark_peers import SMALL

AUTOGRAD = Path(autograd.__file__).parent

B, T, D, H = 3, 4, 2, 5
CASES = {
    "rnn": (Recurrent("rnn", D, H, T, batch=B), 1),
    "gru": (Recurrent("gru", D, H, T, batch=B), 3),
    "lstm": (Recurrent("lstm", D, H, T, batch=B), 4),
}


@pytest.fixture(scope="module")
def noted():
    problems = {name: problem for name, (problem, _) in CASES.items()} | {
        "chain": SMALL["chain"],
        "pointwise": Convolution(1, channels=64, filters=64, size=4, batch=2),
    }
    return {name: products_of(problem) for name, problem in problems.items()}


def test_the_engine_makes_every_product_of_arrays_with_matmul_where_it_can_be_recorded():
    folders = ("kernels", "rules", "optim")
    sources = [path for folder in folders for path in (AUTOGRAD / folder).rglob("*.py") if path.name != "plain.py"]
    assert len(sources) > 20
    for path in sources:
        operators = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.MatMult)]
        assert operators == [], path


def test_recording_ends_with_the_step(noted):
    assert type(np.matmul) is np.ufunc
    assert noted["pointwise"]


def multiplications(products):
    return sum(product.multiplications for product in products)


@pytest.mark.parametrize("name", CASES)
def test_a_recurrent_step_multiplies_at_least_what_its_mathematics_needs(noted, name):
    gates = CASES[name][1]
    through_hidden = gates * H * H * B * (T - 1)  # forward, back to the state, and to the weights
    of_input = gates * H * D * B * T  # forward and to the weights
    least = 3 * through_hidden + 2 * of_input
    assert least <= multiplications(noted[name]) <= 3 * least


def test_additions_have_no_products(noted):
    assert noted["chain"] == []


def test_a_pointwise_convolution_is_three_products(noted):
    once = 2 * 4 * 4 * 64 * 64
    assert 3 * once <= multiplications(noted["pointwise"]) <= 3 * once * 1.2  # and the bias


def test_products_run_on_arrays_of_the_noted_shapes_strides_and_sharing():
    left = Operand(1000, "<f4", (3, 4), (4, 12))  # a transposed matrix
    right = Operand(2000, "<f4", (4, 2), (8, 4))
    first, second = Operand(3000, "<f4", (3, 2), (-16, 4)), Operand(4000, "<f4", (3, 2), (8, 4))
    products = Products([Product(left, right, first), Product(left, right, second)])
    (a, b, c), (a2, _, d) = products.operands
    assert a is a2
    assert c is not d
    for operand, array in ((left, a), (right, b), (first, c), (second, d)):
        assert (array.shape, array.strides, array.dtype.str) == (operand.shape, operand.strides, operand.dtype)
    seconds = products.seconds(2, iter([1.0, 3.5]).__next__)
    assert seconds == 2.5
    np.testing.assert_array_equal(c, a @ b)
    np.testing.assert_array_equal(d, c)
