import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.faces.drawn.canvas import blank_canvas, circle, ellipse, segment, smooth_union, smoothstep, teardrop
from data.faces.drawn.look import rgb


@given(st.floats(0.1, 0.7), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_a_painted_disc_covers_its_area_to_two_pixels(radius, x, y):
    canvas = blank_canvas(1, 64, 1.0, 0.0)
    canvas.paint(circle(canvas.x - np.float32(x), canvas.y - np.float32(y), radius), rgb(0, 0, 0))
    covered = float((1 - canvas.colours[0]).sum()) * canvas.pixel**2
    assert covered == pytest.approx(np.pi * radius**2, abs=2 * canvas.pixel**2)


def plane() -> tuple[np.ndarray, np.ndarray]:
    canvas = blank_canvas(1, 80, 1.5, 0.0)
    return canvas.x, canvas.y


def to_points(x: np.ndarray, y: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance from every pixel to the nearest of some points (n, 2) on an outline."""
    return np.sqrt((x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2).min(axis=-1)


def test_the_distance_to_a_segment_is_that_to_its_nearest_point():
    x, y = plane()
    points = np.linspace(0, 1, 400)[:, None] * [0.6, -0.8]
    assert np.allclose(segment(x, y, 0.6, -0.8), to_points(x, y, points), atol=2e-3)


def test_the_distance_to_a_teardrop_is_that_to_the_hull_of_its_circles():
    x, y = plane()
    along = np.linspace(0, 1, 400)
    hull = np.min([circle(x, y - 0.7 * t, 0.5 - 0.35 * t) for t in along], axis=0)
    distance = teardrop(x, y, 0.5, 0.15, 0.7)
    outside = distance > 0
    assert np.array_equal(outside, hull > 0)
    assert np.allclose(distance[outside], hull[outside], atol=2e-3)


def test_the_distance_to_an_ellipse_is_right_at_its_edge():
    x, y = plane()
    angle = np.linspace(0, 2 * np.pi, 500)
    true = to_points(x, y, np.stack([0.5 * np.cos(angle), 0.3 * np.sin(angle)], axis=1))
    distance = ellipse(x, y, 0.5, 0.3)
    near = true < 0.03
    assert np.allclose(np.abs(distance[near]), true[near], atol=3e-3)
    assert distance[0, 40, 40] < 0 < distance[0, 0, 0]


def test_a_smooth_union_only_fills_the_crease():
    x, y = plane()
    a, b = circle(x, y, 0.5), circle(x - 0.6, y, 0.4)
    union, blended = np.minimum(a, b), smooth_union(a, b, 0.1)
    assert np.all(blended <= union) and np.all(blended >= union - 0.025 - 1e-6)
    assert np.array_equal(blended[np.abs(a - b) > 0.1], union[np.abs(a - b) > 0.1])


def test_a_smooth_step_rises_or_falls_between_its_ends():
    values = np.array([-1, 0, 0.5, 1, 2], np.float32)
    assert np.allclose(smoothstep(0, 1, values), [0, 0, 0.5, 1, 1])
    assert np.allclose(smoothstep(1, 0, values), [1, 1, 0.5, 0, 0])
