"""What a heavy KL term does to faces: the code that is left, beside what the best linear code would spend."""

import zipfile

import numpy as np
import pytest

from data.faces.drawn.draw import load_drawn_faces
from data.faces.load import load_faces
from tests.fakes.real_files import ANIME_FACES, needs_anime_faces
from vae.diagnostics import evaluate
from vae.linear_code import bernoulli_code, bernoulli_deviations
from vae.model import VAE
from vae.principal_components import principal_components
from vae.train import Settings, Trainer

COUNT, SIDE, LATENT = 800, 32, 16


@pytest.fixture(scope="module")
def drawn_faces():
    return load_drawn_faces(0, COUNT, SIDE, cache=None).images


@pytest.fixture(scope="module")
def real_faces(tmp_path_factory):
    """Some of the real pictures, so that not all need to be decoded."""
    some = tmp_path_factory.mktemp("faces") / "some.zip"
    with zipfile.ZipFile(ANIME_FACES) as source, zipfile.ZipFile(some, "w") as target:
        names = sorted(source.namelist())
        for i in np.random.default_rng(0).permutation(len(names))[:COUNT]:
            target.writestr(names[i], source.read(names[i]))
    return load_faces(some, SIDE, cache=None).images


def code_left(images, kl_weight, epochs=7):
    """KL in nats of a narrow net after a short training with the Bernoulli likelihood."""
    model = VAE(SIDE, 3, (8, 16, 32), LATENT, rng=np.random.default_rng(0), likelihood="bernoulli")
    trainer = Trainer(model, images, Settings(kl_weight, 32, 3e-3, epochs, mirror=False), seed=0)
    while trainer.epochs_done < epochs:
        for _ in trainer.epoch():
            pass
    return evaluate(model, images).kl


@pytest.mark.parametrize("faces", ["drawn_faces", pytest.param("real_faces", marks=needs_anime_faces)])
def test_under_the_bernoulli_likelihood_a_weight_of_100_leaves_under_a_nat_as_the_best_linear_code_does(faces, request):
    images = request.getfixturevalue(faces)
    scaled = principal_components(images, LATENT, np.random.default_rng(0), bernoulli_deviations(images))
    assert bernoulli_code(scaled.variances, 1.0).rates.sum() > 20
    assert code_left(images, 1.0) > 5  # the training is long enough for a code to form
    assert bernoulli_code(scaled.variances, 100.0).rates.sum() < 1
    assert code_left(images, 100.0) < 1
