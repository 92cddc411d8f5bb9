from pathlib import Path

import pandas as pd
import pytest

from experiments.prose import escaped, listed, number, percent, points, signed
from experiments.rnn.discussion.findings import best_matches, discuss, judged_gains, write_discussion
from experiments.rnn.discussion.titles import length_finding
from experiments.rnn.gains import Gain, Gains
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.summary import mean_of
from experiments.rnn.words import counts_as, interval
from tests.fakes.saved_run_sample import COUNTRIES, write_gains, write_run


def told(folder: Path, **options) -> str:
    return discuss(open_run(write_run(folder, **options)))


def test_where_the_cells_beat_the_rule_it_says_so(tmp_path: Path) -> None:
    text = told(tmp_path, gain=0.06, scatter=0.001, splits=("country", "random"))
    assert "Yes, clearly: at L = 7 the chosen cell beats the best baseline" in text
    assert "by country and on random windows, beyond what noise explains" in text
    assert "No." not in text


def test_where_the_difference_is_noise_it_says_so(tmp_path: Path) -> None:
    text = told(tmp_path, gain=0.0, scatter=0.02, cells=("gru",), splits=("country",))
    assert "No. At L = 7 the cell chosen on the validation cut beats the best baseline nowhere" in text
    assert "by country the chosen cell is within noise of logistic regression" in text


def test_where_the_cells_fall_short_of_the_rule_it_says_so(tmp_path: Path) -> None:
    text = told(tmp_path, gain=-0.06, scatter=0.001)
    assert "No. At L = 7 the cell chosen on the validation cut beats the best baseline nowhere" in text
    assert "nowhere: by time, by country and on random windows the chosen cell falls short of logistic reg" in text
    assert "Yes" not in text


def test_the_cell_that_is_quoted_is_chosen_on_the_validation_cut_and_not_by_its_test(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, splits=("country",), scatter=0.0))
    results = run.table("results.csv")
    assert best_matches(run, results)["country"].cell == "gru"  # the best of the sample in everything
    worst_test = (results["model"] == "lstm") & (results["metric"] == "accuracy")
    best_cut = (results["model"] == "lstm") & (results["metric"] == "validation_loss")
    results.loc[worst_test, "value"] = 0.4
    results.loc[best_cut, "value"] = 0.1
    assert best_matches(run, results)["country"].cell == "lstm"


def test_beating_one_rule_is_not_enough_where_another_is_better(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, gain=0.06, scatter=0.001, splits=("country",)))
    results = run.table("results.csv")
    majority = (results["model"] == "majority") & (results["metric"] == "accuracy")
    results.loc[majority, "value"] += 0.3
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    text = discuss(run)
    assert "No. At L = 7 the cell chosen on the validation cut beats the best baseline nowhere" in text
    assert "by country the chosen cell falls short of the majority class" in text
    assert "Against the reversal rule" in text


def test_a_mixed_result_is_told_split_by_split(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, gain=0.04, scatter=0.001, splits=("country", "random")))
    results = run.table("results.csv")
    worse = (results["split"] == "random") & results["model"].isin(["rnn", "lstm", "gru"])
    results.loc[worse & (results["metric"] == "accuracy"), "value"] -= 0.1
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    text = discuss(run)
    assert "In part. At L = 7 the chosen cell beats the best baseline" in text
    assert "by country, but on random windows the chosen cell falls short of logistic regression" in text


def test_one_seed_is_said_to_be_one(quick: SavedRnn) -> None:
    text = discuss(quick)
    assert "There is one seed, and the intervals do not contain the luck" in text
    assert "nan" not in text and "Only the split by time was run" in text


def test_a_verdict_holds_only_beside_all_other_comparisons_of_the_text(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, gain=0.06, scatter=0.001, cells=("gru",), splits=("country",)))
    table = run.table("gains.csv")
    best = (table["model"] == "gru") & (table["other"] == "logistic") & (table["metric"] == "accuracy")
    best &= table["length"] == table["other_length"]
    for p, said in ((0.03, "is not reliably above or below logistic"), (1e-6, "Yes, clearly")):
        table.loc[:, "p"] = 0.5
        table.loc[best, "p"] = p  # below 0.05 by itself, but one of a dozen
        table.to_csv(tmp_path / "gains.csv", index=False)
        text = discuss(run)
        assert said in text, p
    count = len(judged_gains(run).asked)
    assert count > 5 and f"makes {number(count)} comparisons" in text


def test_every_split_is_told_in_the_paragraph_on_lengths(sample: SavedRnn) -> None:
    text = discuss(sample).split("## How long a window?")[1].split("##")[0]
    for split in ("By time", "By country", "On random windows"):
        assert f"{split}, the AUC averaged over the three cells is" in text


def test_a_split_without_an_auc_is_left_out_instead_of_told_as_nan(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, splits=("country", "random")))
    results = run.table("results.csv")
    results.loc[(results["metric"] == "auc") & (results["split"] == "country"), "value"] = float("nan")
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    text = discuss(run)
    assert "nan" not in text
    assert "By country the order by AUC" not in text and "On random windows the order by AUC" in text
    title = length_finding(results, Gains(run.table("gains.csv")))
    assert "undefined by country" in title and "points on random windows" in title


def test_every_number_follows_the_tables(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, cells=("gru",), splits=("country",)))
    results = run.table("results.csv")
    before = discuss(run)
    for model in ("gru", "reversal", "majority", "logistic"):
        assert percent(mean_of(results, model, 7, "country", "accuracy")) in before
    results.loc[results["metric"] == "accuracy", "value"] -= 0.2
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    after = discuss(run)
    assert percent(mean_of(results, "gru", 7, "country", "accuracy")) in after
    assert percent(mean_of(results, "gru", 7, "country", "accuracy") + 0.2) not in after


def test_a_cell_is_only_called_worse_if_it_is_on_every_split(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, cells=("rnn", "gru"), splits=("country", "random"), scatter=0.0))
    results = run.table("results.csv")
    auc = (results["metric"] == "auc") & (results["length"] == 7)
    results.loc[auc & (results["model"] == "rnn"), "value"] -= 0.02
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    assert "The RNN comes last on every split" in discuss(run)
    results.loc[auc & (results["model"] == "rnn") & (results["split"] == "random"), "value"] += [0.10, 0.0, -0.06]
    results.to_csv(tmp_path / "results.csv", index=False)
    write_gains(tmp_path)
    assert "told apart by country but not on random windows" in discuss(run)


def test_probabilities_that_are_too_high_are_called_so(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, cells=("gru",), splits=("country",)))
    fine = run.table("predictions.csv").assign(probability=0.5, label=[0, 1] * 450)
    fine["country"] = [f"country {row}" for row in range(len(fine))]
    for probability, said in ((0.5, None), (0.6, "too many rises"), (0.4, "too few rises")):
        fine.assign(probability=probability).to_csv(tmp_path / "predictions.csv", index=False)
        text = discuss(run)
        assert said in text if said else "too many" not in text and "too few" not in text


def test_without_the_random_split_its_section_is_left_out(tmp_path: Path) -> None:
    assert "What the random split hides" in told(tmp_path / "a")
    assert "What the random split hides" not in told(tmp_path / "b", splits=("time", "country"))


def test_sections_without_tables_are_left_out(sample: SavedRnn, tmp_path: Path) -> None:
    for name in ("results.csv", "gains.csv"):
        (tmp_path / name).write_bytes((sample.folder / name).read_bytes())
    text = discuss(SavedRnn(tmp_path, sample.config))
    assert "Which cell?" in text
    assert "What the map shows" not in text and "Can the probabilities be believed?" not in text


def test_simulated_counts_are_announced_first(tmp_path: Path) -> None:
    assert "**The counts are simulated.**" in told(tmp_path / "a", simulated=True)
    assert "simulated" not in told(tmp_path / "b", simulated=False)


def test_a_map_that_is_the_reversal_rule_is_called_so(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path))
    table = run.table("world_map.csv")
    fell = pd.Series([number % 2 == 0 for number in range(len(table))])
    table["last_days"] = fell.map({True: "5 9 3", False: "5 3 9"})
    table["probability"] = fell.map({True: 0.7, False: 0.3})
    table.to_csv(tmp_path / "world_map.csv", index=False)
    text = discuss(run)
    assert "same side of one half in 100.0 %" in text and "largely that rule in shades" in text
    table.assign(probability=1 - table["probability"]).to_csv(tmp_path / "world_map.csv", index=False)
    assert "largely that rule in shades" not in discuss(run)


def test_the_windows_that_were_kept_are_told_as_they_were_chosen_by_the_longest(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path))
    assert "This run kept the first of each before splitting." in discuss(run)  # its map's length is the longest
    run.config["map"]["length"] = 5
    text = discuss(run)
    assert "country-days whose 7-day history repeats an earlier one are dropped before splitting." in text
    assert "kept the first of each" not in text
    run.config["kept"] = {"pairs": 1000, "rises": 450, "different": {"3": 700, "5": 901}}
    assert "leaves 1,000, 45.0 % of them with a rise, whose windows of 5 days have 901 diff" in discuss(run)


def test_names_cannot_smuggle_markup_into_the_text(tmp_path: Path) -> None:
    names = {f"<script>{name}*</script>": code for name, code in COUNTRIES.items()}
    text = told(tmp_path, countries=names)
    assert r"\<script\>" in text and "<script>" not in text


def test_the_text_is_written_into_the_run(tmp_path: Path) -> None:
    path = write_discussion(write_run(tmp_path))
    assert path == tmp_path / "discussion.md"
    assert path.read_text(encoding="utf-8").startswith("# Discussion")
    first = path.read_bytes()
    assert write_discussion(tmp_path).read_bytes() == first


@pytest.mark.parametrize("cells", [("rnn",), ("lstm", "gru")])
def test_any_choice_of_cells_makes_whole_sentences(tmp_path: Path, cells: tuple[str, ...]) -> None:
    text = told(tmp_path, cells=cells, lengths=(5,))
    assert "nan" not in text and "None" not in text and "  " not in text
    assert ("Which cell?" in text) == (len(cells) > 1)
    assert "How long a window?" not in text


def test_words_for_numbers() -> None:
    assert (percent(0.6567), points(-0.021), points(0.01)) == ("65.7 %", "2.1 points", "1 point")
    assert (signed(-0.021), number(3), number(13394)) == ("−2.1", "three", "13,394")
    assert (listed(["a"]), listed(["a", "b", "c"])) == ("a", "a, b and c")
    assert interval(Gain(0.027, -0.001, 0.036, False)) == "+2.7 [−0.1, +3.6] points"
    nan = float("nan")
    assert counts_as(Gain(nan, nan, nan, False)) == "undefined: only one class occurs"
    assert [Gain(v, v - 0.05, v + 0.05, True).verdict for v in (0.1, -0.1)] == ["above", "below"]
    assert Gain(-0.057, -0.096, -0.022, False).verdict == "uncertain"  # by itself beyond noise, but one of many
    assert escaped("Taiwan* & <b>") == r"Taiwan\* \& \<b\>"
