"""Cotangents are independent of the inputs: no sample is checked with a gradient that resembles it."""

import numpy as np
import pytest

from autograd import GradientError, gradcheck
from autograd.apply import apply
from autograd.proof.checking.cotangents import random_signs, random_stream
from autograd.proof.samples import SAMPLES
from autograd.rules import RULES


def floating(arrays):
    return [np.ravel(a) for a in arrays if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.size]


def cotangents_of(op, sample, arrays, seed):
    value = RULES[op](*arrays, **sample.options)[0]
    rng = random_stream(seed)
    return [random_signs(rng, np.shape(y)) for y in (value if isinstance(value, tuple) else (value,))]


@pytest.mark.parametrize("op", SAMPLES)
def test_no_argument_of_a_sample_correlates_with_the_cotangent_that_checks_it(op):
    """Over 20 seeds the mean correlation of independent numbers is small; that of a copy is 0.9 and more."""
    for sample in SAMPLES[op]:
        found: dict[tuple[int, int], list[float]] = {}
        for seed in range(20):
            arrays = sample.draw(np.random.default_rng(seed))
            for i, x in enumerate(floating(arrays)):
                for k, v in enumerate(floating(cotangents_of(op, sample, arrays, seed))):
                    n = min(x.size, v.size)
                    if n >= 4 and np.ptp(x[:n]):
                        found.setdefault((i, k), []).append(np.corrcoef(x[:n], v[:n])[0, 1])
        assert all(abs(np.mean(several)) < 0.6 for several in found.values() if len(several) == 20)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "rule",
    [
        lambda x: (np.maximum(x, 0), lambda g: np.maximum(g, 0)),
        lambda x: (np.abs(x), lambda g: np.abs(g)),
    ],
    ids=["relu", "abs"],
)
def test_the_sign_of_g_does_not_pass_for_the_sign_of_x(rule, seed):
    x = SAMPLES["relu"][0].draw(np.random.default_rng(seed))[0]
    with pytest.raises(GradientError):
        gradcheck(lambda x: apply(rule, x), x, seed=seed)
