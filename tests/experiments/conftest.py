"""One sample run, written once for all tests that only read it."""

from pathlib import Path

import pytest

from experiments.rnn.saved import SavedRnn, open_run
from tests.fakes.saved_run_sample import write_run


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SavedRnn:
    return open_run(write_run(tmp_path_factory.mktemp("rnn") / "run"))


@pytest.fixture
def quick(tmp_path: Path) -> SavedRnn:
    """The smallest run that training can leave: one cell, one split, one length, one seed."""
    small = write_run(tmp_path / "quick", cells=("gru",), splits=("time",), lengths=(3,), seeds=(0,), simulated=False)
    return open_run(small)
