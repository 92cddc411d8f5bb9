"""Every shape of the map package lies where its country lies: latitude and longitude against the package's outlines.

The package's map is a Robinson projection (A. Robinson, "A New Map Projection", 1974; the table is his). Where its
centre and its scale lie is fitted to the countries themselves, robustly, so that a few misplaced shapes show up.
"""

import io
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from matplotlib.path import Path as Outline
from pygal_maps_world.maps import World
from svgelements import SVG, Group, Path, Shape

from data.covid.countries import Country, countries

LATITUDES = np.arange(0, 95, 5)
PARALLEL_LENGTHS = [
    *(1, 0.9986, 0.9954, 0.99, 0.9822, 0.973, 0.96, 0.9427, 0.9216, 0.8962, 0.8679),
    *(0.835, 0.7986, 0.7597, 0.7186, 0.6732, 0.6213, 0.5722, 0.5322),
]
DISTANCES = [
    *(0, 0.062, 0.124, 0.186, 0.248, 0.31, 0.372, 0.434, 0.4958, 0.5571, 0.6176),
    *(0.6769, 0.7346, 0.7903, 0.8435, 0.8936, 0.9394, 0.9761, 1),
]
CENTRAL_MERIDIAN = 10.0  # degrees east, of the package's map
MAX_DISTANCE = 1.5  # degrees between a country's point and its outline, for islands around a point in the sea
COURSE = [country for country in countries() if country.course]


def robinson(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Degrees -> the plane of the projection, (n, 2), x to the east and y to the south, for a globe of radius 1."""
    east = np.radians((longitude - CENTRAL_MERIDIAN + 180) % 360 - 180)
    x = 0.8487 * east * np.interp(abs(latitude), LATITUDES, PARALLEL_LENGTHS)
    y = -1.3523 * np.sign(latitude) * np.interp(abs(latitude), LATITUDES, DISTANCES)
    return np.column_stack([x, y])


@cache
def outlines() -> dict[str, list[np.ndarray]]:
    """Country code -> its polygons, each (points, 2), in the units of the package's map."""
    found: dict[str, list[np.ndarray]] = {}
    for element in SVG.parse(io.StringIO(World.svg_map)).elements():
        words = str(getattr(element, "values", {}).get("class", "")).split()
        if "country" in words and isinstance(element, Group | Shape):
            shapes = element.select(lambda e: isinstance(e, Shape)) if isinstance(element, Group) else [element]
            found.setdefault(words[0], []).extend(polygon for shape in shapes for polygon in polygons(shape))
    return found


def polygons(shape: Shape) -> Iterator[np.ndarray]:
    for part in abs(Path(shape)).as_subpaths():
        points = np.array([(segment.end.x, segment.end.y) for segment in Path(part) if segment.end is not None])
        if len(points) > 2:
            yield points


@cache
def places() -> dict[str, np.ndarray]:
    """Country code -> where its latitude and longitude lie on the map, (2,)."""
    listed = [country for country in countries() if country.code in outlines()]
    plane = robinson(*np.array([(country.latitude, country.longitude) for country in listed]).T)
    corners = [np.concatenate(outlines()[country.code]) for country in listed]
    middles = np.array([points.mean(axis=0) for points in corners])
    small = np.array([np.ptp(points, axis=0).max() < 60 for points in corners])
    design, kept = np.column_stack([plane, np.ones(len(plane))]), small
    for _ in range(10):  # least squares without the worst, again and again
        fit = np.linalg.lstsq(design[kept], middles[kept], rcond=None)[0]
        error = np.hypot(*(design @ fit - middles).T)
        kept = small & (error < 4 * np.median(error[small]))
    return dict(zip([country.code for country in listed], design @ fit, strict=True))


@cache
def one_degree() -> float:
    """The length of a degree of the equator in the units of the map, from two countries far apart."""
    codes = ("ec", "sg")  # Ecuador and Singapore, both near the equator
    longitudes = [country.longitude for code in codes for country in countries() if country.code == code]
    west, east = (places()[code][0] for code in codes)
    return float((east - west) / (longitudes[1] - longitudes[0]))


def holds(code: str, point: np.ndarray) -> bool:
    return any(Outline(polygon).contains_point(point) for polygon in outlines()[code])


def distance(code: str, point: np.ndarray) -> float:
    """From a point to the nearest corner of the country's outline, in degrees; 0 within the country."""
    corners = np.concatenate(outlines()[code])
    return 0.0 if holds(code, point) else float(np.hypot(*(corners - point).T).min()) / one_degree()


@pytest.mark.parametrize("country", COURSE, ids=lambda country: country.name)
def test_a_country_is_drawn_where_it_lies(country: Country) -> None:
    assert distance(country.code, places()[country.code]) < MAX_DISTANCE


@pytest.mark.parametrize("country", COURSE, ids=lambda country: country.name)
def test_the_centre_of_a_small_country_is_near_its_place(country: Country) -> None:
    corners = np.concatenate(outlines()[country.code])
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (high - low).max() < 8 * one_degree():
        assert np.hypot(*((low + high) / 2 - places()[country.code])) < 2.5 * one_degree()


def test_no_country_s_place_lies_within_another_country() -> None:
    places_of = {country.code: places()[country.code] for country in COURSE}
    strangers = [
        (code, other)
        for code, point in places_of.items()
        for other in places_of
        if other != code and holds(other, point) and not holds(code, point)
    ]
    assert strangers == []
