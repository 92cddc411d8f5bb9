"""A whole training run of each recurrent cell against PyTorch's, from the same weights and batches, in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed here: make parity runs these tests")

from autograd import Tensor, binary_cross_entropy_with_logits, nn, optim  # noqa: E402
from autograd.tools.interop import to_torch_state_dict  # noqa: E402

from .compare import close  # noqa: E402

pytestmark = pytest.mark.parity
SEQUENCES, LENGTH, FEATURES, HIDDEN, BATCH, EPOCHS = 96, 7, 2, 16, 32, 30


class Ours(nn.Module):
    def __init__(self, kind, layers):
        rng = np.random.default_rng(0)
        self.cell = getattr(nn, kind)(FEATURES, HIDDEN, layers, rng=rng, dtype=np.float64)
        self.readout = nn.Linear(HIDDEN, 1, rng, dtype=np.float64)

    def forward(self, x):
        _, last = self.cell(x)
        last = last[0] if isinstance(last, tuple) else last
        return self.readout(last[-1])[:, 0]


class Theirs(torch.nn.Module):
    def __init__(self, kind, layers):
        super().__init__()
        self.cell = getattr(torch.nn, kind)(FEATURES, HIDDEN, layers, batch_first=True)
        self.readout = torch.nn.Linear(HIDDEN, 1)

    def forward(self, x):
        _, last = self.cell(x)
        last = last[0] if isinstance(last, tuple) else last
        return self.readout(last[-1])[:, 0]


def batches():
    """The batches of all epochs; the label is whether the second half of a sequence is above the first."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((SEQUENCES, LENGTH, FEATURES))
    y = (x[:, LENGTH // 2 :].mean((1, 2)) > x[:, : LENGTH // 2].mean((1, 2))).astype(float)
    for _ in range(EPOCHS):
        order = rng.permutation(SEQUENCES)
        for start in range(0, SEQUENCES, BATCH):
            rows = order[start : start + BATCH]
            yield x[rows], y[rows]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_whole_training_run_is_pytorchs(kind, layers):
    ours, theirs = Ours(kind, layers), Theirs(kind, layers).double()
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in to_torch_state_dict(ours).items()})
    our_optimizer = optim.Adam(ours.parameters(), 1e-2)
    their_optimizer = torch.optim.Adam(theirs.parameters(), 1e-2)
    losses = []
    for x, y in batches():
        our_loss = binary_cross_entropy_with_logits(ours(Tensor(x)), y)
        ours.zero_grad()
        our_loss.backward()
        optim.clip_grad_norm(ours.parameters(), 0.5)
        our_optimizer.step()

        logits = theirs(torch.from_numpy(x))
        their_loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(y))
        their_optimizer.zero_grad()
        their_loss.backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        their_optimizer.step()

        losses.append(our_loss.item())
        assert abs(losses[-1] - their_loss.item()) < 1e-9
    for name, value in theirs.state_dict().items():
        close(ours.state_dict()[name], value, tolerance=1e-9)
    assert losses[-1] < 0.5 * losses[0]  # it was training that was compared
