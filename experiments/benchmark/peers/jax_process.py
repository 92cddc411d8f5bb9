"""The process that runs JAX; `wire.py` says what it is told."""

import json
from typing import Any

from ..autoencoder import Autoencoder
from ..sides import Side
from ..works import decoded
from . import jax_autoencoder, jax_recurrent, wire


def side(begin) -> Side:
    problem: Any = decoded(json.dumps(begin["problem"]))
    if isinstance(problem, Autoencoder):
        return jax_autoencoder.side(problem)
    return jax_recurrent.side(problem, begin["unroll"])


if __name__ == "__main__":
    wire.serve(side)
