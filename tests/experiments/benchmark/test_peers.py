"""Peers that are installed compute what we do; PyTorch's turn is in the parity group."""

import pytest

from experiments.benchmark import peers
from experiments.benchmark.comparison import check
from experiments.benchmark.convolution import Convolution
from experiments.benchmark.works import WORKS, Work

from ...fakes.benchmark_peers import SMALL

PROBLEMS = {
    "mygrad": {
        "chain": SMALL["chain"],
        "convolution": Convolution(3, channels=2, filters=3, size=5, batch=2),
        **{cell: SMALL[cell] for cell in ("rnn", "gru", "lstm")},
    },
    "hips": {name: SMALL[name] for name in ("chain", "rnn", "gru", "lstm")},
    "jax": {name: SMALL[name] for name in ("autoencoder", "rnn", "gru", "lstm")},
}


@pytest.mark.parametrize(("peer", "name"), [(peer, name) for peer, problems in PROBLEMS.items() for name in problems])
def test_a_peer_computes_what_we_do(peer, name):
    if not peers.is_installed(peer):
        pytest.skip(f"{peer} is not installed here: make benchmark does so, in an environment of its own")
    check(Work(name, name, PROBLEMS[peer][name]), [peer])


def test_every_work_is_compared_with_peers_that_have_a_side_for_it():
    for work in WORKS:
        for peer in work.peers:
            assert type(work.problem) in peers.MODULES[peer]
            assert peer in ("torch", *PROBLEMS)
