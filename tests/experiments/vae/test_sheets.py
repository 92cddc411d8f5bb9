"""The faces of a weight as rows of small pictures on the page."""

import numpy as np
import pytest

from experiments.vae.page import study
from experiments.vae.saved import SavedVae
from experiments.vae.sheets import ACROSS, interpolations, reconstructions, samples, traversals
from experiments.vae.story import story
from tests.fakes.saved_vae_sample import SIDE, write_vae_run


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> SavedVae:
    return SavedVae.open(write_vae_run(tmp_path_factory.mktemp("sheets") / "vae"))


def test_reconstructions_stand_below_their_faces_and_repeat_none_of_the_strip_on_top(run):
    (strip,) = story(run).parts
    faces, back = reconstructions(run, 1.0).rows
    arrays = run.snapshot(1.0)
    np.testing.assert_array_equal(strip.rows[0].pictures[0], arrays["originals"][:ACROSS])
    np.testing.assert_array_equal(faces.pictures[0], arrays["originals"][ACROSS:])
    np.testing.assert_array_equal(back.pictures[0], arrays["reconstructions"][ACROSS:])


def test_the_same_draws_are_shown_as_trained_and_through_the_map(run):
    as_trained, mapped, nearest = samples(run, 1.0).rows
    assert as_trained.pictures.shape == mapped.pictures.shape == (4, ACROSS, SIDE, SIDE, 3)
    np.testing.assert_array_equal(as_trained.pictures[1, 0], run.snapshot(1.0)["samples"][ACROSS])
    np.testing.assert_array_equal(nearest.pictures[0], run.snapshot(1.0)["nearest"])


def test_interpolations_have_the_real_faces_at_their_ends(run):
    between, _ = interpolations(run, 1.0).rows
    np.testing.assert_array_equal(between.pictures[:, [0, -1]], run.snapshot(1.0)["pairs"])
    np.testing.assert_array_equal(between.pictures[:, [1, -2]], run.snapshot(1.0)["interpolations"][:, [0, -1]])
    assert "t = 0, 0.25, 0.5, 0.75, 1 " in interpolations(run, 1.0).caption


def test_a_traversal_is_a_row_for_each_axis(run):
    rows = traversals(run, 1.0).rows
    assert len(rows) == len(run.snapshot(1.0)["traversals"]) and "12 %" in rows[0].label


def test_rows_that_scripts_look_for_have_names_of_their_own(run):
    parts = [*story(run).parts, *(part for item in study(run.folder).items for part in item.parts)]
    names = [row.name for part in parts for row in getattr(part, "rows", ()) if row.name]
    assert len(names) == len(set(names)) == 1 + 2 * len(run.weights)
