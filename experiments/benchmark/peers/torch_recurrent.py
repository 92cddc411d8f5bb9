"""The recurrent classifier in PyTorch, with each Adam."""

from functools import partial

import torch
from torch.nn import functional

from ..recurrent import Recurrent
from ..sides import Makers, Side
from .torch_training import ADAMS, TorchTraining

CELLS = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


def makers(problem: Recurrent) -> Makers:
    return {f"{adam} Adam": partial(_side, problem, adam) for adam in ADAMS}


def _side(problem: Recurrent, adam: str) -> Side:
    model = Model(problem).to(getattr(torch, problem.dtype))
    x, answers = torch.from_numpy(problem.sequences()), torch.from_numpy(problem.answers())
    loss = functional.binary_cross_entropy_with_logits
    return TorchTraining(problem.model(), model, adam, lambda: loss(model(x), answers))


class Model(torch.nn.Module):
    """Logits from the returned last state. Indexing the sequence of all hidden states is up to 10 % slower."""

    def __init__(self, problem: Recurrent):
        super().__init__()
        self.recurrent = CELLS[problem.cell](problem.features, problem.hidden, batch_first=True)
        self.head = torch.nn.Linear(problem.hidden, 1)

    def forward(self, x):
        _, last = self.recurrent(x)
        hidden = last[0] if isinstance(last, tuple) else last
        return self.head(hidden[-1])[:, 0]
