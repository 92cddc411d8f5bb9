import numpy as np
import pytest

from autograd import checkpoint
from rnn.classifier import SequenceClassifier
from rnn.features import net_inputs
from rnn.trained import TrainedNets, describe, load, save


def described(cell="gru", inputs="steps", length=4, seed=0):
    features = 3 if inputs == "steps" else 1
    net = SequenceClassifier(cell, features, 5, 2, rng=np.random.default_rng(seed))
    return net, describe(net, cell, inputs, length, 5, 2)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("inputs", ["log", "steps"])
def test_a_net_comes_back_from_its_file_with_the_same_probabilities(cell, inputs, tmp_path):
    net, description = described(cell, inputs)
    save(tmp_path / "net.npz", description)
    trained = load(tmp_path / "net.npz")
    days = np.random.default_rng(0).integers(0, 90, (6, 9))
    np.testing.assert_array_equal(trained.probability(days), net.probability(net_inputs(days[:, -4:], inputs)))


def test_the_nets_of_several_seeds_are_averaged(tmp_path):
    for seed in (0, 1):
        save(tmp_path / f"{seed}.npz", described(seed=seed)[1])
    nets = TrainedNets((load(tmp_path / "0.npz"), load(tmp_path / "1.npz")))
    days = np.arange(12).reshape(3, 4)
    mean = (nets.nets[0].probability(days) + nets.nets[1].probability(days)) / 2
    np.testing.assert_allclose(nets.probability(days), mean)
    assert nets.length == 4


@pytest.mark.parametrize("days", [np.zeros((2, 3)), np.zeros(4)])
def test_too_few_days_are_refused(days, tmp_path):
    save(tmp_path / "net.npz", described()[1])
    with pytest.raises(ValueError, match=r"last_days has shape .*, expected \(countries, at least 4\)"):
        load(tmp_path / "net.npz").probability(days)


@pytest.mark.parametrize(
    "change",
    [
        {"hidden": 10**9}, {"hidden": 0}, {"hidden": 5.0}, {"cell": "cnn"}, {"inputs": "raw"}, {"features": 1},
        {"layers": True}, {"hidden": 4096, "layers": 4096},
    ],
)  # fmt: skip
def test_a_file_with_another_architecture_is_refused_in_one_line(change, tmp_path):
    _, description = described()
    save(tmp_path / "net.npz", description | {"architecture": description["architecture"] | change})
    with pytest.raises(ValueError, match=r"net\.npz: not a trained net"):
        load(tmp_path / "net.npz")


def test_a_file_of_something_else_is_refused(tmp_path):
    checkpoint.save(tmp_path / "other.npz", {"autoencoder": {}})
    with pytest.raises(ValueError, match="not a trained net"):
        load(tmp_path / "other.npz")
