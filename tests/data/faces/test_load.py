"""Where faces are loaded from, how they are kept, and how they are split."""

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

import data.faces.load as faces_module
from data.errors import DataError
from data.faces.load import Faces, load_faces, preparation_stages, split_faces
from tests.fakes.pictures import encoded, folder_of, picture, zip_of

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[3].parent / "shared" / "data"))

GOOD = {
    "z.PNG": encoded(picture(10)),
    "deep/er/b.jpg": encoded(picture(100), "JPEG"),
    "deep/a.JPEG": encoded(picture(200), "JPEG"),
}
GOOD_NAMES = ("deep/a.JPEG", "deep/er/b.jpg", "z.PNG")


# Sources


def test_a_folder_of_any_depth_and_a_zip_of_it_give_the_same_pictures(tmp_path):
    folder = load_faces(folder_of(tmp_path / "folder", GOOD), 32, cache=None)
    archive = load_faces(zip_of(tmp_path / "faces.zip", GOOD, zipfile.ZIP_DEFLATED), 32, cache=None)
    assert folder.names == archive.names == GOOD_NAMES
    assert folder.images.shape == (3, 32, 32, 3) and folder.images.dtype == np.uint8
    assert np.array_equal(folder.images, archive.images)
    assert np.allclose(folder.images[:, 16, 16, 0], [200, 100, 10], atol=3)


def test_other_files_and_the_hidden_leavings_of_macos_are_not_pictures(tmp_path):
    extra = {"readme.txt": b"hello", "__MACOSX/._a.jpg": b"\0\5", "inner.zip": b"PK\3\4"}
    loaded = load_faces(zip_of(tmp_path / "faces.zip", GOOD | extra), 16, cache=None)
    assert loaded.names == GOOD_NAMES and loaded.skipped == ()


def test_nothing_is_unpacked_so_names_that_climb_out_are_harmless(tmp_path):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    names = {"../../escaped.png": encoded(picture()), "/absolute.png": encoded(picture(7))}
    loaded = load_faces(zip_of(inside / "faces.zip", names), 16, cache=None)
    assert len(loaded) == 2
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["faces.zip"]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_a_saved_array_of_levels_or_fractions_is_read(tmp_path, dtype):
    levels = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3))
    array = (levels / 255).astype(dtype) if np.dtype(dtype).kind == "f" else levels.astype(dtype)
    np.save(tmp_path / "faces.npy", array)
    np.savez(tmp_path / "faces.npz", array)
    for name in ("faces.npy", "faces.npz"):
        loaded = load_faces(tmp_path / name, 16, cache=None)
        assert np.array_equal(loaded.images, levels)


def test_a_saved_array_is_cropped_resized_and_made_rgb_like_any_picture(tmp_path):
    np.save(tmp_path / "grey.npy", np.full((2, 20, 40), 90, np.uint8))
    np.save(tmp_path / "clear.npy", np.zeros((2, 20, 20, 4), np.uint8))
    assert np.all(load_faces(tmp_path / "grey.npy", 16, cache=None).images == 90)
    assert np.all(load_faces(tmp_path / "clear.npy", 16, cache=None).images == 255)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 3, 32, 32), np.uint8), r"got \(2, 3, 32, 32\); transpose"),
        (np.zeros((2, 8, 8, 3), np.uint8), "too small"),
        (np.zeros((2, 32, 32, 3), bool), "dtype bool"),
        (np.full((2, 32, 32, 3), 3.0), "values outside 0..1"),
        (np.full((2, 32, 32, 3), np.nan), "values outside 0..1"),
        (np.full((2, 32, 32, 3), 300), "values outside 0..255"),
    ],
)
def test_an_array_that_holds_no_pictures_is_refused_with_what_it_holds(tmp_path, array, message):
    np.save(tmp_path / "faces.npy", array)
    with pytest.raises(DataError, match=message):
        load_faces(tmp_path / "faces.npy", cache=None)


def test_a_pickled_array_is_refused_and_never_run(tmp_path):
    pickled = np.array([{"a": 1}], dtype=object)
    np.save(tmp_path / "faces.npy", pickled, allow_pickle=True)
    np.savez(tmp_path / "faces.npz", pickled)
    for name in ("faces.npy", "faces.npz"):
        with pytest.raises(DataError, match=r"Python objects|allow_pickle=False"):
            load_faces(tmp_path / name, cache=None)


# Nothing to load


def test_a_folder_of_broken_pictures_is_one_error_that_names_them(tmp_path):
    folder_of(tmp_path, {f"{i}.jpg": b"broken" for i in range(9)})
    with pytest.raises(DataError, match=r"no readable picture; looked for .*found 9, none usable: '0.jpg'"):
        load_faces(tmp_path, cache=None)


def test_an_empty_folder_and_an_empty_zip_say_what_was_looked_for(tmp_path):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", zip_of(tmp_path / "empty.zip", {})):
        with pytest.raises(DataError, match=r"empty.*looked for \.jpg, \.jpeg, \.png .*found none"):
            load_faces(source, cache=None)


def test_a_missing_source_and_one_of_another_kind_say_what_is_expected(tmp_path):
    with pytest.raises(DataError, match="no such file or folder"):
        load_faces(tmp_path / "absent")
    (tmp_path / "page.zip").write_text("<html>please log in</html>")
    with pytest.raises(DataError, match=r"does not open as a zip.*fetch it again"):
        load_faces(tmp_path / "page.zip", cache=None)


# The cache


def test_the_second_start_reads_the_cache_and_decodes_nothing(tmp_path, monkeypatch):
    source = folder_of(tmp_path / "folder", GOOD | {"bad.jpg": b"broken"})
    first = load_faces(source, 16, cache=tmp_path / "cache")
    monkeypatch.setattr(faces_module, "decode", lambda content: pytest.fail("decoded again"))
    second = load_faces(source, 16, cache=tmp_path / "cache")
    assert np.array_equal(first.images, second.images)
    assert (first.names, first.skipped, first.content_hash) == (
        second.names,
        second.skipped,
        second.content_hash,
    )
    assert len(second.skipped) == 1


def test_another_size_or_other_content_is_prepared_anew(tmp_path):
    source, cache = folder_of(tmp_path / "folder", GOOD), tmp_path / "cache"
    load_faces(source, 16, cache=cache)
    assert load_faces(source, 32, cache=cache).images.shape[1] == 32
    folder_of(source, {"z.PNG": encoded(picture(77))})
    assert load_faces(source, 16, cache=cache).images[2, 0, 0, 0] == 77
    assert len(list(cache.iterdir())) == 3  # and no half-written file beside them


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[: len(c) // 2], lambda c: b"garbage" + c[7:]])
def test_a_damaged_cache_file_is_made_again(tmp_path, damage):
    source, cache = folder_of(tmp_path / "folder", GOOD), tmp_path / "cache"
    first = load_faces(source, 16, cache=cache)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert np.array_equal(load_faces(source, 16, cache=cache).images, first.images)
    assert kept.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_a_warning_and_not_the_end(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.warns(UserWarning, match="not kept"):
        assert len(load_faces(folder_of(tmp_path / "folder", GOOD), 16, cache=tmp_path / "cache")) == 3


# The split


def some_faces(count: int, copies: int = 0) -> Faces:
    images = np.random.default_rng(1).integers(0, 256, (count, 2, 2, 3), np.uint8)
    images[count - copies :] = images[0]
    names = tuple(str(i) for i in range(count))
    return Faces(images, names, (), "test", "hash", drawn=True, factors={"number": np.arange(count)})


def numbers(faces: Faces) -> list[int]:
    assert faces.factors is not None
    assert [int(name) for name in faces.names] == list(faces.factors["number"])
    return list(faces.factors["number"])


def test_the_split_keeps_every_face_once_and_its_name_and_factors_with_it():
    training, held_out = split_faces(some_faces(50), 0.2)
    assert len(held_out) == 10
    assert sorted(numbers(training) + numbers(held_out)) == list(range(50))


def test_the_split_is_shuffled_and_fixed_by_its_seed():
    first, again, other = (numbers(split_faces(some_faces(50), 10, seed)[1]) for seed in (0, 0, 1))
    assert first == again != other
    assert first != sorted(first)


@pytest.mark.parametrize("seed", range(20))
def test_exact_copies_never_cross_the_split(seed):
    training, held_out = split_faces(some_faces(30, copies=6), 10, seed)
    assert len(held_out) in (4, 5, 6, 7, 8, 9, 10)
    sides = {image.tobytes() for image in training.images} & {image.tobytes() for image in held_out.images}
    assert not sides


@pytest.mark.parametrize("held_out", [0, 5, -1, 0.0, 1.0])
def test_a_split_that_leaves_a_side_empty_is_refused(held_out):
    with pytest.raises(ValueError, match="held_out"):
        split_faces(some_faces(5), held_out)
    with pytest.raises(ValueError, match=r"1 distinct"):
        split_faces(some_faces(5, copies=4), 2)


# The strip of stages


def test_the_stages_show_a_picture_as_it_was_cropped_and_resized(tmp_path):
    source = folder_of(tmp_path, {"a.png": encoded(picture(width=50, height=30)), "b.jpg": b"broken"})
    (stages,) = preparation_stages(source, 5, 16)
    assert stages.name == "a.png"
    assert (stages.original.shape, stages.cropped.shape, stages.resized.shape) == (
        (30, 50, 3),
        (30, 30, 3),
        (16, 16, 3),
    )


# The real pictures


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "anime_faces.zip").exists(), reason="the real pictures are not here")
def test_the_real_archive_gives_12000_faces(tmp_path):
    loaded = load_faces(SHARED / "anime_faces.zip", 64, cache=tmp_path)
    assert loaded.images.shape == (12_000, 64, 64, 3) and not loaded.skipped
    mean = loaded.images[::10].mean(axis=(0, 1, 2)) / 255
    assert np.allclose(mean, [0.6815, 0.5880, 0.5790], atol=0.01)
