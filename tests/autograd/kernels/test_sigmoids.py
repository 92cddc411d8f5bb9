"""Both forms of the gates' sigmoids are the sigmoid, on every processor, and so are the layers that use them."""

import numpy as np
import pytest

from autograd.kernels import logistic
from autograd.kernels.recurrent import sigmoids

from .test_recurrent import CELLS, assert_close, cotangents, draw, gradients

both_forms = pytest.mark.parametrize("avx2_only", [True, False], ids=["exponential", "tanh"])
gated = pytest.mark.parametrize("cell", ["gru", "lstm"])


@pytest.fixture
def form(avx2_only, monkeypatch):
    monkeypatch.setattr(sigmoids, "has_avx2_only", lambda: avx2_only)


@both_forms
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 3e-16), (np.float32, 1.5e-7)])
def test_a_form_is_the_sigmoid_from_closed_to_open_gates(form, dtype, tolerance):
    a = np.linspace(-1000, 1000, 200_001, dtype=dtype)
    scaled = a * dtype(sigmoids.factor())
    with np.errstate(over="ignore"):
        sigmoids.finish(scaled)
    assert scaled.dtype == dtype
    np.testing.assert_allclose(scaled, logistic.sigmoid(a.astype(np.float64)), rtol=0, atol=tolerance)


@both_forms
@gated
def test_a_layer_equals_the_plain_form(cell, form):
    arguments = list(draw(cell, (3, 4, 2, 5), seed=1).values())
    expected, slow_gradients = CELLS[cell][2](*arguments)
    *outputs, _ = CELLS[cell][0](*arguments)
    sent = cotangents(expected, seed=1)
    for output, value in zip(outputs, expected, strict=True):
        assert_close(output, value, 1e-12)
    for gradient, value in zip(gradients(cell, arguments, sent), slow_gradients(*sent), strict=True):
        assert_close(gradient, value, 1e-12)


@both_forms
@gated
def test_gates_that_are_wide_open_or_closed_warn_of_nothing(cell, form):
    arguments = {name: 1e4 * array for name, array in draw(cell, (3, 4, 2, 5), seed=2, dtype=np.float32).items()}
    with np.errstate(all="raise", under="ignore"):
        hidden, *_ = CELLS[cell][0](*arguments.values())
    assert np.isfinite(hidden).all()
