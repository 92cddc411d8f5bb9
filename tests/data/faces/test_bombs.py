"""Small files that ask for much time or memory are refused or skipped, with the reason."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.errors import DataError
from data.faces import arrays, files, load
from data.faces.images import MAX_SCANS, Budget, UnreadableImage, decode
from data.faces.load import load_faces

FACE = np.random.default_rng(0).integers(0, 255, (20, 20, 3), dtype=np.uint8)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()


def with_scans(count: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    content = encoded(Image.new("RGB", (side, side), "red"), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    scan = content[last:-2]
    return content[:last] + scan * (count - content.count(b"\xff\xda") + 1) + content[-2:]


def test_a_jpeg_of_thousands_of_scans_is_refused_unseen() -> None:
    assert with_scans(50).count(b"\xff\xda") == 50
    with pytest.raises(UnreadableImage, match=f"a JPEG of 3,000 scans; expected at most {MAX_SCANS}"):
        decode(with_scans(3000))


def test_usual_progressive_jpegs_are_read() -> None:
    picture = Image.fromarray(FACE.repeat(8, 0).repeat(8, 1))
    assert decode(encoded(picture, "JPEG", progressive=True), Budget(0)).size == (160, 160)


def test_the_budget_is_for_all_pictures_of_a_source_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(5):
        (tmp_path / f"{i}.png").write_bytes(encoded(Image.new("RGB", (400, 400), (i, 0, 0)), "PNG"))
    assert len(load_faces(tmp_path, 16, cache=None)) == 5
    monkeypatch.setattr(Budget, "FREE", 0)
    monkeypatch.setattr(Budget, "PER_BYTE", 400_000 / sum(p.stat().st_size for p in tmp_path.iterdir()))
    faces = load_faces(tmp_path, 16, cache=None)
    assert faces.names == ("0.png", "1.png")
    assert {reason for _, reason in faces.skipped} == {
        "the source has far more pixels than its size in bytes explains (a bomb?)"
    }


def cost(content: bytes) -> int:
    """What a picture takes from the budget."""
    budget = Budget(10**9)
    before = budget.left
    decode(content, budget)
    return before - budget.left


def test_a_picture_costs_the_time_that_it_takes() -> None:
    side = 64
    plain = encoded(Image.new("RGB", (side, side), "red"), "PNG")
    assert cost(plain) == cost(encoded(Image.new("RGB", (side, side)), "JPEG")) == side**2
    assert cost(encoded(Image.new("RGBA", (side, side)), "PNG")) == 2 * side**2
    assert cost(encoded(Image.fromarray(np.zeros((side, side), np.uint16)), "PNG")) == 2 * side**2
    assert cost(with_scans(91, side)) == 10 * side**2


def test_a_hostile_source_of_50_mb_takes_about_10_seconds_and_a_usual_one_is_read_whole() -> None:
    pixels_a_second = 60_000_000
    assert Budget(50_000_000).left < 11 * pixels_a_second
    faces = 21_551  # of 64 x 64 pixels, in 50 MB
    assert Budget(50_000_000).left > faces * 64**2
    drawings = 20_000  # of 512 x 512 pixels, in JPEGs of 40 kB
    assert Budget(drawings * 40_000).left > drawings * 512**2


def test_a_small_archive_of_flat_pictures_is_cut_short_by_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget, "FREE", Budget.FREE // 100)
    huge = encoded(Image.new("1", (570, 570)), "PNG", optimize=True)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("0.png", encoded(Image.fromarray(FACE), "PNG"))
        for i in range(1, 30):
            archive.writestr(f"{i}.png", huge)
    faces = load_faces(tmp_path / "bomb.zip", 16, cache=None)
    assert "0.png" in faces.names
    assert 2 < len(faces) < 25
    assert "a bomb?" in faces.skipped[0][1]


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("0.png", encoded(Image.fromarray(FACE), "PNG"))
        member = archive.infolist()[0]
        for i in range(1, 50):  # more entries in the list, all for the same bytes
            copy = zipfile.ZipInfo(f"{i}.png")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(copy, name, getattr(member, name))
            archive.filelist.append(copy)
        archive._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(DataError, match=r"the files in the archive overlap \(a zip bomb\?\)"):
        load_faces(path, cache=None)


def test_many_small_files_may_not_unpack_to_much_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE_UNPACKED", 50_000)
    path = tmp_path / "zeros.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.png", encoded(Image.fromarray(FACE), "PNG"))
        for i in range(1, 20):
            archive.writestr(f"{i}.jpg", b"\xff\xd8\xff" + bytes(20_000))
    faces = load_faces(path, 16, cache=None)
    assert faces.names == ("0.png",)
    reasons = [reason for _, reason in faces.skipped]
    assert reasons.count("the pictures unpack to many times the size of the archive (a zip bomb?)") > 10
    assert reasons.count("corrupt or truncated: no JPEG header") > 1


def test_a_jpeg_without_segments_is_refused_at_once() -> None:
    picture = encoded(Image.fromarray(FACE), "JPEG")
    assert decode(b"\xff\xd8" + b"\xff" * 100 + picture[2:]).size == (20, 20)  # padding is allowed
    for junk in (bytes(10**6), b"\xff" * 10**6, b"\xff\xd0" * 10**6, b"\xff\xe1\0\2" * 10**6):
        with pytest.raises(UnreadableImage, match="no JPEG header"):
            decode(b"\xff\xd8\xff\xe0\0\2" + junk + picture[2:])


def test_a_list_of_too_many_members_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(20):
            archive.writestr(f"{i}.png", b"")
    monkeypatch.setattr(files, "MAX_FILES", 19)
    with pytest.raises(DataError, match="the archive has 20 files; expected at most 19"):
        load_faces(path, cache=None)
    monkeypatch.setattr(files, "MAX_LIST_BYTES", 100)
    with pytest.raises(DataError, match="the archive's list of files has"):
        load_faces(path, cache=None)


def test_an_npz_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, images=np.zeros((100, 64, 64, 3), np.uint8))
    assert path.stat().st_size < 5000
    monkeypatch.setattr(arrays, "MAX_NPZ_BYTES", 1_000_000)
    with pytest.raises(DataError, match=r"the array unpacks to 1,228,928 bytes, .*save it as \.npy"):
        load_faces(path, cache=None)


def test_pictures_that_would_fill_the_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "many.npy", np.zeros((50, 16, 16), np.uint8))
    monkeypatch.setattr(load, "MAX_PREPARED_BYTES", 100_000)
    with pytest.raises(DataError, match=r"50 pictures of 64 x 64 pixels take 614,400 bytes; .*choose a smaller size"):
        load_faces(tmp_path / "many.npy", cache=None)


@pytest.mark.parametrize(
    "content",
    [
        b"\x93NUMPY\x01\x00\x06\x00{'a':\n",
        b"\x93NUMPY\x01\x00\x46\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (9e999, 2), }".ljust(70),
        b"\x93NUMPY\x01\x00\x46\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (10**40, 2)}".ljust(70),
        b"\x93NUMPY\x09\x00\x46\x00",
        b"\x93NUMPY",
    ],
)
def test_a_damaged_array_file_gives_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("images.npy", content)
    for name in ("bad.npy", "bad.npz"):
        with pytest.raises(DataError, match="not a readable array file") as caught:
            load_faces(tmp_path / name, cache=None)
        assert "\n" not in str(caught.value)


def test_a_member_that_is_no_array_gives_one_line(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as archive:
        archive.writestr("images.npy", b"plain text, long enough to be read as something")
    with pytest.raises(DataError, match="not a readable array file"):
        load_faces(tmp_path / "bad.npz", cache=None)


@pytest.mark.parametrize("damage", ["foreign", "text", "size", "names"])
def test_a_cache_that_holds_something_else_is_made_again(tmp_path: Path, damage: str) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces" / "a.png").write_bytes(encoded(Image.fromarray(FACE), "PNG"))
    first = load_faces(tmp_path / "faces", 16, cache=tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    text = {"names": ["a.png"], "skipped": []}
    images = first.images
    np.savez(
        kept,
        **{
            "foreign": {"weights": np.zeros(3)},
            "text": {"images": images, "text": np.zeros(3, np.uint8)},
            "size": {"images": images[:, :8], "text": load.pack_text(text)},
            "names": {"images": images, "text": load.pack_text({"names": [7], "skipped": [["x"]]})},
        }[damage],
    )
    again = load_faces(tmp_path / "faces", 16, cache=tmp_path / "cache")
    np.testing.assert_array_equal(again.images, first.images)
    assert again.names == ("a.png",)


def test_names_that_a_terminal_obeys_or_utf_8_cannot_hold_are_escaped(tmp_path: Path) -> None:
    for name in ("a\x1b[31m.png", "b\udcff.png", "c\r.png"):
        (tmp_path / name).write_bytes(encoded(Image.fromarray(FACE), "PNG"))
    (tmp_path / "d\x07.png").write_bytes(b"")
    faces = load_faces(tmp_path, 16, cache=None)
    assert faces.names == (r"a\x1b[31m.png", r"b\udcff.png", r"c\r.png")
    assert faces.skipped == ((r"d\x07.png", "empty file"),)
    assert faces.describe().isprintable()
