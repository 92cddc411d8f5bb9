"""A state that no training run can save is refused before any of it is taken."""

import numpy as np
import pytest

from tests.fakes.small_vae import small_images, small_model
from vae.train import Settings, Trainer

IMAGES = small_images(20)


def trainer(seed=0):
    return Trainer(small_model(seed=seed), IMAGES, Settings(batch_size=8, prior="linear"), seed)


@pytest.fixture(scope="module")
def stopped():
    """A trainer within its second epoch."""
    t = trainer()
    list(t.epoch())
    next(t.epoch())
    return t


def changed(state, part, name, change):
    """The state with one entry changed."""
    if name is None:
        return state | {part: change(state[part])}
    return state | {part: state[part] | {name: change(state[part][name])}}


def with_entry(value):
    def change(array):
        array = array.copy()
        array.flat[0] = value
        return array

    return change


DAMAGE = {
    "a weight is NaN": ("model", "encoder.0.weight", with_entry(np.nan), "model encoder.0.weight is not finite"),
    "a moment is infinite": ("optimizer", "first_moment.0", with_entry(np.inf), "not finite"),
    "a mean of squares below 0": ("optimizer", "second_moment.0", with_entry(-1.0), "negative values"),
    "a weight is a text": ("model", "encoder.0.weight", lambda _: "0.5", "not finite"),
    "more steps than were taken": ("optimizer", "steps", lambda n: n + 1, "has taken 5 steps, expected 4"),
    "negative epochs": ("epochs_done", None, lambda _: -1, "epochs_done is -1"),
    "epochs that are no whole number": ("epochs_done", None, float, "of type float, expected int"),
    "epochs that are a truth value": ("epochs_done", None, lambda _: True, "of type bool, expected int"),
    "an order all the same": ("order", None, np.zeros_like, "names an image twice"),
    "an order out of range": ("order", None, with_entry(40), "entries from"),
    "an order below 0": ("order", None, with_entry(-1), "entries from"),
    "an order of a million": ("order", None, lambda _: np.arange(10**6), "its order has shape"),
    "an order of floats": ("order", None, lambda order: order.astype(float), "dtype float64"),
    "an order that is a list": ("order", None, list, "of type list"),
    "a position between batches": ("position", None, lambda _: 3, "position is 3"),
    "a position below 0": ("position", None, lambda _: -8, "position is -8"),
    "a position behind the end": ("position", None, lambda _: 24, "position is 24"),
    "a generator that is none": ("order_rng", "state", lambda _: {}, "not the state of a generator"),
    "a generator with a text": ("noise_rng", "state", lambda _: "x", "not the state of a generator"),
    "moments of other units": ("moments", "mean", lambda mean: mean[:1], "moments of the codes"),
    "no moments": ("moments", None, lambda _: None, "moments of the codes"),
    "no settings": ("settings", None, lambda _: [], "settings is of type list"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_state_is_refused_with_the_entry(damage, stopped):
    part, name, change, message = DAMAGE[damage]
    with pytest.raises(ValueError, match=message):
        trainer(seed=1).restore(changed(stopped.state(), part, name, change))


@pytest.mark.parametrize("name", ["model", "optimizer", "order", "position", "noise_rng"])
def test_a_state_that_lacks_an_entry_is_refused_with_its_name(name, stopped):
    state = stopped.state()
    del state[name]
    with pytest.raises(ValueError, match=f"has no '{name}'"):
        trainer(seed=1).restore(state)


def test_what_a_run_saves_is_taken_between_epochs_and_within_one(stopped):
    fresh = trainer(seed=1)
    fresh.restore(stopped.state())
    list(fresh.epoch())
    assert fresh.epochs_done == 2
    trainer(seed=2).restore(fresh.state())
