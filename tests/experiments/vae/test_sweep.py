import argparse
from pathlib import Path

import pandas as pd
import pytest

from experiments import study
from experiments.vae import sweep

SMALL = [
    *("vae", "--quick", "--data", "drawn", "--images", "48", "--widths", "4", "8", "--latent", "3", "--epochs", "1"),
    *("--batch-size", "16"),
]
TWO = {"weights": {"kl_weights": (1.0, 10.0), "epochs": 4}, "seed 1": {"kl_weights": (1.0,), "seed": 1}}


def run(out: Path, *flags: str) -> Path:
    parser = argparse.ArgumentParser()
    study.add_arguments(parser)
    study.run(parser.parse_args([*SMALL, "--out", str(out), *flags]))
    return out


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "QUICK", TWO)
        return run(tmp_path_factory.mktemp("sweep") / "vae")


def test_a_sweep_has_a_row_for_every_model_and_a_run_folder_for_every_variant(swept):
    table = pd.read_csv(swept / "study.csv")
    models = list(table[["variant", "kl_weight"]].itertuples(index=False, name=None))
    assert models == [("weights", 1), ("weights", 10), ("seed 1", 1)]
    assert table["weighted_bound"].notna().all() and table["verdict"].notna().all()
    for name in ("weights", "seed-1"):
        assert (swept / name / "final.csv").is_file()
    assert (swept / "rate_distortion.png").stat().st_size > 1000


def test_what_the_user_asks_for_outright_holds_for_every_variant(swept):
    metrics = pd.read_csv(swept / "weights" / "metrics.csv")
    assert metrics["epoch"].max() == 1  # --epochs 1, where the variant has 4


def test_the_page_has_every_model_and_the_spread_over_seeds(swept):
    text = (swept / "study.md").read_text()
    assert "| weights | ×10 |" in text
    assert "- ×1, 2 seeds: negative ELBO" in text and "±" in text and "×10, " not in text.partition("\n- ")[2]


def test_a_sweep_that_is_resumed_trains_nothing_again(swept, monkeypatch):
    before = (swept / "study.csv").read_bytes()
    monkeypatch.setattr(sweep, "QUICK", TWO)
    monkeypatch.setattr("experiments.vae.study.train_all", None)
    run(swept, "--resume")
    assert (swept / "study.csv").read_bytes() == before
