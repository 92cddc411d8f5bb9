import argparse
import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import experiments
from data.covid.choose import resolve_cases
from data.errors import DataError
from experiments.__main__ import main
from experiments.cli import read_settings
from experiments.rnn import study as command
from experiments.rnn import sweep
from experiments.rnn.saved import open_run
from experiments.rnn.settings import RnnSettings
from experiments.runs.folder import RunFolder, UsageError
from experiments.runs.saved import checksum
from rnn.train import Record
from rnn.trial import Trial, TrialResult, train_and_score

METRICS = ["train_accuracy", "accuracy", "balanced_accuracy", "auc", "log_loss", "brier"]
CHOSEN = ["epochs", "validation_loss", "validation_auc", "slope", "intercept"]  # of a net
SMALL = [
    *("--data", "simulated", "--threshold", "0.6", "--splits", "time", "country", "--lengths", "3", "5"),
    *("--cells", "rnn", "gru", "--seeds", "2", "--epochs", "2", "--hidden", "4", "--jobs", "1"),
]
CONFIG = "config.json"
NAMES = ("correlation", "countries", "windows", "results", "curves", "predictions", "gains", "influence", "world_map")
TABLES = [f"{name}.csv" for name in NAMES]


def run(out: Path, *flags: str) -> Path:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args([*SMALL, "--out", str(out), *flags]))
    return out


@pytest.fixture
def no_drawing(monkeypatch):
    monkeypatch.setattr(command, "redraw", lambda folder: "not drawn")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A whole small run, drawings included."""
    return run(tmp_path_factory.mktemp("runs") / "rnn")


@pytest.fixture(scope="module")
def cases():
    return resolve_cases("simulated")


def test_a_run_leaves_every_promised_file(folder):
    drawn = ["world_map.svg", "world_map.png", "discussion.md", "tables.md", "figures/lengths.png"]
    for name in [CONFIG, *TABLES, *drawn]:
        assert (folder / name).stat().st_size > 0, name
    assert not list(folder.rglob("*.part*"))


def test_counts_csv_holds_the_new_cases_of_every_country_and_day(folder, cases):
    counts = open_run(folder).counts()
    assert list(counts.index) == list(cases.countries) and list(counts.columns) == [str(d) for d in cases.dates[1:]]
    np.testing.assert_array_equal(counts, cases.new_cases)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("windows.csv", "threshold,countries,length,windows,distinct,positives_distinct"),
        ("countries.csv", "country,code,in_c,partner,correlation"),
        ("results.csv", "model,length,split,seed,metric,value"),
        ("world_map.csv", "country,code,in_c,probability,drawn,last_days,day"),
        ("curves.csv", "model,length,split,seed,epoch,part,loss,accuracy"),
        ("predictions.csv", "model,length,split,seed,country,day,probability,label,decision"),
    ],
)
def test_columns_are_exactly_those_promised(folder, name, header):
    assert (folder / name).read_text().split("\n")[0] == header


def test_results_hold_every_metric_of_every_model_length_split_and_seed_once(folder):
    results = pd.read_csv(folder / "results.csv")
    expected = [
        (model, length, split, seed, metric)
        for length in (3, 5)
        for split in ("time", "country")
        for seed in (0, 1)
        for model in ("rnn", "gru", "majority", "reversal", "logistic", "logistic_features")
        for metric in (METRICS + CHOSEN if model in ("rnn", "gru") else METRICS)
    ]
    assert list(results.drop(columns="value").itertuples(index=False, name=None)) == expected
    assert results["value"][results["metric"].isin(METRICS)].between(0, 1.5).all()


def test_curves_hold_all_parts_of_every_epoch_of_every_net(folder):
    curves = pd.read_csv(folder / "curves.csv")
    assert len(curves) == 2 * 2 * 2 * 2 * 2 * 3  # cells, lengths, splits, seeds, epochs, parts
    assert set(curves["model"]) == {"rnn", "gru"}
    assert set(curves["part"]) == {"train", "validation", "test"}
    assert sorted(set(curves["epoch"])) == [1, 2]


def test_the_epoch_of_the_lowest_validation_loss_is_the_one_that_was_chosen(folder):
    key = ["model", "length", "split", "seed"]
    curves = pd.read_csv(folder / "curves.csv")
    cut = curves[curves["part"] == "validation"].set_index([*key, "epoch"])["loss"]
    results = pd.read_csv(folder / "results.csv").pivot(index=key, columns="metric", values="value")
    lowest = cut.groupby(key).min()
    np.testing.assert_allclose(results.loc[lowest.index, "validation_loss"], lowest, atol=2e-6)
    for setting, epoch in results.loc[lowest.index, "epochs"].items():
        assert cut[(*setting, int(epoch))] == lowest[setting]


def test_every_length_is_tested_on_the_same_pairs_so_that_the_majority_scores_alike(folder):
    results = pd.read_csv(folder / "results.csv")
    majority = results[(results["model"] == "majority") & (results["metric"] != "auc")]
    by_length = majority.pivot(index=["split", "seed", "metric"], columns="length", values="value")
    assert (by_length[3] == by_length[5]).all()


def test_predictions_are_those_that_were_scored_and_their_labels_those_of_the_data(folder, cases):
    config = json.loads((folder / CONFIG).read_text())
    predictions = pd.read_csv(folder / "predictions.csv", keep_default_na=False)
    assert set(predictions["length"]) == {config["map"]["length"]}
    column = {str(day): number for number, day in enumerate(cases.dates[1:])}
    row = {name: number for number, name in enumerate(cases.countries)}
    i, t = predictions["country"].map(row), predictions["day"].map(column)
    rises = cases.new_cases[i, t] > cases.new_cases[i, t - 1]
    np.testing.assert_array_equal(predictions["label"], rises.astype(int))

    results = pd.read_csv(folder / "results.csv")
    key = ["model", "length", "split", "seed"]
    right = predictions["decision"] == predictions["label"]
    accuracy = right.groupby([predictions[k] for k in key]).mean()
    scored = results[results["metric"] == "accuracy"].set_index(key)["value"]
    np.testing.assert_allclose(accuracy, scored.loc[accuracy.index], atol=1e-6)


def test_by_time_only_the_last_14_days_are_predicted(folder, cases):
    predictions = pd.read_csv(folder / "predictions.csv", keep_default_na=False)
    days = set(predictions["day"][predictions["split"] == "time"])
    assert days == set(map(str, cases.dates[-14:]))


def test_only_countries_of_the_set_are_trained_and_tested_on(folder):
    countries = pd.read_csv(folder / "countries.csv", keep_default_na=False, na_values={"correlation": [""]})
    predictions = pd.read_csv(folder / "predictions.csv", keep_default_na=False)
    in_c = set(countries["country"][countries["in_c"] == "yes"])
    assert 2 < len(in_c) < len(countries)
    assert set(predictions["country"]) <= in_c
    assert (countries["correlation"] > 0.6).eq(countries["in_c"] == "yes").all()


def test_the_map_asks_about_every_country_and_the_day_after_the_data(folder, cases):
    table = pd.read_csv(folder / "world_map.csv", keep_default_na=False)
    assert list(table["country"]) == list(cases.countries)
    assert table["probability"].between(0, 1).all()
    assert set(table["day"]) == {str(cases.dates[-1] + 1)}
    length = json.loads((folder / CONFIG).read_text())["map"]["length"]
    last = [list(map(int, days.split())) for days in table["last_days"]]
    np.testing.assert_array_equal(last, cases.new_cases[:, -length:])
    assert dict(zip(table["country"], table["code"], strict=True))["Namibia"] == "na"


def test_the_map_uses_the_cell_and_length_that_the_validation_cut_by_time_chose(folder):
    results = pd.read_csv(folder / "results.csv")
    nets = results[(results["metric"] == "validation_loss") & (results["split"] == "time")]
    best = nets.groupby(["model", "length"])["value"].mean().idxmin()
    chosen = json.loads((folder / CONFIG).read_text())["map"]
    assert (chosen["model"], chosen["length"], chosen["seeds"]) == (*best, 2)


def test_the_kept_nets_give_the_probabilities_of_the_map(folder, cases):
    nets = experiments.load_rnn(folder)
    table = pd.read_csv(folder / "world_map.csv", keep_default_na=False)
    np.testing.assert_allclose(nets.probability(cases.new_cases), table["probability"], atol=2e-6)
    for cell in ("rnn", "gru"):
        assert len(experiments.load_rnn(folder, cell).nets) == 2  # one for each seed
    with pytest.raises(UsageError, match=r"no trained lstm in models/"):
        experiments.load_rnn(folder, "lstm")


def test_predict_prints_every_country_the_likeliest_rise_first(folder, cases, capsys, tmp_path):
    assert main(["predict", str(folder), "--data", "simulated", "--out", str(tmp_path / "tomorrow.csv")]) == 0
    said = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "tomorrow.csv", keep_default_na=False)
    assert f"probability of a rise on {cases.dates[-1] + 1}" in said
    assert sorted(table["country"]) == sorted(cases.countries)
    assert table["probability"].is_monotonic_decreasing
    assert all(name in said for name in cases.countries[:5])
    on_map = pd.read_csv(folder / "world_map.csv", keep_default_na=False).set_index("country")["probability"]
    np.testing.assert_allclose(table["probability"], on_map[table["country"]], atol=2e-6)


def test_predict_from_too_few_days_is_one_line(folder, capsys, tmp_path):
    (tmp_path / "short.csv").write_text("Country/Region,1/22/20,1/23/20\nFrance,1,2\nItaly,3,5\n")
    assert main(["predict", str(folder), "--data", str(tmp_path / "short.csv")]) == 2
    assert "1 daily counts, the nets of" in capsys.readouterr().err


def test_a_net_that_was_deleted_is_trained_again(folder, tmp_path, no_drawing):
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    before = {path.name: path.read_bytes() for path in (again / "models").iterdir()}
    for path in (again / "models").iterdir():
        path.unlink()
    run(again, "--resume")
    assert {path.name for path in (again / "models").iterdir()} == set(before)
    for name in TABLES:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_resuming_a_finished_run_leaves_its_tables_and_its_config_alone(folder, tmp_path, monkeypatch):
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    before = {path: path.read_bytes() for path in again.iterdir() if path.is_file()}
    monkeypatch.setattr(RunFolder, "write_csv", lambda *_, **__: pytest.fail("a table was written again"))
    run(again, "--resume")
    assert before == {path: path.read_bytes() for path in again.iterdir() if path.is_file()}


def test_config_says_what_was_asked_of_which_data(folder):
    config = json.loads((folder / CONFIG).read_text())
    assert config["finished"]
    assert (config["cells"], config["lengths"], config["seeds"], config["epochs"]) == (["rnn", "gru"], [3, 5], 2, 2)
    assert config["data"]["simulated"]
    assert (config["data"]["countries"], config["data"]["days"]) == (183, 82)
    assert config["wall_seconds"] > 0


def test_config_counts_the_windows_that_were_kept(folder):
    kept = json.loads((folder / CONFIG).read_text())["kept"]
    windows = pd.read_csv(folder / "windows.csv").query("threshold == 0.6").set_index("length")
    assert kept["pairs"] == kept["different"]["5"] == windows.loc[5, "distinct"]
    assert kept["rises"] == windows.loc[5, "positives_distinct"]
    assert kept["different"]["3"] < kept["pairs"]


def test_two_processes_leave_the_same_bytes_as_one(folder, tmp_path, no_drawing):
    other = run(tmp_path / "two", "--jobs", "2")
    for name in TABLES:
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_run_that_was_stopped_goes_on_where_it_was_and_ends_the_same(folder, tmp_path, no_drawing, monkeypatch):
    trained = []

    def stop_after_seven(training, windows, recipe):
        if len(trained) == 7:
            raise KeyboardInterrupt
        return counting(training, windows, recipe)

    def counting(training, windows, recipe):
        trained.append(training)
        return train_and_score(training, windows, recipe)

    monkeypatch.setattr(command, "train_and_score", stop_after_seven)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped")
    assert not json.loads((tmp_path / "stopped" / CONFIG).read_text())["finished"]
    assert len(pd.read_csv(tmp_path / "stopped" / "results.csv")) == 7 * len(METRICS) + 3 * len(CHOSEN)

    monkeypatch.setattr(command, "train_and_score", counting)
    run(tmp_path / "stopped", "--resume")
    assert len(trained) == len(set(trained)) == 48
    for name in TABLES:
        assert (tmp_path / "stopped" / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("content", ["", "{", "[]", '{"training": 1}', '{"records": [{"epoch": 1}]}'])
def test_a_damaged_trial_counts_as_not_done(content, tmp_path):
    trial = Trial("gru", 3, "time", 0)
    (tmp_path / sweep.file_of(trial)).write_text(content)
    assert sweep._load(tmp_path, trial) is None


def test_a_trial_is_done_only_as_it_was_written_every_changed_byte_trains_it_again(tmp_path):
    trial = Trial("gru", 3, "time", 0)
    scores = {"accuracy": 0.625, "auc": float("nan")}
    result = TrialResult(trial, scores, [Record(1, "train", 0.7, 0.5)], [0.25, 0.75], [0, 1])
    out = RunFolder(tmp_path / "run", "rnn", {})
    sweep._keep(out, "trainings", result)
    path = out.path / "trainings" / sweep.file_of(trial)
    content, read = path.read_bytes(), sweep._load(path.parent, trial)
    assert read is not None
    assert (read.records, read.probability, read.decision) == (result.records, result.probability, result.decision)
    rng = np.random.default_rng(0)
    for place, bit in zip(rng.integers(0, len(content), 300), rng.integers(0, 8, 300), strict=True):
        damaged = bytearray(content)
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        left = sweep._load(path.parent, trial)
        assert left is None or repr(left) == repr(read)  # a space that became a tab changes nothing


@pytest.mark.parametrize(
    "change",
    [
        {"probability": [0.25, 1.5]}, {"probability": [0.25, float("nan")]}, {"decision": [0, 2]}, {"scores": [1]},
        {"records": [{"epoch": -1, "part": "train", "loss": 0.7, "accuracy": 0.5}]},
    ],
)  # fmt: skip
def test_values_out_of_range_are_refused_even_with_a_right_checksum(change, tmp_path):
    trial = Trial("gru", 3, "time", 0)
    result = TrialResult(trial, {}, [Record(1, "train", 0.7, 0.5)], [0.25, 0.75], [0, 1])
    content = asdict(replace(result, net=None)) | change
    (tmp_path / sweep.file_of(trial)).write_text(json.dumps(content | {"checksum": checksum(content)}))
    assert sweep._load(tmp_path, trial) is None


def test_the_file_of_another_trial_is_not_taken(tmp_path):
    out = RunFolder(tmp_path / "run", "rnn", {})
    one, other = Trial("gru", 3, "time", 0), Trial("gru", 3, "time", 1)
    sweep._keep(out, "trainings", TrialResult(one, {}, [], [], []))
    shelf = out.path / "trainings"
    (shelf / sweep.file_of(one)).rename(shelf / sweep.file_of(other))
    assert sweep._load(shelf, other) is None


def test_resuming_with_other_settings_is_refused_in_one_line_that_names_the_setting(folder, no_drawing):
    with pytest.raises(UsageError, match=r"that run had epochs 2, now it is 3"):
        run(folder, "--resume", "--epochs", "3")
    with pytest.raises(UsageError, match="holds a run already"):
        run(folder)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--threshold 1.5", "--threshold is 1.5, expected a correlation"),
        ("--threshold 0.9999", "--threshold 0.9999: no two countries correlate above it, the highest is 0."),
        ("--lengths 0 3", "--lengths is 0, expected at least 1 day"),
        ("--lengths 81", "--lengths 81: the data have 81 daily differences"),
        ("--lengths 70", "split 'time' leaves 0 windows to train on"),
        ("--seeds 0", "--seeds is 0, expected at least 1"),
        ("--epochs 0", "--epochs is 0, expected at least 1"),
        ("--hidden 0", "--hidden is 0, expected at least 1"),
        ("--batch-size 0", "--batch-size is 0, expected at least 1"),
        ("--learning-rate 0", "--learning-rate is 0.0, expected a number above 0"),
        ("--clip nan", "--clip is nan, expected a number above 0"),
        ("--seed -1", "--seed is -1, expected 0 or more"),
        ("--jobs 0", "--jobs is 0, expected at least 1"),
        ("--data nowhere.csv", "nowhere.csv: no such file"),
        ("--start 2020-04-11 --end 2020-04-12", "--end 2020-04-12: 2 days, expected at least 3"),
        ("--start 2020-13-01", "start '2020-13-01' is not a date"),
    ],
)
def test_a_wrong_flag_gives_one_line_and_writes_nothing(flags, message, tmp_path):
    with pytest.raises((UsageError, DataError), match=re.escape(message)) as error:
        run(tmp_path / "out", *flags.split())
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("Bahamas", "Bahamas, The"), "mine.csv: row 2 ('Bahamas') and row 3 ('Bahamas, The') are both Bahamas"),
        (("France", "country"), "mine.csv: a country is called 'country'"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused_before_anything_is_trained(names, message, tmp_path):
    counts = {names[0]: [0, 1, 3, 4, 9, 9], names[1]: [0, 2, 3, 5, 9, 8]}
    days = ",".join(f"1/{day}/20" for day in range(22, 28))
    rows = [f'"","{name}",1,1,{",".join(map(str, sorted(cases)))}' for name, cases in counts.items()]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([f"Province/State,Country/Region,Lat,Long,{days}", *rows]) + "\n")
    with pytest.raises((UsageError, DataError), match=re.escape(message)):
        run(tmp_path / "out", "--data", str(path), "--start", "2020-01-22", "--end", "2020-01-27")
    assert not (tmp_path / "out").exists()


def test_counts_that_always_rise_are_refused_before_anything_is_trained(tmp_path):
    days = ",".join(f"2020-02-{day:02}" for day in range(1, 29))
    names = ("Albania", "Algeria", "Angola", "Austria", "Belgium", "Brazil")
    rows = [f"{name},{','.join(str((k + 2) * i**3) for i in range(28))}" for k, name in enumerate(names)]
    (tmp_path / "rise.csv").write_text("\n".join([f"Country,{days}", *rows]))
    with pytest.raises(UsageError, match=r"--splits country: all windows to test on have the same answer"):
        run(tmp_path / "out", "--data", str(tmp_path / "rise.csv"))
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_a_loss_that_explodes_gives_one_line_that_names_the_training(tmp_path, no_drawing):
    with pytest.raises(UsageError, match=r"(rnn|gru) L=3 time seed 0: .*: choose a smaller --learning-rate"):
        run(tmp_path / "out", "--learning-rate", "1e38", "--clip", "1e30")


def test_quick_makes_smaller_only_what_was_not_asked_for():
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    settings = read_settings(RnnSettings, parser.parse_args(["--quick", "--seeds", "5"]))
    assert (settings.lengths, settings.seeds, settings.epochs) == ((3, 7), 5, 8)
    settings = read_settings(RnnSettings, parser.parse_args([]))
    assert (settings.lengths, settings.seeds, settings.epochs) == ((3, 5, 7, 10, 14), 3, 20)
    assert settings.splits == ("time", "country", "random")


def test_repeated_and_unsorted_flags_are_one_run():
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    flags = "--lengths 7 3 7 --cells gru rnn gru --splits random time"
    settings = read_settings(RnnSettings, parser.parse_args(flags.split()))
    assert (settings.lengths, settings.cells, settings.splits) == ((3, 7), ("rnn", "gru"), ("time", "random"))


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"--out .*: cannot be made \(Not a directory\): choose another folder"):
        run(tmp_path / "file" / "runs")


def test_progress_never_says_that_nothing_is_left():
    assert sweep._time_left(0.4) == ""
    assert sweep._time_left(42.4) == ", 42 s left"
    assert sweep._time_left(600) == ", 10 min left"


def test_without_a_terminal_nets_get_a_line_each_and_baselines_none(capsys):
    trials = [Trial(model, 3, "time", 0) for model in ("gru", "majority", "logistic")]
    results = [TrialResult(trial, {"log_loss": 0.6, "accuracy": 0.7}, [], [], []) for trial in trials]
    assert list(sweep._with_progress(results, dict.fromkeys(trials), {})) == results
    assert capsys.readouterr().out == "[1/3] gru L=3 time seed 0: test loss 0.600, accuracy 0.700\n"
