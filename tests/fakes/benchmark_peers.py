"""Small problems and made-up sides: what the tests of the benchmark run in place of the real ones."""

import numpy as np

from experiments.benchmark.autoencoder import Autoencoder
from experiments.benchmark.chain import Chain, chain_results
from experiments.benchmark.comparison import Comparison
from experiments.benchmark.convolution import Convolution
from experiments.benchmark.recurrent import Recurrent
from experiments.benchmark.sides import Side
from experiments.benchmark.timing import Ratio
from experiments.benchmark.works import Work

SMALL = {
    "autoencoder": Autoencoder(4, image_size=16, widths=(8, 12), latent=3),
    "autoencoder_bn": Autoencoder(4, batch_norm=True, image_size=16, widths=(8, 12), latent=3),
    "convolution": Convolution(3, stride=2, channels=2, filters=3, size=6, batch=2),
    "transposed": Convolution(3, stride=2, channels=3, filters=2, size=3, batch=2, transposed=True),
    "rnn": Recurrent("rnn", 2, 5, 4, batch=3),
    "gru": Recurrent("gru", 2, 5, 4, batch=3),
    "lstm": Recurrent("lstm", 2, 5, 4, batch=3),
    "chain": Chain(5),
}


class Sum(Side):
    """The chain of additions without a graph; `error` is added to what it says of db."""

    def __init__(self, problem: Chain, error: float = 0.0):
        self.problem, self.error = problem, error

    def step(self) -> None:
        a, b = self.problem.start()
        self.sum = a
        for _ in range(self.problem.length):
            self.sum = self.sum + b

    def results(self):
        one = np.ones(1, self.problem.dtype)
        return chain_results(self.sum, one, one * (self.problem.length + self.error))


def comparison(name="lstm_I1_H32_L5", family="LSTM", peer="torch", ratio=0.5, **fields) -> Comparison:
    """A row of results as it might have been measured."""
    return Comparison(
        work=Work(name, family, SMALL["lstm"], fields.pop("title", "")),
        threads=fields.pop("threads", 1),
        ours_ms=fields.pop("ours_ms", 1.25),
        gemm_share=0.4,
        busy=fields.pop("busy", 1.0),
        peer=peer,
        ratio=Ratio(ratio, ratio - 0.1, ratio + 0.1),
        peer_ms=2.5,
        **fields,
    )
