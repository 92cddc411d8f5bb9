"""How much of the loss's gradient is left, day by day on the way back: RNN, LSTM and GRU on simulated counts.

``python -m experiments.textbook.time`` prints which share of it the untrained cells keep a day.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from autograd import Tensor, binary_cross_entropy_with_logits, cells
from autograd.nn import GRU, LSTM, RNN
from autograd.proof.output import ended
from data.covid.epidemic import simulate_epidemic
from rnn.classifier import SequenceClassifier
from rnn.scaling import signed_log
from rnn.train import Part, TrainingSettings, train
from rnn.windows import make_windows

from ..style import MODEL_COLOURS, figure, headline
from .look import powers_of_ten

DAYS = 40
EPOCHS = 10
PROBED = 256  # windows whose gradients are looked at
STEPS: dict[type, Callable[..., Any]] = {RNN: cells.rnn_tanh_cell, LSTM: cells.lstm_cell, GRU: cells.gru_cell}
OPENED = 4.0  # added to the forget gate's bias: sigmoid(4) = 0.98 of the cell stays each day


def simulated_windows() -> Part:
    """Windows of 40 days of an invented epidemic in which something happened on more than 10."""
    cases = simulate_epidemic(np.random.default_rng(0))
    windows = make_windows(cases.new_cases, DAYS)
    windows = windows.take((windows.values != 0).sum(axis=1) > 10)
    return Part(signed_log(windows.values), windows.labels)


def gradient_by_day(model: SequenceClassifier, part: Part, cell_alone: bool = False) -> np.ndarray:
    """|dL/dh_t| for t = 1 ... T, the median over the sequences of `part`: (T,).

    L is each sequence's own cross-entropy, computed from the last hidden state alone. The layer is run cell by cell,
    in ordinary ops: inside the fused op no h_t is a tensor that could keep its gradient. With `cell_alone`, for an
    LSTM: |dL/dc_t|, with the ways through the matrices cut, so that only the product of the forget gates is left.
    """
    layer = model.recurrent
    step, weights = STEPS[type(layer)], layer.parameters()  # in the order in which the cells take them
    hidden, states = [], [Tensor(np.zeros((len(part.x), layer.hidden), np.float32)) for _ in range(layer.states)]
    for t in range(part.x.shape[1]):
        if cell_alone:
            states[0] = states[0].detach()
        made = step(Tensor(part.x[:, t : t + 1]), *states, *weights)
        states = list(made) if isinstance(made, tuple) else [made]
        seen = states[-1] if cell_alone else states[0]
        seen.retain_grad()
        hidden.append(seen)
    labels = Tensor(part.labels.astype(np.float32))
    binary_cross_entropy_with_logits(model.head(states[0])[:, 0], labels, reduction="sum").backward()
    return np.array([np.median(np.linalg.norm(np.asarray(h.grad), axis=1)) for h in hidden])


def probed_windows(part: Part) -> Part:
    """A few of the windows, whose gradients are looked at."""
    chosen = np.random.default_rng(1).choice(len(part.labels), PROBED, replace=False)
    return Part(part.x[chosen], part.labels[chosen])


def kept_a_day(norms: np.ndarray) -> float:
    """The share of the gradient that a day leaves, the mean (geometric) over all days but the last."""
    return float((norms[0] / norms[-2]) ** (1 / (len(norms) - 2)))


def plot_gradient_through_time(path: Path) -> None:
    """The three cells before and after training, and an untrained LSTM whose forget gate stands open."""
    part = simulated_windows()
    probed = probed_windows(part)
    before, after = {}, {}
    for cell in ("rnn", "lstm", "gru"):
        rng = np.random.default_rng(2)
        model = SequenceClassifier(cell, rng=rng)
        before[cell] = gradient_by_day(model, probed)
        for _ in train(model, {"train": part}, TrainingSettings(epochs=EPOCHS), rng):
            pass
        after[cell] = gradient_by_day(model, probed)
    opened = gradient_by_day(opened_lstm(), probed)
    _draw(path, before, after, opened)


def opened_lstm() -> SequenceClassifier:
    """An untrained LSTM that starts by keeping 98 % of its cell from day to day."""
    model = SequenceClassifier("lstm", rng=np.random.default_rng(2))
    bias = dict(model.recurrent.named_parameters())["bias_ih_l0"].data
    bias[len(bias) // 4 : len(bias) // 2] += OPENED  # the rows of the gates are i, f, g, o
    return model


def _draw(path, before, after, opened) -> None:
    ago = np.arange(DAYS)[::-1]
    with figure(path, 8.6, 4.3, simulated=True) as fig:
        headline(fig, _finding(before, after, opened))
        panels = fig.subplots(1, 2, sharey=True)
        panels[0].plot(ago, opened, color=MODEL_COLOURS["lstm"], linestyle=(0, (4, 2)), label="LSTM, forget gate open")
        for axes, norms, title in ((panels[0], before, "untrained"), (panels[1], after, f"after {EPOCHS} epochs")):
            for cell, norm in norms.items():
                axes.plot(ago, norm, color=MODEL_COLOURS[cell], label=cell.upper())
            axes.set_yscale("log")
            axes.invert_xaxis()
            axes.set_title(title)
            axes.set_xlabel("days before the last one")
        powers_of_ten(panels[0].yaxis, every=2)
        panels[0].set_ylabel("|dL/dh|, median over sequences")
        panels[0].legend(loc="lower right")


def _finding(before, after, opened) -> str:
    days = 20
    lost = max(before[cell][-1 - days] / before[cell][-1] for cell in before)
    kept = min(after[cell][-1 - days] / after[cell][-1] for cell in after)
    open_share = opened[-1 - days] / opened[-1]
    return (
        f"Untrained, no cell passes {_power(lost)} of the gradient back over {days} days; trained, each passes at "
        f"least {100 * kept:.1f} %; with an open forget gate {100 * open_share:.0f} % pass from the start"
    )


def _power(share: float) -> str:
    """The power of ten above a small share."""
    return f"1/{10 ** int(-np.log10(share)):,}"


def main() -> None:
    """Print the share that each untrained cell keeps a day."""
    probed = probed_windows(simulated_windows())
    for cell, alone in (("rnn", False), ("lstm", False), ("gru", False), ("lstm", True)):
        model = SequenceClassifier(cell, rng=np.random.default_rng(2))
        words = ", along the cell alone" if alone else ""
        print(f"{cell.upper()}{words}: {kept_a_day(gradient_by_day(model, probed, alone)):.2f} a day")


if __name__ == "__main__":
    sys.exit(ended(main))
