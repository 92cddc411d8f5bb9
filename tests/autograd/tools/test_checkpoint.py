import os
import pickle
import zipfile

import numpy as np
import pytest

import autograd
from autograd import Tensor, nn, optim
from autograd.tools.checkpoint import CheckpointError, generator_state, load, restore_generator, save

VALUES = {
    "model": {
        "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "count": np.array(3),
        "empty": np.ones((0, 2)),
    },
    "epoch": 3,
    "large": 2**120 + 1,
    "loss": 0.1 + 0.2,
    "name": "Ünïcode / with a slash",
    "nothing": None,
    "shuffled": True,
    "history": [1.5, [2, "x"], {"array": np.array([True, False])}],
}


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def test_what_was_saved_comes_back_with_its_types(tmp_path):
    save(tmp_path / "run.npz", VALUES)
    assert same(VALUES, load(tmp_path / "run.npz"))


def test_the_same_values_give_the_same_bytes_and_numpy_reads_them_alone(tmp_path):
    save(tmp_path / "a.npz", VALUES)
    save(tmp_path / "b.npz", VALUES)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:  # no time of day in it
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["arrays/model/a.weight"], VALUES["model"]["a.weight"])


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_a_restored_generator_draws_what_the_saved_one_draws(tmp_path, kind):
    rng = np.random.Generator(kind(1))
    rng.standard_normal(7, np.float32)  # leaves half a 64-bit number waiting
    save(tmp_path / "run.npz", {"generator": generator_state(rng)})
    other = np.random.Generator(kind(2))
    restore_generator(other, load(tmp_path / "run.npz")["generator"])
    assert rng.random(50, np.float32).tobytes() == other.random(50, np.float32).tobytes()
    with pytest.raises(ValueError, match="for a generator of 'PCG64DXSM'"):
        restore_generator(np.random.Generator(np.random.PCG64DXSM()), generator_state(rng))


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused_with_its_name_and_what_to_do(tmp_path, share):
    path = tmp_path / "run.npz"
    save(path, VALUES)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(CheckpointError, match=r"run\.npz is not a whole checkpoint.*take an earlier one"):
        load(path)


def test_a_flipped_bit_anywhere_is_refused_or_harmless(tmp_path):
    path = tmp_path / "run.npz"
    save(path, VALUES)
    content = path.read_bytes()
    refused = 0
    for position in range(0, len(content), 11):
        damaged = bytearray(content)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        try:
            assert same(VALUES, load(path)), f"byte {position} changed the values unnoticed"
        except CheckpointError:
            refused += 1
    assert refused > 30


def test_an_array_that_claims_to_be_smaller_than_it_is_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    save(path, {"weight": np.arange(8000.0).reshape(2000, 4)})
    content = path.read_bytes()
    assert content.count(b"(2000, 4)") == 1
    path.write_bytes(content.replace(b"(2000, 4)", b"(2000, 3)"))
    with pytest.raises(CheckpointError, match="Bad CRC"):
        load(path)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(pickle.dumps({"model": 1})),
        lambda path: path.write_text("<html>not found</html>"),
        lambda path: np.savez(path, weight=np.ones(3)),
        lambda path: np.savez(path, json=np.array([{"format": 1}], dtype=object)),
    ],
    ids=["pickle", "html", "another npz", "an npz with pickles"],
)
def test_other_files_are_refused(tmp_path, write):
    path = tmp_path / "run.npz"
    write(path)
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        load(path)


def test_a_file_of_another_format_is_refused_with_both_formats(tmp_path, monkeypatch):
    monkeypatch.setattr("autograd.checkpoint.FORMAT", "autograd checkpoint 2")
    save(tmp_path / "run.npz", VALUES)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=r"format is 'autograd checkpoint 2', this program reads '.* 1'"):
        load(tmp_path / "run.npz")


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "run.npz")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": {"b": object()}}, "arrays/a/b is of type object"),
        ({"a": [np.float32(1)]}, "arrays/a/0 is of type float32"),
        ({"a": np.array(["text"])}, "arrays/a is of type array of dtype <U4"),
        ({"a": {1: 2}}, "key 1 in arrays/a is no string"),
        ({"a/b": 1}, 'has a "/" in it'),
    ],
)
def test_a_failed_save_says_where_and_leaves_the_old_file_and_nothing_else(tmp_path, values, message):
    path = tmp_path / "run.npz"
    save(path, {"epoch": 1})
    with pytest.raises((TypeError, ValueError), match=message):
        save(path, values)
    assert load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["run.npz"]


def test_a_crash_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    save(path, {"epoch": 1})

    def crash(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="no space"):
        save(path, {"epoch": 2})
    monkeypatch.undo()
    assert load(path) == {"epoch": 1}
    assert os.listdir(tmp_path) == ["run.npz"]


class Classifier(nn.Module):
    def __init__(self, rng, hidden=4):
        self.cell = nn.GRU(1, hidden, rng=rng)
        self.dropout = nn.Dropout(0.2, rng)
        self.readout = nn.Linear(hidden, 1, rng)

    def forward(self, x):
        return self.readout(self.dropout(self.cell(x)[1][-1]))[:, 0]


def train(model, optimizer, rng, steps):
    for _ in range(steps):
        x = rng.standard_normal((8, 5, 1), np.float32)
        loss = autograd.binary_cross_entropy_with_logits(model(Tensor(x)), (x.sum((1, 2)) > 0).astype(np.float32))
        model.zero_grad()
        loss.backward()
        optim.clip_grad_norm(model.parameters(), 1.0)
        optimizer.step()


def start(seed):
    rng = np.random.default_rng(seed)
    model = Classifier(rng)
    return model, optim.Adam(model.parameters(), optim.cosine_decay(0.01, 20)), rng


def test_a_resumed_training_run_gives_the_bytes_of_an_uninterrupted_one(tmp_path):
    model, optimizer, rng = start(0)
    train(model, optimizer, rng, 5)
    states = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "generator": generator_state(rng)}
    save(tmp_path / "run.npz", states)
    train(model, optimizer, rng, 5)

    other, other_optimizer, other_rng = start(99)
    saved = load(tmp_path / "run.npz")
    other.load_state_dict(saved["model"])
    other_optimizer.load_state_dict(saved["optimizer"])
    restore_generator(other_rng, saved["generator"])
    train(other, other_optimizer, other_rng, 5)
    for name, value in model.state_dict().items():
        assert value.tobytes() == other.state_dict()[name].tobytes(), name


def test_a_checkpoint_of_another_architecture_is_refused_with_key_and_shapes(tmp_path):
    save(tmp_path / "run.npz", {"model": Classifier(np.random.default_rng(0)).state_dict()})
    model = Classifier(np.random.default_rng(0), hidden=6)
    with pytest.raises(ValueError, match=r"cell\.weight_ih_l0 has shape \(12, 1\), expected \(18, 1\)"):
        model.load_state_dict(load(tmp_path / "run.npz")["model"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "run.npz")
    with pytest.raises(CheckpointError, match="not a regular file"):
        load(tmp_path / "run.npz")


def test_a_file_that_unpacks_to_more_than_it_has_is_refused(tmp_path):
    np.savez_compressed(tmp_path / "run.npz", json=np.zeros(10**6, np.uint8))
    with pytest.raises(CheckpointError, match="unpacks to more bytes than it has"):
        load(tmp_path / "run.npz")
