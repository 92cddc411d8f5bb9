import io

import imageio.v3 as imageio
import numpy as np
import pytest
from PIL import Image

from experiments.page.pictures import inlined
from experiments.runs.folder import UsageError


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_a_chart_keeps_every_pixel_and_takes_fewer_bytes(tmp_path):
    chart = np.full((300, 400, 3), 255, np.uint8)
    chart[50:250, 60], chart[250, 60:380] = 0, 0
    for x in range(61, 380):
        chart[150 + round(80 * np.sin(x / 30)), x] = (0, 114, 178)
    imageio.imwrite(tmp_path / "chart.png", chart)
    found = inlined(tmp_path / "chart.png")
    np.testing.assert_array_equal(decoded(found.content), chart)
    assert (found.width, found.height, found.moves, found.photo) == (400, 300, False, False)
    assert len(found.content) < (tmp_path / "chart.png").stat().st_size


def test_a_sheet_of_many_colours_is_several_times_smaller_and_looks_the_same(tmp_path):
    rng = np.random.default_rng(0)
    waves = np.sin(np.linspace(0, 9, 128))[:, None, None] * np.cos(np.linspace(0, 7, 160))[None, :, None]
    sheet = 128 + 90 * waves * rng.uniform(0.5, 1, 3) + 4 * rng.standard_normal((128, 160, 3))
    sheet = sheet.clip(0, 255).astype(np.uint8).repeat(2, 0).repeat(2, 1)
    imageio.imwrite(tmp_path / "sheet.png", sheet)
    found = inlined(tmp_path / "sheet.png")
    content = found.content
    assert found.photo
    assert len(content) < (tmp_path / "sheet.png").stat().st_size / 3
    error = np.square(decoded(content) - sheet.astype(float)).mean()
    assert -10 * np.log10(error / 255**2) > 32


def test_a_film_keeps_its_frames_and_their_times(tmp_path):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=[900, 350, 2500], loop=0)
    found = inlined(tmp_path / "film.gif")
    film = Image.open(io.BytesIO(found.content))
    assert (found.moves, film.n_frames, film.info["loop"]) == (True, 3, 0)
    times = []
    for i in range(3):
        film.seek(i)
        film.load()
        times.append(film.info["duration"])
    assert times == [900, 350, 2500]


def test_the_same_picture_gives_the_same_bytes(tmp_path):
    imageio.imwrite(tmp_path / "a.png", np.random.default_rng(0).integers(0, 256, (50, 50, 3), dtype=np.uint8))
    assert inlined(tmp_path / "a.png") == inlined(tmp_path / "a.png")


def test_a_file_that_does_not_decode_is_named_in_one_line(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    with pytest.raises(UsageError, match=r"a\.png: not a readable picture") as error:
        inlined(tmp_path / "a.png")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("frames", "width"), [(8, 640), (9, 320)])
def test_a_film_of_few_frames_may_be_wider(tmp_path, frames, width):
    pictures = [Image.new("RGB", (700, 70), (20 * shade, 0, 0)) for shade in range(frames)]
    pictures[0].save(tmp_path / "film.gif", save_all=True, append_images=pictures[1:], duration=100, loop=0)
    assert Image.open(io.BytesIO(inlined(tmp_path / "film.gif").content)).size == (width, width // 10)
