import json
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import DataError
from experiments.vae.discussion.findings import discuss, write_discussion
from experiments.vae.page import study
from experiments.vae.saved import SavedVae
from experiments.vae.tables import summary_table, write_tables
from experiments.vae.words import nats, rounded, whole_percent
from tests.fakes.saved_vae_sample import write_vae_run

COMBINATIONS = [
    {1.0: "healthy", 100.0: "collapsed", 0.0: "unused prior"},
    {1.0: "healthy", 100.0: "short", 0.0: "unused, no better"},
    {1.0: "healthy"},
    {1.0: "collapsed"},
    {0.0: "unused prior"},
    {100.0: "collapsed", 0.0: "unused prior"},
    {1.0: "healthy", 0.5: "looser", 4.0: "healthy"},
]


def text_of(folder: Path, kinds: dict[float, str] | None = None, **options) -> str:
    return discuss(SavedVae.open(write_vae_run(folder / "run", kinds, **options)))


def section(text: str, heading: str) -> str:
    return text.partition(f"## {heading}\n\n")[2].partition("\n\n## ")[0]


def with_facts(folder: Path, kinds: dict[float, str] | None, weight: str, **facts: float) -> str:
    """The discussion of a run in whose verdicts.json these facts of a weight were changed."""
    run = write_vae_run(folder / "run", kinds)
    verdicts = json.loads((run / "verdicts.json").read_text())
    verdicts[weight] |= facts
    (run / "verdicts.json").write_text(json.dumps(verdicts))
    return discuss(SavedVae.open(run))


def test_a_collapsed_code_is_called_collapsed_with_its_nats_and_its_faces_alike(tmp_path):
    text = section(text_of(tmp_path), "×100: the code collapses")
    assert "The code costs 0.40 nats, where that of ×1 costs 30.0: 0 of 4 units carry 0.1 nats or more" in text
    assert "reconstructions keep 3 % of the pixels' variance (77 % at ×1)" in text
    assert "this is posterior collapse" in text
    assert "nearly the same picture for every face" in text


def test_a_short_code_is_told_by_its_units_and_its_variance_and_not_called_collapsed(tmp_path):
    text = section(text_of(tmp_path, {1.0: "healthy", 100.0: "short"}), "×100: a short code")
    assert "1 of 4 units carry 0.1 nats or more, and reconstructions keep 23 % of the pixels' variance" in text
    assert "The code is short, but it has not collapsed" in text
    assert "posterior collapse" not in text


def test_the_exchange_of_code_for_picture_is_what_it_costs_and_saves(tmp_path):
    text = section(text_of(tmp_path), "×100: the code collapses")
    # KL 30 - 0.4; reconstruction 1000 - 300; 700 / 29.6; (0.4 - 300) - (30 - 1000)
    assert "spends 29.6 nats more on the code and saves 700 nats on the picture, 23.6 for every nat" in text
    assert "At a price of 100 that does not pay" in text
    assert "670 nats worse at ×100" in text


def test_a_price_at_which_the_code_would_have_paid_is_said_to_be_missed(tmp_path):
    text = text_of(tmp_path, {1.0: "healthy", 5.0: "collapsed"})
    assert "Even at a price of 5 that pays" in text


def test_a_healthy_heavier_weight_is_not_called_collapsed(tmp_path):
    text = section(text_of(tmp_path, {1.0: "looser", 4.0: "healthy"}), "×4: the code is shorter")
    assert "The code costs 30.0 nats, where that of ×1 costs 60.0" in text
    assert "The code is shorter." in text and "collapse" not in text


def test_a_code_that_a_weight_has_not_made_shorter_or_longer_is_not_said_to_be(tmp_path):
    text = section(text_of(tmp_path / "a", {1.0: "healthy", 4.0: "looser"}), "×4: the code is longer")
    assert "The code is no shorter, in spite of its price." in text
    text = section(text_of(tmp_path / "b", {1.0: "looser", 0.5: "healthy"}), "×0.5: the code is shorter")
    assert "The reconstruction is 20.0 nats worse." in text and "save" not in text
    text = section(text_of(tmp_path / "c", {1.0: "healthy", 0.5: "healthy"}), "×0.5: the code is as long")
    assert "The reconstruction is the same." in text


def test_units_that_carry_nothing_are_counted_and_none_is_said_where_there_are_none(tmp_path):
    text = section(with_facts(tmp_path / "a", {1.0: "healthy"}, "1", telling_units=3), "Two costs, one trade")
    assert "3 of the 4 units carry 0.1 nats or more." in text
    text = section(text_of(tmp_path / "b", {1.0: "healthy"}), "Two costs, one trade")
    assert "All 4 units carry 0.1 nats or more." in text


def test_an_unused_prior_is_named_with_its_points_its_gap_and_what_the_longer_code_saves(tmp_path):
    text = section(text_of(tmp_path), "×0: the prior is left unused")
    assert "The KL term is left out; the code costs 400 nats, where that of ×1 costs 30.0." in text
    assert "The 370 nats more of code save 50.0 nats of reconstruction." in text
    assert "variance of the posterior averages 1e-05; the prior's is 1" in text
    assert "every face has become a point" in text
    assert "16.0 nats away from N(0, I), 12.0 nats if each unit is taken by itself" in text
    assert "a draw of the prior falls where no face was encoded" in text
    assert "370 nats worse" not in text and "320 nats worse than at ×1" in text


def test_at_weight_zero_the_map_repairs_the_samples_and_not_the_price(tmp_path):
    text = section(text_of(tmp_path), "×0: the prior is left unused")
    # Frechet 14 and 200; KL through the map 0.8 * 400 - 0.8 * 30
    assert "Frechet distance is 14.0 instead of 200. But the code then still costs 296 nats more than at ×1" in text


def test_posteriors_that_are_no_points_and_lie_elsewhere_are_told_by_their_distance(tmp_path):
    text = section(text_of(tmp_path, {1.0: "elsewhere"}), "Two costs, one trade")
    assert "averages 0.02" in text and "16.0 nats away" in text
    assert "become a point" not in text


def test_a_free_code_that_does_not_help_is_said_not_to_help(tmp_path):
    text = text_of(tmp_path, {1.0: "healthy", 0.0: "unused, no better"})
    assert "The longer code does not help: the reconstruction is 20.0 nats worse." in text


def test_samples_are_judged_by_distances_detail_variety_and_copies(tmp_path):
    text = section(text_of(tmp_path), "What comes out of the prior")
    assert "it is 15.0 at ×1 (through the map 14.0, reconstructions 9.00)" in text
    assert "200 at ×0" in text and "have 11.0, the floor" in text
    assert "shortens the KL term by 6.00 nats at ×1" in text
    assert "is 0.90 in 1–4 and 0.50 in 4–8 cycles per picture; below 1, detail is missing" in text
    assert "28.0 for these samples, 18.0 for reconstructions and 22.0 for training faces" in text
    assert "differ from one another by 50 % at ×1" in text
    assert "averages 0.13 at ×1, 0.13 at ×100 and 0.13 at ×0, black and white being 1 apart; for held-out faces" in text
    assert "it is 0.17" in text


def test_a_smaller_weight_that_keeps_the_prior_is_not_called_unused(tmp_path):
    text = text_of(tmp_path, {1.0: "healthy", 0.5: "looser"})
    assert "## ×0.5: the code is longer" in text
    assert "The KL term counts 0.5 of its value" in text
    assert "no face was encoded" not in text


def test_bounds_across_weights_are_qualified_by_the_importance_weighted_bound(tmp_path):
    text = section(text_of(tmp_path), "Can the bounds be compared?")
    assert "lowers the negative ELBO from −930 to −970 at ×1, −900 to −911 at ×100 and −1,300 to −1,710 at ×0" in text
    assert "Can the bounds be compared?" not in text_of(tmp_path / "one", {1.0: "healthy"})


def test_pca_is_beaten_or_not_by_the_numbers(tmp_path):
    assert "The VAE is better by 23 %" in text_of(tmp_path / "a", pca=0.0155)  # 1 - .0120 / .0155
    assert "The two are equal" in text_of(tmp_path / "c", pca=0.01203)
    assert "**The VAE is worse than PCA**: its error is 20 % larger" in text_of(tmp_path / "b", pca=0.0100)


def test_no_prior_is_held_to_the_credit_of_a_network_trained_without_one(tmp_path):
    assert "must also keep its code close" in text_of(tmp_path / "a", {1.0: "healthy"})
    assert "must also keep its code close" not in text_of(tmp_path / "b", {0.0: "unused prior"})


def test_the_yardstick_without_a_code_says_what_the_nats_do_not_speak_of(tmp_path):
    text = section(text_of(tmp_path / "a"), "What the nats speak of")
    assert "It scores −2,000 nats on dequantised held-out faces, 4.10 bits per dimension; the VAE at ×1" in text
    assert "The VAE is far behind" in text
    assert "What the nats speak of" not in text_of(tmp_path / "b", likelihood="bernoulli")


def linear_said(folder: Path, likelihood: str, kl: float, components: int) -> str:
    """The section of x100, a short code of 2 nats, where the best linear code costs `kl`."""
    run = write_vae_run(folder / "run", {1.0: "healthy", 100.0: "short"}, likelihood=likelihood)
    table = pd.read_csv(run / "linear_code.csv")
    for metric, value in (("kl", kl), ("components", components)):
        table.loc[(table["kl_weight"] == 100) & (table["metric"] == metric), "value"] = value
    table.to_csv(run / "linear_code.csv", index=False)
    return section(discuss(SavedVae.open(run)), "×100: a short code")


def test_what_a_weight_asks_for_is_told_from_the_best_linear_code(tmp_path):
    text = linear_said(tmp_path, "gaussian", 2.5, 2)
    assert "sends 2 components and costs 2.50 nats. So the 2.00 nats of the network are about what a weight" in text
    assert "reconstruction + 100 KL, is −200 on held-out faces for the network and −650 for the linear code." in text
    assert "empty only at a weight of 96: the 768 values times the 12 % of all variance" in text


def test_a_network_that_spends_far_less_than_the_best_linear_code_is_said_to_have_missed_it(tmp_path):
    text = linear_said(tmp_path, "gaussian", 9.0, 4)
    assert "costs 9.00 nats. The network's code costs 2.00 nats, much less, so the price is not the only reason" in text


def test_a_network_that_gets_more_out_of_a_nat_than_a_linear_code_is_said_to_do_so(tmp_path):
    text = linear_said(tmp_path, "gaussian", 0.6, 1)
    assert "costs 0.60 nats. The network's code costs 2.00 nats: its decoder is not linear" in text


def test_a_weight_at_which_no_linear_code_pays_is_said_to_silence_it(tmp_path):
    text = linear_said(tmp_path, "gaussian", 0.0, 0)
    assert "The best one sends none and costs nothing. The network's code costs 2.00 nats." in text
    assert "becomes empty" not in text


def test_why_a_bernoulli_likelihood_asks_for_less_is_said(tmp_path):
    text = linear_said(tmp_path, "bernoulli", 1.9, 1)
    assert "the noise is not learned: a grey level p has the variance p(1 − p)" in text
    assert "if its variance exceeds 100. The best one sends 1 component and costs 1.90 nats" in text


def test_the_bounds_of_network_and_linear_code_stand_side_by_side(tmp_path):
    text = section(text_of(tmp_path), "Is it better than a linear code?")
    assert "−876 at ×1 (the network: −970) and −900 at ×100 (the network: −300)." in text
    assert "×0" not in text.partition("In nats")[2]  # without limit there
    text = text_of(tmp_path / "b", likelihood="bernoulli")
    assert "In nats the code counts too" not in text


def test_the_learned_noise_sets_the_rate_of_exchange(tmp_path):
    assert "σ is 0.110" in text_of(tmp_path)  # sqrt .0120, and 2 of its squares
    assert "a nat of code pays if it saves 0.024 of squared error" in text_of(tmp_path / "again")


def test_the_rate_of_exchange_has_the_weight_in_it(tmp_path):
    text = section(text_of(tmp_path / "a", {100.0: "short"}), "Two costs, one trade")  # sigma^2 = .04
    assert "the KL is multiplied by 100, so a nat of code pays if it saves 8.00 of squared error" in text
    assert "exchange rate" not in text_of(tmp_path / "b", {0.0: "unused prior"})


def test_a_bernoulli_run_is_called_a_surrogate_and_has_neither_sigma_nor_bits(tmp_path):
    text = text_of(tmp_path, likelihood="bernoulli")
    assert "surrogate" in text
    assert "bits per dimension" not in text and "σ is" not in text


def test_the_gap_is_read_from_the_curves(tmp_path):
    text = section(text_of(tmp_path), "Training and held-out faces")
    assert "a held-out face costs, compared with a training face, 20.0 nats more at ×1" in text


def training_said(folder: Path, held_out: list[float], train: list[float] | None = None) -> str:
    """The section on a run with these curves, the first number being that before training."""
    run = write_vae_run(folder / "run", {1.0: "healthy"})
    rows = [
        (1.0, epoch, split, value, value, 0.0, 8.0, 4)
        for split, values in (("train", train or held_out), ("held_out", held_out))
        for epoch, value in enumerate(values)
    ]
    columns = pd.read_csv(run / "metrics.csv").columns
    pd.DataFrame(rows, columns=columns).to_csv(run / "metrics.csv", index=False)
    return section(discuss(SavedVae.open(run)), "Training and held-out faces")


def test_a_training_that_still_falls_is_not_called_ended_because_it_fell_far_at_first(tmp_path):
    text = training_said(tmp_path, [1900, -8200, -8300, -8390])
    assert "the last epoch still gained 90.0 nats: training was stopped before it had converged" in text


def test_a_curve_that_is_flat_is_said_to_be(tmp_path):
    text = training_said(tmp_path, [1900, -8000, -8300, -8389, -8390])
    assert "the last epoch gained 1.00 nats of 390 nats gained since epoch 1: the curve is flat." in text


FALLING = [1900, -8200, -8300, -8390.0, -8400, -8410]


@pytest.mark.parametrize(
    ("held_out", "train", "words"),
    [
        (
            [1900, -8200, -8300, -8390, -8389.6],
            FALLING[:5],
            "ends 0.40 nats higher, about the usual change of an epoch, so it has been level",
        ),
        (
            [1900, -8200, -8300, -8280, -8255, -8230],
            FALLING,
            "after epoch 2 and has risen by 70.0 nats since while the training curve fell: overfitting",
        ),
        ([1900, -8200, -8300, -8280, -8255, -8230], None, "has risen by 70.0 nats since, as has the training curve."),
    ],
)
def test_overfitting_is_said_only_where_the_curves_part(held_out, train, words, tmp_path):
    text = training_said(tmp_path, held_out, train)
    assert words in text
    assert ("overfitting" in text) == words.endswith("overfitting")


def test_factors_are_told_by_what_is_read_from_drawn_latents(tmp_path):
    text = section(text_of(tmp_path), "What the latent code knows")
    assert "one of 3 have R² above 0.5: hair colour (0.80)" in text
    assert "R² is below 0, worse than predicting the mean, for one" in text
    assert "R² is 0.37 at ×1, 0.37 at ×100 and 0.37 at ×0" in text


def test_drawn_faces_are_said_to_be_drawn_and_others_not(tmp_path):
    drawn, collected = text_of(tmp_path / "a", drawn=True), text_of(tmp_path / "b", drawn=False)
    for words in ("drawn by this program", "**Drawn faces**"):
        assert words in drawn and words not in collected


@pytest.mark.parametrize("kinds", COMBINATIONS, ids=lambda kinds: " ".join(f"{w:g}" for w in kinds))
@pytest.mark.parametrize("evaluated", [True, False], ids=["whole", "stopped"])
def test_any_choice_of_weights_is_discussed_without_a_hole(tmp_path, kinds, evaluated):
    text = text_of(tmp_path, kinds, evaluated=evaluated)
    assert not re.search(r"\bnan\b|\binf\b|None|\{|\}|  |−0 |\.\.|, ,", text)
    assert text.startswith("# Discussion")
    assert "What these numbers cannot say" in text
    if 1.0 not in kinds and len(kinds) > 1:
        assert "was not trained" in text


def test_mirroring_is_mentioned_only_where_it_was_done(tmp_path):
    folder = write_vae_run(tmp_path / "run")
    assert "each mirrored in about half of the epochs" in discuss(SavedVae.open(folder))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"mirror": False}))
    assert "each mirrored" not in discuss(SavedVae.open(folder))
    study(folder)


def test_a_run_without_weight_one_says_what_stands_in_for_it(tmp_path):
    assert "×1, was not trained; ×0 stands in" in text_of(tmp_path, {100.0: "collapsed", 0.0: "unused prior"})


def test_write_discussion_and_tables_leave_nothing_else_and_the_same_bytes(tmp_path):
    folder = write_vae_run(tmp_path / "run")
    before = {path for path in folder.rglob("*") if path.is_file()}
    first = [write_discussion(folder).read_bytes(), write_tables(folder).read_bytes()]
    assert [write_discussion(folder).read_bytes(), write_tables(folder).read_bytes()] == first
    after = {path for path in folder.rglob("*") if path.is_file()}
    assert after - before == {folder / "discussion.md", folder / "tables.md"}


def test_the_tables_hold_every_metric_layer_and_setting(tmp_path):
    text = write_tables(write_vae_run(tmp_path / "run")).read_text()
    assert "| KL ×1 | held-out | −970 | −1,000 | 30.0 | 7.500 | 0.0120 | 19.2 | 4 |" in text
    assert "| PCA, 4 components | held-out |  |  |  |  | 0.0155 |  |  |" in text
    assert "| `to_log_variance` | linear | 4 | 516 | 512 |" in text
    assert "| **all** |  |  | **10,015** | **48,640** |" in text
    assert "| kl weights | 1 100 0 |" in text
    assert "| KL ×1 | 3 | 24.0 | 30.0 | −876 | −970 |" in text
    assert "| KL ×0 | 3 | ∞ | 400 | ∞ | −650 |" in text
    assert "Drawn faces" in text


def test_the_tables_of_a_stopped_run_hold_what_there_is(tmp_path):
    text = write_tables(write_vae_run(tmp_path / "run", evaluated=False)).read_text()
    assert "## Settings" in text and "## The layers" not in text and "nan" not in text


def test_the_run_in_short_has_a_column_for_each_weight_and_the_yardsticks_below_what_they_measure(tmp_path):
    lines = summary_table(SavedVae.open(write_vae_run(tmp_path / "run"))).splitlines()
    assert lines[0] == "|  | KL ×1 | KL ×100 | KL ×0 |"
    assert "| negative ELBO, unweighted (nats) | −970 | −300 | −650 |" in lines
    assert "| – of the best linear code | −876 | −900 | ∞ |" in lines
    assert "| – of the best linear code, components sent | 24.0, 3 | 0.00, 0 | ∞, 3 |" in lines
    assert "| verdict on the code | healthy | collapsed | unused prior |" in lines
    assert lines[-1] == "PCA, the best linear code in squared error, reaches 0.0155 with 4 components."


@pytest.mark.parametrize("damage", ["missing", "broken", "foreign"])
def test_a_folder_that_holds_no_run_is_refused_in_one_line(tmp_path, damage):
    if damage != "missing":
        (tmp_path / "config.json").write_text({"broken": "{", "foreign": json.dumps({"data": {}})}[damage])
    with pytest.raises(DataError) as caught:
        write_discussion(tmp_path)
    assert "config.json" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-7591.4, "−7,591"),
        (36.66, "36.7"),
        (0.938, "0.94"),
        (-0.0, "0.00"),
        (-0.001, "0.00"),
        (1e5, "100,000"),
        (math.inf, "∞"),
    ],
)
def test_numbers_have_three_figures_and_a_true_minus(value, text):
    assert rounded(value) == text
    assert nats(np.float64(value)) == f"{text} nats"


def test_a_share_that_is_not_quite_nothing_is_not_written_as_nothing():
    assert [whole_percent(0), whole_percent(0.001), whole_percent(0.401)] == ["0 %", "under 1 %", "40 %"]


def test_a_share_of_nothing_is_no_share():
    assert whole_percent(math.nan) == "–"


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("linear", "Each starts at the best linear code of its weight; the order of the images"),
        ("random", "The initial parameters, the order of the images"),
    ],
)
def test_what_the_models_of_all_weights_have_in_common_is_said(start, words, tmp_path):
    folder = write_vae_run(tmp_path / "run")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"start": start}))
    assert words in discuss(SavedVae.open(folder))
