"""Every evaluation of a function starts from the same state: its random generators, and the buffers of its modules.

A derivative compares values of *one* function. A function that draws random numbers (dropout, reparameterisation) is
another function at each call, unless its generator is set back before each call. Then the noise is a constant, as
back-propagation assumes. Batch normalisation updates its running statistics at each call; they are set back too.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...nn.module import Module
from ...tools.closure_walk import reach


@contextmanager
def replaying(*things: Any) -> Iterator[Callable[[], int]]:
    """Find the generators and module buffers that these functions and objects can reach.

    Gives a function that sets all of them back to what they are now, and returns how many generators there are. They
    are set back at the end of the block too.
    """
    with replaying_all(reachable(*things)) as rewind:
        yield rewind


@contextmanager
def replaying_all(found: Sequence[Any]) -> Iterator[Callable[[], int]]:
    """`replaying` for things that were found already."""
    generators = list({id(g): g for g in found if isinstance(g, np.random.Generator)}.values())
    buffers = [array for m in found if isinstance(m, Module) for array in vars(m).values() if _is_buffer(array)]
    states = [g.bit_generator.state for g in generators]
    contents = [array.copy() for array in buffers]

    def rewind() -> int:
        for g, state in zip(generators, states, strict=True):
            g.bit_generator.state = state
        for array, content in zip(buffers, contents, strict=True):
            array[...] = content
        return len(generators)

    try:
        yield rewind
    finally:
        rewind()


def reachable(*things: Any) -> list[Any]:
    """All that these functions and objects can reach, through closures, attributes and the globals that they name."""
    return [part for thing in things for part in reach(thing, named_globals=True)]


def _is_buffer(value):
    return isinstance(value, np.ndarray) and value.flags.writeable
