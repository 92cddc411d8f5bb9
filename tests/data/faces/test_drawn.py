from itertools import pairwise

import numpy as np
import pytest

import data.faces.drawn.draw as drawn_faces
from data.faces.drawn.canvas import Canvas
from data.faces.drawn.draw import draw_faces, load_drawn_faces, render
from data.faces.drawn.factors import CATEGORIES, CONTINUOUS, sample_factors, sample_jitters
from data.faces.drawn.look import Look

NEUTRAL = {
    "skin": 0.1, "hair_shade": 0.0, "hair_length": 0.3, "eye_size": 0.6, "eye_openness": 1.0,
    "gaze_x": 0.0, "gaze_y": 0.0, "brow_angle": 0.0, "brow_height": 0.5, "mouth_smile": 0.4,
    "mouth_open": 0.0, "blush": 0.0, "tilt": 0.0, "turn": 0.0,
    "hair_colour": "black", "hair_style": "straight", "fringe": "parted", "eye_colour": "blue",
    "outfit": "white", "accessory": "none", "background": "plain",
}  # fmt: skip


def a_face(size: int = 64, **changes: float | str) -> np.ndarray:
    """One face (size, size, 3) in levels 0..255, neutral but for the changes."""
    factors = {}
    for name, value in (NEUTRAL | changes).items():
        factors[name] = np.array([CATEGORIES[name].index(value) if isinstance(value, str) else value])
    jitters = np.zeros_like(sample_jitters(np.random.default_rng(0), 1))
    return render(Look(factors, jitters), size)[0].astype(int)


def area(chosen: np.ndarray) -> int:
    return int(chosen.sum())


def middle(chosen: np.ndarray) -> np.ndarray:
    """Row and column of the middle of the chosen pixels."""
    return np.argwhere(chosen).mean(axis=0)


def blue(face: np.ndarray) -> np.ndarray:
    """Where the blue iris shows."""
    return face[..., 2] > face[..., 0] + 60


# Every factor does what its name says


@pytest.mark.parametrize("name", CONTINUOUS)
def test_every_continuous_factor_changes_the_picture_steadily(name):
    low, high, _ = CONTINUOUS[name]
    faces = [a_face(**{name: value}) for value in np.linspace(low, high, 5)]
    steps = [np.abs(a - b).mean() for a, b in pairwise(faces)]
    assert min(steps) > 0.03, steps
    assert np.abs(faces[0] - faces[-1]).mean() > max(steps)


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_category_looks_different(name):
    faces = [a_face(**{name: value}) for value in CATEGORIES[name]]
    assert min(np.abs(a - b).mean() for i, a in enumerate(faces) for b in faces[:i]) > 0.2


def test_skin_darkens():
    assert a_face(skin=0)[48, 32].sum() > a_face(skin=0.5)[48, 32].sum() > a_face(skin=1)[48, 32].sum()


def test_hair_takes_its_colour_and_shade():
    red, aqua = a_face(hair_colour="red")[6, 32], a_face(hair_colour="aqua")[6, 32]
    assert red[0] > red[2] + 50 and aqua[2] > aqua[0] + 50
    assert a_face(hair_shade=1)[6, 32].sum() > a_face(hair_shade=-1)[6, 32].sum()


def test_longer_hair_reaches_further_down():
    lengths = [area(a_face(hair_length=length)[44:].sum(axis=-1) < 250) for length in (0, 0.4, 0.8)]
    assert lengths[0] < lengths[1] < lengths[2]


def test_eyes_grow_open_and_take_their_colour():
    assert area(blue(a_face(eye_size=1))) > area(blue(a_face(eye_size=0)))
    open_, half, closed = (area(blue(a_face(eye_openness=value))) for value in (1, 0.5, 0))
    assert open_ > half > closed == 0
    assert area(blue(a_face(eye_colour="red"))) == 0


def test_the_gaze_moves_the_irises():
    assert middle(blue(a_face(gaze_x=1)))[1] > middle(blue(a_face(gaze_x=-1)))[1] + 2
    assert middle(blue(a_face(gaze_y=1)))[0] > middle(blue(a_face(gaze_y=-1)))[0] + 1


def darker(face: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where a stroke of one face is missing in the other."""
    return other.sum(axis=-1) - face.sum(axis=-1) > 100


def test_brows_rise_and_frown():
    low, high = (a_face(128, hair_colour="silver", brow_height=height) for height in (0, 1))
    assert middle(darker(high, low))[0] < middle(darker(low, high))[0] - 2
    stern, worried = (a_face(128, hair_colour="silver", brow_angle=angle)[:, 64:] for angle in (1, -1))
    inner, outer = np.s_[:, :16], np.s_[:, 22:]
    for part, sign in ((inner, 1), (outer, -1)):
        a, b = stern[part], worried[part]
        assert sign * (middle(darker(a, b))[0] - middle(darker(b, a))[0]) > 2


def test_the_mouth_smiles_and_opens():
    def corners_over_middle(smile: float) -> float:
        line = a_face(128, mouth_smile=smile)[94:112, 52:76].sum(axis=-1) < 500
        return middle(line[:, 10:14])[0] - middle(line[:, [3, 4, 19, 20]])[0]

    assert corners_over_middle(1) > 2 > -2 > corners_over_middle(-1)
    red = [area(np.ptp(a_face(mouth_open=value)[46:58, 24:40], axis=-1) > 70) for value in (0, 0.5, 1)]
    assert red[0] < red[1] < red[2]


def test_blush_reddens_the_cheeks_alone():
    before, after = a_face(blush=0), a_face(blush=1)
    changed = np.abs(after - before).max(axis=-1) > 20
    assert 0.6 * 64 < middle(changed)[0] < 0.75 * 64
    assert np.all((after - before)[changed][:, 1] <= 0)  # less green: redder


def test_tilt_leans_and_turn_moves_the_face_to_that_side_of_the_picture():
    def higher_left_eye(tilt: float) -> float:
        irises = blue(a_face(tilt=tilt))
        return middle(irises[:, 32:])[0] - middle(irises[:, :32])[0]

    assert higher_left_eye(1) > 3 > -3 > higher_left_eye(-1)
    assert middle(blue(a_face(turn=1)))[1] > middle(blue(a_face(turn=-1)))[1] + 4


def test_an_upright_face_is_symmetric():
    plain, night = (a_face(background=name, outfit="navy") for name in ("plain", "night"))
    silhouette = np.all(plain == night, axis=-1)
    assert area(silhouette) > 1000
    assert area(silhouette ^ silhouette[:, ::-1]) < 0.05 * area(silhouette)


# The random faces


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_faces():
    (first, factors), (again, same) = (draw_faces(np.random.default_rng(3), 15, 32) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert all(np.array_equal(factors[name], same[name]) for name in factors)
    assert first.tobytes() != draw_faces(np.random.default_rng(4), 15, 32)[0].tobytes()


def test_factors_keep_their_ranges_and_every_category_occurs():
    factors = sample_factors(np.random.default_rng(0), 2000)
    assert set(factors) == set(CONTINUOUS) | set(CATEGORIES)
    for name, (low, high, _) in CONTINUOUS.items():
        assert factors[name].dtype == np.float32
        assert low <= factors[name].min() < low + 0.15 * (high - low)
        assert high >= factors[name].max() > high - 0.15 * (high - low)
    for name, names in CATEGORIES.items():
        assert np.array_equal(np.unique(factors[name]), np.arange(len(names)))


@pytest.mark.parametrize("size", [16, 33, 64])
def test_faces_come_in_any_size_and_no_two_are_alike(size):
    images, factors = draw_faces(np.random.default_rng(0), 20, size)
    assert images.shape == (20, size, size, 3) and images.dtype == np.uint8
    assert all(values.shape == (20,) for values in factors.values())
    assert len({image.tobytes() for image in images}) == 20


def test_a_small_face_is_the_large_one_shrunk():
    small, large = (draw_faces(np.random.default_rng(0), 10, size)[0].astype(float) for size in (32, 64))
    shrunk = large.reshape(10, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    assert np.abs(small - shrunk).mean() < 4


def test_painting_in_boxes_leaves_nothing_out(monkeypatch):
    rng = np.random.default_rng(0)
    factors = sample_factors(rng, 60)
    factors["tilt"], factors["turn"] = (np.sign(factors[name]) for name in ("tilt", "turn"))
    look = Look(factors, sample_jitters(rng, 60))
    boxed = render(look, 64).astype(int)
    monkeypatch.setattr(Canvas, "within", lambda self, box: self)
    assert np.abs(boxed - render(look, 64)).max() <= 1


def test_all_painting_is_in_float32(monkeypatch):
    tint = Canvas.tint

    def checked(self, share, colour):
        assert share.dtype == colour.dtype == self.colours.dtype == np.float32
        tint(self, share, colour)

    monkeypatch.setattr(Canvas, "tint", checked)
    draw_faces(np.random.default_rng(0), 60, 16)


def test_impossible_requests_are_refused():
    for count, size in ((0, 64), (5, 15)):
        with pytest.raises(ValueError, match=f"count={count}, size={size}"):
            draw_faces(np.random.default_rng(0), count, size)


def test_drawn_faces_are_kept_and_say_that_they_are_drawn(tmp_path, monkeypatch):
    first = load_drawn_faces(1, 12, 32, cache=tmp_path)
    monkeypatch.setattr(drawn_faces, "render", lambda *_: pytest.fail("drawn again"))
    again = load_drawn_faces(1, 12, 32, cache=tmp_path)
    assert again.images.tobytes() == first.images.tobytes() and again.content_hash == first.content_hash
    assert again.drawn and again.factors is not None and set(again.factors) == set(first.factors or {})
    assert "12 drawn faces of 32 x 32 pixels" in again.describe()
