"""Run the same computation here and in PyTorch, in float64, and compare values and gradients."""

import numpy as np
import torch

from autograd import Tensor


def close(ours, theirs, tolerance=1e-12):
    """Arrays equal but for `tolerance`, relative to their largest value; None (no path) means zero."""
    ours = np.zeros(()) if ours is None else ours
    theirs = np.zeros(()) if theirs is None else theirs.detach().numpy()
    largest = np.abs(theirs[np.isfinite(theirs)]).max(initial=1)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * largest)


def same_values_and_gradients(ours, theirs, inputs, tolerance=1e-12):
    """Compare two functions of the arrays `inputs`; floating ones are differentiated, with random cotangents."""
    our_inputs = [Tensor(a.copy(), requires_grad=a.dtype.kind == "f") if is_array(a) else a for a in inputs]
    their_inputs = [
        torch.from_numpy(a.copy()).requires_grad_(a.dtype.kind == "f") if is_array(a) else a for a in inputs
    ]
    our_results, their_results = as_tuple(ours(*our_inputs)), as_tuple(theirs(*their_inputs))
    assert len(our_results) == len(their_results)
    rng = np.random.default_rng(0)
    our_loss, their_loss = 0, 0
    for our_result, their_result in zip(our_results, their_results, strict=True):
        assert our_result.shape == tuple(their_result.shape)
        close(our_result.data, their_result, tolerance)
        cotangent = rng.standard_normal(our_result.shape)
        our_loss = our_loss + (our_result * cotangent).sum()
        their_loss = their_loss + (their_result * torch.from_numpy(np.asarray(cotangent))).sum()
    our_loss.backward()
    their_loss.backward()
    for our_input, their_input in zip(our_inputs, their_inputs, strict=True):
        if isinstance(our_input, Tensor) and our_input.requires_grad:
            close(our_input.grad, their_input.grad, tolerance)


def is_array(value):
    return isinstance(value, np.ndarray)


def as_tuple(results):
    return results if isinstance(results, tuple) else (results,)
