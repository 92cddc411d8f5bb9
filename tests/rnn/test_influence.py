import numpy as np
import pytest

from rnn.classifier import SequenceClassifier
from rnn.features import net_inputs
from rnn.influence import slopes
from rnn.scaling import signed_log
from rnn.trained import TrainedNet


def trained(kind, cell="gru"):
    features = 1 if kind == "log" else 3
    net = SequenceClassifier(cell, features, 5, rng=np.random.default_rng(0), dtype=np.float64)
    return TrainedNet(net, kind, 6)


@pytest.mark.parametrize("kind", ["log", "steps"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_slope_is_what_the_logit_gains_per_unit_of_a_days_logarithm(kind, cell, monkeypatch):
    net = trained(kind, cell)
    values = np.random.default_rng(1).permutation(np.arange(5, 29)).reshape(4, 6).astype(float)  # no two days equal
    exact = net_inputs

    def in_float64(counts, which):  # what the nets see, without rounding
        log = signed_log(counts, np.float64)
        if which == "log":
            return log
        return np.stack([log, log - log[:, -1:], exact(counts, which)[:, :, 2]], axis=2)

    monkeypatch.setattr("rnn.influence.net_inputs", in_float64)
    found = slopes(net, values)
    assert found.shape == (4, 6)
    step = 1e-5
    for day in range(6):
        up, down = values.copy(), values.copy()
        up[:, day] = np.expm1(np.log1p(values[:, day]) + step)
        down[:, day] = np.expm1(np.log1p(values[:, day]) - step)
        logits = [net.classifier(in_float64(counts, kind)).data for counts in (up, down)]
        np.testing.assert_allclose(found[:, day], (logits[0] - logits[1]) / (2 * step), rtol=1e-6, atol=1e-9)


def test_slopes_leave_no_gradient_in_the_net():
    net = trained("log")
    slopes(net, np.arange(12).reshape(2, 6))
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in net.classifier.parameters())
