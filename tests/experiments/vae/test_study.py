import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import experiments
from autograd import checkpoint
from data.errors import DataError
from data.faces.choose import resolve_faces
from experiments.__main__ import main
from experiments.cli import read_settings
from experiments.runs.folder import UsageError
from experiments.vae import study as command
from experiments.vae import training as vae_training
from experiments.vae.faces import split
from experiments.vae.model_run import ModelRun
from experiments.vae.settings import VaeSettings
from tests.fakes.pictures import encoded, folder_of, picture, png_header, zip_of
from vae.diagnostics import diversity
from vae.linear_map import LinearMap
from vae.snapshot import as_bytes
from vae.train import Trainer

ROOT = Path(__file__).parents[3]
SMALL = [
    *("--quick", "--data", "drawn", "--images", "48", "--widths", "4", "8", "--latent", "3", "--epochs", "3"),
    *("--batch-size", "10", "--learning-rate", "1e-3", "--kl-weights", "1", "100", "0"),
    *("--jobs", "1"),
]  # 32 training faces, 4 steps an epoch, 16 held out
WEIGHTS = ("1", "100", "0")
CONFIG = "config.json"
VERDICTS = ("collapsed", "unused prior", "short code", "healthy", "healthy through the map", "poor samples")


def parsed(out: Path, *flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args([*SMALL, "--out", str(out), *flags])


def run(out: Path, *flags: str) -> Path:
    command.run(parsed(out, *flags))
    return out


def results(folder: Path) -> dict[str, bytes]:
    """Every file that training and evaluation decide, by name; config.json has times in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != CONFIG and path.relative_to(folder).parts[0] != "figures"
        if path.suffix in (".csv", ".npz", ".json")
    }


@pytest.fixture(autouse=True)
def drawn(request, monkeypatch) -> list[Path]:
    """The folders of which figures would have been drawn, which takes most of the time."""
    calls: list[Path] = []
    if "whole" not in request.fixturenames:
        monkeypatch.setattr(command, "draw_all", calls.append)
        monkeypatch.setattr(command, "write_tables", lambda folder: None)
        monkeypatch.setattr(command, "write_discussion", lambda folder: None)
    return calls


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A whole small run, figures included. Read only."""
    return run(tmp_path_factory.mktemp("runs") / "vae")


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """What an uninterrupted run leaves."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("draw_all", "write_tables", "write_discussion"):
            patch.setattr(command, name, lambda folder: None)
        return results(run(tmp_path_factory.mktemp("runs") / "plain"))


def test_a_run_leaves_every_promised_file_and_nothing_half_written(whole):
    names = [
        "metrics.csv",
        "final.csv",
        "factors.csv",
        "linear_code.csv",
        "verdicts.json",
        CONFIG,
        "discussion.md",
        "tables.md",
        "samples.gif",
    ]
    names += [f"so_far_kl_{w}.png" for w in WEIGHTS]
    names += [f"{place}/kl_{w}.npz" for w in WEIGHTS for place in ("checkpoints", "arrays")]
    names += [f"arrays/frames/kl_{w}_{epoch:04d}.npz" for w in WEIGHTS for epoch in range(4)]
    for name in names:
        assert (whole / name).stat().st_size > 0, name
    assert len(list((whole / "figures").glob("*.png"))) >= 10
    assert not list(whole.rglob("*part*"))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("metrics.csv", "kl_weight,epoch,split,neg_elbo,reconstruction,kl,bits_per_dim,active_units"),
        ("final.csv", "kl_weight,split,metric,value"),
        ("factors.csv", "kl_weight,factor,r_squared"),
        ("linear_code.csv", "kl_weight,metric,value"),
    ],
)
def test_columns_are_exactly_those_promised(whole, name, header):
    assert (whole / name).read_text().split("\n")[0] == header


def test_metrics_hold_both_splits_of_every_epoch_of_every_weight_once(whole):
    metrics = pd.read_csv(whole / "metrics.csv")
    expected = [(w, epoch, split) for w in (1, 100, 0) for epoch in range(4) for split in ("train", "held_out")]
    assert list(metrics[["kl_weight", "epoch", "split"]].itertuples(index=False, name=None)) == expected
    np.testing.assert_allclose(metrics["neg_elbo"], metrics["reconstruction"] + metrics["kl"], rtol=1e-6)
    per_value = metrics["neg_elbo"] / (32 * 32 * 3 * np.log(2))
    np.testing.assert_allclose(metrics["bits_per_dim"], per_value + np.log2(255), rtol=1e-6)


def test_every_weight_starts_at_its_own_linear_code(whole):
    metrics = pd.read_csv(whole / "metrics.csv").query("epoch == 0 and split == 'held_out'").set_index("kl_weight")
    assert metrics["kl"][100] < metrics["kl"][1] < metrics["kl"][0]
    assert metrics["neg_elbo"].idxmin() == 1


def test_a_random_start_is_the_same_for_every_weight():
    settings = VaeSettings(image_size=32, latent=3, start="random")
    states = [settings.new_model(kl_weight=weight).state_dict() for weight in (1.0, 100.0, 0.0)]
    for name, array in states[0].items():
        assert all((state[name] == array).all() for state in states), name


def test_the_end_of_the_curve_is_what_final_csv_says(whole):
    metrics = pd.read_csv(whole / "metrics.csv").query("epoch == 3").set_index(["kl_weight", "split"])
    final = pd.read_csv(whole / "final.csv")
    assert list(final["metric"][:7]) == [
        *("neg_elbo", "reconstruction", "kl", "mse", "psnr", "active_units", "bits_per_dim"),
    ]
    # 9 metrics of both splits; of held-out images 2 bounds, and of 4 sets of pictures 2 distances and 3 bands
    assert len(final) == 3 * (2 * 9 + 2 + 4 * (2 + 3))
    mapped = final.pivot_table("value", ["kl_weight", "split"], "metric")
    held_out = mapped.xs("held_out", level="split")
    assert (held_out["weighted_bound"] < held_out["neg_elbo_of_draws"]).all()
    assert (held_out["features_floor"] < held_out["features_reconstructions"]).all()
    assert mapped["ssim"].between(0, 1).all()
    table = final.pivot(index=["kl_weight", "split"], columns="metric", values="value").loc[metrics.index]
    for name in ("neg_elbo", "reconstruction", "kl", "bits_per_dim", "active_units"):
        np.testing.assert_allclose(table[name], metrics[name], rtol=1e-6)
    np.testing.assert_allclose(table["psnr"], -10 * np.log10(table["mse"]), rtol=1e-6)


def test_the_map_saves_nats_on_the_faces_that_it_is_fitted_to(whole):
    """On others it may cost some: the means of 32 faces say little of the next 16."""
    final = pd.read_csv(whole / "final.csv").set_index(["kl_weight", "split", "metric"])["value"]
    training, held_out = split(resolve_faces("drawn", 32, 48), 0)
    for weight in WEIGHTS:
        trained = experiments.load_vae(whole, float(weight))
        codes = trained.encode(training.images)
        assert trained.linear_map.mean_kl(*codes) < LinearMap.identity(3).mean_kl(*codes)
        kept = trained.linear_map.mean_kl(*trained.encode(held_out.images))
        assert final[float(weight), "held_out", "kl_mapped"] == pytest.approx(kept, rel=1e-6)


def test_arrays_are_those_that_the_figures_are_promised(whole):
    shapes = {
        "originals": (16,),
        "reconstructions": (16,),
        "samples": (64,),
        "nearest": (8,),
        "pairs": (4, 2),
        "interpolations": (4, 9),
        "prior_paths": (2, 9),
        "traversals": (3, 9),
    }
    for weight in WEIGHTS:
        with np.load(whole / "arrays" / f"kl_{weight}.npz", allow_pickle=False) as arrays:
            for name, shape in shapes.items():
                assert arrays[name].shape == (*shape, 32, 32, 3), name
                assert arrays[name].dtype == np.uint8
            for name in ("kl_per_unit", "posterior_variance"):
                assert (arrays[name].shape, arrays[name].dtype) == ((3,), np.float32)
            assert arrays["traversal_shares"].sum() == pytest.approx(1)
            assert "manifold" not in arrays
            with np.load(whole / "arrays" / "frames" / f"kl_{weight}_0003.npz", allow_pickle=False) as frames:
                np.testing.assert_array_equal(frames["grid"], arrays["samples"])
                shown = np.asarray(Image.open(whole / f"so_far_kl_{weight}.png"))
            assert shown.shape == (8 * 35 - 3, 8 * 35 - 3, 3)
            np.testing.assert_array_equal(shown[35:67, 70:102], arrays["samples"][10])


def test_the_model_of_each_weight_is_kept_and_gives_the_pictures_of_the_run(whole):
    settings = VaeSettings(latent=3)
    for weight in WEIGHTS:
        trained = experiments.load_vae(whole, float(weight))
        assert trained.model.architecture()["norm"] == "batch"
        with np.load(whole / "arrays" / f"kl_{weight}.npz") as arrays:
            np.testing.assert_array_equal(as_bytes(trained.decode(settings.prior_latents())), arrays["samples"])
            np.testing.assert_array_equal(as_bytes(trained.reconstruct(arrays["originals"])), arrays["reconstructions"])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--size", "48"), "--size is 48, expected 32, 64, 96 or 128"),
        (("--norm", "bacth"), "'bacth' is not one of none, batch (did you mean batch?)"),
    ],
)
def test_a_size_or_choice_that_does_not_exist_is_refused(tmp_path, option, message, capsys):
    with pytest.raises(SystemExit) if option[0] == "--norm" else contextlib.nullcontext():
        assert main(["vae", "--out", str(tmp_path / "vae"), *option]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("noise", ["per-pixel", "spectral"])
def test_with_every_other_choice_the_kl_is_that_of_the_linear_prior(tmp_path, noise):
    flags = ("--norm", "none", "--start", "random", "--schedule", "constant", "--prior", "linear", "--noise", noise)
    out = run(tmp_path / "vae", *flags, "--kl-weights", "1", "--epochs", "2")
    config = json.loads((out / CONFIG).read_text())
    assert [config[name] for name in ("norm", "start", "schedule", "prior", "noise")] == [*flags[1::2]]
    final = pd.read_csv(out / "final.csv").set_index(["split", "metric"])["value"]
    assert final["held_out", "kl"] == pytest.approx(final["held_out", "kl_mapped"], rel=1e-4)
    assert experiments.load_vae(out).model.noise == noise


@pytest.mark.parametrize("size", [32, 64, 96, 128])
def test_every_size_has_a_network_that_ends_in_few_positions(size):
    settings = VaeSettings(image_size=size, latent=2, start="random")
    assert settings.new_model().smallest_shape[0] in (4, 6)
    assert settings.recorded()["widths"] == list(settings.channels)


def test_config_says_what_was_asked_of_which_faces_and_what_it_took(whole):
    config = json.loads((whole / CONFIG).read_text())
    assert (config["kl_weights"], config["latent"], config["widths"]) == ([1, 100, 0], 3, [4, 8])
    assert (config["epochs"], config["batch_size"], config["image_size"], config["images"]) == (3, 10, 32, 48)
    assert (config["likelihood"], config["learning_rate"], config["seed"]) == ("gaussian", 1e-3, 0)
    assert config["mirror"]
    data = config["data"]
    assert (data["drawn"], data["images"], data["training"], data["held_out"]) == (True, 48, 32, 16)
    assert (data["skipped"], config["notes"], len(data["sha256"])) == ([], [], 64)
    assert config["finished"]
    assert config["pca"]["components"] == 3
    assert 0 < config["pca"]["mse"] < 0.2
    assert [layer["name"] for layer in config["layers"]][:2] == ["encoder.0", "encoder.1"]
    assert config["seconds_per_epoch"] > 0
    assert config["peak_memory_mb"] > 0


def test_the_best_linear_code_is_kept_for_every_weight(whole):
    table = pd.read_csv(whole / "linear_code.csv").pivot(index="kl_weight", columns="metric", values="value")
    assert list(table.index) == [0, 1, 100]
    assert np.isinf(table["kl"][0]) and table["kl"][1] > table["kl"][100] >= 0
    assert (table["components"][1], table["collapse"].nunique()) == (3, 1)
    np.testing.assert_allclose(table["neg_elbo"], table["reconstruction"] + table["kl"], rtol=1e-6)


def test_a_bernoulli_run_keeps_what_a_linear_code_would_spend_and_no_level_of_its_bound(tmp_path):
    out = run(tmp_path / "vae", "--likelihood", "bernoulli", "--epochs", "1", "--kl-weights", "1", "50")
    table = pd.read_csv(out / "linear_code.csv").pivot(index="kl_weight", columns="metric", values="value")
    assert set(table) == {"components", "kl", "collapse"}
    assert table["kl"][1] > table["kl"][50] > 0


def test_verdicts_hold_the_facts_of_every_weight(whole):
    verdicts = json.loads((whole / "verdicts.json").read_text())
    assert list(verdicts) == list(WEIGHTS)
    for facts in verdicts.values():
        assert facts["verdict"] in VERDICTS
        assert 0.05 < facts["sigma"] < 0.29
        assert facts["diversity_training"] > facts["diversity_samples"] > 0


def test_the_variety_of_samples_is_compared_with_that_of_as_many_training_faces(whole):
    """There are 32 training faces and 64 samples."""
    with np.load(whole / "arrays" / "kl_1.npz") as arrays:
        as_many = arrays["samples"][:32]
    facts = json.loads((whole / "verdicts.json").read_text())["1"]
    assert facts["diversity_samples"] == pytest.approx(diversity(as_many), rel=1e-9)


def test_factors_are_scored_for_every_weight(whole):
    factors = pd.read_csv(whole / "factors.csv")
    assert set(factors["factor"]) > {"skin", "hair_colour", "mouth_smile"}
    assert factors.groupby("kl_weight").size().nunique() == 1


def test_the_same_command_gives_the_same_bytes(whole, expected):
    assert results(whole) == expected


@pytest.mark.parametrize("threads", ["1", "3"])
def test_any_number_of_threads_gives_the_same_bytes(threads, tmp_path, expected):
    assert results(run(tmp_path / "vae", "--threads", threads)) == expected


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


@pytest.mark.parametrize("saves", [0, 1, 3, 4, 7, 11])
def test_a_run_killed_before_a_checkpoint_is_written_goes_on_to_the_same_bytes(saves, tmp_path, expected, monkeypatch):
    """The epoch is in metrics.csv by then, and its checkpoint is not there."""
    real, done = checkpoint.save, []

    def save_and_die(path, values):
        if len(done) == saves:
            raise Killed
        done.append(path)
        real(path, values)

    monkeypatch.setattr(checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        run(tmp_path / "vae")
    monkeypatch.setattr(checkpoint, "save", real)
    assert results(run(tmp_path / "vae", "--resume")) == expected


@pytest.mark.parametrize("pictures", [0, 3, 6, 11])  # the last ones of the first and of the last weight among them
def test_a_run_killed_before_a_picture_of_its_draws_ends_with_the_pictures_of_its_last_epoch(
    pictures, tmp_path, monkeypatch
):
    real, drawn = vae_training.save_grid, []

    def draw_or_die(path, *grid, **options):
        if len(drawn) == pictures:
            raise Killed
        drawn.append(path)
        real(path, *grid, **options)

    monkeypatch.setattr(vae_training, "save_grid", draw_or_die)
    with pytest.raises(Killed):
        run(tmp_path / "vae")
    monkeypatch.setattr(vae_training, "save_grid", real)
    out = run(tmp_path / "vae", "--resume")
    for weight in WEIGHTS:
        with np.load(out / "arrays" / "frames" / f"kl_{weight}_0003.npz", allow_pickle=False) as frames:
            real(tmp_path / "last.png", frames["grid"], columns=8)
        assert (out / f"so_far_kl_{weight}.png").read_bytes() == (tmp_path / "last.png").read_bytes()


@pytest.mark.parametrize("steps", [1, 4, 6, 15, 36])
def test_a_run_stopped_between_two_steps_saves_and_goes_on_to_the_same_bytes(steps, tmp_path, expected, monkeypatch):
    real, taken = Trainer._step, []

    def step_and_press(self, batch):
        taken.append(1)
        if len(taken) == steps + 3:  # three went into the guess of the time
            os.kill(os.getpid(), signal.SIGINT)
        return real(self, batch)

    monkeypatch.setattr(Trainer, "_step", step_and_press)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "vae")
    assert len(taken) == steps + 3  # no further step was taken
    monkeypatch.setattr(Trainer, "_step", real)
    assert results(run(tmp_path / "vae", "--resume")) == expected


def test_a_checkpoint_is_written_within_an_epoch_when_it_is_long(tmp_path, monkeypatch):
    monkeypatch.setattr(vae_training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    positions = []
    real = checkpoint.save

    def save(path, values):
        positions.append(values.get("trainer", {}).get("position"))
        real(path, values)

    monkeypatch.setattr(checkpoint, "save", save)
    run(tmp_path / "vae", "--epochs", "1", "--kl-weights", "1")
    assert positions == [0, 10, 20, 30, 0, None]  # the last file is the trained model


def start(out: Path, *flags: str) -> subprocess.Popen:
    arguments = [sys.executable, "-m", "experiments", "vae", *SMALL, "--out", str(out), *flags]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_until(process: subprocess.Popen, text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came; stderr: {process.stderr.read() if process.stderr else ''}")


def test_control_c_saves_says_how_to_go_on_and_exits_with_130(tmp_path):
    process = start(tmp_path / "vae", "--epochs", "100000")
    read_until(process, "epoch 2/")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping after this step" in errors
    assert "--resume continues" in errors
    assert "Traceback" not in errors
    assert checkpoint.load(tmp_path / "vae" / "checkpoints" / "kl_1.npz")["trainer"]["epochs_done"] >= 2


def test_kill_9_at_any_moment_and_resume_give_the_same_bytes(tmp_path):
    flags = ("--epochs", "20", "--kl-weights", "1", "0")
    process = start(tmp_path / "killed", *flags)
    read_until(process, "epoch 5/")
    process.kill()
    process.communicate()
    assert not json.loads((tmp_path / "killed" / CONFIG).read_text())["finished"]
    run(tmp_path / "killed", *flags, "--resume")
    run(tmp_path / "whole", *flags)
    ours, expected = results(tmp_path / "killed"), results(tmp_path / "whole")
    assert [name for name in expected if ours.get(name) != expected[name]] == []
    assert len(pd.read_csv(tmp_path / "killed" / "metrics.csv").drop_duplicates(["kl_weight", "epoch", "split"])) == 84


def test_resuming_a_finished_run_only_draws(tmp_path, drawn, monkeypatch):
    out = run(tmp_path / "vae", "--epochs", "1")
    before = {**results(out), CONFIG: (out / CONFIG).read_bytes()}
    monkeypatch.setattr(command, "train_all", None)
    run(out, "--epochs", "1", "--resume")
    assert drawn == [out, out]
    assert {**results(out), CONFIG: (out / CONFIG).read_bytes()} == before


def test_resuming_with_other_settings_is_refused(tmp_path):
    run(tmp_path / "vae", "--epochs", "1")
    with pytest.raises(UsageError, match="that run had latent 3, now it is 4"):
        run(tmp_path / "vae", "--epochs", "1", "--latent", "4", "--resume")
    with pytest.raises(UsageError, match="holds a run already"):
        run(tmp_path / "vae")


def stopped(out: Path, monkeypatch) -> Path:
    """A run that was stopped early in its second weight; gives the checkpoint of the first."""
    with monkeypatch.context() as patch:
        patch.setattr(ModelRun, "_evaluate", _stop_at)
        patch.setattr("experiments.vae.training._show", lambda run: None)  # it shows what an evaluation has drawn
        with pytest.raises(Killed):
            run(out)
    return out / "checkpoints" / "kl_1.npz"


def _stop_at(run, held_out, prior):
    run.rows.append([run.weight, run.trainer.epochs_done, "train", 0.0, 0.0, 0.0, 0.0, 0])
    if run.weight == 100:
        raise Killed


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-500]), "not a whole checkpoint"),
        (lambda path: path.write_bytes(b""), "not a whole checkpoint"),
        (lambda path: checkpoint.save(path, {"rows": []}), "it has no 'trainer'"),
        (lambda path: narrower(path), "not saved from the same architecture: .*encoder.1.weight has shape"),
        (lambda path: of_another_weight(path), "it was trained with kl_weight 7.0, now it is 1.0"),
        (lambda path: without_rows(path), "its metrics are not those of 3 epochs"),
    ],
)
def test_a_checkpoint_that_is_damaged_or_of_another_model_is_refused_with_the_reason(
    damage, message, tmp_path, monkeypatch
):
    path = stopped(tmp_path / "vae", monkeypatch)
    damage(path)
    kept = path.read_bytes()
    with pytest.raises(UsageError, match=f"cannot continue from .*kl_1.npz: .*{message}") as error:
        run(tmp_path / "vae", "--resume")
    assert "\n" not in str(error.value)
    assert path.read_bytes() == kept


def without_rows(path):
    checkpoint.save(path, checkpoint.load(path) | {"rows": []})


def narrower(path):
    state = checkpoint.load(path)
    weight = state["trainer"]["model"]["encoder.1.weight"]
    state["trainer"]["model"]["encoder.1.weight"] = weight[:-1]
    checkpoint.save(path, state)


def of_another_weight(path):
    state = checkpoint.load(path)
    state["trainer"]["settings"]["kl_weight"] = 7.0
    checkpoint.save(path, state)


def test_a_loss_that_is_not_finite_ends_the_run_with_epoch_step_and_op_and_keeps_the_last_good_state(tmp_path):
    with pytest.raises(UsageError, match=r"KL weight 1, epoch \d, step \d: the loss is .* called at .*model\.py") as e:
        run(tmp_path / "vae", "--learning-rate", "1e12")
    assert "\n" not in str(e.value)
    state = checkpoint.load(tmp_path / "vae" / "checkpoints" / "kl_1.npz")
    assert all(np.isfinite(array).all() for array in state["trainer"]["model"].values())


def test_an_epoch_that_evaluates_to_no_number_is_neither_tabulated_nor_kept(tmp_path):
    flags = ("--learning-rate", "1e20", "--batch-size", "32")  # one step an epoch, so that no second one notices
    with pytest.raises(UsageError, match=r"epoch 1: the negative ELBO .* is nan\. .*a smaller --learning-rate") as e:
        run(tmp_path / "vae", *flags)
    assert "\n" not in str(e.value)
    metrics = pd.read_csv(tmp_path / "vae" / "metrics.csv")
    assert set(metrics["epoch"]) == {0} and metrics.notna().all(axis=None)
    assert checkpoint.load(tmp_path / "vae" / "checkpoints" / "kl_1.npz")["trainer"]["epochs_done"] == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--kl-weights -1", "--kl-weights is -1.0, expected 0 or more"),
        ("--kl-weights nan", "--kl-weights is nan, expected 0 or more"),
        ("--kl-weights 1 1", "--kl-weights is 1.0 1.0, expected different numbers"),
        ("--kl-weights 0.12345678", "--kl-weights is 0.12345678, expected 0 or more, with at most six digits"),
        ("--widths 4 0", "--widths is 0, expected at least 1"),
        ("--widths 4 4 4 4 4 4", "--widths is 4 4 4 4 4 4, expected at most 5: each halves the side of 32 pixels"),
        ("--latent 0", "--latent is 0, expected at least 1"),
        ("--epochs 0", "--epochs is 0, expected at least 1"),
        ("--images 0", "--images is 0, expected at least 32"),
        ("--images 31", "--images is 31, expected at least 32"),
        ("--batch-size 0", "--batch-size is 0, expected at least 1"),
        ("--learning-rate 0", "--learning-rate is 0.0, expected a number above 0"),
        ("--learning-rate inf", "--learning-rate is inf, expected a number above 0"),
        ("--seed -1", "--seed is -1, expected 0 or more"),
        ("--threads 0", "--threads is 0, expected at least 1"),
        ("--data nowhere", "nowhere: no such file or folder"),
    ],
)
def test_a_wrong_flag_gives_one_line_and_writes_nothing(flags, message, tmp_path):
    with pytest.raises((UsageError, DataError), match=re.escape(message)) as error:
        run(tmp_path / "out", *flags.split())
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


FACES = {f"{i}.png": encoded(picture(level=5 * i)) for i in range(40)}


def broken_folder(path):
    return folder_of(path / "faces", {"1.jpg": b"no picture", "2.png": encoded(picture())[:60], "3.png": b""})


def few(path):
    return folder_of(path / "faces", dict(list(FACES.items())[:9]))


def copies(path):
    return folder_of(path / "faces", {f"{i}.png": encoded(picture(level=i % 5)) for i in range(60)})


def empty_zip(path):
    return zip_of(path / "faces.zip", {})


def zip_bomb(path):
    bomb = b"\x89PNG\r\n\x1a\n" + bytes(60_000_000)
    return zip_of(path / "faces.zip", {"1.png": bomb, "2.png": png_header(100_000, 100_000)}, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (broken_folder, "no readable picture; looked for .jpg, .jpeg, .png files"),
        (few, "9 pictures are too few"),
        (copies, "many of these are copies"),
        (empty_zip, "no readable picture"),
        (zip_bomb, "a zip bomb"),
    ],
)
def test_hopeless_data_end_with_one_line_on_stderr_and_status_2(make, message, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("data.faces.choose.CACHE", None)
    source, out = make(tmp_path), tmp_path / "out"
    assert main(["vae", *SMALL, "--data", str(source), "--out", str(out)]) == 2
    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1
    assert not out.exists()


def test_a_zip_with_names_that_climb_out_is_read_where_it_is_and_broken_pictures_are_named(tmp_path, capsys):
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    names = {f"../../climbed_{name}": content for name, content in FACES.items()}
    source = zip_of(place / "faces.zip", {**names, "broken.jpg": b"no picture", "/etc/absolute.png": FACES["1.png"]})
    before = sorted(tmp_path.rglob("*"))
    out = run(place / "out", "--data", str(source), "--epochs", "1", "--kl-weights", "1")
    assert [path for path in sorted(tmp_path.rglob("*")) if out not in (path, *path.parents)] == before
    data = json.loads((out / CONFIG).read_text())["data"]
    assert (data["drawn"], data["images"]) == (False, 41)
    assert data["skipped"] == [["broken.jpg", "neither a JPEG nor a PNG inside"]]
    assert "1 skipped" in capsys.readouterr().out
    assert not (out / "factors.csv").exists()
    with np.load(out / "arrays" / "preprocessing.npz") as arrays:
        for i in range(4):
            assert (arrays[f"original_{i}"].shape, arrays[f"resized_{i}"].shape) == ((40, 40, 3), (32, 32, 3))


def test_with_two_latent_units_their_plane_is_kept_and_a_bernoulli_has_no_sigma(tmp_path):
    flags = ("--latent", "2", "--likelihood", "bernoulli", "--kl-weights", "1", "--epochs", "1", "--start", "random")
    out = run(tmp_path / "vae", *flags)
    with np.load(out / "arrays" / "kl_1.npz") as arrays:
        assert arrays["manifold"].shape == (15, 15, 32, 32, 3)
    assert "sigma" not in json.loads((out / "verdicts.json").read_text())["1"]
    start = pd.read_csv(out / "metrics.csv")["reconstruction"][0]
    assert start == pytest.approx(32 * 32 * 3 * np.log(2), rel=0.01)


def test_quick_makes_smaller_only_what_was_not_asked_for():
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    settings = read_settings(VaeSettings, parser.parse_args(["--quick", "--latent", "5"]))
    assert (settings.image_size, settings.latent, settings.widths) == (32, 5, (16, 32, 64))
    settings = read_settings(VaeSettings, parser.parse_args([]))
    assert (settings.image_size, settings.latent, settings.channels) == (64, 64, (24, 48, 96, 192))
    assert settings.kl_weights == (1, 100, 0)


def test_a_run_of_another_study_is_neither_gone_on_with_nor_replaced(tmp_path):
    (tmp_path / CONFIG).write_text(json.dumps({"study": "rnn", "environment": {}, "finished": True, "data": {}}))
    for option in ("--resume", "--force"):
        with pytest.raises(UsageError, match="holds a run of another study, rnn, not of vae"):
            run(tmp_path, option)
    assert list(tmp_path.iterdir()) == [tmp_path / CONFIG]
