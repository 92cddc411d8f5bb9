import numpy as np
import pytest

from autograd import checkpoint
from tests.fakes.small_vae import small_images, small_model
from vae.diagnostics import evaluate
from vae.noise_level import best_log_noise
from vae.train import NotFiniteError, Settings, Trainer

IMAGES = small_images(20)


def trainer(seed=0, images=IMAGES, model=None, **settings):
    settings = {"batch_size": 8, "learning_rate": 3e-3} | settings  # steps of 8, 8 and 4 images
    return Trainer(model or small_model(seed=3), images, Settings(**{"mirror": False, **settings}), seed)


def run(trainer, epochs):
    return [step for _ in range(epochs) for step in trainer.epoch()]


def saved_bytes(trainer, path):
    checkpoint.save(path, trainer.state())
    return path.read_bytes()


def restored(path, **options):
    fresh = trainer(seed=99, **{"model": small_model(seed=98)} | options)  # nothing may depend on the fresh state
    fresh.restore(checkpoint.load(path))
    return fresh


def test_training_lowers_the_negative_elbo():
    t = trainer(learning_rate=1e-2)
    before = evaluate(t.model, IMAGES).negative_elbo
    run(t, 40)
    assert evaluate(t.model, IMAGES).negative_elbo < before - 100


def test_an_epoch_takes_every_image_once_in_an_order_of_its_own():
    t = trainer()
    orders = []
    for _ in range(2):
        steps = t.epoch()
        first = next(steps)
        assert sorted(t.order) == list(range(20))
        orders.append(t.order)
        assert [step.number for step in [first, *steps]] == [1, 2, 3]
    assert t.epochs_done == 2
    assert (orders[0] != orders[1]).any()


def test_with_mirror_about_half_of_an_epochs_images_come_mirrored_and_others_each_time(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (200, 16, 16, 3), dtype=np.uint8)  # each has a left and a right
    before, seen = images.copy(), []

    def as_floats(batch, model):
        seen.append(batch)
        return batch / np.float32(255)

    monkeypatch.setattr("vae.train.as_floats", as_floats)
    t = trainer(images=images, batch_size=200, mirror=True)
    mirrored = []
    for _ in range(2):
        list(t.epoch())
        batch = seen[-1]
        flipped = [any(np.array_equal(one, image[:, ::-1]) for image in images) for one in batch]
        straight = [any(np.array_equal(one, image) for image in images) for one in batch]
        assert np.not_equal(flipped, straight).all()
        assert 70 < sum(flipped) < 130
        mirrored.append({one.tobytes() for one, is_flipped in zip(batch, flipped, strict=True) if is_flipped})
    assert mirrored[0] != mirrored[1]
    np.testing.assert_array_equal(images, before)


def test_a_step_reports_the_terms_of_its_batch_with_no_weight():
    step = next(trainer(kl_weight=100).epoch())
    assert step.negative_elbo == step.reconstruction + step.kl
    assert step == next(trainer(kl_weight=0).epoch())


EVERYTHING = {"mirror": True, "schedule": "cosine", "prior": "linear", "epochs": 4}


def normalised(seed=3):
    return small_model(seed=seed, norm="batch")


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 6, 8])
def test_a_run_saved_after_any_step_and_continued_ends_with_the_same_bytes(tmp_path, steps):
    whole = trainer(model=normalised(), **EVERYTHING)
    records = run(whole, 4)

    stopped, done = trainer(model=normalised(), **EVERYTHING), []
    while len(done) < steps:
        for step in stopped.epoch():
            done.append(step)
            if len(done) == steps:
                break
    checkpoint.save(tmp_path / "stopped.npz", stopped.state())
    going_on = restored(tmp_path / "stopped.npz", model=normalised(seed=98), **EVERYTHING)
    while going_on.epochs_done < 4:
        done += going_on.epoch()
    assert done == records
    assert saved_bytes(going_on, tmp_path / "b.npz") == saved_bytes(whole, tmp_path / "a.npz")


def test_with_the_cosine_schedule_the_rate_falls_to_zero_over_all_epochs():
    t = trainer(schedule="cosine", epochs=2, learning_rate=1.0)
    rates = []
    for _ in range(2):
        for _step in t.epoch():
            rates.append(t.optimizer.current_rate)
    expected = [(1 + np.cos(np.pi * n / 6)) / 2 for n in range(1, 7)]  # 3 steps an epoch
    np.testing.assert_allclose(rates, expected, atol=1e-12)


def test_a_cosine_schedule_refuses_another_number_of_epochs_and_a_constant_one_takes_it():
    t = trainer(schedule="cosine", epochs=2)
    with pytest.raises(ValueError, match="falls to 0 over 2 epochs, now it is to fall over 3: give the same number"):
        trainer(schedule="cosine", epochs=3).restore(t.state())
    trainer(epochs=3).restore(trainer(epochs=2).state())


def test_with_the_linear_prior_the_kl_term_is_that_of_the_best_map_of_the_moment():
    """The first step has the standard prior; after many, the map makes the KL smaller than that of N(0, I)."""
    options = {"learning_rate": 1e-2, "images": small_images(64), "batch_size": 32}
    assert next(trainer(prior="linear", **options).epoch()).kl == pytest.approx(next(trainer(**options).epoch()).kl)
    t = trainer(prior="linear", **options)
    run(t, 60)
    standard, mapped = evaluate(t.model, IMAGES), evaluate(t.model, IMAGES, linear_map=t.linear_map)
    assert mapped.kl < standard.kl - 0.2
    assert trainer().linear_map is None


@pytest.mark.parametrize(("name", "value"), [("schedule", "linear"), ("prior", "normal")])
def test_unknown_choices_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name} is '{value}', expected one of"):
        trainer(**{name: value})


def test_spectral_noise_levels_are_set_at_the_start_of_every_epoch_and_left_alone_within_it():
    t = trainer(model=small_model(noise="spectral"))
    levels = []
    for _ in range(2):
        expected = best_log_noise(t.model, IMAGES)
        within = [t.model.log_noise.data.copy() for _ in t.epoch()]
        np.testing.assert_allclose(within[0], expected, rtol=1e-5)
        assert (within[0] == within[-1]).all()
        levels.append(within[0])
    assert (levels[0] != levels[1]).any()
    assert levels[0].std() > 0.5  # images have less power in fine detail


def test_a_spectral_run_that_was_stopped_within_an_epoch_ends_with_the_same_bytes(tmp_path):
    def fresh(seed):
        return trainer(model=small_model(noise="spectral", seed=seed))

    whole, stopped = fresh(3), fresh(3)
    run(whole, 2)
    next(stopped.epoch())
    checkpoint.save(tmp_path / "stopped.npz", stopped.state())
    going_on = fresh(98)
    going_on.restore(checkpoint.load(tmp_path / "stopped.npz"))
    run(going_on, 2)
    assert saved_bytes(going_on, tmp_path / "b.npz") == saved_bytes(whole, tmp_path / "a.npz")


def test_two_epochs_and_two_more_are_four(tmp_path):
    whole, first = trainer(), trainer()
    run(whole, 4)
    run(first, 2)
    checkpoint.save(tmp_path / "two.npz", first.state())
    second = restored(tmp_path / "two.npz")
    run(second, 2)
    assert saved_bytes(second, tmp_path / "b.npz") == saved_bytes(whole, tmp_path / "a.npz")


def test_evaluating_in_between_changes_nothing(tmp_path):
    quiet, watched = trainer(), trainer()
    run(quiet, 2)
    for _ in range(2):
        list(watched.epoch())
        evaluate(watched.model, IMAGES)
    assert saved_bytes(watched, tmp_path / "b.npz") == saved_bytes(quiet, tmp_path / "a.npz")


def test_seed_and_weight_matter(tmp_path):
    states = []
    for options in ({}, {"seed": 1}, {"kl_weight": 100.0}):
        t = trainer(**options)
        run(t, 1)
        states.append(t.model.state_dict()["encoder.0.weight"].tobytes())
    assert len(set(states)) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kl_weight": 100.0}, "trained with kl_weight 1.0, now it is 100.0"),
        ({"batch_size": 4}, "trained with batch_size 8, now it is 4"),
        ({"learning_rate": 1e-3}, "trained with learning_rate"),
        ({"mirror": True}, "trained with mirror False, now it is True"),
        ({"images": small_images(30)}, "trained on 20 images, now there are 30"),
    ],
)
def test_a_state_of_another_training_is_refused_with_the_reason(tmp_path, options, message):
    t = trainer()
    run(t, 1)
    checkpoint.save(tmp_path / "state.npz", t.state())
    with pytest.raises(ValueError, match=message):
        restored(tmp_path / "state.npz", **options)


def test_a_state_of_another_architecture_is_refused_with_the_shapes():
    other = trainer(model=small_model(widths=(4, 8)))
    with pytest.raises(ValueError, match=r"not saved from the same architecture: .*encoder.1.weight has shape"):
        trainer().restore(other.state())


def poisoned(t, name, value):
    dict(t.model.named_parameters())[name].data.flat[0] = value
    return t


def test_a_loss_that_is_not_finite_ends_training_with_epoch_step_and_first_op():
    t = trainer()
    list(t.epoch())
    next(t.epoch())
    poisoned(t, "from_latent.weight", np.inf)
    with pytest.raises(
        NotFiniteError, match=r"epoch 2, step 2: the loss is (nan|inf|-inf); transpose gave 1 infinite"
    ) as e:
        next(t.epoch())
    assert "of 288 values in shape (3, 96), called at" in str(e.value)
    assert "model.py:" in str(e.value)


def test_an_overflow_inside_the_network_is_traced_to_the_op_where_it_happens():
    t = poisoned(trainer(), "log_noise", -300.0)  # a precision of e^300
    with pytest.raises(
        NotFiniteError, match=r"epoch 1, step 1: the loss is inf; gaussian_log_likelihood gave 8 infinite"
    ):
        next(t.epoch())


def test_a_gradient_that_is_not_finite_ends_training_before_it_reaches_the_parameters(monkeypatch):
    """The loss is finite: a likelihood of 0 times sqrt(0), whose slope is infinite there."""
    t = trainer()
    original = type(t.model).log_likelihood
    monkeypatch.setattr(
        type(t.model), "log_likelihood", lambda self, x, z: original(self, x, z) + (z[:, 0] - z[:, 0].detach()).sqrt()
    )
    with pytest.raises(NotFiniteError, match=r"the loss is -?\d.*; the gradient of sqrt, called at .*test_train.py"):
        next(t.epoch())


def test_a_step_that_failed_leaves_no_trace(tmp_path):
    whole, failing = (trainer(model=normalised(), prior="linear") for _ in range(2))
    run(whole, 2)
    for _ in range(2):
        good = failing.model.log_noise.item()
        poisoned(failing, "log_noise", -300.0)  # met after the noise has been drawn
        with pytest.raises(NotFiniteError):
            next(failing.epoch())
        poisoned(failing, "log_noise", good)
        run(failing, 1)
    assert saved_bytes(failing, tmp_path / "b.npz") == saved_bytes(whole, tmp_path / "a.npz")
