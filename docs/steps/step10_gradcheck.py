"""Step 10. Proof

"The loss falls" proves nothing: many wrong gradients still point downhill. Compare with the definition:

    df/dx_i  =  (f(x + h e_i) - f(x - h e_i)) / (2 h)  +  O(h^2)

Two things make this a proof rather than a habit. The gradient that arrives from above is *random*: with one of all
ones a softmax that returns zeros would pass, since its outputs always sum to 1. And the check is in float64, where
h = 1e-6 leaves an error below 1e-9; in float32 rounding would hide a mistake of one percent.
"""

import numpy as np
from step09_module import Tensor, apply


def gradcheck(rule, *arrays, rng, h=1e-6, tolerance=1e-6):
    """Compare each vjp of a rule with central differences. Raises AssertionError and names the argument."""
    value, *vjps = rule(*arrays)
    g = rng.standard_normal(np.shape(value))
    worst = 0.0
    for position, (array, vjp) in enumerate(zip(arrays, vjps, strict=True)):
        numeric = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            step = np.zeros_like(array)
            step[index] = h
            higher, lower = (rule(*(a + s * step if a is array else a for a in arrays))[0] for s in (1, -1))
            numeric[index] = np.sum(g * (higher - lower)) / (2 * h)
        error = np.abs(vjp(g) - numeric).max() / max(np.abs(numeric).max(), 1e-12)
        assert error < tolerance, f"argument {position} of {rule.__name__}: relative error {error:.1e}"
        worst = max(worst, error)
    return worst


def softmax(x):
    """Rows of p = exp(x) / sum exp(x). Backward: dL/dx = p (g - sum of p g)."""
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return p, lambda g: p * (g - (p * g).sum(axis=1, keepdims=True))


def lazy_softmax(x):
    """Its backward returns zeros, and a check with a gradient of all ones would believe it."""
    return softmax(x)[0], lambda g: np.zeros_like(g)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 4))
    print(f"softmax agrees with differences to 8 digits: {gradcheck(softmax, x, rng=rng) < 1e-8}")
    try:
        gradcheck(lazy_softmax, x, rng=rng)
    except AssertionError as error:
        print(f"caught: {error}")
    y = Tensor(x)
    apply(softmax, y).sum().backward()
    print(f"under a gradient of all ones the right answer is 0 as well: {np.abs(y.grad).max() < 1e-15}")
