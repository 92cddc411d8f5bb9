"""Random cotangents: the gradients with which a check starts backward, and the random directions of its steps.

They must be independent of the inputs. Inputs are often drawn from ``np.random.default_rng(seed)``; if the cotangent
came from the same stream, it would be a copy of the input, with its sign in every element. Then
``lambda g: np.maximum(g, 0)`` would pass for the backward of relu. So the seed of a check opens a stream of its own.
"""

import numpy as np

STREAM = 0x67726164  # any number that no caller is likely to use as a seed


def random_stream(seed: int) -> np.random.Generator:
    """The random generator of one check, independent of ``np.random.default_rng(seed)``."""
    return np.random.default_rng([STREAM, seed])


def random_signs(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random numbers of either sign and nowhere near 0, where an error in the gradient would not be seen."""
    return rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
