"""What becomes of a single picture on its way from a file to an array, and which ones are refused."""

import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import data.faces.files as face_files
from data.errors import DataError
from data.faces.load import load_faces
from tests.fakes.pictures import encoded, folder_of, picture, png_header, zip_of


def only(files: dict[str, bytes], folder: Path, size: int = 16) -> np.ndarray:
    """The single prepared picture of a folder of one file, as integers."""
    loaded = load_faces(folder_of(folder, files), size, cache=None)
    assert len(loaded) == 1, loaded.skipped
    return loaded.images[0].astype(int)


def reason_for(content: bytes, folder: Path) -> str:
    """Why a file is skipped, when it lies beside a good one."""
    loaded = load_faces(folder_of(folder, {"good.png": encoded(picture()), "bad.jpg": content}), 16, cache=None)
    assert loaded.names == ("good.png",)
    ((name, reason),) = loaded.skipped
    assert name == "bad.jpg"
    return reason


def test_a_picture_is_cropped_to_its_centre_and_not_squeezed(tmp_path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = 255
    assert np.all(only({"wide.png": encoded(Image.fromarray(wide))}, tmp_path / "wide") == 255)
    tall = encoded(Image.fromarray(wide.transpose(1, 0, 2)))
    assert np.all(only({"tall.png": tall}, tmp_path / "tall") == 255)


def test_shrinking_averages_instead_of_dropping_pixels(tmp_path):
    stripes = np.zeros((128, 128), np.uint8)
    stripes[:, ::2] = 255
    pixels = only({"stripes.png": encoded(Image.fromarray(stripes))}, tmp_path)
    assert np.all(abs(pixels - 127) <= 2)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1", "CMYK"])
def test_every_mode_comes_out_as_rgb(tmp_path, mode):
    image = Image.new("RGB", (32, 32), "white").convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    pixels = only({"a.jpg" if mode == "CMYK" else "a.png": encoded(image, kind)}, tmp_path)
    assert pixels.shape == (16, 16, 3) and np.all(pixels == 255)


def test_transparency_is_laid_over_white(tmp_path):
    half = encoded(Image.new("RGBA", (32, 32), (200, 0, 0, 128)))
    assert np.allclose(only({"a.png": half}, tmp_path / "half"), [227, 127, 127], atol=1)
    palette = Image.new("P", (32, 32), 0)
    palette.putpalette([9, 9, 9] * 256)
    assert np.all(only({"a.png": encoded(palette, transparency=0)}, tmp_path / "palette") == 255)


def test_a_16_bit_picture_keeps_its_brightness(tmp_path):
    grey = Image.fromarray(np.full((32, 32), 0x8000, np.uint16))
    assert np.all(only({"a.png": encoded(grey)}, tmp_path) == 0x80)


def test_the_exif_note_that_the_camera_was_turned_is_obeyed(tmp_path):
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:16] = 255  # bright above
    exif = Image.Exif()
    exif[0x0112] = 6  # "rotate by 90 degrees clockwise to show"
    stored = Image.fromarray(pixels)
    upright = only({"a.jpg": encoded(stored, "JPEG", quality=95, exif=exif)}, tmp_path)
    assert upright[:, 12:].min() > 230 and upright[:, :4].max() < 25  # bright on the right


# Bad pictures


def test_a_truncated_jpeg_is_skipped_and_named(tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    assert "truncated" in reason_for(encoded(noise, "JPEG")[:1500], tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"<html>404</html>", "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff" + bytes(200), "neither a JPEG nor a PNG|corrupt"),
        (encoded(picture(width=15, height=300)), "too small: 15 x 300"),
        (png_header(9000, 9000), "absurdly large: 9000 x 9000"),
        (png_header(60_000, 60_000), "absurdly large"),
        (encoded(picture(), "GIF"), "neither a JPEG nor a PNG"),
    ],
)
def test_a_bad_picture_is_skipped_with_its_reason(tmp_path, content, reason):
    assert re.search(reason, reason_for(content, tmp_path))


def test_a_bomb_is_refused_by_its_header_before_a_pixel_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(DataError, match="absurdly large"):
        load_faces(folder_of(tmp_path, {"bomb.png": png_header(9000, 9000)}), cache=None)


def test_a_zip_bomb_is_skipped_without_being_unpacked(tmp_path):
    bomb = b"\x89PNG\r\n\x1a\n" + bytes(8 * 2**20)
    path = zip_of(tmp_path / "faces.zip", {"a.png": encoded(picture()), "b.png": bomb}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 20_000
    loaded = load_faces(path, 16, cache=None)
    assert loaded.names == ("a.png",)
    assert "zip bomb" in loaded.skipped[0][1]


def test_a_member_larger_than_any_picture_is_skipped(tmp_path, monkeypatch):
    monkeypatch.setattr(face_files, "MAX_FILE_BYTES", 1000)
    big = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)))
    members = {"a.png": encoded(picture()), "b.png": big}
    for source in (zip_of(tmp_path / "faces.zip", members), folder_of(tmp_path / "folder", members)):
        loaded = load_faces(source, 16, cache=None)
        assert loaded.names == ("a.png",) and "more than the 1,000" in loaded.skipped[0][1]


def test_an_encrypted_member_is_skipped_and_named(tmp_path):
    path = zip_of(tmp_path / "faces.zip", {"a.png": encoded(picture()), "b.png": encoded(picture(3))})
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02")  # the last entry of the directory: b.png
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert load_faces(path, 16, cache=None).skipped == (("b.png", "encrypted in the archive"),)


def test_a_member_with_flipped_bits_is_skipped_and_named(tmp_path):
    path = zip_of(tmp_path / "faces.zip", {"a.png": encoded(picture()), "b.png": encoded(picture(3))})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"IEND")] ^= 0xFF
    path.write_bytes(content)
    loaded = load_faces(path, 16, cache=None)
    assert loaded.names == ("a.png",)
    assert "damaged in the archive" in loaded.skipped[0][1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_does_not_hang_the_loader(tmp_path):
    folder_of(tmp_path, {"a.png": encoded(picture())})
    os.mkfifo(tmp_path / "pipe.jpg")
    assert load_faces(tmp_path, 16, cache=None).skipped == (("pipe.jpg", "not a regular file"),)
