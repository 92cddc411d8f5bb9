import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from matplotlib.path import Path as Outline
from pygal_maps_world.maps import World

from data.covid.countries import countries, country_code
from data.errors import DataError
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.world_map.shapes import country_shapes, parse_path, view_box
from experiments.rnn.world_map.svg import (
    COLOURS,
    EDGES,
    LABELS,
    NO_DATA_COLOUR,
    bins,
    checked,
    coverage,
    drawable_codes,
    mark_drawn,
    render_svg,
    title,
    write_world_map,
)
from tests.fakes.saved_run_sample import write_run

NOT_IN_THE_OLD_PACKAGE = {"ag", "bs", "bb", "dm", "fj", "gd", "xk", "qa", "kn", "lc", "vc", "ss", "tt"}
EUROPE = {"France": ("fr", 0.42), "Portugal": ("pt", 0.44), "Italy": ("it", 0.75), "Spain": ("es", 0.5)}
SVG = "{http://www.w3.org/2000/svg}"


def table(**rows: tuple[str, float]) -> pd.DataFrame:
    """Rows of world_map.csv from country=(code, probability); an underscore in a name is a space."""
    return checked(
        pd.DataFrame(
            {
                "country": [name.replace("_", " ") for name in rows],
                "code": [code for code, _ in rows.values()],
                "probability": [probability for _, probability in rows.values()],
                "last_days": "1 22 333",
                "day": "2020-04-13",
            }
        )
    )


def areas(svg: bytes) -> dict[str, ElementTree.Element]:
    """Country code -> its group in the SVG."""
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return {g.attrib["class"].split()[0]: g for g in groups if "country" in g.get("class", "").split()}


@pytest.fixture(scope="module")
def europe() -> bytes:
    return render_svg(table(**EUROPE), "Title", simulated=False)


def test_every_country_of_the_course_gets_its_shape() -> None:
    names = [country.name for country in countries() if country.course]
    codes = [country_code(name) for name in names]
    frame = mark_drawn(pd.DataFrame({"country": names, "code": codes, "probability": 0.5}))
    missing = set(frame["code"][frame["drawn"] == "no"])
    assert missing == NOT_IN_THE_OLD_PACKAGE - drawable_codes()
    assert len(set(codes)) == len(codes) == 183
    assert {"kr", "do", "sd", "cg", "cd"} <= set(frame["code"][frame["drawn"] == "yes"])


def test_a_probability_on_an_edge_belongs_to_the_bin_that_it_opens() -> None:
    edges = np.array(EDGES) / 100
    assert bins(pd.Series(edges)).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 7]
    assert bins(pd.Series(edges[1:-1] - 1e-6)).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert bins(pd.Series([0.29, 0.55, np.nan])).tolist() == [0, 5, -1]
    assert LABELS[2] == "40-45 %" and LABELS[4] == "50-55 %"


def test_countries_have_the_colour_of_their_bin_and_the_rest_are_grey(europe: bytes) -> None:
    style = ElementTree.fromstring(europe).find(f".//{SVG}style")
    assert style is not None and style.text is not None
    for code, number in {"fr": 2, "pt": 2, "it": 7, "es": 4, "de": len(COLOURS)}.items():
        area = areas(europe)[code]
        colour = (*COLOURS, NO_DATA_COLOUR)[number]
        assert f"color-{number}" in area.attrib["class"].split()
        assert f".color-{number} a:visited{{stroke:{colour};fill:{colour}}}" in style.text
        assert float(area.attrib["style"].removeprefix("fill-opacity:")) == 1


def test_the_legend_names_every_bin_even_the_empty_ones(europe: bytes) -> None:
    texts = [text.text for text in ElementTree.fromstring(europe).iter(f"{SVG}text")]
    assert [text for text in texts if text in (*LABELS, "no data")] == [*LABELS, "no data"]


def test_a_country_tells_name_probability_and_last_days(europe: bytes) -> None:
    said = areas(europe)["fr"].findtext(f"{SVG}title")
    assert said == "France\nprobability of a rise on 2020-04-13: 42.0%\nnew cases in the last 3 days: 1, 22, 333"
    assert areas(europe)["de"].findtext(f"{SVG}title") == "Germany: no data"


def test_nothing_comes_from_the_network_and_nothing_runs(europe: bytes) -> None:
    assert b"<script" not in europe and b"href" not in europe and b"@import" not in europe
    assert europe.count(b"http") == 1 == europe.count(b'xmlns="http://www.w3.org/2000/svg"')


def test_equal_tables_give_equal_bytes_without_a_date(europe: bytes) -> None:
    assert render_svg(table(**EUROPE), "Title", simulated=False) == europe
    assert b"Generated with" not in europe


def test_hostile_names_stay_text() -> None:
    names = ("</title><script>alert(1)</script>", 'Fish & "Chips"', "Qa'tar <b>")
    frame = table(a=("fr", 0.5), b=("it", 0.5), c=("", 0.5)).assign(country=names)
    svg = render_svg(frame, f"About {names[0]}", simulated=False)
    assert b"<script" not in svg and b"<b>" not in svg
    for code, name in zip(("fr", "it"), names, strict=False):
        assert (areas(svg)[code].findtext(f"{SVG}title") or "").startswith(f"{name}\n")
    assert names[2] in "".join(ElementTree.fromstring(svg).itertext())


def test_coverage_counts_and_names_what_is_missing() -> None:
    frame = table(France=("fr", 0.5), Atlantis=("zz", 0.5), Diamond_Princess=("", 0.5), Peru=("pe", np.nan))
    line = "1 of 4 countries drawn; no shape on this map (1): Atlantis; no place (1): Diamond Princess; "
    assert coverage(frame) == f"{line}no prediction (1): Peru"
    assert line in " ".join(ElementTree.fromstring(render_svg(frame, "Title", simulated=False)).itertext())
    assert "color-8" in areas(render_svg(frame, "Title", simulated=False))["pe"].attrib["class"]


def test_simulated_data_are_stamped_on_the_map() -> None:
    frame = table(France=("fr", 0.5))
    assert b"simulated data" in render_svg(frame, "Title", simulated=True)
    assert b"simulated data" not in render_svg(frame, "Title", simulated=False)


def test_the_title_counts_what_is_drawn() -> None:
    frame = table(France=("fr", 0.5), Italy=("it", 0.49), Atlantis=("zz", 0.9))
    assert title(frame, "more", "GRU", 7).endswith("(GRU, last 7 days): one half or more in 1 of 2 countries")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"France": ("fr", 1.2)}, "France: probability 1.2 is not between 0 and 1"),
        ({"Dominica": ("do", 0.5), "Dominican_Republic": ("do", 0.5)}, "share the code 'do'"),
    ],
)
def test_a_table_that_would_draw_nonsense_is_refused(rows: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        table(**rows)


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> tuple[SavedRnn, str]:
    """A run as training leaves it, without the column ``drawn``, and its map."""
    run = open_run(write_run(tmp_path_factory.mktemp("map")))
    run.table("world_map.csv").drop(columns="drawn").to_csv(run.folder / "world_map.csv", index=False)
    return run, write_world_map(run)


def test_the_run_gets_svg_png_and_the_column_drawn(mapped: tuple[SavedRnn, str]) -> None:
    run, line = mapped
    saved = pd.read_csv(run.folder / "world_map.csv", keep_default_na=False)
    assert list(saved.columns) == ["country", "code", "probability", "drawn", "last_days", "day"]
    assert line.startswith(f"{(saved['drawn'] == 'yes').sum()} of 15 countries drawn")
    assert saved.loc[saved["country"] == "Namibia", ["code", "drawn"]].to_numpy().tolist() == [["na", "yes"]]
    assert set(saved["country"][saved["drawn"] == "no"]) >= {"Diamond Princess"}
    assert (run.folder / "world_map.svg").read_bytes().startswith(b"<?xml")


def test_the_png_fills_countries_with_the_colour_of_their_bin(mapped: tuple[SavedRnn, str]) -> None:
    run, _ = mapped
    table = run.table("world_map.csv").set_index("country")
    filled = {COLOURS[number] for number in bins(table.loc[["US", "Brazil", "China", "Australia"], "probability"])}
    unused = set(COLOURS) - {COLOURS[number] for number in bins(table["probability"])}
    picture = run.folder / "world_map.png"
    legend_only = 0.002
    assert _share(picture, NO_DATA_COLOUR) > 0.05
    assert all(_share(picture, colour) > 2 * legend_only for colour in filled)
    assert all(0 < _share(picture, colour) < legend_only for colour in unused)


def test_the_same_map_has_the_same_bytes_as_png(mapped: tuple[SavedRnn, str]) -> None:
    run, line = mapped
    before = (run.folder / "world_map.png").read_bytes()
    assert write_world_map(run) == line
    assert (run.folder / "world_map.png").read_bytes() == before


def _share(png: Path, colour: str) -> float:
    """Share of a picture's pixels that have exactly this colour."""
    return float((np.abs(imread(png)[:, :, :3] - to_rgb(colour)).max(axis=2) < 0.003).mean())


def test_path_strokes_are_read_as_svg_means_them() -> None:
    square = parse_path("m10 20h5v5H10zl1,1")
    assert square.vertices.tolist() == [[10, 20], [15, 20], [15, 25], [10, 25], [10, 20], [11, 21]]
    assert square.codes is not None
    assert square.codes.tolist() == [1, 2, 2, 2, 79, 2]
    line = parse_path("M0 0 1-1.5.5.5")
    assert line.vertices.tolist() == [[0, 0], [1, -1.5], [0.5, 0.5]]
    assert line.codes is not None
    assert line.codes.tolist() == [1, 2, 2]
    curve = parse_path("M0 0c1 1 2 1 3 0s2-1 3 0")
    assert curve.vertices.tolist() == [[0, 0], [1, 1], [2, 1], [3, 0], [4, -1], [5, -1], [6, 0]]
    assert curve.codes is not None
    assert curve.codes.tolist() == [1, 4, 4, 4, 4, 4, 4]


@pytest.mark.parametrize("bad", ["M0 0 a1 1 0 0 0 2 2", "M0 0 l1", "M"])
def test_strokes_that_are_not_understood_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="map shapes"):
        parse_path(bad)


def test_circles_and_transforms_are_drawn_where_svg_puts_them() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-30 61 2754 1398"><g class="mt country map-element">'
        '<g transform="translate(10,20)"><path transform="matrix(2,0,0,3,0,0)" d="M1 1l1 0 0 1z"/></g>'
        '<circle cx="5" cy="6" r="2"/></g></svg>'
    )
    triangle, circle = country_shapes(svg)["mt"]
    assert triangle.vertices[:3].tolist() == [[12, 23], [14, 23], [14, 26]]
    assert circle.get_extents().bounds == pytest.approx((3, 4, 4, 4))
    assert view_box(svg) == (-30, 61, 2754, 1398)


def test_every_shape_of_the_installed_package_lies_on_its_canvas() -> None:
    shapes = country_shapes(World.svg_map)
    left, top, width, height = view_box(World.svg_map)
    assert set(shapes) >= drawable_codes() - {"aq"}
    for code, outlines in shapes.items():
        whole = Outline.make_compound_path(*outlines).get_extents()
        assert left - 60 <= whole.x0 and whole.x1 <= left + width + 60, code
        assert top - 60 <= whole.y0 and whole.y1 <= top + height + 60, code


def test_pygal_leaves_no_import_hook_behind() -> None:
    assert not any(type(finder).__name__ == "PluginImportFixer" for finder in sys.meta_path)
    with warnings.catch_warnings(), pytest.raises(ModuleNotFoundError):
        warnings.simplefilter("error")
        import a_module_that_is_not_there  # type: ignore[import-not-found]  # noqa: F401
