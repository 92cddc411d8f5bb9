import numpy as np
import pytest

from autograd import checkpoint
from rnn.classifier import CELLS, SequenceClassifier
from rnn.scaling import signed_log
from rnn.trained import Trained, load, save


def nets(cell: str, layers: int = 1) -> list[SequenceClassifier]:
    return [SequenceClassifier(cell, hidden=4, layers=layers, rng=np.random.default_rng(seed)) for seed in (1, 2)]


@pytest.mark.parametrize("cell", CELLS)
def test_nets_answer_after_loading_as_before(cell, tmp_path):
    trained = Trained(cell, 5, nets(cell, layers=2))
    save(tmp_path / "nets.npz", trained)
    counts = np.random.default_rng(0).integers(-3, 400, (7, 5))
    loaded = load(tmp_path / "nets.npz")
    assert (loaded.cell, loaded.length) == (cell, 5)
    np.testing.assert_array_equal(loaded.probability(counts), trained.probability(counts))


def test_the_answer_is_the_mean_over_the_nets():
    trained, counts = Trained("gru", 3, nets("gru")), np.array([[1, 20, 300]])
    each = [net.probability(signed_log(counts))[0] for net in trained.nets]
    assert each[0] != each[1]
    assert trained.probability(counts)[0] == pytest.approx(np.mean(each))


@pytest.mark.parametrize("shape", [(3,), (2, 4), (1, 3, 1)])
def test_another_number_of_days_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(n, 3\)"):
        Trained("rnn", 3, nets("rnn")).probability(np.zeros(shape))


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "transformer"},
        {"length": -1},
        {"sizes": {"features": 1, "hidden": 10**9, "layers": 1}},
        {"sizes": {"features": 1, "hidden": 5, "layers": 1}},
        {"nets": []},
        {"sizes": None},
    ],
)
def test_a_file_of_something_else_is_refused_in_one_line(change, tmp_path):
    save(tmp_path / "nets.npz", Trained("gru", 3, nets("gru")))
    values = checkpoint.load(tmp_path / "nets.npz")["classifier"]
    checkpoint.save(tmp_path / "other.npz", {"classifier": values | change})
    with pytest.raises(ValueError, match=r"other\.npz: holds no trained nets") as error:
        load(tmp_path / "other.npz")
    assert "\n" not in str(error.value)
