import io
import re

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


def test_a_folder_that_holds_a_study_is_not_written_to_without_a_word(done, capsys):
    assert main(["ablation", *SMALL, "--out", str(done)]) == 2
    assert "holds a run already" in capsys.readouterr().err
