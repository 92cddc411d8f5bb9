"""An epoch of a run of problem 2 beside its bare steps, from what the run has recorded."""

import json
import re

import numpy as np
import pytest

from experiments.__main__ import main
from experiments.benchmark import epoch
from experiments.runs.saved import checksum

CONFIG = {
    "format": 1,
    "study": "vae",
    "finished": True,
    "environment": {},
    "data": {"training": 50},
    "batch_size": 4,
    "image_size": 32,
    "widths": [4, 4, 4],
    "latent": 3,
    "likelihood": "gaussian",
    "norm": "batch",
    "noise": "shared",
    "start": "linear",
    "seconds_per_epoch": 10.0,
}
BAD = (
    *({"data": {}}, {"data": {"training": 0}}, {"batch_size": 10**12}, {"widths": [4, 10**9]}, {"widths": []}),
    *({"seconds_per_epoch": 10**400}, {"norm": 5}, {"image_size": 33}, {"likelihood": None}),
)
FLAGS = ["--rounds", "1", "--threads", "1"]


def saved(folder, **changes):
    config = CONFIG | changes
    (folder / "config.json").write_text(json.dumps(config | {"checksum": checksum(config)}))
    return str(folder)


def test_both_times_are_those_of_one_image(tmp_path, capsys):
    assert main(["benchmark", "--epoch", saved(tmp_path), *FLAGS]) == 0
    said = capsys.readouterr().out
    of_epoch, of_step, ratio = (float(x) for x in re.findall(r"([\d.]+) ms|ratio ([\d.]+)", said) for x in x if x)
    assert of_epoch == 200
    assert 0 < of_step < 200
    assert ratio == pytest.approx(of_epoch / of_step, rel=0.1)


@pytest.mark.parametrize("start", ["linear", "random"])
def test_the_step_is_that_of_the_runs_model(start):
    side = epoch.bare_step(CONFIG | {"start": start})
    side.step()
    assert np.isfinite(side.results()["the loss"])
    assert hasattr(side.model, "linear_encoder") == (start == "linear")


@pytest.mark.parametrize("changes", [{"study": "rnn"}, {"finished": False}, {"seconds_per_epoch": None}, *BAD])
def test_another_run_is_refused_in_one_line(tmp_path, capsys, changes):
    assert main(["benchmark", "--epoch", saved(tmp_path, **changes), *FLAGS]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_without_a_run_is_refused_in_one_line(tmp_path, capsys):
    assert main(["benchmark", "--epoch", str(tmp_path), *FLAGS]) == 2
    assert capsys.readouterr().err.count("\n") == 1
