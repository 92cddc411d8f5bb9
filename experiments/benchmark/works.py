"""The list of all works, by name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from typing import Any, Protocol, TypeVar

from .autoencoder import Autoencoder
from .chain import Chain
from .convolution import Convolution
from .recurrent import Recurrent
from .sides import Side


class Problem(Protocol):
    """What to compute: a frozen dataclass, so that it can be sent to another process as text."""

    @property
    def steps_in_one(self) -> int:
        """The divisor of all times: the number of ops in a chain, 1 for other problems."""
        ...

    def miniature(self) -> "Problem":
        """The same problem with small sizes: it runs the same code and needs almost no memory or time."""
        ...

    def ours(self) -> Side:
        """A new side of ours, before its first step."""
        ...


KINDS: dict[str, Any] = {kind.__name__: kind for kind in (Autoencoder, Chain, Convolution, Recurrent)}


def encoded(problem: Any) -> str:
    """A problem as JSON text, for another process."""
    return json.dumps({"kind": type(problem).__name__, **asdict(problem)})


def decoded(text: str) -> Problem:
    """The problem that `encoded` wrote as text."""
    fields = json.loads(text)
    kind = KINDS[fields.pop("kind")]
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()})


@dataclass(frozen=True)
class Work:
    """A problem with a name, a family and the peers to compare it with."""

    name: str
    family: str
    problem: Problem
    title: str = ""  # the title of its row in the table; works without a title share one row for the family
    peers: tuple[str, ...] = ("torch",)


def _recurrent(cell: str) -> dict[str, Recurrent]:
    grid = [(1, hidden, length) for hidden in (32, 64, 128) for length in (5, 10, 20, 50)]
    grid += [(8, hidden, length) for hidden in (32, 64, 128) for length in (10, 50)]
    return {f"{cell}_I{i}_H{h}_L{length}": Recurrent(cell, i, h, length) for i, h, length in grid}


AUTOENCODERS = {
    "vae64_b64": Autoencoder(64),
    "vae64_b32": Autoencoder(32),
    "vae64_bn_b64": Autoencoder(64, batch_norm=True),
}
TITLES = {
    "vae64_b64": "autoencoder 64x64, batch 64",
    "vae64_b32": "autoencoder 64x64, batch 32",
    "vae64_bn_b64": "the same with batch norm and leaky ReLU, batch 64",
    "node_overhead": "one op on one number, forward and backward",
}
CONVOLUTIONS = {
    "conv_k3s1": Convolution(3),
    "conv_k3s1_wide": Convolution(3, channels=128, filters=128, size=8),
    "conv_k3s2": Convolution(3, stride=2),
    "conv_k5s2": Convolution(5, stride=2),
    "conv_k1s1": Convolution(1),
    "conv_transpose_k3s1": Convolution(3, channels=64, filters=32, transposed=True),
    "conv_transpose_k3s2": Convolution(3, stride=2, channels=64, filters=32, size=8, transposed=True),
    "conv_transpose_k5s2": Convolution(5, stride=2, channels=64, filters=32, size=8, transposed=True),
    "conv_transpose_k1s1": Convolution(1, channels=64, filters=32, transposed=True),
}
FAMILIES: dict[str, Mapping[str, Problem]] = {
    "autoencoder": AUTOENCODERS,
    "other convolutions": CONVOLUTIONS,
    "tanh-RNN": _recurrent("rnn"),
    "GRU": _recurrent("gru"),
    "LSTM": _recurrent("lstm"),
    "one node": {"node_overhead": Chain()},
}

# The slower peers run only a few works each: these are enough to see how much slower they are. JAX runs the steps of
# both studies, but for the one with batch norm.
NUMPY_PEERS = ("mygrad", "hips")
WITH_JAX = (*FAMILIES["tanh-RNN"], *FAMILIES["GRU"], *FAMILIES["LSTM"], "vae64_b64", "vae64_b32")
ALSO = {
    "node_overhead": NUMPY_PEERS,
    **{f"{cell}_I1_H64_L10": NUMPY_PEERS for cell in ("rnn", "gru", "lstm")},
    **{name: ("mygrad",) for name, c in CONVOLUTIONS.items() if c.stride == 1 and not c.transposed},
}

WORKS = [
    Work(name, family, problem, TITLES.get(name, ""), ("torch", *("jax",) * (name in WITH_JAX), *ALSO.get(name, ())))
    for family, problems in FAMILIES.items()
    for name, problem in problems.items()
]


Named = TypeVar("Named", bound=Any)


def chosen(named: Sequence[Named], patterns: Sequence[str]) -> list[Named]:
    """The items whose names match one of the shell patterns (``vae*``, ``*_L50``)."""
    return [one for one in named if any(fnmatch(one.name, pattern) for pattern in patterns)]
