import io
import json
import re
import shutil

import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.vae import ablation

SMALL = [
    *("--quick", "--data", "drawn", "--images", "40", "--widths", "4", "8", "--latent", "3", "--epochs", "2"),
    *("--batch-size", "12", "--threads", "1"),
]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    out = tmp_path_factory.mktemp("ablation") / "run"
    assert main(["ablation", *SMALL, "--out", str(out)]) == 0
    return out


def test_every_variant_has_a_row_with_all_numbers(done):
    rows = pd.read_csv(done / "ablation.csv").set_index("variant")
    assert list(rows.index) == list(ablation.VARIANTS)
    assert rows[list(ablation.TABLE)].notna().all(axis=None)
    assert rows["neg_elbo"].nunique() == len(rows)  # every choice changes something
    text = (done / "ablation.md").read_text()
    assert all(f"| {name} |" in text for name in ablation.VARIANTS)
    assert re.search(r"Frechet distance \d+\. The best linear code of 3 units reaches a negative ELBO of −?\d", text)


def test_the_default_is_one_of_the_variants():
    changes = ablation.VARIANTS["– and the linear start (default)"]
    defaults = ablation.VaeSettings()
    assert {name: getattr(defaults, name) for name in ablation.BARE} == ablation.BARE | changes


def test_a_study_that_was_stopped_trains_only_what_is_missing(done, capsys):
    whole = (done / "ablation.csv").read_text()
    (done / "ablation.csv").write_text("\n".join(whole.splitlines()[:8]) + "\n")
    capsys.readouterr()
    assert main(["ablation", *SMALL, "--out", str(done), "--resume"]) == 0
    again = capsys.readouterr().out
    assert len(re.findall(r"^[^|\n]+: negative ELBO", again, re.MULTILINE)) == 2
    columns = [name for name in ablation.TABLE if name != "cpu_seconds"]
    before = pd.read_csv(io.StringIO(whole))[columns]
    pd.testing.assert_frame_equal(pd.read_csv(done / "ablation.csv")[columns], before)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("cpu_seconds", "", "a field is empty"), ("cpu_seconds", "inf", "from 0 to 1e+09"), ("neg_elbo", "x", "neg_elbo")],
)
def test_rows_that_are_not_as_they_were_written_are_refused_in_one_line(column, value, said, done, tmp_path, capsys):
    shutil.copytree(done, tmp_path / "run")
    table = pd.read_csv(tmp_path / "run" / "ablation.csv").astype({column: object})
    table.loc[0, column] = value
    table.to_csv(tmp_path / "run" / "ablation.csv", index=False)
    assert main(["ablation", *SMALL, "--out", str(tmp_path / "run"), "--resume"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_an_ablation_that_is_killed_before_its_page_is_written_is_not_finished(done, tmp_path, monkeypatch):
    shutil.copytree(done, tmp_path / "run")
    with (tmp_path / "run" / "ablation.csv").open("a") as file:
        file.write("\n")  # so that the run goes on
    monkeypatch.setattr(ablation, "_report", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["ablation", *SMALL, "--out", str(tmp_path / "run"), "--resume"])
    assert not json.loads((tmp_path / "run" / "config.json").read_text())["finished"]


def test_a_folder_that_holds_a_study_is_not_written_to_without_a_word(done, capsys):
    assert main(["ablation", *SMALL, "--out", str(done)]) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_with_equal_seconds_a_variant_trains_as_many_epochs_as_fit_into_the_time_of_the_first(tmp_path, monkeypatch):
    seconds_of_an_epoch = iter([0.5, 2.0, 1000.0, *([1.0] * 20)])  # the first variant's own epochs are not asked for
    monkeypatch.setattr(ablation, "_seconds_of_an_epoch", lambda *_: next(seconds_of_an_epoch))
    trained = []

    def training_in_four_seconds(settings, *_):
        trained.append(settings.epochs)
        return dict.fromkeys(ablation.TABLE, 1.0) | {"cpu_seconds": 4.0, "frechet_floor": 1.0}

    monkeypatch.setattr(ablation, "_train", training_in_four_seconds)
    assert main(["ablation", *SMALL, "--equal", "seconds", "--out", str(tmp_path / "run")]) == 0
    assert trained[:4] == [2, 8, 2, 1]  # as the flag says; 4 / 0.5; 4 / 2; at least one


def test_the_seconds_of_an_epoch_are_those_that_the_process_computed(monkeypatch):
    settings = ablation.VaeSettings()
    clock = iter([10.0, 12.5])
    monkeypatch.setattr(ablation.time, "process_time", lambda: next(clock))

    class OneEpoch:
        def __init__(self, *_):
            pass

        def epoch(self):
            return iter(range(3))

    monkeypatch.setattr(ablation, "Trainer", OneEpoch)
    monkeypatch.setattr(ablation.VaeSettings, "new_model", lambda *_: None)
    monkeypatch.setattr(ablation.VaeSettings, "training", lambda *_: None)
    training = type("Faces", (), {"images": None})()
    assert ablation._seconds_of_an_epoch(settings, None, training) == 2.5
