import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from data.covid.countries import countries, country_code
from data.errors import DataError
from experiments.rnn.saved import SavedRnn, open_run
from experiments.rnn.world_map import table as map_table
from experiments.rnn.world_map.png import WIDTH, as_png
from experiments.rnn.world_map.svg import COLOURS, NO_DATA_COLOUR, render_svg, write_world_map
from experiments.rnn.world_map.table import EDGES, LABELS, bins, checked, coverage, mark_drawn, shown, title
from tests.fakes.saved_run_sample import write_run

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
                "in_c": "yes",
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
    assert (frame["drawn"] == "yes").all()
    assert len(set(codes)) == len(codes) == 183


def test_a_probability_on_an_edge_belongs_to_the_bin_that_it_opens() -> None:
    edges = np.array(EDGES) / 100
    assert bins(pd.Series(edges)).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 7]
    assert bins(pd.Series(edges[1:-1] - 1e-6)).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert bins(pd.Series([0.29, 0.55, np.nan])).tolist() == [0, 5, -1]
    assert LABELS[2] == "40-45 %" and LABELS[4] == "50-55 %"


@pytest.mark.parametrize(
    "probability", [0.29999, 0.3, 0.44996, 0.49995, 0.5, 0.50004, 0.69999, 0.9999, 1.0, 0.0, 0.123]
)
def test_the_words_of_a_probability_lie_in_the_bin_of_its_colour(probability: float) -> None:
    low, high = LABELS[bins(pd.Series([probability]))[0]].removesuffix(" %").split("-")
    words = float(shown(probability).removesuffix(" %"))
    assert int(low) <= words < int(high) or probability == 1
    assert abs(words - 100 * probability) <= 0.1


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
    assert said == "France\nprobability of a rise on 2020-04-13: 42.0 %\nnew cases in the last 3 days: 1, 22, 333"
    assert areas(europe)["de"].findtext(f"{SVG}title") == "Germany: no data"


def test_countries_without_data_are_called_by_our_names(europe: bytes) -> None:
    ours = {country.code: country.name for country in countries()}
    for code, area in areas(europe).items():
        if code in ours and code not in dict(EUROPE.values()):
            assert area.findtext(f"{SVG}title") == f"{ours[code]}: no data"
    assert areas(europe)["kr"].findtext(f"{SVG}title") == "South Korea: no data"


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


def test_names_with_control_characters_give_a_valid_svg_and_png() -> None:
    names = ("Fi\x00ji\x1b[31m", "lone \ud800 surrogate", "turned \u202e round", "中国", "مصر")
    frame = table(a=("fr", 0.5), b=("it", 0.5), c=("", 0.5), d=("", 0.5), e=("", 0.5)).assign(country=names)
    svg = render_svg(frame, "Title 中国", simulated=False)
    assert (areas(svg)["fr"].findtext(f"{SVG}title") or "").startswith("Fi�ji�[31m\n")
    assert (areas(svg)["it"].findtext(f"{SVG}title") or "").startswith("lone � surrogate\n")
    words = " ".join(ElementTree.fromstring(svg).itertext())
    assert "turned � round" in words and "ZhongGuo" in words and "Title ZhongGuo" in words
    assert as_png(svg).startswith(b"\x89PNG")


def test_coverage_counts_and_names_what_is_missing() -> None:
    frame = table(France=("fr", 0.5), Atlantis=("zz", 0.5), Diamond_Princess=("", 0.5), Peru=("pe", np.nan))
    line = "1 of 4 countries drawn; no shape on this map (1): Atlantis; no place (1): Diamond Princess; "
    assert coverage(frame) == f"{line}no prediction (1): Peru"
    assert line in " ".join(ElementTree.fromstring(render_svg(frame, "Title", simulated=False)).itertext())
    assert "color-8" in areas(render_svg(frame, "Title", simulated=False))["pe"].attrib["class"]


def test_with_the_older_package_coverage_names_each_missing_country_and_its_host(monkeypatch) -> None:
    monkeypatch.setattr(map_table, "drawable_codes", lambda: frozenset({"sd", "rs", "fr"}))
    frame = table(France=("fr", 0.5), Kosovo=("xk", 0.5), Qatar=("qa", 0.5), South_Sudan=("ss", 0.5))
    assert coverage(frame) == (
        "1 of 4 countries drawn; no shape on this map (3): Kosovo (its land is drawn as Serbia), Qatar, "
        "South Sudan (its land is drawn as Sudan)"
    )


def test_simulated_data_are_stamped_on_the_map() -> None:
    frame = table(France=("fr", 0.5))
    assert b"simulated data" in render_svg(frame, "Title", simulated=True)
    assert b"simulated data" not in render_svg(frame, "Title", simulated=False)


def test_countries_outside_c_are_marked_on_the_map_and_in_their_tooltips() -> None:
    frame = table(**EUROPE)
    frame.loc[frame["country"] == "Spain", "in_c"] = "no"
    drawn = areas(svg := render_svg(frame, "Title", simulated=False))
    assert "outside" in drawn["es"].attrib["class"] and "outside" not in drawn["fr"].attrib["class"]
    assert (
        "outside C" in drawn["es"].find(f"{SVG}title").text and "outside C" not in drawn["fr"].find(f"{SVG}title").text
    )
    assert b"dashed outline (1): outside C, no net was trained on it" in svg
    assert b"dashed outline" not in render_svg(table(**EUROPE), "Title", simulated=False)


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
    """A saved run and the line of coverage of its map."""
    run = open_run(write_run(tmp_path_factory.mktemp("map")))
    return run, write_world_map(run)


def test_drawing_the_map_leaves_its_table_as_it_is(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path))
    before = (run.folder / "world_map.csv").read_bytes()
    write_world_map(run)
    assert (run.folder / "world_map.csv").read_bytes() == before


def test_the_run_gets_svg_and_png_and_the_line_of_coverage(mapped: tuple[SavedRnn, str]) -> None:
    run, line = mapped
    assert line == "14 of 15 countries drawn; no place (1): Diamond Princess"
    assert (run.folder / "world_map.svg").read_bytes().startswith(b"<?xml")
    assert imread(run.folder / "world_map.png").shape[1] == WIDTH


def test_the_png_fills_countries_with_the_colour_of_their_bin(mapped: tuple[SavedRnn, str]) -> None:
    run, _ = mapped
    table = run.table("world_map.csv").set_index("country")
    filled = {COLOURS[number] for number in bins(table.loc[["US", "Brazil", "China", "Australia"], "probability"])}
    unused = set(COLOURS) - {COLOURS[number] for number in bins(table["probability"])}
    picture = imread(run.folder / "world_map.png")
    legend_only = 0.002
    assert _share(picture, NO_DATA_COLOUR) > 0.05
    assert all(_share(picture, colour) > 2 * legend_only for colour in filled)
    assert all(0 < _share(picture, colour) < legend_only for colour in unused)


def test_the_png_shows_the_words_of_the_svg(mapped: tuple[SavedRnn, str]) -> None:
    """Without its font resvg would leave all text out, and say nothing."""
    picture = imread(mapped[0].folder / "world_map.png")
    heading, note = picture[:60], picture[-60:]
    assert all(_share(part, "#000000") + _share(part, "#333333") > 0.002 for part in (heading, note))


def test_the_same_map_has_the_same_bytes_as_png(mapped: tuple[SavedRnn, str]) -> None:
    run, line = mapped
    before = (run.folder / "world_map.png").read_bytes()
    assert write_world_map(run) == line
    assert (run.folder / "world_map.png").read_bytes() == before


def _share(picture: np.ndarray, colour: str) -> float:
    """Share of a picture's pixels that have exactly this colour."""
    return float((np.abs(picture[:, :, :3] - to_rgb(colour)).max(axis=2) < 0.003).mean())


def test_importing_the_map_changes_nothing_but_what_pygal_changes() -> None:
    program = (
        "import sys, pygal; before = list(sys.meta_path); import experiments.rnn.world_map.svg; "
        "print(list(sys.meta_path) == before)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "True\n"
