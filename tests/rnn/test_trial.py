from dataclasses import replace

import numpy as np
import pytest

from rnn.baselines import BASELINES, MIN_LENGTH
from rnn.train import TrainingSettings
from rnn.trial import EVERYTHING, NETS, Recipe, Trial, forecast, train_and_score
from rnn.windows import make_windows

CHOSEN = {"epochs", "validation_loss", "validation_auc", "slope", "intercept"}
RECIPE = Recipe(days=24, hidden=3, layers=1, training=TrainingSettings(epochs=1), seed=0)


@pytest.fixture(scope="module")
def windows():
    counts = np.random.default_rng(0).poisson(np.arange(1, 9)[:, None], (8, 24))
    return make_windows(counts, 8)


@pytest.mark.parametrize("model", [*NETS, *BASELINES])
def test_every_model_is_trained_scored_and_the_same_again(model, windows):
    assert windows.length >= MIN_LENGTH.get(model, 1)
    trial = Trial(model, 8, "country", 1)
    result = train_and_score(trial, windows, RECIPE)
    tested = windows.take(RECIPE.test_part(windows, trial))
    assert len(result.probability) == len(result.decision) == len(tested)
    assert result.scores["accuracy"] == pytest.approx(np.mean(np.array(result.decision) == tested.labels))
    assert {record.part for record in result.records} == ({"train", "validation", "test"} if model in NETS else set())
    assert set(result.choice) == (CHOSEN if model in NETS else set())
    assert train_and_score(trial, windows, RECIPE) == result


def test_the_answers_to_the_test_part_change_neither_the_choice_nor_a_probability(windows):
    trial = Trial("gru", 8, "country", 0)
    recipe = replace(RECIPE, training=TrainingSettings(epochs=3))
    test = recipe.test_part(windows, trial)
    turned = replace(windows, labels=windows.labels ^ test)
    one, other = (train_and_score(trial, asked, recipe) for asked in (windows, turned))
    assert (one.choice, one.probability) == (other.choice, other.probability)
    assert one.scores["accuracy"] == pytest.approx(1 - other.scores["accuracy"])


def test_a_net_learns_from_the_windows_it_is_taught_and_is_asked_about_all(windows):
    trial = Trial("logistic", 8, "time", 0)
    taught = windows.country < 5
    test = RECIPE.test_part(windows, trial)
    result = train_and_score(trial, windows, RECIPE, taught)
    assert len(result.probability) == test.sum()
    expected, _ = BASELINES["logistic"](windows.take(~test & taught), windows.take(test))
    np.testing.assert_allclose(result.probability, expected, atol=1e-7)


def test_all_models_of_a_seed_meet_the_same_split_and_seeds_differ(windows):
    parts = [RECIPE.test_part(windows, Trial(model, 8, "random", 0)) for model in ("gru", "majority")]
    np.testing.assert_array_equal(*parts)
    assert (RECIPE.test_part(windows, Trial("gru", 8, "random", 1)) != parts[0]).any()


def test_a_forecast_is_a_probability_for_every_row_and_holds_no_window_out(windows):
    latest = np.arange(24).reshape(3, 8)
    result = forecast(Trial("gru_steps", 8, EVERYTHING, 0), windows, latest, RECIPE)
    assert len(result.probability) == 3
    assert all(0 < p < 1 for p in result.probability)
    assert result.scores == {}
    assert {record.part for record in result.records} == {"train", "validation"}


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning", "ignore:invalid value:RuntimeWarning")
def test_a_loss_that_explodes_names_the_trial(windows):
    wild = Recipe(24, 3, 1, TrainingSettings(epochs=3, learning_rate=1e38, clip=1e30), 0)
    with pytest.raises(FloatingPointError, match="gru L=8 country seed 0"):
        train_and_score(Trial("gru", 8, "country", 0), windows, wild)


@pytest.mark.filterwarnings("error")
def test_a_training_that_overflows_is_told_once_and_numpy_does_not_warn(windows):
    recipe = replace(RECIPE, training=TrainingSettings(epochs=2, learning_rate=1e308))
    with pytest.raises(FloatingPointError, match="rnn L=8 country seed 0: epoch"):
        train_and_score(Trial("rnn", 8, "country", 0), windows, recipe)
